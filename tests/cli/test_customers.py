"""Customers on the command line: none without a name, none lost by a slip."""

import json
import os
import pty
import subprocess
import time

import httpx
import pytest

from tests.process import COMMAND


@pytest.fixture
def at_terminal(database_url):
    """Run a command of ringbook with a terminal to answer on, and return its result."""

    def run(answer, *arguments):
        ours, theirs = pty.openpty()
        os.write(ours, answer)
        environment = os.environ | {"RINGBOOK_DATABASE_URL": database_url}
        result = subprocess.run(
            [*COMMAND, *arguments], env=environment, stdin=theirs, capture_output=True, text=True, check=False
        )
        os.close(theirs)
        os.close(ours)
        return result

    return run


def test_a_customers_name_is_never_empty(ringbook):
    customer = json.loads(ringbook("customer", "create", "Acme").stdout)
    for command in (["create", ""], ["update", customer["id"], "--name", " "]):
        assert ringbook("customer", *command).returncode == 1
    assert json.loads(ringbook("customer", "list").stdout) == [customer]


@pytest.mark.parametrize("answer", [b"n\n", b"\n", b"\x04"], ids=["no", "nothing", "the end"])
def test_a_customer_is_deleted_only_after_a_yes(ringbook, at_terminal, alice, answer):
    alice.api.post("/contacts", json={"display_name": "John Smith"})
    deleted = alice.api.post("/contacts", json={"display_name": "Jane Miller"}).json()
    alice.api.delete(f"/contacts/{deleted['id']}")
    refused = at_terminal(answer, "customer", "delete", alice.customer_id)
    assert 'Delete "Alice\'s company" (contacts: 1, access keys: 1)?' in refused.stderr
    assert (refused.returncode, refused.stdout) == (1, "")
    assert json.loads(ringbook("customer", "list").stdout)[0]["id"] == alice.customer_id
    agreed = at_terminal(b"y\n", "customer", "delete", alice.customer_id)
    assert json.loads(agreed.stdout)["id"] == alice.customer_id
    assert f"ringbook customer restore {alice.customer_id}\n" in agreed.stderr
    assert json.loads(ringbook("customer", "list").stdout) == []


def test_without_a_terminal_a_customer_is_deleted_only_by_yes(ringbook):
    customer = json.loads(ringbook("customer", "create", "Acme").stdout)
    for stdin in subprocess.DEVNULL, subprocess.PIPE:
        refused = ringbook("customer", "delete", customer["id"], stdin=stdin)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "no terminal" in refused.stderr
        assert "--yes" in refused.stderr
    assert json.loads(ringbook("customer", "list").stdout) == [customer]
    assert json.loads(ringbook("customer", "delete", customer["id"], "--yes").stdout) == customer


def test_a_customer_that_is_not_there_is_not_asked_about(at_terminal):
    result = at_terminal(b"y\n", "customer", "delete", "019c3860-0000-7000-8000-000000000000")
    assert (result.returncode, result.stderr) == (1, "ringbook: there is no such customer\n")


def test_a_restored_customers_keys_work_again(ringbook, server, alice, bob):
    def becomes(status, seconds=5):
        started = time.monotonic()
        while httpx.get(f"{server}/v1.0/contacts", headers=alice.api.headers).status_code != status:
            assert time.monotonic() - started < seconds
            time.sleep(0.1)

    contact = alice.api.post("/contacts", json={"display_name": "John Smith"}).json()
    customer = json.loads(ringbook("customer", "delete", alice.customer_id, "--yes").stdout)
    becomes(401)
    assert json.loads(ringbook("customer", "restore", alice.customer_id).stdout) == customer
    becomes(200)
    assert alice.api.get(f"/contacts/{contact['id']}").json() == contact
    assert bob.api.get("/contacts").json()["result"] == []


def test_only_a_deleted_customer_is_restored(ringbook):
    customer = json.loads(ringbook("customer", "create", "Acme").stdout)
    for customer_id in customer["id"], "019c3860-0000-7000-8000-000000000000":
        result = ringbook("customer", "restore", customer_id)
        assert (result.returncode, result.stderr) == (1, "ringbook: there is no such deleted customer\n")
