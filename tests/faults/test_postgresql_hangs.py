"""PostgreSQL hangs in part: no more of its processes than documented, lookups go on, and another server takes over."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import httpx
import psutil
import pytest

from ringbook.database.migrate import migrate
from ringbook.database.outage import CALM_SECONDS
from tests import postgres
from tests.conftest import _customer
from tests.faults.processes import Postgres, Ringbook, query, wait_until
from tests.faults.writers import Writers, body
from tests.process import COMMAND

POOL = 10
WORKERS = 2
HANG_SECONDS = 6
BACK_SECONDS = 5
OURS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ringbook'"
END_LOCK = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
LOCK = "BEGIN; LOCK TABLE {} IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60); COMMIT"


@pytest.fixture
def api(durable_token):
    """A client without an address."""
    with httpx.Client(headers={"Authorization": f"Bearer {durable_token}"}, timeout=20) as client:
        yield client


@contextlib.contextmanager
def locked(own_postgres, table):
    """Hold a table as ALTER TABLE does."""
    psql = [postgres.BINARIES / "psql", "-qh", own_postgres.folder, "-U", "postgres", "-c", LOCK.format(table)]
    with subprocess.Popen(psql, stdout=subprocess.DEVNULL) as holder:
        wait_until(lambda: query(own_postgres.url, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))
        try:
            yield
        finally:
            query(own_postgres.url, END_LOCK)
            holder.wait(20)


@contextlib.contextmanager
def frozen(processes):
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)


def most_backends(own_postgres, seconds):
    """Return the most processes that PostgreSQL had for Ringbook within so many seconds."""
    most, ends = 0, time.monotonic() + seconds
    while time.monotonic() < ends:
        most = max(most, query(own_postgres.url, OURS)[0][0])
        time.sleep(0.1)
    return most


def told(server):
    """Return what the log says about the database: the reason of each outage, and each end of one."""
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    return (
        [line["reason"] for line in lines if line["event"] == "database unavailable"],
        sum(line["event"] == "database available again" for line in lines),
    )


@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize("fault", ["a table locked", "its processes frozen"])
def test_however_postgresql_hangs_it_has_no_more_processes_than_connections_are_allowed(
    kind, fault, own_postgres, ringbook, api, writers, whole, figure
):
    server = ringbook(WORKERS)
    api.base_url = server.address
    clients = writers(server, 3 * POOL)
    with clients:
        wait_until(lambda: clients.acknowledged > 50)
        clients.forget_times()
        with locked(own_postgres, "contacts") if fault == "a table locked" else frozen(own_postgres.backends()):
            most = most_backends(own_postgres, HANG_SECONDS)
            assert clients.refused
            assert api.get("/healthz").status_code == 200
        assert most <= WORKERS * POOL
        back = wait_until(lambda: api.post("/v1.0/contacts", json=body()).status_code == 201, BACK_SECONDS)
        time.sleep(CALM_SECONDS + 1)
    assert query(own_postgres.url, OURS)[0][0] <= WORKERS * POOL
    assert clients.lost_connections == 0
    clients.check_all()
    whole()
    reasons, ends = told(server)
    assert 1 <= len(reasons) <= WORKERS
    assert ends == len(reasons)
    figure(f"{len(clients.refused):,} times 503, at most {most} processes of {WORKERS * POOL}, back in {back:.1f} s")


@pytest.mark.parametrize("kind", ["postgresql"])
def test_lookups_go_on_while_changes_wait_for_a_lock(kind, own_postgres, ringbook, api, writers, figure):
    server = ringbook()
    api.base_url = server.address
    number = api.post("/v1.0/contacts", json=body()).json()["phone_numbers"][0]["number_e164"]
    clients = writers(server, 2 * POOL)
    with clients:
        wait_until(lambda: clients.acknowledged > 50)
        seconds = []
        with locked(own_postgres, "book_versions"):
            ends = time.monotonic() + HANG_SECONDS
            while time.monotonic() < ends:
                started = time.monotonic()
                assert api.get("/v1.0/contacts/lookup", params={"phone": number}).status_code == 200
                seconds.append(time.monotonic() - started)
                time.sleep(0.02)
            assert clients.refused
    figure(f"{len(seconds)} lookups beside {len(clients.refused)} refused changes, at most {max(seconds):.1f} s")


class Pair:
    """A primary and a standby that streams from it, each on a port of its own."""

    def __init__(self, flags=""):
        self.primary = Postgres(Path(tempfile.mkdtemp(prefix="pg")), f"-c listen_addresses=127.0.0.1 {flags}")
        self.standby = Postgres(Path(tempfile.mkdtemp(prefix="pg")), "-c listen_addresses=127.0.0.1", self.primary)
        ports = [server.port for server in (self.primary, self.standby)]
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        self.url = f"postgresql://postgres@{hosts}/postgres?target_session_attrs=primary"
        streams = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"
        wait_until(lambda: query(self.primary.url, streams))

    def remove(self):
        with contextlib.suppress(psutil.NoSuchProcess):
            self.primary.signal_all(signal.SIGCONT)
        for server in (self.standby, self.primary):
            server.kill()
            shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture
def pair(request):
    both = Pair()
    yield both
    both.remove()


@pytest.fixture
def served(pair, tmp_path):
    """Two workers on the pair, a client of theirs, and what makes writers to them."""
    asyncio.run(migrate(pair.url))
    token = asyncio.run(_customer(pair.url, "Carol's company"))[1]
    server = Ringbook(pair.url, tmp_path, WORKERS)
    server.start()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=server.address, headers=headers, timeout=20) as client:
        made = []

        def writers(count):
            made.append(Writers(server.address, token, count))
            return made[-1]

        yield server, client, writers
    for each in made:
        each.close()
    server.stop()


def test_a_standby_takes_over_from_a_primary_that_falls_silent(served, pair, figure):
    _, api, writers = served
    clients = writers(POOL)
    with clients:
        wait_until(lambda: clients.acknowledged > 50)
        pair.primary.signal_all(signal.SIGSTOP)
        time.sleep(3)
        assert clients.refused
        query(pair.standby.url, "SELECT pg_promote()")
        back = wait_until(lambda: api.post("/v1.0/contacts", json=body()).status_code == 201, BACK_SECONDS)
        before = [writer.acknowledged for writer in clients.each]
        wait_until(lambda: all(w.acknowledged > b for w, b in zip(clients.each, before, strict=True)), BACK_SECONDS)
    started = time.monotonic()
    environment = os.environ | {"RINGBOOK_DATABASE_URL": pair.url}
    subprocess.run([*COMMAND, "customer", "list"], env=environment, check=True, capture_output=True)
    took = time.monotonic() - started
    figure(f"served {back:.1f} s after the promotion; the command line waits {took:.1f} s")


def test_lookups_go_on_while_the_synchronous_standby_is_frozen(served, pair, figure):
    _, api, writers = served
    number = api.post("/v1.0/contacts", json=body()).json()["phone_numbers"][0]["number_e164"]
    query(pair.primary.url, "ALTER SYSTEM SET synchronous_standby_names = 'standby'")
    query(pair.primary.url, "SELECT pg_reload_conf()")
    wait_until(lambda: query(pair.primary.url, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"))
    clients = writers(3 * POOL)
    seconds, most = [], 0
    with clients:
        wait_until(lambda: clients.acknowledged > 50)
        pair.standby.signal_all(signal.SIGSTOP)
        ends = time.monotonic() + HANG_SECONDS
        while time.monotonic() < ends:
            started = time.monotonic()
            assert api.get("/v1.0/contacts/lookup", params={"phone": number}).status_code == 200
            seconds.append(time.monotonic() - started)
            most = max(most, query(pair.primary.url, OURS)[0][0])
            time.sleep(0.05)
        assert clients.refused
        pair.standby.signal_all(signal.SIGCONT)
        wait_until(lambda: api.post("/v1.0/contacts", json=body()).status_code == 201, BACK_SECONDS)
    assert most <= WORKERS * POOL
    clients.check_all()
    figure(
        f"{len(clients.refused)} times 503, at most {most} processes of {WORKERS * POOL}, "
        f"{len(seconds)} lookups, at most {max(seconds):.1f} s"
    )
