"""Where the time of a request goes: Ringbook sampled by py-spy while it answers as fast as it can."""

import re
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

from bench.book import Book
from bench.load import saturate
from bench.servers import Server
from bench.work import requests

SECONDS = 4
FRAME = re.compile(r".* \((?:.*/site-packages/)?(.*):\d+\)")


def profile(server: Server, work: str, book: Book) -> list[tuple[str, float]]:
    """Return the parts of the time spent in each file of Ringbook, and in each other package, the largest first.

    What C code does counts for the Python line that calls it. Raises CalledProcessError where py-spy may not look
    into the process: it needs root, or kernel.yama.ptrace_scope=0.
    """
    load = threading.Thread(target=saturate, args=(server.address, list(requests(work, book)), SECONDS + 1))
    load.start()
    with tempfile.NamedTemporaryFile() as file:
        options = ["--duration", str(SECONDS), "--rate", "400", "--format", "raw", "--output", file.name]
        command = [str(Path(sys.executable).with_name("py-spy")), "record", "--pid", str(server.process.pid), *options]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        load.join()
        return shares(Path(file.name).read_text())


def shares(stacks: str) -> list[tuple[str, float]]:
    """Return the parts from py-spy's raw format: a line a stack, frames by semicolons, then how often it was seen."""
    seen: Counter[str] = Counter()
    for line in stacks.splitlines():
        frames, _, count = line.rpartition(" ")
        seen[_part(frames.rsplit(";", 1)[-1])] += int(count)
    return [(part, round(count / seen.total(), 3)) for part, count in seen.most_common()]


def _part(frame: str) -> str:
    match = FRAME.fullmatch(frame)
    if not match:
        return "other"
    path = match[1]
    return path if path.startswith("ringbook/") else path.split("/")[0].removesuffix(".py")
