"""Databases that survive a crash, and the figures of a run, written to docs/reliability.md."""

import asyncio
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from ringbook.database.migrate import migrate
from tests import postgres
from tests.conftest import _customer
from tests.faults.processes import Postgres, Ringbook
from tests.faults.writers import Writers

REPORT = Path(__file__).parents[2] / "docs/reliability.md"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
TIMES = int(os.environ.get("FAULT_TIMES", "1"))
BOX_SECONDS = 1440
started = time.monotonic()
figures: dict[str, list[str]] = {}
SENTENCE, PASSED = pytest.StashKey[str](), pytest.StashKey[bool]()


def pytest_runtest_setup():
    if time.monotonic() - started > BOX_SECONDS * TIMES:
        pytest.skip("the time box is over: make test-faults TIMES=2")


@pytest.fixture
def longer():
    """How many times the usual rounds to make."""
    return TIMES


def word(name, value):
    if name == "workers":
        return f"{value} worker{'s' * (value > 1)}"
    return NAMES.get(value, getattr(value, "__name__", value))


@pytest.fixture
def figure(request):
    """Keep a sentence with the run's figures for the test's row of docs/reliability.md, if the test passes."""

    def keep(text):
        request.node.stash[SENTENCE] = text

    yield keep
    if SENTENCE in request.node.stash and request.node.stash.get(PASSED, False):
        case = getattr(request.node, "callspec", None)
        name = ", ".join(word(*parameter) for parameter in case.params.items()) if case else ""
        text = request.node.stash[SENTENCE]
        figures.setdefault(f"{request.path.name}::{request.node.originalname}", []).append(
            f"{name}: {text}" if name else text
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    return report


def pytest_sessionfinish():
    if not figures or not REPORT.exists():
        return
    text = REPORT.read_text()
    for test, found in figures.items():
        text = re.sub(rf"(\| `{re.escape(test)}` \|).*\|\n", lambda row: f"{row[1]} {'; '.join(found)} |\n", text)  # noqa: B023
    REPORT.write_text(text)


@pytest.fixture
def own_postgres():
    """A PostgreSQL server of the test's own, that syncs to the disk."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = Postgres(folder)
    yield server
    server.remove()


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 16 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "ringbook-test", disk]
    if os.geteuid() or subprocess.run(mount, check=False).returncode:
        pytest.skip("a disk that can be filled may not be mounted here: it takes root, outside of most containers")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.fixture
def durable_url(request, tmp_path):
    """The URL of a migrated database that survives a crash; the test names its kind by a parameter `kind`."""
    kind = request.getfixturevalue("kind")
    if kind == "postgresql":
        url = request.getfixturevalue("own_postgres").url
    else:
        folder = tmp_path if kind == "sqlite" else request.getfixturevalue("small_disk")
        url = f"sqlite:///{folder / 'ringbook.db'}"
    asyncio.run(migrate(url))
    return url


@pytest.fixture
def carol(durable_url):
    """Return the id of a customer, and its access key."""
    return asyncio.run(_customer(durable_url, "Carol's company", "admin"))


@pytest.fixture
def durable_customer(carol):
    return carol[0]


@pytest.fixture
def durable_token(carol):
    return carol[1]


@pytest.fixture
def ringbook(durable_url, tmp_path):
    """Start Ringbook with so many workers; it ends with the test."""
    servers = []

    def start(workers=1):
        server = Ringbook(durable_url, tmp_path, workers)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def writers(durable_token):
    """Make writers to a server."""
    made = []

    def make(server, count=4, batching=0):
        made.append(Writers(server.address, durable_token, count, batching))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def whole(request, durable_url):
    """Check the database itself with its own tools, and the rules that hold over all contacts."""

    def check():
        if durable_url.startswith("sqlite"):
            with closing(sqlite3.connect(durable_url.removeprefix("sqlite:///"))) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert database.execute("PRAGMA foreign_key_check").fetchall() == []
            return
        folder = request.getfixturevalue("own_postgres").folder
        amcheck = [postgres.BINARIES / "pg_amcheck", "--install-missing", "--heapallindexed", "--parent-check"]
        subprocess.run([*amcheck, f"--host={folder}", "--username=postgres", "postgres"], check=True)
        subprocess.run([postgres.BINARIES / "pg_dump", f"--file={os.devnull}", durable_url], check=True)

    return check


@pytest.fixture
def strace():
    if not shutil.which("strace"):
        pytest.skip("strace is not installed (Debian package strace)")
    with subprocess.Popen(["sleep", "1"], **postgres.as_user()) as other:
        attach = ["strace", "-o", os.devnull, "-p", str(other.pid)]
        if subprocess.run(attach, capture_output=True, check=False).returncode:
            pytest.skip("strace may not look into other processes here")
    return shutil.which("strace")
