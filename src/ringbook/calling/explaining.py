"""Why a phone shows what it shows: how a caller's number is read, and whom each reading finds."""

from typing import Annotated

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.calling import callerid
from ringbook.calling.batch_lookup import Refusal
from ringbook.calling.callerid import LONGEST_NAME, CallerId, shown_name
from ringbook.calling.lookup import first_with
from ringbook.contacts.kinds import PHONE_NUMBERS
from ringbook.database.engine import Connection, Query
from ringbook.database.parameters import CUSTOMER_ID
from ringbook.database.schema import contacts, phone_numbers
from ringbook.tenants.caller import Caller
from ringbook.values import callers
from ringbook.values.fields import Id
from ringbook.values.spelling import InvalidPhoneNumber


class ReadingContact(msgspec.Struct):
    """The contact that has the number of a reading."""

    id: Id
    name: Annotated[str, Meta(description="As a phone shows it.")]
    number: Annotated[str, Meta(description="The number as it was entered.")]


class Reading(msgspec.Struct):
    """A number that the caller's may mean."""

    number: Annotated[str, Meta(description="E.164.")]
    contact: ReadingContact | None


class Explanation(msgspec.Struct):
    """What a phone shows of a caller's number, and why."""

    callerid: Annotated[CallerId, Meta(description="What GET /callerid answers.")]
    readings: Annotated[list[Reading], Meta(description="The likeliest first: the first with a contact is shown.")]
    error: Annotated[Refusal | None, Meta(description="Why it is no number; then there are no readings.")]


_NUMBER = sa.bindparam("number", type_=sa.Text)
_ENTERED = (
    sa.select(phone_numbers.c.number)
    .where(
        phone_numbers.c.customer_id == CUSTOMER_ID,
        phone_numbers.c.contact_id == contacts.c.id,
        phone_numbers.c.number_e164 == _NUMBER,
    )
    .correlate(contacts)
    .scalar_subquery()
)
CONTACT_OF_READING = Query(
    sa.select(
        contacts.c.id,
        *(contacts.c[name] for name in ("display_name", "first_name", "last_name", "company")),
        _ENTERED,
    ).where(contacts.c.customer_id == CUSTOMER_ID, contacts.c.id == first_with(PHONE_NUMBERS, _NUMBER))
)


async def explain(caller: Caller, database: Connection, number: str) -> Explanation:
    """Return what a phone shows of a caller's number, and which of its readings finds whom."""
    shown = await callerid.look_up(caller, database, number, "", LONGEST_NAME, with_tags=True)
    try:
        numbers = callers.read(number, caller.region)
    except InvalidPhoneNumber as error:
        return Explanation(shown, [], Refusal(error.reason, str(error)))
    return Explanation(shown, [Reading(one, await _contact(caller, database, one)) for one in numbers], None)


async def _contact(caller: Caller, database: Connection, number: str) -> ReadingContact | None:
    row = await database.one(CONTACT_OF_READING, customer_id=caller.customer_id, number=number)
    if row is None:
        return None
    contact_id, *names, entered = row
    return ReadingContact(str(contact_id), shown_name(*names), entered)
