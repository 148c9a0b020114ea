"""Bring a database to the schema that this version knows, safely when several processes try at once."""

import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg

from ringbook.database.connecting import connect_by_url
from ringbook.database.revisions import LOCK_SECONDS, head, refuse_newer


async def migrate(url: str) -> str:
    """Apply the pending migrations, each wholly or not at all, and return the revision reached.

    Raises SchemaTooNew, OSError, and the errors of SQLAlchemy, sqlite3 and asyncpg.
    """
    there = _revision_of_sqlite(url) if url.startswith("sqlite:") else await _revision_of_postgresql(url)
    refuse_newer(there)
    if there != head():
        from ringbook.database.upgrade import upgrade  # noqa: PLC0415  a third of a second that few starts need

        await upgrade(url)
    return head()


def _revision_of_sqlite(url: str) -> str | None:
    path = Path(url.removeprefix("sqlite:///"))
    if not path.exists():
        return None
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return None
        return _first(connection.execute("SELECT version_num FROM alembic_version").fetchall())


async def _revision_of_postgresql(url: str) -> str | None:
    connection = await connect_by_url(url)
    try:
        return _first(await connection.fetch("SELECT version_num FROM alembic_version"))
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()


def _first(rows: list[tuple[str]]) -> str | None:
    return rows[0][0] if rows else None
