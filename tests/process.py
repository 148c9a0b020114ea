"""Ringbook as a process of its own, on a real port."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

COMMAND = [sys.executable, "-c", "from ringbook.cli.main import main; main()"]


@contextmanager
def started(url, log, command, *arguments):
    """Serve the database by `ringbook COMMAND ARGUMENTS`, and yield the process and the address it answers at."""
    environment = os.environ | {"RINGBOOK_DATABASE_URL": url}
    with log.open("wb") as file:
        words = [*COMMAND, command, "--port", "0", *arguments]
        process = subprocess.Popen(words, env=environment, stdout=file, stderr=file, process_group=0)
    try:
        while "serves" not in (text := log.read_text()):
            assert process.poll() is None, text
            time.sleep(0.05)
        yield process, text.split("serves ")[1].split()[0].removesuffix("/v1.0")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
