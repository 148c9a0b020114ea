"""/users: the people of a customer, their roles, and the last owner."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.keys import access_key
from tests.people import PASSWORD, browser, invited, joined, log_in, reason, token_of
from tests.rows import execute, rows_of


def test_a_user_is_created_listed_changed_and_deleted(alice):
    made = invited(alice, email="Ann@Acme.com", name=" Ann ")
    link = made.pop("link")
    assert made | {"id": "", "customer_id": "", "tm_create": ""} == {
        "id": "",
        "customer_id": "",
        "email": "ann@acme.com",
        "name": "Ann",
        "role": "manager",
        "is_active": True,
        "has_password": False,
        "has_totp": False,
        "tm_create": "",
        "tm_update": None,
        "tm_delete": None,
    }
    assert link.startswith(str(alice.api.base_url).removesuffix("/v1.0/") + "/#/welcome?token=")
    path = f"/users/{made['id']}"
    assert alice.api.get(path).json() == made
    assert alice.api.get("/users").json() == {"result": [made], "next_page_token": ""}
    changed = alice.api.put(path, json=made | {"role": "agent", "name": "Anna"}).json()
    assert (changed["role"], changed["name"], changed["email"]) == ("agent", "Anna", "ann@acme.com")
    deleted = alice.api.delete(path).json()
    assert deleted["tm_delete"]
    assert alice.api.get("/users").json()["result"] == []
    for method in ("get", "delete"):
        assert reason(getattr(alice.api, method)(path)) == (404, "USER_NOT_FOUND")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"email", "role"}),
        ({"email": "no address", "role": "king", "name": "x" * 256}, {"email", "role", "name"}),
        ({"email": "ann@acme.com", "role": "agent", "is_active": "yes", "password": "x"}, {"is_active", "password"}),
    ],
)
def test_every_bad_field_of_a_user_is_named(alice, body, fields):
    answer = alice.api.post("/users", json=body)
    assert answer.status_code == 400
    assert {one["field"] for one in answer.json()["error"]["details"]} == fields


def test_an_address_belongs_to_one_user_of_all_customers_until_that_one_is_deleted(alice, bob):
    ann = invited(alice)
    same = {"email": "ANN@acme.com", "role": "agent"}
    for api in (alice.api, bob.api):
        assert reason(api.post("/users", json=same)) == (409, "USER_EMAIL_EXISTS")
    other = invited(bob, email="other@acme.com")
    assert reason(bob.api.put(f"/users/{other['id']}", json={"email": "ann@acme.com"})) == (409, "USER_EMAIL_EXISTS")
    alice.api.delete(f"/users/{ann['id']}")
    assert bob.api.post("/users", json=same).status_code == 201


def test_users_are_for_owners_alone(alice, server, database_url):
    for role, statuses in (("agent", (403, 403)), ("manager", (403, 403)), ("owner", (200, 201))):
        _, client = joined(alice, server, email=f"{role}@acme.com", role=role)
        new = {"email": f"by.{role}@acme.com", "role": "agent"}
        got = client.get("/users").status_code, client.post("/users", json=new).status_code
        assert got == statuses, role
    token = access_key(database_url, alice.customer_id, "write")
    answer = alice.api.get("/users", headers={"Authorization": f"Bearer {token}"})
    assert reason(answer) == (403, "INSUFFICIENT_SCOPE")
    assert "admin" in answer.json()["message"]


def test_a_role_is_a_set_of_scopes(alice, server):
    contact = {"display_name": "John"}
    for role, may_write in (("agent", False), ("manager", True), ("owner", True)):
        _, client = joined(alice, server, email=f"{role}@acme.com", role=role)
        assert client.get("/contacts").status_code == 200
        assert client.get("/contacts/lookup", params={"phone": "+15550000000"}).status_code == 404
        assert client.post("/contacts", json=contact).status_code == (201 if may_write else 403)
        assert client.get("/webhooks").status_code == (200 if role == "owner" else 403)
        assert client.get("/phonebooks/yealink").status_code == 403


def test_an_owner_who_cannot_log_in_yet_is_no_owner_to_leave_the_others_to(alice, server):
    ann, _ = joined(alice, server, role="owner")
    path = f"/users/{ann['id']}"
    other = invited(alice, email="other@acme.com", role="owner")
    assert reason(alice.api.put(path, json={"role": "agent"})) == (409, "LAST_OWNER")
    assert reason(alice.api.delete(path)) == (409, "LAST_OWNER")
    assert alice.api.delete(f"/users/{other['id']}").status_code == 200
    joined(alice, server, "third@acme.com", role="owner")
    assert alice.api.delete(path).status_code == 200


def test_a_link_that_went_to_a_wrong_address_is_good_no_more(alice, server):
    user = invited(alice, email="wrong@acme.com")
    alice.api.put(f"/users/{user['id']}", json={"name": "Ann"})
    alice.api.put(f"/users/{user['id']}", json={"email": "right@acme.com"})
    answer = browser(server).post("/passwords", json={"token": token_of(user["link"]), "password": PASSWORD})
    assert reason(answer) == (401, "INVALID_LINK")


def test_another_role_counts_at_once(alice, server):
    ann, client = joined(alice, server)
    alice.api.put(f"/users/{ann['id']}", json={"role": "agent"})
    assert reason(client.post("/contacts", json={})) == (403, "INSUFFICIENT_SCOPE")


def test_the_last_owner_is_not_removed_demoted_nor_switched_off(alice):
    ann = invited(alice, role="owner")
    path = f"/users/{ann['id']}"
    assert reason(alice.api.delete(path)) == (409, "LAST_OWNER")
    for change in ({"role": "manager"}, {"is_active": False}, {"role": "owner", "is_active": False}):
        assert reason(alice.api.put(path, json=change)) == (409, "LAST_OWNER")
    assert alice.api.put(path, json={"name": "Anna", "role": "owner", "is_active": True}).status_code == 200
    other = invited(alice, email="other@acme.com", role="owner")
    alice.api.put(f"/users/{other['id']}", json={"is_active": False})
    assert reason(alice.api.delete(path)) == (409, "LAST_OWNER")
    alice.api.put(f"/users/{other['id']}", json={"is_active": True})
    assert alice.api.delete(path).status_code == 200


def test_owners_who_leave_at_the_same_time_leave_one(alice):
    for turn in range(5):
        owners = [invited(alice, email=f"{turn}.{i}@acme.com", role="owner")["id"] for i in range(3)]
        owners += [u["id"] for u in alice.api.get("/users").json()["result"] if u["role"] == "owner"]
        owners = sorted(set(owners))
        barrier = threading.Barrier(len(owners))

        def leave(user_id, barrier=barrier, turn=turn):
            barrier.wait()
            if turn % 2:
                return alice.api.delete(f"/users/{user_id}").status_code
            return alice.api.put(f"/users/{user_id}", json={"role": "agent"}).status_code

        with ThreadPoolExecutor(len(owners)) as pool:
            statuses = sorted(pool.map(leave, owners))
        assert statuses == [200] * (len(owners) - 1) + [409]


def test_a_link_is_used_once_within_a_day_and_only_its_hash_is_kept(alice, server, database_url):
    ann = invited(alice)
    first = token_of(ann["link"])
    answer = alice.api.post(f"/users/{ann['id']}/link")
    assert (answer.status_code, list(answer.json())) == (201, ["link", "tm_expire"])
    second = token_of(answer.json()["link"])
    client = browser(server)

    def use(token):
        return client.post("/passwords", json={"token": token, "password": PASSWORD})

    assert reason(use(first)) == (401, "INVALID_LINK")
    [(kept,)] = rows_of(database_url, "SELECT token_hash FROM user_links")
    assert (len(kept), second in kept) == (64, False)
    assert use(second).status_code == 200
    assert reason(use(second)) == (401, "INVALID_LINK")
    third = token_of(alice.api.post(f"/users/{ann['id']}/link").json()["link"])
    execute(database_url, "UPDATE user_links SET tm_expire = '2026-01-01T00:00:00.000000Z'")
    assert reason(use(third)) == (401, "INVALID_LINK")


def test_of_two_who_use_a_link_at_once_one_does(alice, server):
    token = token_of(invited(alice)["link"])
    with ThreadPoolExecutor(4) as pool:
        sent = [{"token": token, "password": f"{PASSWORD} {i}"} for i in range(4)]
        answers = list(pool.map(lambda body: browser(server).post("/passwords", json=body).status_code, sent))
    assert sorted(answers) == [200, 401, 401, 401]


def test_who_is_switched_off_or_deleted_gets_no_link_and_has_none(alice, server):
    ann = invited(alice)
    path = f"/users/{ann['id']}"
    off = alice.api.put(path, json={"is_active": False}).json()
    assert off["is_active"] is False
    body = {"token": token_of(ann["link"]), "password": PASSWORD}
    assert reason(browser(server).post("/passwords", json=body)) == (401, "INVALID_LINK")
    assert reason(alice.api.post(f"{path}/link")) == (409, "USER_NOT_ACTIVE")
    quiet = alice.api.post("/users", json={"email": "b@acme.com", "role": "agent", "is_active": False}).json()
    assert (quiet["is_active"], quiet["link"]) == (False, "")
    alice.api.delete(path)
    assert reason(alice.api.post(f"{path}/link")) == (404, "USER_NOT_FOUND")


def test_another_customers_users_are_not_there(alice, bob):
    path = f"/users/{invited(alice)['id']}"
    assert bob.api.get("/users").json()["result"] == []
    for method, more in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/link"), ("DELETE", "/totp")):
        answer = bob.api.request(method, path + more, json={} if method == "PUT" else None)
        assert reason(answer) == (404, "USER_NOT_FOUND")


def test_a_new_address_counts_at_the_next_login(alice, server):
    ann, client = joined(alice, server)
    alice.api.put(f"/users/{ann['id']}", json={"email": "anna@acme.com"})
    assert client.get("/sessions/current").json()["user"]["email"] == "anna@acme.com"
    assert reason(log_in(server)[1]) == (401, "INVALID_LOGIN")
    assert log_in(server, email="Anna@acme.com")[1].status_code == 201


def test_a_user_may_ask_who_he_is(alice, server):
    ann, client = joined(alice, server)
    me = client.get("/me").json()
    assert me["user"] == alice.api.get(f"/users/{ann['id']}").json()
    assert me["customer"] == alice.api.get("/customer").json()
    assert (me["type"], me["id"], me["customer_id"]) == ("user", ann["id"], alice.customer_id)
    assert (me["username"], me["name"], me["permission"]) == ("ann@acme.com", "Ann", 32)
    assert me["scopes"] == client.get("/sessions/current").json()["scopes"] == ["lookup", "read", "write"]
    alice.api.put(f"/users/{ann['id']}", json={"role": "agent"})
    assert (client.get("/me").json()["permission"], client.get("/me").json()["scopes"]) == (0, ["lookup", "read"])
    client.delete("/sessions/current")
    assert client.get("/me").status_code == 401
