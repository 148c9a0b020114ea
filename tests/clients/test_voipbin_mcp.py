"""voipbin-mcp as its authors publish it: 0.3.0, which speaks `addresses`, and 0.1.1, which speaks the tutorial's lists.

Neither can make a tag or look a caller up: that is done through the API.
"""

import re
from typing import NamedTuple

import pytest

from tests.clients.assistant import NEW, OLD, client
from tests.keys import access_key
from tests.replies import found

ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
NOBODY = "01a20da5-0000-7000-8000-000000000000"
TEXTS = dict.fromkeys(("first_name", "last_name", "display_name", "company", "job_title"), "")
TEXTS |= {"source": "manual", "external_id": "", "notes": ""}
NAMES = {"first_name": "John", "last_name": "Smith", "display_name": "John Smith", "company": "Acme Corp"}
NAMES |= {"job_title": "Buyer", "notes": "Call after 9"}
TRANSPORTS = ["cookie", "query"]


class Address(NamedTuple):
    """An address of a contact, with what both notations show of it."""

    target: str
    type: str = "other"
    name: str = ""
    detail: str = ""
    is_primary: bool = False
    number: str = ""


class Contact:
    """What a contact must be now: a test says first what it has changed, then compares."""

    def __init__(self, customer_id, *addresses, **texts):
        self.customer_id = customer_id
        self.addresses = addresses
        self.texts = TEXTS | texts
        self.tag_ids = []

    def of(self, seen, *, changed=True, deleted=False):
        """Return what `seen` must be: of itself it has only the ids and times, whose form is checked."""
        assert ID.fullmatch(seen["id"])
        for key, is_set in {"tm_create": True, "tm_update": changed, "tm_delete": deleted}.items():
            assert TIME.fullmatch(seen[key]) if is_set else seen[key] is None, key
        lists = {"phone_numbers": [], "emails": [], "addresses": []}
        for entry, address in zip(seen["addresses"], self.addresses, strict=True):
            assert ID.fullmatch(entry["id"])
            assert TIME.fullmatch(entry["tm_create"])
            ids = {"customer_id": self.customer_id, "contact_id": seen["id"]}
            both = {"is_primary": address.is_primary, "tm_create": entry["tm_create"]}
            names = {"target_name": "", "name": address.name, "detail": address.detail}
            kind, name, value = "email", "emails", {"address": address.target}
            if "@" not in address.target:
                kind, name = "tel", "phone_numbers"
                value = {"number": address.number or address.target, "number_e164": address.target}
            lists["addresses"].append(
                {"id": entry["id"], **ids, "type": kind, "target": address.target, **names, **both}
            )
            lists[name].append({"id": entry["id"], **value, "type": address.type, **both})
        times = {key: seen[key] for key in ("tm_create", "tm_update", "tm_delete")}
        ids = {"id": seen["id"], "customer_id": self.customer_id}
        expected = {**ids, **self.texts, **lists, "tag_ids": self.tag_ids, **times}
        assert list(seen) == list(expected)
        assert [list(one) for one in seen["addresses"]] == [list(one) for one in expected["addresses"]]
        return expected


def is_found(alice, seen):
    """Assert that a lookup by every number and email of a contact finds it, as the tutorial shows a contact."""
    for address in seen["addresses"]:
        parameter = {"tel": "phone", "email": "email"}[address["type"]]
        assert alice.api.get("/contacts/lookup", params={parameter: address["target"]}).json() == found(seen)


@pytest.fixture
def start(server, alice, tmp_path):
    """Start a client, with a key of Alice's where no other is given."""
    return lambda version, key=alice.token, **settings: client(version, tmp_path, server, key, **settings)


@pytest.fixture
def tags(alice):
    return [alice.api.post("/tags", json={"name": name, "detail": "Calls"}).json() for name in ("VIP", "Supplier")]


def listed(tool, name):
    """Return what a tool lists on one page, which pages of one must add up to."""
    whole = tool(name)
    assert list(whole) == ["result", "next_page_token"]
    assert whole["next_page_token"] == ""
    page = tool(name, page_size=1)
    items = page["result"]
    while page["next_page_token"]:
        page = tool(name, page_size=1, page_token=page["next_page_token"])
        items += page["result"]
    assert items == whole["result"]
    return items


def create_and_read(tool, contact, **arguments):
    """Create a contact that must be `contact`, and one without anything; read them; return the two."""
    made = tool("create_contact", **arguments)
    assert made == contact.of(made, changed=False)
    empty = tool("create_contact")
    assert empty == Contact(contact.customer_id).of(empty, changed=False)
    assert tool("get_contact", contact_id=made["id"]) == made
    assert listed(tool, "list_contacts") == [empty, made]
    return made, empty


def read_tags(tool, tags):
    assert listed(tool, "list_tags") == tags[::-1]
    assert [tool("get_tag", tag_id=tag["id"]) for tag in tags] == tags


def delete(tool, contact, id_, *others):
    """Delete a contact, of which only the others are left."""
    deleted = tool("delete_contact", contact_id=id_)
    assert deleted == contact.of(deleted, deleted=True)
    assert listed(tool, "list_contacts") == list(others)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_tool_of_0_3_0_is_answered_in_full(start, alice, tags, transport):
    with start(NEW, VOIPBIN_AUTH_TRANSPORT=transport) as new:
        desk = {"type": "tel", "target": "+1 555 123 4568", "name": " Front desk ", "detail": "9 to 5"}
        mobile = {"type": "tel", "target": "(555) 123-4567", "name": "MOBILE", "is_primary": True}
        work = {"type": "email", "target": "John@Example.com", "name": "Work"}
        john = Contact(
            alice.customer_id,
            Address("+15551234567", "mobile", "MOBILE", is_primary=True, number="(555) 123-4567"),
            Address("+15551234568", "other", "Front desk", "9 to 5", number="+1 555 123 4568"),
            Address("john@example.com", "work", "Work"),
            **NAMES,
            source="import",
            external_id="crm-1",
        )
        john.tag_ids = [tags[0]["id"]]
        more = {"source": "import", "external_id": "crm-1", "tag_ids": john.tag_ids}
        made, empty = create_and_read(new, john, addresses=[desk, mobile, work], **NAMES, **more)
        is_found(alice, made)
        change_texts(new, john, made["id"])
        change_addresses(new, john, made, alice)
        change_tags(new, john, made["id"], tags)
        read_tags(new, tags)
        delete(new, john, made["id"], empty)
        assert new.called == new.tools()


def change_texts(new, john, id_):
    first = {"first_name": "Jane", "last_name": "", "display_name": "Jane Smith", "company": "Acme"}
    first |= {"job_title": "", "external_id": "crm-2", "notes": ""}
    for change in (first, {"notes": "Moved"}, {}):
        changed = new("update_contact", contact_id=id_, **change)
        john.texts |= change
        assert changed == john.of(changed)


def change_addresses(new, john, made, alice):
    """Add, change and remove addresses: after each call the answer is whole, and an address has the id that it had."""

    def call(tool, *now, of=None, **arguments):
        ids = {} if of is None else {"address_id": known[of]}
        seen = new(tool, contact_id=made["id"], **ids, **arguments)
        john.addresses = now
        assert seen == john.of(seen)
        return {one.target: entry["id"] for one, entry in zip(now, seen["addresses"], strict=True)}

    mobile, desk, work = john.addresses
    known = {one.target: entry["id"] for one, entry in zip(john.addresses, made["addresses"], strict=True)}
    before = list(known.values())

    bare = Address("+15551234569", number="555-123-4569")
    known = call("add_contact_address", mobile, desk, bare, work, address_type="tel", target=bare.number)
    own = Address("jane@example.com", "personal", "Personal", "After 6", is_primary=True)
    added = {"address_type": "email", "target": "Jane@Example.com", "is_primary": True}
    added |= {"name": "Personal", "detail": "After 6"}
    known = call("add_contact_address", mobile, desk, bare, own, work, **added)
    assert [known[one.target] for one in (mobile, desk, work)] == before

    all_of_them = [mobile, desk, bare, own, work]
    assert call("update_contact_address", *all_of_them, of=bare.target) == known
    assert call("update_contact_address", *all_of_them, of=mobile.target, target=mobile.target) == known
    mobile, desk = mobile._replace(is_primary=False), desk._replace(is_primary=True)
    now = call("update_contact_address", desk, mobile, bare, own, work, of=desk.target, is_primary=True)
    assert now == known
    moved = own._replace(target="jane.smith@example.com", is_primary=False)
    change = {"target": "Jane.Smith@Example.com", "is_primary": False}
    now = call("update_contact_address", desk, mobile, bare, work, moved, of=own.target, **change)
    assert now.pop(moved.target) == known.pop(own.target)
    assert now == known
    is_found(alice, new("get_contact", contact_id=made["id"]))

    known = call("delete_contact_address", mobile, bare, work, moved, of=desk.target)
    known = call("delete_contact_address", mobile, bare, moved, of=work.target)
    assert alice.api.get("/contacts/lookup", params={"phone": desk.target}).status_code == 404


def change_tags(new, john, id_, tags):
    added = new("add_contact_tag", contact_id=id_, tag_id=tags[1]["id"])
    john.tag_ids = [tags[0]["id"], tags[1]["id"]]
    assert added == john.of(added)
    removed = new("delete_contact_tag", contact_id=id_, tag_id=tags[0]["id"])
    john.tag_ids = [tags[1]["id"]]
    assert removed == john.of(removed)


def test_every_tool_of_0_1_1_is_answered_in_full(start, alice, tags):
    with start(OLD) as old:
        mobile = {"number": "(555) 123-4567", "type": "mobile", "is_primary": True}
        fax = {"number": "+1 555 123 4568", "type": "fax"}
        own = {"address": "John@Example.com", "type": "personal", "is_primary": True}
        john = Contact(
            alice.customer_id,
            Address("+15551234567", "mobile", "Mobile", is_primary=True, number="(555) 123-4567"),
            Address("+15551234568", "fax", "Fax", number="+1 555 123 4568"),
            Address("john@example.com", "personal", "Personal", is_primary=True),
            **NAMES,
        )
        made, empty = create_and_read(old, john, phone_numbers=[fax, mobile], emails=[own], **NAMES)
        is_found(alice, made)

        changed = old("update_contact", contact_id=made["id"], fields={"first_name": "Jane", "notes": ""})
        john.texts |= {"first_name": "Jane", "notes": ""}
        assert changed == john.of(changed)
        numbers = [*made["phone_numbers"], {"number": "555-123-4569", "type": "home"}]
        changed = old("update_contact", contact_id=made["id"], fields={"phone_numbers": numbers, "emails": []})
        john.addresses = (*john.addresses[:2], Address("+15551234569", "home", "Home", number="555-123-4569"))
        assert changed == john.of(changed)
        assert changed["phone_numbers"][:2] == made["phone_numbers"]
        is_found(alice, changed)

        read_tags(old, tags)
        delete(old, john, made["id"], empty)
        assert old.called == old.tools()


@pytest.fixture
def both(start):
    with start(NEW) as new, start(OLD) as old:
        yield new, old


def read_by_both(new, old, contact, id_):
    """Return a contact, the only one, as both clients read it: it must be `contact`."""
    read = new("get_contact", contact_id=id_)
    assert read == contact.of(read, changed=read["tm_update"] is not None)
    assert old("get_contact", contact_id=id_) == read
    assert listed(new, "list_contacts") == listed(old, "list_contacts") == [read]
    return read


def test_each_sees_at_once_what_the_other_changes(both, alice, tags):
    new, old = both
    desk = {"type": "tel", "target": "(555) 123-4567", "name": "Front desk", "detail": "9 to 5", "is_primary": True}
    bills = {"type": "email", "target": "john@example.com", "name": "Billing", "detail": "Invoices"}
    front = Address("+15551234567", "other", "Front desk", "9 to 5", is_primary=True, number="(555) 123-4567")
    billing = Address("john@example.com", "other", "Billing", "Invoices")
    john = Contact(alice.customer_id, front, billing)
    made = new("create_contact", addresses=[desk, bills])
    assert read_by_both(new, old, john, made["id"]) == made
    ids, [front_id, billing_id] = {"contact_id": made["id"]}, [one["id"] for one in made["addresses"]]

    numbers = [*made["phone_numbers"], {"number": "555-123-4568", "type": "mobile"}]
    old("update_contact", **ids, fields={"phone_numbers": numbers})
    mobile = Address("+15551234568", "mobile", "Mobile", number="555-123-4568")
    john.addresses = (front, mobile, billing)
    read = read_by_both(new, old, john, made["id"])
    mobile_id = read["addresses"][1]["id"]
    assert [one["id"] for one in read["addresses"]] == [front_id, mobile_id, billing_id]

    numbers = [one | {"type": "fax"} if one["id"] == front_id else one for one in read["phone_numbers"]]
    old("update_contact", **ids, fields={"phone_numbers": numbers})
    john.addresses = (front._replace(type="fax", name="Fax"), mobile, billing)
    read_by_both(new, old, john, made["id"])

    new("update_contact_address", **ids, address_id=mobile_id, target="+1 555 123 4569", is_primary=True)
    mobile = mobile._replace(target="+15551234569", number="+1 555 123 4569", is_primary=True)
    john.addresses = (mobile, front._replace(type="fax", name="Fax", is_primary=False), billing)
    read = read_by_both(new, old, john, made["id"])
    assert [one["id"] for one in read["phone_numbers"]] == [mobile_id, front_id]

    new("delete_contact_address", **ids, address_id=front_id)
    new("add_contact_address", **ids, address_type="email", target="jane@example.com", name="work", is_primary=True)
    new("add_contact_tag", **ids, tag_id=tags[0]["id"])
    john.addresses = (mobile, Address("jane@example.com", "work", "work", is_primary=True), billing)
    john.tag_ids = [tags[0]["id"]]
    read_by_both(new, old, john, made["id"])

    old("update_contact", **ids, fields={"emails": [], "tag_ids": [tags[1]["id"]], "company": "Acme Corp"})
    john.addresses, john.tag_ids = (mobile,), [tags[1]["id"]]
    john.texts["company"] = "Acme Corp"
    is_found(alice, read_by_both(new, old, john, made["id"]))
    for value in ({"phone": front.target}, {"email": billing.target}):
        assert alice.api.get("/contacts/lookup", params=value).status_code == 404


def test_each_sees_at_once_what_the_other_creates_and_deletes(both, alice):
    new, old = both
    for maker, arguments in (
        (old, {"phone_numbers": [{"number": "+15551234567", "type": "work"}]}),
        (new, {"addresses": [{"type": "tel", "target": "+15551234567", "name": "Work"}]}),
    ):
        john = Contact(alice.customer_id, Address("+15551234567", "work", "Work"))
        made = maker("create_contact", **arguments)
        assert read_by_both(new, old, john, made["id"]) == made
        (old if maker is new else new)("delete_contact", contact_id=made["id"])
        assert listed(new, "list_contacts") == listed(old, "list_contacts") == []


def test_a_contact_that_was_read_is_sent_back_as_it_is_or_changed_in_either_notation(both, alice):
    new, old = both
    desk = {"type": "tel", "target": "(555) 123-4567", "name": "Front desk", "detail": "9 to 5", "is_primary": True}
    bills = {"type": "email", "target": "john@example.com", "name": "Billing"}
    front = Address("+15551234567", "other", "Front desk", "9 to 5", is_primary=True, number="(555) 123-4567")
    john = Contact(alice.customer_id, front, Address("john@example.com", "other", "Billing"))
    made = new("create_contact", addresses=[desk, bills])

    old("update_contact", contact_id=made["id"], fields=made)
    read = read_by_both(new, old, john, made["id"])
    assert read == made | {"tm_update": read["tm_update"]}

    numbers = [*read["phone_numbers"], {"number": "+15551234568", "type": "home"}]
    old("update_contact", contact_id=made["id"], fields=read | {"phone_numbers": numbers})
    home = Address("+15551234568", "home", "Home")
    john.addresses = (front, home, *john.addresses[1:])
    read = read_by_both(new, old, john, made["id"])

    addresses = [one | {"name": "Reception"} for one in read["addresses"] if one["type"] == "tel" and one["is_primary"]]
    old("update_contact", contact_id=made["id"], fields=read | {"addresses": addresses})
    john.addresses = (front._replace(name="Reception"),)
    read = read_by_both(new, old, john, made["id"])
    assert read["phone_numbers"] == made["phone_numbers"]

    fields = read | {"phone_numbers": [{"number": "+15551234568"}], "addresses": [desk | {"target": "+15551234569"}]}
    told = old.refused("update_contact", contact_id=made["id"], fields=fields)
    assert re.fullmatch("API error 400: .*phone_numbers and addresses.*", told)
    assert read_by_both(new, old, john, made["id"]) == read


def address(kind, target):
    """Return what add_contact_address is given."""
    return {"address_type": kind, "target": target}


TEL = {"type": "tel", "target": "+15551234567"}
MAIL = {"type": "email", "target": "john@example.com"}
FAX = {"type": "fax", "target": "+15551234567"}
NO_ADDRESS = "404 (ADDRESS_NOT_FOUND): the contact has no such address"
NO_CONTACT = "404 (CONTACT_NOT_FOUND): there is no such contact"
THERE = "409 (ADDRESS_ALREADY_EXISTS): target: the contact already has the"
NO_NUMBER = "'call me' is not a phone number; with its country it begins with +, such as +15551234567"
NO_EMAIL = "'555 1234' is not an email address: An email address must have an @-sign."
NO_TOKEN = "must be a next_page_token, or a time such as 2026-02-07T14:45:59.038962Z"
NEW_TOLD = [
    ("create_contact", {"source": "crm"}, "400 (INVALID_FIELD): source: must be manual, import, api or sync"),
    ("create_contact", {"addresses": [TEL, FAX]}, "400 (INVALID_FIELD): addresses[1].type: must be tel or email"),
    ("create_contact", {"addresses": [{"target": "1"}]}, "400 (MISSING_FIELD): addresses[0].type: is required"),
    ("create_contact", {"addresses": [{"type": "tel"}]}, "400 (MISSING_FIELD): addresses[0].target: is required"),
    ("create_contact", {"addresses": [TEL | {"to": ""}]}, "400 (UNKNOWN_FIELD): addresses[0].to: unknown field"),
    (
        "create_contact",
        {"addresses": [TEL, MAIL, TEL]},
        "400 (DUPLICATE_PHONE_NUMBER): addresses[2].target: +15551234567 is the same phone number as addresses[0]",
    ),
    ("add_contact_address", address("web_session", "1"), "400 (INVALID_FIELD): type: must be tel or email"),
    ("add_contact_address", address("tel", "call me"), f"400 (INVALID_PHONE_NUMBER): target: {NO_NUMBER}"),
    ("add_contact_address", address("email", "555 1234"), f"400 (INVALID_EMAIL_ADDRESS): target: {NO_EMAIL}"),
    ("add_contact_address", address("tel", "(555) 123-4567"), f"{THERE} phone number +15551234567"),
    ("add_contact_address", address("email", "JOHN@example.com"), f"{THERE} email address john@example.com"),
    ("add_contact_address", address("tel", "+15551234570") | {"contact_id": NOBODY}, NO_CONTACT),
    (
        "update_contact_address",
        {"address_id": "second", "target": "(555) 123-4567"},
        f"{THERE} phone number +15551234567",
    ),
    (
        "update_contact_address",
        {"address_id": "second", "target": "call me"},
        f"400 (INVALID_PHONE_NUMBER): target: {NO_NUMBER}",
    ),
    ("update_contact_address", {"address_id": NOBODY, "is_primary": True}, NO_ADDRESS),
    ("update_contact_address", {"address_id": "another's"}, NO_ADDRESS),
    ("delete_contact_address", {"address_id": NOBODY}, NO_ADDRESS),
    ("delete_contact_address", {"address_id": "another's"}, NO_ADDRESS),
    ("get_contact", {"contact_id": NOBODY}, NO_CONTACT),
    ("update_contact", {"contact_id": NOBODY, "notes": "Moved"}, NO_CONTACT),
    ("delete_contact", {"contact_id": NOBODY}, NO_CONTACT),
    ("add_contact_tag", {"contact_id": NOBODY, "tag_id": NOBODY}, NO_CONTACT),
    ("delete_contact_tag", {"tag_id": NOBODY}, "404 (TAG_NOT_FOUND): the contact does not have this tag"),
    ("get_tag", {"tag_id": NOBODY}, "404 (TAG_NOT_FOUND): there is no such tag"),
    ("list_contacts", {"page_token": "yesterday"}, f"400 (INVALID_PAGE_TOKEN): page_token: {NO_TOKEN}"),
    ("list_calls", {}, "400 (UNKNOWN_QUERY_PARAMETER): page_size: is no parameter here; there are since"),
    ("list_queues", {}, "404 (PATH_NOT_FOUND): there is nothing at this path"),
]
"""What 0.3.0 asks for, and what it tells its model of the answer. An address is that of John, but for `another's`."""

OLD_TOLD = [
    (
        "create_contact",
        {"phone_numbers": [{"number": "+15551234567", "type": "cell"}]},
        "API error 400: phone_numbers[0].type: must be mobile, work, home, fax or other",
    ),
    (
        "create_contact",
        {"emails": [{"address": "john@example.com", "type": "home"}]},
        "API error 400: emails[0].type: must be work, personal or other",
    ),
    (
        "update_contact",
        {"fields": {"phone_numbers": [{"number": "call me"}]}},
        f"API error 400: phone_numbers[0].number: {NO_NUMBER}",
    ),
    (
        "update_contact",
        {"fields": {"emails": [{"address": "john@example.com"}, {"address": "JOHN@example.com"}]}},
        "API error 400: emails[1].address: john@example.com is the same email address as emails[0]",
    ),
    ("get_contact", {"contact_id": NOBODY}, "Resource not found: there is no such contact"),
    ("update_contact", {"contact_id": NOBODY, "fields": {}}, "Resource not found: there is no such contact"),
    ("delete_contact", {"contact_id": NOBODY}, "Resource not found: there is no such contact"),
    ("get_tag", {"tag_id": NOBODY}, "Resource not found: there is no such tag"),
]
"""The same of 0.1.1."""


def test_a_model_is_told_what_is_wrong_and_what_is_allowed(both):
    new, old = both
    john = new("create_contact", addresses=[TEL, {"type": "tel", "target": "+15551234568"}, MAIL])
    jane = new("create_contact", addresses=[{"type": "tel", "target": "+15551234569"}])
    ids = {"second": john["addresses"][1]["id"], "another's": jane["addresses"][0]["id"]}
    for assistant, calls, begin in ((new, NEW_TOLD, "VoIPbin API error "), (old, OLD_TOLD, "")):
        for tool, given, told in calls:
            arguments = {
                name: ids.get(value, value) if name == "address_id" else value for name, value in given.items()
            }
            if tool not in ("create_contact", "list_contacts", "list_calls", "list_queues", "get_tag"):
                arguments.setdefault("contact_id", john["id"])
            assert (tool, given, assistant.refused(tool, **arguments)) == (tool, given, begin + told)
    assert listed(new, "list_contacts") == [jane, john]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_key_lets_an_assistant_do_what_its_scope_says_and_no_more(start, alice, bob, database_url, transport):
    made = alice.api.post("/contacts", json={"phone_numbers": [{"number": "+15551234567"}]}).json()
    bobs = bob.api.post("/contacts", json={"phone_numbers": [{"number": "+15551234567"}]}).json()
    address = {"contact_id": made["id"], "address_id": made["phone_numbers"][0]["id"]}
    transports = {"VOIPBIN_AUTH_TRANSPORT": transport}

    reading = access_key(database_url, alice.customer_id, "read")
    with start(NEW, reading, **transports) as new, start(OLD, reading) as old:
        assert listed(new, "list_contacts") == listed(old, "list_contacts") == [made]
        assert new.refused("delete_contact_address", **address).startswith(
            "VoIPbin API error 403 (INSUFFICIENT_SCOPE): "
        )
        assert old.refused("delete_contact", contact_id=made["id"]) == "Permission denied"

    with start(NEW, bob.token, **transports) as new, start(OLD, bob.token) as old:
        assert listed(new, "list_contacts") == listed(old, "list_contacts") == [bobs]
        assert new.refused("delete_contact_address", **address).startswith("VoIPbin API error 404 (")
        assert old.refused("delete_contact", contact_id=made["id"]).startswith("Resource not found: ")

    with start(NEW, "rb_" + "x" * 32, **transports) as new, start(OLD, "rb_" + "x" * 32) as old:
        assert new.refused("list_contacts").startswith("VoIPbin API error 401 (INVALID_CREDENTIAL): ")
        assert old.refused("list_contacts") == "Invalid or expired API key"
    assert alice.api.get(f"/contacts/{made['id']}").json() == made
