"""PostgreSQL: asyncpg's pool, one prepared statement a query."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg

from ringbook.database.engine import Query, Row, UniqueViolation, Values
from ringbook.errors import Unavailable

PATIENCE_SECONDS = 1.5
"""How long a connection may take to be made or to come free."""

STATEMENT_SECONDS = 10.0
"""How long one statement may take."""

UNAVAILABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
)
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
    except UNAVAILABLE as error:
        raise Unavailable from error


async def _keep_session(_: asyncpg.Connection) -> None:
    """Do nothing when a connection goes back to the pool: no statement here changes its session's state."""


class PostgresTransaction:
    """A pooled connection inside a transaction."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def one(self, query: Query, **values: Any) -> Row | None:
        with _errors():
            row: Row | None = await self._connection.fetchrow(query.postgresql.sql, *query.postgresql.arguments(values))
        return row

    async def all(self, query: Query, **values: Any) -> Sequence[Row]:
        with _errors():
            rows: Sequence[Row] = await self._connection.fetch(
                query.postgresql.sql, *query.postgresql.arguments(values)
            )
        return rows

    async def run_many(self, query: Query, rows: Iterable[Values]) -> None:
        with _errors():
            await self._connection.executemany(
                query.postgresql.sql, [query.postgresql.arguments(values) for values in rows]
            )


class PostgresDatabase:
    """A PostgreSQL database, reached by its URL. See engine.Database."""

    def __init__(self, url: str, connections: int) -> None:
        self._url = url
        self._connections = connections

    async def open(self) -> None:
        with _errors():
            self._pool = await asyncpg.create_pool(
                self._url,
                min_size=1,
                max_size=self._connections,
                timeout=PATIENCE_SECONDS,
                command_timeout=STATEMENT_SECONDS,
                reset=_keep_session,
                server_settings=SERVER_SETTINGS,
            )

    async def close(self) -> None:
        try:
            await asyncio.wait_for(self._pool.close(), PATIENCE_SECONDS)
        except TimeoutError:
            self._pool.terminate()

    async def one(self, query: Query, **values: Any) -> Row | None:
        with _errors():
            async with self._pool.acquire(timeout=PATIENCE_SECONDS) as connection:
                row: Row | None = await connection.fetchrow(query.postgresql.sql, *query.postgresql.arguments(values))
        return row

    async def all(self, query: Query, **values: Any) -> Sequence[Row]:
        with _errors():
            async with self._pool.acquire(timeout=PATIENCE_SECONDS) as connection:
                rows: Sequence[Row] = await connection.fetch(query.postgresql.sql, *query.postgresql.arguments(values))
        return rows

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        with _errors():
            async with self._pool.acquire(timeout=PATIENCE_SECONDS) as connection, connection.transaction():
                yield PostgresTransaction(connection)
