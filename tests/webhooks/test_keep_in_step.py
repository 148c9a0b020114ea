"""The program of docs/keep-in-step.md, taken from the page as it stands."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.contacts.test_changes import whole_book
from tests.rows import execute
from tests.webhooks.receiver import receiving

PAGE = (Path(__file__).parents[2] / "docs/keep-in-step.md").read_text()
[PROGRAM] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def server_settings():
    return {"RINGBOOK_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1"}


@pytest.fixture
def program():
    names = {"__name__": "mirror"}
    exec(PROGRAM, names)
    return SimpleNamespace(**names)


def copied(path):
    with closing(sqlite3.connect(path)) as database:
        return {id_: json.loads(text) for id_, text in database.execute("SELECT id, json FROM contacts")}


def test_the_program_keeps_a_copy_in_step_over_its_own_end(server, alice, tmp_path):
    made = [alice.api.post("/contacts", json={"notes": str(i)}).json()["id"] for i in range(120)]
    (tmp_path / "mirror.py").write_text(PROGRAM)
    settings = {"RINGBOOK_URL": f"{server}/v1.0", "RINGBOOK_KEY": alice.token, "MIRROR": str(tmp_path / "mirror.db")}
    for notes in "changed", "changed again":
        running = subprocess.Popen([sys.executable, tmp_path / "mirror.py"], env=os.environ | settings)
        try:
            deadline = time.monotonic() + 60
            while not (tmp_path / "mirror.db").exists() or copied(tmp_path / "mirror.db") != whole_book(alice.api):
                assert time.monotonic() < deadline
                assert running.poll() is None
                time.sleep(0.1)
            alice.api.put(f"/contacts/{made[0]}", json={"notes": notes})
            alice.api.delete(f"/contacts/{made.pop()}")
            while copied(tmp_path / "mirror.db") != whole_book(alice.api):
                assert time.monotonic() < deadline
                time.sleep(0.1)
        finally:
            running.kill()
            running.wait()
        alice.api.put(f"/contacts/{made[1]}", json={"notes": notes})
        alice.api.delete(f"/contacts/{made.pop()}")


def test_a_token_that_has_expired_leads_to_the_list_and_takes_out_what_it_no_longer_has(
    alice, program, tmp_path, database_url
):
    gone, *_ = [alice.api.post("/contacts", json={}).json()["id"] for _ in range(3)]
    mirror = program.Mirror(tmp_path / "mirror.db")
    program.read_all(alice.api, mirror)
    assert copied(tmp_path / "mirror.db") == whole_book(alice.api)
    alice.api.delete(f"/contacts/{gone}")
    execute(database_url, "DELETE FROM contact_changes")
    assert program.follow(alice.api, mirror, wait=0)
    assert not program.follow(alice.api, mirror, wait=0)
    mirror.database.close()
    assert gone not in copied(tmp_path / "mirror.db")
    assert copied(tmp_path / "mirror.db") == whole_book(alice.api)


def test_what_the_program_sends_back_is_one_contact_that_comes_back_by_the_feed(alice, program, tmp_path):
    mirror = program.Mirror(tmp_path / "mirror.db")
    program.read_all(alice.api, mirror)
    made = program.send_back(alice.api, "CRM-1", {"company": "Acme"})
    changed = program.send_back(alice.api, "CRM-1", {"notes": "called"})
    assert (changed["id"], changed["company"], changed["notes"]) == (made["id"], "Acme", "called")
    program.follow(alice.api, mirror, wait=0)
    mirror.database.close()
    assert copied(tmp_path / "mirror.db") == {made["id"]: changed}


def test_the_program_knows_a_delivery_from_what_is_none(alice, program):
    with receiving() as receiver:
        webhook = alice.api.post("/webhooks", json={"url": receiver.url, "is_active": False}).json()
        rotated = alice.api.post(f"/webhooks/{webhook['id']}/rotate").json()
        alice.api.post(f"/webhooks/{webhook['id']}/test")
    [(headers, body, _)] = receiver.received
    assert program.is_genuine(webhook["secret"], headers, body)
    assert program.is_genuine(rotated["secret"], headers, body)
    old = {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 600)}
    for wrong in (old, {"webhook-signature": "v1,é"}, {"webhook-id": "another"}, {"webhook-timestamp": "now"}):
        assert not program.is_genuine(webhook["secret"], headers | wrong, body)
    assert not program.is_genuine(webhook["secret"], headers, body + b" ")
    assert not program.is_genuine(webhook["secret"], {}, body)
