"""PostgreSQL: asyncpg, one prepared statement a query."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any

import asyncpg

from ringbook.database.connecting import ServerConnection, parse
from ringbook.database.engine import (
    LONG_SECONDS,
    PATIENCE_SECONDS,
    SNAPSHOT_SECONDS,
    Connection,
    Query,
    Row,
    UniqueViolation,
    Values,
    up_to,
)
from ringbook.database.outage import Outage
from ringbook.database.pool import Pool
from ringbook.errors import RingbookError, Unavailable

GIVEN_UP = (asyncpg.TransactionRollbackError, asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError)
"""What the server gives up by itself: a deadlock, a conflict, a time-out of the server or of a role."""

UNAVAILABLE_ERRORS = (
    *GIVEN_UP,
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that the server has just ended, before its end is known here
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.InvalidTransactionStateError,  # a time-out of transactions; and a database that only reads
    asyncpg.InvalidCachedStatementError,  # another version has just migrated
    asyncpg.DuplicatePreparedStatementError,  # a pooler that gave one server to two of us
    asyncpg.InvalidSQLStatementNameError,
)
KEEP = (asyncpg.PostgresError, UniqueViolation, RingbookError)
"""Errors after which a connection is as good as before, but for those of UNAVAILABLE_ERRORS that are not GIVEN_UP."""

FOR_READS = 5
"""One connection of so many is for reads alone, so that lookups go on where changes hang."""


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        raise UniqueViolation from error
    except UNAVAILABLE_ERRORS as error:
        raise Unavailable from error


def _cause(error: BaseException) -> BaseException:
    """Return what the driver said first: not what it said when it could not roll back on a closed connection."""
    if isinstance(error, asyncpg.InterfaceError) and error.__context__ is not None:
        error = error.__context__
    return error.__cause__ or error if isinstance(error, Unavailable) else error


def _is_good_after(cause: BaseException) -> bool:
    return isinstance(cause, GIVEN_UP) or (isinstance(cause, KEEP) and not isinstance(cause, UNAVAILABLE_ERRORS))


class Loan:
    """A connection of the pool within a block: `async with Loan(pool, seconds) as connection`.

    Raises Unavailable. A connection on which anything but the statement failed is given up: a new one is safe.
    """

    __slots__ = ("_connection", "_pool", "_seconds")

    def __init__(self, pool: Pool, seconds: float) -> None:
        self._pool = pool
        self._seconds = seconds

    async def __aenter__(self) -> ServerConnection:
        try:
            self._connection = await self._pool.lend(self._seconds)
        except (asyncpg.PostgresError, *UNAVAILABLE_ERRORS) as error:  # whatever keeps it from letting us in
            self._pool.outage.failed(self._pool.words(error))
            raise Unavailable from error
        return self._connection

    async def __aexit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if error is None:
            self._pool.give_back(self._connection)
            if self._pool.outage.now:
                self._pool.outage.served()
            return
        cause = _cause(error)
        if not _is_good_after(cause):
            self._pool.cut(self._connection)
        self._pool.give_back(self._connection)
        overdue = self._connection.overdue
        cut_under_it = overdue and isinstance(error, Exception) and not isinstance(error, RingbookError)
        if cut_under_it or isinstance(error, (Unavailable, *UNAVAILABLE_ERRORS)):
            if overdue:
                cause = TimeoutError("the server did not answer in time")
            self._pool.outage.failed(self._pool.words(cause))
            raise Unavailable from cause


class PostgresTransaction:
    """A connection while it is lent for a transaction."""

    def __init__(self, connection: ServerConnection, pool: Pool) -> None:
        self._connection = connection
        self._pool = pool

    async def one(self, query: Query, **values: Any) -> Row | None:
        with self._time_for(query):
            row: Row | None = await self._connection.fetchrow(query.postgresql.sql, *query.postgresql.arguments(values))
        return row

    async def all(self, query: Query, **values: Any) -> Sequence[Row]:
        with self._time_for(query):
            rows: Sequence[Row] = await self._connection.fetch(
                query.postgresql.sql, *query.postgresql.arguments(values)
            )
        return rows

    async def run_many(self, query: Query, rows: Iterable[Values]) -> None:
        with self._time_for(query):
            await self._connection.executemany(
                query.postgresql.sql, [query.postgresql.arguments(values) for values in rows]
            )

    def prolong(self) -> None:
        self._pool.extend(self._connection, LONG_SECONDS)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        with _errors():
            async with self._connection.transaction():
                yield

    def _time_for(self, query: Query) -> AbstractContextManager[None]:
        if query.long:
            self._pool.extend(self._connection, query.seconds)
        return _errors()


class PostgresSnapshot(PostgresTransaction):
    """A connection while it is lent to read one state."""

    def _time_for(self, query: Query) -> AbstractContextManager[None]:  # noqa: ARG002  any may rest for as long
        self._pool.extend(self._connection, SNAPSHOT_SECONDS)
        return _errors()


class PostgresDatabase:
    """A PostgreSQL database, reached by its URL. See engine.Database."""

    def __init__(self, url: str, connections: int) -> None:
        self._target = parse(url)
        self._connections = connections

    async def open(self) -> None:
        """Connect to nothing yet: a worker that starts while the database is away must not take the others down."""
        self._pool = Pool(self._target, self._connections, Outage())
        for_reads = max(1, self._connections // FOR_READS)
        self._changes = asyncio.Semaphore(max(1, self._connections - for_reads))

    async def close(self) -> None:
        await self._pool.close(PATIENCE_SECONDS)

    async def one(self, query: Query, **values: Any) -> Row | None:
        compiled = query.postgresql
        async with Loan(self._pool, query.seconds) as connection:
            row: Row | None = await connection.fetchrow(compiled.sql, *compiled.arguments(values))
        return row

    async def all(self, query: Query, **values: Any) -> Sequence[Row]:
        compiled = query.postgresql
        async with Loan(self._pool, query.seconds) as connection:
            rows: Sequence[Row] = await connection.fetch(compiled.sql, *compiled.arguments(values))
        return rows

    async def first(self, query: Query, characters: int, **values: Any) -> Sequence[Row]:
        return list(up_to(characters, await self.all(query, **values)))

    @asynccontextmanager
    async def transaction(self, seconds: float = PATIENCE_SECONDS) -> AsyncIterator[PostgresTransaction]:
        seconds = await self._turn(seconds)
        try:
            async with Loan(self._pool, seconds) as connection, connection.transaction():
                yield PostgresTransaction(connection, self._pool)
        finally:
            self._changes.release()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        async with (
            Loan(self._pool, SNAPSHOT_SECONDS) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield PostgresSnapshot(connection, self._pool)

    async def _turn(self, seconds: float) -> float:
        """Wait for one of the connections that may change something; return the seconds that are left then."""
        if not self._changes.locked():
            await self._changes.acquire()
            return seconds
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        try:
            async with asyncio.timeout_at(deadline):
                await self._changes.acquire()
        except TimeoutError:
            reason = f"none of the worker's connections for changes came free within {seconds} s"
            self._pool.outage.failed(reason)
            raise Unavailable from TimeoutError(reason)
        return deadline - loop.time()
