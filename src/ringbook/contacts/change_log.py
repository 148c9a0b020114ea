"""The log of changes: of every change of a contact who made it, when, and what was before. See decision 21.

It is written by the last statements of the transaction that makes the change. So the rows of a slot are committed in
the order of their versions, and each says which version was before it: where that one is missing, something is.
"""

import secrets
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.contacts.book_versions import MOVE_BOOK_VERSION, slot_of
from ringbook.contacts.row import not_found
from ringbook.database.engine import PATIENCE_SECONDS, Database, Query, Transaction
from ringbook.database.pages import MOST_CHARACTERS, render_page
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, LIMIT, NOW, SLOT, values_of
from ringbook.database.rendering import json_object, json_of_text, json_values
from ringbook.database.schema import access_keys, book_versions, contacts, imports, users
from ringbook.database.schema import contact_changes as t
from ringbook.tenants.caller import Caller
from ringbook.tenants.users import SHOWN_NAME
from ringbook.values.fields import Id, Time

Action = Literal["created", "updated", "deleted", "restored"]

ABOVE_EVERY_VERSION = (1 << 63) - 1

ROWS_AT_A_TIME = 500
"""How many rows are written, or taken off the log, before others get their turn."""

FEW = 50
"""Up to so many rows are written straight on the event loop."""


class FieldChange(msgspec.Struct, rename={"before": "from", "after": "to"}):
    """What a change did to one field."""

    field: Annotated[str, Meta(examples=["company", "phone_numbers[+15551234567].type"])]
    before: Any
    after: Any


def changes_between(before: dict[str, Any], after: dict[str, Any], prefix: str = "") -> list[FieldChange]:
    """Return the fields whose values differ; `prefix` stands before their names."""
    return [FieldChange(prefix + name, before[name], value) for name, value in after.items() if before[name] != value]


class Author(msgspec.Struct):
    """Who made a change; the name of an access key or a user is the one of now, that of an import its file's."""

    type: Literal["access_key", "user", "import", "system"]
    id: Id | None
    name: str


class HistoryEntry(msgspec.Struct):
    """A change of a contact."""

    tm: Time
    by: Author
    action: Action
    changes: Annotated[
        list[FieldChange], Meta(description="Empty for a contact that was created, deleted or restored.")
    ]


class HistoryPage(msgspec.Struct):
    """A page of the changes of a contact, newest first."""

    result: list[HistoryEntry]
    next_page_token: Annotated[str, Meta(description="The next page's page_token; empty on the last page.")]


_ENCODER = msgspec.json.Encoder()
_STEP_BACK = {name: sa.bindparam(name, type_=t.c.version.type) for name in ("behind", "before")}
_LOGGED = ("contact_id", "action", "by_type", "changes", "by_id")
_INSERT = sa.insert(t).from_select(
    ["customer_id", "slot", "version", "previous", *_LOGGED, "tm"],
    sa.select(
        CUSTOMER_ID,
        SLOT,
        book_versions.c.version - _STEP_BACK["behind"],
        book_versions.c.version - _STEP_BACK["before"],
        *values_of(t, *_LOGGED).values(),
        NOW,
    ).where(book_versions.c.customer_id == CUSTOMER_ID, book_versions.c.slot == SLOT),
)
INSERT_CHANGE = Query(_INSERT)
INSERT_MANY_CHANGES = Query(_INSERT, long=True)


class Changing:
    """A transaction that changes contacts, and keeps what it has done to them."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.one, self.all, self.run_many = transaction.one, transaction.all, transaction.run_many
        self.prolong = transaction.prolong
        self.recorded: list[tuple[str, Action, datetime, Sequence[FieldChange]]] = []

    def record(self, contact_id: str, action: Action, now: datetime, changes: Sequence[FieldChange] = ()) -> None:
        """Keep for the log what was done to a contact."""
        self.recorded.append((contact_id, action, now, changes))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Begin a part of the transaction that an error in the block takes back, with what it has recorded."""
        before = len(self.recorded)
        try:
            async with self._transaction.savepoint():
                yield
        except BaseException:
            del self.recorded[before:]
            raise


@asynccontextmanager
async def changing(caller: Caller, database: Database, seconds: float = PATIENCE_SECONDS) -> AsyncIterator[Changing]:
    """Begin a transaction that changes contacts, and log what it has recorded of them.

    Its last statements move the versions of the book and write the log: while the transaction holds a slot it waits for
    nothing but slots above it and the commit, so that no two transactions wait for each other. Database.transaction
    says what the block may do.
    """
    async with database.transaction(seconds) as transaction:
        changing = Changing(transaction)
        yield changing
        if changing.recorded:
            await _log(caller, changing)


async def _log(caller: Caller, changing: Changing) -> None:
    """Move the slot of each contact that was changed, and write the changes: each has a version of its own.

    The steps are random: a database restored from a backup never comes to the number of a book that it has lost.
    """
    of_customer: dict[str, Any] = {"customer_id": caller.customer_id}
    left = Counter(slot_of(contact_id) for contact_id, *_ in changing.recorded)
    steps = {slot: count + secrets.randbits(20) for slot, count in sorted(left.items())}
    await changing.run_many(MOVE_BOOK_VERSION, [of_customer | {"slot": slot, "step": steps[slot]} for slot in steps])
    of_customer |= {"by_type": caller.who_type if caller.who else "system", "by_id": caller.who or None}
    insert = INSERT_CHANGE if len(changing.recorded) <= FEW else INSERT_MANY_CHANGES
    for i in range(0, len(changing.recorded), ROWS_AT_A_TIME):
        rows = []
        for contact_id, action, now, changes in changing.recorded[i : i + ROWS_AT_A_TIME]:
            slot = slot_of(contact_id)
            before, behind = steps[slot], left[slot] - 1
            steps[slot] = left[slot] = behind
            what = {"contact_id": contact_id, "action": action, "changes": _ENCODER.encode(changes).decode()}
            rows.append(of_customer | what | {"slot": slot, "behind": behind, "before": before, "now": now})
        await changing.run_many(insert, rows)


def author_json(done: sa.Table) -> sa.ColumnElement[str]:
    """Return the JSON of the Author of a row of a table with by_type and by_id."""

    def name_in(table: sa.Table, name: sa.ColumnElement[str]) -> sa.ScalarSelect[str]:
        by = (table.c.customer_id == CUSTOMER_ID, table.c.id == done.c.by_id)
        return sa.select(name).where(*by).correlate(done).scalar_subquery()

    name = sa.func.coalesce(
        name_in(access_keys, access_keys.c.name),
        name_in(users, SHOWN_NAME),
        name_in(imports, imports.c.file_name),
        sa.literal_column("''"),
    )
    return json_object(type=done.c.by_type, id=done.c.by_id, name=name)


CHANGES_OF_CONTACT = Query(
    sa.select(
        json_object(
            **json_values(t.c, "tm"),
            by=author_json(t),
            action=t.c.action,
            changes=json_of_text(t.c.changes),
        ),
        t.c.contact_id,
        t.c.version,
    )
    .where(
        t.c.customer_id == CUSTOMER_ID,
        t.c.contact_id == CONTACT_ID,
        t.c.version < sa.bindparam("below_version", type_=t.c.version.type),
    )
    .order_by(t.c.version.desc())
    .limit(LIMIT)
)
CONTACT_EVER = Query(sa.select(contacts.c.id).where(contacts.c.customer_id == CUSTOMER_ID, contacts.c.id == CONTACT_ID))


async def history(caller: Caller, database: Database, contact_id: str, below: int, size: int) -> bytes:
    """Return the JSON of a page of the changes of a contact, of a deleted one too: those of a version `below`.

    Raises NotFound.
    """
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
    rows = await database.first(CHANGES_OF_CONTACT, MOST_CHARACTERS, **ids, below_version=below, limit=size + 1)
    if not rows and await database.one(CONTACT_EVER, **ids) is None:
        raise not_found()
    return render_page(rows, size)


_OLDER_THAN = sa.bindparam("older_than", type_=t.c.tm.type)
_OLDEST_TIME = (
    sa.select(t.c.tm)
    .where(t.c.customer_id == CUSTOMER_ID, t.c.slot == book_versions.c.slot)
    .order_by(t.c.version)
    .limit(sa.literal_column("1"))
    .correlate(book_versions)
    .scalar_subquery()
)
SLOTS_TO_PRUNE = Query(
    sa.select(book_versions.c.slot).where(book_versions.c.customer_id == CUSTOMER_ID, _OLDEST_TIME < _OLDER_THAN)
)
_OLDEST = (
    sa.select(t.c.version, t.c.tm)
    .where(t.c.customer_id == CUSTOMER_ID, t.c.slot == SLOT)
    .order_by(t.c.version)
    .limit(LIMIT)
    .subquery("oldest")
)
PRUNE_SLOT = Query(
    sa.delete(t)
    .where(
        t.c.customer_id == CUSTOMER_ID,
        t.c.slot == SLOT,
        t.c.version.in_(sa.select(_OLDEST.c.version).where(_OLDEST.c.tm < _OLDER_THAN)),
    )
    .returning(t.c.version),
    long=True,
)


async def prune(caller: Caller, database: Database, older_than: datetime) -> None:
    """Take what is older off the customer's log, a little at a time: nobody waits for it."""
    old = {"customer_id": caller.customer_id, "older_than": older_than}
    for (slot,) in await database.all(SLOTS_TO_PRUNE, **old):
        gone: Sequence[Any] = range(ROWS_AT_A_TIME)
        while len(gone) == ROWS_AT_A_TIME:
            async with database.transaction() as transaction:
                gone = await transaction.all(PRUNE_SLOT, **old, slot=slot, limit=ROWS_AT_A_TIME)
