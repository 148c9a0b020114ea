"""Brings a file's contacts in, chunk by chunk: each is one transaction, and so is how far the import has come."""

import asyncio
import gc
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

import msgspec
import sqlalchemy as sa

from ringbook.clock import utc_now
from ringbook.contacts.batch import LET_GO_SECONDS
from ringbook.database.engine import Database, Query, UniqueViolation
from ringbook.database.parameters import CUSTOMER_ID, NOW, values_of
from ringbook.database.schema import import_parts
from ringbook.database.schema import imports as t
from ringbook.errors import InvalidArgument, Unavailable
from ringbook.tenants.caller import Caller
from ringbook.transfer import imports
from ringbook.transfer.candidates import Candidate, candidate
from ringbook.transfer.forgetting import forget_file
from ringbook.transfer.forms import SEEN_BYTES, form_of, open_contacts
from ringbook.transfer.imports import IMPORT_ID, IS_IMPORT, Import
from ringbook.transfer.options import Form
from ringbook.transfer.rows import ContactFile, FileRow
from ringbook.transfer.runs import (
    PREVIEWED,
    DryRun,
    ReadChunk,
    RealRun,
    Run,
    Stopped,
    json_text,
    sample_of,
    scratch_book,
)

FIRST_ROWS, FEWEST_ROWS, MOST_ROWS = 50, 10, 500
HOLD_SECONDS = 0.06
"""For how long a chunk is to hold the file of SQLite; how many rows that are is found out."""

ATTEMPTS_OF_CHUNK = 5
SAMPLES = 3
AWAY_SECONDS = 60
"""For how long the database may be away until an import gives up; it can be gone on with."""


SELECT_PART = Query(
    sa.select(import_parts.c.content).where(
        import_parts.c.customer_id == CUSTOMER_ID,
        import_parts.c.import_id == IMPORT_ID,
        import_parts.c.part == sa.bindparam("part", type_=sa.Integer),
    )
)
END_IMPORT = Query(
    sa.update(t)
    .values(values_of(t, "state", "error") | {"task": sa.literal_column("''"), "tm_end": NOW})
    .where(*IS_IMPORT, t.c.task == sa.literal_column("'import'"))
)


class Progress(NamedTuple):
    """How far an import has come."""

    bytes_read: int
    bytes_total: int
    rows_read: int
    counts: Counter[str]


Told = Callable[[Progress], None]


def collect_seldom() -> None:
    """Keep the collector of cycles from what is there for good, and from the rows, of which none has a cycle.

    It took a twelfth of an import's time. A process that does nothing but an import calls this.
    """
    gc.freeze()
    gc.set_threshold(50_000)


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
    try:
        async with AsyncExitStack() as stack:
            file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  the stack closes it
            await _fetch(caller, database, import_id, file)
            run: Run = RealRun(caller, database, job)
            if job.options.dry_run:
                run = DryRun(caller, database, job, await stack.enter_async_context(scratch_book(caller)))
            await _Running(run, job, job.options.region or caller.region).all(file, may_go_on, told)
    except InvalidArgument as error:
        await end(caller, database, import_id, "failed", error.message)
    else:
        await end(caller, database, import_id, "done", "")
    await forget_file(caller, database, import_id)


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


class _Running:
    """An import that is at work: what it reads, and the run that brings it in."""

    def __init__(self, run: Run, job: Import, region: str) -> None:
        self._run = run
        self._job = job
        self._region = region

    async def all(self, file: BinaryIO, may_go_on: Callable[[], Awaitable[bool]], told: Told) -> None:
        """Bring in all rows that are not yet in. Raises Stopped, InvalidArgument, Unavailable."""
        form: Form = self._job.form or form_of(file.read(SEEN_BYTES))
        await self._run.start(await asyncio.to_thread(self._shown, file, form))
        contacts = self._open(file, form)
        chunks = _Chunks(contacts, map(self._candidate, islice(contacts.rows(), self._run.rows_read, None)))
        try:
            while (chunk := await chunks.next()).candidates:
                if not await may_go_on():
                    raise Stopped
                began = time.monotonic()
                await self._bring_in_when_possible(chunk, chunks.read_on)
                chunks.adapt(len(chunk.candidates), time.monotonic() - began)
                told(Progress(chunk.bytes_read, self._job.bytes_total, self._run.rows_read, self._run.counts))
                await asyncio.sleep(LET_GO_SECONDS)
        finally:
            await chunks.leave_off()

    def _open(self, file: BinaryIO, form: Form) -> ContactFile:
        file.seek(0)
        return open_contacts(file, form, self._job.options, self._region)

    def _candidate(self, row: FileRow) -> Candidate:
        return candidate(row, self._region, keep_ids=self._job.options.keep_ids)

    def _shown(self, file: BinaryIO, form: Form) -> dict[str, Any]:
        """Return what is shown of a file before it is brought in."""
        contacts = self._open(file, form)
        read = [self._candidate(row) for row in islice(contacts.rows(), PREVIEWED)]
        samples = [sample_of(one) for one in islice((one for one in read if not one.problem), SAMPLES)]
        lists = {"mapping": contacts.mapping, "unknown_columns": contacts.unknown, "samples": samples}
        return {
            "form": form,
            "encoding": contacts.encoding,
            "rejects_begin": contacts.rejects_begin(),
            **{name: json_text(value) for name, value in lists.items()},
        }

    async def _bring_in_when_possible(self, chunk: ReadChunk, read_on: Callable[[], None]) -> None:
        """Bring a chunk in; again where another has just got an external_id, or the database was away for a while."""
        attempts, until = ATTEMPTS_OF_CHUNK, time.monotonic() + AWAY_SECONDS
        while True:
            try:
                await self._run.bring_in(chunk, read_on)
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


class _Chunks:
    """The rows of a file in chunks: the next one is read, on a thread, while the database commits the one before.

    Not while it writes: for each row that it is given, SQLite lets go of the interpreter and waits for it again.
    """

    def __init__(self, file: ContactFile, rows: Iterator[Candidate]) -> None:
        self._file = file
        self._rows = rows
        self._count = FIRST_ROWS
        self._reading: asyncio.Task[ReadChunk] | None = None

    def read_on(self) -> None:
        """Begin to read the next chunk."""
        if self._reading is None:
            self._reading = asyncio.create_task(asyncio.to_thread(self._read))

    async def next(self) -> ReadChunk:
        """Return the next chunk, an empty one at the end."""
        reading = self._reading or asyncio.create_task(asyncio.to_thread(self._read))
        self._reading = None
        return await reading

    async def leave_off(self) -> None:
        """Wait for what is being read: the file is closed after it."""
        if self._reading:
            await asyncio.wait([self._reading])

    def adapt(self, rows: int, seconds: float) -> None:
        """Have as many rows in a chunk as take HOLD_SECONDS, of which `rows` took so many `seconds`."""
        self._count = min(MOST_ROWS, max(FEWEST_ROWS, round(rows * HOLD_SECONDS / seconds)))

    def _read(self) -> ReadChunk:
        candidates = list(islice(self._rows, self._count))
        return ReadChunk(self._file, candidates, self._file.bytes_read())
