"""A deleted contact comes back whole, and is found again by everything that found it before."""

import pytest

from tests.contacts.test_changes import apply, feed, follow, whole_book
from tests.contacts.test_concurrency import at_once

NOBODY = "019c3860-0000-7000-8000-000000000000"
JANE = {
    "display_name": "Jane Söderström",
    "company": "Acme",
    "external_id": "crm-7",
    "phone_numbers": [{"number": "+1 555 010 0007", "is_primary": True, "type": "mobile"}, {"number": "+15550100008"}],
    "emails": [{"address": "jane@acme.example"}],
    "tag_ids": [NOBODY],
    "notes": "x",
}


def made(user, body):
    return user.api.post("/contacts", json=body).json()


def restore(user, contact_id, **more):
    return user.api.post(f"/contacts/{contact_id}/restore", **more)


def without_times(contact):
    return {key: value for key, value in contact.items() if not key.startswith("tm_")}


def found(user):
    """Return where Jane is found: by each lookup, words, filter, phone book, list; and whether the trash is empty."""
    get = user.api.get
    return [
        get("/contacts/lookup", params={"phone": "+15550100008"}).is_success,
        get("/contacts/lookup", params={"email": "jane@acme.example"}).is_success,
        bool(get("/contacts/search", params={"q": "soederstr"}).json()["result"]),
        bool(get("/contacts", params={"company": "acme", "external_id": "crm-7"}).json()["result"]),
        "+15550100007" in get("/phonebooks/yealink").text,
        bool(get("/contacts").json()["result"]),
        not get("/contacts", params={"deleted": "true"}).json()["result"],
    ]


def test_a_deleted_contact_comes_back_whole_and_is_found_as_before(alice, bob):
    made(bob, JANE)
    jane, token = made(alice, JANE), feed(alice.api)["next"]
    assert all(found(alice))
    alice.api.delete(f"/contacts/{jane['id']}")
    assert not any(found(alice))
    assert restore(bob, jane["id"]).status_code == 404
    answer = restore(alice, jane["id"])
    assert (answer.status_code, without_times(answer.json())) == (200, without_times(jane))
    assert (answer.json()["tm_delete"], answer.json()["tm_create"]) == (None, jane["tm_create"])
    assert answer.headers["ETag"] == alice.api.get(f"/contacts/{jane['id']}").headers["ETag"]
    assert all(found(alice))
    assert all(found(bob))
    history = alice.api.get(f"/contacts/{jane['id']}/history").json()["result"]
    assert [one["action"] for one in history] == ["restored", "deleted", "created"]
    copy = {}
    apply(copy, follow(alice.api, token)[0])
    assert copy == whole_book(alice.api) != {}


def test_what_is_not_deleted_stays_as_it_is_and_what_never_was_is_not_found(alice):
    jane = made(alice, JANE)
    answer = restore(alice, jane["id"])
    assert (answer.status_code, answer.json()) == (200, jane)
    assert len(alice.api.get(f"/contacts/{jane['id']}/history").json()["result"]) == 1
    assert restore(alice, NOBODY).status_code == 404


def test_an_external_id_that_another_has_now_stands_in_the_way(alice):
    jane = made(alice, JANE)
    alice.api.delete(f"/contacts/{jane['id']}")
    other = made(alice, {"external_id": "crm-7"})
    answer = restore(alice, jane["id"])
    error = answer.json()["error"]
    assert (answer.status_code, error["reason"]) == (409, "EXTERNAL_ID_EXISTS")
    assert other["id"] in error["details"][0]["message"]
    alice.api.delete(f"/contacts/{other['id']}")
    assert restore(alice, jane["id"]).status_code == 200


def test_if_match_is_about_the_deleted_contact(alice):
    jane = made(alice, JANE)
    path = f"/contacts/{jane['id']}"
    seen = alice.api.get(path).headers["ETag"]
    alice.api.delete(path)
    assert restore(alice, jane["id"], headers={"If-Match": seen}).status_code == 412
    answer = restore(alice, jane["id"], headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert restore(alice, jane["id"], headers={"If-Match": answer.headers["ETag"]}).status_code == 200
    assert restore(alice, jane["id"], headers={"If-Match": seen}).status_code == 412


@pytest.mark.parametrize("rounds", [3])
def test_of_many_with_one_external_id_that_are_restored_at_once_one_comes_back(alice, rounds):
    for _ in range(rounds):
        ids = []
        for _ in range(6):
            ids.append(made(alice, JANE)["id"])
            alice.api.delete(f"/contacts/{ids[-1]}")
        answers = at_once(*[lambda one=one: restore(alice, one).status_code for one in ids])
        assert sorted(answers) == [200] + [409] * 5
        (back,) = alice.api.get("/contacts").json()["result"]
        alice.api.delete(f"/contacts/{back['id']}")
