"""The demo book is loaded, and taken out again, without a trace in what is one's own."""

import re

import pytest

from ringbook.contacts.demo import demo_contacts
from tests.contacts.test_concurrency import at_once, call
from tests.keys import access_key

FICTION = (
    r"\+1\d{3}55501\d\d|\+442079460\d{3}|\+441134960\d{3}|\+447700900\d{3}|\+493023125\d{3}|\+496990009\d{3}"
    r"|\+498999998\d{3}|\+492214710\d{3}|\+331990\d{5}|\+3363998\d{4}|\+468465004\d\d"
)
"""The numbers that the regulators of these countries have set aside for films and examples."""


def everybody(api, **query):
    return api.get("/contacts", params={"page_size": 100, **query}).json()["result"]


def test_fifty_people_with_numbers_for_fiction_come_and_go(alice, bob):
    mine = alice.api.post("/contacts", json={"display_name": "Mine", "source": "import"}).json()
    answer = alice.api.post("/demo")
    assert (answer.status_code, answer.json()) == (201, {"created": 50})
    people = [one for one in everybody(alice.api) if one["id"] != mine["id"]]
    assert [one["external_id"] for one in people] == [f"demo-{i:02}" for i in range(1, 51)]
    numbers = [one["phone_numbers"][0]["number_e164"] for one in people]
    assert len(set(numbers)) == 50
    assert [number for number in numbers if not re.fullmatch(FICTION, number)] == []
    assert {one["source"] for one in people} == {"import"}
    assert all(one["emails"][0]["address"].endswith("@example.com") for one in people)
    assert everybody(bob.api) == []
    answer = alice.api.delete("/demo")
    assert (answer.status_code, answer.json()) == (200, {"deleted": 50, "kept": 0})
    assert everybody(alice.api) == [mine]


@pytest.mark.parametrize("q", ["muster", "mueller", "山田", "примеров", "홍길동", "ישראלי", "fulana"])
def test_they_are_found_in_every_script(alice, q):
    alice.api.post("/demo")
    assert alice.api.get("/contacts/search", params={"q": q}).json()["result"]


def test_a_number_of_the_demo_shows_the_name(alice):
    alice.api.post("/demo")
    assert alice.api.get("/callerid?phone=%2B81 3 0000 0000").text == ""
    assert alice.api.get("/callerid?phone=%2B13105550134").text == "山田太郎"
    assert alice.api.get("/callerid?phone=%2B12025550137").text == "Example Town Hall"


def test_loaded_again_it_has_nobody_twice(alice):
    alice.api.post("/demo")
    assert alice.api.post("/demo").json() == {"created": 0}
    one = everybody(alice.api, external_id="demo-07")[0]
    alice.api.delete(f"/contacts/{one['id']}")
    assert alice.api.post("/demo").json() == {"created": 1}
    assert len(everybody(alice.api)) == 50


def test_what_was_changed_is_kept_and_so_is_what_only_has_the_same_external_id(alice):
    mine = alice.api.post("/contacts", json={"external_id": "demo-50"}).json()
    assert alice.api.post("/demo").json() == {"created": 49}
    first, second, third, fourth = (everybody(alice.api, external_id=f"demo-0{i}")[0] for i in range(1, 5))
    tag = alice.api.post("/tags", json={"name": "VIP"}).json()
    alice.api.put(f"/contacts/{first['id']}", json={"notes": "x"})
    alice.api.post(f"/contacts/{second['id']}/phone-numbers", json={"number": "+12025550199"})
    alice.api.post(f"/contacts/{third['id']}/tags", json={"tag_id": tag["id"]})
    alice.api.put(f"/contacts/{fourth['id']}", json={"notes": fourth["notes"]})
    assert alice.api.delete("/demo").json() == {"deleted": 46, "kept": 4}
    assert {one["id"] for one in everybody(alice.api)} == {mine["id"], first["id"], second["id"], third["id"]}


def test_a_key_that_may_only_read_may_not(alice, database_url):
    headers = {"Authorization": f"Bearer {access_key(database_url, alice.customer_id, 'read')}"}
    for method in ("POST", "DELETE"):
        assert alice.api.request(method, "/demo", headers=headers).status_code == 403


def test_many_at_once_load_it_once(api):
    calls = [call(api, "POST", "/demo")] * 4 + [call(api, "DELETE", "/demo")] + [call(api, "POST", "/demo")] * 4
    assert set(at_once(*calls)) <= {200, 201}
    people = everybody(api)
    assert len({one["external_id"] for one in people}) == len(people)


def test_the_demo_has_fifty():
    assert len(demo_contacts()) == 50
