"""The folders in which workers count are removed with their server, and never under one that lives."""

import resource
import signal
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import httpx
import psutil
import pytest

from ringbook.serving.metrics_folder import NAMED, metrics_folder
from tests.process import COMMAND, started


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder for temporary files of the servers that the test starts."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def folders(temporary):
    return {folder for folder in temporary.iterdir() if folder.name.startswith(NAMED)}


def test_the_folder_of_a_killed_server_is_removed_at_the_next_start_and_no_other(database_url, tmp_path, temporary):
    serve = database_url, tmp_path / "log", "serve", "--workers", "2"
    with started(*serve) as (killed, _):
        left = folders(temporary)
        workers = psutil.Process(killed.pid).children(recursive=True)
        killed.send_signal(signal.SIGKILL)
        psutil.wait_procs(workers, 20)
    assert len(left) == 1
    with started(*serve) as (_, address):
        living = folders(temporary)
        assert len(living) == 1
        assert not left & living
        with started(database_url, tmp_path / "another", "serve", "--workers", "2"):
            assert len(folders(temporary)) == 2
        assert folders(temporary) == living
        assert httpx.get(f"{address}/metrics", timeout=20).status_code == 200
    assert folders(temporary) == set()


def test_servers_that_start_at_once_take_no_others_folder(temporary, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: stack.enter_context(metrics_folder()), range(200)))
        assert {str(folder) for folder in folders(temporary)} == set(made)
        assert len(set(made)) == 200
    assert folders(temporary) == set()


def test_where_no_temporary_folder_can_be_written_the_server_says_so(database_url):
    with ExitStack() as stack:
        if database_url.startswith("sqlite"):
            database = sqlite3.connect(database_url.removeprefix("sqlite:///"))
            stack.enter_context(closing(database)).execute("SELECT * FROM customers")  # its files are there
        refused = subprocess.run(
            [*COMMAND, "serve", "--port", "0", "--workers", "2"],
            env={"RINGBOOK_DATABASE_URL": database_url},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert refused.returncode == 1
    assert refused.stderr.startswith("ringbook: TMPDIR: ")
    assert len(refused.stderr.splitlines()) == 1
