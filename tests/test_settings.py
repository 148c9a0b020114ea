"""Settings: read from the environment or a file, checked at the start, and what they switch on."""

import json

import httpx
import pytest

from ringbook.config import SETTINGS, InvalidSetting, read_settings, unknown_settings
from tests.process import started

BAD_URLS = ["postgresql://h/db?target_session_attrs=writable", "postgresql://h/db?statement_cache_size=5"]
BAD = {
    "DATABASE_URL": ["mysql://x", "sqlite:///", "sqlite:////no/such/folder/x.db", "sqlite:///:memory:", *BAD_URLS],
    "DATABASE_CONNECTIONS": ["1", "many", "-3", "٣"],
    "MAX_BODY_BYTES": ["0", "1e6"],
    "MAX_BATCH_BYTES": ["0", "1e6"],
    "MAX_FILE_BYTES": ["0", "200MB"],
    "LOG_FORMAT": ["xml"],
    "CORS_ORIGINS": ["crm.example.com", "https://crm.example.com/"],
    "PUBLIC_URL": ["contacts.example.com", "ftp://x", "https://x/?q", "https://us er", "https://user@x"],
    "TRUSTED_PROXIES": ["localhost", "10.0.0.1/33"],
    "RATE_LIMIT_PER_KEY": ["many", "0/minute", "5/fortnight", "5/2 days", f"{'9' * 5000}/minute"],
    "RATE_LIMIT_PER_ADDRESS": ["10"],
    "RATE_LIMIT_PER_ACCOUNT": ["10"],
    "CONNECTIONS_PER_ADDRESS": ["0", "off", "1000001"],
    "HISTORY_DAYS": ["-1", "off", "36501"],
    "CHANGES_DAYS": ["3", "x"],
    "CALLS_DAYS": ["-1", "off", "36501"],
    "WEBHOOK_ALLOWED_HOSTS": ["crm local", "10.0.0.1/33", "https://crm.local"],
    "REDIS_URL": ["127.0.0.1:6379", "redis://", "redis://host:port", "redis://host/name", "redis://[::1", "memory://"],
}


def test_every_setting_has_a_value_that_is_refused():
    assert {name.upper() for name in SETTINGS} == BAD.keys()


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_bad_setting_is_refused_by_its_name_and_what_is_valid(name, value):
    with pytest.raises(InvalidSetting, match=f"RINGBOOK_{name}: must be "):
        read_settings({f"RINGBOOK_{name}": value})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:S3C#RET@db/book",
        "postgresql://user:S3C/RET@db/book",
        "postgresql://user:S3C?RET@db/book",
        "postgresql://user:S3C[RET@db/book",
        "postgresql://user:S3CRET@db:port/book",
        "postgresql://user:S3CRET@db:99999/book",
        "postgresql://user:S3CRET@/book?host=/run/postgresql&port=x",
    ],
)
def test_no_part_of_a_password_is_shown_where_the_url_is_refused(url):
    with pytest.raises(InvalidSetting) as refused:
        read_settings({"RINGBOOK_DATABASE_URL": url})
    assert "S3C" not in str(refused.value)
    assert "RINGBOOK_DATABASE_URL" in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:pass%23word@db.example.com:5432/book?sslmode=require",
        "postgresql://user@/book?host=/run/postgresql&port=5433",
        "postgresql://user:word@[::1]:5432,[::1]/book",
        "postgresql://a:5432,b/book?target_session_attrs=read-write",
        "postgresql://u@/book?host=a,b&port=5432,5433&statement_cache_size=0",
        "postgresql:///book",
    ],
)
def test_every_usual_form_of_a_postgresql_url_is_accepted(url):
    assert read_settings({"RINGBOOK_DATABASE_URL": url}).database_url == url


def test_a_secret_is_read_from_the_file_that_is_named(tmp_path):
    (tmp_path / "url").write_text("postgresql://user:secret@host/db\n")
    environment = {"RINGBOOK_DATABASE_URL_FILE": str(tmp_path / "url")}
    assert read_settings(environment).database_url == "postgresql://user:secret@host/db"
    with pytest.raises(InvalidSetting, match="RINGBOOK_DATABASE_URL and RINGBOOK_DATABASE_URL_FILE"):
        read_settings(environment | {"RINGBOOK_DATABASE_URL": "sqlite:///x.db"})
    with pytest.raises(InvalidSetting, match="RINGBOOK_DATABASE_URL_FILE"):
        read_settings({"RINGBOOK_DATABASE_URL_FILE": str(tmp_path / "missing")})


def test_a_refused_url_does_not_show_its_password():
    with pytest.raises(InvalidSetting) as refused:
        read_settings({"RINGBOOK_REDIS_URL": "redis://:se/cret@host:6379/0"})
    assert "cret" not in str(refused.value)


def test_a_misspelt_setting_is_noticed():
    assert unknown_settings({"RINGBOOK_LOGFORMAT": "json", "RINGBOOK_LOG_FORMAT": "json"}) == ["RINGBOOK_LOGFORMAT"]


PREFLIGHT = {"Origin": "https://crm.example.com", "Access-Control-Request-Method": "PUT"}


def test_pages_of_other_origins_may_call_only_where_it_is_set(database_url, tmp_path, token, monkeypatch):
    def allowed(address):
        path = f"{address}/v1.0/contacts"
        answers = [
            httpx.options(path, headers=PREFLIGHT | {"Access-Control-Request-Headers": "authorization"}),
            httpx.get(path, headers=PREFLIGHT | {"Authorization": f"Bearer {token}"}),
            httpx.get(path, headers=PREFLIGHT),
        ]
        return [answer.headers.get("Access-Control-Allow-Origin") for answer in answers]

    with started(database_url, tmp_path / "log", "serve") as (_, address):
        assert allowed(address) == [None, None, None]
    monkeypatch.setenv("RINGBOOK_CORS_ORIGINS", "https://crm.example.com, https://other.example.com")
    with started(database_url, tmp_path / "log", "serve") as (_, address):
        assert allowed(address) == ["https://crm.example.com"] * 3
        foreign = httpx.get(f"{address}/v1.0/contacts", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in foreign.headers


@pytest.mark.parametrize(("trusted", "client"), [("", "127.0.0.1"), ("127.0.0.1", "203.0.113.7")])
def test_a_proxys_word_for_the_client_is_taken_only_from_a_trusted_one(
    database_url, tmp_path, monkeypatch, trusted, client
):
    monkeypatch.setenv("RINGBOOK_TRUSTED_PROXIES", trusted)
    monkeypatch.setenv("RINGBOOK_LOG_FORMAT", "json")
    with started(database_url, tmp_path / "log", "serve") as (_, address):
        httpx.get(f"{address}/healthz", headers={"X-Forwarded-For": "203.0.113.7"})
    lines = [line for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    assert [json.loads(line)["client"] for line in lines] == [client]
