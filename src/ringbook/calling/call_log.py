"""The last lookups and caller ids of a customer: for people, who want to see who called. See decision 29.

They are noted in memory, and written once a second: a lookup waits for nothing. What a process has noted when it is
killed is lost, and so is what of a customer is more than MOST_NOTED in a second.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
import structlog
from msgspec import Meta

from ringbook.calling.callerid import shown_name
from ringbook.clock import lowest_id, new_id, utc_now
from ringbook.contacts.change_log import Author, author_json
from ringbook.database.engine import Database, Query, Row
from ringbook.database.pages import HIGHEST_ID
from ringbook.database.parameters import CUSTOMER_ID, ID, LIMIT, NOW, values_of
from ringbook.database.rendering import json_object, json_time
from ringbook.database.schema import IdColumn, contacts
from ringbook.database.schema import calls as t
from ringbook.errors import Unavailable
from ringbook.tenants.caller import Caller
from ringbook.values import callers
from ringbook.values.fields import UUID, Id, Time

WRITE_SECONDS = 1.0
MOST_NOTED = 200
"""How many calls of a customer's in a second one process keeps, the first: as many as are shown. More cost nothing."""

MOST_NOTED_OF_ALL = 2000
"""How many it keeps of all customers together."""

MOST_CALLS = 200
LONGEST_ASKED = 100
"""In characters: what is no number or address may be of any length."""

ID_WITHIN = 60
"""In how many bytes of a contact's JSON its id is."""

CALLS_AT_A_TIME = 500
"""How many are taken away by one transaction."""

CallKind = Literal["lookup", "callerid"]


class CalledContact(msgspec.Struct):
    """The contact that was found; its name is the one that it has now, as a phone shows it."""

    id: Id
    name: str


class Call(msgspec.Struct):
    """A lookup or a caller id."""

    id: Id
    tm: Time
    call: CallKind
    asked: Annotated[str, Meta(description="The number or the address as it was asked for.")]
    number: Annotated[str | None, Meta(description="How it is read, if it is a number: the likeliest E.164 number.")]
    contact: CalledContact | None
    by: Author


class CallList(msgspec.Struct):
    """The last calls, newest first."""

    result: list[Call]
    is_kept: Annotated[bool, Meta(description="Whether calls are kept at all: not where RINGBOOK_CALLS_DAYS is 0.")]


class Noted(NamedTuple):
    """A call that is not yet written."""

    caller: Caller
    tm: datetime
    call: CallKind
    asked: str
    found: bytes
    """What begins with the id of the contact, such as its JSON; b'' where there is none."""


INSERT_CALL = Query(
    sa.insert(t).values(
        values_of(t, "call", "asked", "contact_id", "by_type", "by_id")
        | {"customer_id": CUSTOMER_ID, "id": ID, "tm": NOW}
    )
)


class CallLog:
    """What one process notes of its calls, and writes."""

    def __init__(self, database: Database, *, is_kept: bool) -> None:
        self._database = database
        self._is_kept = is_kept
        self._noted: list[Noted] = []
        self._of_customers = Counter[str]()
        self._task: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    def note(self, caller: Caller, call: CallKind, asked: str, found: bytes) -> None:
        """Keep a call in mind; `found` begins with the id of the contact, b'' where there is none."""
        if not self._is_kept or len(self._noted) >= MOST_NOTED_OF_ALL:
            return
        customer_id = caller.customer_id
        if self._of_customers[customer_id] < MOST_NOTED:
            self._of_customers[customer_id] += 1
            self._noted.append(Noted(caller, utc_now(), call, asked[:LONGEST_ASKED], found[:ID_WITHIN]))

    def start(self) -> None:
        """Begin to write; the event loop that will do it calls this."""
        self._task = asyncio.create_task(self._write_on()) if self._is_kept else None

    async def stop(self) -> None:
        """Write what is left. What is being written is not cut off, as it would be lost, or be there twice."""
        if self._task:
            self._ending.set()
            await self._task

    async def _write_on(self) -> None:
        is_last = False
        while not is_last:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), WRITE_SECONDS)
            is_last = self._ending.is_set()
            try:
                await self._write()
            except Unavailable:  # which the database has logged; these calls are lost
                pass
            except Exception as error:  # noqa: BLE001  the next second may go well
                structlog.get_logger().error("calls were not written", exc_info=error)

    async def _write(self) -> None:
        if not self._noted:
            return
        noted, self._noted, self._of_customers = self._noted, [], Counter()
        rows = [_row(one) for one in noted]
        async with self._database.transaction() as transaction:
            await transaction.run_many(INSERT_CALL, rows)


def _row(noted: Noted) -> dict[str, Any]:
    caller, found = noted.caller, UUID.search(noted.found.decode(errors="replace"))
    return {
        "customer_id": caller.customer_id,
        "id": new_id(noted.tm),
        "now": noted.tm,
        "call": noted.call,
        "asked": "".join([c for c in noted.asked if c.isprintable()]),
        "contact_id": found[0] if found else None,
        "by_type": caller.who_type,
        "by_id": caller.who,
    }


_NAMES = ("display_name", "first_name", "last_name", "company")
_OF_CONTACT = (
    sa.select(json_object(**{name: contacts.c[name] for name in _NAMES}))
    .where(contacts.c.customer_id == CUSTOMER_ID, contacts.c.id == t.c.contact_id)
    .correlate(t)
    .scalar_subquery()
)
LAST_CALLS = Query(
    sa.select(
        t.c.id,
        json_time(t.c.tm),
        t.c.call,
        t.c.asked,
        t.c.contact_id,
        _OF_CONTACT,
        author_json(t),
    )
    .where(t.c.customer_id == CUSTOMER_ID, t.c.id >= sa.bindparam("since", type_=IdColumn))
    .order_by(t.c.id.desc())
    .limit(LIMIT)
)


async def last_calls(caller: Caller, database: Database, since: str) -> list[Call]:
    """Return the last calls of the caller's customer, those with an id from `since` on, the newest first."""
    rows = await database.all(LAST_CALLS, customer_id=caller.customer_id, since=since, limit=MOST_CALLS)
    return await asyncio.to_thread(lambda: [_call(row, caller.region) for row in rows])


def _call(row: Row, region: str) -> Call:
    id_, tm, call, asked, contact_id, names, by = row
    name = shown_name(**msgspec.json.decode(names)) if names else ""
    return Call(
        id=str(id_),
        tm=tm,
        call=call,
        asked=asked,
        number=next(iter(callers.readings(asked, region)), None),
        contact=CalledContact(str(contact_id), name) if contact_id else None,
        by=msgspec.json.decode(by, type=Author),
    )


_BELOW = sa.bindparam("below", type_=IdColumn)
FIRST_NOT_SHOWN = Query(
    sa.select(t.c.id).where(t.c.customer_id == CUSTOMER_ID).order_by(t.c.id.desc()).limit(LIMIT).offset(MOST_CALLS)
)
PRUNE_CALLS = Query(
    sa.delete(t)
    .where(
        t.c.customer_id == CUSTOMER_ID,
        t.c.id.in_(
            sa.select(t.c.id).where(t.c.customer_id == CUSTOMER_ID, t.c.id <= _BELOW).order_by(t.c.id).limit(LIMIT)
        ),
    )
    .returning(t.c.id)
)


async def prune_calls(caller: Caller, database: Database, older_than: datetime | None) -> None:
    """Take away what is older, None for all, and what is shown to nobody any more, a little at a time."""
    of_customer = {"customer_id": caller.customer_id}
    row = await database.one(FIRST_NOT_SHOWN, **of_customer, limit=1)
    below = lowest_id(older_than) if older_than else HIGHEST_ID
    below = max(below, str(row[0])) if row else below
    gone = CALLS_AT_A_TIME
    while gone == CALLS_AT_A_TIME:
        async with database.transaction() as transaction:
            gone = len(await transaction.all(PRUNE_CALLS, **of_customer, below=below, limit=CALLS_AT_A_TIME))
