"""A contact that a receiver refuses, and what becomes of its other changes and of all other contacts."""

import pytest

from tests.rows import execute, rows_of
from tests.webhooks.test_webhooks import listed, make, until


@pytest.fixture
def server_settings():
    return {"RINGBOOK_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1"}


def created(user, **fields):
    return user.api.post("/contacts", json=fields).json()["id"]


def batch(user, operations):
    answer = user.api.post("/contacts/batch", json={"operations": operations})
    assert {one["status"] for one in answer.json()["result"]} <= {200, 201}, answer.text


def told_of(receiver, contact_id):
    return [event for event in receiver.events if event["data"]["id"] == contact_id]


def try_all_again(database_url):
    execute(database_url, "UPDATE webhook_deliveries SET tm_next = tm_create WHERE tm_next IS NOT NULL")


def test_a_contact_that_is_refused_holds_back_no_other_however_often_it_changes(alice, receiver, database_url):
    bad, good = created(alice), created(alice)
    webhook = make(alice, receiver.url)
    is_mended = False
    receiver.answer = lambda event: (200 if event["data"]["id"] == good or is_mended else 500, "")
    batch(alice, [{"update": {"id": bad, "notes": str(i)}} for i in range(130)])
    receiver.wait_for(lambda _: told_of(receiver, bad))
    batch(alice, [{"update": {"id": bad, "notes": str(i)}} for i in range(1000)])
    alice.api.put(f"/contacts/{good}", json={"notes": "told"})
    receiver.wait_for(lambda _: told_of(receiver, good), seconds=10)
    [waiting] = rows_of(database_url, "SELECT COUNT(*) FROM webhook_deliveries WHERE tm_next IS NOT NULL")
    assert waiting[0] <= 101
    alice.api.delete(f"/contacts/{bad}")
    is_mended = True
    try_all_again(database_url)
    receiver.wait_for(lambda _: told_of(receiver, bad)[-1]["type"] == "contact.deleted")
    kinds = [event["type"] for event in told_of(receiver, bad)]
    assert kinds == ["contact.updated"] * (len(kinds) - 1) + ["contact.deleted"]
    until(lambda: all(row["state"] == "delivered" for row in listed(alice, webhook)))


def test_more_than_100_refused_contacts_hold_back_no_other(alice, receiver, database_url):
    bad = [created(alice, company="bad") for _ in range(110)]
    webhook = make(alice, receiver.url)
    is_mended = False
    receiver.answer = lambda event: (500 if event["data"]["company"] == "bad" and not is_mended else 200, "")
    batch(alice, [{"update": {"id": contact_id, "notes": "1"}} for contact_id in bad])
    receiver.wait_for(lambda events: len({event["data"]["id"] for event in events}) == 110)
    good = created(alice)
    receiver.wait_for(lambda _: told_of(receiver, good), seconds=10)
    for notes in "23":
        batch(alice, [{"update": {"id": bad[0], "notes": notes}}])
    is_mended = True
    try_all_again(database_url)
    receiver.wait_for(lambda _: told_of(receiver, bad[0])[-1]["data"]["notes"] == "3")
    until(lambda: all(row["state"] == "delivered" for row in listed(alice, webhook)))


def test_a_deletion_that_was_refused_is_told_with_its_own_time_though_the_contact_is_back(
    alice, receiver, database_url
):
    contact_id = created(alice)
    make(alice, receiver.url)
    receiver.answer = lambda _: (500, "")
    deleted = alice.api.delete(f"/contacts/{contact_id}").json()
    receiver.wait_for(lambda events: events)
    alice.api.post(f"/contacts/{contact_id}/restore").raise_for_status()
    receiver.answer = lambda _: (200, "")
    try_all_again(database_url)
    *_, told, restored = receiver.wait_for(lambda events: events[-1]["type"] == "contact.created")
    tombstone = {"id": contact_id, "tm_delete": deleted["tm_delete"], "merged_into": None}
    assert (told["type"], told["data"]) == ("contact.deleted", tombstone)
    assert (restored["data"]["id"], restored["data"]["tm_delete"]) == (contact_id, None)
