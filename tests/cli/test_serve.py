"""`ringbook serve` and `quickstart`: what somebody sees who starts it, first and again."""

import json
import os
import re
import shutil
import subprocess

import httpx
import psutil
import pytest

from tests.people import PASSWORD
from tests.process import COMMAND, started
from tests.replies import found
from tests.rows import rows_of


def test_a_first_start_shows_docs_key_and_calls_and_then_only_that_it_serves(empty_database_url, tmp_path):
    with started(empty_database_url, tmp_path / "log", "quickstart") as (_, address):
        shown = (tmp_path / "log").read_text()
        assert httpx.get(re.search(r"Docs +(\S+)", shown)[1]).status_code == 200
    key = re.search(r"Key +(rb_\w{38}) \(shown only now\)", shown)[1]
    assert f"  API={address}/v1.0\n  TOKEN={key}\n" in shown
    assert shown.count(key) == 2
    assert "token=rb_" not in shown
    assert shown.endswith(f'--header "Authorization: Bearer $TOKEN"\n\nRingbook serves {address}/v1.0\n')
    assert max(map(len, shown.splitlines())) <= 80


def test_the_link_of_a_first_start_makes_an_owner_with_the_address_that_is_given(empty_database_url, tmp_path):
    with started(empty_database_url, tmp_path / "log", "quickstart") as (_, address):
        shown = (tmp_path / "log").read_text()
        token = re.search(rf"Page +{address}/#/welcome\?token=(\S+)\n", shown)[1]
        with httpx.Client(base_url=f"{address}/v1.0", headers={"Origin": address}, timeout=20) as page:
            asked = page.post("/passwords", json={"token": token, "password": ""})
            assert [one["field"] for one in asked.json()["error"]["details"]] == ["password", "email"]
            weak = page.post("/passwords", json={"token": token, "password": "Ann@acme.com", "email": "ann@acme.com"})
            assert weak.json()["error"]["reason"] == "WEAK_PASSWORD"
            body = {"token": token, "password": PASSWORD, "email": "Ann@acme.com"}
            opened = page.post("/passwords", json=body).json()
            assert (opened["user"]["email"], opened["user"]["role"]) == ("ann@acme.com", "owner")
            assert page.get("/users").json()["result"] == [opened["user"]]
            again = page.post("/sessions", json={"email": "ann@acme.com", "password": PASSWORD})
            assert again.status_code == 201
            link = page.post(f"/users/{opened['user']['id']}/link").json()["link"].partition("token=")[2]
            other = page.post("/passwords", json={"token": link, "password": PASSWORD, "email": "b@acme.com"})
            assert other.json()["error"]["details"][0]["field"] == "email"
    with started(empty_database_url, tmp_path / "log", "quickstart") as (_, address):
        assert f"  Page   {address}/\n\n" in (tmp_path / "log").read_text()


def link_of(shown):
    return re.search(r"Page +\S+/#/welcome\?token=(\S+)\n", shown)[1]


def test_each_start_prints_a_new_link_until_an_owner_has_set_a_password(empty_database_url, tmp_path):
    links = []
    for _ in range(2):
        with started(empty_database_url, tmp_path / "log", "quickstart") as (_, address):
            links.append(link_of((tmp_path / "log").read_text()))
            bodies = [{"token": link, "password": PASSWORD, "email": "ann@acme.com"} for link in links]
            statuses = [httpx.post(f"{address}/v1.0/passwords", json=one).status_code for one in bodies[:-1]]
    assert statuses == [401]
    with started(empty_database_url, tmp_path / "log", "quickstart") as (_, address):
        body = bodies[0] | {"token": link_of((tmp_path / "log").read_text())}
        opened = httpx.post(f"{address}/v1.0/passwords", json=body, timeout=20)
        assert opened.status_code == 200
        assert len(rows_of(empty_database_url, "SELECT id FROM users")) == 1


def test_a_book_from_before_users_gets_its_first_owner_too(empty_database_url, tmp_path):
    def create_customer(name):
        environment = os.environ | {"RINGBOOK_DATABASE_URL": empty_database_url}
        subprocess.run([*COMMAND, "customer", "create", name], env=environment, check=True)

    create_customer("Acme")
    with started(empty_database_url, tmp_path / "log", "quickstart") as (_, address):
        body = {"token": link_of((tmp_path / "log").read_text()), "password": PASSWORD, "email": "ann@acme.com"}
        opened = httpx.post(f"{address}/v1.0/passwords", json=body, timeout=20)
        assert opened.json()["user"]["role"] == "owner"
    create_customer("Bolt")
    with started(empty_database_url, tmp_path / "log", "quickstart") as (_, address):
        assert f"  Page   {address}/\n\n" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_where_it_listens_on_all_addresses_one_of_them_is_shown(empty_database_url, tmp_path, host):
    with started(empty_database_url, tmp_path / "log", "quickstart", "--host", host) as (_, address):
        shown = (tmp_path / "log").read_text()
        assert httpx.get(f"{address}/healthz").status_code == 200
    assert f"//{host}" not in shown
    assert f"//[{host}]" not in shown
    own = [one.address for of_one in psutil.net_if_addrs().values() for one in of_one]
    assert httpx.URL(address).host in own


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="curl or bash is not installed")
def test_the_calls_that_are_shown_can_be_pasted(empty_database_url, tmp_path):
    with started(empty_database_url, tmp_path / "log", "quickstart"):
        pasted = (tmp_path / "log").read_text().split("look it up:\n")[1].split("\nRingbook serves")[0]
        answers = subprocess.check_output(["bash", "-euc", pasted], text=True, stderr=subprocess.DEVNULL)
    created, end = json.JSONDecoder().raw_decode(answers)
    assert created["phone_numbers"][0]["number_e164"] == "+15551234567"
    assert json.loads(answers[end:]) == found(created)


def test_a_second_start_shows_the_calls_without_a_key_and_how_to_make_one(empty_database_url, tmp_path):
    with started(empty_database_url, tmp_path / "log", "quickstart"):
        key = re.search(r"rb_\w{38}", (tmp_path / "log").read_text())[0]
    with started(empty_database_url, tmp_path / "log", "quickstart", "--another-key", "make key") as (_, address):
        shown = (tmp_path / "log").read_text()
        answer = httpx.get(f"{address}/v1.0/contacts", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    assert "rb_" not in shown
    assert "TOKEN=" not in shown
    assert "another: make key\n" in shown
    assert f"  API={address}/v1.0\n  curl" in shown
    with started(empty_database_url, tmp_path / "log", "quickstart") as (_, address):
        assert f"another: ringbook accesskey create --first-calls {address}\n" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("command", [["serve"], ["serve", "--workers", "2"], ["quickstart"]], ids=" ".join)
def test_a_misspelt_setting_is_warned_of_once(empty_database_url, tmp_path, monkeypatch, command):
    monkeypatch.setenv("RINGBOOK_LOGFORMAT", "json")
    with started(empty_database_url, tmp_path / "log", *command):
        pass
    lines = [line for line in (tmp_path / "log").read_text().splitlines() if "LOGFORMAT" in line]
    assert lines == ["ringbook: warning: there is no setting RINGBOOK_LOGFORMAT"]


@pytest.mark.parametrize("command", [["serve"], ["serve", "--workers", "2"], ["quickstart"]], ids=" ".join)
def test_the_log_format_of_the_command_wins_over_the_setting(database_url, tmp_path, monkeypatch, command):
    (tmp_path / "format").write_text("json")
    for setting, value in ("", "json"), ("_FILE", str(tmp_path / "format")):
        with monkeypatch.context() as patch:
            patch.setenv(f"RINGBOOK_LOG_FORMAT{setting}", value)
            for chosen in "json", "console":
                with started(database_url, tmp_path / "log", *command, "--log-format", chosen) as (_, address):
                    httpx.get(f"{address}/healthz")
                line = next(line for line in (tmp_path / "log").read_text().splitlines() if "/healthz" in line)
                assert line.startswith("{") == (chosen == "json")
                assert "\x1b" not in line  # a pipe takes no colours
                assert len(line) <= 80 or chosen == "json"


@pytest.mark.parametrize("host", ["no.such.host.example", "192.0.2.1", "x" * 70])
def test_a_host_that_is_not_ours_is_refused_in_a_line_that_says_what_is(database_url, host):
    result = subprocess.run([*COMMAND, "serve", "--host", host], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "must be an address of this machine such as 127.0.0.1" in result.stderr
