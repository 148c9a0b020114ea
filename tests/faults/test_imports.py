"""Imports whose process is killed, or whose database goes away: each row ends in exactly one place."""

import os
import random
import signal
import subprocess
import time

import httpx
import psutil
import pytest

from tests.faults.processes import _command, kill_9, wait_until
from tests.process import COMMAND

HEADER = "First Name,Last Name,Mobile Phone,External ID\n"
ROWS, KILLS = 8000, 20
ROOM = 3_000_000
"""How many bytes of a disk are left for an import that needs more."""


def file_of(count):
    """Return a file of so many rows, of which every tenth is rejected."""
    return HEADER + "\n".join(f"A{i},B,{'12' if i % 10 == 3 else f'+120255{i:05}'},crm-{i}" for i in range(count))


@pytest.fixture
def api(durable_token):
    """A client without an address."""
    with httpx.Client(params={"token": durable_token}, timeout=60) as client:
        yield client


def importing(server):
    """Return the processes of a server that do imports."""
    children = psutil.Process(server.process.pid).children(recursive=True)
    return [one.pid for one in children if "ringbook.transfer.background" in _command(one)]


def state(api, job):
    """Return the import as it is, whose counts are right at every moment."""
    now = api.get(f"/imports/{job['id']}").raise_for_status().json()
    assert now["rows_read"] == now["created"] + now["updated"] + now["skipped"] + now["rejected"]
    return now


def begun(api, server, count):
    """Begin an import of so many rows."""
    api.base_url = f"{server.address}/v1.0"
    return api.post("/imports", content=file_of(count)).raise_for_status().json()


def ended_with_each_row_once(api, job, count, seconds=120):
    """Wait for the end of an import, and look for each row in the book and in the rejects."""
    wait_until(lambda: state(api, job)["state"] == "done", seconds, 0.2)
    done, wrong = state(api, job), count // 10
    assert (done["rows_read"], done["rejected"], done["created"]) == (count, wrong, count - wrong)
    lines = api.get("/contacts/export", params={"format": "csv"}).text.splitlines()
    rejects = api.get(f"/imports/{job['id']}/rejects").text.splitlines()
    assert len(set(lines)) == len(lines) == count - wrong + 1
    assert len(set(rejects)) == len(rejects) == wrong + 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_import_that_is_killed_again_and_again_does_each_row_once(api, ringbook, figure, longer, kind):
    server, rng, kills, count = ringbook(workers=2), random.Random(1), 0, ROWS * longer
    job = begun(api, server, count)
    while kills < KILLS * longer:
        wait_until(lambda: importing(server) or state(api, job)["state"] == "done", 30)
        if state(api, job)["state"] == "done":
            break
        time.sleep(rng.uniform(0.4, 1.5))
        for pid in importing(server):
            kill_9(pid)
            kills += 1
    ended_with_each_row_once(api, job, count)
    figure(f"{kills} kills, {count:,} rows, each once")


@pytest.mark.parametrize("kind", ["SQLite on a small disk"])
def test_an_import_that_fills_the_disk_goes_on_when_there_is_room(api, small_disk, ringbook, whole, figure, kind):
    server, count = ringbook(), 4000
    filler = small_disk / "filler"
    room = os.statvfs(small_disk)
    filler.write_bytes(bytes(room.f_bavail * room.f_frsize - ROOM))
    job = begun(api, server, count)
    wait_until(lambda: state(api, job)["rows_read"])
    rows = 0
    while rows != (rows := state(api, job)["rows_read"]):
        time.sleep(3)
    assert rows < count
    filler.unlink()
    ended_with_each_row_once(api, job, count)
    whole()
    figure(f"full after {rows} rows of {count}, each once")


@pytest.mark.parametrize("kind", ["postgresql"])
def test_an_import_goes_on_when_the_database_is_back(api, own_postgres, ringbook, whole, figure, kind):
    server, count = ringbook(), 5000
    job = begun(api, server, count)
    wait_until(lambda: state(api, job)["rows_read"])
    own_postgres.stop()
    time.sleep(3)
    own_postgres.start()
    wait_until(lambda: server.answers("/readyz"))
    rows = state(api, job)["rows_read"]
    assert rows < count
    ended_with_each_row_once(api, job, count)
    whole()
    figure(f"away after {rows:,} rows of {count:,}, each once")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_an_import_of_a_killed_command_line_is_gone_on_with_by_a_server(
    api, durable_url, durable_customer, ringbook, tmp_path, figure, kind
):
    server, count, file = ringbook(), 20_000, tmp_path / "people.csv"
    file.write_text(file_of(count))
    words = [*COMMAND, "contacts", "import", str(file), "--customer", durable_customer]
    environment = os.environ | {"RINGBOOK_DATABASE_URL": durable_url}
    with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert b"%: " in process.stderr.readline()
        process.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    api.base_url = f"{server.address}/v1.0"
    [job] = api.get("/imports").json()["result"]
    rows = job["rows_read"]
    assert rows < count
    wait_until(lambda: state(api, job)["rows_read"] > rows, 60, 0.2)
    waited = time.monotonic() - killed
    ended_with_each_row_once(api, job, count)
    figure(f"killed after {rows:,} rows, gone on with after {waited:.0f} s, each of {count:,} rows once")
