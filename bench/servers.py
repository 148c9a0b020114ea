"""The servers that take turns: each a process of its own, on the first core; what loads them is on the last."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from bench.book import customer_id
from tests.postgres import die_with_parent

ROOT = Path(__file__).parent.parent
APPS = {"ceiling": "bench.ceiling:app", "peer": "bench.peers.app:app", "ringbook": ""}
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORES, LOAD_CORES = CORES[:-1] or CORES, CORES[-1:]
LAST_WORDS = 3000
"""How many bytes of a log are shown."""


class Server(NamedTuple):
    """A running server: its name, its address, the process that was started, and the file that it logs into."""

    name: str
    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_words(self) -> str:
        """Return the end of the log."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - LAST_WORDS))
            return file.read().decode(errors="replace")


@contextmanager
def serving(name: str, url: str, folder: Path, workers: int = 1, source: Path = ROOT / "src") -> Iterator[Server]:
    """Run ceiling, peer or ringbook over the database at `url`, its log in `folder`, from the code in `source`."""
    port = _free_port()
    command = [sys.executable, "-m", "bench.serving", APPS[name], str(port), str(workers)]
    if name == "ringbook":
        command = [
            str(Path(sys.executable).with_name("ringbook")),
            "serve",
            "--port",
            str(port),
            "--workers",
            str(workers),
        ]
    settings = {
        "PYTHONPATH": f"{source}:{ROOT}",
        "RINGBOOK_DATABASE_URL": url,
        "RINGBOOK_LOG_FORMAT": "json",
        "RINGBOOK_RATE_LIMIT_PER_KEY": "1000000/second",  # requests are counted as ever, and none is refused
        "BENCH_CUSTOMER": customer_id(0),
    }
    path = folder / f"{name}.log"
    with path.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            command,
            env=os.environ | settings,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,  # noqa: PLW1509  one system call
        )
    try:
        if workers == 1:
            os.sched_setaffinity(process.pid, SERVER_CORES)
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, process, path)
        yield Server(name, address, process, path)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the first answer: the port is open before the app is there."""
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}: {log.read_text()[-2000:]}")
        try:
            httpx.get(f"{address}/v1.0/contacts/lookup?phone=0", timeout=30)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server does not answer")
