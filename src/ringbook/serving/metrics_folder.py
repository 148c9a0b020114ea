"""The folder in which several workers count for /metrics: one of each server, gone when it is."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ringbook.config import InvalidSetting

NAMED = "ringbook-metrics-"


@contextmanager
def metrics_folder() -> Iterator[str]:
    """Yield the path of a new one, and remove those of servers that were killed. Raises InvalidSetting."""
    try:
        _remove_left_behind(Path(tempfile.gettempdir()))
        folder, lock = _make()
    except OSError as error:
        raise InvalidSetting(
            f"TMPDIR: several workers count for /metrics in a temporary folder, and none can be written: {error}; "
            "name one that can, or serve with one worker"
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _make() -> tuple[str, int]:
    while True:
        folder = tempfile.mkdtemp(prefix=NAMED)
        lock = _lock(Path(folder))
        if lock is not None:  # else another server, which starts now, took it for left behind
            return folder, lock


def _lock(folder: Path) -> int | None:
    """Return what holds the folder until it is closed, or this process ends; None where another one holds it."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if folder.exists():
            return lock
    except BlockingIOError:
        pass
    os.close(lock)
    return None


def _remove_left_behind(temporary: Path) -> None:
    for folder in temporary.glob(f"{NAMED}*"):
        with suppress(OSError):  # it is another user's
            lock = _lock(folder)
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)
