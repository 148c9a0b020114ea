"""Both notations of a contact's addresses: phone_numbers and emails, and one list, addresses."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from ringbook.tenants.access_keys import SCOPES
from tests.keys import access_key

ADDRESS_KEYS = [
    "id",
    "customer_id",
    "contact_id",
    "type",
    "target",
    "target_name",
    "name",
    "detail",
    "is_primary",
    "tm_create",
]
HOTLINE = {"type": "tel", "target": "(555) 123-4567", "name": "Hotline", "detail": "Mondays", "is_primary": True}
JANE = {"type": "email", "target": "Jane@Acme.com", "name": "work"}


@pytest.fixture
def create(alice):
    """Create a contact, and return it."""

    def post(**contact):
        answer = alice.api.post("/contacts", json=contact)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return post


@pytest.fixture
def put(alice):
    """Change a contact, and return its numbers, emails or addresses as they are then."""

    def change(contact, **fields):
        answer = alice.api.put(f"/contacts/{contact['id']}", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return change


def refused(answer, status=400):
    """Return the reason and the fields that an error names."""
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    return error["reason"], [detail["field"] for detail in error["details"]]


def rows(addresses):
    return [(one["type"], one["target"], one["name"], one["detail"], one["is_primary"]) for one in addresses]


def test_a_contact_has_its_numbers_and_emails_in_both_notations(alice, create):
    contact = create(
        phone_numbers=[
            {"number": "5551230001", "type": "fax"},
            {"number": "+15551230002", "type": "mobile", "is_primary": True},
        ],
        emails=[{"address": "jane@acme.com", "type": "personal"}, {"address": "j@acme.com"}],
    )
    assert [list(one) for one in contact["addresses"]] == [ADDRESS_KEYS] * 4
    assert rows(contact["addresses"]) == [
        ("tel", "+15551230002", "Mobile", "", True),
        ("tel", "+15551230001", "Fax", "", False),
        ("email", "jane@acme.com", "Personal", "", False),
        ("email", "j@acme.com", "", "", False),
    ]
    for one, other in zip(contact["addresses"], contact["phone_numbers"] + contact["emails"], strict=True):
        assert (one["id"], one["tm_create"]) == (other["id"], other["tm_create"])
        assert (one["customer_id"], one["contact_id"]) == (alice.customer_id, contact["id"])
        assert one["target_name"] == ""
    assert create()["addresses"] == []


def test_get_list_and_every_change_answer_addresses_and_lookups_do_not(alice, create, put):
    contact = create(addresses=[HOTLINE])
    path = f"/contacts/{contact['id']}"
    tutorial = {key: value for key, value in contact.items() if key != "addresses"}
    assert list(contact)[list(contact).index("emails") :][:3] == ["emails", "addresses", "tag_ids"]
    assert alice.api.get(path).json() == alice.api.get("/contacts").json()["result"][0] == contact
    assert alice.api.get("/contacts/lookup", params={"phone": "+15551234567"}).json() == tutorial
    batch = alice.api.post("/contacts/lookup", json={"phones": ["+15551234567"]}).json()["result"]
    assert batch[0]["contact"] == tutorial
    tagged = alice.api.post(f"{path}/tags", json={"tag_id": contact["id"]}).json()
    mailed = alice.api.post(f"{path}/emails", json={"address": "a@acme.com"}).json()
    assert tagged["addresses"] == contact["addresses"] == mailed["addresses"][:1]
    deleted = alice.api.delete(path).json()
    assert deleted["addresses"] == mailed["addresses"]


def test_what_addresses_say_is_kept_in_the_other_notation(create):
    contact = create(addresses=[HOTLINE, JANE])
    assert rows(contact["addresses"]) == [
        ("tel", "+15551234567", "Hotline", "Mondays", True),
        ("email", "jane@acme.com", "work", "", False),
    ]
    [number], [email] = contact["phone_numbers"], contact["emails"]
    assert (number["number"], number["number_e164"], number["type"]) == ("(555) 123-4567", "+15551234567", "other")
    assert (email["address"], email["type"]) == ("jane@acme.com", "work")


@pytest.mark.parametrize(
    ("kind", "target", "given", "name", "type_"),
    [
        ("tel", "+15551230001", "Mobile", "Mobile", "mobile"),
        ("tel", "+15551230001", "  Home ", "Home", "home"),
        ("tel", "+15551230001", "FAX", "FAX", "fax"),
        ("tel", "+15551230001", "Other", "Other", "other"),
        ("tel", "+15551230001", "Personal", "Personal", "other"),
        ("tel", "+15551230001", "Front desk", "Front desk", "other"),
        ("tel", "+15551230001", "", "", "other"),
        ("tel", "+15551230001", " ", "", "other"),
        ("tel", "+15551230001", None, "", "other"),
        ("email", "a@acme.com", "personal", "personal", "personal"),
        ("email", "a@acme.com", "Work", "Work", "work"),
        ("email", "a@acme.com", "mobile", "mobile", "other"),
        ("tel", "+15551230001", "電話 ☎", "電話 ☎", "other"),
    ],
)
def test_a_name_sets_the_type_and_is_kept_where_the_type_does_not_give_it_back(
    create, put, kind, target, given, name, type_
):
    contact = create(addresses=[{"type": kind, "target": target, "name": given}])
    [entry] = contact["phone_numbers"] or contact["emails"]
    assert (contact["addresses"][0]["name"], entry["type"]) == (name, type_)
    again = put(contact, addresses=[contact["addresses"][0]])
    assert again | {"tm_update": None} == contact


@pytest.mark.parametrize(
    ("change", "name", "type_"),
    [
        ({"type": "home"}, "Home", "home"),
        ({"type": "other"}, "Hotline", "other"),
        ({"type": ""}, "Hotline", "other"),
        ({"is_primary": False}, "Hotline", "other"),
        ({"number": "+15550001111"}, "Hotline", "other"),
    ],
)
def test_a_type_that_changes_in_the_tutorials_notation_clears_the_label(alice, create, put, change, name, type_):
    contact = create(addresses=[HOTLINE])
    [number] = contact["phone_numbers"]
    after = alice.api.put(f"/contacts/{contact['id']}/phone-numbers/{number['id']}", json=change).json()
    assert [(one["name"], one["detail"]) for one in after["addresses"]] == [(name, "Mondays")]
    assert [one["type"] for one in after["phone_numbers"]] == [type_]
    another = create(addresses=[HOTLINE])
    kept = {"id": another["phone_numbers"][0]["id"], "number": "+15551234567"}
    listed = put(another, phone_numbers=[kept | change])
    assert [(one["name"], one["detail"]) for one in listed["addresses"]] == [(name, "Mondays")]


def test_a_list_that_replaces_keeps_label_and_detail_of_the_entries_that_stay(create, put):
    contact = create(addresses=[HOTLINE, {"type": "tel", "target": "+15550002222", "name": "Bar", "detail": "x"}])
    first, second = contact["addresses"]
    listed = put(contact, phone_numbers=[{"number": "+15550003333"}, {"id": second["id"], "number": "+15550004444"}])
    assert rows(listed["addresses"]) == [
        ("tel", "+15550004444", "Bar", "x", False),
        ("tel", "+15550003333", "", "", False),
    ]
    targets = [{"type": "tel", "target": "+15550004444"}, {"type": "tel", "target": "+15551234567", "detail": "y"}]
    by_target = put(contact, addresses=targets)
    assert rows(by_target["addresses"]) == [
        ("tel", "+15550004444", "Bar", "x", False),
        ("tel", "+15551234567", "", "y", False),
    ]
    assert by_target["addresses"][0]["id"] == second["id"]
    assert by_target["addresses"][1]["id"] not in (first["id"], listed["addresses"][1]["id"])


def test_an_absent_type_is_other_in_a_list_of_numbers_and_the_same_as_before_in_one_of_addresses(create, put):
    contact = create(addresses=[HOTLINE | {"name": "Home"}])
    assert put(contact, addresses=[{"type": "tel", "target": "+15551234567"}])["phone_numbers"][0]["type"] == "home"
    assert put(contact, phone_numbers=[{"number": "+15551234567"}])["addresses"][0]["name"] == ""


def test_addresses_of_a_put_replace_both_lists(create, put):
    contact = create(phone_numbers=[{"number": "+15550001111"}], emails=[{"address": "a@acme.com"}])
    after = put(contact, addresses=[{"type": "email", "target": "b@acme.com"}])
    assert (after["phone_numbers"], [one["address"] for one in after["emails"]]) == ([], ["b@acme.com"])
    assert put(contact, addresses=[])["emails"] == []


def test_a_target_as_it_was_read_leaves_the_number_as_it_was_entered(alice, create, put):
    contact = create(phone_numbers=[{"number": "(555) 123-4567", "type": "work"}])
    [address] = contact["addresses"]
    assert put(contact, addresses=[address], notes="x")["phone_numbers"] == contact["phone_numbers"]
    path = f"/contacts/{contact['id']}/addresses/{address['id']}"
    read = alice.api.put(path, json=address)
    assert read.json()["phone_numbers"] == contact["phone_numbers"]
    respelt = alice.api.put(path, json={"target": "555 123 4567"}).json()["phone_numbers"][0]
    assert respelt == contact["phone_numbers"][0] | {"number": "555 123 4567"}


def test_read_only_keys_of_either_notation_are_ignored_in_both(create):
    ignored = {"number_e164": 1, "target_name": 2, "customer_id": 3, "contact_id": 4, "tm_create": 5, "tm_update": 6}
    ignored |= {"tm_delete": 7, "id": 8}
    one = create(phone_numbers=[{"number": "+15550001111"} | ignored], emails=[{"address": "a@acme.com"} | ignored])
    other = create(
        addresses=[
            {"type": "tel", "target": "+15550001111"} | ignored,
            {"type": "email", "target": "a@acme.com"} | ignored,
        ]
    )
    assert rows(one["addresses"]) == rows(other["addresses"])


def test_every_bad_field_of_addresses_is_named(alice):
    entries = [
        {"type": "tel", "target": "12"},
        {"type": "email", "target": "x", "name": "n" * 256, "detail": "d" * 256},
        {"target": "+15550001111"},
        {"type": "web", "target": "y"},
        {"type": "tel"},
        {"type": "tel", "target": "+15550001111", "label": "z", "is_primary": 1},
        {"type": None, "target": "+15550001111"},
        {"type": "tel", "target": "+15550002222"},
        {"type": "tel", "target": "001 555 000 2222"},
        "tel",
    ]
    reason, fields = refused(alice.api.post("/contacts", json={"addresses": entries, "company": 5}))
    assert reason == "INVALID_FIELD"
    assert sorted(fields) == sorted(
        [
            "company",
            "addresses[0].target",
            "addresses[1].target",
            "addresses[1].name",
            "addresses[1].detail",
            "addresses[2].type",
            "addresses[3].type",
            "addresses[4].target",
            "addresses[5].label",
            "addresses[5].is_primary",
            "addresses[6].type",
            "addresses[8].target",
            "addresses[9]",
        ]
    )
    assert alice.api.get("/contacts").json()["result"] == []
    message = alice.api.post("/contacts", json={"addresses": entries[3:4]}).json()["message"]
    assert message == "addresses[0].type: must be tel or email"


def test_at_most_100_of_each_kind(alice, create):
    numbers = [{"type": "tel", "target": f"+1555123{i:04}"} for i in range(101)]
    emails = [{"type": "email", "target": f"a{i}@acme.com"} for i in range(100)]
    assert refused(alice.api.post("/contacts", json={"addresses": numbers})) == ("TOO_MANY_ENTRIES", ["addresses"])
    full = create(addresses=numbers[:100] + emails)
    assert len(full["addresses"]) == 200
    added = alice.api.post(f"/contacts/{full['id']}/addresses", json=numbers[100])
    assert refused(added) == ("TOO_MANY_ENTRIES", ["target"])


@pytest.mark.parametrize("value", ["bogus", 5, True])
def test_an_enum_says_what_is_allowed(alice, create, value):
    contact = create(phone_numbers=[{"number": "+15550001111"}])
    path = f"/contacts/{contact['id']}"
    for call, body, words in (
        ("/contacts", {"source": value}, "source: must be manual, import, api or sync"),
        (f"{path}/phone-numbers", {"number": "+15550002222", "type": value}, "mobile, work, home, fax or other"),
        (f"{path}/emails", {"address": "a@acme.com", "type": value}, "type: must be work, personal or other"),
        (f"{path}/addresses", {"target": "+15550002222", "type": value}, "type: must be tel or email"),
    ):
        answer = alice.api.post(call, json=body)
        assert answer.status_code == 400
        assert words in answer.json()["message"]
        assert words.rpartition(": ")[2] in answer.json()["error"]["details"][0]["message"]


def test_a_type_that_no_machine_holds_is_refused_as_any_other_is(alice):
    body = '{"addresses": [{"type": 1e999, "target": "+15550001111"}], "company": 5}'
    answer = alice.api.post("/contacts", content=body)
    assert sorted(refused(answer)[1]) == ["addresses[0].type", "company"]
    assert "must be tel or email" in answer.text


# Both notations in one body.


def test_what_was_read_can_be_sent_back_edited_in_either_notation(create, put):
    contact = create(addresses=[HOTLINE, JANE], phone_numbers=[])
    assert put(contact, **contact) | {"tm_update": None} == contact
    numbers = [*contact["phone_numbers"], {"number": "+15550002222", "type": "work"}]
    more = put(contact, **contact | {"phone_numbers": numbers})
    assert [one["target"] for one in more["addresses"]] == ["+15551234567", "+15550002222", "jane@acme.com"]
    assert more["addresses"][0] == contact["addresses"][0]
    edited = [one | {"detail": "Tuesdays"} if one["target"] == "+15550002222" else one for one in more["addresses"]]
    fewer = put(contact, **more | {"addresses": edited[:2]})
    assert rows(fewer["addresses"]) == [
        ("tel", "+15551234567", "Hotline", "Mondays", True),
        ("tel", "+15550002222", "Work", "Tuesdays", False),
    ]
    assert put(contact, **fewer | {"phone_numbers": []})["addresses"] == []


def test_an_empty_list_of_a_post_does_not_name_the_kind(create):
    assert len(create(phone_numbers=[], addresses=[HOTLINE])["phone_numbers"]) == 1
    assert len(create(phone_numbers=[{"number": "+15550001111"}], addresses=[])["addresses"]) == 1
    both = create(phone_numbers=[{"number": "+15550001111"}], emails=None, addresses=[JANE])
    assert [one["type"] for one in both["addresses"]] == ["tel", "email"]


def test_both_with_the_same_values_each_count_for_what_they_can_say(create, put):
    numbers = [{"number": "555 123 4567", "type": "work"}, {"number": "+15550002222", "is_primary": True}]
    addresses = [
        {"type": "tel", "target": "+15550002222", "name": "Lobby", "detail": "b"},
        {"type": "tel", "target": "+15551234567", "name": "Hotline", "detail": "a", "is_primary": True},
    ]
    wanted = [("tel", "+15550002222", "Lobby", "b", True), ("tel", "+15551234567", "Work", "a", False)]
    contact = create(phone_numbers=numbers, addresses=addresses)
    assert rows(contact["addresses"]) == wanted
    assert [one["number"] for one in contact["phone_numbers"]] == ["+15550002222", "555 123 4567"]
    another = create(phone_numbers=[{"number": "+15559990000"}])
    assert rows(put(another, phone_numbers=numbers, addresses=addresses)["addresses"]) == wanted


def test_both_with_the_same_values_keep_the_address_whose_id_either_has(create, put):
    contact = create(addresses=[HOTLINE, {"type": "tel", "target": "+15550002222", "name": "Lobby", "detail": "b"}])
    lobby = contact["addresses"][1]["id"]
    [kept] = put(
        contact,
        phone_numbers=[{"number": " (555) 123-4567"}],
        addresses=[{"type": "tel", "target": "+15551234567", "id": lobby}],
    )["addresses"]
    assert (kept["id"], kept["target"], kept["detail"]) == (lobby, "+15551234567", "b")


@pytest.mark.parametrize(
    ("kind", "list_name", "entry", "target"),
    [
        ("tel", "phone_numbers", {"number": "+15550002222"}, "+15550003333"),
        ("email", "emails", {"address": "a@acme.com"}, "b@acme.com"),
    ],
)
def test_both_with_other_values_are_refused_and_both_named(alice, create, kind, list_name, entry, target):
    body = {list_name: [entry], "addresses": [{"type": kind, "target": target}]}
    expected = ("CONFLICTING_NOTATIONS", [list_name, "addresses"])
    assert refused(alice.api.post("/contacts", json=body)) == expected
    contact = create(phone_numbers=[{"number": "+15551234567"}], emails=[{"address": "c@acme.com"}])
    path = f"/contacts/{contact['id']}"
    assert refused(alice.api.put(path, json=body | {"notes": "x"})) == expected
    assert refused(alice.api.put(path, json=body | {"addresses": []})) == expected
    assert alice.api.get(path).json() == contact


def test_what_conflicts_is_named_of_both_kinds_at_once(alice, create):
    values = {"phone_numbers": [{"number": "+15550002222"}], "emails": [{"address": "a@acme.com"}]}
    targets = [{"type": "tel", "target": "+15550003333"}, {"type": "email", "target": "b@acme.com"}]
    contact = create(phone_numbers=[{"number": "+15551234567"}], emails=[{"address": "c@acme.com"}])
    for call, path in ((alice.api.post, "/contacts"), (alice.api.put, f"/contacts/{contact['id']}")):
        assert refused(call(path, json=values | {"addresses": targets})) == (
            "CONFLICTING_NOTATIONS",
            ["phone_numbers", "addresses", "emails", "addresses"],
        )
    assert alice.api.get("/contacts").json()["result"] == [contact]


# One address.


def test_an_address_is_added_updated_and_removed(alice, create):
    contact = create(phone_numbers=[{"number": "+15550001111", "is_primary": True}])
    path = f"/contacts/{contact['id']}/addresses"
    added = alice.api.post(path, json=HOTLINE)
    assert added.status_code == 201
    assert rows(added.json()["addresses"]) == [
        ("tel", "+15551234567", "Hotline", "Mondays", True),
        ("tel", "+15550001111", "", "", False),
    ]
    one = added.json()["addresses"][0]["id"]
    for change, row in (
        ({}, ("tel", "+15551234567", "Hotline", "Mondays", True)),
        ({"type": "tel", "name": "Home"}, ("tel", "+15551234567", "Home", "Mondays", True)),
        ({"detail": ""}, ("tel", "+15551234567", "Home", "", True)),
        ({"target": "+15550009999", "name": None}, ("tel", "+15550009999", "Home", "", True)),
        ({"is_primary": False}, ("tel", "+15550009999", "Home", "", False)),
    ):
        answer = alice.api.put(f"{path}/{one}", json=change)
        assert answer.status_code == 200, answer.text
        assert row in rows(answer.json()["addresses"])
    mail = alice.api.post(path, json=JANE).json()["emails"][0]["id"]
    assert alice.api.put(f"{path}/{mail}", json={"target": "J@acme.com"}).json()["emails"][0]["address"] == "j@acme.com"
    for address in (one, mail):
        removed = alice.api.delete(f"{path}/{address}")
        assert removed.status_code == 200
        assert address not in [entry["id"] for entry in removed.json()["addresses"]]
    assert rows(removed.json()["addresses"]) == [("tel", "+15550001111", "", "", False)]


def test_what_is_not_there_is_not_found_and_what_is_there_exists(alice, bob, create):
    contact = create(addresses=[HOTLINE, {"type": "tel", "target": "+15550002222"}, JANE])
    path, (first, second, mail) = f"/contacts/{contact['id']}", contact["addresses"]
    for api, address in ((alice.api, contact["id"]), (bob.api, first["id"])):
        where = "ADDRESS_NOT_FOUND" if api is alice.api else "CONTACT_NOT_FOUND"
        assert refused(api.put(f"{path}/addresses/{address}", json={}), 404)[0] == where
        assert refused(api.delete(f"{path}/addresses/{address}"), 404)[0] == where
    assert refused(alice.api.put(f"{path}/phone-numbers/{mail['id']}", json={}), 404)[0] == "PHONE_NUMBER_NOT_FOUND"
    assert refused(alice.api.delete(f"{path}/emails/{first['id']}"), 404)[0] == "EMAIL_NOT_FOUND"
    exists = ("ADDRESS_ALREADY_EXISTS", ["target"])
    assert refused(alice.api.post(f"{path}/addresses", json=HOTLINE), 409) == exists
    assert refused(alice.api.post(f"{path}/addresses", json=JANE), 409) == exists
    change = {"target": "555-123-4567"}
    assert refused(alice.api.put(f"{path}/addresses/{second['id']}", json=change), 409) == exists
    other = {"type": "email"}
    assert refused(alice.api.put(f"{path}/addresses/{second['id']}", json=other)) == ("INVALID_FIELD", ["type"])
    assert alice.api.get(path).json()["addresses"] == contact["addresses"]
    for where in (f"{path}/addresses", f"{path}/addresses/{first['id']}"):
        assert alice.api.get(where).status_code == 405


def test_both_notations_at_once_lose_nothing(alice, create):
    contact = create()
    path = f"/contacts/{contact['id']}"

    def add(i):
        if i % 2:
            return alice.api.post(f"{path}/phone-numbers", json={"number": f"+1555123{i:04}", "is_primary": True})
        body = {"type": "tel", "target": f"+1555123{i:04}", "name": f"Desk {i}", "is_primary": True}
        return alice.api.post(f"{path}/addresses", json=body)

    with ThreadPoolExecutor(8) as pool:
        assert {answer.status_code for answer in pool.map(add, range(40))} == {201}
    after = alice.api.get(path).json()
    assert {one["target"] for one in after["addresses"]} == {f"+1555123{i:04}" for i in range(40)}
    assert {one["name"] for one in after["addresses"]} == {""} | {f"Desk {i}" for i in range(0, 40, 2)}
    assert sum(one["is_primary"] for one in after["addresses"]) == 1


# What the clients ask for besides.


def test_a_cookie_token_is_the_last_credential(server, alice, bob):
    def me(**cookies):
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return httpx.get(f"{server}/v1.0/me", headers={"Cookie": cookie})

    assert me(token=alice.token).json()["customer_id"] == alice.customer_id
    assert me(token=alice.token, accesskey=bob.token).json()["customer_id"] == bob.customer_id
    assert me(token=alice.token, accesskey="").json()["customer_id"] == alice.customer_id
    assert me(token="x").status_code == me().status_code == 401
    foreign = {"Cookie": f"token={alice.token}", "Sec-Fetch-Site": "cross-site"}
    assert httpx.post(f"{server}/v1.0/contacts", json={}, headers=foreign).status_code == 403
    assert httpx.get(f"{server}/v1.0/contacts", headers=foreign).status_code == 200


@pytest.mark.parametrize(("scope", "permission"), [("write", 32), ("read", 0), ("phonebook", 0), ("lookup", 0)])
def test_any_key_may_ask_who_it_is(server, database_url, alice, scope, permission):
    key = access_key(database_url, alice.customer_id, scope)
    answer = httpx.get(f"{server}/v1.0/me", params={"token": key})
    assert answer.status_code == 200
    me = answer.json()
    assert list(me) == [
        "id",
        "customer_id",
        "username",
        "name",
        "detail",
        "status",
        "permission",
        "tm_create",
        "tm_update",
        "tm_delete",
        "type",
        "scopes",
        "customer",
        "user",
    ]
    assert (me["type"], me["scopes"], me["user"]) == ("access_key", sorted(SCOPES[scope]), None)
    assert (me["customer"]["id"], me["customer"]["default_region"]) == (alice.customer_id, "US")
    assert (me["customer_id"], me["permission"], me["status"]) == (alice.customer_id, permission, "available")
    assert me["username"] == me["name"]
    assert (me["detail"], me["tm_update"], me["tm_delete"]) == ("", None, None)
    assert me["id"] != httpx.get(f"{server}/v1.0/me", params={"token": alice.token}).json()["id"]


def test_a_phone_book_shows_a_label_where_there_is_room_for_one(alice, create):
    create(display_name="Acme", addresses=[HOTLINE | {"name": 'Desk <1> & "2"'}, HOTLINE | {"target": "+15550002222"}])
    create(display_name="Zed", phone_numbers=[{"number": "+15550003333", "type": "home"}])

    def book(form, **more):
        return alice.api.get(f"/phonebooks/{form}", params=more).text

    label = "Desk &lt;1&gt; &amp; &quot;2&quot;"
    assert f'<Telephone label="{label}">+15551234567</Telephone>' in book("yealink")
    assert '<Telephone label="Home">+15550003333</Telephone>' in book("yealink")
    for text in (book("snom-book"), book("cisco", step="list"), book("snom")):
        assert f"Acme ({label})" in text
        assert "Zed (Home)" in text
    assert '<Phone type="Other"><phonenumber>+15551234567' in book("grandstream")
