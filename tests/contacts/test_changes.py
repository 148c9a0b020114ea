"""The feed of changes: a reader that follows it has the book, whatever happens at the same time."""

import random
import threading
import time
import uuid
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.process import started
from tests.rows import execute

DAY = 86_400


def feed(api, since="", **query):
    answer = api.get("/contacts/changes", params=api.params.merge({"since": since} | query))
    assert answer.status_code == 200, answer.text
    return answer.json()


def follow(api, since, **query):
    """Return all entries behind a token, page after page, and the token after them."""
    entries, page = [], {"more": True, "next": since}
    while page["more"]:
        page = feed(api, page["next"], **query)
        entries += page["result"]
    return entries, page["next"]


def refused(api, status, reason, **query):
    answer = api.get("/contacts/changes", params=query)
    assert (answer.status_code, answer.json()["error"]["reason"]) == (status, reason)
    return answer.json()["error"]


def apply(copy, entries):
    for entry in entries:
        [(kind, value)] = entry.items()
        if kind == "contact":
            copy[value["id"]] = value
        else:
            copy.pop(value["id"], None)


def whole_book(api):
    book, page = {}, {"next_page_token": ""}
    while page["next_page_token"] or not book:
        page = api.get("/contacts", params=api.params.merge({"page_token": page["next_page_token"]})).json()
        book |= {contact["id"]: contact for contact in page["result"]}
        if not page["result"]:
            break
    return book


def with_time(token, seconds):
    """Return the token as it was made so many seconds before."""
    whole = urlsafe_b64decode(token + "=" * (-len(token) % 4))[:-4]
    value, shift, end = 0, 0, 17
    while True:
        value |= (whole[end] & 127) << shift
        shift, end = shift + 7, end + 1
        if whole[end - 1] < 128:
            break
    value -= seconds
    varint = []
    while value > 127:
        varint.append(value & 127 | 128)
        value >>= 7
    body = whole[:17] + bytes([*varint, value]) + whole[end:]
    return urlsafe_b64encode(body + zlib.crc32(body).to_bytes(4)).decode().rstrip("=")


def test_without_a_token_there_is_one_for_now_and_nothing_else(alice):
    alice.api.post("/contacts", json={})
    first = feed(alice.api)
    assert (first["result"], first["more"]) == ([], False)
    assert feed(alice.api, first["next"])["result"] == []


def test_what_changed_is_told_once_with_its_newest_state_and_what_is_deleted_as_a_tombstone(alice):
    kept, gone = (alice.api.post("/contacts", json={"first_name": name}).json()["id"] for name in ("Ann", "Bob"))
    since = feed(alice.api)["next"]
    new = alice.api.post("/contacts", json={}).json()["id"]
    alice.api.put(f"/contacts/{kept}", json={"company": "Acme"})
    alice.api.post(f"/contacts/{kept}/phone-numbers", json={"number": "+15551234567"})
    deleted = alice.api.delete(f"/contacts/{gone}").json()
    page = feed(alice.api, since)
    told = {next(iter(entry.values()))["id"]: entry for entry in page["result"]}
    assert len(page["result"]) == 3
    assert told == {
        kept: {"contact": alice.api.get(f"/contacts/{kept}").json()},
        new: {"contact": alice.api.get(f"/contacts/{new}").json()},
        gone: {"deleted": {"id": gone, "tm_delete": deleted["tm_delete"], "merged_into": None}},
    }
    assert feed(alice.api, page["next"]) | {"next": ""} == {"result": [], "next": "", "more": False}


def test_a_tag_that_is_deleted_changes_the_contacts_that_had_it(alice):
    tag = alice.api.post("/tags", json={"name": "Fair"}).json()["id"]
    tagged = alice.api.post("/contacts", json={"tag_ids": [tag]}).json()["id"]
    since = feed(alice.api)["next"]
    alice.api.delete(f"/tags/{tag}")
    [entry] = feed(alice.api, since)["result"]
    assert (entry["contact"]["id"], entry["contact"]["tag_ids"]) == (tagged, [])


def test_small_pages_tell_all_and_the_last_says_that_there_is_no_more(alice):
    since = feed(alice.api)["next"]
    made = {alice.api.post("/contacts", json={}).json()["id"] for _ in range(30)}
    for contact_id in list(made)[:10]:
        alice.api.put(f"/contacts/{contact_id}", json={"notes": "changed"})
    for size in 1, 7, 100:
        entries, after = follow(alice.api, since, page_size=size)
        copy = {}
        apply(copy, entries)
        assert copy == whole_book(alice.api)
        assert feed(alice.api, after)["result"] == []
    assert len(feed(alice.api, since, page_size=7)["result"]) <= 7


def test_a_page_of_large_contacts_is_bounded_and_none_is_lost(alice):
    since = feed(alice.api)["next"]
    for _ in range(25):
        alice.api.post("/contacts", json={"notes": "x" * 65_000}).raise_for_status()
    first = feed(alice.api, since)
    assert (len(first["result"]) < 20, first["more"]) == (True, True)
    copy = {}
    apply(copy, follow(alice.api, since)[0])
    assert copy == whole_book(alice.api)


@pytest.mark.parametrize("token", ["x", "AQ", "é", "a" * 5000, "AQAAAAAA", "2026-02-07T14:45:59.038962Z"])
def test_what_is_no_token_is_refused(alice, token):
    assert refused(alice.api, 400, "INVALID_CHANGES_TOKEN", since=token)["details"][0]["field"] == "since"


def test_a_token_with_one_character_changed_is_refused_and_never_an_error_of_ours(alice):
    token = feed(alice.api)["next"]
    for i in range(0, len(token) - 1, 3):
        changed = token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :]
        refused(alice.api, 400, "INVALID_CHANGES_TOKEN", since=changed)


def test_another_customers_token_is_expired(alice, bob):
    error = refused(alice.api, 410, "TOKEN_EXPIRED", since=feed(bob.api)["next"])
    assert error["status"] == "FAILED_PRECONDITION"


def test_a_token_older_than_30_days_is_expired_and_a_younger_one_is_not(alice):
    token = feed(alice.api)["next"]
    assert feed(alice.api, with_time(token, 29 * DAY))["result"] == []
    refused(alice.api, 410, "TOKEN_EXPIRED", since=with_time(token, 31 * DAY))


def test_a_token_behind_which_the_log_was_cut_off_is_expired(alice, database_url):
    since = feed(alice.api)["next"]
    contact_id = alice.api.post("/contacts", json={}).json()["id"]
    alice.api.put(f"/contacts/{contact_id}", json={})
    first = "SELECT MIN(version) FROM contact_changes"
    execute(database_url, f"DELETE FROM contact_changes WHERE version = ({first})")
    refused(alice.api, 410, "TOKEN_EXPIRED", since=since)
    execute(database_url, "DELETE FROM contact_changes")
    refused(alice.api, 410, "TOKEN_EXPIRED", since=since)


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_what_a_server_of_the_version_before_changes_and_logs_nothing_of_is_not_passed_over(alice, database_url, lost):
    """It moves the slot: the log has a gap before, between or behind the changes of this version."""
    contact_id = alice.api.post("/contacts", json={}).json()["id"]
    since = feed(alice.api)["next"]
    for _ in range(3):
        alice.api.put(f"/contacts/{contact_id}", json={})
    unknown = f"SELECT version FROM contact_changes ORDER BY version LIMIT 1 OFFSET {1 + lost}"
    execute(database_url, f"DELETE FROM contact_changes WHERE version = ({unknown})")
    if lost == 2:
        since = feed(alice.api, since=since)["next"]
    refused(alice.api, 410, "TOKEN_EXPIRED", since=since)


def test_a_token_of_a_book_that_was_restored_from_a_backup_is_expired(alice, database_url):
    contact_id = alice.api.post("/contacts", json={}).json()["id"]
    for name in ("contact_changes", "book_versions"):
        execute(database_url, f"CREATE TABLE backup_{name} AS SELECT * FROM {name}")
    alice.api.put(f"/contacts/{contact_id}", json={"notes": "lost"})
    lost = feed(alice.api)["next"]
    for name in ("contact_changes", "book_versions"):
        execute(database_url, f"DELETE FROM {name}")
        execute(database_url, f"INSERT INTO {name} SELECT * FROM backup_{name}")
        execute(database_url, f"DROP TABLE backup_{name}")
    refused(alice.api, 410, "TOKEN_EXPIRED", since=lost)
    for _ in range(4):  # until the version is above that of the token
        alice.api.put(f"/contacts/{contact_id}", json={})
        refused(alice.api, 410, "TOKEN_EXPIRED", since=lost)


def test_a_parameter_that_is_none_is_refused_by_its_name(alice):
    error = refused(alice.api, 400, "UNKNOWN_QUERY_PARAMETER", sinse="x", wait="1")
    assert [one["field"] for one in error["details"]] == ["sinse"]


@pytest.mark.parametrize("wait", ["-1", "31", "1.5", "x", "9" * 2000])
def test_a_wait_that_is_none_is_refused(alice, wait):
    assert refused(alice.api, 400, "INVALID_QUERY_PARAMETER", wait=wait)["details"][0]["field"] == "wait"


def test_a_wait_ends_with_the_change_and_not_before(alice, bob):
    since = feed(alice.api)["next"]
    with ThreadPoolExecutor(2) as threads:
        started_at = time.monotonic()
        waiting = threads.submit(feed, alice.api, since, wait=15)
        bob.api.post("/contacts", json={})
        assert feed(alice.api, since, wait=1)["result"] == []
        assert time.monotonic() - started_at >= 1
        assert not waiting.done()
        made = alice.api.post("/contacts", json={}).json()
        assert waiting.result(5)["result"] == [{"contact": made}]


def test_a_wait_without_news_ends_in_time_with_nothing(alice):
    since = feed(alice.api)["next"]
    before = time.monotonic()
    page = feed(alice.api, since, wait=2)
    assert (page["result"], page["more"]) == ([], False)
    assert 2 <= time.monotonic() - before < 5


def test_a_wait_ends_with_the_change_that_another_worker_makes_and_when_the_server_stops(database_url, tmp_path, token):
    headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
    with (
        started(database_url, tmp_path / "log", "serve", "--workers", "2") as (process, address),
        httpx.Client(base_url=f"{address}/v1.0", headers=headers, timeout=40) as api,
        ThreadPoolExecutor(20) as threads,
    ):
        since = feed(api)["next"]
        waiting = [threads.submit(feed, api, since, wait=30) for _ in range(10)]  # at either worker
        time.sleep(0.5)
        made = api.post("/contacts", json={}).json()
        before = time.monotonic()
        pages = [one.result(10) for one in waiting]
        assert [page["result"] for page in pages] == [[{"contact": made}]] * 10
        assert time.monotonic() - before < 5
        waiting = [threads.submit(feed, api, pages[0]["next"], wait=30) for _ in range(10)]
        time.sleep(0.5)
        before = time.monotonic()
        process.terminate()
        assert [one.result(10)["result"] for one in waiting] == [[]] * 10
        assert process.wait(15) == 0
        assert time.monotonic() - before < 10


def test_a_client_that_hangs_up_leaves_nobody_waiting(server, alice):
    since = feed(alice.api)["next"]
    for _ in range(5):
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(
                f"{server}/v1.0/contacts/changes",
                params={"since": since, "wait": 30, "token": alice.token},
                timeout=0.3,
            )
    deadline = time.monotonic() + 5
    counted = 'route="/v1.0/contacts/changes",status="200"'
    while time.monotonic() < deadline:
        lines = [line for line in httpx.get(f"{server}/metrics").text.splitlines() if counted in line]
        ended = sum(float(line.split()[-1]) for line in lines if "_count" in line)
        if ended >= 6:
            return
        time.sleep(0.1)
    pytest.fail("they still wait")


def write(address, token, seed, done):
    """Create, change and delete contacts until `done`."""
    choose = random.Random(seed)
    made = []
    with httpx.Client(base_url=f"{address}/v1.0", params={"token": token}, timeout=40) as api:
        while not done.is_set():
            if len(made) < 3 or choose.random() < 0.4:
                made.append(api.post("/contacts", json={"notes": str(choose.random())}).json()["id"])
            elif choose.random() < 0.75:
                api.put(f"/contacts/{choose.choice(made)}", json={"notes": str(uuid.uuid4())})
            else:
                api.delete(f"/contacts/{made.pop(choose.randrange(len(made)))}")


def test_a_reader_beside_eight_writers_and_two_workers_has_the_book_at_the_end(database_url, tmp_path, token):
    with (
        started(database_url, tmp_path / "log", "serve", "--workers", "2") as (_, address),
        httpx.Client(base_url=f"{address}/v1.0", params={"token": token}, timeout=40) as api,
        ThreadPoolExecutor(8) as threads,
    ):
        done, copy, since = threading.Event(), {}, feed(api)["next"]
        writers = [threads.submit(write, address, token, seed, done) for seed in range(8)]
        end = time.monotonic() + 6
        while time.monotonic() < end:
            page = feed(api, since, wait=1, page_size=20)
            apply(copy, page["result"])
            since = page["next"]
        done.set()
        for writer in writers:
            writer.result()
        apply(copy, follow(api, since)[0])
        assert copy == whole_book(api)
        assert len(copy) > 50
