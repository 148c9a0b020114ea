"""The engines: pooled on both databases; on SQLite one connection writes, as SQLite itself has it."""

import os
from collections.abc import AsyncIterator
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


if URL.startswith("sqlite:"):
    reading = _sqlite_engine("BEGIN", pool_size=10, max_overflow=0)
    writing = _sqlite_engine("BEGIN IMMEDIATE", pool_size=1, max_overflow=0)
else:
    reading = writing = create_async_engine(
        URL.replace("postgresql:", "postgresql+asyncpg:"), pool_size=10, max_overflow=0
    )

_readers = async_sessionmaker(reading, expire_on_commit=False)
_writers = async_sessionmaker(writing, expire_on_commit=False)


async def _reader() -> AsyncIterator[AsyncSession]:
    async with _readers() as session:
        yield session


async def _writer() -> AsyncIterator[AsyncSession]:
    async with _writers() as session:
        yield session


Reader = Annotated[AsyncSession, Depends(_reader)]
Writer = Annotated[AsyncSession, Depends(_writer)]
