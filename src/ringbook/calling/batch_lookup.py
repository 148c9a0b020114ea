"""Many lookups at once: one statement for all numbers, one for all addresses."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.calling.lookup import first_with
from ringbook.contacts import contact
from ringbook.contacts.contact import FoundContact
from ringbook.contacts.kinds import EMAILS, PHONE_NUMBERS, Kind
from ringbook.database.engine import Connection, Query
from ringbook.database.rendering import each_wanted, encoded_list, json_array, json_group
from ringbook.database.schema import contacts as t
from ringbook.errors import FieldProblem, InvalidArgument, Reason
from ringbook.tenants.caller import Caller
from ringbook.values import callers, email
from ringbook.values.spelling import InvalidPhoneNumber

MOST_LOOKUPS = 1000
VALUES_AT_A_TIME = 50
"""How many values are looked up by one statement: as many contacts of the largest size are 15 MB of JSON."""

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
    contact: FoundContact | None
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
    asked = each_wanted()
    found = contact.FOUND.where(t.c.id == first_with(kind, asked.c.value)).correlate(asked).scalar_subquery()
    return Query(sa.select(json_group(json_array(asked.c.value, found))).select_from(asked), long=True)


LOOKUP_BY_NUMBERS, LOOKUP_BY_EMAILS = _lookup_all(PHONE_NUMBERS), _lookup_all(EMAILS)
_PAIRS = msgspec.json.Decoder(list[tuple[str, msgspec.Raw]])


def check_count(lookups: Lookups) -> int:
    """Return how many values there are. Raises InvalidArgument."""
    count = len(lookups.phones or []) + len(lookups.emails or [])
    if count > MOST_LOOKUPS:
        raise InvalidArgument.of(
            [
                FieldProblem(name, f"at most {MOST_LOOKUPS:,} values can be looked up at once", Reason.TOO_MANY_ENTRIES)
                for name in ("phones", "emails")
            ]
        )
    return count


async def look_up_all(caller: Caller, database: Connection, lookups: Lookups) -> AsyncIterator[bytes]:
    """Yield the JSON of a LookupResults in parts: for each value what a lookup for it alone finds."""
    before = b'{"result":['
    async for wanted, query in _wanted(caller, lookups):
        for result in await _find(caller, database, query, wanted):
            yield before + msgspec.json.encode(result)
            before = b","
    yield b"]}" if before == b"," else b'{"result":[]}'


async def _wanted(caller: Caller, lookups: Lookups) -> AsyncIterator[tuple[list[Wanted], Query]]:
    """Yield what to look for, some values at a time: they are read on a thread, which takes up to 1 ms each."""

    def read(values: Sequence[str], of_text: Callable[[str], Wanted]) -> list[Wanted]:
        return [of_text(value) for value in values]

    def number(value: str) -> Wanted:
        return _number(value, caller.region)

    for values, of_text, query in (
        (lookups.phones or [], number, LOOKUP_BY_NUMBERS),
        (lookups.emails or [], _email, LOOKUP_BY_EMAILS),
    ):
        for i in range(0, len(values), VALUES_AT_A_TIME):
            yield await asyncio.to_thread(read, values[i : i + VALUES_AT_A_TIME], of_text), query


def _number(value: str, region: str) -> Wanted:
    try:
        return value, callers.read(value, region), None
    except InvalidPhoneNumber as error:
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
        row = await database.one(query, customer_id=caller.customer_id, wanted=encoded_list(keys))
        pairs = _PAIRS.decode(row[0] if row else "[]")
        found = {key: contact for key, contact in pairs if bytes(contact) != b"null"}
    return [
        Result(value, next((found[key] for key in its_keys if key in found), None), refusal)
        for value, its_keys, refusal in wanted
    ]
