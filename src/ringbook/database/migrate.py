"""Bring a database to the schema that this version knows, safely when several processes try at once."""

import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg

SCRIPTS = Path(__file__).parent / "migrations"
REVISIONS = sorted(script.name.partition("_")[0] for script in (SCRIPTS / "versions").glob("[0-9]*.py"))
LOCK_SECONDS = 60


class SchemaTooNew(Exception):
    """The database was migrated by a newer Ringbook than this one; run that one, or restore a backup."""


def head() -> str:
    """Return the revision of the newest schema that this version knows."""
    return REVISIONS[-1]


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


def refuse_newer(there: str | None) -> None:
    """Raise SchemaTooNew where a database's revision, None for one that has none, is unknown here."""
    if there is not None and there not in REVISIONS:
        raise SchemaTooNew(f"the database's schema {there} is newer than this Ringbook, which knows {head()}")


def _revision_of_sqlite(url: str) -> str | None:
    path = Path(url.removeprefix("sqlite:///"))
    if not path.exists():
        return None
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return None
        return _first(connection.execute("SELECT version_num FROM alembic_version").fetchall())


async def _revision_of_postgresql(url: str) -> str | None:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return _first(await connection.fetch("SELECT version_num FROM alembic_version"))
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()


def _first(rows: list[tuple[str]]) -> str | None:
    return rows[0][0] if rows else None
