"""Bring a database to the schema that this version knows, safely when several processes try at once."""

import sqlite3
from pathlib import Path

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine

SCRIPTS = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 0x52494E47
LOCK_SECONDS = 60


class SchemaTooNew(Exception):
    """The database was migrated by a newer Ringbook than this one; run that one, or restore a backup."""


def head() -> str:
    """Return the revision of the newest schema that this version knows."""
    return str(ScriptDirectory(str(SCRIPTS)).get_current_head())


async def migrate(url: str) -> str:
    """Apply the pending migrations, each wholly or not at all, and return the revision reached.

    Raises SchemaTooNew, sqlalchemy.exc.DBAPIError, OSError and asyncpg's errors.
    """
    if url.startswith("sqlite:"):
        return _migrate_sqlite(url)
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url, timeout=10), poolclass=sa.NullPool
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
            await connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            return await connection.run_sync(upgrade)
    finally:
        await engine.dispose()


def _migrate_sqlite(url: str) -> str:
    path = Path(url.removeprefix("sqlite:///"))
    path.touch(mode=0o600)  # contacts are nobody else's business
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": LOCK_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def leave_transactions_to_us(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        return upgrade(connection)


def upgrade(connection: sa.Connection) -> str:
    """Apply the pending migrations in the connection's transaction. Raises SchemaTooNew."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    there = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()}
    if there is not None and there not in known:
        raise SchemaTooNew(f"the database's schema {there} is newer than this Ringbook, which knows {head()}")
    if there != head():
        command.upgrade(config, "head")
    return head()
