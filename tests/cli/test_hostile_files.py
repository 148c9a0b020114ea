"""Files that are made to be in the way, brought in from end to end: a clear error, in bounded memory, and soon."""

import io
import json
import os
import subprocess
import threading
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from tests.conftest import User
from tests.process import COMMAND, started
from tests.transfer.test_imports import ended

MEGABYTE = 1 << 20
LONG = 60 * MEGABYTE
MOST_MEGABYTES = 120
"""What a process that reads an ordinary file takes is some 80; one that kept such a line: 60 more at least."""


def archive():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("contacts.csv", bytes(50 * MEGABYTE))
    return packed.getvalue()


CARD = b"BEGIN:VCARD\nVERSION:3.0\nFN:B\nEND:VCARD\n"
FILES = {
    "an archive that grows": ([archive], ("failed", 0, "it is a ZIP")),
    "one line": ([lambda: b"x" * LONG], ("failed", 0, "is longer than 1,048,576 characters")),
    "a long row": (
        [lambda: b"First Name,Notes\nA,", lambda: b"y" * LONG, lambda: b"\nB,z\n"],
        ("done", 1, "the row is longer than"),
    ),
    "10,000 columns": (
        [lambda: b",".join(b"Notes %d" % i for i in range(10_000)) + b"\n", lambda: b"a," * 10_000 + b"\n"],
        ("failed", 0, "it has more than"),
    ),
    "a long card": (
        [lambda: b"BEGIN:VCARD\nVERSION:3.0\nFN:A\nNOTE:", lambda: b"y" * LONG, lambda: b"\nEND:VCARD\n" + CARD],
        ("done", 1, "longer"),
    ),
    "a long line of JSON": (
        [lambda: b'{"first_name": "', lambda: b"y" * LONG, lambda: b'"}\n{"first_name": "B"}\n'],
        ("done", 1, "longer"),
    ),
}


@contextmanager
def watched(process):
    """Yield a function that returns the most memory, in MB, that a process or one of its own has had (VmHWM)."""
    most, over = [0], threading.Event()

    def look():
        while not over.wait(0.01):
            with suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
                for one in (process, *psutil.Process(process.pid).children(recursive=True)):
                    text = Path(f"/proc/{one.pid}/status").read_text()
                    if "VmHWM:" in text:
                        most.append(int(text.split("VmHWM:")[1].split()[0]) // 1024)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield lambda: max(most)
    finally:
        over.set()
        thread.join()


def write(path, parts):
    with path.open("wb") as file:
        for part in parts:
            file.write(part())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("parts", "wanted"), FILES.values(), ids=FILES)
def test_a_hostile_file_ends_with_a_clear_error_in_bounded_memory(ringbook, database_url, tmp_path, parts, wanted):
    customer = json.loads(ringbook("customer", "create", "Acme", "--default-region", "US").stdout)["id"]
    write(tmp_path / "file", parts)
    words = [*COMMAND, "contacts", "import", str(tmp_path / "file"), "--customer", customer]
    environment = os.environ | {"RINGBOOK_DATABASE_URL": database_url}
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(words, env=environment, stdout=out, stderr=err)
        with watched(process) as most_megabytes:
            process.wait()
    told = json.loads((tmp_path / "out").read_text())
    state, created, problem = wanted
    assert (told["state"], told["created"]) == (state, created)
    rejects = ringbook("contacts", "rejects", told["id"], "--customer", customer).stdout
    assert problem in (told["error"] if state == "failed" else rejects)
    assert len(rejects) < 2 * MEGABYTE
    assert "Traceback" not in (tmp_path / "err").read_text()
    assert most_megabytes() < MOST_MEGABYTES


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("parts", "wanted"), FILES.values(), ids=FILES)
def test_a_hostile_upload_ends_so_too_and_its_worker_reads_it_piece_by_piece(
    database_url, alice, tmp_path, parts, wanted
):
    write(tmp_path / "file", parts)
    headers = {"Authorization": f"Bearer {alice.token}"}
    with (
        started(database_url, tmp_path / "log", "serve", "--workers", "1") as (process, address),
        httpx.Client(base_url=f"{address}/v1.0", headers=headers, timeout=60) as api,
        watched(process) as most_megabytes,
        (tmp_path / "file").open("rb") as file,
    ):
        job = api.post("/imports", content=file).raise_for_status().json()
        job = ended(User(alice.customer_id, alice.token, api), job)
        rejects = api.get(f"/imports/{job['id']}/rejects").text
        most = most_megabytes()
    state, created, problem = wanted
    assert (job["state"], job["created"]) == (state, created)
    assert problem in (job["error"] if state == "failed" else rejects)
    assert most < MOST_MEGABYTES
