"""Takes back what an import did, chunk by chunk."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from ringbook.clock import utc_now
from ringbook.contacts import bulk
from ringbook.contacts.addresses import values_of_address
from ringbook.contacts.batch import LET_GO_SECONDS
from ringbook.contacts.bulk import ContactState
from ringbook.contacts.change_log import Changing, FieldChange, changing
from ringbook.contacts.kinds import KINDS
from ringbook.contacts.tags import LOCK_CUSTOMER
from ringbook.database.engine import LONG_SECONDS, Database, Query
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, LIMIT, NOW
from ringbook.database.schema import contact_changes, import_rows
from ringbook.database.schema import imports as t
from ringbook.tenants.caller import Caller
from ringbook.transfer.imports import IMPORT_ID, IS_IMPORT
from ringbook.transfer.runs import Stopped

ROWS_UNDONE_AT_A_TIME = 50

_IS_UNDOING = (*IS_IMPORT, t.c.task == sa.literal_column("'undo'"))
ROWS_TO_UNDO = Query(
    sa.select(import_rows.c.row, import_rows.c.outcome, import_rows.c.contact_id)
    .where(
        import_rows.c.customer_id == CUSTOMER_ID,
        import_rows.c.import_id == IMPORT_ID,
        import_rows.c.outcome != sa.literal_column("'rejected'"),
    )
    .order_by(import_rows.c.row.desc())
    .limit(LIMIT)
)
DELETE_ROW = Query(
    sa.delete(import_rows).where(
        import_rows.c.customer_id == CUSTOMER_ID,
        import_rows.c.import_id == IMPORT_ID,
        import_rows.c.row == sa.bindparam("row", type_=sa.BigInteger),
    )
)
COUNT_UNDONE = Query(
    sa.update(t)
    .values(undone=t.c.undone + sa.bindparam("more", type_=sa.BigInteger))
    .where(*_IS_UNDOING)
    .returning(t.c.undone)
)
END_UNDO = Query(sa.update(t).values(task=sa.literal_column("''"), tm_undo=NOW).where(*_IS_UNDOING))
GIVE_UP_UNDO = Query(
    sa.update(t).values(task=sa.literal_column("''"), error=sa.bindparam("error", type_=sa.Text)).where(*_IS_UNDOING)
)
CHANGES_BY_IMPORT = Query(
    sa.select(contact_changes.c.changes)
    .where(
        contact_changes.c.customer_id == CUSTOMER_ID,
        contact_changes.c.contact_id == CONTACT_ID,
        contact_changes.c.by_id == IMPORT_ID,
    )
    .order_by(contact_changes.c.version.desc())
)


async def take_back(
    caller: Caller,
    database: Database,
    import_id: str,
    may_go_on: Callable[[], Awaitable[bool]],
) -> None:
    """Take back what is not yet taken back, the last rows first. Raises Stopped, Unavailable.

    In the log it is not by the import: what is by it is what is taken back.
    """
    ids = {"customer_id": caller.customer_id, "import_id": import_id}
    rows: Sequence[Any] = [None]
    while rows:
        if not await may_go_on():
            raise Stopped
        async with changing(caller, database, LONG_SECONDS) as transaction:
            await transaction.one(LOCK_CUSTOMER, customer_id=caller.customer_id)
            rows = await transaction.all(ROWS_TO_UNDO, **ids, limit=ROWS_UNDONE_AT_A_TIME)
            if await transaction.one(COUNT_UNDONE, **ids, more=len(rows)) is None:
                raise Stopped
            await _take_back(caller, transaction, ids, rows)
        await asyncio.sleep(LET_GO_SECONDS)
    async with database.transaction() as transaction_of_import:
        await transaction_of_import.run_many(END_UNDO, [ids | {"now": utc_now()}])


async def give_up(caller: Caller, database: Database, import_id: str, error: str) -> None:
    """Say why an import that is being taken back is no further: its state stays, and it can be asked for again."""
    async with database.transaction() as transaction:
        ids = {"customer_id": caller.customer_id, "import_id": import_id}
        await transaction.run_many(GIVE_UP_UNDO, [ids | {"error": error}])


async def _take_back(
    caller: Caller, transaction: Changing, ids: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> None:
    now = utc_now()
    created = {str(contact_id) for _, outcome, contact_id in rows if outcome == "created"}
    updated = {str(contact_id) for _, outcome, contact_id in rows if outcome == "updated"} - created
    states = await bulk.hold_all(caller, transaction, sorted(created | updated))
    before = []
    for contact_id in sorted(updated & states.keys()):
        changes = await transaction.all(CHANGES_BY_IMPORT, **ids, contact_id=contact_id)
        state = states[contact_id]
        former = former_state(state, [msgspec.json.decode(row[0], type=list[FieldChange]) for row in changes])
        if former != state:
            before.append((state, former))
    if before:
        await bulk.write_all(caller, transaction, now, before)
    if gone := [states[contact_id] for contact_id in sorted(created & states.keys())]:
        await bulk.put_into_trash(caller, transaction, now, gone)
    await transaction.run_many(DELETE_ROW, [{**ids, "row": row[0]} for row in rows])


def former_state(state: ContactState, changes: Sequence[Sequence[FieldChange]]) -> ContactState:
    """Return a contact as it was before the `changes`, the newest first; what is no longer as they left it stays."""
    texts, tags = dict(state.texts), dict(state.tags)
    addresses = {kind: list(state.addresses[kind]) for kind in KINDS}
    for change in (one for of_row in changes for one in reversed(of_row)):
        name, _, value = change.field.partition("[")
        if not value and texts.get(name) == change.after:
            texts[name] = change.before
        elif name == "tag_ids" and change.before is None:
            tags.pop(value.removesuffix("]"), None)
        elif change.before is None:
            kind = next((kind for kind in KINDS if kind.table.name == name), None)
            if kind:
                addresses[kind] = [one for one in addresses[kind] if values_of_address(one) != change.after]
    return state._replace(texts=texts, tags=tags, addresses=addresses)
