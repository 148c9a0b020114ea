"""Every call of the tutorial, as a client makes them."""

import contextlib
import json
import re
import socket
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest

from ringbook.clock import new_ids
from ringbook.database.pages import parse_page, render_page
from tests.replies import found

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
TAGS = [str(uuid.uuid4()), str(uuid.uuid4())]
JOHN = {
    "first_name": "John",
    "last_name": "Smith",
    "display_name": "John Smith",
    "company": "Acme Corp",
    "job_title": "Account Manager",
    "source": "manual",
    "notes": "Key enterprise customer contact",
    "phone_numbers": [
        {"number": "+15551234567", "type": "mobile", "is_primary": True},
        {"number": "+15559876543", "type": "work", "is_primary": False},
    ],
    "emails": [{"address": "john@acme.com", "type": "work", "is_primary": True}],
    "tag_ids": TAGS,
}
KEYS = [
    "id",
    "customer_id",
    "first_name",
    "last_name",
    "display_name",
    "company",
    "job_title",
    "source",
    "external_id",
    "notes",
    "phone_numbers",
    "emails",
    "addresses",
    "tag_ids",
    "tm_create",
    "tm_update",
    "tm_delete",
]


@pytest.fixture
def john(alice):
    return alice.api.post("/contacts", json=JOHN).json()


def test_create_answers_the_whole_contact(alice, john):
    assert list(john) == KEYS
    assert john["customer_id"] == alice.customer_id
    assert [n["number_e164"] for n in john["phone_numbers"]] == ["+15551234567", "+15559876543"]
    assert [n["is_primary"] for n in john["phone_numbers"]] == [True, False]
    assert john["tag_ids"] == TAGS
    assert TIME.fullmatch(john["tm_create"])
    assert (john["tm_update"], john["tm_delete"], john["external_id"]) == (None, None, "")
    assert uuid.UUID(john["id"]).version == 7


@pytest.mark.parametrize(
    "query",
    [
        "phone=%2B15551234567",
        "phone=+15551234567",
        "phone=15551234567",
        "phone=(555) 123-4567",
        "phone=tel:%2B1-555-123-4567",
        "email=JOHN@acme.com",
        "phone=%2B4915155500000&email=%20john@ACME.com",
    ],
)
def test_lookup_finds_every_spelling(alice, john, query):
    answer = alice.api.get(f"/contacts/lookup?{query}")
    assert (answer.status_code, answer.json()) == (200, found(john))


@pytest.mark.parametrize("value", ["%2B15550000000", "anonymous", "101", "%00", "x" * 500])
def test_lookup_of_anything_unknown_is_404(alice, john, value):
    for name in ("phone", "email"):
        assert alice.api.get(f"/contacts/lookup?{name}={value}").json()["error"]["reason"] == "CONTACT_NOT_FOUND"


def test_lookup_prefers_the_contact_on_which_it_is_primary_then_the_newest(alice, john):
    other = alice.api.post("/contacts", json={"phone_numbers": [{"number": "+15551234567"}]}).json()
    first = alice.api.get("/contacts/lookup", params={"phone": "+15551234567"}).json()
    assert first["id"] == john["id"]
    alice.api.delete(f"/contacts/{john['id']}")
    first = alice.api.get("/contacts/lookup", params={"phone": "+15551234567"}).json()
    assert first["id"] == other["id"]


def test_update_changes_only_what_is_given(alice, john):
    changed = alice.api.put(f"/contacts/{john['id']}", json={"display_name": "John Smith (VIP)", "notes": ""}).json()
    assert changed.pop("tm_update") > john["tm_create"]
    assert changed == {k: v for k, v in john.items() if k != "tm_update"} | {
        "display_name": "John Smith (VIP)",
        "notes": "",
    }


def test_a_contact_can_be_sent_back_as_it_was_read(alice, john):
    again = alice.api.put(f"/contacts/{john['id']}", json=john).json()
    assert again | {"tm_update": None} == john


def test_replacing_a_list_keeps_the_ids_of_what_stays(alice, john):
    first, second = john["phone_numbers"]
    numbers = [
        {"id": first["id"], "number": "+15550001111"},
        {"number": "5559876543", "is_primary": True},
        {"number": "+15552223333"},
    ]
    after = alice.api.put(f"/contacts/{john['id']}", json={"phone_numbers": numbers}).json()["phone_numbers"]
    assert [n["id"] for n in after[:2]] == [second["id"], first["id"]]
    assert [n["number_e164"] for n in after] == ["+15559876543", "+15550001111", "+15552223333"]


def test_delete_hides_the_contact(alice, john):
    path = f"/contacts/{john['id']}"
    deleted = alice.api.delete(path)
    assert deleted.status_code == 200
    assert deleted.json()["tm_delete"] == deleted.json()["tm_update"]
    assert alice.api.get(path).status_code == alice.api.delete(path).status_code == 404
    assert alice.api.get("/contacts").json() == {"result": [], "next_page_token": ""}


@pytest.mark.parametrize(
    ("path", "new", "change", "key", "value"),
    [
        (
            "phone-numbers",
            {"number": "+15553334444", "type": "home"},
            {"type": "mobile", "is_primary": True},
            "phone_numbers",
            "number",
        ),
        ("emails", {"address": "john.smith@gmail.com", "type": "personal"}, {"is_primary": True}, "emails", "address"),
    ],
)
def test_numbers_and_emails_are_added_updated_and_removed(alice, john, path, new, change, key, value):
    base = f"/contacts/{john['id']}/{path}"
    added = alice.api.post(base, json=new)
    assert added.status_code == 201
    entry = added.json()[key][-1]
    assert entry[value] == new[value]
    assert alice.api.post(base, json=new).status_code == 409
    updated = alice.api.put(f"{base}/{entry['id']}", json=change).json()[key]
    assert [e["id"] for e in updated if e["is_primary"]] == [entry["id"]] == [updated[0]["id"]]
    assert [e["id"] for e in alice.api.delete(f"{base}/{entry['id']}").json()[key]] == [e["id"] for e in john[key]]
    assert alice.api.delete(f"{base}/{entry['id']}").status_code == 404


def test_a_tag_is_added_once_and_removed(alice, john):
    base, tag = f"/contacts/{john['id']}/tags", str(uuid.uuid4())
    added = alice.api.post(base, json={"tag_id": tag.upper()})
    assert (added.status_code, added.json()["tag_ids"]) == (201, [*TAGS, tag])
    assert alice.api.post(base, json={"tag_id": tag}).json() == added.json()
    assert alice.api.delete(f"{base}/{tag}").json()["tag_ids"] == TAGS
    assert alice.api.delete(f"{base}/{tag}").status_code == 404


def test_deleting_a_tag_takes_it_off_every_contact(alice):
    tag = alice.api.post("/tags", json={"name": "VIP"}).json()
    assert alice.api.post("/tags", json={"name": "vip"}).status_code == 409
    contact = alice.api.post("/contacts", json={"tag_ids": [tag["id"]]}).json()
    assert alice.api.delete(f"/tags/{tag['id']}").status_code == 200
    after = alice.api.get(f"/contacts/{contact['id']}").json()
    assert after["tag_ids"] == []
    assert after["tm_update"] is not None
    assert alice.api.post("/tags", json={"name": "vip"}).status_code == 201


def test_pages_show_everything_once_newest_first(alice):
    made = [alice.api.post("/contacts", json={}).json()["id"] for _ in range(7)]
    seen, token = [], ""
    while True:
        page = alice.api.get("/contacts", params={"page_size": 3, "page_token": token}).json()
        seen += [contact["id"] for contact in page["result"]]
        token = page["next_page_token"]
        if not token:
            break
        assert TIME.fullmatch(token)
    assert seen == made[::-1]


@pytest.mark.parametrize(
    ("body", "reason", "fields"),
    [
        (b"{", "MALFORMED_JSON", []),
        (b"", "MALFORMED_JSON", []),
        (b"2\xfa", "MALFORMED_JSON", []),
        (b'{"first_name":5,', "MALFORMED_JSON", []),
        (b'{"first_name":5} {', "MALFORMED_JSON", []),
        (b'{"first_name":5,"last_name":"\xff"}', "MALFORMED_JSON", []),
        (b'{"first_name":5,"last_name":"\\ud800"}', "MALFORMED_JSON", []),
        (b'{"first_name":"\xff"}', "MALFORMED_JSON", []),
        (b'{"id":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "MALFORMED_JSON", []),
        (b'{"first_name":"\\ud800"}', "MALFORMED_JSON", []),
        (b'{"first_name":' + b"9" * 5000 + b"}", "INVALID_FIELD", ["first_name"]),
        (b'{"first_name":1e999}', "INVALID_FIELD", ["first_name"]),
        (b"[]", "INVALID_FIELD", ["body"]),
        (b'{"fist_name": "x"}', "UNKNOWN_FIELD", ["fist_name"]),
        (b'{"first_name": 5, "notes": "\\u0000"}', "INVALID_FIELD", ["first_name", "notes"]),
        (
            b'{"phone_numbers":[{"number":"12"},{}],"emails":[{"address":"x"}]}',
            "INVALID_PHONE_NUMBER",
            ["phone_numbers[0].number", "phone_numbers[1].number", "emails[0].address"],
        ),
        (
            b'{"phone_numbers":[{"number":"+15551234567"},{"number":"555 123 4567"}]}',
            "DUPLICATE_PHONE_NUMBER",
            ["phone_numbers[1].number"],
        ),
        (b'{"tag_ids":["x"]}', "INVALID_FIELD", ["tag_ids[0]"]),
    ],
)
def test_a_bad_body_is_400_and_every_bad_field_is_named(alice, body, reason, fields):
    answer = alice.api.post("/contacts", content=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["reason"]) == (400, reason)
    assert [detail["field"] for detail in error["details"]] == fields
    assert alice.api.get("/contacts").json()["result"] == []


def test_errors_of_the_framework_have_the_same_body(alice):
    for method, path, status in [("GET", "/nope", 404), ("GET", "/contacts/x", 404), ("PATCH", "/contacts", 405)]:
        answer = alice.api.request(method, path, headers={"X-Request-Id": "abc"})
        assert (answer.status_code, answer.json()["error"]["request_id"]) == (status, "abc")
    error = alice.api.get("/contacts?page_size=1&page_size=2&page_token=x&page_token=%FF&a=%FF").json()["error"]
    assert error["reason"] == "REPEATED_QUERY_PARAMETER"
    assert [one["field"] for one in error["details"]] == ["page_size", "page_token", "a"]
    assert alice.api.get("/contacts?page_size=-1").json()["error"]["reason"] == "INVALID_PAGE_SIZE"
    assert alice.api.get("/contacts?page_token=%FF").status_code == 400
    assert alice.api.post("/contacts", content=b" " * 1_100_000).status_code == 413


def test_credentials(server, alice):
    for query in (f"?token={alice.token}", f"?accesskey={alice.token}"):
        assert alice.api.get(f"{server}/v1.0/contacts{query}", headers={"Authorization": ""}).status_code == 200
    wrong = alice.api.get(f"{server}/v1.0/contacts?token=wrong")
    assert (wrong.status_code, wrong.json()["error"]["reason"]) == (401, "INVALID_CREDENTIAL")


def test_another_customers_contact_is_not_there(alice, bob, john):
    path, number = f"/contacts/{john['id']}", f"phone-numbers/{john['phone_numbers'][0]['id']}"
    email, tag = f"emails/{john['emails'][0]['id']}", f"tags/{TAGS[0]}"
    calls = [
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        *((m, p) for p in (number, email) for m in ("PUT", "DELETE")),
        ("DELETE", tag),
    ]
    for method, rest in calls:
        assert bob.api.request(method, f"{path}/{rest}", json={}).status_code == 404
    assert bob.api.post(f"{path}/phone-numbers", json={"number": "+15550001111"}).status_code == 404
    assert bob.api.get("/contacts/lookup", params={"phone": "+15551234567"}).status_code == 404
    assert alice.api.get(path).json() == john


def test_concurrent_changes_lose_nothing_and_leave_one_primary(alice, john):
    base = f"/contacts/{john['id']}/phone-numbers"

    def add(i):
        return alice.api.post(base, json={"number": f"+1555000{i:04}", "is_primary": True}).status_code

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(add, range(24))) == {201}
    numbers = alice.api.get(f"/contacts/{john['id']}").json()["phone_numbers"]
    assert len(numbers) == 26
    assert sum(n["is_primary"] for n in numbers) == 1


def test_operations_need_no_credential(server, alice, john):
    for path in ("healthz", "readyz"):
        assert alice.api.get(f"{server}/{path}").status_code == 200
    assert 'route="/v1.0/contacts"' in alice.api.get(f"{server}/metrics").text


@pytest.mark.parametrize("address", ["root@localhost", "a@pbx.local", "JÖRG@Bücher.example", "x@a.test"])
def test_an_email_is_found_by_any_case(alice, address):
    contact = alice.api.post("/contacts", json={"emails": [{"address": f" {address} "}]}).json()
    assert contact["emails"][0]["address"] == address.lower()
    assert alice.api.get("/contacts/lookup", params={"email": address.upper()}).json() == found(contact)


@pytest.mark.parametrize("data", [b"garbage\r\n\r\n", b"GET /" + b"x" * 100_000])
def test_what_is_no_request_is_refused_and_the_connection_closed(server, data):
    host, port = server.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(data)
        received = b""
        with contextlib.suppress(ConnectionError):
            while part := connection.recv(65536):
                received += part
    assert received == b"" or received.startswith(b"HTTP/1.1 400")
    assert httpx.get(f"{server}/healthz").status_code == 200


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("2026-02-07T14:45:59+09:00", 200),
        ("2026-02-07 14:45:59.1234567z", 200),
        ("2016-12-31T23:59:60Z", 200),
        ("9999-12-31T23:59:59-23:59", 200),
        ("0001-01-01T00:00:00Z", 200),
        ("yesterday", 400),
        ("2026-02-30T00:00:00Z", 400),
        ("2026-02-07T14:45:59Z_x", 400),
    ],
)
def test_any_rfc_3339_time_is_a_page_token(alice, token, expected):
    assert alice.api.get("/contacts", params={"page_token": token}).status_code == expected
    assert alice.api.get(f"/contacts?page_token={token.replace('%', '')}").status_code == expected


def test_a_tie_in_the_microsecond_loses_nothing():
    at = datetime(2026, 2, 7, tzinfo=UTC)
    low, high = new_ids(at, 2)
    time = "2026-02-07T00:00:00.000000Z"
    page = render_page([("{}", high, time), ("{}", low, time)], 1)
    token = json.loads(page)["next_page_token"]
    assert token == f"{time}_{high}"
    assert low < parse_page("", token).below == high
    assert parse_page("", time).below <= low
