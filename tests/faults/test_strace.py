"""An answer to a change follows the sync of its log to the disk: seen in the system calls."""

import re
import signal
import subprocess

import httpx
import psutil
import pytest

from tests.faults.writers import body

CHANGES = 20


def traced(strace, pids, log, work):
    """Return the lines of strace on these processes and their threads during work()."""
    command = [strace, "-f", "-y", "-tt", "-o", log, "-e", "trace=fsync,fdatasync,write,sendto,sendmsg,writev"]
    attached = [f"--attach={pid}" for pid in pids]
    with subprocess.Popen([*command, *attached], stderr=subprocess.PIPE, text=True) as process:
        for _ in pids:
            assert "attached" in process.stderr.readline()
        work()
        process.send_signal(signal.SIGINT)
    return log.read_text().splitlines()


def events(lines, log_file):
    """Yield the ends of syncs of the database's log, and the answers, in their order."""
    syncing = set()
    for line in lines:
        pid = line.split()[0]
        if re.search(rf"f(data)?sync\(\d+<.*{log_file}", line):
            if "unfinished" in line:
                syncing.add(pid)
            else:
                yield "sync"
        elif "sync resumed" in line and pid in syncing:
            syncing.remove(pid)
            yield "sync"
        elif '"HTTP/1.1 201' in line:
            yield "answer"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_answer_follows_its_sync(kind, strace, request, ringbook, durable_token, tmp_path, figure):
    server = ringbook()
    pids, log_file = [server.process.pid], r"ringbook\.db-wal>"
    with httpx.Client(headers={"Authorization": f"Bearer {durable_token}"}, timeout=20) as client:

        def create():
            client.post(f"{server.address}/v1.0/contacts", json=body()).raise_for_status()

        create()
        if kind == "postgresql":
            main = psutil.Process(request.getfixturevalue("own_postgres").process.pid)
            pids, log_file = [*pids, main.pid, *(child.pid for child in main.children())], "/pg_wal/"
        lines = traced(strace, pids, tmp_path / "strace", lambda: [create() for _ in range(CHANGES)])
    order = " ".join(events(lines, log_file))
    assert order.count("answer") == CHANGES
    assert order.startswith("sync")
    assert "answer answer" not in order
    figure(f"{CHANGES} answers, each after a sync")
