"""The index for search comes to the books of before in the background, and keeps up with the version before."""

import asyncio
import time

import pytest

from ringbook.contacts import search_index
from ringbook.database.migrate import migrate
from ringbook.database.opening import database_at
from ringbook.tenants.caller import Caller
from ringbook.values.search_terms import index_words
from tests.contacts.test_search import JOHN, add, named
from tests.revisions import back_to
from tests.rows import execute, rows_of

AS_THE_VERSION_BEFORE = """
UPDATE contacts SET last_name = 'Miller', version = version + 1, indexed_version = version + 1,
                    search_text = ' john miller\t acme\n acme\nmanual', sort_name = ' john miller\n acme'
WHERE last_name = 'Smith';
INSERT INTO contacts (customer_id, id, first_name, last_name, display_name, company, job_title, source, external_id,
                      notes, version, sort_name, tm_create)
SELECT customer_id, '019c3860-0000-7000-8000-00000000000{n}', '', '', 'Søren Old', '', '', 'api', '', '', 1, '',
       tm_create FROM contacts WHERE last_name = 'Miller'
"""


def search(user, q):
    answer = user.api.get("/contacts/search", params={"q": q}).json()
    return [one["display_name"] or one["last_name"] for one in answer["result"]], answer["complete"]


def catch_up(url, user):
    async def run():
        database = database_at(url, 2)
        await database.open()
        await search_index.catch_up(Caller(user.customer_id, "US", ""), database)
        await database.close()

    asyncio.run(run())


def words_are_those_of_the_texts(url):
    return sorted(words_kept(url)) == sorted(words_of_texts(url))


def words_kept(url):
    return [row[0] for row in rows_of(url, "SELECT word FROM search_index")]


def words_of_texts(url):
    texts = rows_of(url, "SELECT search_text FROM contacts WHERE tm_delete IS NULL")
    return [word for (text,) in texts for word in index_words(text)]


@pytest.fixture
def upkeep_to_come(monkeypatch):
    """Let the server do nothing in the background as long as the test runs."""
    monkeypatch.setattr("ringbook.database.upkeep.FIRST_SECONDS", 1e9)


@pytest.mark.alters_database
def test_a_book_of_before_is_indexed_and_says_so_until_it_is(upkeep_to_come, database_url, server, alice):
    add(alice, JOHN, *named("Søren Berg", "Zoë"))
    back_to(database_url, "0004")
    execute(database_url, "UPDATE contacts SET sort_name = ' søren berg' WHERE display_name = 'Søren Berg'")
    asyncio.run(migrate(database_url))
    assert search(alice, "acme") == ([], False)
    assert alice.api.get("/contacts", params={"source": "manual"}).json() == {
        "result": [],
        "next_page_token": "",
        "complete": False,
    }
    readyz = alice.api.get(f"{server}/readyz")
    assert (readyz.status_code, readyz.json()) == (200, {"status": "ready", "search_index": "building"})
    catch_up(database_url, alice)
    assert search(alice, "acme") == (["Smith"], True)
    assert search(alice, "soren") == (["Søren Berg"], True)
    assert search(alice, "4567") == (["Smith"], True)
    assert rows_of(database_url, "SELECT sort_name FROM contacts WHERE display_name = 'Søren Berg'") == [
        (" soren berg",)
    ]
    assert alice.api.get(f"{server}/readyz").json() == {"status": "ready"}
    assert words_are_those_of_the_texts(database_url)


@pytest.fixture
def upkeep_at_once(monkeypatch):
    monkeypatch.setattr("ringbook.database.upkeep.FIRST_SECONDS", 0.0)
    monkeypatch.setattr("ringbook.api.jobs.INDEX_SECONDS", 0.1)


def test_a_server_finds_what_the_version_before_creates_by_itself(upkeep_at_once, database_url, server, alice):
    add(alice, JOHN)
    execute(database_url, AS_THE_VERSION_BEFORE.format(n=3))
    until = time.monotonic() + 30
    while search(alice, "soren") != (["Søren Old"], True):
        assert time.monotonic() < until
    assert search(alice, "miller") == (["Miller"], True)


def test_what_the_version_before_creates_and_changes_is_found_again(database_url, alice):
    add(alice, JOHN)
    execute(database_url, AS_THE_VERSION_BEFORE.format(n=1))
    catch_up(database_url, alice)
    assert (search(alice, "smith"), search(alice, "miller")) == (([], True), (["Miller"], True))
    assert search(alice, "soren") == (["Søren Old"], True)
    (found,) = alice.api.get("/contacts/search", params={"q": "miller"}).json()["result"]
    assert {*words_of_texts(database_url)} <= {*words_kept(database_url)}
    alice.api.delete(f"/contacts/{found['id']}")
    assert (search(alice, "smith"), search(alice, "miller")) == (([], True), ([], True))


def test_what_this_version_changes_before_it_was_indexed_is_right(database_url, alice):
    (one,) = add(alice, JOHN)
    execute(database_url, AS_THE_VERSION_BEFORE.format(n=2))
    alice.api.put(f"/contacts/{one}", json={"job_title": "Chef"})
    assert (search(alice, "smith"), search(alice, "miller chef")) == (([], True), (["Miller"], True))
    assert {*words_of_texts(database_url)} <= {*words_kept(database_url)}
    alice.api.delete(f"/contacts/{one}")
    catch_up(database_url, alice)
    assert (search(alice, "smith"), search(alice, "miller chef")) == (([], True), ([], True))


def test_one_contact_with_everything_in_it_is_indexed(database_url, alice):
    body = {
        "display_name": "北" * 200,
        "company": "\ufdfa" * 200,
        "phone_numbers": [{"number": f"+49301234{i:04}"} for i in range(100)],
        "emails": [{"address": f"p{i}@{i}.example"} for i in range(100)],
    }
    add(alice, body)
    assert search(alice, "北北")[0] == search(alice, "p99")[0] == search(alice, "0099")[0] == ["北" * 200]
    assert words_are_those_of_the_texts(database_url)
