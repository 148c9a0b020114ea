"""Apply migrations, by Alembic: imported only where there is something to apply, since it is slow to load."""

import sqlite3
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from ringbook.database.connecting import connect_by_url
from ringbook.database.revisions import LOCK_SECONDS, SCRIPTS, refuse_newer

ADVISORY_LOCK = 0x52494E47


async def upgrade(url: str) -> None:
    """Apply the pending migrations, each wholly or not at all. Raises what migrate() does."""
    if url.startswith("sqlite:"):
        _upgrade_sqlite(url)
        return
    arguments = {
        "async_creator_fn": lambda **_: connect_by_url(url),
        "prepared_statement_name_func": lambda: f"ringbook_{uuid4()}",  # behind a pooler others' may still be there
    }
    engine = create_async_engine("postgresql+asyncpg://", connect_args=arguments, poolclass=sa.NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
            await connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade_sqlite(url: str) -> None:
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
        _upgrade(connection)


def _upgrade(connection: sa.Connection) -> None:
    """Apply what is pending now that no other process can: it may be nothing any more, or another version's work."""
    refuse_newer(MigrationContext.configure(connection).get_current_revision())
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
