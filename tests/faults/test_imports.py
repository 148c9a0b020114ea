"""Imports whose processes are killed again and again: each row ends in exactly one place."""

import random
import time

import httpx
import psutil
import pytest

from tests.faults.processes import _command, kill_9, wait_until

ROWS, KILLS = 8000, 20


def importing(server):
    """Return the processes of a server that do imports."""
    children = psutil.Process(server.process.pid).children(recursive=True)
    return [one.pid for one in children if "ringbook.transfer.background" in _command(one)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_import_that_is_killed_again_and_again_does_each_row_once(
    durable_url, durable_token, ringbook, figure, longer, kind
):
    server, rng, kills = ringbook(workers=2), random.Random(1), 0
    rows = [f"A{i},B,{'12' if i % 10 == 3 else f'+120255{i:05}'},crm-{i}" for i in range(ROWS * longer)]
    content = "First Name,Last Name,Mobile Phone,External ID\n" + "\n".join(rows)
    with httpx.Client(base_url=f"{server.address}/v1.0", params={"token": durable_token}, timeout=60) as api:
        job = api.post("/imports", content=content).raise_for_status().json()
        while kills < KILLS * longer:
            wait_until(lambda: importing(server) or state(api, job)["state"] == "done", 30)
            if state(api, job)["state"] == "done":
                break
            time.sleep(rng.uniform(0, 2.5))
            for pid in importing(server):
                kill_9(pid)
                kills += 1
        wait_until(lambda: state(api, job)["state"] == "done", 120)
        done = state(api, job)
        wrong = sum(i % 10 == 3 for i in range(len(rows)))
        assert (done["rows_read"], done["rejected"], done["created"]) == (len(rows), wrong, len(rows) - wrong)
        lines = api.get("/contacts/export", params={"format": "csv"}).text.splitlines()
        rejects = api.get(f"/imports/{job['id']}/rejects").text.splitlines()
    assert len(set(lines)) == len(lines) == len(rows) - wrong + 1
    assert len(set(rejects)) == len(rejects) == wrong + 1
    figure(f"{kills} kills, {len(rows):,} rows, each once")


def state(api, job):
    """Return the import as it is, whose counts are right at every moment."""
    now = api.get(f"/imports/{job['id']}").raise_for_status().json()
    assert now["rows_read"] == now["created"] + now["updated"] + now["skipped"] + now["rejected"]
    return now
