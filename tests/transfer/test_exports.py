"""The book as a file: of any form, filtered, of one state, and the same contacts again where it is brought in."""

import random
import threading

import pytest

from tests.transfer.test_imports import as_text, book, brought_in, counts

ODD = (
    "=1+1",
    "@x",
    "-5",
    "+49",
    "\ttab",
    "a\r\nb",
    "lone\rcr",
    "'quoted",
    '"',
    ",;\\\\n",
    "ÄÖ ß",
    "ø\u0301",
    "王",
    "\U0001f600",
    "\u2028",
)
"""What spreadsheets run, what files divide by, and what is beyond ASCII."""


def odd_contact(rng, i):
    def some():
        return "".join(rng.choice((*ODD, "a", " b", chr(rng.randrange(0xA0, 0xD7FF)))) for _ in range(3))[:60]

    number, mail = f"+12025550{100 + i}", f"ö{i}@exämple.com"
    return {
        "first_name": some(),
        "last_name": some(),
        "display_name": rng.choice(["", some()]),
        "company": some(),
        "job_title": some(),
        "notes": some() * 3,
        "external_id": rng.choice(["", f"{i}{some()}"]),
        "source": rng.choice(["manual", "import", "api", "sync"]),
        "addresses": [
            {"type": "tel", "target": number, "name": rng.choice(["", "Mobile", some()]), "detail": some()},
            {"type": "tel", "target": f"+4930231250{i % 4:02}", "name": "Fax", "is_primary": bool(i % 2)},
            {"type": "email", "target": mail, "name": rng.choice(["", "Work", some()]), "detail": some()},
        ],
    }


@pytest.fixture
def odd_book(alice):
    rng = random.Random(1)
    tags = [alice.api.post("/tags", json={"name": name}).json()["id"] for name in ("Fair, 2026", "=VIP", "ü")]
    tags.append("0190a1b2-0000-7000-8000-00000000abcd")  # of another system, which has no name here
    for i in range(40):
        one = odd_contact(rng, i) | {"tag_ids": rng.sample(tags, i % 4)}
        assert alice.api.post("/contacts", json=one).status_code == 201
    assert alice.api.post("/contacts", json={}).status_code == 201
    return alice


@pytest.mark.parametrize(("form", "version"), [("csv", ""), ("vcard", "4.0"), ("vcard", "3.0"), ("jsonl", "")])
def test_what_is_exported_makes_the_same_contacts_in_another_book(odd_book, bob, form, version):
    answer = odd_book.api.get("/contacts/export", params={"format": form, "version": version})
    assert answer.headers["content-disposition"].startswith('attachment; filename="contacts.')
    job = brought_in(bob, answer.content)
    assert (job["rejected"], job["created"]) == (0, 40), bob.api.get(f"/imports/{job['id']}/rejects").text
    assert job["skipped"] == 1
    there = [one for one in book(odd_book) if one["phone_numbers"]]
    assert sorted(map(as_text, book(bob))) == sorted(map(as_text, there))


@pytest.mark.parametrize("form", ["csv", "vcard", "jsonl"])
def test_people_at_one_number_stay_apart_where_an_export_is_brought_in(alice, bob, form):
    for name in ("Ann", "Bob", "", "Ann Lee"):
        one = {"first_name": name, "company": "Acme", "phone_numbers": [{"number": "+12025550100"}]}
        alice.api.post("/contacts", json=one)
    content = alice.api.get("/contacts/export", params={"format": form}).content
    dry = brought_in(bob, content, dry_run="true")
    job = brought_in(bob, content)
    assert counts(job) == counts(dry) == {"rows_read": 4, "created": 4, "updated": 0, "skipped": 0, "rejected": 0}
    assert book(bob) == book(alice)


@pytest.mark.parametrize("form", ["csv", "vcard", "jsonl"])
def test_an_export_is_brought_into_its_own_book_without_making_anybody_twice(alice, form):
    for name in ("Ann", "Bob"):
        alice.api.post("/contacts", json={"first_name": name, "phone_numbers": [{"number": "+12025550100"}]})
    alice.api.post("/contacts", json={"emails": [{"address": "cyd@example.com"}]})
    content = alice.api.get("/contacts/export", params={"format": form}).content
    assert counts(brought_in(alice, content))["skipped"] == 3


def test_json_lines_keep_ids_and_times_where_they_are_to(odd_book, bob):
    lines = odd_book.api.get("/contacts/export", params={"format": "jsonl"}).content
    assert counts(brought_in(bob, lines, keep_ids="true"))["created"] == 40

    def known(user):
        contacts = user.api.get("/contacts", params={"page_size": 100}).json()["result"]
        return {(one["id"], one["tm_create"], one["tm_update"]) for one in contacts if one["phone_numbers"]}

    assert known(bob) == known(odd_book)
    assert counts(brought_in(bob, lines, keep_ids="true"))["skipped"] == 41


def test_an_export_has_what_the_filters_find_and_nothing_of_others(alice, bob):
    for user, company in ((alice, "Acme"), (alice, "Other"), (bob, "Acme")):
        user.api.post("/contacts", json={"company": company})
    lines = alice.api.get("/contacts/export", params={"format": "jsonl", "company": "acme"}).text.splitlines()
    assert len(lines) == 1
    assert alice.customer_id in lines[0]
    assert alice.api.get("/contacts/export", params={"phone": "nobody's", "format": "jsonl"}).text == ""


def test_an_export_is_of_one_state_whatever_changes_meanwhile(alice):
    made = [{"create": {"first_name": f"A{i:04}"}} for i in range(1000)]
    results = alice.api.post("/contacts/batch", json={"operations": made}, timeout=60).json()["result"]
    ids = [one["contact"]["id"] for one in results]
    ending = threading.Event()

    def change():
        for i in range(0, 1000, 50):
            if not ending.is_set():
                alice.api.put(f"/contacts/{ids[-1 - i]}", json={"first_name": "changed"})

    with alice.api.stream("GET", "/contacts/export", params={"format": "jsonl"}) as answer:
        parts = answer.iter_lines()
        first = next(parts)
        writer = threading.Thread(target=change)
        writer.start()
        rest = list(parts)
        ending.set()
        writer.join()
    assert len({first, *rest}) == 1000


@pytest.mark.parametrize(("name", "value"), [("format", "xls"), ("version", "5.0"), ("tag_id", "x"), ("colour", "red")])
def test_a_wrong_parameter_of_an_export_is_named(alice, name, value):
    answer = alice.api.get("/contacts/export", params={name: value})
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (400, name)
