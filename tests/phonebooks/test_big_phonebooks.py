"""A phone book of 100,000 contacts: whole, in order, in memory that does not grow; and one that breaks off."""

import asyncio
import contextlib
import re
import threading
from pathlib import Path
from xml.etree.ElementTree import XMLPullParser

import httpx
import pytest

from ringbook.database.migrate import migrate
from tests.process import started
from tests.revisions import back_to
from tests.rows import execute

KIBIBYTE = 1024
COUNT = 100_000
NAME = "a name of some length, as it takes some to see whether the book is held in memory "
CONTACTS = """
INSERT INTO contacts (customer_id, id, first_name, last_name, display_name, company, job_title, source, external_id,
                      notes, version, search_version, sort_name, tm_create)
SELECT c.id, {id}, '', '', '{name}' || i, '', '', 'manual', '', '', 1, 1, ' ' || {sort}, '2026-01-01 00:00:00Z'
FROM customers c, {numbers};
INSERT INTO phone_numbers (customer_id, contact_id, id, number, number_e164, type, is_primary, tm_create)
SELECT c.id, {id}, {id}, '', '+' || (15550000000 + i), 'other', false, '2026-01-01 00:00:00Z'
FROM customers c, {numbers};
"""
SQLITE = {
    "id": "printf('019c3860-0000-7000-8000-%012d', i)",
    "sort": "printf('%07d', i * 7919 % 100000)",
    "numbers": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n)",
}
POSTGRESQL = {
    "id": "('019c3860-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid",
    "sort": "lpad((i::bigint * 7919 % 100000)::text, 7, '0')",
    "numbers": "generate_series(1, {count}) AS n(i)",
}


def fill(url, count):
    """Give the one customer that many contacts."""
    words = SQLITE if url.startswith("sqlite") else POSTGRESQL
    execute(url, CONTACTS.format(name=NAME, **(words | {"numbers": words["numbers"].format(count=count)})))


def private_memory(pid):
    """Return the process's RssAnon in KiB."""
    return int(re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1])


@contextlib.contextmanager
def watching(pid):
    """Yield a list that has the most private memory of the process since, at its end."""
    most, stop = [private_memory(pid)], threading.Event()

    def watch():
        while not stop.wait(0.01):
            most[0] = max(most[0], private_memory(pid))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        stop.set()
        thread.join()


def entries(chunks):
    """Yield the number of each entry of a Yealink phone book, parsed as it comes in."""
    parser = XMLPullParser()
    for chunk in chunks:
        parser.feed(chunk)
        for _, element in parser.read_events():
            if element.tag == "DirectoryEntry":
                yield element.findtext("Telephone")
                element.clear()
    parser.close()


@pytest.mark.alters_database
def test_a_big_book_comes_whole_and_in_order_in_memory_that_does_not_grow(database_url, token, tmp_path):
    fill(database_url, COUNT)
    with (
        started(database_url, tmp_path / "log", "serve") as (process, address),
        httpx.Client(base_url=f"{address}/v1.0/phonebooks", params={"token": token}, timeout=20) as phone,
    ):
        first = "019c3860-0000-7000-8000-000000000001"
        assert phone.put(f"{address}/v1.0/contacts/{first}", json={"tag_ids": []}).is_success
        assert phone.get("yealink", params={"q": "15550000001"}).text.count("<Telephone") == 1
        before = private_memory(process.pid)
        with watching(process.pid) as most, phone.stream("GET", "yealink") as answer:
            found = list(entries(answer.iter_bytes()))
    rest = sorted(range(2, COUNT + 1), key=lambda i: i * 7919 % 100_000)
    assert found == [f"+{15550000000 + i}" for i in (*rest, 1)]  # what was changed is sorted by its name again
    assert most[0] - before < 6 * KIBIBYTE  # the jobs in the background begin meanwhile; the book has 15
    assert token not in (tmp_path / "log").read_text()


@pytest.mark.alters_database
def test_a_book_that_cannot_be_read_to_its_end_breaks_off(database_url, server, alice):
    fill(database_url, 50_000)  # more than the system keeps for a reader who is not reading
    url = f"{server}/v1.0/phonebooks/yealink?token={alice.token}"
    with httpx.stream("GET", url, timeout=20) as answer:
        chunks = answer.iter_bytes()
        next(chunks)
        execute(database_url, "ALTER TABLE phone_numbers RENAME TO gone")
        with pytest.raises(httpx.RemoteProtocolError):
            list(chunks)


@pytest.mark.alters_database
def test_the_migration_sorts_the_contacts_of_before(database_url, server, alice):
    fill(database_url, 2500)
    path = f"{server}/v1.0/phonebooks/ipphone"
    alice.api.post("/contacts", json={"first_name": "\u00c5ke", "phone_numbers": [{"number": "+15551234567"}]})
    back_to(database_url, "0001")
    asyncio.run(migrate(database_url))
    found = re.findall("<Name>(.*?)</Name>", alice.api.get(path).text)
    assert found == [*sorted(found[:-1]), "Åke"]
    assert len(found) == 2501
