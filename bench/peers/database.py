"""The sessions of a request, from pooled engines: one session; on SQLite another, the only one, to write."""

import os
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

URL = os.environ["RINGBOOK_DATABASE_URL"]


def _sqlite_engine(begin: str, **options: Any) -> AsyncEngine:
    engine = create_async_engine(URL.replace("sqlite:", "sqlite+aiosqlite:"), **options)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "mmap_size=268435456"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _sessions(engine: AsyncEngine) -> Callable[[], AsyncIterator[AsyncSession]]:
    make = async_sessionmaker(engine, expire_on_commit=False)

    async def session() -> AsyncIterator[AsyncSession]:
        async with make() as made:
            yield made

    return session


if URL.startswith("sqlite:"):
    _reader = _sessions(_sqlite_engine("BEGIN", pool_size=10, max_overflow=0))
    _writer = _sessions(_sqlite_engine("BEGIN IMMEDIATE", pool_size=1, max_overflow=0))
else:  # the same: requests that held a session each, and wanted another of one pool, would wait for each other
    _reader = _writer = _sessions(
        create_async_engine(URL.replace("postgresql:", "postgresql+asyncpg:"), pool_size=10, max_overflow=0)
    )

Reader = Annotated[AsyncSession, Depends(_reader)]
Writer = Annotated[AsyncSession, Depends(_writer)]
