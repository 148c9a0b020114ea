"""ETags: who has a contact already is told so, and nobody overwrites what he has not seen."""

import uuid

import pytest

from tests.contacts.test_concurrency import at_once
from tests.phonebooks.test_phonebooks import CHANGES, JOHN


def made(user):
    tag_id = user.api.post("/tags", json={"name": str(uuid.uuid4())}).json()["id"]
    answer = user.api.post("/contacts", json=JOHN | {"tag_ids": [tag_id], "emails": [{"address": "a@acme.com"}]})
    return answer.json(), answer.headers["ETag"]


RESTORE = ("POST", "/contacts/{contact_id}/restore")
OF_ONE_CONTACT = {call: body for call, body in CHANGES.items() if "{contact_id}" in call[1] and call != RESTORE}
"""Every change of a contact that is there, or of anything in it, and what to send."""


def path_of(template, contact):
    address_id = contact["emails" if "emails" in template else "phone_numbers"][0]["id"]
    return template.format(contact_id=contact["id"], address_id=address_id, tag_id=contact["tag_ids"][0])


@pytest.mark.parametrize(("method", "template"), OF_ONE_CONTACT, ids=map(" ".join, OF_ONE_CONTACT))
def test_every_change_is_refused_by_another_etag_and_answers_a_new_one(alice, method, template):
    contact, etag = made(alice)
    path, body = path_of(template, contact), OF_ONE_CONTACT[method, template]
    stale = alice.api.request(method, path, json=body, headers={"If-Match": '"1-nothing"'})
    error = stale.json()["error"]
    assert (stale.status_code, error["status"], error["reason"]) == (412, "FAILED_PRECONDITION", "CONTACT_CHANGED")
    unchanged = alice.api.get(f"/contacts/{contact['id']}")
    assert (unchanged.json(), unchanged.headers["ETag"]) == (contact, etag)
    changed = alice.api.request(method, path, json=body, headers={"If-Match": f'"x", {etag}'})
    assert changed.is_success, changed.text
    assert changed.headers["ETag"] not in (etag, "")
    if path != f"/contacts/{contact['id']}" or method != "DELETE":
        after = alice.api.get(f"/contacts/{contact['id']}")
        assert (after.headers["ETag"], after.json()) == (changed.headers["ETag"], changed.json())


def test_a_contact_that_is_known_is_not_sent_again_until_it_changes(alice):
    contact, etag = made(alice)
    path = f"/contacts/{contact['id']}"
    for known in (etag, f"W/{etag}", f'"x" , "y,z",,{etag}', "*"):
        for method in ("GET", "HEAD"):
            answer = alice.api.request(method, path, headers={"If-None-Match": known})
            assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", etag)
    assert alice.api.get(path, headers={"If-None-Match": '"x"'}).json() == contact
    assert alice.api.delete(f"/tags/{contact['tag_ids'][0]}").is_success
    assert alice.api.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_an_etag_is_strong_and_stands_on_no_lookup(alice):
    contact, etag = made(alice)
    assert etag[0] == etag[-1] == '"'
    assert (
        alice.api.post(f"/contacts/{contact['id']}/tags", json={"tag_id": contact["tag_ids"][0]}).headers["ETag"]
        == etag
    )
    for path in ("/contacts/lookup?phone=%2B15551234567", "/contacts", "/tags"):
        assert "ETag" not in alice.api.get(path).headers


@pytest.mark.parametrize("wrong", ["", "x", '"x', 'w/"x"', '"x" "y"', "*, *", '*,"x"', '"x",y', "W/", ",", '"ü"x'])
def test_a_header_that_lists_no_etags_is_named(alice, wrong):
    contact, _ = made(alice)
    path = f"/contacts/{contact['id']}"
    for header, method in (("If-None-Match", "GET"), ("If-Match", "PUT")):
        answer = alice.api.request(method, path, json={}, headers={header: wrong.encode()})
        error = answer.json()["error"]
        assert (answer.status_code, error["reason"], error["details"][0]["field"]) == (400, "INVALID_HEADER", header)


def test_if_match_takes_no_weak_etag_and_a_star_for_any(alice):
    contact, etag = made(alice)
    path = f"/contacts/{contact['id']}"
    assert alice.api.put(path, json={}, headers={"If-Match": f"W/{etag}"}).status_code == 412
    assert alice.api.put(path, json={}, headers={"If-Match": "*"}).status_code == 200
    assert alice.api.put(path[:-4] + "0000", json={}, headers={"If-Match": "*"}).status_code == 404


def test_an_upsert_with_if_match_changes_only_what_is_there_as_it_was(alice):
    def upsert(**headers):
        return alice.api.put("/contacts", params={"external_id": "crm-1"}, json={"notes": "x"}, headers=headers)

    assert upsert(**{"If-Match": "*"}).status_code == 412
    etag = upsert().headers["ETag"]
    assert upsert(**{"If-Match": etag}).status_code == 200
    assert upsert(**{"If-Match": etag}).status_code == 412


def test_an_upsert_with_if_none_match_creates_and_changes_nothing(alice):
    def upsert(notes):
        given = {"json": {"notes": notes}, "headers": {"If-None-Match": "*"}}
        return alice.api.put("/contacts", params={"external_id": "crm-1"}, **given)

    first, again = upsert("x"), upsert("y")
    assert (first.status_code, again.status_code) == (201, 412)
    assert again.json()["error"]["reason"] == "CONTACT_CHANGED"
    assert alice.api.get(f"/contacts/{first.json()['id']}").json() == first.json()


def test_of_many_who_have_seen_the_same_one_changes_it(api):
    contact = api.post("/contacts", json={})
    path, etag = f"/contacts/{contact.json()['id']}", contact.headers["ETag"]

    def put(i):
        return api.put(path, json={"notes": f"note {i}"}, headers={"If-Match": etag})

    def add(i):
        return api.post(f"{path}/emails", json={"address": f"a{i}@acme.com"}, headers={"If-Match": etag})

    answers = at_once(*[lambda i=i, change=change: change(i) for i in range(8) for change in (put, add)])
    assert sorted(answer.status_code for answer in answers)[1:] == [412] * 15
    after = api.get(path).json()
    assert bool(after["notes"]) + len(after["emails"]) == 1
