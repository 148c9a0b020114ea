"""Ringbook and PostgreSQL as processes that a test may kill, stop and start again at the same address."""

import asyncio
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path

import asyncpg
import httpx
import psutil

from tests import postgres
from tests.process import COMMAND

DURABLE = "-c shared_buffers=32MB -c checkpoint_timeout=30s"  # with checkpoints and fsync, as it ships


START_SECONDS = 60  # on a machine that does much else


def wait_until(true, seconds=START_SECONDS, pause=0.02):
    """Wait until true() is, and return how long that took."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < seconds, f"not within {seconds} s"
        time.sleep(pause)
    return time.monotonic() - started


def free_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return listener.getsockname()[1]


class Ringbook:
    """`ringbook serve` on one port, whenever it runs."""

    def __init__(self, url, folder, workers=1):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.url, self.log, self.workers = url, folder / "ringbook.log", workers

    def start(self):
        """Start it, and wait until every worker listens: one that ends before ends all."""
        environment = os.environ | {"RINGBOOK_DATABASE_URL": self.url, "RINGBOOK_LOG_FORMAT": "json"}
        command = [*COMMAND, "serve", "--port", str(self.port), "--workers", str(self.workers)]
        with self.log.open("ab") as log:
            before = log.tell()
            self.process = subprocess.Popen(command, env=environment, stderr=log, preexec_fn=_die_with_parent)  # noqa: PLW1509
        wait_until(lambda: self.answers() and b"Ringbook serves" in self.log.read_bytes()[before:])

    def answers(self, path="/healthz"):
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        try:
            return httpx.get(self.address + path, timeout=5).is_success
        except httpx.TransportError:
            return False

    def answering(self):
        """Return the processes that answer: the workers, or the one."""
        if self.workers == 1:
            return [psutil.Process(self.process.pid)]
        return [child for child in psutil.Process(self.process.pid).children() if "spawn_main" in _command(child)]

    def private_bytes(self):
        """Return the memory that only these processes have."""
        texts = [Path(f"/proc/{process.pid}/status").read_text() for process in self.answering()]
        return sum(int(text.split("RssAnon:")[1].split()[0]) * 1024 for text in texts)

    def kill(self):
        kill_9(self.process.pid)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(30) == 0


class Postgres:
    """A PostgreSQL server with fsync on, in a folder of its own; with a `primary`, its standby."""

    def __init__(self, folder, flags="", primary=None):
        self.folder, self.flags = folder, f"{DURABLE} {flags}"
        self.port = free_port() if flags else 5432
        if primary:
            postgres.copy(folder, f"{primary.url}&application_name=standby")
        else:
            postgres.initialise(folder)
        self.url = f"postgresql://postgres@/postgres?host={folder}&port={self.port}"
        self.start()

    def start(self):
        self.process = postgres.start(self.folder, self.flags, self.port)

    def stop(self):
        """Stop it as its administrator would, in a hurry: open transactions are rolled back."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)

    def kill(self):
        kill_9(self.process.pid)
        self.process.wait()

    def backends(self):
        """Return the processes that serve Ringbook's connections."""
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if "postgres postgres [local]" in _command(child)]

    def signal_all(self, number):
        for process in [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children()]:
            process.send_signal(number)

    def remove(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _command(process):
    with suppress(psutil.Error):  # it ends just now
        return " ".join(process.cmdline())
    return ""


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def kill_9(pid):
    """Kill a process with all its children, as a loss of power would."""
    family = [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]
    for process in family:
        process.suspend()  # so that none starts another meanwhile
    for process in family:
        process.kill()
    psutil.wait_procs(family[:-1], 10)


def query(url, sql):
    """Run one statement on PostgreSQL and return its rows."""

    async def run():
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetch(sql)
        finally:
            await connection.close()

    return asyncio.run(run())
