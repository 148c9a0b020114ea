"""Access keys and the customer, by the API."""

import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from ringbook.tenants.access_keys import SCOPES
from tests.keys import access_key
from tests.rows import rows_of


def asked(server, token, method="GET", path="/contacts", **options):
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.request(method, f"{server}/v1.0{path}", headers=headers, timeout=20, **options)


def refused(answer, status, *fields):
    error = answer.json()["error"]
    assert (answer.status_code, [one["field"] for one in error["details"]]) == (status, list(fields)), answer.text


def test_a_key_is_made_listed_and_revoked_and_its_token_is_shown_once(alice, server, database_url):
    answer = alice.api.post("/access-keys", json={"name": "PBX", "scopes": ["lookup", "read"]})
    assert answer.status_code == 201
    made = answer.json()
    token = made.pop("token")
    assert (made["name"], made["scopes"], made["prefix"]) == ("PBX", ["read", "lookup"], token[:8])
    assert (made["tm_expire"], made["tm_delete"]) == (None, None)
    path = f"/access-keys/{made['id']}"
    assert alice.api.get(path).json() == made
    page = alice.api.get("/access-keys").json()
    assert (page["result"][0], len(page["result"]), page["next_page_token"]) == (made, 2, "")
    assert asked(server, token).status_code == 200
    assert asked(server, token, "POST", json={}).status_code == 403
    assert token[3:-6] not in str(rows_of(database_url, "SELECT * FROM access_keys"))
    revoked = alice.api.delete(path)
    assert (revoked.status_code, revoked.json()) == (200, made | {"tm_delete": revoked.json()["tm_delete"]})
    assert revoked.json()["tm_delete"]
    for again in (alice.api.get(path), alice.api.delete(path)):
        assert again.json()["error"]["reason"] == "ACCESS_KEY_NOT_FOUND"
    assert len(alice.api.get("/access-keys").json()["result"]) == 1
    deadline = time.monotonic() + 6
    while asked(server, token).status_code != 401:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_pages_of_keys_have_each_once(alice):
    made = [alice.api.post("/access-keys", json={"name": str(i)}).json()["id"] for i in range(5)]
    seen, token = [], ""
    while token or not seen:
        page = alice.api.get("/access-keys", params={"page_size": 2, "page_token": token}).json()
        seen += [one["id"] for one in page["result"]]
        token = page["next_page_token"]
    assert seen[:5] == made[::-1]
    assert len(seen) == 6


def test_without_scopes_a_key_may_write_and_no_more(alice, server):
    key = alice.api.post("/access-keys", json={}).json()
    assert key["scopes"] == ["write"]
    assert asked(server, key["token"], "POST", json={}).status_code == 201
    assert asked(server, key["token"], "POST", "/access-keys", json={}).status_code == 403


def test_a_key_ends_when_it_is_to(alice, server):
    soon = datetime.now(UTC) + timedelta(seconds=1)
    key = alice.api.post("/access-keys", json={"tm_expire": soon.isoformat()}).json()
    assert key["tm_expire"] == f"{soon:%Y-%m-%dT%H:%M:%S.%f}Z"
    assert asked(server, key["token"]).status_code == 200
    time.sleep(1.1)
    assert asked(server, key["token"]).status_code == 401


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"scopes": ["root"]}, ["scopes[0]"]),
        ({"scopes": []}, ["scopes"]),
        ({"name": "x" * 256}, ["name"]),
        ({"name": "a\0"}, ["name"]),
        ({"tm_expire": "tomorrow"}, ["tm_expire"]),
        ({"tm_expire": "2020-01-01T00:00:00Z"}, ["tm_expire"]),
        ({"token": "rb_x"}, ["token"]),
        ({"name": 5, "scopes": ["x"]}, ["name", "scopes[0]"]),
    ],
)
def test_what_a_key_cannot_be_is_refused_by_its_fields(alice, body, fields):
    refused(alice.api.post("/access-keys", json=body), 400, *fields)
    assert len(alice.api.get("/access-keys").json()["result"]) == 1


def test_nobody_can_give_more_than_he_has(alice, server, database_url):
    assert {scope for scopes in SCOPES.values() for scope in scopes} == SCOPES["admin"]
    for scope in ("write", "read", "phonebook", "lookup"):
        token = access_key(database_url, alice.customer_id, scope)
        for method, path, body in (
            ("POST", "/access-keys", {"scopes": ["lookup"]}),
            ("GET", "/access-keys", None),
            ("DELETE", f"/access-keys/{alice.customer_id}", None),
            ("PUT", "/customer", {"name": "Mine"}),
        ):
            assert asked(server, token, method, path, json=body).json()["error"]["reason"] == "INSUFFICIENT_SCOPE"


def test_another_customers_key_is_none(alice, bob, server):
    key = alice.api.post("/access-keys", json={}).json()
    for method in ("GET", "DELETE"):
        assert bob.api.request(method, f"/access-keys/{key['id']}").status_code == 404
    assert key["id"] not in bob.api.get("/access-keys").text
    assert asked(server, key["token"]).status_code == 200


def test_no_page_of_another_site_makes_a_key_by_a_cookie(alice, server):
    headers = {"Cookie": f"token={alice.token}", "Sec-Fetch-Site": "cross-site"}
    answer = httpx.post(f"{server}/v1.0/access-keys", headers=headers, json={}, timeout=20)
    assert answer.json()["error"]["reason"] == "CROSS_SITE_REQUEST"


def test_the_customer_is_read_and_changed(alice, bob):
    customer = alice.api.get("/customer").json()
    assert customer == {
        "id": alice.customer_id,
        "name": "Alice's company",
        "default_region": "US",
        "totp_required": False,
        "tm_create": customer["tm_create"],
    }
    theirs = bob.api.get("/customer").json()
    changed = alice.api.put("/customer", json={"default_region": " de "})
    assert (changed.status_code, changed.json()) == (200, customer | {"default_region": "DE"})
    assert alice.api.put("/customer", json=changed.json() | {"name": "Acme"}).json()["name"] == "Acme"
    assert alice.api.put("/customer", json={}).json()["name"] == "Acme"
    assert alice.api.put("/customer", json={"default_region": ""}).json()["default_region"] == ""
    assert bob.api.get("/customer").json() == theirs


def test_a_number_is_read_in_the_new_region_within_5_seconds(alice):
    alice.api.put("/customer", json={"default_region": "DE"})
    deadline = time.monotonic() + 6
    while True:
        contact = alice.api.post("/contacts", json={"phone_numbers": [{"number": "030 23125 101"}]})
        if contact.is_success and contact.json()["phone_numbers"][0]["number_e164"] == "+493023125101":
            break
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": " "}, ["name"]),
        ({"default_region": "XX"}, ["default_region"]),
        ({"name": " ", "default_region": "Germany"}, ["name", "default_region"]),
        ({"name": "x" * 256}, ["name"]),
        ({"region": "DE"}, ["region"]),
    ],
)
def test_what_a_customer_cannot_be_is_refused_by_its_fields(alice, body, fields):
    before = alice.api.get("/customer").json()
    refused(alice.api.put("/customer", json=body), 400, *fields)
    assert alice.api.get("/customer").json() == before
