"""PostgreSQL: asyncpg's pool, one prepared statement a query."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg

from ringbook.database.engine import Query, Row, UniqueViolation, Values
from ringbook.errors import Unavailable

PATIENCE_SECONDS = 1.5
"""How long a request waits for the database: for a connection, and all that is done on it."""

LONG_SECONDS = 10.0
"""How long a statement may take that touches any number of rows."""

UNAVAILABLE = (
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
    """A pooled connection that is cut when its time is over.

    What waits on it then ends with an error, even when nothing ever comes back from the other side.
    """

    def __init__(self, connection: asyncpg.Connection, deadline: float) -> None:
        self._connection = connection
        self._cut = asyncio.get_running_loop().call_at(deadline, connection.terminate)

    async def one(self, query: Query, **values: Any) -> Row | None:
        self._give_time_to(query)
        with _errors():
            row: Row | None = await self._connection.fetchrow(query.postgresql.sql, *query.postgresql.arguments(values))
        return row

    async def all(self, query: Query, **values: Any) -> Sequence[Row]:
        self._give_time_to(query)
        with _errors():
            rows: Sequence[Row] = await self._connection.fetch(
                query.postgresql.sql, *query.postgresql.arguments(values)
            )
        return rows

    async def run_many(self, query: Query, rows: Iterable[Values]) -> None:
        self._give_time_to(query)
        with _errors():
            await self._connection.executemany(
                query.postgresql.sql, [query.postgresql.arguments(values) for values in rows]
            )

    def _give_time_to(self, query: Query) -> None:
        if query.long:
            self._cut.cancel()
            self._cut = asyncio.get_running_loop().call_later(LONG_SECONDS, self._connection.terminate)

    def keep(self) -> None:
        """Let the connection live on: it has answered in time."""
        self._cut.cancel()


class PostgresDatabase:
    """A PostgreSQL database, reached by its URL. See engine.Database."""

    def __init__(self, url: str, connections: int) -> None:
        self._url = url
        self._connections = connections

    async def open(self) -> None:
        """Connect to nothing yet: a worker that starts while the database is away must not take the others down."""
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=self._connections,
            timeout=PATIENCE_SECONDS,
            reset=_keep_session,
            server_settings=SERVER_SETTINGS,
        )

    async def close(self) -> None:
        try:
            await asyncio.wait_for(self._pool.close(), PATIENCE_SECONDS)
        except TimeoutError:
            self._pool.terminate()

    async def one(self, query: Query, **values: Any) -> Row | None:
        async with self._lent() as (_, lent):
            return await lent.one(query, **values)

    async def all(self, query: Query, **values: Any) -> Sequence[Row]:
        async with self._lent() as (_, lent):
            return await lent.all(query, **values)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        async with self._lent() as (connection, lent), connection.transaction():
            yield lent

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[tuple[asyncpg.Connection, PostgresTransaction]]:
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        with _errors():
            try:
                async with asyncio.timeout_at(deadline):
                    connection = await self._pool.acquire()
            except asyncpg.PostgresError as error:  # whatever keeps it from letting us in
                raise Unavailable from error
            lent = PostgresTransaction(connection, deadline)
            try:
                yield connection, lent
            except (Unavailable, *UNAVAILABLE):
                connection.terminate()  # whatever it was, a new one is safe
                raise
            finally:
                lent.keep()
                await self._pool.release(connection, timeout=PATIENCE_SECONDS)
