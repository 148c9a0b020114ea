"""Migrations: run by every start, once, and to the very schema."""

import asyncio
import json
import os
import subprocess

import asyncpg
import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from ringbook.database.migrate import migrate
from ringbook.database.revisions import REVISIONS, SCRIPTS, head
from ringbook.database.schema import metadata
from tests.process import COMMAND
from tests.revisions import back_to
from tests.rows import execute


@pytest.mark.alters_database
def test_a_newer_schema_is_refused(ringbook, database_url):
    assert ringbook("migrate").returncode == 0
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    for command in (["migrate"], ["serve", "--port", "0"], ["customer", "list"]):
        result = ringbook(*command)
        assert (result.returncode, "newer" in result.stderr) == (1, True)


def test_processes_that_migrate_at_once_do_it_once(empty_database_url):
    environment = os.environ | {"RINGBOOK_DATABASE_URL": empty_database_url}
    migrating = [subprocess.Popen([*COMMAND, "migrate"], env=environment, stdout=subprocess.PIPE) for _ in range(4)]
    assert [json.loads(process.communicate()[0]) for process in migrating] == [{"schema": head()}] * 4


def test_the_migrations_make_the_schema(database_url):
    assert asyncio.run(differences(database_url)) == []


AS_THE_VERSION_BEFORE = """
INSERT INTO emails (customer_id, contact_id, id, address, type, is_primary, tm_create)
SELECT customer_id, contact_id, id, 'old@acme.com', 'work', is_primary, tm_create FROM phone_numbers;
"""


@pytest.mark.alters_database
def test_labels_come_to_a_book_without_a_lost_row_and_beside_the_version_before(database_url, server, alice):
    numbers = [{"number": f"+1555123{i:04}", "type": ["home", "other"][i % 2]} for i in range(20)]
    before = [alice.api.post("/contacts", json={"phone_numbers": [number]}).json() for number in numbers]
    back_to(database_url, "0002")
    asyncio.run(migrate(database_url))
    execute(database_url, AS_THE_VERSION_BEFORE)
    for contact in before:
        after = alice.api.get(f"/contacts/{contact['id']}").json()
        tel, email = after["addresses"]
        assert ([tel], after["phone_numbers"]) == (contact["addresses"], contact["phone_numbers"])
        assert (email["target"], email["name"], email["detail"]) == ("old@acme.com", "Work", "")


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
