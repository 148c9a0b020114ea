"""`ringbook user`: what an operator does for the people who log in."""

import json

from tests.people import PASSWORD, browser, log_in, reason, token_of


def test_a_user_is_made_invited_changed_and_deleted_on_the_command_line(ringbook, server, alice):
    def user(command, *words):
        result = ringbook("user", command, *words)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    ann = user("create", "--email", "Ann@acme.com", "--role", "owner", "--name", "Ann")
    assert ann.pop("link").startswith("http://127.0.0.1:8080/#/welcome?token=")
    assert ann == alice.api.get(f"/users/{ann['id']}").json()
    assert user("list", "--customer", alice.customer_id) == [ann]
    link = user("invite", ann["id"])
    assert list(link) == ["link", "tm_expire"]
    page = browser(server)
    body = {"token": token_of(link["link"]), "password": PASSWORD}
    assert page.post("/passwords", json=body).status_code == 200
    last = ringbook("user", "delete", ann["id"])
    assert (last.returncode, last.stderr.startswith("ringbook: this is the last owner")) == (1, True)
    ben = user("create", "--email", "ben@acme.com", "--role", "owner")
    body = {"token": token_of(ben["link"]), "password": PASSWORD}
    assert browser(server).post("/passwords", json=body).status_code == 200
    assert user("update", ann["id"], "--role", "agent", "--name", "Anna")["role"] == "agent"
    assert page.get("/sessions/current").json()["scopes"] == ["lookup", "read"]
    assert user("update", ann["id"], "--inactive")["is_active"] is False
    assert reason(page.get("/sessions/current")) == (401, "SESSION_ENDED")
    assert user("update", ann["id"], "--active", "--no-totp")["is_active"] is True
    assert log_in(server)[1].status_code == 201
    assert user("delete", ann["id"])["tm_delete"]
    assert [one["id"] for one in user("list")] == [ben["id"]]


def test_what_is_no_user_is_refused_in_a_line(ringbook, alice):
    for words, why in {
        ("create", "--email", "ann", "--role", "agent"): "ringbook: email: 'ann' is not an email address",
        ("create", "--email", "a@acme.com", "--role", "agent", "--name", "x" * 256): "ringbook: name: must be text",
        ("invite", alice.customer_id): "ringbook: there is no such user",
        ("update", alice.customer_id, "--no-totp"): "ringbook: there is no such user",
    }.items():
        result = ringbook("user", *words)
        assert (result.returncode, result.stdout, result.stderr.startswith(why)) == (1, "", True), result.stderr


def test_where_there_are_several_customers_one_is_chosen(ringbook, alice, bob):
    result = ringbook("user", "list")
    assert (result.returncode, "several customers" in result.stderr) == (1, True)
    assert ringbook("user", "list", "--customer", bob.customer_id).stdout == "[]\n"
