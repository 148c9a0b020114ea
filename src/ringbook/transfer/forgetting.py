"""What is forgotten of imports: the file once it is in, a broken upload after a day, all after some time."""

import asyncio
from datetime import datetime, timedelta

import sqlalchemy as sa

from ringbook.contacts.batch import LET_GO_SECONDS
from ringbook.database.engine import Database, Query
from ringbook.database.lease import forget_lease
from ringbook.database.parameters import CUSTOMER_ID, LIMIT
from ringbook.database.schema import import_parts, import_rows
from ringbook.database.schema import imports as t
from ringbook.tenants.caller import Caller
from ringbook.transfer.imports import IMPORT_ID, IS_IMPORT, NOT_ENDED, lease_name

BROKEN_UPLOAD = timedelta(days=1)
"""For how long a file is kept whose upload has not ended."""

PARTS_AT_A_TIME, LINES_AT_A_TIME = 1, 500


def _some_of(table: sa.Table, column: sa.Column[int]) -> Query:
    """Return the statement that deletes the first of an import's rows of a table."""
    is_of_import = (table.c.customer_id == CUSTOMER_ID, table.c.import_id == IMPORT_ID)
    first = sa.select(column).where(*is_of_import).order_by(column).limit(LIMIT)
    return Query(sa.delete(table).where(*is_of_import, column.in_(first)).returning(column), long=True)


DELETE_SOME_PARTS = _some_of(import_parts, import_parts.c.part)
DELETE_SOME_ROWS = _some_of(import_rows, import_rows.c.row)
DELETE_IMPORT = Query(sa.delete(t).where(*IS_IMPORT))
OLD_IMPORTS = Query(
    sa.select(t.c.id).where(
        t.c.customer_id == CUSTOMER_ID,
        t.c.task == sa.literal_column("''"),
        sa.func.coalesce(t.c.tm_undo, t.c.tm_end, t.c.tm_create) < sa.bindparam("older_than", type_=t.c.tm_end.type),
    )
)
BROKEN_UPLOADS = Query(
    sa.select(t.c.id).where(
        t.c.customer_id == CUSTOMER_ID,
        t.c.error == sa.literal_column(f"'{NOT_ENDED}'"),
        t.c.tm_create < sa.bindparam("older_than", type_=t.c.tm_create.type),
    )
)


async def forget_file(caller: Caller, database: Database, import_id: str) -> None:
    """Forget the file of an import, a little at a time: nobody waits for it."""
    await _delete(caller, database, import_id, DELETE_SOME_PARTS, PARTS_AT_A_TIME)


async def forget(caller: Caller, database: Database, import_id: str) -> None:
    """Forget an import that nobody is at work on, and all that belongs to it: it can no longer be taken back."""
    await forget_file(caller, database, import_id)
    await _delete(caller, database, import_id, DELETE_SOME_ROWS, LINES_AT_A_TIME)
    async with database.transaction() as transaction:
        await transaction.run_many(DELETE_IMPORT, [{"customer_id": caller.customer_id, "import_id": import_id}])
        await forget_lease(transaction, lease_name(import_id))


async def _delete(caller: Caller, database: Database, import_id: str, query: Query, at_a_time: int) -> None:
    ids = {"customer_id": caller.customer_id, "import_id": import_id}
    gone = at_a_time
    while gone == at_a_time:
        async with database.transaction() as transaction:
            gone = len(await transaction.all(query, **ids, limit=at_a_time))
        await asyncio.sleep(LET_GO_SECONDS)


async def forget_old(caller: Caller, database: Database, now: datetime, days: int) -> None:
    """Forget the customer's broken uploads, and the imports that ended so many days ago; of 0 days none of these."""
    asked = [(BROKEN_UPLOADS, now - BROKEN_UPLOAD)]
    if days:
        asked.append((OLD_IMPORTS, now - timedelta(days=days)))
    for query, older_than in asked:
        for (import_id,) in await database.all(query, customer_id=caller.customer_id, older_than=older_than):
            await forget(caller, database, str(import_id))
