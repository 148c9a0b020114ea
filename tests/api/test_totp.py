"""/totp: codes beside the password, recovery codes, and customers that demand them of all."""

import time
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

from ringbook.tenants.totp import STEP_SECONDS
from tests.people import PASSWORD, browser, joined, log_in, reason, token_of
from tests.process import started
from tests.rows import execute, rows_of


@pytest.fixture
def server_settings():
    return {"RINGBOOK_RATE_LIMIT_PER_ACCOUNT": "off"}


def set_up(client):
    """Switch codes on; return the app, and the recovery codes."""
    begun = client.post("/totp")
    assert begun.status_code == 200
    app = pyotp.TOTP(begun.json()["secret"])
    on = client.put("/totp", json={"code": app.now()})
    assert on.status_code == 200
    return app, on.json()["recovery_codes"]


def forget_the_last_code(database_url):
    execute(database_url, "UPDATE users SET totp_step = 0")


def test_codes_are_asked_for_once_they_are_switched_on(alice, server, database_url):
    _, client = joined(alice, server)
    begun = client.post("/totp").json()
    assert pyotp.parse_uri(begun["uri"]).secret == begun["secret"]
    assert "ann%40acme.com" in begun["uri"]
    assert begun["svg"].startswith("<svg ")
    assert "<script" not in begun["svg"]
    assert log_in(server)[1].status_code == 201
    answer = client.put("/totp", json={"code": "000000"})
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (400, "code")
    app = pyotp.TOTP(begun["secret"])
    codes = client.put("/totp", json={"code": app.now()}).json()["recovery_codes"]
    assert len(set(codes)) == 10
    assert client.get("/sessions/current").json()["user"]["has_totp"] is True
    kept = [row[0] for row in rows_of(database_url, "SELECT code_hash FROM recovery_codes")]
    assert [len(one) for one in kept] == [64] * 10
    assert reason(log_in(server)[1]) == (401, "CODE_REQUIRED")
    assert reason(log_in(server, password="wrong, and long")[1]) == (401, "INVALID_LOGIN")
    assert reason(log_in(server, code="12345")[1]) == (401, "INVALID_CODE")
    forget_the_last_code(database_url)
    assert log_in(server, code=app.now())[1].status_code == 201
    assert reason(client.post("/totp")) == (409, "TOTP_IS_ON")


def test_no_code_is_taken_twice(alice, server, database_url):
    _, client = joined(alice, server)
    app, _ = set_up(client)
    assert reason(log_in(server, code=app.now())[1]) == (401, "INVALID_CODE")  # it has switched them on
    forget_the_last_code(database_url)
    code = app.now()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: log_in(server, code=code)[1].status_code, range(4)))
    assert sorted(answers) == [201, 401, 401, 401]


def test_phones_clocks_may_differ_by_half_a_minute(alice, server, database_url):
    _, client = joined(alice, server)
    app, _ = set_up(client)
    now = int(time.time()) // STEP_SECONDS
    for step, status in ((now - 3, 401), (now + 3, 401), (now - 1, 201)):
        forget_the_last_code(database_url)
        assert log_in(server, code=app.generate_otp(step))[1].status_code == status
    assert app.interval == STEP_SECONDS


def test_a_recovery_code_is_used_once_in_place_of_a_code(alice, server):
    _, client = joined(alice, server)
    _, codes = set_up(client)
    assert log_in(server, code=codes[0].lower().replace("-", " "))[1].status_code == 201
    assert reason(log_in(server, code=codes[0])[1]) == (401, "INVALID_CODE")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: log_in(server, code=codes[1])[1].status_code, range(4)))
    assert sorted(answers) == [201, 401, 401, 401]


def test_codes_are_switched_off_by_the_user_or_by_an_owner(alice, server, database_url):
    ann, client = joined(alice, server)
    set_up(client)
    assert client.delete("/totp").json()["has_totp"] is False
    assert log_in(server)[1].status_code == 201
    assert rows_of(database_url, "SELECT * FROM recovery_codes") == []
    forget_the_last_code(database_url)
    set_up(client)
    assert reason(client.delete(f"/users/{ann['id']}/totp")) == (403, "INSUFFICIENT_SCOPE")
    assert alice.api.delete(f"/users/{ann['id']}/totp").json()["has_totp"] is False
    assert log_in(server)[1].status_code == 201


def test_nothing_is_switched_on_that_was_not_begun(alice, server):
    _, client = joined(alice, server)
    assert reason(client.put("/totp", json={"code": "123456"})) == (409, "TOTP_NOT_BEGUN")


def test_a_new_password_needs_a_code_too(alice, server, database_url):
    ann, client = joined(alice, server)
    _, codes = set_up(client)
    token = token_of(alice.api.post(f"/users/{ann['id']}/link").json()["link"])
    body = {"token": token, "password": "quite another one"}
    other = browser(server)
    assert reason(other.post("/passwords", json=body)) == (401, "CODE_REQUIRED")
    assert reason(other.post("/passwords", json=body | {"code": "AAAA-AAAA-AAAA"})) == (401, "INVALID_CODE")
    assert log_in(server, code=codes[1])[1].status_code == 201
    assert other.post("/passwords", json=body | {"code": codes[0]}).status_code == 200


def test_where_codes_are_demanded_a_session_without_may_only_set_them_up(alice, server, ringbook):
    _, client = joined(alice, server)
    changed = ringbook("customer", "update", alice.customer_id, "--totp-required")
    assert '"totp_required": true' in changed.stdout
    for method, path in (("GET", "/contacts"), ("POST", "/contacts"), ("GET", "/sessions"), ("GET", "/customer")):
        assert reason(client.request(method, path)) == (403, "TOTP_REQUIRED")
    client, answer = log_in(server)
    assert (answer.status_code, answer.json()["must_set_up_totp"]) == (201, True)
    assert client.get("/sessions/current").json() == answer.json()
    me = client.get("/me").json()
    assert (me["customer"]["totp_required"], me["user"]["has_totp"]) == (True, False)
    set_up(client)
    assert client.get("/me").json()["user"]["has_totp"] is True
    assert client.get("/contacts").status_code == 200
    assert client.get("/sessions/current").json()["must_set_up_totp"] is False
    assert alice.api.get("/contacts").status_code == 200
    client.delete("/totp")
    assert reason(client.get("/contacts")) == (403, "TOTP_REQUIRED")
    assert ringbook("customer", "update", alice.customer_id, "--totp-optional").returncode == 0
    assert client.get("/contacts").status_code == 200
    assert log_in(server, password=PASSWORD)[1].json()["must_set_up_totp"] is False


def test_an_owner_demands_codes_of_all_and_then_has_to_set_them_up_too(alice, server):
    _, owner = joined(alice, server, email="olga@acme.com", role="owner", name="Olga")
    _, manager = joined(alice, server)
    assert reason(manager.put("/customer", json={"totp_required": True})) == (403, "INSUFFICIENT_SCOPE")
    assert owner.get("/customer").json()["totp_required"] is False
    assert owner.put("/customer", json={"totp_required": True}).json()["totp_required"] is True
    for client in (owner, manager):
        assert reason(client.put("/customer", json={"totp_required": False})) == (403, "TOTP_REQUIRED")
        assert reason(client.get("/contacts")) == (403, "TOTP_REQUIRED")
        set_up(client)
        assert client.get("/contacts").status_code == 200
    assert owner.put("/customer", json={"name": "Acme"}).json()["totp_required"] is True
    assert owner.put("/customer", json={"totp_required": False}).json()["totp_required"] is False


def test_codes_are_guessed_from_many_addresses_no_oftener_than_from_one(alice, database_url, tmp_path):
    settings = {"RINGBOOK_TRUSTED_PROXIES": "127.0.0.1"}
    with started(database_url, tmp_path / "log", "serve", **settings) as (_, address):
        ann, client = joined(alice, address)
        _, codes = set_up(client)

        def guess(n, **more):
            other = browser(address, **{"X-Forwarded-For": f"198.51.100.{n}"})
            return other.post("/sessions", json={"email": "ann@acme.com", "password": PASSWORD} | more)

        for n in range(40):  # a stranger's codes count for nothing
            assert reason(guess(n, password="wrong, and long", code="12345"))[1] == "INVALID_LOGIN"
        assert [reason(guess(n, code="12345"))[1] for n in range(30)] == ["INVALID_CODE"] * 30
        refused = guess(100, code=codes[0])
        assert (reason(refused), int(refused.headers["Retry-After"]) > 3000) == ((429, "RATE_LIMITED"), True)
        assert reason(guess(100)) == (401, "CODE_REQUIRED")
        token = token_of(alice.api.post(f"/users/{ann['id']}/link").json()["link"])
        body = {"token": token, "password": "quite another one", "code": codes[0]}
        assert browser(address).post("/passwords", json=body).status_code == 200
