"""An external_id belongs to one live contact of a customer; books from before may have more."""

import asyncio
import uuid

import pytest

from ringbook.database.migrate import migrate
from tests.contacts.test_concurrency import at_once, call
from tests.revisions import back_to
from tests.rows import execute

TEXTS = ("company", "first_name", "last_name", "job_title")
LONGEST = "\U0001f600" * 255


def create(user, external_id, **fields):
    answer = user.api.post("/contacts", json={"external_id": external_id, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def refused(answer, holder):
    """Tell whether an external_id was refused because of its holder."""
    error = answer.json()["error"]
    assert (answer.status_code, error["status"]) == (409, "ALREADY_EXISTS"), answer.text
    [detail] = error["details"]
    return error["reason"] == "EXTERNAL_ID_EXISTS" and detail["field"] == "external_id" and holder in detail["message"]


@pytest.mark.parametrize("external_id", ["crm-1", " ", "%", LONGEST], ids=["usual", "blank", "percent", "longest"])
def test_a_second_contact_is_refused_an_external_id_with_the_id_of_its_holder(alice, external_id):
    holder, other = create(alice, external_id), create(alice, "", company="Acme Corp")
    assert refused(alice.api.post("/contacts", json={"external_id": external_id}), holder)
    assert refused(alice.api.put(f"/contacts/{other}", json={"external_id": external_id, "company": "x"}), holder)
    assert len(alice.api.get("/contacts").json()["result"]) == 2
    assert alice.api.get(f"/contacts/{other}").json()["company"] == "Acme Corp"


def test_an_external_id_is_free_once_its_holder_is_deleted_or_has_another(alice):
    first = create(alice, "crm-1")
    assert alice.api.put(f"/contacts/{first}", json={"external_id": "crm-2"}).is_success
    second = create(alice, "crm-1")
    assert alice.api.put(f"/contacts/{second}", json={"external_id": ""}).is_success
    third = create(alice, "crm-1")
    assert alice.api.delete(f"/contacts/{third}").is_success
    create(alice, "crm-1")


def test_an_external_id_may_be_sent_back_and_no_external_id_is_none(alice, bob):
    ids = [create(alice, "crm-1"), create(alice, ""), create(alice, "")]
    for contact_id in ids:
        contact = alice.api.get(f"/contacts/{contact_id}").json()
        assert alice.api.put(f"/contacts/{contact_id}", json=contact).status_code == 200
    create(bob, "crm-1")
    create(alice, "CRM-1")


def before(user, database_url, count):
    """Make contacts of a book from before, all with one external_id; return their ids, oldest first."""
    ids = [create(user, "") for _ in range(count)]
    for contact_id in ids:
        execute(database_url, f"UPDATE contacts SET external_id = 'shared' WHERE id = '{contact_id}'")
    return ids


def test_in_a_book_from_before_the_newest_contact_holds_what_several_carry(alice, database_url):
    *older, newest = before(alice, database_url, 3)
    assert refused(alice.api.post("/contacts", json={"external_id": "shared"}), newest)
    for contact_id in (*older, newest):
        contact = alice.api.get(f"/contacts/{contact_id}").json()
        assert contact["external_id"] == "shared"
        assert alice.api.put(f"/contacts/{contact_id}", json=contact).is_success
    assert refused(alice.api.post("/contacts", json={"external_id": "shared"}), newest)
    assert alice.api.delete(f"/contacts/{newest}").is_success
    assert refused(alice.api.post("/contacts", json={"external_id": "shared"}), older[-1])
    for contact_id in older:
        assert alice.api.put(f"/contacts/{contact_id}", json={"external_id": ""}).is_success
    alone = create(alice, "shared")
    assert refused(alice.api.post("/contacts", json={"external_id": "shared"}), alone)


@pytest.mark.alters_database
def test_the_migration_changes_no_contact(alice, database_url):
    ids = before(alice, database_url, 2)
    was = [alice.api.get(f"/contacts/{contact_id}").json() for contact_id in ids]
    back_to(database_url, "0004")
    asyncio.run(migrate(database_url))
    assert [alice.api.get(f"/contacts/{contact_id}").json() for contact_id in ids] == was
    assert refused(alice.api.post("/contacts", json={"external_id": "shared"}), ids[-1])


def test_an_external_id_given_to_many_at_once_is_given_to_one(api):
    ids = [api.post("/contacts", json={}).json()["id"] for _ in range(6)]
    calls = [call(api, "POST", "/contacts", {"external_id": "crm-1"})] * 6
    calls += [call(api, "PUT", f"/contacts/{contact_id}", {"external_id": "crm-1"}) for contact_id in ids]
    answers = at_once(*calls[::2], *calls[1::2])
    assert sorted(answers)[1:] == [409] * 11
    carriers = [one["id"] for one in api.get("/contacts").json()["result"] if one["external_id"] == "crm-1"]
    assert len(carriers) == 1
    assert refused(api.post("/contacts", json={"external_id": "crm-1"}), carriers[0])


def test_contacts_that_would_exchange_their_external_ids_at_once_are_refused_and_nobody_waits_in_a_circle(api):
    first, second = (api.post("/contacts", json={"external_id": name}).json()["id"] for name in ("a", "b"))
    calls = [call(api, "PUT", f"/contacts/{first}", {"external_id": "b"})] * 8
    calls += [call(api, "PUT", f"/contacts/{second}", {"external_id": "a"})] * 8
    assert set(at_once(*calls[::8], *calls)) == {409}


def upsert(user, external_id, body=None, **headers):
    return user.api.put("/contacts", params={"external_id": external_id}, json=body or {}, headers=headers)


@pytest.mark.parametrize("external_id", ["crm-1", "a b&c=d/ü", LONGEST], ids=["usual", "odd", "longest"])
def test_an_upsert_creates_a_contact_and_then_updates_it(alice, bob, external_id):
    given = {"company": "Acme Corp", "source": "sync", "phone_numbers": [{"number": "+15551234567"}], "notes": "x"}
    made = upsert(alice, external_id, given)
    assert (made.status_code, made.json()["external_id"]) == (201, external_id)
    changed = upsert(
        alice, external_id, {"external_id": external_id, "notes": "", "emails": [{"address": "a@acme.com"}]}
    )
    assert (changed.status_code, changed.json()["id"]) == (200, made.json()["id"])
    contact = changed.json()
    assert (contact["company"], contact["notes"], contact["source"]) == ("Acme Corp", "", "sync")
    assert [len(contact[key]) for key in ("phone_numbers", "emails")] == [1, 1]
    assert upsert(alice, external_id, {"phone_numbers": [], "source": "api"}).json()["phone_numbers"] == []
    assert upsert(bob, external_id).status_code == 201
    assert alice.api.delete(f"/contacts/{contact['id']}").is_success
    assert upsert(alice, external_id).status_code == 201


def test_an_upsert_in_a_book_from_before_changes_the_newest(alice, database_url):
    *older, newest = before(alice, database_url, 3)
    changed = upsert(alice, "shared", {"company": "Acme Corp"})
    assert (changed.status_code, changed.json()["id"]) == (200, newest)
    assert [alice.api.get(f"/contacts/{one}").json()["company"] for one in older] == ["", ""]


@pytest.mark.parametrize(
    ("query", "body", "reason", "field"),
    [
        ({}, {}, "MISSING_QUERY_PARAMETER", "external_id"),
        ({"external_id": ""}, {}, "MISSING_QUERY_PARAMETER", "external_id"),
        ({"external_id": "x" * 256}, {}, "INVALID_QUERY_PARAMETER", "external_id"),
        ({"external_id": "x\0"}, {}, "INVALID_QUERY_PARAMETER", "external_id"),
        ({"external_id": "x"}, {"external_id": "y"}, "INVALID_FIELD", "external_id"),
        ({"external_id": "x"}, {"external_id": ""}, "INVALID_FIELD", "external_id"),
        ({"external_id": "x"}, {"source": "crm"}, "INVALID_FIELD", "source"),
        (
            {"external_id": "x"},
            {"phone_numbers": [{"number": "12"}]},
            "INVALID_PHONE_NUMBER",
            "phone_numbers[0].number",
        ),
    ],
)
def test_an_upsert_that_is_wrong_names_the_field_and_makes_nothing(alice, query, body, reason, field):
    answer = alice.api.put("/contacts", params=query, json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["reason"], [one["field"] for one in error["details"]]) == (400, reason, [field])
    assert alice.api.get("/contacts").json()["result"] == []


def test_upserts_at_once_make_one_contact_with_what_all_of_them_gave(api):
    for name in ("crm-1", "crm-2", "crm-3"):
        calls = [
            lambda i=i, name=name: api.put("/contacts", params={"external_id": name}, json={TEXTS[i % 4]: "x"})
            for i in range(8)
        ]
        answers = at_once(*calls)
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201], [one.text for one in answers]
        assert len({answer.json()["id"] for answer in answers}) == 1
        contact = api.get(f"/contacts/{answers[0].json()['id']}").json()
        assert [contact[text] for text in TEXTS] == ["x"] * 4
    assert len(api.get("/contacts").json()["result"]) == 3


def test_upserts_beside_deletions_and_other_external_ids_are_all_answered(api):
    def upsert():
        answer = api.put("/contacts", params={"external_id": "crm-1"}, json={"notes": "x"})
        assert answer.is_success, answer.text
        return answer

    def take_away():
        contact_id = upsert().json()["id"]
        return api.delete(f"/contacts/{contact_id}")

    def give_another():
        contact_id = upsert().json()["id"]
        return api.put(f"/contacts/{contact_id}", json={"external_id": str(uuid.uuid4())})

    statuses = {answer.status_code for answer in at_once(*[upsert, take_away, upsert, give_another] * 2)}
    assert statuses <= {200, 201, 404}
    assert len([one for one in api.get("/contacts").json()["result"] if one["external_id"] == "crm-1"]) <= 1
