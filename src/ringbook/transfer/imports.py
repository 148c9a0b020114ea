"""An import: a file, how it is read, how far it has come, and what came of its rows."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.clock import new_id
from ringbook.contacts.row import Representation
from ringbook.contacts.tags import LOCK_CUSTOMER
from ringbook.database.engine import Connection, Database, Query, Transaction
from ringbook.database.pages import MOST_CHARACTERS, Page, render_page
from ringbook.database.parameters import CUSTOMER_ID, LIMIT, NOW, values_of
from ringbook.database.rendering import json_object, json_of_text, json_values
from ringbook.database.schema import IdColumn, import_parts
from ringbook.database.schema import imports as t
from ringbook.errors import NotFound, Reason, WrongState
from ringbook.tenants.caller import Caller
from ringbook.transfer.options import Form, ImportOptions
from ringbook.values.fields import Id, Time

PART_BYTES = 1 << 18
NOT_ENDED = "the upload has not ended"
MOST_UNDER_WAY = 50
"""How many imports of a customer may be on their way at once, those whose file is still coming among them."""

UPLOAD_TIME = timedelta(hours=1)
"""For how long a file that does not end counts."""

State = Literal["queued", "running", "done", "failed", "cancelled"]
RowOutcome = Literal["created", "updated", "skipped", "rejected"]


class SampleContact(msgspec.Struct, omit_defaults=True):
    """A contact as it was read, without what is empty."""

    first_name: str = ""
    last_name: str = ""
    display_name: str = ""
    company: str = ""
    job_title: str = ""
    external_id: str = ""
    notes: str = ""
    source: str = ""
    phone_numbers: list[dict[str, Any]] = []
    emails: list[dict[str, Any]] = []
    tags: list[str] = []


class RowPreview(msgspec.Struct):
    """What a row would do."""

    row: Annotated[int, Meta(description="Counted from 1.")]
    outcome: RowOutcome
    contact_id: Id | None
    """Of the contact that is there."""
    error: str
    contact: SampleContact


class Import(msgspec.Struct):
    """An import as it is answered. At all times rows_read = created + updated + skipped + rejected."""

    id: Id
    customer_id: Id
    state: State
    file_name: str
    form: Form | Literal[""]
    encoding: Annotated[str, Meta(description="As what the file was read.")]
    options: ImportOptions
    mapping: Annotated[dict[str, str], Meta(description="Each column, and what it was read as.")]
    unknown_columns: list[str]
    samples: Annotated[list[SampleContact], Meta(description="The first three contacts, as they were read.")]
    preview: Annotated[list[RowPreview], Meta(description="Of a dry run, what the first 100 rows would do.")]
    bytes_total: int
    bytes_read: int
    rows_read: int
    created: int
    updated: int
    skipped: int
    rejected: int
    undone: Annotated[int, Meta(description="How many created and updated rows were taken back.")]
    error: Annotated[str, Meta(description="Why it failed, or could not be taken back.")]
    tm_create: Time
    tm_start: Time | None
    tm_end: Time | None
    tm_undo: Time | None


class ImportPage(msgspec.Struct):
    """A page of imports, newest first."""

    result: list[Import]
    next_page_token: Annotated[str, Meta(description="The next page's page_token; empty on the last page.")]


COUNTS = ("bytes_total", "bytes_read", "rows_read", "created", "updated", "skipped", "rejected", "undone")
_JSON = json_object(
    **json_values(t.c, "id", "customer_id", "state", "file_name", "form", "encoding"),
    **{name: json_of_text(t.c[name]) for name in ("options", "mapping", "unknown_columns", "samples", "preview")},
    **json_values(t.c, *COUNTS, "error", "tm_create", "tm_start", "tm_end", "tm_undo"),
)
IMPORT_ID = sa.bindparam("import_id", type_=IdColumn)
IS_IMPORT = (t.c.customer_id == CUSTOMER_ID, t.c.id == IMPORT_ID)
_EMPTY: dict[str, Any] = {
    **dict.fromkeys(COUNTS, sa.literal_column("0")),
    **{name: sa.literal_column(text) for name, text in {"mapping": "'{}'", "encoding": "''", "task": "''"}.items()},
    **dict.fromkeys(("unknown_columns", "samples", "preview"), sa.literal_column("'[]'")),
}
INSERT_IMPORT = Query(
    sa.insert(t).values(
        _EMPTY
        | values_of(t, "access_key_id", "file_name", "form", "options", "state", "error", "rejects_begin")
        | {"customer_id": CUSTOMER_ID, "id": IMPORT_ID, "tm_create": NOW}
    )
)
INSERT_PART = Query(
    sa.insert(import_parts).values(
        values_of(import_parts, "part", "content") | {"customer_id": CUSTOMER_ID, "import_id": IMPORT_ID}
    )
)
QUEUED = {"state": "queued", "task": "import", "error": ""}
QUEUE_IMPORT = Query(
    sa.update(t)
    .values(
        bytes_total=sa.bindparam("bytes_total", type_=sa.BigInteger),
        **{name: sa.literal_column(f"'{value}'") for name, value in QUEUED.items()},
    )
    .where(*IS_IMPORT)
)


_IS_UNDER_WAY = t.c.state.in_([sa.literal_column("'queued'"), sa.literal_column("'running'")])
_IS_UPLOAD = t.c.error == sa.literal_column(f"'{NOT_ENDED}'")
COUNT_UNDER_WAY = Query(
    sa.select(sa.func.count()).where(
        t.c.customer_id == CUSTOMER_ID,
        sa.or_(
            sa.and_(_IS_UNDER_WAY, t.c.task != sa.literal_column("''")),
            sa.and_(_IS_UPLOAD, t.c.tm_create > sa.bindparam("since", type_=t.c.tm_create.type)),
        ),
    )
)


async def begin(caller: Caller, database: Database, now: datetime, file_name: str, options: ImportOptions) -> str:
    """Return the id of a new import, whose file is still to come: should it not come, the import has failed.

    Raises WrongState where there are too many.
    """
    import_id = new_id(now)
    values = {"access_key_id": caller.who or None, "file_name": file_name[-255:], "form": options.format}
    values |= {"options": msgspec.json.encode(options).decode(), "state": "failed", "error": NOT_ENDED}
    ids = {"customer_id": caller.customer_id, "import_id": import_id}
    async with database.transaction() as transaction:
        await transaction.one(LOCK_CUSTOMER, customer_id=caller.customer_id)
        row = await transaction.one(COUNT_UNDER_WAY, customer_id=caller.customer_id, since=now - UPLOAD_TIME)
        if row and row[0] >= MOST_UNDER_WAY:
            message = f"{row[0]} imports are on their way: wait for one of them to end"
            raise WrongState(Reason.TOO_MANY_IMPORTS, message)
        await transaction.run_many(INSERT_IMPORT, [ids | values | {"now": now, "rejects_begin": b""}])
    return import_id


async def add_part(caller: Caller, database: Database, import_id: str, part: int, content: bytes) -> None:
    """Keep the next PART_BYTES of the file, or the last of it."""
    ids = {"customer_id": caller.customer_id, "import_id": import_id}
    async with database.transaction() as transaction:
        await transaction.run_many(INSERT_PART, [ids | {"part": part, "content": content}])


async def enqueue(caller: Caller, transaction: Transaction, import_id: str, size: int) -> Representation:
    """Let an import begin, whose file of `size` bytes is there. Return its JSON. Raises NotFound."""
    ids = {"customer_id": caller.customer_id, "import_id": import_id}
    await transaction.run_many(QUEUE_IMPORT, [ids | {"bytes_total": size}])
    return Representation(await get(caller, transaction, import_id))


RESUME_IMPORT = Query(
    sa.update(t)
    .values(
        bytes_total=sa.func.coalesce(sa.bindparam("new_size", type_=sa.BigInteger), t.c.bytes_total),
        **{name: sa.literal_column(f"'{value}'") for name, value in QUEUED.items()},
    )
    .where(*IS_IMPORT, sa.or_(_IS_UNDER_WAY, _IS_UPLOAD))
    .returning(t.c.id)
)
PAUSE_IMPORT = Query(
    sa.update(t)
    .values(state=sa.literal_column("'queued'"), task=sa.literal_column("''"))
    .where(*IS_IMPORT, _IS_UNDER_WAY)
)


async def resume(caller: Caller, database: Database, import_id: str, size: int | None) -> None:
    """Let an import begin, whose file of `size` bytes is there, or go on. Raises WrongState, NotFound."""
    ids = {"customer_id": caller.customer_id, "import_id": import_id}
    async with database.transaction() as transaction:
        if await transaction.one(RESUME_IMPORT, **ids, new_size=size) is None:
            await get(caller, transaction, import_id)
            raise WrongState(Reason.IMPORT_NOT_ENDED, "the import has ended")


async def pause(caller: Caller, database: Database, import_id: str) -> None:
    """Let nobody go on with an import until it is resumed."""
    async with database.transaction() as transaction:
        await transaction.run_many(PAUSE_IMPORT, [{"customer_id": caller.customer_id, "import_id": import_id}])


SELECT_IMPORT = Query(sa.select(_JSON).where(*IS_IMPORT))


async def get(caller: Caller, database: Connection, import_id: str) -> bytes:
    """Return the JSON of an import. Raises NotFound."""
    row = await database.one(SELECT_IMPORT, customer_id=caller.customer_id, import_id=import_id)
    if row is None:
        raise import_not_found()
    json: str = row[0]
    return json.encode()


IMPORT_PAGE = Query(
    sa.select(_JSON, t.c.id, json_values(t.c, "tm_create")["tm_create"].label("time"))
    .where(t.c.customer_id == CUSTOMER_ID, t.c.id < sa.bindparam("below", type_=IdColumn))
    .order_by(t.c.id.desc())
    .limit(LIMIT)
)


async def page(caller: Caller, database: Database, page: Page) -> bytes:
    """Return the JSON of one page of imports, newest first."""
    values = {"customer_id": caller.customer_id, "below": page.below, "limit": page.size + 1}
    return render_page(await database.first(IMPORT_PAGE, MOST_CHARACTERS, **values), page.size)


CANCEL_IMPORT = Query(
    sa.update(t)
    .values(state=sa.literal_column("'cancelled'"), task=sa.literal_column("''"), tm_end=NOW)
    .where(*IS_IMPORT, _IS_UNDER_WAY)
)


async def cancel(caller: Caller, transaction: Transaction, now: datetime, import_id: str) -> Representation:
    """End an import that has not ended: what is in stays in. Return its JSON. Raises NotFound."""
    ids = {"customer_id": caller.customer_id, "import_id": import_id}
    await transaction.run_many(CANCEL_IMPORT, [ids | {"now": now}])
    return Representation(await get(caller, transaction, import_id))


UNDO_IMPORT = Query(
    sa.update(t)
    .values(
        task=sa.literal_column("'undo'"),
        error=sa.case((t.c.state == sa.literal_column("'failed'"), t.c.error), else_=sa.literal_column("''")),
    )
    .where(*IS_IMPORT, sa.not_(_IS_UNDER_WAY), t.c.tm_undo.is_(None))
    .returning(t.c.id)
)


async def undo(caller: Caller, transaction: Transaction, _now: datetime, import_id: str) -> Representation:
    """Have an import that has ended taken back. Return its JSON. Raises NotFound, WrongState."""
    ids = {"customer_id": caller.customer_id, "import_id": import_id}
    undoing = await transaction.one(UNDO_IMPORT, **ids)
    json = await get(caller, transaction, import_id)
    if undoing is None:
        message = "the import has not ended, or was taken back before"
        raise WrongState(Reason.IMPORT_NOT_ENDED, message)
    return Representation(json)


def import_not_found() -> NotFound:
    """Return the error for an id that is no import of this customer."""
    return NotFound(Reason.IMPORT_NOT_FOUND, "there is no such import")


def lease_name(import_id: str) -> str:
    """Return the name of the lease of which the holder does an import."""
    return f"import {import_id}"
