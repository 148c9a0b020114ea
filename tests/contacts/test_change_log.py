"""The log of changes: every change stands in it, in the order of the commits, with what was before."""

import asyncio
import random
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from ringbook.contacts import change_log
from ringbook.database.opening import database_at
from ringbook.tenants.caller import Caller
from tests.process import started
from tests.rows import execute, rows_of

CREATED = {"display_name": "John Smith", "company": "Acme", "phone_numbers": [{"number": "+1 555 123 4567"}]}


def history(api, contact_id, **page):
    return api.get(f"/contacts/{contact_id}/history", params=page).json()["result"]


def fields(entry):
    return {one["field"]: (one["from"], one["to"]) for one in entry["changes"]}


def test_history_says_who_did_what_when_and_what_was_before(alice):
    made = alice.api.post("/contacts", json=CREATED).json()
    changed = alice.api.put(f"/contacts/{made['id']}", json={"company": "Globex", "display_name": "John Smith"}).json()
    updated, created = history(alice.api, made["id"])
    assert (created["action"], created["tm"], created["changes"]) == ("created", made["tm_create"], [])
    assert (updated["action"], updated["tm"]) == ("updated", changed["tm_update"])
    assert updated["changes"] == [{"field": "company", "from": "Acme", "to": "Globex"}]
    assert created["by"] == updated["by"]
    assert (updated["by"]["type"], updated["by"]["id"]) == ("access_key", alice.api.get("/me").json()["id"])


def number(e164, type_="other", **more):
    shown = {"number": e164, "number_e164": e164, "type": type_, "label": None, "detail": "", "is_primary": False}
    return shown | more


def test_history_has_every_kind_of_change(alice):
    tag = alice.api.post("/tags", json={"name": "VIP"}).json()["id"]
    made = alice.api.post("/contacts", json={"phone_numbers": [{"number": "+15551234567", "is_primary": True}]}).json()
    path, first = f"/contacts/{made['id']}", made["phone_numbers"][0]["id"]

    def after(method, below, body=None):
        answer = alice.api.request(method, path + below, json=body)
        assert answer.is_success, answer.text
        return fields(history(alice.api, made["id"], page_size=1)[0])

    two = number("+15557654321", "home", is_primary=True)
    assert after("POST", "/phone-numbers", {"number": "+15557654321", "type": "home", "is_primary": True}) == {
        "phone_numbers[+15557654321]": (None, two),
        "phone_numbers[+15551234567].is_primary": (True, False),
    }
    assert after("PUT", f"/phone-numbers/{first}", {"number": "+1 555 000 0000"}) == {
        "phone_numbers[+15551234567].number": ("+15551234567", "+1 555 000 0000"),
        "phone_numbers[+15551234567].number_e164": ("+15551234567", "+15550000000"),
    }
    assert after("PUT", f"/addresses/{first}", {"name": "Front desk", "is_primary": True}) == {
        "phone_numbers[+15550000000].label": (None, "Front desk"),
        "phone_numbers[+15550000000].is_primary": (False, True),
        "phone_numbers[+15557654321].is_primary": (True, False),
    }
    assert after("PUT", "", {"phone_numbers": [{"number": "+15557654321", "type": "work"}]}) == {
        "phone_numbers[+15550000000]": (
            number("+15550000000", number="+1 555 000 0000", label="Front desk", is_primary=True),
            None,
        ),
        "phone_numbers[+15557654321].type": ("home", "work"),
    }
    email = {"address": "john@acme.example", "type": "other", "label": None, "detail": "", "is_primary": False}
    assert after("POST", "/emails", {"address": "john@acme.example"}) == {"emails[john@acme.example]": (None, email)}
    address = alice.api.get(path).json()["emails"][0]["id"]
    assert after("DELETE", f"/addresses/{address}") == {"emails[john@acme.example]": (email, None)}
    assert after("POST", "/tags", {"tag_id": tag}) == {f"tag_ids[{tag}]": (None, tag)}
    other = str(uuid.uuid4())
    assert after("PUT", "", {"tag_ids": [other], "notes": "x"}) == {
        "notes": ("", "x"),
        f"tag_ids[{tag}]": (tag, None),
        f"tag_ids[{other}]": (None, other),
    }
    assert after("DELETE", f"/tags/{other}") == {f"tag_ids[{other}]": (other, None)}
    assert after("PUT", "", {"notes": "x"}) == {}
    alice.api.put(path, json={"tag_ids": [tag]})
    alice.api.delete(f"/tags/{tag}")
    assert fields(history(alice.api, made["id"], page_size=1)[0]) == {f"tag_ids[{tag}]": (tag, None)}
    alice.api.delete(path)
    assert [entry["action"] for entry in history(alice.api, made["id"])] == ["deleted", *["updated"] * 12, "created"]


def test_what_changes_nothing_or_is_refused_is_not_in_the_history(alice):
    tag = str(uuid.uuid4())
    made = alice.api.post("/contacts", json=CREATED | {"tag_ids": [tag]}).json()
    path = f"/contacts/{made['id']}"
    assert alice.api.post(f"{path}/tags", json={"tag_id": tag}).status_code == 201
    assert alice.api.post(f"{path}/phone-numbers", json={"number": "+15551234567"}).status_code == 409
    assert alice.api.delete(f"{path}/emails/{tag}").status_code == 404
    assert len(history(alice.api, made["id"])) == 1


def test_history_comes_in_pages_newest_first(alice):
    contact_id = alice.api.post("/contacts", json={}).json()["id"]
    for i in range(1, 6):
        alice.api.put(f"/contacts/{contact_id}", json={"notes": str(i)})
    seen, token = [], ""
    while True:
        page = alice.api.get(f"/contacts/{contact_id}/history", params={"page_size": 2, "page_token": token}).json()
        seen += [fields(entry).get("notes", ("", ""))[1] for entry in page["result"]]
        token = page["next_page_token"]
        if not token:
            break
    assert seen == ["5", "4", "3", "2", "1", ""]


@pytest.mark.parametrize(
    ("query", "field"),
    [("page_token=x", "page_token"), ("page_token=" + "9" * 19, "page_token"), ("page_size=-1", "page_size")],
)
def test_a_page_of_the_history_that_is_none_is_refused(alice, query, field):
    contact_id = alice.api.post("/contacts", json={}).json()["id"]
    answer = alice.api.get(f"/contacts/{contact_id}/history?{query}")
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (400, field)


def test_anothers_and_an_unknown_contact_have_no_history(alice, bob):
    contact_id = alice.api.post("/contacts", json={}).json()["id"]
    assert bob.api.get(f"/contacts/{contact_id}/history").status_code == 404
    assert alice.api.get(f"/contacts/{uuid.uuid4()}/history").status_code == 404


def unbroken(database_url, customer_id):
    """Assert that the rows of each slot lead from 0 to the slot's version; return how many rows there are."""
    wanted = f"WHERE customer_id = '{customer_id}'"
    at = dict.fromkeys(range(64), 0)
    log = rows_of(database_url, f"SELECT slot, version, previous FROM contact_changes {wanted} ORDER BY slot, version")
    for slot, version, previous in log:
        assert previous == at[slot] < version
        at[slot] = version
    versions = dict(rows_of(database_url, f"SELECT slot, version FROM book_versions {wanted}"))
    assert {slot: version for slot, version in at.items() if version} == versions
    return len(log)


def test_the_log_is_unbroken_whoever_writes_at_the_same_time(database_url, tmp_path, alice):
    """Two processes, eight writers, and a tag that is taken off many contacts at once."""
    tag = alice.api.post("/tags", json={"name": "VIP"}).json()["id"]
    contacts = [alice.api.post("/contacts", json={"tag_ids": [tag]}).json()["id"] for _ in range(30)]
    with started(database_url, tmp_path / "log", "serve", "--workers", "2") as (_, address):

        def write(writer):
            chance = random.Random(writer)
            for i in range(25):
                contact_id = chance.choice(contacts)
                answer = alice.api.put(f"{address}/v1.0/contacts/{contact_id}", json={"notes": f"{writer} {i}"})
                assert answer.status_code == 200

        with ThreadPoolExecutor(9) as threads:
            writers = [threads.submit(write, writer) for writer in range(8)]
            deleted = threads.submit(alice.api.delete, f"{address}/v1.0/tags/{tag}")
            for writer in writers:
                writer.result()
            assert deleted.result().status_code == 200
    assert unbroken(database_url, alice.customer_id) == 30 + 8 * 25 + 30
    for contact_id in contacts:
        notes = [fields(entry)["notes"] for entry in history(alice.api, contact_id) if "notes" in fields(entry)]
        assert [before for before, _ in notes] == [*[after for _, after in notes[1:]], ""][: len(notes)]


def test_what_is_older_than_is_kept_goes_and_the_rest_stays(database_url, alice, bob):
    contacts = [alice.api.post("/contacts", json={}).json()["id"] for _ in range(70)]
    others = bob.api.post("/contacts", json={}).json()["id"]
    two_days_ago = datetime.now(UTC) - timedelta(days=2)
    execute(database_url, f"UPDATE contact_changes SET tm = '{two_days_ago:%Y-%m-%dT%H:%M:%S.%fZ}'")
    for contact_id in contacts:
        alice.api.put(f"/contacts/{contact_id}", json={"notes": "x"})

    async def prune(customer_id):
        database = database_at(database_url, 2)
        await database.open()
        await change_log.prune(Caller(customer_id, "", ""), database, datetime.now(UTC) - timedelta(days=1))
        await database.close()

    asyncio.run(prune(alice.customer_id))
    for contact_id in contacts:
        assert [entry["action"] for entry in history(alice.api, contact_id)] == ["updated"]
    assert len(history(bob.api, others)) == 1


def test_a_server_takes_off_the_log_what_is_too_old(database_url, tmp_path, alice):
    contact_id = alice.api.post("/contacts", json={}).json()["id"]
    execute(database_url, "UPDATE contact_changes SET tm = '2020-01-01T00:00:00.000000Z'")
    with started(database_url, tmp_path / "log", "serve", RINGBOOK_HISTORY_DAYS="7"):
        deadline = datetime.now(UTC) + timedelta(seconds=20)
        while history(alice.api, contact_id) and datetime.now(UTC) < deadline:
            pass
    assert history(alice.api, contact_id) == []
