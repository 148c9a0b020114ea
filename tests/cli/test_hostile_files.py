"""Files that are made to be in the way, brought in from end to end: a clear error, in bounded memory, and soon."""

import io
import json
import os
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from tests.process import COMMAND

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


def most_megabytes(process):
    """Return the most memory that a process has had when it ends (VmHWM)."""
    most = 0
    while process.poll() is None:
        text = Path(f"/proc/{process.pid}/status").read_text()
        if "VmHWM:" in text:
            most = int(text.split("VmHWM:")[1].split()[0]) // 1024
        time.sleep(0.01)
    return most


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("parts", "wanted"), FILES.values(), ids=FILES)
def test_a_hostile_file_ends_with_a_clear_error_in_bounded_memory(ringbook, database_url, tmp_path, parts, wanted):
    customer = json.loads(ringbook("customer", "create", "Acme", "--default-region", "US").stdout)["id"]
    with (tmp_path / "file").open("wb") as file:
        for part in parts:
            file.write(part())
    words = [*COMMAND, "contacts", "import", str(tmp_path / "file"), "--customer", customer]
    environment = os.environ | {"RINGBOOK_DATABASE_URL": database_url}
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(words, env=environment, stdout=out, stderr=err)
        most = most_megabytes(process)
    told = json.loads((tmp_path / "out").read_text())
    state, created, problem = wanted
    assert (told["state"], told["created"]) == (state, created)
    rejects = ringbook("contacts", "rejects", told["id"], "--customer", customer).stdout
    assert problem in (told["error"] if state == "failed" else rejects)
    assert len(rejects) < 2 * MEGABYTE
    assert "Traceback" not in (tmp_path / "err").read_text()
    assert most < MOST_MEGABYTES
