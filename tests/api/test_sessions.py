"""Logins and sessions: /passwords, /sessions, and what a cookie opens."""

import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from ringbook.tenants.passwords import _HASHER, NOBODYS_HASH
from tests.people import PASSWORD, browser, invited, joined, log_in, reason, token_of
from tests.process import started
from tests.rows import execute, rows_of


def test_a_login_is_a_cookie_that_no_script_reads(alice, server, database_url):
    ann, _ = joined(alice, server)
    client, answer = log_in(server, email=" Ann@ACME.com ")
    assert answer.status_code == 201
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    token, *attributes = rest.split("; ")
    assert name == "ringbook_session"
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"} == set(attributes)
    assert answer.headers["Cache-Control"] == "no-store"
    assert token not in answer.text
    kept = [row[0] for row in rows_of(database_url, "SELECT token_hash FROM sessions")]
    assert (len(kept), token in kept) == (2, False)
    assert client.get("/sessions/current").json() == answer.json()
    shown = answer.json()
    assert (shown["user"]["id"], shown["scopes"]) == (ann["id"], ["lookup", "read", "write"])
    assert (shown["session"]["user_id"], shown["session"]["is_current"]) == (ann["id"], True)


def test_every_login_has_a_token_of_its_own(alice, server):
    joined(alice, server)
    client, _ = log_in(server)
    before = client.cookies["ringbook_session"]
    client.post("/sessions", json={"email": "ann@acme.com", "password": PASSWORD})
    assert client.cookies["ringbook_session"] != before
    planted = browser(server, Cookie="ringbook_session=planted")
    assert planted.post("/sessions", json={"email": "ann@acme.com", "password": PASSWORD}).status_code == 201
    assert reason(planted.get("/sessions/current")) == (401, "SESSION_ENDED")


@pytest.mark.parametrize(
    "given",
    [
        {"password": "another long password"},
        {"email": "nobody@acme.com"},
        {"email": "no address"},
        {"email": ""},
        {"email": "x\x01" * 300},
        {"password": ""},
    ],
)
def test_a_wrong_login_says_not_what_is_wrong(alice, server, given):
    joined(alice, server)
    invited(alice, email="new@acme.com")
    for email in ("ann@acme.com", "new@acme.com"):
        if {"email": email} | given != {"email": "ann@acme.com"}:
            _, answer = log_in(server, **{"email": email} | given)
            assert reason(answer) == (401, "INVALID_LOGIN")
            assert answer.json()["message"] == "the address or the password is wrong"
            assert "Basic" not in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("odd", ["\\u0000", "\\ud800", "\\ud83d\\ude00", "%s", "' OR 1=1 --"])
def test_odd_texts_are_wrong_logins_or_wrong_requests(alice, server, odd):
    joined(alice, server)
    for path, names in (("/sessions", ("email", "password", "code")), ("/passwords", ("token", "password", "code"))):
        for name in names:
            body = (
                {"email": "ann@acme.com", "password": PASSWORD}
                if path == "/sessions"
                else {"token": "x", "password": ""}
            )
            text = json.dumps(body | {name: "ODD"}).replace("ODD", odd)
            answer = browser(server).post(path, content=text)
            assert answer.status_code in (400, 401) or name == "code", (path, name, answer.text)
            assert answer.status_code < 500


def test_who_is_switched_off_or_deleted_does_not_log_in_and_is_logged_out_at_once(alice, server):
    ann, client = joined(alice, server)
    alice.api.put(f"/users/{ann['id']}", json={"is_active": False})
    assert reason(client.get("/contacts")) == (401, "SESSION_ENDED")
    assert reason(log_in(server)[1]) == (401, "INVALID_LOGIN")
    alice.api.put(f"/users/{ann['id']}", json={"is_active": True})
    assert reason(client.get("/contacts")) == (401, "SESSION_ENDED")
    client, answer = log_in(server)
    assert answer.status_code == 201
    alice.api.delete(f"/users/{ann['id']}")
    assert reason(client.get("/contacts")) == (401, "SESSION_ENDED")
    assert reason(log_in(server)[1]) == (401, "INVALID_LOGIN")


def test_a_new_password_ends_every_session_at_once_but_the_one_that_begins(alice, server):
    ann, client = joined(alice, server)
    token = token_of(alice.api.post(f"/users/{ann['id']}/link").json()["link"])
    assert client.get("/sessions/current").status_code == 200
    other = browser(server)
    assert other.post("/passwords", json={"token": token, "password": "quite another one"}).status_code == 200
    assert reason(client.get("/sessions/current")) == (401, "SESSION_ENDED")
    assert len(other.get("/sessions").json()["result"]) == 1
    assert reason(log_in(server)[1]) == (401, "INVALID_LOGIN")
    assert log_in(server, password="quite another one")[1].status_code == 201


@pytest.mark.parametrize("password", ["too short", "x" * 501, "ann@acme.com", "ANN@acme.com", "Ann von und zu"])
def test_a_weak_password_is_refused_and_the_link_stays_good(alice, server, password):
    token = token_of(invited(alice, name="Ann von und zu")["link"])
    client = browser(server)
    answer = client.post("/passwords", json={"token": token, "password": password})
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["error"]["details"]] == ["password"]
    assert client.post("/passwords", json={"token": token, "password": PASSWORD}).status_code == 200


def test_a_password_is_the_same_from_every_keyboard(alice, server):
    token = token_of(invited(alice)["link"])
    assert browser(server).post("/passwords", json={"token": token, "password": "Bu\u0308cherei 12"}).status_code == 200
    assert log_in(server, password="B\u00fccherei 12")[1].status_code == 201


def test_a_session_ends_8_hours_after_its_last_use_and_7_days_after_the_login(alice, server, database_url):
    _, client = joined(alice, server)

    def times(**values):
        changes = ", ".join(f"{name} = '{value}'" for name, value in values.items())
        execute(database_url, f"UPDATE sessions SET {changes}")

    times(tm_last_use="2026-01-01T00:00:00.000000Z")
    assert client.get("/contacts").status_code == 200
    shown = client.get("/sessions/current").json()["session"]
    assert shown["tm_last_use"] > "2026-01-02"
    times(tm_last_use="2026-01-01T00:00:00.000000Z", tm_create="2026-01-01T00:00:00.000000Z")
    assert client.get("/contacts").status_code == 200
    assert reason(client.get("/contacts")) == (401, "SESSION_ENDED")  # 7 days after the login are over
    client, _ = log_in(server)
    times(tm_expire="2026-01-01T00:00:00.000000Z")
    assert reason(client.get("/contacts")) == (401, "SESSION_ENDED")


def test_the_last_use_is_written_once_a_minute(alice, server, database_url):
    _, client = joined(alice, server)
    before = rows_of(database_url, "SELECT tm_last_use FROM sessions")
    for _ in range(3):
        client.get("/contacts")
    assert rows_of(database_url, "SELECT tm_last_use FROM sessions") == before


def test_what_a_page_asks_by_a_timer_is_no_use_of_the_session(alice, server, database_url):
    _, client = joined(alice, server)
    execute(database_url, "UPDATE sessions SET tm_last_use = '2026-01-01T00:00:00.000000Z'")
    before = rows_of(database_url, "SELECT tm_last_use, tm_expire FROM sessions")
    assert client.get("/calls", headers={"X-Requested-With": "ringbook-timer"}).status_code == 200
    assert rows_of(database_url, "SELECT tm_last_use, tm_expire FROM sessions") == before
    assert client.get("/calls", headers={"X-Requested-With": "ringbook"}).status_code == 200
    assert rows_of(database_url, "SELECT tm_last_use, tm_expire FROM sessions") != before


def test_a_user_lists_and_ends_own_sessions_and_an_owner_those_of_all(alice, bob, server):
    _, ann = joined(alice, server)
    _, owner = joined(alice, server, email="owner@acme.com", role="owner")
    _, stranger = joined(bob, server, email="stranger@acme.com", role="owner")
    again, _ = log_in(server)
    own = ann.get("/sessions").json()["result"]
    assert [one["is_current"] for one in own] == [False, True]
    assert len(owner.get("/sessions").json()["result"]) == 3
    assert len(alice.api.get("/sessions").json()["result"]) == 3
    owners = owner.get("/sessions/current").json()["session"]["id"]
    assert reason(ann.delete(f"/sessions/{owners}")) == (404, "SESSION_NOT_FOUND")
    assert reason(stranger.delete(f"/sessions/{owners}")) == (404, "SESSION_NOT_FOUND")
    assert ann.delete(f"/sessions/{own[0]['id']}").json()["id"] == own[0]["id"]
    assert reason(again.get("/sessions")) == (401, "SESSION_ENDED")
    assert owner.delete(f"/sessions/{own[1]['id']}").status_code == 200
    assert reason(ann.get("/sessions")) == (401, "SESSION_ENDED")


def test_who_logs_out_has_no_cookie_and_no_session(alice, server):
    _, client = joined(alice, server)
    kept = client.cookies["ringbook_session"]
    answer = client.delete("/sessions/current")
    assert answer.status_code == 200
    assert "expires=Thu, 01 Jan 1970" in answer.headers["Set-Cookie"]
    assert "ringbook_session" not in client.cookies
    assert reason(browser(server, Cookie=f"ringbook_session={kept}").get("/contacts")) == (401, "SESSION_ENDED")
    assert reason(client.get("/contacts")) == (401, "MISSING_CREDENTIAL")


def test_a_deleted_customers_users_are_out(alice, server, ringbook):
    _, client = joined(alice, server)
    token = token_of(invited(alice, email="new@acme.com")["link"])
    assert ringbook("customer", "delete", alice.customer_id, "--yes").returncode == 0
    assert reason(client.get("/contacts")) == (401, "SESSION_ENDED")
    assert reason(log_in(server)[1]) == (401, "INVALID_LOGIN")
    answer = browser(server).post("/passwords", json={"token": token, "password": PASSWORD})
    assert reason(answer) == (401, "INVALID_LINK")


def test_an_access_key_has_no_session_to_ask_for(alice):
    assert reason(alice.api.get("/sessions/current")) == (403, "USER_REQUIRED")
    assert reason(alice.api.delete("/sessions/current")) == (403, "USER_REQUIRED")
    for method in ("POST", "DELETE"):
        assert reason(alice.api.request(method, "/totp")) == (403, "USER_REQUIRED")
    assert reason(alice.api.put("/totp", json={"code": "123456"})) == (403, "USER_REQUIRED")


def test_what_a_user_changes_has_the_users_name_in_the_history(alice, server):
    ann, client = joined(alice, server)
    contact = client.post("/contacts", json={"display_name": "John"}).json()
    job = client.post("/imports", content=b"name,phone\nJane,+15551234567\n").json()

    def by():
        return client.get(f"/contacts/{contact['id']}/history").json()["result"][0]["by"]

    assert by() == {"type": "user", "id": ann["id"], "name": "Ann"}
    alice.api.put(f"/users/{ann['id']}", json={"name": ""})
    assert by()["name"] == "ann@acme.com"
    assert client.get(f"/imports/{job['id']}").status_code == 200


def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(database_url, tmp_path, ringbook, token):
    with started(
        database_url, tmp_path / "log", "serve", RINGBOOK_PUBLIC_URL="https://contacts.example.com/ringbook"
    ) as (_, address):
        settings = {"RINGBOOK_PUBLIC_URL": "https://contacts.example.com/ringbook"}
        made = ringbook("user", "create", "--email", "ann@acme.com", "--role", "owner", **settings)
        link = made.stdout.split('"link": "')[1].split('"')[0]
        assert link.startswith("https://contacts.example.com/ringbook/#/welcome?token=")
        body = {"token": token_of(link), "password": PASSWORD}
        ours = {"Origin": "https://contacts.example.com"}
        answer = httpx.post(f"{address}/v1.0/passwords", json=body, headers=ours, timeout=20)
        name, _, rest = answer.headers["Set-Cookie"].partition("=")
        assert (name, "Secure" in rest.split("; "), "Domain" in rest) == ("__Host-ringbook", True, False)
        session = rest.partition(";")[0]

        def get(cookie):
            return httpx.get(f"{address}/v1.0/sessions/current", headers={"Cookie": cookie}, timeout=20)

        assert get(f"__Host-ringbook={session}").status_code == 200
        assert reason(get(f"ringbook_session={session}")) == (401, "MISSING_CREDENTIAL")
        out = httpx.delete(
            f"{address}/v1.0/sessions/current", headers=ours | {"Cookie": f"__Host-ringbook={session}"}, timeout=20
        )
        assert "Secure" in out.headers["Set-Cookie"]


def test_a_login_takes_as_long_for_an_address_that_is_nobodys(server, alice):
    joined(alice, server)
    invited(alice, email="new@acme.com")

    def seconds(email):
        began = time.perf_counter()
        assert reason(log_in(server, email=email, password="wrong, and long")[1])[0] == 401
        return time.perf_counter() - began

    rounds = [[seconds(f"{who}@acme.com") for who in ("ann", "nobody", "new")] for _ in range(9)]
    known, unknown, new = map(min, zip(*rounds, strict=True))  # what else the machine does is in none of them
    assert 0.6 < known / unknown < 1.6
    assert 0.6 < new / unknown < 1.6


def test_what_is_verified_for_nobody_costs_what_a_password_costs():
    assert not _HASHER.check_needs_rehash(NOBODYS_HASH)


def test_logins_to_an_account_are_limited_however_its_address_is_written(server, alice):
    joined(alice, server)
    spellings = ["ann@acme.com", "ANN@acme.com", " ann@acme.com", "Ann <ann@acme.com>", "mailto:ann@acme.com"]
    statuses = [log_in(server, email=spellings[i % 5], password="wrong, and long")[1].status_code for i in range(11)]
    assert statuses == [401] * 10 + [429]
    _, right = log_in(server)
    assert reason(right) == (429, "RATE_LIMITED")
    assert int(right.headers["Retry-After"]) <= 300
    assert log_in(server, email="other@acme.com")[1].status_code == 401


class TestOfAnAddress:
    @pytest.fixture
    def server_settings(self):
        return {"RINGBOOK_RATE_LIMIT_PER_ADDRESS": "5/minute"}

    def test_logins_from_an_address_are_limited_apart_from_its_wrong_keys(self, server, alice):
        wrong = [alice.api.get("/contacts", headers={"Authorization": "Bearer x"}).status_code for _ in range(6)]
        assert wrong == [401] * 5 + [429]
        statuses = [log_in(server, email=f"{i}@acme.com")[1].status_code for i in range(7)]
        assert statuses == [401] * 5 + [429] * 2
        answer = browser(server).post("/passwords", json={"token": "x", "password": PASSWORD})
        assert reason(answer) == (429, "RATE_LIMITED")
        assert alice.api.get("/contacts").status_code == 200


def test_many_logins_at_once_hold_no_lookup_up(server, alice):
    joined(alice, server)
    with ThreadPoolExecutor(8) as pool:
        logins = [pool.submit(log_in, server, f"{i}@acme.com") for i in range(40)]
        waits = []
        while not all(login.done() for login in logins):
            began = time.perf_counter()
            alice.api.get("/contacts/lookup", params={"phone": "+15550000000"})
            waits.append(time.perf_counter() - began)
    assert statistics.median(waits) < 0.015


def test_a_session_ends_in_all_workers_at_once(database_url, tmp_path, ringbook, token):
    with started(database_url, tmp_path / "log", "serve", "--workers", "2") as (_, address):
        made = ringbook("user", "create", "--email", "ann@acme.com", "--role", "owner")
        link = token_of(made.stdout.split('"link": "')[1].split('"')[0])
        page = browser(address)
        page.post("/passwords", json={"token": link, "password": PASSWORD})
        cookie = f"ringbook_session={page.cookies['ringbook_session']}"
        assert {browser(address, Cookie=cookie).get("/contacts").status_code for _ in range(12)} == {200}
        assert page.delete("/sessions/current").status_code == 200
        assert {browser(address, Cookie=cookie).get("/contacts").status_code for _ in range(12)} == {401}


def test_no_log_line_has_a_password_a_code_or_a_token(database_url, tmp_path, ringbook, token):
    with started(database_url, tmp_path / "log", "serve") as (_, address):
        made = ringbook("user", "create", "--email", "ann@acme.com", "--role", "owner", "--name", "Ann")
        secret = token_of(made.stdout.split('"link": "')[1].split('"')[0])
        with httpx.Client(base_url=f"{address}/v1.0", headers={"Sec-Fetch-Site": "same-origin"}) as client:
            client.post("/passwords", json={"token": secret, "password": PASSWORD})
            client.post("/sessions", json={"email": "ann@acme.com", "password": PASSWORD, "code": "123456"})
            session = client.cookies["ringbook_session"]
            assert client.get("/contacts").status_code == 200
    log = (tmp_path / "log").read_text()
    assert [word for word in (secret, PASSWORD, "123456", session, "ann@acme.com") if word in log] == []
    assert '"by":{"type":"user","id":"' in log
