"""A POST with an Idempotency-Key is done once, and answered again as it was the first time."""

import asyncio
import json
from datetime import timedelta

import pytest

from ringbook.clock import utc_now
from ringbook.database.opening import database_at
from ringbook.tenants import idempotency_keys
from ringbook.tenants.caller import Caller
from tests.contacts.test_concurrency import at_once
from tests.keys import access_key
from tests.rows import execute, rows_of


def post(user, path, body, key, **options):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return user.api.post(path, content=content, headers={"Idempotency-Key": key}, **options)


def is_replay(again, first):
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers.get("ETag") == first.headers.get("ETag")
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    return again.headers.get("Idempotent-Replayed") == "true" and "Idempotent-Replayed" not in first.headers


BODIES = {
    "/contacts": {"company": "Acme \U0001f600", "external_id": "crm-1"},
    "/contacts/{id}/phone-numbers": {"number": "+15551234567"},
    "/contacts/{id}/emails": {"address": "a@acme.com"},
    "/contacts/{id}/addresses": {"type": "tel", "target": "+15551234567"},
    "/demo": b"",
    "/contacts/{id}/tags": {"tag_id": "019c3860-0000-7000-8000-000000000000"},
    "/tags": {"name": "VIP"},
    "/webhooks": {"url": "https://crm.example/hook"},
    "/webhooks/{webhook_id}/rotate": b"",
}
"""Every POST that changes something, and what to send."""
MAY_BE_REPEATED = ("/demo", "/contacts/{id}/tags", "/webhooks", "/webhooks/{webhook_id}/rotate")


@pytest.mark.parametrize("template", BODIES)
def test_a_post_that_is_sent_again_is_done_once(alice, template):
    webhook = alice.api.post("/webhooks", json={"url": "https://crm.example", "is_active": False}).json()
    path = template.format(id=alice.api.post("/contacts", json={}).json()["id"], webhook_id=webhook["id"])
    first = post(alice, path, BODIES[template], "k")
    assert first.is_success
    before = [alice.api.get(one).json() for one in ("/contacts", "/tags", "/webhooks")]
    assert is_replay(post(alice, path, BODIES[template], "k"), first)
    assert [alice.api.get(one).json() for one in ("/contacts", "/tags", "/webhooks")] == before
    other = post(alice, path, BODIES[template], "another")
    assert other.status_code == (first.status_code if template in MAY_BE_REPEATED else 409)


REFUSED = {
    "a bad field": ("/contacts", {"source": "x"}, 400),
    "no JSON": ("/contacts", b"{", 400),
    "no contact": ("/contacts/019c3860-0000-7000-8000-000000000000/emails", {"address": "a@acme.com"}, 404),
    "an external_id that is held": ("/contacts", {"external_id": "held"}, 409),
    "a name that is held": ("/tags", {"name": "held"}, 409),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_refusal_is_answered_again_though_it_would_be_right_now(alice, why):
    path, body, status = REFUSED[why]
    holder = alice.api.post("/contacts", json={"external_id": "held"}).json()["id"]
    tag = alice.api.post("/tags", json={"name": "held"}).json()["id"]
    first = post(alice, path, body, "k")
    assert first.status_code == status
    alice.api.delete(f"/contacts/{holder}")
    alice.api.delete(f"/tags/{tag}")
    assert is_replay(post(alice, path, body, "k"), first)
    assert alice.api.get("/contacts").json()["result"] == []


def test_a_stale_if_match_is_answered_again(alice):
    made = alice.api.post("/contacts", json={})
    path, etag = f"/contacts/{made.json()['id']}/emails", made.headers["ETag"]
    alice.api.put(f"/contacts/{made.json()['id']}", json={})
    headers = {"Idempotency-Key": "k", "If-Match": etag}
    first, again = (alice.api.post(path, json={"address": "a@acme.com"}, headers=headers) for _ in range(2))
    assert first.status_code == 412
    assert is_replay(again, first)


def test_a_key_of_another_request_is_refused(alice):
    contact_id = post(alice, "/contacts", {}, "k").json()["id"]
    for path, body in (("/contacts", {"company": "x"}), ("/tags", {}), (f"/contacts/{contact_id}/emails", {})):
        answer = post(alice, path, body, "k")
        error = answer.json()["error"]
        reason = (answer.status_code, error["status"], error["reason"])
        assert reason == (422, "INVALID_ARGUMENT", "IDEMPOTENCY_KEY_REUSED")
    assert len(alice.api.get("/contacts").json()["result"]) == 1


def test_a_key_counts_for_its_access_key_alone(alice, bob, database_url, server):
    first = post(alice, "/contacts", {}, "k").json()["id"]
    token = access_key(database_url, alice.customer_id, "write")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k"}
    second = alice.api.post("/contacts", json={}, headers=headers).json()["id"]
    third = post(bob, "/contacts", {}, "k").json()["id"]
    assert len({first, second, third}) == 3
    assert post(alice, "/contacts/", {}, "k", params={"accesskey": "x"}).json()["id"] == first


@pytest.mark.parametrize("key", [b"", b"x" * 256])
def test_a_key_that_is_none_is_refused(alice, key):
    answer = post(alice, "/contacts", {}, key)
    error = answer.json()["error"]
    assert (answer.status_code, error["reason"], error["details"][0]["field"]) == (
        400,
        "INVALID_HEADER",
        "Idempotency-Key",
    )


def test_the_longest_key_is_one_and_lookups_have_no_need_of_any(alice):
    longest = "k é" * 85
    first = post(alice, "/contacts", {}, longest.encode("latin-1"))
    assert is_replay(post(alice, "/contacts", {}, longest.encode("latin-1")), first)
    for phones in ([], ["+15551234567"]):
        assert "Idempotent-Replayed" not in post(alice, "/contacts/lookup", {"phones": phones}, "k").headers


def test_a_key_is_forgotten_after_a_day(alice, database_url):
    first = post(alice, "/contacts", {}, "k").json()["id"]
    for hours, is_known in ((23.9, True), (24.1, False)):
        tm = (utc_now() - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        execute(database_url, f"UPDATE idempotency_keys SET tm_create = '{tm}'")
        assert (post(alice, "/contacts", {}, "k").json()["id"] == first) == is_known
    assert post(alice, "/contacts", {"notes": "x"}, "k").status_code == 422


def test_old_answers_are_deleted_and_no_others(alice, database_url):
    rows = ", ".join(
        f"('{alice.customer_id}', '{alice.customer_id}', '{i}', '', 201, '', '', '2026-01-01 00:00:00Z')"
        for i in range(205)
    )
    columns = "customer_id, access_key_id, key, fingerprint, status, etag, answer, tm_create"
    execute(database_url, f"INSERT INTO idempotency_keys ({columns}) VALUES {rows}")
    post(alice, "/contacts", {}, "k")

    async def upkeep():
        database = database_at(database_url, 2)
        await database.open()
        await idempotency_keys.delete_old(Caller(alice.customer_id, "", ""), database, utc_now())
        await database.close()

    asyncio.run(upkeep())
    assert rows_of(database_url, "SELECT key FROM idempotency_keys") == [("k",)]


def test_the_same_post_sent_by_many_at_once_is_done_once(api):
    for round_ in range(3):
        headers = {"Idempotency-Key": f"k{round_}"}

        def send(headers=headers):
            answer = api.post("/contacts", json={"company": "Acme Corp"}, headers=headers)
            while answer.status_code == 409:
                assert answer.json()["error"]["reason"] == "IDEMPOTENCY_KEY_IN_USE"
                assert answer.headers["Retry-After"] == "1"
                answer = api.post("/contacts", json={"company": "Acme Corp"}, headers=headers)
            return answer

        answers = at_once(*[send] * 9)
        assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]
        assert len({answer.content for answer in answers}) == 1
        assert len([answer for answer in answers if "Idempotent-Replayed" not in answer.headers]) == 1
    assert len(api.get("/contacts").json()["result"]) == 3
