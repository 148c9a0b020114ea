"""What a phone shows when it rings."""

import asyncio
import re
import sqlite3
import unicodedata
import uuid
from urllib.parse import parse_qs, quote

import asyncpg
import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringbook.calling.callerid import cut, sanitize
from ringbook.clock import utc_now
from ringbook.database.opening import database_at
from ringbook.tenants import access_keys

NUMBER = "+15551234567"


def add(user, **contact):
    return user.api.post("/contacts", json={"phone_numbers": [{"number": NUMBER}]} | contact).json()


def shown(user, query=f"phone={NUMBER}"):
    answer = user.api.get(f"/callerid?{query}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    return answer.text


@pytest.fixture
def lookup_key(alice, database_url):
    async def create():
        database = database_at(database_url, 2)
        await database.open()
        key = await access_keys.create(database, alice.customer_id, utc_now(), scopes=("lookup",))
        await database.close()
        return key["token"]

    return asyncio.run(create())


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        ({"display_name": "John Smith", "first_name": "J", "company": "Acme"}, "John Smith"),
        ({"first_name": "John", "last_name": "Smith", "company": "Acme"}, "John Smith"),
        ({"last_name": "Smith", "company": "Acme"}, "Smith"),
        ({"display_name": " \n", "company": "Acme"}, "Acme"),
        ({}, ""),
        ({"display_name": "Łukasz Żółć 李"}, "Łukasz Żółć 李"),
        ({"display_name": "50% off\r\n${exec} $%{x} \u202eevil\u2028\x07"}, "50 off exec} x} evil"),
    ],
)
def test_the_name_of_a_contact_is_one_line_that_every_phone_can_show(alice, contact, name):
    add(alice, **contact)
    assert shown(alice) == name


@pytest.mark.parametrize("phone", ["", "anonymous", "unknown", "restricted", "unavailable", "%00", "%FF", "x" * 9999])
def test_a_miss_shows_the_name_that_the_carrier_sent_or_nothing(alice, phone):
    add(alice, display_name="John Smith")
    assert shown(alice, f"phone={phone}&name=ACME%25%0A+INC") == "ACME INC"
    assert shown(alice, f"phone={phone}") == shown(alice, "") == ""


def test_a_contact_without_a_name_is_no_miss(alice):
    add(alice)
    assert shown(alice, f"phone={NUMBER}&name=CARRIER") == ""


def test_a_name_in_latin_1_is_shown_as_far_as_it_can_be_read(alice):
    assert shown(alice, "name=M%FCller") == "M\ufffdller"


def test_the_name_is_cut_to_max_characters(alice):
    add(alice, display_name="Maximilian von und zu Musterhausen")
    assert shown(alice, f"phone={NUMBER}&max=15") == "Maximilian von"
    assert shown(alice, f"phone={NUMBER}&max=99999") == "Maximilian von und zu Musterhausen"
    assert shown(alice, f"name={'x' * 5000}") == "x" * 255


@pytest.mark.parametrize(
    ("text", "most", "start"),
    [
        ("abcdef", 3, "abc"),
        ("ab cd", 3, "ab"),
        ("cafe\u0301x", 4, "caf"),
        ("a👍🏽b", 2, "a"),
        ("a👨‍👩‍👧b", 4, "a"),
        ("a🇩🇪🇫🇷", 4, "a🇩🇪"),
        ("a🇩🇪🇫🇷", 3, "a🇩🇪"),
    ],
)
def test_a_cut_parts_nothing_that_is_seen_as_one_character(text, most, start):
    assert cut(text, most) == start


@given(st.text())
def test_whatever_a_name_holds_it_is_shown_as_one_line_without_formats(text):
    line = sanitize(text)
    assert not {unicodedata.category(c) for c in line} & {"Cc", "Zl", "Zp"}
    assert "%" not in line
    assert "${" not in line
    assert line == line.strip() == sanitize(line)


QUOTED_STRING = re.compile(r"[\s\x21\x23-\x5b\x5d-\x7e\u0080-\U0010ffff]*")
"""What may stand in a quoted-string of SIP without a backslash before it (RFC 3261, section 25.1: qdtext, and LWS)."""


@given(st.text() | st.text(alphabet="\"\\'“ %${}<>,;a"))
@example('Acme "HQ"')
@example('5" Pipes Ltd')
@example("Sami\\")
@example("$\\{x}")
def test_whatever_a_name_holds_it_is_a_quoted_string_of_sip_as_it_stands(text):
    assert QUOTED_STRING.fullmatch(sanitize(text))
    assert "${" not in sanitize(text)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ('Acme "HQ"', "Acme “HQ”"),
        ('5" Pipes Ltd', "5” Pipes Ltd"),
        ("Sami\\", "Sami/"),
        ("AC\\DC", "AC/DC"),
        ("$\\{x}", "$/{x}"),
        ("O'Neil, Sons <x> 😀", "O'Neil, Sons <x> 😀"),
    ],
)
def test_a_mark_that_would_drop_the_call_is_a_typographic_one(alice, name, line):
    add(alice, display_name=name, company=name)
    assert shown(alice) == shown(alice, f"phone=0&name={quote(name)}") == line
    assert alice.api.get(f"/callerid?phone={NUMBER}&format=json").json()["company"] == line


def test_hash_and_json_say_who_it_is_and_the_names_of_the_tags(alice):
    tag = alice.api.post("/tags", json={"name": "VIP, gold"}).json()
    elsewhere = str(uuid.uuid4())
    john = add(alice, display_name="John & Söhne", company="Acme", tag_ids=[elsewhere, tag["id"]])
    values = {"name": "John & Söhne", "company": "Acme", "contact_id": john["id"]}
    text = shown(alice, f"phone={NUMBER}&format=hash")
    assert parse_qs(text) == {k: [v] for k, v in values.items()} | {"tags": [f"{elsewhere},VIP  gold"]}
    answer = alice.api.get(f"/callerid?phone={NUMBER}&format=json")
    assert (answer.headers["Content-Type"], answer.json()) == (
        "application/json",
        values | {"tags": [elsewhere, "VIP, gold"]},
    )


def test_a_miss_has_every_key_too(alice):
    assert shown(alice, "phone=1&name=X&format=hash") == "name=X&company=&contact_id=&tags="
    missed = {"name": "X", "company": "", "contact_id": "", "tags": []}
    assert alice.api.get("/callerid?phone=1&name=X&format=json").json() == missed


def test_another_customers_contact_is_a_miss(alice, bob):
    add(bob, display_name="Bob's friend")
    assert shown(alice) == ""


def test_a_slash_at_the_end_and_head_make_no_difference(alice):
    add(alice, display_name="John Smith")
    assert alice.api.get(f"/callerid/?phone={NUMBER}").text == "John Smith"
    head = alice.api.head(f"/callerid?phone={NUMBER}")
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, "10", b"")


@pytest.mark.parametrize(
    ("method", "query", "status"),
    [
        ("GET", "token=rb_wrong", 401),
        ("GET", "format=xml", 400),
        ("GET", "max=0", 400),
        ("GET", "max=1_0", 400),
        ("GET", "phone=1&phone=2", 400),
        ("POST", "", 405),
    ],
)
@pytest.mark.parametrize("path", ["/callerid", "/callerid/"])
def test_the_body_of_an_error_is_empty(alice, path, method, query, status):
    answer = alice.api.request(method, f"{path}?{query}")
    assert (answer.status_code, answer.content) == (status, b"")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Request-Id"]
    assert status != 401 or answer.headers["WWW-Authenticate"].startswith("Bearer ")


def run_sql(url, sql):
    async def run():
        connection = await asyncpg.connect(url)
        await connection.execute(sql)
        await connection.close()

    if not url.startswith("sqlite"):
        asyncio.run(run())
        return
    database = sqlite3.connect(url.removeprefix("sqlite:///"))
    database.execute(sql)
    database.close()


@pytest.mark.alters_database
def test_the_body_is_empty_where_the_fault_is_ours(alice, database_url):
    run_sql(database_url, "ALTER TABLE phone_numbers RENAME TO gone")
    answer = alice.api.get(f"/callerid?phone={NUMBER}")
    assert (answer.status_code, answer.content) == (500, b"")


@pytest.mark.alters_database
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_body_is_empty_where_the_database_is_away(alice, postgres_url, database_url):
    name, server = re.search(r"ringbook_\d+_\d+", database_url)[0], postgres_url.format(name="postgres")
    run_sql(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    run_sql(server, f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")
    answer = alice.api.get(f"/callerid?phone={NUMBER}")
    assert (answer.status_code, answer.content, answer.headers["Retry-After"]) == (503, b"", "1")


def test_a_lookup_key_suffices_and_may_be_the_password_of_http_basic(server, alice, lookup_key):
    add(alice, display_name="John Smith")
    path = f"{server}/v1.0/callerid?phone={NUMBER}"
    assert httpx.get(f"{path}&token={lookup_key}").text == "John Smith"
    assert httpx.get(path, auth=("any user", lookup_key)).text == "John Smith"
    assert httpx.get(f"{server}/v1.0/contacts", auth=("", alice.token)).status_code == 200
    assert httpx.get(f"{server}/v1.0/contacts", auth=("", lookup_key)).status_code == 403


@pytest.mark.parametrize("value", ["Basic", "Basic %%%", "Basic dXNlcg==", "Basic dXNlcjo=", "Basic /w==", "Digest x"])
def test_an_authorization_that_holds_no_key_counts_as_none(server, alice, value):
    path = f"{server}/v1.0/callerid"
    assert httpx.get(path, headers={"Authorization": value}).status_code == 401
    assert httpx.get(f"{path}?accesskey={alice.token}", headers={"Authorization": value}).status_code == 200
