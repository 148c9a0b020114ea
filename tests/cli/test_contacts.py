"""`ringbook contacts check`: numbers that were read otherwise once are named, and changed where that is certain."""

import asyncio
import json

import pytest

from ringbook.clock import utc_now
from ringbook.contacts import contact, number_check
from ringbook.contacts.change_log import changing
from ringbook.contacts.notations import PhoneNumberIn
from ringbook.database.opening import database_at
from ringbook.tenants.caller import Caller
from ringbook.values.phone import Number

AS_TODAY = {"(555) 123-4567": "+15551234567"}
CERTAIN = {
    "415-555-2671 Fax": "+14155552671329",  # the word was read as digits
    "0049 30 123456": "+104930123456",  # 00 was no + where 011 is the prefix
    "+1 (0)415 555 2672": "+104155552672",
}
DOUBTFUL = {
    "+1 415 555 0003 Chef": "+141555500032433",
    "030 999999": "+4930999999",  # of a time when the default region was Germany
    "4155552673": "+494155552673",
}


@pytest.fixture
def store(database_url):
    """Store numbers of a contact as an older version has read them."""

    async def create(user, numbers):
        database = database_at(database_url, 1)
        await database.open()
        given = [PhoneNumberIn(number=Number(entered, e164)) for entered, e164 in numbers.items()]
        caller = Caller(user.customer_id, "US", "")
        async with changing(caller, database) as transaction:
            made = await contact.create(caller, transaction, utc_now(), contact.NewContact(phone_numbers=given))
        await database.close()
        return json.loads(made.json)

    return lambda user, numbers: asyncio.run(create(user, numbers))


@pytest.fixture
def check(ringbook, alice):
    def run(*options):
        result = ringbook("contacts", "check", "--customer", alice.customer_id, *options)
        assert result.returncode == 0, result.stderr
        return {one["number"]: one for one in json.loads(result.stdout)}

    return run


def e164_of(user, made):
    return {
        one["number"]: one["number_e164"] for one in user.api.get(f"/contacts/{made['id']}").json()["phone_numbers"]
    }


def test_what_would_be_read_otherwise_is_listed_and_nothing_is_changed(alice, bob, store, check):
    made = store(alice, AS_TODAY | CERTAIN | DOUBTFUL)
    store(bob, CERTAIN)
    found = check()
    assert {number: one["number_e164"] for number, one in found.items()} == CERTAIN | DOUBTFUL
    assert {number: one["read_today"] for number, one in found.items()} == {
        "415-555-2671 Fax": "+14155552671",
        "0049 30 123456": "+4930123456",
        "+1 (0)415 555 2672": "+14155552672",
        "+1 415 555 0003 Chef": None,
        "030 999999": None,
        "4155552673": "+14155552673",
    }
    assert [number for number, one in found.items() if one["certain"]] == list(CERTAIN)
    assert "'Chef' behind the number is not understood" in found["+1 415 555 0003 Chef"]["refused"]
    assert {one["contact_id"] for one in found.values()} == {made["id"]}
    assert {one["fixed"] for one in found.values()} == {"no"}
    assert e164_of(alice, made) == AS_TODAY | CERTAIN | DOUBTFUL


def test_what_is_certain_is_fixed_as_a_change_of_its_contact(alice, bob, store, check):
    made, others = store(alice, AS_TODAY | CERTAIN | DOUBTFUL), store(bob, CERTAIN)
    unchanged = {"If-None-Match": alice.api.get("/phonebooks/yealink").headers["ETag"]}
    fixed = {number: one["fixed"] for number, one in check("--fix").items()}
    assert fixed == dict.fromkeys(CERTAIN, "changed") | dict.fromkeys(DOUBTFUL, "no")
    now = {"415-555-2671 Fax": "+14155552671", "0049 30 123456": "+4930123456", "+1 (0)415 555 2672": "+14155552672"}
    assert e164_of(alice, made) == AS_TODAY | now | DOUBTFUL
    assert alice.api.get("/contacts/lookup", params={"phone": "+14155552671"}).json()["tm_update"]
    assert alice.api.get("/phonebooks/yealink", headers=unchanged).status_code == 200
    assert list(check()) == list(DOUBTFUL)
    assert e164_of(bob, others) == CERTAIN


def test_a_number_that_its_contact_has_already_is_left_and_said(alice, store, check):
    made = store(alice, {"+14155552671": "+14155552671", "415-555-2671 Fax": "+14155552671329"})
    assert [one["fixed"] for one in check("--fix").values()] == ["exists"]
    assert e164_of(alice, made)["415-555-2671 Fax"] == "+14155552671329"
    assert alice.api.get(f"/contacts/{made['id']}").json()["tm_update"] is None


def test_a_number_that_was_changed_meanwhile_is_left(alice, store, database_url):
    made = store(alice, CERTAIN)
    caller = Caller(alice.customer_id, "US", "")

    async def fix_late():
        database = database_at(database_url, 1)
        await database.open()
        found = [one async for one in number_check.check(caller, database)]
        alice.api.put(f"/contacts/{made['id']}", json={"phone_numbers": [{"number": "+15550001111"}]})
        fixed = [(await number_check.fix(caller, database, utc_now(), one)).fixed for one in found]
        alice.api.delete(f"/contacts/{made['id']}")
        fixed += [(await number_check.fix(caller, database, utc_now(), one)).fixed for one in found]
        await database.close()
        return fixed

    assert asyncio.run(fix_late()) == ["gone"] * 6


def test_a_book_is_read_in_pieces(alice, store, check, database_url):
    for i in range(3):
        store(alice, {f"415-555-26{n}{i} Fax": f"+141555526{n}{i}329" for n in range(3)})

    async def read():
        database = database_at(database_url, 1)
        await database.open()
        caller = Caller(alice.customer_id, "US", "")
        found = [one.number async for one in number_check.check(caller, database, piece=4)]
        await database.close()
        return found

    assert asyncio.run(read()) == list(check())
    assert len(check()) == 9


def test_nobodys_contacts_cannot_be_checked(ringbook):
    result = ringbook("contacts", "check", "--customer", "019c3860-0000-7000-8000-000000000000")
    assert (result.returncode, result.stdout) == (1, "")
    assert "there is no such customer" in result.stderr


def test_contacts_are_searched_by_words_as_a_table(ringbook, alice, bob):
    body = {"display_name": "Søren\nBerg", "company": "Acme", "phone_numbers": [{"number": "+15551234567"}]}
    made = alice.api.post("/contacts", json=body).json()
    result = ringbook("contacts", "search", "--customer", alice.customer_id, "soren", "4567")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "NAME        COMPANY  PHONE NUMBERS  EMAILS  ID",
        f"Søren Berg  Acme     +15551234567           {made['id']}",
    ]
    assert len(ringbook("contacts", "search", "--customer", bob.customer_id, "soren").stdout.splitlines()) == 1
    refused = ringbook("contacts", "search", "--customer", alice.customer_id, *"abcdefghijk")
    assert (refused.returncode, "more than 10 words" in refused.stderr) == (1, True)
