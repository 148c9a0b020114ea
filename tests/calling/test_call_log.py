"""The last lookups and caller ids: noted beside the answer, written a second later."""

import asyncio
import time
from datetime import datetime, timedelta

import httpx
import pytest

from ringbook.calling.call_log import MOST_CALLS, CallLog, prune_calls
from ringbook.clock import utc_now
from ringbook.database.opening import database_at
from ringbook.tenants.caller import Caller
from tests.calling.test_callerid import add
from tests.people import joined
from tests.process import started
from tests.rows import rows_of


def calls_of(user, **query):
    answer = user.api.get("/calls", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def until(user, count):
    deadline = time.monotonic() + 20
    while len(found := calls_of(user)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def test_each_lookup_and_caller_id_is_told_with_whom_it_found(alice, bob):
    assert alice.api.get("/calls").json() == {"result": [], "is_kept": True}
    contact = add(alice, display_name='John "J" Smith', emails=[{"address": "john@acme.com"}])
    me = alice.api.get("/me").json()
    for path in (
        "/contacts/lookup?phone=(555) 123-4567",
        "/contacts/lookup?email=John@acme.com",
        "/contacts/lookup?phone=%2B15550009999",
        "/callerid?phone=15551234567&name=x",
        "/callerid?phone=anonymous",
        "/callerid?phone=",
    ):
        alice.api.get(path)
        time.sleep(0.01)
    alice.api.post("/contacts/lookup", json={"phones": ["+15551234567"]})
    alice.api.get("/contacts/lookup")
    calls = until(alice, 5)
    found = {"id": contact["id"], "name": "John “J” Smith"}
    assert [(one["call"], one["asked"], one["number"], one["contact"]) for one in reversed(calls)] == [
        ("lookup", "(555) 123-4567", "+15551234567", found),
        ("lookup", "John@acme.com", None, found),
        ("lookup", "+15550009999", "+15550009999", None),
        ("callerid", "15551234567", "+15551234567", found),
        ("callerid", "anonymous", None, None),
    ]
    assert {str(one["by"]) for one in calls} == {str({"type": "access_key", "id": me["id"], "name": me["name"]})}
    assert [one["tm"] for one in calls] == sorted([one["tm"] for one in calls], reverse=True)
    assert calls_of(bob) == []


def test_since_leaves_out_what_is_older(alice):
    for i in range(4):
        alice.api.get(f"/callerid?phone=1555000000{i}")
        time.sleep(0.01)
    calls = until(alice, 4)
    assert calls_of(alice, since=calls[1]["tm"]) == calls[:2]
    later = datetime.fromisoformat(calls[0]["tm"]) + timedelta(seconds=1)
    assert calls_of(alice, since=later.isoformat()) == []


@pytest.mark.parametrize("query", [{"since": "yesterday"}, {"since": "1"}, {"until": "2026-01-01T00:00:00Z"}])
def test_what_is_no_time_or_no_parameter_is_refused_by_its_name(alice, query):
    error = alice.api.get("/calls", params=query).json()["error"]
    assert [one["field"] for one in error["details"]] == list(query)


@pytest.mark.parametrize("asked", ["%00%01", "%F0%9F%98%80" * 300, "1" * 3000, "'; DROP TABLE calls", "%ED%A0%80"])
def test_whatever_is_asked_for_is_kept_as_a_text_of_100_characters_at_most(alice, asked):
    alice.api.get(f"/callerid?phone={asked}")
    alice.api.get("/callerid?phone=15551234567")
    calls = until(alice, 1)
    assert calls[0]["asked"] == "15551234567"
    assert all(len(one["asked"]) <= 100 for one in calls)


def test_a_contact_that_was_deleted_since_is_still_told(alice):
    contact = add(alice, display_name="John")
    alice.api.get("/callerid?phone=15551234567")
    until(alice, 1)
    alice.api.delete(f"/contacts/{contact['id']}")
    assert calls_of(alice)[0]["contact"] == {"id": contact["id"], "name": "John"}


def test_a_call_of_somebody_who_has_logged_in_names_the_user(alice, server):
    ann, client = joined(alice, server)
    assert client.get("/contacts/lookup?phone=%2B15550009999").status_code == 404
    (call,) = until(alice, 1)
    assert call["by"] == {"type": "user", "id": ann["id"], "name": "Ann"}
    assert client.get("/calls").json() == {"result": [call], "is_kept": True}


def test_the_calls_of_all_workers_are_there_after_a_restart(database_url, tmp_path, token):
    headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
    with started(database_url, tmp_path / "log", "serve", "--workers", "3") as (_, address):
        for i in range(30):
            httpx.get(f"{address}/v1.0/callerid?phone=1555000{i:04}", headers=headers).raise_for_status()
    with started(database_url, tmp_path / "log2", "serve") as (_, address):
        calls = httpx.get(f"{address}/v1.0/calls", headers=headers).json()["result"]
    assert sorted(one["asked"] for one in calls) == [f"1555000{i:04}" for i in range(30)]


@pytest.mark.parametrize("server_settings", [{"RINGBOOK_CALLS_DAYS": "0"}])
def test_with_0_days_nothing_is_kept(alice, database_url):
    alice.api.get("/callerid?phone=15551234567")
    time.sleep(2.5)
    assert alice.api.get("/calls").json() == {"result": [], "is_kept": False}
    assert rows_of(database_url, "SELECT * FROM calls") == []


ID, OTHER = "019c3860-0000-7000-8000-000000000000", "019c3860-0000-7000-8000-000000000001"


def with_log(url, work):
    """Do something with a log that writes when it is stopped."""

    async def run():
        database = database_at(url, 2)
        await database.open()
        await work(database)
        await database.close()

    asyncio.run(run())


async def noted(database, asked):
    log = CallLog(database, is_kept=True)
    log.start()
    for one in asked:
        log.note(Caller(ID, "US", ID), "callerid", one, b"")
    await log.stop()


def test_of_too_many_in_a_second_the_first_are_kept(database_url):
    with_log(database_url, lambda database: noted(database, [str(i) for i in range(1000)]))
    rows = rows_of(database_url, "SELECT asked FROM calls ORDER BY id")
    assert sorted(int(row[0]) for row in rows) == list(range(200))


def test_a_customer_whose_phones_ring_without_end_takes_no_place_from_the_others(database_url):
    async def work(database):
        log = CallLog(database, is_kept=True)
        log.start()
        for number in range(1000):
            log.note(Caller(ID, "US", ID), "callerid", str(number), b"")
        log.note(Caller(OTHER, "US", OTHER), "callerid", "one", b"")
        await log.stop()

    with_log(database_url, work)
    assert rows_of(database_url, "SELECT asked FROM calls WHERE asked = 'one'") == [("one",)]


def test_what_is_older_or_shown_to_nobody_is_taken_away(database_url):
    async def kept():
        return len(await asyncio.to_thread(rows_of, database_url, "SELECT id FROM calls"))

    async def work(database):
        caller, another = Caller(ID, "US", ID), Caller(ID[:-1] + "1", "US", ID)
        for _ in range(4):
            await noted(database, [str(i) for i in range(200)])
        await prune_calls(caller, database, utc_now() - timedelta(days=7))
        assert await kept() == MOST_CALLS
        await prune_calls(another, database, None)
        assert await kept() == MOST_CALLS
        await prune_calls(caller, database, utc_now() + timedelta(seconds=1))
        assert await kept() == 0

    with_log(database_url, work)
