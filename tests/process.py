"""Ringbook as a process of its own, on a real port."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

COMMAND = [sys.executable, "-c", "from ringbook.cli.main import main; main()"]


def started(url, log, command, *arguments, **settings):
    """Serve the database by `ringbook COMMAND ARGUMENTS`, and yield the process and the address it answers at."""
    environment = os.environ | {"RINGBOOK_DATABASE_URL": url} | settings
    return running([*COMMAND, command, "--port", "0", *arguments], log, env=environment)


@contextmanager
def running(words, log, **options):
    """Run what serves Ringbook, in a group of its own, and yield the process and the address it answers at."""
    with log.open("wb") as file:
        process = subprocess.Popen(words, stdout=file, stderr=file, process_group=0, **options)
    try:
        while "serves" not in (text := log.read_text()):
            assert process.poll() is None, text
            time.sleep(0.05)
        yield process, text.split("serves ")[1].split()[0].removesuffix("/v1.0")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
