"""Phone books, as phones fetch them: by clients that do what each phone does with what it is answered."""

import asyncio
import contextlib
import random
import re
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import httpx
import pytest

from ringbook.api.phonebooks import FORMS
from ringbook.clock import utc_now
from ringbook.database.opening import database_at
from ringbook.tenants import access_keys
from tests.api.test_openapi import HANDLERS

JOHN = {
    "first_name": "John",
    "last_name": "Smith",
    "company": "Acme Corp",
    "phone_numbers": [{"number": "+15551234567", "type": "mobile"}, {"number": "+15559876543", "type": "work"}],
}


def contact(name, *numbers):
    return {"display_name": name, "phone_numbers": [{"number": number} for number in numbers]}


def add(user, *contacts):
    return [user.api.post("/contacts", json=one).json()["id"] for one in contacts]


@contextlib.asynccontextmanager
async def opened(url):
    database = database_at(url, 2)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def key(database_url):
    """Make an access key of a user with a scope."""

    async def make(user, scope):
        async with opened(database_url) as database:
            return (await access_keys.create(database, user.customer_id, utc_now(), scopes=(scope,)))["token"]

    return lambda user, scope: asyncio.run(make(user, scope))


@pytest.fixture
def phone(server, alice, key):
    """A phone of Alice's: it can send nothing but a URL, in which its key stands, and parses what it is answered."""
    token = key(alice, "phonebook")

    def get(url, **parameters):
        url = url if "://" in url else f"{server}/v1.0/phonebooks/{url}?token={token}"
        answer = httpx.get(httpx.URL(url).copy_merge_params(parameters), timeout=20)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8"), answer.text
        return ET.fromstring(answer.content)

    return get


def names(root):
    return [element.findtext("Name") for element in root.iter("DirectoryEntry")]


def test_a_book_has_the_living_contacts_with_a_number_by_name(alice, phone):
    gone, *_ = add(
        alice, contact("Aaron", "+15550000001"), contact("Zoë", "+15550000002"), contact("ábel", "+15550000003")
    )
    add(
        alice,
        contact("Zoe", "+15550000004"),
        JOHN,
        {"display_name": "Nobody"},
        {"phone_numbers": [{"number": "+15550000005"}]},
    )
    alice.api.delete(f"/contacts/{gone}")
    assert names(phone("yealink")) == ["+15550000005", "ábel", "John Smith", "Zoë", "Zoe"]


NUMBER_SPELLED = ["+49 (0)30 123456", "0049 30 123456", "011 49 30 123456", "\u202a4930_123456\u202c", "٣٠١٢٣٤"]


@pytest.mark.parametrize("q", NUMBER_SPELLED)
def test_a_search_for_a_number_finds_what_a_lookup_finds(alice, phone, q):
    add(alice, contact("Ann", "+4930123456"), contact("Bob", "+14155550003"))
    assert names(phone("yealink", q=q)) == ["Ann"]


def test_a_search_reads_the_dialling_prefix_of_the_region(alice, phone):
    add(alice, contact("Ann", "+4930123456"), contact("Bob", "+14155550003"))
    assert names(phone("yealink", q="011 1 415 555 0003")) == ["Bob"]


def test_a_renamed_contact_moves_to_its_place(alice, phone):
    ids = add(alice, contact("Ann", "+15550000001"), contact("Bob", "+15550000002"), JOHN)
    alice.api.put(f"/contacts/{ids[0]}", json={"display_name": "Zora"})
    alice.api.put(f"/contacts/{ids[2]}", json={"first_name": "Al"})
    alice.api.put(f"/contacts/{ids[1]}", json={"notes": "x"})
    assert names(phone("yealink")) == ["Al Smith", "Bob", "Zora"]
    assert names(phone("yealink", q="ann")) == []


def test_names_of_the_greatest_length_are_sorted(alice, phone):
    """Of Hangul, whose syllables are three letters of three bytes: an index entry has 2,704 bytes on PostgreSQL."""
    syllables = "".join(random.Random(1).choices([chr(code) for code in range(0xAC00, 0xD7A4)], k=600))
    words = {"display_name": syllables[:200], "first_name": syllables[200:300], "last_name": syllables[300:400]}
    add(alice, words | {"company": syllables[400:], "phone_numbers": [{"number": "+15550000001"}]}, JOHN)
    assert names(phone("yealink")) == ["John Smith", syllables[:200]]
    assert names(phone("yealink", q=syllables[:50])) == [syllables[:200]]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("smi", ["John Smith"]),
        ("JOHN smi", ["John Smith"]),
        ("smith john", ["John Smith"]),
        ("acme", ["John Smith"]),
        ("mith", []),
        ("john miller", []),
        ("muller", ["Jörg Müller"]),
        ("MÜL", ["Jörg Müller"]),
        ("234567", ["John Smith"]),
        ("(555) 987", ["John Smith"]),
        ("0171 876", ["Jörg Müller"]),
        ("\u0660\u0661\u0667\u0661", ["Jörg Müller"]),
        ("999999", []),
        ("%", ["John Smith", "Jörg Müller"]),
        ("a%", ["John Smith"]),
        ("_", ["John Smith", "Jörg Müller"]),
        ("", ["John Smith", "Jörg Müller"]),
        ("\x00", ["John Smith", "Jörg Müller"]),
    ],
)
def test_a_search_takes_beginnings_of_words_or_digits(alice, phone, q, found):
    add(alice, JOHN, contact("Jörg Müller", "+491718765432"))
    assert names(phone("ipphone", q=q)) == found


def test_cisco_is_led_from_the_menu_through_every_page(alice, phone):
    wanted = [f"Contact {i:03}" for i in range(70)]
    add(alice, *(contact(name, f"+1555000{i:04}", f"+1555100{i:04}") for i, name in enumerate(wanted)))
    menu = {item.findtext("Name"): item.findtext("URL") for item in phone("cisco").iter("MenuItem")}
    seen, link = [], menu["All contacts"]
    while link:
        page = phone(link)
        assert page.tag == "CiscoIPPhoneDirectory"
        assert 0 < len(names(page)) <= 32
        assert len(link) <= 256
        seen += names(page)
        keys = {key.findtext("Name"): key.findtext("URL") for key in page.iter("SoftKeyItem")}
        link = keys.get("Next")
    assert seen == [name for name in wanted for _ in range(2)]


def test_cisco_asks_what_to_search_for_and_pages_what_it_finds(alice, phone):
    add(alice, JOHN, *(contact(f"Mary {i:02}", f"+1555000{i:04}") for i in range(40)))
    menu = {item.findtext("Name"): item.findtext("URL") for item in phone("cisco").iter("MenuItem")}
    question = phone(menu["Search"])
    assert question.tag == "CiscoIPPhoneInput"
    typed = {question.findtext("InputItem/QueryStringParam"): "mar"}
    first = phone(question.findtext("URL"), **typed)
    last = phone(next(key.findtext("URL") for key in first.iter("SoftKeyItem") if key.findtext("Name") == "Next"))
    assert names(first) + names(last) == [f"Mary {i:02}" for i in range(40)]
    assert names(phone(question.findtext("URL"), q="nobody")) == []


def test_a_page_goes_on_behind_a_contact_that_was_deleted_meanwhile(alice, phone):
    ids = add(alice, *(contact(f"Contact {i:02}", f"+1555000{i:04}") for i in range(40)))
    link = next(
        key.findtext("URL") for key in phone("cisco", step="list").iter("SoftKeyItem") if "after" in key.findtext("URL")
    )
    alice.api.delete(f"/contacts/{ids[31]}")
    assert names(phone(link)) == [f"Contact {i:02}" for i in range(32, 40)]


def test_a_contact_with_more_numbers_than_a_page_does_not_stop_the_walk(alice, phone):
    add(alice, contact("Ann", *(f"+1555000{i:04}" for i in range(40))), contact("Bob", "+15551234567"))
    first = phone("cisco", step="list")
    assert names(first) == ["Ann"] * 32
    link = next(key.findtext("URL") for key in first.iter("SoftKeyItem") if key.findtext("Name") == "Next")
    assert names(phone(link)) == ["Bob"]


def test_snoms_menu_pages_and_searches(alice, phone):
    add(alice, JOHN, *(contact(f"Mary {i:02}", f"+1555000{i:04}") for i in range(60)))
    first = phone("snom")
    last = phone(first.findtext("SoftKeyItem/URL"))
    items = [(i.get("name"), i.findtext("Url")) for page in (first, last) for i in page.iter("MenuItem")]
    assert [name for name, _ in items][:3] == ["John Smith (Mobile)", "John Smith (Work)", "Mary 00"]
    assert (len(items), items[0][1]) == (62, "snom://mb_nop#numberdial=+15551234567")
    question = phone("snom", step="search")
    address = f"{question.findtext('URL')}?{question.findtext('InputItem/QueryStringParam')}=smith"
    assert [item.get("name") for item in phone(address).iter("MenuItem")] == [name for name, _ in items[:2]]


def test_gigaset_walks_by_first_and_count_to_the_total(alice, phone):
    add(alice, *(contact(f"Contact {i:02}", f"+1555000{i:04}") for i in range(25)))
    seen, first, total = [], 1, 1
    while first <= total:
        part = phone("gigaset", set_first="", first=first, count=10)
        assert int(part.get("first")) == first
        total, first = int(part.get("total")), int(part.get("last")) + 1
        seen += [entry.findtext("ln") for entry in part]
    assert (total, seen) == (25, [f"Contact {i:02}" for i in range(25)])
    assert phone("gigaset", set_first="contact 2*", first=1, count="").get("total") == "5"
    assert phone("gigaset", set_first="x", first=1).get("notfound") == "hm"
    assert phone("gigaset", first=10**30, count=10**30).get("notfound") == "hm"


def test_grandstream_is_answered_at_the_path_that_it_makes(alice, phone, server):
    add(alice, JOHN)
    base = f"{server}/v1.0/phonebooks/grandstream"
    plain = alice.api.get(f"{base}/phonebook.xml")
    set_path = f"{base}?token={alice.token}&path="
    assert plain.content == alice.api.get(base).content == httpx.get(f"{set_path}/phonebook.xml", timeout=20).content
    assert ET.fromstring(plain.content).findtext("Contact/LastName") == "Smith"


def test_the_links_carry_the_key_that_stood_in_the_query_and_no_other(server, alice):
    for parameter in ("token", "accesskey"):
        menu = httpx.get(f"{server}/v1.0/phonebooks/cisco", params={parameter: alice.token}, timeout=20).text
        links = [url.text for url in ET.fromstring(menu).iter("URL")]
        assert [parse_qs(urlsplit(link).query)[parameter] for link in links] == [[alice.token]] * 2
    assert alice.token not in alice.api.get("/phonebooks/cisco").text


@pytest.mark.parametrize(
    ("scope", "statuses"), [("lookup", [403, 200, 403]), ("phonebook", [200, 200, 403]), ("read", [200, 200, 200])]
)
def test_the_scope_phonebook_opens_books_and_lookup_and_nothing_else(server, alice, key, scope, statuses):
    add(alice, JOHN)
    with httpx.Client(base_url=f"{server}/v1.0", params={"token": key(alice, scope)}, timeout=20) as phone:
        for form in FORMS:
            answers = [phone.get(path) for path in (f"phonebooks/{form}", "contacts")]
            answers.insert(1, phone.get("contacts/lookup", params={"phone": "+15551234567"}))
            assert [answer.status_code for answer in answers] == statuses, form


def test_another_customers_contacts_are_in_no_book(alice, bob):
    (johns,) = add(alice, JOHN)
    add(bob, contact("Bobby", "+15550000001"))
    for form in FORMS:
        for query in ({"step": "list"}, {"q": "john"}, {"q": "1234567"}, {"after": johns}):
            text = bob.api.get(f"/phonebooks/{form}", params=query).text
            assert "Smith" not in text
            assert "+1555123" not in text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=" + "x" * 101, "q"),
        ("q=x&set_first=" + "x" * 101, "set_first"),
        ("step=x", "step"),
        ("after=x", "after"),
        ("first=-1", "first"),
        ("count=1.5", "count"),
    ],
)
def test_a_bad_parameter_is_named(alice, query, field):
    error = alice.api.get(f"/phonebooks/gigaset?{query}").json()["error"]
    assert (error["reason"], [d["field"] for d in error["details"]]) == ("INVALID_QUERY_PARAMETER", [field])


@pytest.mark.parametrize("form", FORMS)
def test_an_unchanged_book_is_304_however_its_tag_is_given(alice, form):
    add(alice, JOHN)
    path = f"/phonebooks/{form}"
    whole = alice.api.get(path)
    tag = whole.headers["ETag"]
    for given in (tag, tag.removeprefix("W/"), f'"x", {tag}, "y"', "*"):
        answer = alice.api.get(path, headers={"If-None-Match": given})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    assert alice.api.get(path, headers={"If-None-Match": '"x", W/"y"'}).content == whole.content
    assert alice.api.get(path, params={"q": "john"}, headers={"If-None-Match": tag}).status_code == 200
    head = alice.api.head(path)
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", tag)


CHANGES = {
    ("POST", "/contacts"): {},
    ("PUT", "/contacts"): {},
    ("POST", "/contacts/batch"): {"operations": [{"create": {}}]},
    ("PUT", "/contacts/{contact_id}"): {"notes": "x"},
    ("DELETE", "/contacts/{contact_id}"): None,
    ("POST", "/contacts/{contact_id}/phone-numbers"): {"number": "+15550001111"},
    ("PUT", "/contacts/{contact_id}/phone-numbers/{address_id}"): {"type": "home"},
    ("DELETE", "/contacts/{contact_id}/phone-numbers/{address_id}"): None,
    ("POST", "/contacts/{contact_id}/emails"): {"address": "b@acme.com"},
    ("PUT", "/contacts/{contact_id}/emails/{address_id}"): {"type": "work"},
    ("DELETE", "/contacts/{contact_id}/emails/{address_id}"): None,
    ("POST", "/contacts/{contact_id}/addresses"): {"type": "tel", "target": "+15550001111"},
    ("PUT", "/contacts/{contact_id}/addresses/{address_id}"): {"name": "Desk"},
    ("DELETE", "/contacts/{contact_id}/addresses/{address_id}"): None,
    ("POST", "/contacts/{contact_id}/tags"): {"tag_id": "019c3860-0000-7000-8000-000000000000"},
    ("DELETE", "/contacts/{contact_id}/tags/{tag_id}"): None,
    ("DELETE", "/tags/{tag_id}"): None,
    ("POST", "/contacts/{contact_id}/restore"): None,
    ("POST", "/demo"): None,
    ("DELETE", "/demo"): None,
}
"""Every call that changes a contact, and what to send."""

CHANGING_NO_CONTACT = {
    ("POST", "/contacts/lookup"),
    ("POST", "/tags"),
    ("PUT", "/tags/{tag_id}"),
    ("POST", "/webhooks"),
}
CHANGING_NO_CONTACT |= {("PUT", "/webhooks/{webhook_id}"), ("DELETE", "/webhooks/{webhook_id}")}
CHANGING_NO_CONTACT |= {("POST", "/imports"), ("DELETE", "/imports/{import_id}"), ("POST", "/imports/{import_id}/undo")}
CHANGING_NO_CONTACT |= {("POST", f"/webhooks/{{webhook_id}}/{word}") for word in ("rotate", "test")}
CHANGING_NO_CONTACT |= {("POST", "/access-keys"), ("DELETE", "/access-keys/{access_key_id}"), ("PUT", "/customer")}
OF_PEOPLE = re.compile("/(users|passwords|sessions|totp)(/|$)")


def test_the_changes_below_are_all_that_there_are():
    writing = {(m, path.removeprefix("/v1.0")) for m, path in HANDLERS if m != "GET"}
    writing = {(m, path) for m, path in writing if not OF_PEOPLE.match(path)}
    assert writing - CHANGING_NO_CONTACT == set(CHANGES)


@pytest.mark.parametrize(("method", "template"), CHANGES, ids=map(" ".join, CHANGES))
def test_every_change_of_a_contact_moves_the_tag(alice, bob, method, template):
    tag_id = alice.api.post("/tags", json={"name": "VIP"}).json()["id"]
    one = alice.api.post("/contacts", json=JOHN | {"tag_ids": [tag_id], "emails": [{"address": "a@acme.com"}]}).json()
    address_id = one["emails" if "emails" in template else "phone_numbers"][0]["id"]
    path = template.format(contact_id=one["id"], address_id=address_id, tag_id=tag_id)
    if (method, path) == ("DELETE", "/demo"):
        assert alice.api.post("/demo").is_success
    if template.endswith("/restore"):
        alice.api.delete(f"/contacts/{one['id']}")
    before, others = (user.api.get("/phonebooks/yealink").headers["ETag"] for user in (alice, bob))
    query = {"external_id": "crm-4711"} if (method, template) == ("PUT", "/contacts") else {}
    assert alice.api.request(method, path, params=query, json=CHANGES[method, template]).is_success
    assert alice.api.get("/phonebooks/yealink", headers={"If-None-Match": before}).status_code == 200
    assert bob.api.get("/phonebooks/yealink", headers={"If-None-Match": others}).status_code == 304
