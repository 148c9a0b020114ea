"""Changes at the same moment, to a server of several workers: nothing is lost, and no conflict reaches a caller."""

import uuid
from concurrent.futures import ThreadPoolExecutor

AT_ONCE = 12


def at_once(*calls):
    """Send the calls (method, path, body) from many threads at the same time; return their statuses, in order."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(lambda call: call(), calls))


def call(api, method, path, body=None):
    return lambda: api.request(method, path, json=body).status_code


def test_numbers_emails_and_tags_added_at_once_are_all_there_and_one_is_primary(api):
    path = f"/contacts/{api.post('/contacts', json={}).json()['id']}"
    tags = [str(uuid.uuid4()) for _ in range(20)]
    numbers = [f"+1555000{i:04}" for i in range(20)]
    addresses = [f"a{i}@acme.com" for i in range(20)]
    calls = [call(api, "POST", f"{path}/phone-numbers", {"number": n, "is_primary": True}) for n in numbers]
    calls += [call(api, "POST", f"{path}/emails", {"address": a, "is_primary": True}) for a in addresses]
    calls += [call(api, "POST", f"{path}/tags", {"tag_id": t}) for t in tags]
    assert set(at_once(*calls[::3], *calls[1::3], *calls[2::3])) == {201}
    contact = api.get(path).json()
    assert sorted(n["number_e164"] for n in contact["phone_numbers"]) == numbers
    assert sorted(e["address"] for e in contact["emails"]) == sorted(addresses)
    assert sorted(contact["tag_ids"]) == sorted(tags)
    assert [sum(e["is_primary"] for e in contact[key]) for key in ("phone_numbers", "emails")] == [1, 1]


def test_the_same_number_added_at_once_is_there_once(api):
    path = f"/contacts/{api.post('/contacts', json={}).json()['id']}"
    answers = at_once(*[call(api, "POST", f"{path}/phone-numbers", {"number": "+15551234567"})] * 12)
    assert sorted(answers) == [201] + [409] * 11
    assert len(api.get(path).json()["phone_numbers"]) == 1


def test_different_fields_changed_at_once_all_change(api):
    path = f"/contacts/{api.post('/contacts', json={}).json()['id']}"
    fields = ("first_name", "last_name", "display_name", "company", "job_title", "external_id", "notes")
    assert set(at_once(*[call(api, "PUT", path, {field: field}) for field in fields])) == {200}
    assert {api.get(path).json()[field] for field in fields} == set(fields)


def test_different_numbers_made_primary_at_once_leave_one_primary(api):
    numbers = [{"number": f"+1555000{i:04}"} for i in range(12)]
    contact = api.post("/contacts", json={"phone_numbers": numbers}).json()
    base = f"/contacts/{contact['id']}/phone-numbers"
    for _ in range(3):
        calls = [call(api, "PUT", f"{base}/{n['id']}", {"is_primary": True}) for n in contact["phone_numbers"]]
        assert set(at_once(*calls)) == {200}
        after = api.get(f"/contacts/{contact['id']}").json()["phone_numbers"]
        assert sum(n["is_primary"] for n in after) == 1


def test_every_kind_of_change_at_once_ends_without_an_error_of_ours(api):
    tags = [api.post("/tags", json={"name": f"tag {i}"}).json()["id"] for i in range(6)]
    body = {"phone_numbers": [{"number": "+15551234567"}], "emails": [{"address": "a@acme.com"}], "tag_ids": tags}
    contacts = [api.post("/contacts", json=body).json() for _ in range(4)]
    calls = [call(api, "DELETE", f"/tags/{tag}") for tag in tags]
    for contact in contacts:
        path = f"/contacts/{contact['id']}"
        number, email = contact["phone_numbers"][0]["id"], contact["emails"][0]["id"]
        calls += [
            call(api, "PUT", path, body),
            call(api, "PUT", path, {"phone_numbers": [{"number": "+15550001111", "is_primary": True}]}),
            call(api, "POST", f"{path}/phone-numbers", {"number": "+15550002222", "is_primary": True}),
            call(api, "PUT", f"{path}/phone-numbers/{number}", {"number": "+15550003333", "is_primary": True}),
            call(api, "DELETE", f"{path}/emails/{email}"),
            call(api, "POST", f"{path}/tags", {"tag_id": tags[0]}),
            call(api, "DELETE", f"{path}/tags/{tags[1]}"),
        ]
    calls.append(call(api, "DELETE", f"/contacts/{contacts[0]['id']}"))
    assert set(at_once(*calls[::2], *calls[1::2])) <= {200, 201, 404, 409}
    for contact in contacts[1:]:
        after = api.get(f"/contacts/{contact['id']}").json()
        assert sum(n["is_primary"] for n in after["phone_numbers"]) <= 1
        assert after["tm_update"] > after["tm_create"]
    assert api.get("/tags").json()["result"] == []


def test_a_tags_name_taken_at_once_is_taken_once(api):
    answers = at_once(*[call(api, "POST", "/tags", {"name": name}) for name in ("VIP", "vip", "Vip") * 4])
    assert sorted(answers) == [201] + [409] * 11
    assert len(api.get("/tags").json()["result"]) == 1


def test_a_walk_over_all_pages_sees_what_stays_exactly_once_while_others_come_and_go(api):
    staying = {api.post("/contacts", json={}).json()["id"] for _ in range(30)}
    going = [api.post("/contacts", json={}).json()["id"] for _ in range(30)]

    def walk():
        seen, token = [], ""
        while True:
            page = api.get("/contacts", params={"page_size": 4, "page_token": token}).json()
            seen += [contact["id"] for contact in page["result"]]
            token = page["next_page_token"]
            if not token:
                return seen

    changes = [call(api, "DELETE", f"/contacts/{i}") for i in going]
    changes += [call(api, "POST", "/contacts", {}) for _ in range(30)]
    *seen, statuses = at_once(walk, walk, lambda: set(at_once(*changes)))
    assert statuses == {200, 201}
    for ids in seen:
        assert len(ids) == len(set(ids))
        assert staying <= set(ids)
