"""SQLite: reads straight on the event loop, but long ones; one writer a process, commits on a thread."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any

from ringbook.clock import rfc_3339
from ringbook.database.engine import PATIENCE_SECONDS, Query, Row, UniqueViolation, Values, up_to
from ringbook.database.schema import ContactKey, CustomerKey
from ringbook.errors import Unavailable

UNAVAILABLE_CODES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
NOT_UNIQUE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}

CHECKPOINT_PAGES = 4000
WAL_BYTES = 20_000_000
"""What the WAL is cut to once it was larger: some more than it has between two checkpoints, 4,000 pages of 4 KiB."""

sqlite3.register_adapter(datetime, rfc_3339)
sqlite3.register_adapter(CustomerKey, lambda key: key.int & ((1 << 47) - 1))
sqlite3.register_adapter(ContactKey, lambda key: key.bytes)


def connect(path: str, patience: float = 0) -> sqlite3.Connection:
    """Open the file, which is in WAL mode since its migration.

    On the event loop nothing may wait for a lock: `patience` (seconds) is for threads. To open it needs none, so that a
    server can start while another process holds the file. Why it is not mapped into memory, and seldom copied from the
    WAL: docs/decisions/0014.
    """
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=patience, cached_statements=512
    )
    connection.executescript(
        f"PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}; PRAGMA journal_size_limit={WAL_BYTES}"
    )
    return connection


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode in NOT_UNIQUE:
            raise UniqueViolation from error
        raise
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in UNAVAILABLE_CODES:
            raise Unavailable from error
        raise


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _deadline(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def _until_free(work: Any, deadline: float) -> Any:
    """Return work(), tried again while another process holds the file.

    The pauses are short and even: growing ones would starve the late.
    """
    while True:
        try:
            return work()
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(random.uniform(0.0005, 0.002))  # noqa: S311  a pause, not a secret


class SqliteTransaction:
    """The writer's connection while it holds the file's write lock."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread

    async def one(self, query: Query, **values: Any) -> Row | None:
        rows = await self.all(query, **values)
        return rows[0] if rows else None

    async def all(self, query: Query, **values: Any) -> list[Row]:
        arguments = query.sqlite.arguments(values)
        rows: list[Row] = await self._run(
            query, lambda: self._connection.execute(query.sqlite.sql, arguments).fetchall()
        )
        return rows

    async def run_many(self, query: Query, rows: Iterable[Values]) -> None:
        arguments = [query.sqlite.arguments(values) for values in rows]
        # closed where it was made: one thread that frees a cursor resets the statement that another one runs once more
        await self._run(query, lambda: self._connection.executemany(query.sqlite.sql, arguments).close())

    def prolong(self) -> None:
        """Do nothing: what has the file's write lock has no deadline."""

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        with _errors():
            self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # which a full disk ends by itself
                self._connection.execute("ROLLBACK TO part")
            raise
        finally:
            if self._connection.in_transaction:
                self._connection.execute("RELEASE part")

    async def _run(self, query: Query, work: Any) -> Any:
        with _errors():
            return await _finished(self._thread, work) if query.long else work()


class SqliteSnapshot(SqliteTransaction):
    """A connection of its own that reads one state, that of its first statement, on a thread of its own."""

    async def _run(self, query: Query, work: Any) -> Any:  # noqa: ARG002  any may take long here
        with _errors():
            return await _finished(self._thread, work)


async def _finished(thread: ThreadPoolExecutor, work: Any) -> Any:
    """Return work() done on the thread. What the thread has begun it ends, even where the caller has gone away."""
    done = asyncio.get_running_loop().run_in_executor(thread, work)
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        await asyncio.wait([done])
        raise


class SqliteDatabase:
    """A SQLite file. See engine.Database."""

    def __init__(self, path: str) -> None:
        self._path = path

    async def open(self) -> None:
        with _errors():
            self._reader = connect(self._path)
            self._writer = connect(self._path)
            self._long_reader = connect(self._path, PATIENCE_SECONDS)
        self._turn = asyncio.Lock()  # fair within the process: first come, first served
        self._thread = ThreadPoolExecutor(1, "sqlite-writer")
        self._long_thread = ThreadPoolExecutor(1, "sqlite-reader")
        self._transaction = SqliteTransaction(self._writer, self._thread)

    async def close(self) -> None:
        self._thread.shutdown()
        self._long_thread.shutdown()
        self._reader.close()
        self._long_reader.close()
        self._writer.close()

    async def one(self, query: Query, **values: Any) -> Row | None:
        """Run straight on the event loop: a B-tree probe costs less than a hop to a thread."""
        if query.long:
            rows = await self.all(query, **values)
            return rows[0] if rows else None
        compiled = query.sqlite
        try:
            row: Row | None = self._reader.execute(compiled.sql, compiled.arguments(values)).fetchone()
        except sqlite3.DatabaseError:
            rows = await self.all(query, **values)
            return rows[0] if rows else None
        return row

    async def all(self, query: Query, **values: Any) -> list[Row]:
        arguments = query.sqlite.arguments(values)
        reader = self._long_reader if query.long else self._reader

        def read() -> Any:
            return reader.execute(query.sqlite.sql, arguments).fetchall()

        with _errors():
            rows: list[Row] = await (
                _finished(self._long_thread, read) if query.long else _until_free(read, _deadline(query.seconds))
            )
        return rows

    async def first(self, query: Query, characters: int, **values: Any) -> list[Row]:
        """Step only so far: each step makes the JSON of one row."""
        arguments = query.sqlite.arguments(values)

        def read() -> list[Row]:
            cursor = self._reader.execute(query.sqlite.sql, arguments)
            rows = list(up_to(characters, cursor))
            cursor.close()
            return rows

        with _errors():
            rows: list[Row] = await _until_free(read, _deadline(query.seconds))
        return rows

    @asynccontextmanager
    async def transaction(self, seconds: float = PATIENCE_SECONDS) -> AsyncIterator[SqliteTransaction]:
        deadline = _deadline(seconds)
        try:
            async with asyncio.timeout_at(deadline):
                await self._turn.acquire()
        except TimeoutError as error:  # those before are waiting too
            raise Unavailable from error
        try:
            with _errors():
                await _until_free(self._begin, deadline)
            try:
                yield self._transaction
                with _errors():
                    await _finished(self._thread, lambda: self._writer.execute("COMMIT"))  # fsync, or a checkpoint
            finally:
                if self._writer.in_transaction:
                    with _errors():
                        self._writer.execute("ROLLBACK")
        finally:
            self._turn.release()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SqliteSnapshot]:
        with ThreadPoolExecutor(1, "sqlite-snapshot") as thread:
            with _errors():
                connection = await _finished(thread, lambda: connect(self._path, PATIENCE_SECONDS))
            try:
                connection.execute("BEGIN")
                yield SqliteSnapshot(connection, thread)
            finally:
                connection.close()

    def _begin(self) -> None:
        self._writer.execute("PRAGMA synchronous=FULL")  # not when connecting: it reads the file
        self._writer.execute("BEGIN IMMEDIATE")
