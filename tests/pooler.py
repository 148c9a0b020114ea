"""The API's tests through PgBouncer, in session and in transaction mode: `make test-pooler`."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests import postgres

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
TESTS = [
    "tests/contacts/test_contacts.py",
    "tests/calling",
    "tests/api/test_tenancy.py",
    "tests/phonebooks/test_phonebooks.py",
]
LEFT_OUT = {
    "test_the_body_is_empty_where_the_database_is_away": "it ends connections, which are the pooler's",
}
"""Tests that ask for what is not there behind a pooler, and why."""

MODES = {"session": "", "transaction": "?statement_cache_size=0"}
"""What stands at the end of the URL in each mode."""

CONFIGURATION = """[databases]
* = host={folder} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 100
max_client_conn = 1000
server_idle_timeout = 5
server_login_retry = 1
# The tests' own connections ask for it, Ringbook does not.
ignore_startup_parameters = statement_cache_size
"""


@contextmanager
def pooler(folder: Path, mode: str) -> Iterator[str]:
    """Run PgBouncer before the server whose socket is in `folder`; yield the URL of a database behind it."""
    assert PGBOUNCER
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    file = folder / "pgbouncer.ini"
    file.write_text(CONFIGURATION.format(folder=folder, port=port, mode=mode))
    file.chmod(0o644)
    with (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen(
            [PGBOUNCER, file],
            stdout=log,
            stderr=log,
            cwd="/",
            preexec_fn=postgres.die_with_parent,  # noqa: PLW1509  it makes one system call
            **postgres.as_user(),
        )
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert process.poll() is None, (folder / "pgbouncer.log").read_text()
            time.sleep(0.05)
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres{MODES[mode]}"
    finally:
        process.terminate()
        process.wait(20)


def main() -> int:
    """Run the tests in both modes; return 0 where all pass."""
    if not PGBOUNCER:
        sys.stdout.write("test-pooler: skipped: pgbouncer is not installed (Debian package pgbouncer)\n")
        return 0
    failed = 0
    for mode in MODES:
        with (
            tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder,
            postgres.server(Path(folder)),
            pooler(Path(folder), mode) as url,
        ):
            failed |= run(mode, url)
    return failed


def run(mode: str, url: str) -> int:
    """Run the tests behind the pooler at `url`, say which are left out, and return how pytest ended."""
    for test, why in LEFT_OUT.items():
        sys.stdout.write(f"test-pooler: {mode} mode leaves out {test}: {why}\n")
    sys.stdout.flush()
    chosen = " and ".join(["postgresql", *(f"not {test}" for test in LEFT_OUT)])
    command = [sys.executable, "-m", "pytest", *TESTS, "-k", chosen, "-n", "auto", "--dist", "worksteal"]
    environment = os.environ | {"RINGBOOK_TEST_POSTGRES_URL": url, "RINGBOOK_TEST_POOLER": mode}
    return subprocess.run([*command, *sys.argv[1:]], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
