"""Another program reads SQLite's file for long: the WAL grows meanwhile, and not for good."""

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from ringbook.database.sqlite import WAL_BYTES
from tests.faults.processes import wait_until
from tests.faults.writers import body

MEGABYTE = 1_000_000


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_slow_reader_lets_the_wal_grow_only_while_it_reads(kind, ringbook, durable_url, durable_token, figure):
    server = ringbook()
    path = durable_url.removeprefix("sqlite:///")
    wal = Path(f"{path}-wal")
    headers = {"Authorization": f"Bearer {durable_token}"}
    with httpx.Client(base_url=server.address, headers=headers, timeout=20) as api:

        def grown(to):
            api.post("/v1.0/contacts", json=body() | {"notes": "n" * 4000}).raise_for_status()
            return wal.stat().st_size > to

        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM contacts").fetchone()
            wait_until(lambda: grown(2 * WAL_BYTES), pause=0)
            largest = wal.stat().st_size
        wait_until(lambda: not grown(WAL_BYTES), pause=0)
        for _ in range(300):
            assert not grown(WAL_BYTES)
    figure(f"{largest / MEGABYTE:.0f} MB while it reads, {wal.stat().st_size / MEGABYTE:.0f} MB after it")
