"""Requests that are wrong in many ways at once, cost more than they look, or come from peculiar clients."""

import re
import socket
import time
import uuid
from urllib.parse import quote

import pytest

from ringbook.api.app import ROUTES
from ringbook.api.http.resource import operations_of
from ringbook.values import callers


def exchange(server, data):
    """Send bytes, and return the status and all that comes back until the server is silent for a while."""
    host, _, port = server.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=1) as client:
        client.sendall(data)
        received = b""
        while b"\r\n\r\n" not in received or not received.endswith(b"}"):
            received += client.recv(65536)
    return int(received.split()[1]), received.decode()


@pytest.mark.parametrize("region", ["", "US"])
def test_blanks_without_end_in_a_callers_number_cost_nothing(region):
    started = time.process_time()
    assert callers.readings("+1" + " " * 30_000 + "1", region) == []
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "body",
    [
        '{"phone_numbers": [' + ",".join(['{"number": "1"}'] * 60_000) + "]}",
        '{"emails": [' + ",".join(["{}"] * 300_000) + "]}",
        '{"tag_ids": [' + ",".join(['"q"'] * 200_000) + "]}",
        "{" + ",".join(f'"k{i}": 1' for i in range(80_000)) + "}",
    ],
)
def test_a_body_with_more_mistakes_than_anyone_makes_is_refused_in_short(alice, body):
    answer = alice.api.post("/contacts", content=body)
    assert answer.status_code == 400
    assert 1 <= len(answer.json()["error"]["details"]) <= 100


def test_an_error_names_the_first_hundred_and_says_that_there_are_more(alice):
    wrong = {f"k{i}": 1 for i in range(101)}
    error = alice.api.post("/contacts", json=wrong).json()["error"]
    assert [detail["field"] for detail in error["details"]] == list(wrong)[:100]
    assert error["message"] == "k0: unknown field (and many more; details names the first 100)"
    wrong.popitem()
    assert "(and 99 more, see details)" in alice.api.post("/contacts", json=wrong).json()["message"]
    query = "&".join(f"k{i}=1&k{i}=1" for i in range(300))
    assert len(alice.api.get(f"/contacts?{query}").json()["error"]["details"]) == 100


def test_a_list_that_is_too_long_says_so(alice):
    answer = alice.api.post("/contacts", json={"emails": [{"address": f"{i}@example.com"} for i in range(101)]})
    assert answer.json()["error"]["reason"] == "TOO_MANY_ENTRIES"
    assert "100" in answer.json()["message"]


def test_doubled_numbers_are_named_beside_other_mistakes_in_the_order_of_the_request(alice):
    numbers = [{"number": "+15551234567"}, {"number": "12"}, {"number": "(555) 123-4567"}]
    answer = alice.api.post("/contacts", json={"b": 1, "a": 1, "phone_numbers": numbers, "first_name": 1})
    fields = [detail["field"] for detail in answer.json()["error"]["details"]]
    assert fields == ["b", "a", "first_name", "phone_numbers[1].number", "phone_numbers[2].number"]


def test_a_short_code_is_called_one(alice):
    answer = alice.api.post("/contacts", json={"phone_numbers": [{"number": "101"}]})
    assert "short code" in answer.json()["message"]


def test_the_body_of_a_request_that_offers_http_2_is_read(server, alice):
    status, answer = exchange(
        server,
        f"POST /v1.0/contacts?token={alice.token} HTTP/1.1\r\nHost: ringbook\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        'Content-Length: 22\r\nHTTP2-Settings: AA\r\nUpgrade: h2c\r\n\r\n{"first_name": "Duke"}'.encode(),
    )
    assert status == 201
    assert '"Duke"' in answer


@pytest.mark.parametrize("path", ["/v1.0/contacts", "/healthz"])
def test_a_method_that_nobody_knows_is_405_as_any_other(alice, server, path):
    answer = alice.api.request("SEARCH", server + path)
    assert answer.status_code == 405
    assert answer.headers["Allow"].startswith("GET, HEAD")
    assert answer.json()["error"]["reason"] == "METHOD_NOT_ALLOWED"


def test_what_is_no_http_has_a_request_id_too(server):
    status, answer = exchange(server, b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")
    request_id = answer.split("x-request-id: ")[1].split("\r\n")[0]
    assert (status, len(request_id)) == (400, 32)
    assert f'"request_id":"{request_id}"' in answer


QUERIES = [
    (path, parameter["name"])
    for path, resource in ROUTES.items()
    for method, declared in operations_of(resource).items()
    if method == "GET"
    for parameter in declared.query
]


@pytest.mark.parametrize("value", ["a\0b", "\0", "\ud800", "\uffff" * 3000, "-1", "1e999"], ids=ascii)
def test_whatever_a_query_says_is_answered(alice, value):
    assert len(QUERIES) > 40
    needed = {"/v1.0/contacts/search": "&q=x", "/v1.0/contacts/export": "&format=csv"}
    for path, name in QUERIES:
        url = re.sub(r"{[\w:]+}", str(uuid.UUID(int=1)), path.removeprefix("/v1.0"))
        query = f"{name}={quote(value, errors='surrogatepass')}{needed.get(path, '')}"
        answer = alice.api.get(f"{url}?{query}")
        assert answer.status_code < 500, (url, name, answer.text)
