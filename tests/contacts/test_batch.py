"""Many changes in one request: each whole or not at all, in order, and with `atomic` all or none."""

import itertools

import pytest

from tests.contacts.test_concurrency import at_once

NOBODY = "019c3860-0000-7000-8000-000000000000"


def send(user, *operations, **more):
    return user.api.post("/contacts/batch", json={"operations": operations, **more})


def results(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def made(user, **fields):
    return user.api.post("/contacts", json=fields).json()


def contacts(user):
    return user.api.get("/contacts").json()["result"]


@pytest.mark.parametrize("more", [{}, {"atomic": False}, {"atomic": True}], ids=["absent", "false", "true"])
def test_every_kind_of_operation_is_done_in_order_and_later_ones_see_earlier_ones(alice, more):
    one, other = made(alice, company="Acme Corp"), made(alice)
    got = results(
        send(
            alice,
            {"create": {"first_name": "John", "phone_numbers": [{"number": "(555) 123-4567"}]}},
            {"update": {"id": one["id"].upper(), "notes": "x"}},
            {"upsert": {"external_id": "crm-1", "company": "Globex"}},
            {"upsert": {"external_id": "crm-1", "notes": "y"}},
            {"delete": {"id": other["id"]}},
            {"create": {}, "delete": None},
            **more,
        )
    )
    assert [result["status"] for result in got] == [201, 200, 201, 200, 200, 201]
    john, changed, _, upserted, deleted, last = (result["contact"] for result in got)
    assert john["phone_numbers"][0]["number_e164"] == "+15551234567"
    assert (changed["id"], changed["company"], changed["notes"]) == (one["id"], "Acme Corp", "x")
    assert (upserted["company"], upserted["notes"]) == ("Globex", "y")
    assert (deleted["id"], deleted["tm_delete"]) == (other["id"], deleted["tm_update"])
    assert contacts(alice) == [last, upserted, john, changed]


HELD = "crm-held"
REFUSED = [
    ({"create": {"phone_numbers": [{"number": "12"}]}}, 400, "INVALID_PHONE_NUMBER", "create.phone_numbers[0].number"),
    ({"create": {"source": "x"}}, 400, "INVALID_FIELD", "create.source"),
    ({"create": {"nmae": "x"}}, 400, "UNKNOWN_FIELD", "create.nmae"),
    ({"create": {"external_id": HELD}}, 409, "EXTERNAL_ID_EXISTS", "create.external_id"),
    ({"update": {"notes": "x"}}, 400, "MISSING_FIELD", "update.id"),
    ({"update": {"id": NOBODY}}, 404, "CONTACT_NOT_FOUND", "update"),
    ({"upsert": {}}, 400, "MISSING_FIELD", "upsert.external_id"),
    ({"upsert": {"external_id": ""}}, 400, "INVALID_FIELD", "upsert.external_id"),
    ({"delete": {"id": NOBODY}}, 404, "CONTACT_NOT_FOUND", "delete"),
    ({"delete": {"id": "x"}}, 400, "INVALID_FIELD", "delete.id"),
    ({"delete": {"id": NOBODY}, "create": {}}, 400, "INVALID_FIELD", ""),
    ({}, 400, "INVALID_FIELD", ""),
    ({"destroy": {}}, 400, "UNKNOWN_FIELD", "destroy"),
    (1, 400, "INVALID_FIELD", ""),
]


@pytest.mark.parametrize(("operation", "status", "reason", "field"), REFUSED, ids=[str(one[0])[:40] for one in REFUSED])
def test_a_refused_operation_is_named_and_the_others_are_done_but_none_where_it_is_atomic(
    alice, operation, status, reason, field
):
    held = made(alice, external_id=HELD)
    field = f"operations[1].{field}".rstrip(".")
    operations = {"create": {"notes": "before"}}, operation, {"create": {"notes": "after"}}
    refusal = send(alice, *operations, atomic=True)
    assert (refusal.status_code, refusal.json()["error"]["reason"]) == (status, reason), refusal.text
    assert [one["field"] for one in refusal.json()["error"]["details"]] == [field]
    assert refusal.json()["message"].startswith(f"{field}: ")
    assert contacts(alice) == [held]
    first, refused, last = results(send(alice, *operations))
    assert (first["status"], refused["status"], last["status"]) == (201, status, 201)
    assert {k: v for k, v in refused["error"].items() if k != "request_id"} == {
        k: v for k, v in refusal.json()["error"].items() if k != "request_id"
    }
    assert contacts(alice) == [last["contact"], first["contact"], held]


def test_what_a_refused_operation_has_done_is_taken_back_and_not_logged(alice):
    one = made(alice, company="Acme Corp")
    conflict = {"phone_numbers": [{"number": "+15550000001"}], "addresses": [{"type": "tel", "target": "+15550000002"}]}
    first, second = results(
        send(
            alice,
            {"update": {"id": one["id"], "company": "x", **conflict}},
            {"update": {"id": one["id"], "notes": "y"}},
        )
    )
    assert (first["status"], first["error"]["reason"]) == (400, "CONFLICTING_NOTATIONS")
    assert (second["contact"]["company"], second["contact"]["notes"]) == ("Acme Corp", "y")
    history = alice.api.get(f"/contacts/{one['id']}/history").json()["result"]
    assert [[change["field"] for change in entry["changes"]] for entry in history] == [["notes"], []]


@pytest.mark.parametrize(
    ("body", "reason", "field"),
    [
        ({"operations": []}, "INVALID_FIELD", "operations"),
        ({"operations": [{"create": {}}] * 1001}, "TOO_MANY_ENTRIES", "operations"),
        ({}, "MISSING_FIELD", "operations"),
        ({"operations": [{"create": {}}], "atomic": "x"}, "INVALID_FIELD", "atomic"),
        ({"operations": [{"create": {}}], "x": 1}, "UNKNOWN_FIELD", "x"),
        ([], "INVALID_FIELD", "body"),
    ],
)
def test_a_body_that_is_no_batch_is_refused_whole(alice, body, reason, field):
    answer = alice.api.post("/contacts/batch", json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["reason"], [one["field"] for one in error["details"]]) == (400, reason, [field])
    assert contacts(alice) == []


def test_anothers_contacts_are_nobodys(alice, bob):
    theirs = made(alice, external_id="crm-1")
    operations = [{"update": {"id": theirs["id"]}}, {"delete": {"id": theirs["id"]}}]
    assert [one["status"] for one in results(send(bob, *operations))] == [404, 404]
    assert results(send(bob, {"upsert": {"external_id": "crm-1"}}))[0]["status"] == 201
    assert contacts(alice) == [theirs]


@pytest.mark.parametrize("more", [{}, {"atomic": True}], ids=["each", "atomic"])
def test_a_batch_of_the_most_operations_is_done(alice, more):
    numbers = [[{"number": f"+1555{i:04}{n:03}"} for n in range(2)] for i in range(1000)]
    operations = [{"create": {"phone_numbers": two, "external_id": two[0]["number"]}} for two in numbers]
    answer = alice.api.post("/contacts/batch", json={"operations": operations, **more}, timeout=120)
    assert [one["status"] for one in results(answer)] == [201] * 1000
    assert alice.api.get("/contacts/lookup", params={"phone": "+15550999001"}).is_success


def test_what_a_batch_creates_is_what_single_requests_create(alice, bob):
    numbers = [{"number": "+1 555 010 0001"}, {"number": "+15550100002", "is_primary": True, "type": "mobile"}]
    mails = [{"address": "Jo@Acme.example"}]
    named = {"type": "tel", "target": "+15550100003", "name": "Desk", "detail": "x", "is_primary": True}
    bodies = [
        {
            "display_name": "Søren Müller",
            "phone_numbers": numbers,
            "emails": mails,
            "tag_ids": [NOBODY.upper(), NOBODY],
        },
        {"first_name": "Ann", "external_id": "crm-1", "source": "sync"},
        {"first_name": "Ann", "external_id": "crm-1"},
        {"addresses": [named], "external_id": "crm-2"},
        {"addresses": [named], "phone_numbers": numbers},
        {"external_id": HELD},
        {"company": "Acme", "notes": "x" * 1000},
        {},
    ]
    for user in (alice, bob):
        made(user, external_id=HELD)
    together = results(send(alice, *({"create": body} for body in bodies)))
    one_by_one = [bob.api.post("/contacts", json=body) for body in bodies]
    assert [one["status"] for one in together] == [answer.status_code for answer in one_by_one]
    assert {one["status"] for one in together} == {201, 400, 409}
    for one, answer in zip(together, one_by_one, strict=True):
        if answer.is_success:
            assert without_ids(one["contact"]) == without_ids(answer.json())
            (entry,) = alice.api.get(f"/contacts/{one['contact']['id']}/history").json()["result"]
            assert (entry["action"], entry["changes"]) == ("created", [])
            assert alice.api.get(f"/contacts/{one['contact']['id']}").json() == one["contact"]
    for q in ("soeren", "jo@acme", "0100003", "acme"):
        found, expected = (user.api.get("/contacts/search", params={"q": q}).json()["result"] for user in (alice, bob))
        assert [without_ids(one) for one in found] == [without_ids(one) for one in expected] != []


def without_ids(value):
    """Return JSON without what no two contacts share."""
    if isinstance(value, list):
        return [without_ids(one) for one in value]
    if isinstance(value, dict):
        return {
            k: without_ids(v) for k, v in value.items() if k not in ("id", "customer_id", "contact_id", "tm_create")
        }
    return value


@pytest.mark.parametrize("atomic", [True, False])
def test_a_batch_that_is_sent_again_with_its_key_is_done_once(alice, atomic):
    body = {"operations": [{"create": {}}, {"delete": {"id": NOBODY}}, {"create": {}}], "atomic": atomic}
    first, again = (alice.api.post("/contacts/batch", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (first.status_code, len(contacts(alice))) == ((404, 0) if atomic else (200, 2))


def test_batches_and_single_changes_of_the_same_contacts_at_once_never_wait_in_a_circle(api, tmp_path):
    ids = [api.post("/contacts", json={"external_id": f"crm-{i}"}).json()["id"] for i in range(6)]
    tag = api.post("/tags", json={"name": "VIP"}).json()["id"]

    def batch(order, *, atomic):
        kinds = itertools.cycle(["update", "upsert"])
        operations = [
            {"update": {"id": ids[i], "notes": "x", "tag_ids": [tag]}}
            if next(kinds) == "update"
            else {"upsert": {"external_id": f"crm-{i}", "company": "y"}}
            for i in order
        ] + [{"upsert": {"external_id": f"new-{i}"}} for i in order]
        return lambda: api.post("/contacts/batch", json={"operations": operations, "atomic": atomic})

    up, down = range(6), range(5, -1, -1)
    calls = [batch(order, atomic=atomic) for order in (up, down) for atomic in (True, False)] * 2
    calls += [lambda i=i: api.put(f"/contacts/{i}", json={"job_title": "z"}) for i in ids]
    calls.insert(4, lambda: api.delete(f"/tags/{tag}"))
    answers = at_once(*calls)
    assert {answer.status_code for answer in answers} <= {200, 503}, [answer.text for answer in answers]
    assert "deadlock" not in (tmp_path / "log").read_text()
    done = batch(up, atomic=True)().json()["result"]
    assert {one["status"] for one in done} <= {200, 201}
    assert len(api.get("/contacts").json()["result"]) == 12


@pytest.mark.parametrize(
    "body",
    [
        b'{"operations": [' + b"0," * 8_000_000 + b"0]}",
        b'{"operations": [' + b'"\\",",' * 2_500_000 + b"0]}",
        b"{" + b'"a":1,' * 2_500_000 + b'"a":1}',
        b'{"operations": [' + b'{"delete":{}},' * 1000 + b'{"delete":{}}]}',
    ],
)
def test_a_batch_of_too_many_entries_is_refused_before_it_is_decoded(alice, body):
    answer = alice.api.post("/contacts/batch", content=body)
    assert (answer.status_code, answer.json()["error"]["reason"]) == (400, "TOO_MANY_ENTRIES"), answer.text


def test_an_operation_may_be_as_large_as_a_request_of_its_own(alice):
    small = {"create": {"display_name": "a, b, {c} \\ [d]", "notes": ",{[" * 5000}}
    large = {"create": {"notes": "x" * 1_048_576}}
    outcomes = alice.api.post("/contacts/batch", json={"operations": [large, small]}).json()["result"]
    assert [one["status"] for one in outcomes] == [413, 201]
    atomic = alice.api.post("/contacts/batch", json={"operations": [small, large], "atomic": True})
    assert (atomic.status_code, atomic.json()["error"]["message"][:13]) == (413, "operations[1]")
