"""Brings a file's contacts in, chunk by chunk: each is one transaction, and so is how far the import has come."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec
import sqlalchemy as sa

from ringbook.clock import utc_now
from ringbook.contacts import bulk
from ringbook.contacts.batch import LET_GO_SECONDS
from ringbook.contacts.change_log import Changing, changing
from ringbook.contacts.kinds import KINDS
from ringbook.contacts.tags import LOCK_CUSTOMER, fold_name
from ringbook.database.engine import LONG_SECONDS, Database, Query, Transaction, UniqueViolation
from ringbook.database.migrate import migrate
from ringbook.database.opening import database_at
from ringbook.database.parameters import CUSTOMER_ID, NOW, values_of
from ringbook.database.schema import import_parts, import_rows
from ringbook.database.schema import imports as t
from ringbook.errors import InvalidArgument, Unavailable
from ringbook.tenants import customers
from ringbook.tenants.caller import Caller
from ringbook.transfer import imports
from ringbook.transfer.candidates import Candidate, candidate
from ringbook.transfer.chunks import Chunk, RowResult, tag_ids
from ringbook.transfer.forms import SEEN_BYTES, form_of, open_contacts
from ringbook.transfer.imports import IMPORT_ID, IS_IMPORT, Import, RowPreview, SampleContact
from ringbook.transfer.options import Form
from ringbook.transfer.rows import ContactFile, FileRow

FIRST_ROWS, FEWEST_ROWS, MOST_ROWS = 50, 10, 500
HOLD_SECONDS = 0.03
"""For how long a chunk is to hold the file of SQLite; how many rows that are is found out."""

ATTEMPTS_OF_CHUNK = 5
SAMPLES, PREVIEWED = 3, 100
AWAY_SECONDS = 60
"""For how long the database may be away until an import gives up; it can be gone on with."""


class Stopped(Exception):
    """The import is to go no further: it was cancelled, or another process goes on with it."""


SELECT_PART = Query(
    sa.select(import_parts.c.content).where(
        import_parts.c.customer_id == CUSTOMER_ID,
        import_parts.c.import_id == IMPORT_ID,
        import_parts.c.part == sa.bindparam("part", type_=sa.Integer),
    )
)
DELETE_PART = Query(
    sa.delete(import_parts)
    .where(
        import_parts.c.customer_id == CUSTOMER_ID,
        import_parts.c.import_id == IMPORT_ID,
        import_parts.c.part == sa.bindparam("part", type_=sa.Integer),
    )
    .returning(import_parts.c.part)
)
_IS_RUNNING = (*IS_IMPORT, t.c.task == sa.literal_column("'import'"))
_TOLD = ("encoding", "form", "mapping", "unknown_columns", "samples", "rejects_begin")
START_IMPORT = Query(
    sa.update(t)
    .values(
        values_of(t, *_TOLD, "rows_read")
        | {"state": sa.literal_column("'running'"), "tm_start": sa.func.coalesce(t.c.tm_start, NOW)}
    )
    .where(*_IS_RUNNING)
    .returning(t.c.id)
)
_COUNTED = ("created", "updated", "skipped", "rejected")
MOVE_IMPORT = Query(
    sa.update(t)
    .values(values_of(t, "rows_read", "bytes_read", "preview", *_COUNTED))
    .where(*_IS_RUNNING, t.c.rows_read == sa.bindparam("rows_before", type_=sa.BigInteger))
    .returning(t.c.id)
)
INSERT_ROW = Query(
    sa.insert(import_rows).values(
        values_of(import_rows, "row", "outcome", "contact_id", "reject")
        | {"customer_id": CUSTOMER_ID, "import_id": IMPORT_ID}
    )
)
DELETE_ROWS = Query(
    sa.delete(import_rows).where(import_rows.c.customer_id == CUSTOMER_ID, import_rows.c.import_id == IMPORT_ID)
)
END_IMPORT = Query(
    sa.update(t)
    .values(values_of(t, "state", "error") | {"task": sa.literal_column("''"), "tm_end": NOW})
    .where(*IS_IMPORT, t.c.task.in_([sa.literal_column("'import'"), sa.literal_column("'undo'")]))
)


class Progress(NamedTuple):
    """How far an import has come."""

    bytes_read: int
    bytes_total: int
    rows_read: int
    counts: Counter[str]


Told = Callable[[Progress], None]


async def bring_in(
    caller: Caller,
    database: Database,
    import_id: str,
    may_go_on: Callable[[], Awaitable[bool]],
    told: Told = lambda _: None,
) -> None:
    """Bring in what an import has not yet brought in, as long as `may_go_on` returns true.

    Raises Stopped, and Unavailable where the database is away for AWAY_SECONDS.
    """
    job = msgspec.json.decode(await imports.get(caller, database, import_id), type=Import)
    by = caller._replace(who=import_id, who_type="import")
    try:
        async with AsyncExitStack() as stack:
            file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  the stack closes it
            await _fetch(caller, database, import_id, file)
            scratch = await stack.enter_async_context(_scratch(caller)) if job.options.dry_run else None
            running = Running(by, database, job, scratch)
            await running.all(file, may_go_on, told)
    except InvalidArgument as error:
        await end(caller, database, import_id, "failed", error.message)
    else:
        await end(caller, database, import_id, "done", "")
    await _delete_parts(caller, database, import_id)


async def _fetch(caller: Caller, database: Database, import_id: str, file: BinaryIO) -> None:
    ids, part = {"customer_id": caller.customer_id, "import_id": import_id}, 0
    while row := await database.one(SELECT_PART, **ids, part=part):
        file.write(row[0])
        part += 1
    file.seek(0)


async def end(caller: Caller, database: Database, import_id: str, state: str, error: str) -> None:
    """Say that an import has ended, and how."""
    values = {"customer_id": caller.customer_id, "import_id": import_id, "state": state, "error": error}
    async with database.transaction() as transaction:
        await transaction.run_many(END_IMPORT, [values | {"now": utc_now()}])


async def _delete_parts(caller: Caller, database: Database, import_id: str) -> None:
    ids, part, deleted = {"customer_id": caller.customer_id, "import_id": import_id}, 0, True
    while deleted:
        async with database.transaction() as transaction:
            deleted = await transaction.one(DELETE_PART, **ids, part=part) is not None
        part += 1
        await asyncio.sleep(LET_GO_SECONDS)


@asynccontextmanager
async def _scratch(caller: Caller) -> AsyncIterator[Database]:
    """Make a book in a temporary folder, for what a dry run would write."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'scratch.db'}"
        await migrate(url)
        database = database_at(url, 1)
        await database.open()
        try:
            values = {"name": "", "default_region": caller.region, "now": utc_now()}
            async with database.transaction() as transaction:
                await transaction.one(customers.INSERT_CUSTOMER, id=caller.customer_id, **values)
            yield database
        finally:
            await database.close()


class Running:
    """An import that is at work."""

    def __init__(self, caller: Caller, database: Database, job: Import, scratch: Database | None) -> None:
        self._caller = caller
        self._database = database
        self._job = job
        self._options = job.options
        self._region = job.options.region or caller.region
        self._scratch = scratch
        self._ids = {"customer_id": caller.customer_id, "import_id": job.id}
        self._tags: dict[str, str] = {}
        self._preview: list[RowPreview] = []
        self._rows_read = 0 if scratch else job.rows_read
        self._counts = Counter[str]()
        if not scratch:
            self._counts.update({name: getattr(job, name) for name in _COUNTED})

    async def all(self, file: BinaryIO, may_go_on: Callable[[], Awaitable[bool]], told: Told) -> None:
        """Bring in all rows that are not yet in. Raises Stopped, InvalidArgument, Unavailable."""
        form: Form = self._job.form or form_of(file.read(SEEN_BYTES))
        await self._start(await asyncio.to_thread(self._samples, file, form))
        contacts = self._open(file, form)
        rows = (self._candidate(row) for row in islice(contacts.rows(), self._rows_read, None))
        count = FIRST_ROWS
        reading = _read(rows, count)
        while chunk := await reading:
            bytes_read = contacts.bytes_read()
            reading = _read(rows, count)  # the next ones, while these are written
            if not await may_go_on():
                raise Stopped
            began = time.monotonic()
            await self._bring_in_when_possible(contacts, chunk, bytes_read)
            held = time.monotonic() - began
            count = min(MOST_ROWS, max(FEWEST_ROWS, round(len(chunk) * HOLD_SECONDS / held)))
            told(Progress(bytes_read, self._job.bytes_total, self._rows_read, self._counts))
            await asyncio.sleep(LET_GO_SECONDS)

    def _open(self, file: BinaryIO, form: Form) -> ContactFile:
        file.seek(0)
        return open_contacts(file, form, self._options, self._region)

    def _candidate(self, row: FileRow) -> Candidate:
        return candidate(row, self._region, keep_ids=self._options.keep_ids)

    def _samples(self, file: BinaryIO, form: Form) -> dict[str, Any]:
        """Return what is shown of a file before it is brought in."""
        contacts = self._open(file, form)
        read = (self._candidate(row) for row in islice(contacts.rows(), PREVIEWED))
        samples = [sample_of(one) for one in islice((one for one in read if not one.problem), SAMPLES)]
        lists = {"mapping": contacts.mapping, "unknown_columns": contacts.unknown, "samples": samples}
        return {
            "form": form,
            "encoding": contacts.encoding,
            "rejects_begin": contacts.rejects_begin(),
            **{name: _json(value) for name, value in lists.items()},
        }

    async def _start(self, shown: dict[str, Any]) -> None:
        async with self._database.transaction() as transaction:
            values = self._ids | shown | {"rows_read": self._rows_read, "now": utc_now()}
            if await transaction.one(START_IMPORT, **values) is None:
                raise Stopped
            if self._scratch:
                await transaction.run_many(DELETE_ROWS, [self._ids])

    async def _bring_in_when_possible(self, contacts: ContactFile, chunk: Sequence[Candidate], bytes_read: int) -> None:
        """Bring a chunk in; again where another has just got an external_id, or the database was away for a while."""
        attempts, until = ATTEMPTS_OF_CHUNK, time.monotonic() + AWAY_SECONDS
        while True:
            try:
                await self._bring_in(contacts, chunk, bytes_read)
            except UniqueViolation:
                attempts -= 1
                if not attempts:
                    raise Unavailable from None
            except Unavailable:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(1)
            else:
                return

    async def _bring_in(self, contacts: ContactFile, chunk: Sequence[Candidate], bytes_read: int) -> None:
        now = utc_now()
        work = Chunk(self._caller, self._options, now, len(chunk))
        async with changing(self._caller, self._scratch or self._database, LONG_SECONDS) as transaction:
            if self._scratch:
                await work.load(chunk, transaction, self._database)
            else:
                await transaction.one(LOCK_CUSTOMER, customer_id=self._caller.customer_id)
                await work.load(chunk, transaction)
            known = self._tags | await self._new_tags(transaction, chunk, now)
            results = [work.apply(one, self._tag_ids(known, one)) for one in chunk]
            await bulk.write_all(self._caller, transaction, now, work.changes())
            if not self._scratch:
                after = await self._move(transaction, contacts, results, bytes_read)
        if self._scratch:
            async with self._database.transaction() as transaction_of_job:
                after = await self._move(transaction_of_job, contacts, results, bytes_read)
        self._tags, self._counts = known, after
        self._rows_read += len(chunk)

    def _tag_names(self, one: Candidate) -> list[str]:
        return [*self._options.tag, *one.tags]

    def _tag_ids(self, known: Mapping[str, str], one: Candidate) -> list[str]:
        return [known[fold_name(name)] for name in self._tag_names(one)]

    async def _new_tags(self, transaction: Changing, chunk: Sequence[Candidate], now: datetime) -> dict[str, str]:
        names = [name for one in chunk for name in self._tag_names(one)]
        where = self._database if self._scratch else transaction
        return await tag_ids(self._caller, where, transaction, now, names, self._tags, make=not self._scratch)

    async def _move(
        self, transaction: Transaction, contacts: ContactFile, results: Sequence[RowResult], bytes_read: int
    ) -> Counter[str]:
        """Write how far the import has come, and what came of the rows; return the counts. Raises Stopped."""
        counts = self._counts + Counter(result.outcome for result in results)
        after = {"rows_before": self._rows_read, "rows_read": self._rows_read + len(results), "bytes_read": bytes_read}
        if self._scratch and len(self._preview) < PREVIEWED:
            self._preview += [_preview(result) for result in results[: PREVIEWED - len(self._preview)]]
        values = self._ids | after | {name: counts[name] for name in _COUNTED} | {"preview": _json(self._preview)}
        if await transaction.one(MOVE_IMPORT, **values) is None:
            raise Stopped
        rows = [
            self._ids
            | {"row": one.candidate.row.number, "outcome": one.outcome, "contact_id": one.contact_id or None}
            | {"reject": contacts.rejected(one.candidate.row, one.error) if one.error else None}
            for one in results
            if one.outcome == "rejected" or (one.outcome != "skipped" and not self._scratch)
        ]
        if rows:
            await transaction.run_many(INSERT_ROW, rows)
        return counts


def _read(rows: Iterator[Candidate], count: int) -> "asyncio.Task[list[Candidate]]":
    return asyncio.create_task(asyncio.to_thread(lambda: list(islice(rows, count))))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def sample_of(one: Candidate) -> SampleContact:
    """Return a row as it is shown to a person."""
    numbers, mails = (
        [dict(each.kept.values) | {"type": each.kept.type} for each in one.addresses[kind].values()] for kind in KINDS
    )
    return SampleContact(**one.texts, phone_numbers=numbers, emails=mails, tags=list(one.tags))


def _preview(result: RowResult) -> RowPreview:
    one = result.candidate
    there = result.contact_id if result.outcome != "created" else ""
    return RowPreview(one.row.number, result.outcome, there or None, result.error, sample_of(one))
