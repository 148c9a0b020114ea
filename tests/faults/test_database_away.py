"""The database goes away under load and comes back: an error in time, no hang, nothing leaked, full service again."""

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.faults.processes import query, wait_until
from tests.faults.writers import body

ANSWER_SECONDS = 2
BACK_SECONDS = 5
AWAY_SECONDS = 4
POOL = 10
HOLD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
database.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def stopped(own_postgres):
    own_postgres.stop()
    yield
    own_postgres.start()


@contextlib.contextmanager
def hanging(own_postgres):
    own_postgres.signal_all(signal.SIGSTOP)
    yield
    own_postgres.signal_all(signal.SIGCONT)


@contextlib.contextmanager
def locked(path):
    """Let another process hold the file."""
    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield
        process.stdin.close()


@contextlib.contextmanager
def full(path):
    """Leave no room on the file's disk."""
    filler = Path(path).with_name("filler")
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    yield
    filler.unlink()


def answer(server, path, token=None):
    """Return the status of a GET, which must come in time."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    started = time.monotonic()
    status = httpx.get(server.address + path, headers=headers, timeout=10).status_code
    assert time.monotonic() - started < ANSWER_SECONDS
    return status


def writable(server, token):
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.post(f"{server.address}/v1.0/contacts", json=body(), headers=headers, timeout=10).status_code == 201


def away_and_back(server, clients, token, fault, statuses):
    """Go through `fault` under load, expecting the statuses of /readyz and of a read; return seconds till all serve."""
    open_files = [process.num_fds() for process in server.answering()]
    with clients:
        wait_until(lambda: clients.acknowledged > 50)
        with fault:
            time.sleep(0.1)  # what was on its way
            ends = time.monotonic() + AWAY_SECONDS
            while time.monotonic() < ends:
                assert answer(server, "/healthz") == 200
                assert (answer(server, "/readyz"), answer(server, "/v1.0/contacts?page_size=1", token)) == statuses
                time.sleep(0.1)
            refused = len(clients.refused)
            assert refused
        back = wait_until(lambda: writable(server, token) and server.answers("/readyz"), BACK_SECONDS)
        before = [writer.acknowledged for writer in clients.each]
        wait_until(lambda: all(w.acknowledged > b for w, b in zip(clients.each, before, strict=True)), BACK_SECONDS)
    assert clients.lost_connections == 0
    assert max(clients.refused) < ANSWER_SECONDS
    assert max(clients.seconds) < ANSWER_SECONDS
    for process, files in zip(server.answering(), open_files, strict=True):
        assert process.num_fds() <= files + POOL + len(clients.each)
    clients.check_all()
    return back


def told(clients, back):
    return f"{len(clients.refused):,} times 503, the last after {max(clients.refused):.1f} s; back in {back:.1f} s"


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("fault", [stopped, hanging])
@pytest.mark.parametrize("kind", ["postgresql"])
def test_postgresql_away(kind, fault, workers, own_postgres, ringbook, writers, durable_token, whole, figure):
    server = ringbook(workers)
    clients = writers(server, POOL + 6)
    back = away_and_back(server, clients, durable_token, fault(own_postgres), (503, 503))
    connections = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ringbook'"
    assert query(own_postgres.url, connections)[0][0] <= POOL * workers
    whole()
    figure(told(clients, back))


@pytest.mark.parametrize("kind", ["postgresql"])
def test_cut_connections_are_replaced(kind, own_postgres, ringbook, writers, whole, figure):
    server = ringbook()
    clients = writers(server, POOL + 6)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ringbook'"
    count = 0
    with clients:
        for _ in range(10):
            before = clients.acknowledged
            count += len(query(own_postgres.url, cut))
            wait_until(lambda before=before: clients.acknowledged > before + 30, BACK_SECONDS)
    assert clients.lost_connections == 0
    clients.check_all()
    whole()
    figure(f"{count} connections cut, {len(clients.refused)} times 503, {clients.acknowledged:,} changes")


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("fault", [locked, full])
@pytest.mark.parametrize("kind", ["SQLite on a small disk"])
def test_sqlite_that_cannot_be_written(
    kind, fault, workers, durable_url, ringbook, writers, durable_token, whole, figure
):
    server = ringbook(workers)
    clients = writers(server, 6)
    trouble = fault(durable_url.removeprefix("sqlite:///"))
    back = away_and_back(server, clients, durable_token, trouble, (200, 200))
    whole()
    figure(told(clients, back))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_worker_that_starts_while_the_database_is_away_serves_when_it_is_back(
    kind, request, durable_url, ringbook, durable_token
):
    server = ringbook(workers=2)
    wait_until(lambda: len(server.answering()) == 2)
    path = durable_url.removeprefix("sqlite:///")
    with locked(path) if kind == "sqlite" else stopped(request.getfixturevalue("own_postgres")):
        killed = server.answering()
        for process in killed:
            process.kill()
        wait_until(lambda: len(server.answering()) == 2 and not set(killed) & set(server.answering()))
        wait_until(lambda: server.answers("/healthz"))
        assert not writable(server, durable_token)
    assert wait_until(lambda: writable(server, durable_token), BACK_SECONDS) < BACK_SECONDS
