"""What PostgreSQL gives up, or a URL that leads nowhere: 503, never 500, and the log says why, without the password."""

import asyncio
import json
import os
import subprocess
import threading
import time

import asyncpg
import httpx
import pytest
import sqlalchemy as sa

from ringbook.database.connecting import parse
from ringbook.database.engine import Query
from ringbook.database.opening import database_at
from ringbook.errors import Unavailable
from tests.conftest import DISCONNECT_OTHERS
from tests.process import COMMAND, started

ONLY_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
LOCK = "BEGIN; LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(0.9); COMMIT"


async def execute(url, *statements):
    connection = await asyncpg.connect(url)
    for sql in statements:
        await connection.execute(sql)
    await connection.close()


def name_of(url):
    return parse(url).url.split("/")[3].split("?")[0]


@ONLY_POSTGRESQL
@pytest.mark.alters_database
@pytest.mark.parametrize("setting", ["lock_timeout = '100ms'", "statement_timeout = '100ms'"])
def test_a_time_out_set_by_the_server_is_answered_by_503(database_url, setting, alice):
    for sql in (
        f"ALTER DATABASE {name_of(database_url)} SET {setting}",
        DISCONNECT_OTHERS,
    ):  # for new connections alone
        asyncio.run(execute(database_url, sql))
    holder = threading.Thread(target=lambda: asyncio.run(execute(database_url, "SET statement_timeout = 0", LOCK)))
    holder.start()
    time.sleep(0.2)
    answers = [alice.api.get("/contacts") for _ in range(20) if holder.is_alive()]
    refused = [answer for answer in answers if answer.status_code != 200]
    holder.join()
    assert refused
    assert {(answer.status_code, answer.headers["Retry-After"]) for answer in refused} == {(503, "1")}
    assert alice.api.get("/contacts").status_code == 200


@ONLY_POSTGRESQL
@pytest.mark.alters_database
@pytest.mark.parametrize("state", ["40001", "40P01", "55P03", "57014", "57P01", "53300", "53100", "58030", "25006"])
def test_what_the_server_gives_up_is_answered_by_503(database_url, state, alice):
    raise_it = f"BEGIN RAISE EXCEPTION 'given up' USING ERRCODE = '{state}'; END"
    asyncio.run(
        execute(
            database_url,
            f"CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $${raise_it}$$",
            "CREATE TRIGGER give_up BEFORE INSERT ON contacts EXECUTE FUNCTION give_up()",
        )
    )
    answer = alice.api.post("/contacts", json={"company": "Acme"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    asyncio.run(execute(database_url, "DROP TRIGGER give_up ON contacts"))
    assert alice.api.post("/contacts", json={"company": "Acme"}).status_code == 201


async def give_up(database):
    async with database.transaction() as transaction:
        for sql in ("SET LOCAL statement_timeout = 10", "SELECT pg_sleep(1)"):
            await transaction.all(Query(sa.text(sql)))


@ONLY_POSTGRESQL
def test_what_the_server_gives_up_costs_no_connection(database_url):
    async def run():
        database = database_at(database_url, 2)
        await database.open()
        pid = Query(sa.text("SELECT pg_backend_pid()"))
        before = await database.one(pid)
        with pytest.raises(Unavailable):
            await give_up(database)
        assert await database.one(pid) == before
        await database.close()

    asyncio.run(run())


@ONLY_POSTGRESQL
@pytest.mark.alters_database
def test_the_log_says_once_why_and_once_that_it_is_over_and_never_the_password(database_url, postgres_url, tmp_path):
    log = tmp_path / "log"
    name, server = name_of(database_url), postgres_url.format(name="postgres")
    asyncio.run(execute(server, f"CREATE ROLE {name} LOGIN SUPERUSER PASSWORD 's3cret%'"))
    url = database_url.replace("postgres@", f"{name}:s3cret%25@")
    with started(url, log, "serve", "--log-format", "json") as (_, address):
        asyncio.run(execute(server, f"ALTER ROLE {name} NOLOGIN"))
        assert [httpx.get(f"{address}/readyz").status_code for _ in range(5)] == [503] * 5
        asyncio.run(execute(server, f"ALTER ROLE {name} LOGIN"))
        assert httpx.get(f"{address}/readyz").status_code == 200
        for _ in range(200):
            assert httpx.get(f"{address}/readyz").status_code == 200
            if "available again" in log.read_text():
                break
            time.sleep(0.1)
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    told = [(line["event"], line.get("reason")) for line in lines if line["level"] == "warning"]
    reason = f'role "{name}" is not permitted to log in'
    assert told == [("database unavailable", reason), ("database available again", None)]
    assert "s3cret" not in log.read_text()
    asyncio.run(execute(database_url, f"REASSIGN OWNED BY {name} TO postgres", f"DROP ROLE {name}"))


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["customer", "list"]])
@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://user:S3CRET@127.0.0.1:1/book", "Connect"),
        ("postgresql://user:S3CRET@127.0.0.1:1,127.0.0.1:2/book?target_session_attrs=primary", "127.0.0.1:2: "),
        ("postgresql://user:S3CRET@127.0.0.1:1/book?sslmode=odd", "`sslmode` parameter must be one of"),
    ],
)
def test_a_command_says_why_it_cannot_reach_the_database(command, url, why):
    environment = os.environ | {"RINGBOOK_DATABASE_URL": url}
    result = subprocess.run([*COMMAND, *command], env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("ringbook: RINGBOOK_DATABASE_URL: the database cannot be reached: ")
    assert why in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "S3CRET" not in result.stderr
