"""What becomes of the rows of an import: a real run writes them into the book, a dry run into one of its own."""

import tempfile
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from ringbook.clock import utc_now
from ringbook.contacts import bulk
from ringbook.contacts.change_log import Changing, changing, logged
from ringbook.contacts.kinds import KINDS
from ringbook.contacts.tags import LOCK_CUSTOMER, fold_name
from ringbook.database.engine import LONG_SECONDS, Database, Query, Transaction
from ringbook.database.migrate import migrate
from ringbook.database.opening import database_at
from ringbook.database.parameters import CUSTOMER_ID, NOW, values_of
from ringbook.database.schema import import_rows
from ringbook.database.schema import imports as t
from ringbook.tenants import customers
from ringbook.tenants.caller import Caller
from ringbook.transfer.candidates import Candidate
from ringbook.transfer.chunks import Chunk, RowResult, tag_ids
from ringbook.transfer.imports import IMPORT_ID, IS_IMPORT, Import, RowPreview, SampleContact
from ringbook.transfer.rows import ContactFile

PREVIEWED = 100


class Stopped(Exception):
    """The import is to go no further: it was cancelled, or another process goes on with it."""


class ReadChunk(NamedTuple):
    """The next rows of a file, and how far it is read with them."""

    file: ContactFile
    candidates: Sequence[Candidate]
    bytes_read: int


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
    .values(values_of(t, "rows_read", "bytes_read", "preview", "unknown_columns", *_COUNTED))
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


class Run(ABC):
    """An import that is at work."""

    kept: tuple[str, ...]
    """The outcomes of which a line is kept for each row."""

    def __init__(self, caller: Caller, database: Database, job: Import) -> None:
        self.rows_read = 0
        self.counts = Counter[str]()
        self._caller = caller._replace(who=job.id, who_type="import")
        self._database = database
        self._options = job.options
        self._ids = {"customer_id": caller.customer_id, "import_id": job.id}
        self._tags: dict[str, str] = {}
        self._preview: list[RowPreview] = []

    async def start(self, shown: Mapping[str, Any]) -> None:
        """Say that it is at work, and what is shown of its file. Raises Stopped."""
        async with self._database.transaction() as transaction:
            values = self._ids | dict(shown) | {"rows_read": self.rows_read, "now": utc_now()}
            if await transaction.one(START_IMPORT, **values) is None:
                raise Stopped
            if not self.rows_read:  # of a dry run that begins anew
                await transaction.run_many(DELETE_ROWS, [self._ids])

    @abstractmethod
    async def bring_in(self, chunk: ReadChunk, read_on: Callable[[], None]) -> None:
        """Bring in the next rows, and call `read_on` when only the commit is left to wait for.

        Raises Stopped, UniqueViolation, Unavailable.
        """

    def _tag_names(self, one: Candidate) -> list[str]:
        return [*self._options.tag, *one.tags]

    def _names(self, chunk: ReadChunk) -> list[str]:
        return [name for one in chunk.candidates for name in self._tag_names(one)]

    async def _apply(self, work: Chunk, chunk: ReadChunk, transaction: Changing, now: datetime) -> list[RowResult]:
        """Decide what becomes of each row, and write it."""
        results = [
            work.apply(one, [self._tags[fold_name(name)] for name in self._tag_names(one)]) for one in chunk.candidates
        ]
        await bulk.write_all(self._caller, transaction, now, work.changes())
        return results

    async def _move(self, transaction: Transaction, chunk: ReadChunk, results: Sequence[RowResult]) -> Counter[str]:
        """Write how far the import has come, and what came of the rows; return the counts. Raises Stopped."""
        counts = self.counts + Counter(result.outcome for result in results)
        values = self._ids | {
            "rows_before": self.rows_read,
            "rows_read": self.rows_read + len(results),
            "bytes_read": chunk.bytes_read,
            "preview": json_text(self._preview),
            "unknown_columns": json_text(chunk.file.unknown),
            **{name: counts[name] for name in _COUNTED},
        }
        if await transaction.one(MOVE_IMPORT, **values) is None:
            raise Stopped
        rows = [
            {
                **self._ids,
                "row": one.candidate.row.number,
                "outcome": one.outcome,
                "contact_id": one.contact_id or None,
                "reject": chunk.file.rejected(one.candidate.row, one.error) if one.error else None,
            }
            for one in results
            if one.outcome in self.kept
        ]
        if rows:
            await transaction.run_many(INSERT_ROW, rows)
        return counts


class RealRun(Run):
    """Writes into the book: each chunk with how far the import has come, in one transaction."""

    kept = ("created", "updated", "rejected")

    def __init__(self, caller: Caller, database: Database, job: Import) -> None:
        super().__init__(caller, database, job)
        self.rows_read = job.rows_read
        self.counts.update({name: getattr(job, name) for name in _COUNTED})

    async def bring_in(self, chunk: ReadChunk, read_on: Callable[[], None]) -> None:
        """Bring the rows in, and say so in the same transaction."""
        now, known = utc_now(), dict(self._tags)
        work = Chunk(self._caller, self._options, now, len(chunk.candidates))
        try:
            async with self._database.transaction(LONG_SECONDS) as transaction:
                async with logged(self._caller, transaction) as changes:
                    await transaction.one(LOCK_CUSTOMER, customer_id=self._caller.customer_id)
                    await work.load(chunk.candidates, changes)
                    names = self._names(chunk)
                    self._tags |= await tag_ids(self._caller, changes, changes, now, names, known, make=True)
                    counts = await self._move(changes, chunk, await self._apply(work, chunk, changes, now))
                read_on()
        except BaseException:
            self._tags = known  # those that were made are none
            raise
        self.counts = counts
        self.rows_read += len(chunk.candidates)


class DryRun(Run):
    """Writes into a book of its own, which is asked before the real one: so its counts are those of a real run."""

    kept = ("rejected",)

    def __init__(self, caller: Caller, database: Database, job: Import, scratch: Database) -> None:
        super().__init__(caller, database, job)
        self._scratch = scratch
        self._written: tuple[ReadChunk, list[RowResult]] | None = None

    async def bring_in(self, chunk: ReadChunk, read_on: Callable[[], None]) -> None:
        """Say what would come of the rows."""
        if self._written is None or self._written[0] is not chunk:  # else the database was away for what follows
            self._written = chunk, await self._write(chunk)
        results = self._written[1]
        async with self._database.transaction() as transaction:
            counts = await self._move(transaction, chunk, results)
            read_on()
        self.counts = counts
        self.rows_read += len(results)

    async def _write(self, chunk: ReadChunk) -> list[RowResult]:
        now = utc_now()
        work = Chunk(self._caller, self._options, now, len(chunk.candidates))
        async with changing(self._caller, self._scratch, LONG_SECONDS) as changes:
            await work.load(chunk.candidates, changes, self._database)
            names = self._names(chunk)
            self._tags |= await tag_ids(self._caller, self._database, changes, now, names, self._tags, make=False)
            results = await self._apply(work, chunk, changes, now)
        self._preview += map(_preview, results[: PREVIEWED - len(self._preview)])
        return results


@asynccontextmanager
async def scratch_book(caller: Caller) -> AsyncIterator[Database]:
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


def json_text(value: Any) -> str:
    """Return a value as JSON, as a column has it."""
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
