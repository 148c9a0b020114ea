"""The commands and the output that docs/operations.md shows, on a real server."""

import asyncio
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pytest

from tests import postgres
from tests.process import COMMAND, started
from tests.redis_server import free_port

TEXT = (Path(__file__).parents[2] / "docs/operations.md").read_text()


def block(heading, language):
    """Return the first code block of that language below the heading."""
    return TEXT.split(f"# {heading}\n")[1].split(f"```{language}\n")[1].split("```")[0]


@contextmanager
def serving(url, log, authorization=None):
    """Serve the database, where it is empty with a first customer, and yield a client."""
    with started(url, log, "quickstart") as (_, address):
        authorization = authorization or f"Bearer {re.search('rb_[0-9A-Za-z]{32}', log.read_text())[0]}"
        with httpx.Client(base_url=f"{address}/v1.0", headers={"Authorization": authorization}, timeout=20) as api:
            yield api


@contextmanager
def writing(api):
    """Create contacts all the while; yield the ids of those that were acknowledged."""
    acknowledged, stop = [], threading.Event()

    def write():
        while not stop.is_set():
            acknowledged.append(api.post("/contacts", json={"emails": [{"address": "a@b.c"}]}).json()["id"])

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield acknowledged
    finally:
        stop.set()
        thread.join()


def wait_for(acknowledged, count):
    deadline = time.monotonic() + 20
    while len(acknowledged) < count:
        assert time.monotonic() < deadline, "nothing is written"
        time.sleep(0.01)


def run(commands, url):
    """Run a block of commands, on the test's database server."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{postgres.BINARIES}:{os.environ['PATH']}"}
    if not url.startswith("sqlite"):
        given = urlsplit(url)
        host = parse_qs(given.query).get("host", [given.hostname])[0]
        own = {"PGHOST": host, "PGUSER": given.username, "PGPASSWORD": given.password, "PGPORT": given.port}
        environment |= {name: str(value) for name, value in own.items() if value}
    done = subprocess.run(["bash", "-ec", commands], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def restored(request, database_url):
    """The URL of the database that a restored backup is served from."""
    if database_url.startswith("sqlite"):
        yield database_url
        return
    url, name = request.getfixturevalue("postgres_url"), f"ringbook_restored_{os.getpid()}"
    yield url.format(name=name)
    asyncio.run(drop(url.format(name="postgres"), name))


async def drop(url, database):
    connection = await asyncpg.connect(url)
    await connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
    await connection.close()


def named(commands, database_url, restored, folder):
    """Put the test's files, databases and role in the place of those that the document names."""
    user = urlsplit(database_url).username
    for shown, own in (
        ("postgresql://ringbook@/ringbook?host=/var/run/postgresql", database_url),
        ("/var/backups/ringbook", str(folder / "backups")),
        ("/var/lib/ringbook", str(folder)),
        ("ringbook_restored", urlsplit(restored).path.strip("/")),
        ("--owner=ringbook", f"--owner={user}"),
        ("--role=ringbook", f"--role={user}"),
    ):
        commands = commands.replace(shown, own)
    return commands


def test_a_backup_taken_under_writes_has_every_contact_acknowledged_before(database_url, restored, tmp_path):
    kind = "SQLite" if database_url.startswith("sqlite") else "PostgreSQL"
    (tmp_path / "backups").mkdir()
    back_up, restore = (
        named(block(f"{verb} {kind}", "bash"), database_url, restored, tmp_path) for verb in ("Back up", "Restore")
    )
    with serving(database_url, tmp_path / "log") as api, writing(api) as acknowledged:
        wait_for(acknowledged, 50)
        before = set(acknowledged)
        assert run(back_up, database_url).strip() in ("", "ok")
        wait_for(acknowledged, len(acknowledged) + 2)
    run(restore, database_url)
    with serving(restored, tmp_path / "log", api.headers["Authorization"]) as api:
        there = {contact_id for contact_id in acknowledged if api.get(f"/contacts/{contact_id}").is_success}
    assert before <= there
    assert acknowledged[-1] not in there


def test_metrics_have_the_lines_shown(database_url, tmp_path):
    with serving(database_url, tmp_path / "log") as api:
        api.post("/contacts", json={"phone_numbers": [{"number": "+15551234567"}]})
        assert api.get("/contacts/lookup", params={"phone": "+15551234567"}).status_code == 200
        metrics = api.get(str(api.base_url).replace("v1.0/", "metrics")).text.splitlines()
    assert set(block("Health and metrics", "text").splitlines()) <= set(metrics)


def test_a_log_line_has_the_keys_shown(database_url, tmp_path):
    with serving(database_url, tmp_path / "log") as api:
        api.get("/contacts/lookup", params={"phone": "+15551234567"})
    line = next(line for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{"))
    shown = json.loads(block("Logs", "json"))
    assert list(json.loads(line)) == list(shown)
    assert json.loads(line)["route"] == shown["route"]


def test_a_log_on_a_full_disk_stops_nothing(database_url, token):
    address = f"http://127.0.0.1:{free_port()}"
    command = [*COMMAND, "serve", "--port", address.rpartition(":")[2]]
    environment = os.environ | {"RINGBOOK_DATABASE_URL": database_url}
    with Path("/dev/full").open("wb") as full, subprocess.Popen(command, env=environment, stderr=full) as process:
        while True:
            with suppress(httpx.ConnectError):
                assert httpx.get(f"{address}/v1.0/contacts", params={"token": token}).status_code == 200
                break
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_log_that_nobody_takes_stops_nothing(database_url):
    with subprocess.Popen(
        [*COMMAND, "quickstart", "--port", "0"],
        env=os.environ | {"RINGBOOK_DATABASE_URL": database_url},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        printed = list(itertools.takewhile(lambda line: "Ringbook serves" not in line, process.stderr))
        process.stderr.close()
        api, token = (re.search(rf"{name}=(\S+)", "".join(printed))[1] for name in ("API", "TOKEN"))
        lookup = f"{api}/contacts/lookup?phone=%2B15551234567"
        headers = {"Authorization": f"Bearer {token}"}
        assert [httpx.get(lookup, headers=headers).status_code for _ in range(3)] == [404] * 3
        assert httpx.get(lookup).status_code == 401
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
