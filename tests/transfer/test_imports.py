"""Files of contacts that are brought in by the API: counts, rejects, duplicates, dry runs, cancelling and undoing."""

import asyncio
import json
import time
from datetime import timedelta

import pytest

from ringbook.clock import utc_now
from ringbook.database.opening import database_at
from ringbook.tenants.caller import Caller
from ringbook.transfer import forgetting, importer, imports
from ringbook.transfer.background import INTERNAL
from ringbook.transfer.options import ImportOptions
from tests.rows import execute, rows_of
from tests.transfer.files import FOLDER, expected, names_of

HEADER = "First Name,Last Name,Company,Mobile Phone,E-mail Address,External ID,Labels\n"


def begin(user, content, **options):
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in options.items()}
    answer = user.api.post("/imports", params=texts, content=content)
    assert answer.status_code == 202, answer.text
    return answer.json()


def ended(user, job, seconds=60):
    """Return an import once it has ended."""
    until = time.monotonic() + seconds
    while job["state"] in ("queued", "running"):
        assert time.monotonic() < until, job
        time.sleep(0.2)
        job = user.api.get(f"/imports/{job['id']}").json()
        assert job["rows_read"] == job["created"] + job["updated"] + job["skipped"] + job["rejected"]
    return job


def brought_in(user, content, **options):
    return ended(user, begin(user, content, **options))


def counts(job):
    return {name: job[name] for name in ("rows_read", "created", "updated", "skipped", "rejected")}


def book(user):
    """Return all contacts of a user, without what each book has of its own, by what they are called."""
    tags = {one["id"]: one["name"] for one in user.api.get("/tags").json()["result"]}
    contacts = []
    for one in user.api.get("/contacts", params={"page_size": 100}).json()["result"]:
        own = ("id", "customer_id", "tm_create", "tm_update", "tm_delete", "contact_id")
        for addresses in (one["phone_numbers"], one["emails"], one["addresses"]):
            for address in addresses:
                for name in own:
                    address.pop(name, None)
        contacts.append({name: value for name, value in one.items() if name not in (*own, "tag_ids")})
        contacts[-1]["tags"] = [tags.get(tag_id, tag_id) for tag_id in one["tag_ids"]]
    return sorted(contacts, key=as_text)


def as_text(one):
    return json.dumps(one, sort_keys=True)


def as_expected(one):
    """Return of a contact what the files beside those in tests/files say."""
    said = {name: value for name, value in one.items() if value and isinstance(value, str) and name != "source"}
    said["phone_numbers"] = sorted((n["number"], n["type"], n["is_primary"]) for n in one["phone_numbers"])
    said["emails"] = sorted((n["address"], n["type"], n["is_primary"]) for n in one["emails"])
    said["tags"] = sorted(one["tags"])
    return said


def wanted(one):
    said = {name: value for name, value in one.items() if value and isinstance(value, str) and name != "source"}
    for name, key in (("phone_numbers", "number"), ("emails", "address")):
        said[name] = sorted(
            (n[key] if key == "number" else n[key].lower(), n.get("type") or "other", n.get("is_primary", False))
            for n in one.get(name, [])
        )
    said["tags"] = sorted(one.get("tags", []))
    return said


@pytest.mark.parametrize("name", [*names_of("csv"), *names_of("vcf")])
def test_a_file_of_each_program_comes_in_by_one_call_as_it_is_written_down_beside_it(alice, name):
    said = expected(name)
    options = {"region": said.get("region", "US"), "on_duplicate": "create"} | said.get("options", {})
    job = brought_in(alice, (FOLDER / name).read_bytes(), file_name=name, **options)
    right = [one for one in said["contacts"] if one and "problem" not in one]
    problems = [one["problem"] for one in said["contacts"] if "problem" in one]
    assert (job["state"], job["rejected"], job["created"]) == ("done", len(problems), len(right)), job
    assert sorted(map(as_text, map(as_expected, book(alice)))) == sorted(map(as_text, map(wanted, right)))


def test_each_row_is_in_exactly_one_count_and_the_rejects_can_be_mended_and_brought_in(alice):
    content = HEADER + (
        "John,Smith,Acme,(202) 555-0100,john@example.com,crm-1,Fair\n"
        "Jane,Doe,Acme,12,jane@example.com,crm-2,\n"
        ",,,,,,\n"
        "Ann,Lee,,202-555-0101,ann at example.com,,\n"
    )
    job = brought_in(alice, content)
    assert counts(job) == {"rows_read": 4, "created": 1, "updated": 0, "skipped": 1, "rejected": 2}
    assert job["samples"][0]["first_name"] == "John"
    [contact] = book(alice)
    assert (contact["source"], contact["display_name"], contact["tags"]) == ("import", "", ["Fair"])
    answer = alice.api.get(f"/imports/{job['id']}/rejects")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rejects = answer.text
    assert "'12' is not a phone number" in rejects
    assert "'ann at example.com' is not an email address" in rejects
    again = brought_in(alice, rejects.replace(",12,", ",202-555-0102,").replace(" at ", "@"))
    assert counts(again) == {"rows_read": 2, "created": 2, "updated": 0, "skipped": 0, "rejected": 0}


def test_a_file_that_is_brought_in_again_changes_nothing(alice):
    content = HEADER + "".join(f"A{i},B,,202-555-{i:04},a{i}@example.com,crm-{i},T\n" for i in range(100, 160))
    assert brought_in(alice, content)["created"] == 60
    before = alice.api.get("/contacts").json()
    assert counts(brought_in(alice, content))["skipped"] == 60
    assert alice.api.get("/contacts").json() == before


def test_a_row_of_a_contact_that_is_there_fills_what_is_empty_and_adds_and_overwrites_only_when_told(alice):
    there = {"first_name": "John", "company": "Acme", "phone_numbers": [{"number": "+12025550100", "type": "home"}]}
    contact = alice.api.post("/contacts", json=there).json()
    row = "Johnny,Smith,Other,202 555 0100 ::: 202 555 0101,john@example.com,crm-1,Fair\n"
    job = brought_in(alice, HEADER + row)
    assert counts(job)["updated"] == 1
    now = alice.api.get(f"/contacts/{contact['id']}").json()
    assert [now[name] for name in ("first_name", "last_name", "company", "external_id")] == [
        "John",
        "Smith",
        "Acme",
        "crm-1",
    ]
    assert [(n["number_e164"], n["type"]) for n in now["phone_numbers"]] == [
        ("+12025550100", "home"),
        ("+12025550101", "mobile"),
    ]
    assert brought_in(alice, HEADER + row, overwrite="true")["updated"] == 1
    now = alice.api.get(f"/contacts/{contact['id']}").json()
    assert (now["first_name"], now["company"]) == ("Johnny", "Other")
    [newest, *_] = alice.api.get(f"/contacts/{contact['id']}/history").json()["result"]
    assert newest["by"]["type"] == "import"


@pytest.mark.parametrize(("option", "outcome"), [("skip", "skipped"), ("create", "created"), ("update", "updated")])
def test_on_duplicate_says_what_becomes_of_a_row_whose_contact_is_there(alice, option, outcome):
    alice.api.post("/contacts", json={"phone_numbers": [{"number": "+12025550100"}]})
    job = brought_in(alice, HEADER + "John,Smith,,202 555 0100,,,\n", on_duplicate=option)
    assert counts(job)[outcome] == 1


def test_rows_of_one_file_are_of_one_contact_too_also_across_chunks(alice):
    rows = "".join(f"A{i % 100},B,,,a{i % 100}@example.com,,\n" for i in range(400))
    assert counts(brought_in(alice, HEADER + rows)) == {
        "rows_read": 400,
        "created": 100,
        "updated": 0,
        "skipped": 300,
        "rejected": 0,
    }


@pytest.mark.parametrize("filler", [0, 300], ids=["in one chunk", "in two"])
def test_colleagues_at_one_switchboard_stay_apart_within_a_file(alice, filler):
    people = ["Ann,Lee,,202-555-0100,ann@example.com,,\n", "Bob,Roe,,202-555-0100,,,\n", "Cyd,Poe,,202-555-0100,,,\n"]
    others = "".join(f"A{i},B,,,a{i}@example.com,,\n" for i in range(filler))
    again = ["A.,Lee,Acme,202-555-0100,,,\n", ",,Acme,,ann@example.com,,\n", "Bob,Roe,,202-555-0100,,,\n"]
    content = HEADER + "".join([*people, others, *again])
    dry = brought_in(alice, content, dry_run="true")
    job = brought_in(alice, content)
    assert counts(job) == counts(dry)
    assert counts(job) == {
        "rows_read": 6 + filler,
        "created": 3 + filler,
        "updated": 1,
        "skipped": 2,
        "rejected": 0,
    }
    again = brought_in(alice, content.replace("A.,", "Ann,"))
    assert (again["created"], again["skipped"]) == (0, 6 + filler)


def test_what_an_import_has_made_itself_is_known_after_it_was_killed(alice, database_url):
    rows = ["Ann,Lee,,202-555-0100,,,\n", *(f"A{i},B,,,a{i}@example.com,,\n" for i in range(100))]
    job = brought_in(alice, HEADER + "".join(rows))
    content = HEADER + "".join(rows) + "Bob,Roe,,202-555-0100,,,\n"

    async def go_on():
        database = database_at(database_url, 1)
        await database.open()
        caller = Caller(alice.customer_id, "US", "")
        await imports.add_part(caller, database, job["id"], 0, content.encode())
        await importer.bring_in(caller, database, job["id"], may_go_on)
        await database.close()

    async def may_go_on():
        return True

    execute(database_url, "DELETE FROM import_parts; UPDATE imports SET state = 'running', task = 'import'")
    asyncio.run(go_on())
    now = alice.api.get(f"/imports/{job['id']}").json()
    assert counts(now) == {"rows_read": 102, "created": 102, "updated": 0, "skipped": 0, "rejected": 0}


def test_of_several_contacts_with_a_number_the_one_of_the_same_name_is_it(alice):
    for name in ("John", "Jane"):
        alice.api.post("/contacts", json={"first_name": name, "phone_numbers": [{"number": "+12025550100"}]})
    assert counts(brought_in(alice, HEADER + "JANE,,Acme,202 555 0100,,,\n"))["updated"] == 1


def test_a_number_that_several_contacts_have_is_no_match(alice):
    for name in ("John", "Jane"):
        alice.api.post("/contacts", json={"first_name": name, "phone_numbers": [{"number": "+12025550100"}]})
    assert counts(brought_in(alice, HEADER + "Ann,Lee,,202 555 0100,,,\n"))["created"] == 1


def test_a_contact_with_another_external_id_is_another_though_the_number_is_the_same(alice):
    job = brought_in(alice, HEADER + "John,A,,202 555 0100,,crm-1,\nJane,B,,202 555 0100,,crm-2,\n")
    assert counts(job)["created"] == 2


def test_where_duplicates_are_created_a_row_whose_external_id_is_held_is_rejected(alice):
    job = brought_in(alice, HEADER + "John,A,,,,crm-1,\nJane,B,,,,crm-1,\n", on_duplicate="create")
    assert counts(job) == {"rows_read": 2, "created": 1, "updated": 0, "skipped": 0, "rejected": 1}
    assert "external_id crm-1: the contact" in alice.api.get(f"/imports/{job['id']}/rejects").text


def test_a_dry_run_counts_the_same_and_writes_nothing(alice):
    alice.api.post("/contacts", json={"first_name": "Old", "phone_numbers": [{"number": "+12025550100"}]})
    rows = [f"A{i},B,,202-555-{i % 90 + 100:04},,,T{i % 3}" for i in range(200)] + ["X,Y,,12,,,"]
    content = HEADER + "\n".join(rows)
    before = alice.api.get("/contacts").json(), alice.api.get("/tags").json()
    dry = brought_in(alice, content, dry_run="true")
    assert (alice.api.get("/contacts").json(), alice.api.get("/tags").json()) == before
    assert [one["row"] for one in dry["preview"]] == list(range(1, 101))
    assert dry["preview"][0]["outcome"] == "updated"
    assert "'12' is not a phone number" in alice.api.get(f"/imports/{dry['id']}/rejects").text
    assert counts(brought_in(alice, content)) == counts(dry)


def test_an_import_is_cancelled_and_what_is_in_stays_in(alice):
    rows = "".join(f"A{i},B,,+1202555{i:04},,,\n" for i in range(8000))
    job = begin(alice, HEADER + rows)
    while not (job := alice.api.get(f"/imports/{job['id']}").json())["rows_read"]:
        time.sleep(0.1)
    job = alice.api.delete(f"/imports/{job['id']}").json()
    assert job["state"] == "cancelled"
    time.sleep(1)
    assert alice.api.get(f"/imports/{job['id']}").json()["rows_read"] < 8000
    assert alice.api.get("/contacts").json()["result"]


def test_an_import_is_taken_back_but_for_what_was_changed_since(alice):
    there = {"first_name": "John", "phone_numbers": [{"number": "+12025550100"}]}
    ids = [alice.api.post("/contacts", json=there | {"external_id": f"crm-{i}"}).json()["id"] for i in range(2)]
    before = book(alice)
    rows = "".join(f",Smith,Acme,202 555 0101,j{i}@example.com,crm-{i},Fair\n" for i in range(2)) + "New,One,,,,,\n"
    job = brought_in(alice, HEADER + rows)
    assert counts(job) == {"rows_read": 3, "created": 1, "updated": 2, "skipped": 0, "rejected": 0}
    alice.api.put(f"/contacts/{ids[1]}", json={"company": "Changed"})
    assert alice.api.post(f"/imports/{job['id']}/undo").status_code == 202
    while not (job := alice.api.get(f"/imports/{job['id']}").json())["tm_undo"]:
        time.sleep(0.1)
    assert job["undone"] == 3
    by_id = {one["external_id"]: one for one in before}
    assert {one["external_id"]: one for one in book(alice)} == by_id | {
        "crm-1": by_id["crm-1"] | {"company": "Changed"}
    }
    again = alice.api.post(f"/imports/{job['id']}/undo")
    assert (again.status_code, again.json()["error"]["reason"]) == (409, "IMPORT_NOT_ENDED")


def test_a_file_comes_as_part_of_a_form_too(alice):
    form = {"upload": ("friends.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:John Smith\r\nEND:VCARD\r\n", "text/vcard")}
    job = ended(alice, alice.api.post("/imports", files=form).json())
    assert (job["state"], job["file_name"], job["form"], job["created"]) == ("done", "friends.vcf", "vcard", 1)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("on_duplicate", "ask", "must be update, skip or create"),
        ("match", "name", "must be external_id, phone or email"),
        ("map", "Tel=phone", ""),
        ("map", '["x"]', ""),
        ("map", '{"First Name": "phone:sat"}', "'phone:sat' is no field; use one of first_name, "),
        ("region", "ZZ", "country"),
        ("encoding", "zip", "'zip' is no encoding of text"),
        ("encoding", "klingon", "'klingon' is no encoding of text"),
        ("dry_run", "TRUE", "must be true or false"),
        ("format", "xls", "must be csv, vcard or jsonl"),
        ("default_type", "pager", "must be mobile, work, home, fax or other"),
        ("colour", "red", ""),
    ],
)
def test_an_option_that_is_wrong_is_named(alice, option, value, words):
    answer = alice.api.post("/imports", params={option: value}, content=HEADER)
    assert answer.status_code == 400
    [problem] = answer.json()["error"]["details"]
    assert problem["field"] == option
    assert words in problem["message"]
    assert alice.api.get("/imports").json()["result"] == []


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (b"", {}, "empty"),
        (b"PK\x03\x04" + bytes(200), {}, "ZIP"),
        (HEADER.encode() + b"A,B,,,,,\n", {"map": '{"Tel": "phone"}'}, "map"),
        (b"x" * 100, {"format": "vcard"}, "card"),
    ],
    ids=["empty", "workbook", "no such column", "no card"],
)
def test_a_file_that_cannot_be_read_fails_with_what_is_wrong(alice, content, options, words):
    job = brought_in(alice, content, **options)
    assert job["state"] == "failed"
    assert words in job["error"]


@pytest.mark.parametrize("form", ["vcard", "jsonl"])
def test_an_export_of_an_empty_book_is_brought_in_as_no_rows(alice, form):
    content = alice.api.get("/contacts/export", params={"format": form}).content
    job = brought_in(alice, content, format=form)
    assert (content, job["state"], job["rows_read"]) == (b"", "done", 0)


@pytest.fixture
def server_settings():
    return {"RINGBOOK_MAX_FILE_BYTES": "500000"}


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(alice):
    answer = alice.api.post("/imports", content=b"a,b\n" * 200_000)
    assert (answer.status_code, answer.json()["error"]["reason"]) == (413, "BODY_TOO_LARGE")
    assert alice.api.get("/imports").json()["result"] == []


def test_an_upload_that_is_sent_again_with_its_key_is_one_import(alice):
    once = {"Idempotency-Key": "k-1"}
    first, second = (alice.api.post("/imports", content=HEADER + "A,B,,,,,\n", headers=once) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(alice.api.get("/imports").json()["result"]) == 1
    ended(alice, first.json())
    assert len(book(alice)) == 1
    other = alice.api.post("/imports", content=HEADER + "C,D,,,,,\n", headers=once)
    assert (other.status_code, other.json()["error"]["reason"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert len(alice.api.get("/imports").json()["result"]) == 1


def test_another_customers_import_is_not_there(alice, bob):
    job = begin(alice, HEADER + "A,B,,,,,\n")
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/rejects"), ("POST", "/undo")):
        answer = bob.api.request(method, f"/imports/{job['id']}{path}")
        assert (answer.status_code, answer.json()["error"]["reason"]) == (404, "IMPORT_NOT_FOUND")
    assert bob.api.get("/imports").json()["result"] == []


def test_what_belongs_to_an_import_is_forgotten_some_time_after_it_has_ended(alice, database_url):
    tables = ("imports", "import_rows", "import_parts", "leases WHERE name LIKE 'import %'")

    def rows():
        return [rows_of(database_url, f"SELECT count(*) FROM {table}")[0][0] for table in tables]

    async def forget(after_days):
        database = database_at(database_url, 1)
        await database.open()
        now = utc_now() + timedelta(days=after_days, minutes=1)
        await forgetting.forget_old(Caller(alice.customer_id, "US", ""), database, now, 30)
        await database.close()

    ended(alice, begin(alice, HEADER + "John,A,,12,,,\nJane,B,,,,crm-1,\n"))
    asyncio.run(broken_upload(alice, database_url))
    assert rows()[:3] == [2, 2, 1]
    asyncio.run(forget(1))
    assert rows()[:3] == [1, 2, 0]
    asyncio.run(forget(29))
    assert rows()[:3] == [1, 2, 0]
    asyncio.run(forget(30))
    assert rows() == [0, 0, 0, 0]
    assert len(book(alice)) == 1


async def broken_upload(user, database_url):
    database = database_at(database_url, 1)
    await database.open()
    caller = Caller(user.customer_id, "US", "")
    broken = await imports.begin(caller, database, utc_now(), "half.csv", ImportOptions())
    await imports.add_part(caller, database, broken, 0, b"First Name")
    await database.close()
    return broken


def test_more_imports_at_once_than_are_allowed_are_refused_and_those_of_others_are_not(alice, bob, database_url):
    for _ in range(imports.MOST_UNDER_WAY):
        asyncio.run(broken_upload(alice, database_url))
    answer = alice.api.post("/imports", content=HEADER)
    assert (answer.status_code, answer.json()["error"]["reason"]) == (409, "TOO_MANY_IMPORTS")
    assert len(alice.api.get("/imports", params={"page_size": 100}).json()["result"]) == imports.MOST_UNDER_WAY
    assert bob.api.post("/imports", content=HEADER).status_code == 202


def test_an_undo_that_crashes_leaves_the_import_as_it_was_and_can_be_asked_for_again(alice, database_url):
    job = brought_in(alice, HEADER + "Jane,B,,,,crm-1,\n")
    [(row,)] = rows_of(database_url, "SELECT outcome FROM import_rows")
    broken = "UPDATE contact_changes SET changes = '{'"
    execute(database_url, "UPDATE import_rows SET outcome = 'updated'; " + broken)
    alice.api.post(f"/imports/{job['id']}/undo").raise_for_status()
    until = time.monotonic() + 60
    while not (now := alice.api.get(f"/imports/{job['id']}").json())["error"]:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert (now["state"], now["error"], now["tm_undo"]) == ("done", INTERNAL, None)
    execute(database_url, f"UPDATE import_rows SET outcome = '{row}'; UPDATE contact_changes SET changes = '[]'")
    again = alice.api.post(f"/imports/{job['id']}/undo")
    assert (again.status_code, again.json()["error"]) == (202, "")
    while not alice.api.get(f"/imports/{job['id']}").json()["tm_undo"]:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert book(alice) == []
