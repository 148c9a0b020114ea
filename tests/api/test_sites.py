"""Pages of other sites, and the address in the links that phones get."""

import re

import httpx
import pytest

from tests.people import PASSWORD, joined, reason
from tests.process import started

CHANGES = [("POST", "/contacts"), ("POST", "/tags"), ("PUT", "/contacts/{id}"), ("DELETE", "/contacts/{id}")]
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "{server}"},
]
OURS = [
    {},
    {"Origin": "{server}"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "{server}"},
]


@pytest.fixture
def call(server, alice):
    """Send a request as a browser does that has the access key in a cookie, or with the key elsewhere."""
    contact = alice.api.post("/contacts", json={}).json()

    def send(method, path, headers, **credential):
        headers = {name: value.format(server=server) for name, value in headers.items()}
        url = f"{server}/v1.0{path.format(id=contact['id'])}"
        cookies = {} if credential else {"accesskey": alice.token}
        body = {"name": f"{headers}"} if path == "/tags" else {}
        return httpx.request(method, url, headers=headers, params=credential, cookies=cookies, json=body, timeout=20)

    return send


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_page_of_another_site_changes_nothing_by_a_browsers_cookie(call, alice, method, path):
    before = [alice.api.get(name).json() for name in ("/contacts", "/tags")]
    for headers in FOREIGN:
        answer = call(method, path, headers)
        assert (answer.status_code, answer.json()["error"]["reason"]) == (403, "CROSS_SITE_REQUEST"), headers
    assert [alice.api.get(name).json() for name in ("/contacts", "/tags")] == before


def test_our_own_page_and_a_program_change_what_they_may(call, alice):
    for headers in OURS:
        assert call("PUT", "/contacts/{id}", headers).status_code == 200, headers
    for headers in FOREIGN:  # a key that the sender has put there itself is no cookie
        assert call("PUT", "/contacts/{id}", headers, token=alice.token).status_code == 200
        assert call("GET", "/contacts/{id}", headers).status_code == 200


def test_a_page_of_another_site_changes_nothing_by_basic_which_a_browser_sends_by_itself(alice, server):
    contact = alice.api.post("/contacts", json={}).json()

    def send(method, path, headers):
        headers = {name: value.format(server=server) for name, value in headers.items()}
        url = f"{server}/v1.0{path.format(id=contact['id'])}"
        body = {"name": f"{headers}"} if path == "/tags" else {}
        return httpx.request(method, url, headers=headers, auth=("pbx", alice.token), json=body, timeout=20)

    for headers in FOREIGN:
        for method, path in CHANGES:
            assert reason(send(method, path, headers)) == (403, "CROSS_SITE_REQUEST"), headers
        assert send("GET", "/contacts/{id}", headers).status_code == 200
    for headers in OURS:
        assert send("PUT", "/contacts/{id}", headers).status_code == 200, headers


FORGED = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "{server}"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {},
]
"""What a session's cookie alone changes nothing with: unlike a program with a key's, a page sends one of the two."""


def test_a_session_changes_something_only_from_our_own_page(alice, server):
    _, client = joined(alice, server)
    cookie = {"Cookie": f"ringbook_session={client.cookies['ringbook_session']}"}

    def send(method, path, headers, body=None):
        headers = {name: value.format(server=server) for name, value in headers.items()} | cookie
        return httpx.request(method, f"{server}/v1.0{path}", headers=headers, json=body, timeout=20)

    for headers in FORGED:
        for method, path in (("POST", "/contacts"), ("POST", "/contacts/lookup"), ("DELETE", "/sessions/current")):
            assert reason(send(method, path, headers, {})) == (403, "CROSS_SITE_REQUEST"), headers
        assert send("GET", "/contacts", headers).status_code == 200
    assert alice.api.get("/contacts").json()["result"] == []
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "{server}"}):
        assert send("POST", "/contacts", headers, {}).status_code == 201, headers


def test_a_page_of_another_site_logs_nobody_in(alice, server):
    joined(alice, server)
    body = {"email": "ann@acme.com", "password": PASSWORD}
    for headers in FOREIGN[:-2]:
        for path in ("/sessions", "/passwords"):
            answer = httpx.post(f"{server}/v1.0{path}", json=body, headers=headers, timeout=20)
            assert reason(answer) == (403, "CROSS_SITE_REQUEST"), headers
            assert "Set-Cookie" not in answer.headers
    for headers in ({}, {"Origin": server}, {"Sec-Fetch-Site": "same-origin"}):
        assert httpx.post(f"{server}/v1.0/sessions", json=body, headers=headers, timeout=20).status_code == 201


def test_a_credential_in_the_request_counts_before_a_session_and_a_session_before_other_cookies(alice, bob, server):
    _, client = joined(alice, server)
    session = f"ringbook_session={client.cookies['ringbook_session']}"

    def name(**headers):
        answer = httpx.post(f"{server}/v1.0/contacts", json={}, headers=headers | {"Origin": server}, timeout=20)
        return answer.json()["customer_id"]

    assert name(Authorization=f"Bearer {bob.token}", Cookie=session) == bob.customer_id
    for other in ("token", "accesskey"):
        assert name(Cookie=f"{other}={bob.token}; {session}") == alice.customer_id
        assert name(Cookie=f"{other}={bob.token}") == bob.customer_id


def test_no_browser_asks_for_a_password_of_its_own_for_a_page(alice, server):
    for headers in ({"Sec-Fetch-Mode": "cors"}, {"X-Requested-With": "ringbook"}):
        answer = httpx.get(f"{server}/v1.0/contacts", headers=headers, timeout=20)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="ringbook"')
    for path in ("/sessions", "/passwords"):
        body = {"email": "x@acme.com", "password": "x"} if path == "/sessions" else {"token": "x", "password": "x"}
        answer = httpx.post(f"{server}/v1.0{path}", json=body, timeout=20)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="ringbook"')
    for headers in ({}, {"Sec-Fetch-Mode": "navigate"}):
        answer = httpx.get(f"{server}/v1.0/contacts", headers=headers, timeout=20)
        assert "Basic" in answer.headers["WWW-Authenticate"]


def links(answer):
    return re.findall("<URL>(http.*?)</URL>", answer.text)


@pytest.mark.parametrize("headers", [{}, {"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}])
def test_no_host_header_comes_into_a_link(database_url, tmp_path, token, headers):
    with started(database_url, tmp_path / "log", "serve") as (_, address):
        answer = httpx.get(f"{address}/v1.0/phonebooks/cisco", params={"token": token}, headers=headers, timeout=20)
        assert [link.partition("/v1.0/")[0] for link in links(answer)] == [address] * 2


@pytest.mark.parametrize(
    ("headers", "base"),
    [
        ({"Host": "contacts.example.com"}, "http://contacts.example.com"),
        ({"X-Forwarded-Host": "contacts.example.com", "X-Forwarded-Proto": "https"}, "https://contacts.example.com"),
        ({"X-Forwarded-Host": "a.example:8443", "X-Forwarded-Proto": "https"}, "https://a.example:8443"),
        (
            {"X-Forwarded-Host": "a.example", "X-Forwarded-Port": "8443", "X-Forwarded-Prefix": "/ringbook/"},
            "http://a.example:8443/ringbook",
        ),
        ({"X-Forwarded-Host": "a.example, b.example", "X-Forwarded-Port": "80"}, "http://a.example"),
        (
            {"Forwarded": "for=203.0.113.7;host=a.example;proto=https", "X-Forwarded-For": "203.0.113.7"},
            "http://a.example",
        ),
        ({"X-Forwarded-Host": "evil<script>", "X-Forwarded-Prefix": "/x?y"}, "{address}"),
    ],
)
def test_a_trusted_proxy_says_the_address_in_links(database_url, tmp_path, token, monkeypatch, headers, base):
    monkeypatch.setenv("RINGBOOK_TRUSTED_PROXIES", "127.0.0.1")
    with started(database_url, tmp_path / "log", "serve") as (_, address):
        answer = httpx.get(f"{address}/v1.0/phonebooks/cisco", params={"token": token}, headers=headers, timeout=20)
        assert [link.partition("/v1.0/")[0] for link in links(answer)] == [base.format(address=address)] * 2


def test_the_setting_says_it_before_all_others(database_url, tmp_path, token, monkeypatch):
    monkeypatch.setenv("RINGBOOK_PUBLIC_URL", "https://contacts.example.com/ringbook/")
    monkeypatch.setenv("RINGBOOK_TRUSTED_PROXIES", "127.0.0.1")
    with started(database_url, tmp_path / "log", "serve") as (_, address):
        headers = {"X-Forwarded-Host": "other.example"}
        answer = httpx.get(
            f"{address}/v1.0/phonebooks/snom", params={"token": token, "step": "search"}, headers=headers
        )
        assert links(answer)[0].startswith("https://contacts.example.com/ringbook/v1.0/phonebooks/snom")


def test_data_is_kept_by_no_cache_and_read_as_nothing_else(server, alice):
    for path in ("/contacts", "/contacts/lookup?phone=1", "/callerid?phone=1", "/nowhere"):
        answer = alice.api.get(path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert path == "/nowhere" or answer.headers["Cache-Control"] == "no-store"
    assert alice.api.get("/phonebooks/yealink").headers["Cache-Control"] == "private, no-cache"
    assert "max-age" in alice.api.get(f"{server}/docs/start.js").headers["Cache-Control"]
