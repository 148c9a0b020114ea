"""PostgreSQL: asyncpg, one prepared statement a query."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any

import asyncpg

from ringbook.database.engine import PATIENCE_SECONDS, Query, Row, UniqueViolation, Values, up_to
from ringbook.database.pool import Pool
from ringbook.errors import RingbookError, Unavailable

UNAVAILABLE_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that the server has just ended, before its end is known here
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
)
GIVE_UP = (Unavailable, *UNAVAILABLE_ERRORS)
KEEP = (asyncpg.PostgresError, UniqueViolation, RingbookError)
"""Errors after which a connection is as good as before, but for those of GIVE_UP."""

SERVER_SETTINGS = {
    "application_name": "ringbook",
    # Every statement has an index made for it. A plan made while a table was small must not stay when it has grown.
    "enable_seqscan": "off",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        raise UniqueViolation from error
    except UNAVAILABLE_ERRORS as error:
        raise Unavailable from error


class Loan:
    """A connection of the pool within a block: `async with Loan(pool, seconds) as connection`.

    Raises Unavailable. A connection on which anything but the statement failed is given up: a new one is safe.
    """

    __slots__ = ("_connection", "_pool", "_seconds")

    def __init__(self, pool: Pool, seconds: float) -> None:
        self._pool = pool
        self._seconds = seconds

    async def __aenter__(self) -> asyncpg.Connection:
        try:
            self._connection = await self._pool.lend(self._seconds)
        except (asyncpg.PostgresError, *UNAVAILABLE_ERRORS) as error:  # whatever keeps it from letting us in
            raise Unavailable from error
        return self._connection

    async def __aexit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if error is not None and (isinstance(error, GIVE_UP) or not isinstance(error, KEEP)):
            self._connection.terminate()
        self._pool.give_back(self._connection)
        if isinstance(error, UNAVAILABLE_ERRORS):
            raise Unavailable from error


class PostgresTransaction:
    """A connection while it is lent for a transaction."""

    def __init__(self, connection: asyncpg.Connection, pool: Pool) -> None:
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

    def _time_for(self, query: Query) -> AbstractContextManager[None]:
        if query.long:
            self._pool.extend(self._connection, query.seconds)
        return _errors()


class PostgresDatabase:
    """A PostgreSQL database, reached by its URL. See engine.Database."""

    def __init__(self, url: str, connections: int) -> None:
        self._url = url
        self._connections = connections

    async def open(self) -> None:
        """Connect to nothing yet: a worker that starts while the database is away must not take the others down."""
        self._pool = Pool(self._url, self._connections, SERVER_SETTINGS)

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
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        async with Loan(self._pool, PATIENCE_SECONDS) as connection, connection.transaction():
            yield PostgresTransaction(connection, self._pool)
