"""The load: wrk, on a core of its own; as fast as a server answers, or at a steady rate."""

import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.servers import LOAD_CORES
from bench.work import Request

SCRIPT = Path(__file__).with_name("requests.lua")
CONNECTIONS = 16
CALLERS = 128
"""Connections at a steady rate. Each pauses for a time without pattern between its requests: together they come as
calls do, and a slow answer holds back only the next request of its own connection."""


class Load(NamedTuple):
    """What came of one load: answers, those with a status of 400 or more, answers a second, and latency in ms."""

    answered: int
    refused: int
    rate: float
    p50_ms: float
    p99_ms: float


def saturate(address: str, requests: Iterable[Request], seconds: int) -> Load:
    """Send the requests over and over, as fast as they are answered. Raises RuntimeError."""
    return _run(address, requests, seconds, CONNECTIONS, 0)


def one_by_one(address: str, requests: Iterable[Request], seconds: int) -> Load:
    """Send the requests over and over on one connection, each when the one before is answered. Raises RuntimeError."""
    return _run(address, requests, seconds, 1, 0)


def steady(address: str, requests: Iterable[Request], seconds: int, rate: float) -> Load:
    """Send the requests over and over, about `rate` a second. Raises RuntimeError."""
    return _run(address, requests, seconds, CALLERS, 1000 * CALLERS / rate)


def _run(address: str, requests: Iterable[Request], seconds: int, connections: int, pause_ms: float) -> Load:
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.writelines(f"{one.method}\t{one.path}\t{one.token}\t{one.body}\n" for one in requests)
        file.flush()
        load = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT), address]
        done = subprocess.run(  # noqa: S603
            [*load, "--", file.name, str(pause_ms)],
            check=True,
            capture_output=True,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, LOAD_CORES),
        )
    found = msgspec.json.decode(done.stdout.splitlines()[-1])
    if found["failed"]:
        raise RuntimeError(f"{found['failed']} requests were not answered")
    rate = found["requests"] / found["seconds"]
    return Load(found["requests"], found["refused"], rate, found["p50_ms"], found["p99_ms"])
