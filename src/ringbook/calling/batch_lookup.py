"""Many lookups at once: one statement for all numbers, one for all addresses."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.calling.lookup import first_with
from ringbook.contacts import contact
from ringbook.contacts.addresses import EMAILS, PHONE_NUMBERS, Kind
from ringbook.contacts.contact import Contact
from ringbook.database.engine import Connection, Query
from ringbook.database.rendering import each_text, json_array, json_group
from ringbook.database.schema import contacts as t
from ringbook.errors import FieldProblem, InvalidArgument, Reason
from ringbook.tenants.caller import Caller
from ringbook.values import email, phone

MOST_LOOKUPS = 1000
BREATH = 50
"""After how many values others get their turn: reading a number may take a tenth of a millisecond."""

LookupValues = Annotated[list[str], Meta(max_length=MOST_LOOKUPS)]


class Lookups(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The phone numbers and email addresses to look up, at most 1,000 in all."""

    phones: LookupValues | None = None
    emails: LookupValues | None = None


class Refusal(msgspec.Struct):
    """Why a value cannot be looked up."""

    reason: str
    message: str


class LookupResult(msgspec.Struct):
    """What was found for one value: the contact, null where there is none; or why it is no value to look up."""

    value: str
    contact: Contact | None
    error: Refusal | None


class LookupResults(msgspec.Struct):
    """One result for each value, in the order given, the phone numbers first."""

    result: list[LookupResult]


class Result(msgspec.Struct):
    """A LookupResult whose contact is JSON already."""

    value: str
    contact: msgspec.Raw | None
    error: Refusal | None


Wanted = tuple[str, Sequence[str], Refusal | None]
"""A value, what to look for in its place, the likeliest first, and why there is nothing."""


def _lookup_all(kind: Kind) -> Query:
    """Return the statement that finds a contact for each text of the JSON list `wanted`: a JSON list of pairs.

    The contact of each is chosen by one probe, as in a single lookup, and its JSON alone is made. A subquery, not a
    join: no planner can turn that around. One row: it is read in one step.
    """
    asked = each_text(sa.bindparam("wanted", type_=sa.Text)).table_valued(sa.column("value", sa.Text), name="asked")
    found = contact.WHOLE.where(t.c.id == first_with(kind, asked.c.value)).correlate(asked).scalar_subquery()
    return Query(sa.select(json_group(json_array(asked.c.value, found))).select_from(asked), long=True)


LOOKUP_BY_NUMBERS, LOOKUP_BY_EMAILS = _lookup_all(PHONE_NUMBERS), _lookup_all(EMAILS)
_PAIRS = msgspec.json.Decoder(list[tuple[str, msgspec.Raw]])


async def look_up_all(caller: Caller, database: Connection, lookups: Lookups) -> bytes:
    """Return the JSON of a LookupResults: for each value what a lookup for it alone finds. Raises InvalidArgument."""
    phones, emails = lookups.phones or [], lookups.emails or []
    if len(phones) + len(emails) > MOST_LOOKUPS:
        raise InvalidArgument.of(
            [
                FieldProblem(name, f"at most {MOST_LOOKUPS:,} values can be looked up at once", Reason.TOO_MANY_ENTRIES)
                for name in ("phones", "emails")
            ]
        )
    numbers: list[Wanted] = []
    for i, value in enumerate(phones):
        numbers.append(_number(value, caller.region))
        if i % BREATH == BREATH - 1:
            await asyncio.sleep(0)
    results = await _find(caller, database, LOOKUP_BY_NUMBERS, numbers)
    results += await _find(caller, database, LOOKUP_BY_EMAILS, [_email(value) for value in emails])
    return msgspec.json.encode({"result": results})


def _number(value: str, region: str) -> Wanted:
    try:
        return value, phone.read(value, region), None
    except phone.InvalidPhoneNumber as error:
        return value, (), Refusal(Reason.INVALID_PHONE_NUMBER, str(error))


def _email(value: str) -> Wanted:
    address = email.reading(value)
    if address is None:
        return value, (), Refusal(Reason.INVALID_EMAIL_ADDRESS, f"'{value}' is not an email address")
    return value, (address,), None


async def _find(caller: Caller, database: Connection, query: Query, wanted: Sequence[Wanted]) -> list[Result]:
    keys = list(dict.fromkeys(key for _, its_keys, _ in wanted for key in its_keys))
    found: dict[str, msgspec.Raw] = {}
    if keys:
        row = await database.one(query, customer_id=caller.customer_id, wanted=msgspec.json.encode(keys).decode())
        pairs = _PAIRS.decode(row[0] if row else "[]")
        found = {key: contact for key, contact in pairs if bytes(contact) != b"null"}
    return [
        Result(value, next((found[key] for key in its_keys if key in found), None), refusal)
        for value, its_keys, refusal in wanted
    ]
