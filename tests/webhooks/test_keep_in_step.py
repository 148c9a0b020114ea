"""The program of docs/keep-in-step.md, taken from the page as it stands."""

import json
import os
import re
import socket
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
from tests.webhooks.test_webhooks import until

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


@pytest.fixture
def start(tmp_path):
    """Start the program with a URL; it says its errors to a file of this name, and ends with the test."""
    started = []

    def run(url, token, errors):
        (tmp_path / "mirror.py").write_text(PROGRAM)
        settings = {"RINGBOOK_URL": url, "RINGBOOK_KEY": token, "MIRROR": str(tmp_path / "mirror.db")}
        with (tmp_path / errors).open("w") as file:
            command = [sys.executable, tmp_path / "mirror.py"]
            started.append(subprocess.Popen(command, env=os.environ | settings, stderr=file))
        return started[-1]

    yield run
    for running in started:
        running.kill()
        running.wait()


def test_the_program_ends_and_says_why_where_its_url_or_its_key_is_wrong(server, start, alice, tmp_path):
    wrong = {"404": (f"{server}/v2.0", alice.token), "401": (f"{server}/v1.0", "rb_of_nobody")}
    for status, (url, token) in wrong.items():
        assert start(url, token, status).wait(timeout=30) == 1
        assert f"'{status} " in (tmp_path / status).read_text()


def test_the_program_says_why_it_waits(start, alice, tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    start(f"http://127.0.0.1:{port}/v1.0", alice.token, "errors")
    lines = r"(?s)ConnectError\(.+\); once more in 1 s\nConnectError\(.+\); once more in 2 s\n.*"
    until(lambda: re.fullmatch(lines, (tmp_path / "errors").read_text()), seconds=15)


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
    old = str(int(headers["webhook-timestamp"]) - 600)
    for time_ in (old, "now", "²", "٣", "9" * 5000, "-1", " 1", f"{headers['webhook-timestamp']}\n"):
        assert not program.is_genuine(webhook["secret"], headers | {"webhook-timestamp": time_}, body)
    for wrong in ({"webhook-signature": "v1,é \udce9"}, {"webhook-id": "another"}, {"webhook-id": "\udce9"}):
        assert not program.is_genuine(webhook["secret"], headers | wrong, body)
    assert not program.is_genuine(webhook["secret"], headers, body + b" ")
    assert not program.is_genuine(webhook["secret"], {}, body)
