"""The rows of an import that were rejected, as a file."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import sqlalchemy as sa

from ringbook.database.engine import Connection, Query
from ringbook.database.parameters import CUSTOMER_ID, LIMIT
from ringbook.database.schema import import_rows
from ringbook.database.schema import imports as t
from ringbook.tenants.caller import Caller
from ringbook.transfer.imports import IMPORT_ID, IS_IMPORT, import_not_found

REJECTS_AT_A_TIME = 200

REJECTS_BEGIN = Query(sa.select(t.c.file_name, t.c.form, t.c.rejects_begin).where(*IS_IMPORT))
REJECTS = Query(
    sa.select(import_rows.c.row, import_rows.c.reject)
    .where(
        import_rows.c.customer_id == CUSTOMER_ID,
        import_rows.c.import_id == IMPORT_ID,
        import_rows.c.row > sa.bindparam("above", type_=sa.BigInteger),
        import_rows.c.outcome == sa.literal_column("'rejected'"),
    )
    .order_by(import_rows.c.row)
    .limit(LIMIT)
)


class RejectsFile(NamedTuple):
    """The rows that were rejected, in the form of the file, each with its error."""

    file_name: str
    form: str
    parts: AsyncIterator[bytes]


async def rejects_of(caller: Caller, database: Connection, import_id: str) -> RejectsFile:
    """Return the rows that were rejected so far. Raises NotFound."""
    ids = {"customer_id": caller.customer_id, "import_id": import_id}
    row = await database.one(REJECTS_BEGIN, **ids)
    if row is None:
        raise import_not_found()

    async def parts() -> AsyncIterator[bytes]:
        yield bytes(row[2])
        above = 0
        while rows := await database.all(REJECTS, **ids, above=above, limit=REJECTS_AT_A_TIME):
            above = rows[-1][0]
            yield b"".join(bytes(reject) for _, reject in rows)

    return RejectsFile(row[0], row[1], parts())
