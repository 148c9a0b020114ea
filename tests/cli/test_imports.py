"""`ringbook contacts import` and what goes with it, as a person uses it."""

import json
import os
import re
import signal
import subprocess

import pytest

from tests.process import COMMAND
from tests.rows import execute

HEADER = "First Name,Last Name,Mobile Phone,Zodiac\n"


@pytest.fixture
def customer(ringbook):
    return json.loads(ringbook("customer", "create", "Acme", "--default-region", "US").stdout)["id"]


@pytest.fixture
def people(tmp_path):
    """Return a file of so many people, each with a number of their own."""

    def write(count, name="people.csv"):
        rows = "".join(f"A{i},B,+120255{i:05},Leo\n" for i in range(count))
        (tmp_path / name).write_text(HEADER + rows)
        return str(tmp_path / name)

    return write


def test_an_import_says_what_was_read_as_what_and_what_came_of_it(ringbook, customer, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(HEADER + "John,[Smith],(202) 555-0100,Leo\nJane,Doe,12,\n")
    run = ringbook(
        "contacts", "import", str(file), "--customer", customer, "--tag", "Fair, 2026", "--map", "Zodiac=notes"
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert (told["state"], told["rows_read"], told["created"], told["rejected"]) == ("done", 2, 1, 1)
    said = " ".join(run.stderr.split())
    for words in ("Read as csv, utf-8", "Mobile Phone → phone:mobile", "John [Smith] · +12025550100", "100 %: 2 rows"):
        assert words in said
    assert "\x1b" not in run.stderr
    hint = re.search("each with its error: ringbook (.+)", run.stderr)[1].split()
    assert hint == ["contacts", "rejects", "--customer", customer, told["id"]]
    rejects = ringbook(*hint).stdout
    assert "'12' is not a phone number" in rejects
    file.write_text(rejects.replace(",12,", ",202-555-0101,"))
    assert json.loads(ringbook("contacts", "import", str(file), "--customer", customer).stdout)["created"] == 1
    lines = ringbook("contacts", "export", "--customer", customer, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["tags"] for line in lines] == [["Fair, 2026"], []]
    assert [one["rows_read"] for one in json.loads(ringbook("contacts", "imports", "--customer", customer).stdout)] == [
        1,
        2,
    ]


def test_a_dry_run_says_so_and_writes_nothing(ringbook, customer, people):
    run = ringbook("contacts", "import", people(3), "--customer", customer, "--dry-run")
    assert "Dry run: nothing was written" in run.stderr
    assert "Not taken over: Zodiac" in run.stderr
    assert "row 3: created · A2 B · +12025500002" in run.stderr
    assert json.loads(run.stdout)["created"] == 3
    assert ringbook("contacts", "export", "--customer", customer, "--format", "jsonl").stdout == ""


def test_an_import_is_taken_back(ringbook, customer, people):
    done = json.loads(ringbook("contacts", "import", people(120), "--customer", customer).stdout)
    told = json.loads(ringbook("contacts", "undo-import", done["id"], "--customer", customer).stdout)
    assert (told["undone"], told["tm_undo"] is None) == (120, False)
    assert ringbook("contacts", "export", "--customer", customer, "--format", "jsonl").stdout == ""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_an_import_that_was_ended_is_gone_on_with_and_does_no_row_twice(
    ringbook, database_url, customer, people, ending
):
    words = [*COMMAND, "contacts", "import", people(4000)]
    environment = os.environ | {"RINGBOOK_DATABASE_URL": database_url}
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert "%: " in process.stderr.readline()
        process.send_signal(ending)
        _, said = process.communicate(timeout=60)
    [job] = json.loads(ringbook("contacts", "imports", "--customer", customer).stdout)
    assert 0 < job["rows_read"] == job["created"] < 4000
    if ending == signal.SIGINT:
        assert process.returncode == 130
        again = re.search("To go on: ringbook (.+)", said)[1].split()
        assert again == ["contacts", "import", "--customer", customer, "--resume", job["id"]]
    else:
        execute(database_url, "DELETE FROM leases")  # as if half a minute had gone by: tests/faults waits for it
        again = ["contacts", "import", "--resume", job["id"]]
    run = ringbook(*again)
    told = json.loads(run.stdout)
    assert (told["rows_read"], told["created"]) == (4000, 4000)
    exported = ringbook("contacts", "export", "--customer", customer, "--format", "jsonl").stdout.splitlines()
    assert len({json.loads(line)["phone_numbers"][0]["number_e164"] for line in exported}) == len(exported) == 4000


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--map", "Zodiac=sign"], "FIELD one of first_name"),
        (["--match", "name"], "'name' is none of external_id, phone, email"),
        (["--region", "ZZ"], "region: must be a country"),
        (["--encoding", "klingon"], "klingon"),
        (["--map", "Star=notes"], "Star"),
    ],
)
def test_what_cannot_be_followed_is_refused_in_words(ringbook, customer, people, more, words):
    run = ringbook("contacts", "import", people(1), "--customer", customer, *more)
    assert run.returncode != 0
    assert words in run.stderr
    assert "Traceback" not in run.stderr
    assert "Read as" not in run.stderr
