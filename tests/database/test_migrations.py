"""Migrations: run by every start, once, and to the very schema."""

import asyncio
import contextlib
import json
import os
import sqlite3
import subprocess

import asyncpg
import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from ringbook.database.revisions import REVISIONS, SCRIPTS, head
from ringbook.database.schema import metadata
from tests.process import COMMAND


@pytest.mark.alters_database
def test_a_newer_schema_is_refused(ringbook, database_url):
    assert ringbook("migrate").returncode == 0
    asyncio.run(set_revision(database_url, "9999"))
    for command in (["migrate"], ["serve", "--port", "0"], ["customer", "list"]):
        result = ringbook(*command)
        assert (result.returncode, "newer" in result.stderr) == (1, True)


def test_processes_that_migrate_at_once_do_it_once(empty_database_url):
    environment = os.environ | {"RINGBOOK_DATABASE_URL": empty_database_url}
    migrating = [subprocess.Popen([*COMMAND, "migrate"], env=environment, stdout=subprocess.PIPE) for _ in range(4)]
    assert [json.loads(process.communicate()[0]) for process in migrating] == [{"schema": head()}] * 4


def test_the_migrations_make_the_schema(database_url):
    assert asyncio.run(differences(database_url)) == []


async def set_revision(url, revision):
    sql = f"UPDATE alembic_version SET version_num = '{revision}'"
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database, database:
            database.execute(sql)
        return
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()


async def differences(url):
    def compare(connection):
        return compare_metadata(MigrationContext.configure(connection), metadata)

    if url.startswith("sqlite"):
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
        with engine.connect() as connection:
            return compare(connection)
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url))
    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    return found


def test_a_migration_uses_nothing_that_may_change_after_it():
    scripts = sorted((SCRIPTS / "versions").glob("[0-9]*.py"))
    assert [script.stem[:4] for script in scripts] == REVISIONS
    assert [script.name for script in scripts if "ringbook" in script.read_text()] == []
