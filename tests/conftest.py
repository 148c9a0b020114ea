"""What every test has: its own fresh database, of each kind, and a real server on a real port."""

import itertools
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import asyncpg
import httpx
import hypothesis
import pytest
import uvicorn

from ringbook.api.app import create_app
from ringbook.clock import utc_now
from ringbook.config import read_settings
from ringbook.database.migrate import migrate
from ringbook.database.opening import database_at
from ringbook.database.schema import metadata
from ringbook.serving.guard import GuardedProtocol
from ringbook.serving.sockets import bind
from ringbook.tenants import access_keys, customers
from tests import postgres
from tests.loops import run
from tests.process import COMMAND

hypothesis.settings.register_profile("untimed", deadline=None)  # a busy machine is no fault
hypothesis.settings.load_profile("untimed")

numbers = itertools.count()

DISCONNECT_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
BEHIND_POOLER = "RINGBOOK_TEST_POOLER" in os.environ
"""Whether the connections are a pooler's, which keeps them for the next test."""

EMPTY = ";".join(
    ([] if BEHIND_POOLER else [DISCONNECT_OTHERS])
    + [f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)]
)
"""What makes a PostgreSQL database as it was, faster than to make another."""


def pytest_xdist_auto_num_workers() -> int:
    """Return for `-n auto` one more than there are cores: a test also waits for its server, or a process."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else 3


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server, with {name} in place of the database."""
    given = os.environ.get("RINGBOOK_TEST_POSTGRES_URL")
    if given:
        yield urlsplit(given)._replace(path="/{name}").geturl()
        return
    with (
        tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder,
        postgres.server(Path(folder)) as url,
    ):
        yield url


async def _command(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "ringbook.db"
    run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_databases(postgres_url: str) -> list[str]:
    """URLs of migrated, empty databases that no test uses now: to make one takes longer than most tests."""
    return []


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database; a fresh one where the test is marked alters_database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "ringbook.db")
        yield f"sqlite:///{tmp_path / 'ringbook.db'}"
        return
    server, idle = request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_databases")
    own = request.node.get_closest_marker("alters_database")
    if idle and not own:
        url = idle.pop()
    else:
        url = _new_database(server)
        run(migrate(url))
    yield url
    if own:
        _drop_database(server, url)
    else:
        run(_command(url, EMPTY))
        idle.append(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that was never migrated."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres_url")
    url = _new_database(server)
    yield url
    _drop_database(server, url)


def _new_database(server: str) -> str:
    name = f"ringbook_{os.getpid()}_{next(numbers)}"
    run(_command(server.format(name="postgres"), f"CREATE DATABASE {name} TEMPLATE template0"))
    return server.format(name=name)


def _drop_database(server: str, url: str) -> None:
    name = urlsplit(url).path.removeprefix("/")
    run(_command(server.format(name="postgres"), f"DROP DATABASE {name} WITH (FORCE)"))


class User(NamedTuple):
    """A customer with a client that carries its access key, of scope admin."""

    customer_id: str
    token: str
    api: httpx.Client


async def _customer(url: str, name: str, *scopes: str) -> tuple[str, str]:
    database = database_at(url, 2)
    await database.open()
    customer = await customers.create(database, utc_now(), name, "US")
    key = await access_keys.create(database, customer["id"], utc_now(), scopes=scopes)
    await database.close()
    return customer["id"], key["token"]


@pytest.fixture
def token(database_url: str) -> str:
    """An access key of a customer, made before any server runs."""
    return run(_customer(database_url, "Carol's company"))[1]


@pytest.fixture
def another_token(database_url: str) -> str:
    """An access key of another customer."""
    return run(_customer(database_url, "Dave's company"))[1]


@pytest.fixture
def server_settings() -> dict[str, str]:
    """What the running Ringbook is set to, beside its database: a file may say otherwise."""
    return {}


@pytest.fixture
def server(database_url: str, server_settings: dict[str, str]) -> Iterator[str]:
    """The address of a running Ringbook."""
    app = create_app(read_settings({"RINGBOOK_DATABASE_URL": database_url} | server_settings))
    listener = bind("127.0.0.1", 0)
    config = uvicorn.Config(app, http=GuardedProtocol, lifespan="on", log_config=None, access_log=False)
    program = uvicorn.Server(config)
    thread = threading.Thread(target=program.run, args=([listener],))
    thread.start()
    while not program.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.002)
    yield "http://{}:{}".format(*listener.getsockname())
    program.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def ringbook(database_url: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command of ringbook and return its result."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RINGBOOK_")}

    def run(*arguments: str, stdin: int = subprocess.DEVNULL, **settings: str) -> subprocess.CompletedProcess[str]:
        environment.update(RINGBOOK_DATABASE_URL=database_url, **settings)
        words = [*COMMAND, *arguments]
        return subprocess.run(words, env=environment, stdin=stdin, capture_output=True, text=True, check=False)

    return run


def _user(server: str, database_url: str, name: str) -> Iterator[User]:
    customer_id, token = run(_customer(database_url, name, "admin"))
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{server}/v1.0", headers=headers, timeout=20, verify=False) as api:
        yield User(customer_id, token, api)


@pytest.fixture
def alice(server: str, database_url: str) -> Iterator[User]:
    """A user of one customer, default region US."""
    yield from _user(server, database_url, "Alice's company")


@pytest.fixture
def bob(server: str, database_url: str) -> Iterator[User]:
    """A user of another customer."""
    yield from _user(server, database_url, "Bob's company")
