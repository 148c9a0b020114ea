"""The numbers that are kept as they were read once, and would be read otherwise today."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Literal

import msgspec
import sqlalchemy as sa

from ringbook.contacts import search_index
from ringbook.contacts.change_log import FieldChange, changing
from ringbook.contacts.row import touch
from ringbook.database.engine import Connection, Database, Query, UniqueViolation
from ringbook.database.pages import LOWEST_ID
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, LIMIT
from ringbook.database.rendering import json_list, json_object
from ringbook.database.schema import phone_numbers as t
from ringbook.errors import NotFound, Reason
from ringbook.tenants.caller import Caller
from ringbook.values import phone, spelling
from ringbook.values.characters import plain
from ringbook.values.spelling import InvalidPhoneNumber

PIECE = 1000
"""How many numbers are read at a time: a book of any size takes no more memory, and holds nobody up."""


class KeptNumber(msgspec.Struct):
    """A phone number of a contact, as it is kept."""

    contact_id: str
    phone_number_id: str
    number: str
    number_e164: str


class Rereading(msgspec.Struct):
    """A number that would be read otherwise today."""

    contact_id: str
    phone_number_id: str
    number: str
    """As entered."""
    number_e164: str
    """As it is kept."""
    read_today: str | None
    """As it is read today; null where it is refused."""
    refused: str | None
    """Why it is refused."""
    certain: bool
    """Whether today's reading is right whatever the customer's default region was."""
    fixed: Literal["changed", "exists", "gone", "no"] = "no"
    """Whether it was changed; "exists": the contact has that number already; "gone": it was changed meanwhile."""


def _numbers_behind() -> sa.Select[tuple[str]]:
    """Return the statement for the next numbers of living contacts, as one JSON list."""
    parameters = {name: sa.bindparam(f"after_{name}", type_=t.c[name].type) for name in ("contact_id", "id")}
    chosen = (
        sa.select(t.c.contact_id, t.c.id, t.c.number, t.c.number_e164)
        .where(
            t.c.customer_id == CUSTOMER_ID,
            t.c.tm_delete.is_(None),
            sa.tuple_(t.c.contact_id, t.c.id) > sa.tuple_(*parameters.values()),
        )
        .order_by(t.c.contact_id, t.c.id)
        .limit(LIMIT)
        .subquery("chosen")
    )
    c = chosen.c
    row = json_object(contact_id=c.contact_id, phone_number_id=c.id, number=c.number, number_e164=c.number_e164)
    return sa.select(json_list(chosen, row))


NUMBERS_BEHIND = Query(_numbers_behind(), long=True)
_DECODER = msgspec.json.Decoder(list[KeptNumber])


async def check(caller: Caller, database: Connection, piece: int = PIECE) -> AsyncIterator[Rereading]:
    """Yield each number of the customer that would be read otherwise today; `piece` of them are read at a time."""
    contact_id = number_id = LOWEST_ID
    while True:
        row = await database.one(
            NUMBERS_BEHIND,
            customer_id=caller.customer_id,
            after_contact_id=contact_id,
            after_id=number_id,
            limit=piece,
        )
        numbers = _DECODER.decode(row[0]) if row else []
        for kept in numbers:
            if found := reread(kept, caller.region):
                yield found
        if len(numbers) < piece:
            return
        contact_id, number_id = numbers[-1].contact_id, numbers[-1].phone_number_id


def reread(kept: KeptNumber, region: str) -> Rereading | None:
    """Return how a number is read today, None where that is as it is kept."""
    read_today, refused, certain = None, None, False
    try:
        spelled = spelling.read(kept.number)
        read_today = phone.certain(spelled, region)
        certain = read_today != kept.number_e164 and _is_certain(spelled, kept, read_today, region)
    except InvalidPhoneNumber as error:
        refused = str(error)
    if read_today == kept.number_e164:
        return None
    return Rereading(kept.contact_id, kept.phone_number_id, kept.number, kept.number_e164, read_today, refused, certain)


def _is_certain(spelled: spelling.Spelling, kept: KeptNumber, read_today: str, region: str) -> bool:
    """Tell whether a number is read right today, even if the default region was another when it was entered.

    A number with its + has its country. Another must be valid, and be of the country of the number that is kept; and
    that one is none, or has digits that nobody entered.
    """
    if spelled.plus:
        return phone.standing(read_today) > 0
    if not phone.is_valid(read_today):
        return False
    abroad = spelled.digits.startswith("00")
    if not abroad and not kept.number_e164.startswith(f"+{phone.country_code(region)}"):
        return False
    entered = re.sub(r"\D", "", plain(kept.number))
    return not phone.is_valid(kept.number_e164) or kept.number_e164[-4:] not in entered


CORRECT_NUMBER = Query(
    sa.update(t)
    .values(number_e164=sa.bindparam("read_today", type_=sa.Text))
    .where(
        t.c.customer_id == CUSTOMER_ID,
        t.c.contact_id == CONTACT_ID,
        t.c.id == sa.bindparam("address_id", type_=t.c.id.type),
        t.c.number == sa.bindparam("number", type_=sa.Text),
        t.c.number_e164 == sa.bindparam("kept", type_=sa.Text),
    )
    .returning(t.c.id)
)


async def fix(caller: Caller, database: Database, now: datetime, found: Rereading) -> Rereading:
    """Change a number to what it is read as today, and say so; one that its contact has already is left."""
    try:
        await correct(caller, database, now, found)
    except UniqueViolation:
        return msgspec.structs.replace(found, fixed="exists")
    except NotFound:
        return msgspec.structs.replace(found, fixed="gone")
    return msgspec.structs.replace(found, fixed="changed")


async def correct(caller: Caller, database: Database, now: datetime, found: Rereading) -> None:
    """Change a number to what it is read as today.

    Raises UniqueViolation where the contact has that number already, NotFound where it was changed meanwhile.
    """
    async with changing(caller, database) as transaction:
        await touch(caller, transaction, found.contact_id, now)
        row = await transaction.one(
            CORRECT_NUMBER,
            customer_id=caller.customer_id,
            contact_id=found.contact_id,
            address_id=found.phone_number_id,
            number=found.number,
            kept=found.number_e164,
            read_today=found.read_today,
        )
        if row is None:
            raise NotFound(Reason.PHONE_NUMBER_NOT_FOUND, "the number was changed meanwhile")
        field = f"{t.name}[{found.number_e164}].number_e164"
        corrected = FieldChange(field, found.number_e164, found.read_today)
        await search_index.index(caller, transaction, [found.contact_id])
        transaction.record(found.contact_id, "updated", now, [corrected])
