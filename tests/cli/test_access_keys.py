"""Customers and access keys on the command line."""

import json
import os
import re
import subprocess
import time
from datetime import timedelta

import httpx

from tests.keys import access_key
from tests.process import COMMAND


def test_customers_and_access_keys(ringbook):
    customer = json.loads(ringbook("customer", "create", "Acme", "--default-region", "us").stdout)
    assert list(customer) == ["id", "name", "default_region", "totp_required", "tm_create"]
    assert customer["default_region"] == "US"
    assert json.loads(ringbook("customer", "list").stdout) == [customer]
    key = json.loads(ringbook("accesskey", "create", "--customer", customer["id"], "--expires-in", "30d").stdout)
    assert list(key) == [
        "id",
        "customer_id",
        "name",
        "prefix",
        "scopes",
        "tm_expire",
        "tm_create",
        "tm_delete",
        "token",
    ]
    assert key["scopes"] == ["write"]
    del key["token"]
    assert json.loads(ringbook("accesskey", "list", "--customer", customer["id"]).stdout) == [key]
    revoked = json.loads(ringbook("accesskey", "revoke", key["id"]).stdout)
    assert revoked["tm_delete"]
    assert revoked == key | {"tm_delete": revoked["tm_delete"]}
    assert ringbook("accesskey", "revoke", key["id"]).returncode == 1
    assert json.loads(ringbook("customer", "delete", customer["id"], "--yes").stdout) == customer


def test_a_period_that_no_clock_holds_is_refused_in_a_line(ringbook):
    result = ringbook(
        "accesskey", "create", "--customer", "0" * 8 + "-0000" * 3 + "-" + "0" * 12, "--expires-in", "999999999w"
    )
    assert (result.returncode, "--expires-in" in result.stderr, "Traceback" in result.stderr) == (2, True, False)


def test_a_revoked_or_expired_key_and_a_deleted_customers_stop_working(ringbook, database_url, server, alice, bob):
    def status(token):
        return httpx.get(f"{server}/v1.0/contacts", params={"token": token}, timeout=20).status_code

    revoked = json.loads(ringbook("accesskey", "create", "--customer", alice.customer_id).stdout)
    assert [status(revoked["token"]), status(bob.token)] == [200, 200]
    assert ringbook("accesskey", "revoke", revoked["id"]).returncode == 0
    assert ringbook("customer", "delete", bob.customer_id, "--yes").returncode == 0
    expiring = access_key(database_url, alice.customer_id, expires_in=timedelta(seconds=4))
    assert status(expiring) == 200
    time.sleep(5)
    assert [status(token) for token in (revoked["token"], expiring, bob.token)] == [401, 401, 401]
    assert status(alice.token) == 200


def test_a_lookup_key_may_only_look_up(ringbook, server, alice):
    key = json.loads(ringbook("accesskey", "create", "--customer", alice.customer_id, "--scope", "lookup").stdout)
    with httpx.Client(base_url=f"{server}/v1.0", params={"token": key["token"]}) as api:
        assert api.get("/contacts/lookup", params={"phone": "+15551234567"}).status_code == 404
        refused = [api.get("/contacts"), api.post("/contacts", json={}), api.get("/tags")]
    assert [answer.status_code for answer in refused] == [403, 403, 403]


def test_a_customer_and_then_a_key_are_made_on_a_database_that_was_never_migrated(empty_database_url):
    environment = os.environ | {"RINGBOOK_DATABASE_URL": empty_database_url}

    def create(*arguments):
        return json.loads(subprocess.check_output([*COMMAND, *arguments], env=environment))

    customer = create("customer", "create", "Acme")
    assert create("accesskey", "create", "--customer", customer["id"])["token"].startswith("rb_")


def test_the_only_customer_need_not_be_named(ringbook):
    nobody = ringbook("accesskey", "create")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert "ringbook customer create NAME" in nobody.stderr
    acme = json.loads(ringbook("customer", "create", "Acme").stdout)
    assert json.loads(ringbook("accesskey", "create").stdout)["customer_id"] == acme["id"]
    globex = json.loads(ringbook("customer", "create", "Globex").stdout)
    several = ringbook("accesskey", "create")
    assert (several.returncode, several.stdout) == (1, "")
    assert f"\n  {acme['id']}  Acme\n  {globex['id']}  Globex\n" in several.stderr
    ringbook("customer", "delete", globex["id"], "--yes")
    assert json.loads(ringbook("accesskey", "create").stdout)["customer_id"] == acme["id"]


def test_a_new_key_is_shown_with_calls_to_paste_where_that_is_asked(ringbook, server):
    ringbook("customer", "create", "Acme")
    made = ringbook("accesskey", "create", "--first-calls", f"{server}/", "--scope", "read")
    key = re.search(r"rb_\w{38}", made.stderr)[0]
    assert (made.returncode, made.stdout) == (0, "")
    assert f"  API={server}/v1.0\n  TOKEN={key}\n  curl" in made.stderr
    assert httpx.get(f"{server}/v1.0/contacts", headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_a_key_gets_other_scopes(ringbook, alice, server):
    key = json.loads(ringbook("accesskey", "create", "--customer", alice.customer_id).stdout)
    changed = json.loads(ringbook("accesskey", "update", key["id"], "--scope", "admin").stdout)
    assert changed["scopes"] == ["admin"]
    for path in ("webhooks", "contacts", "contacts/lookup?phone=1"):
        status = httpx.get(f"{server}/v1.0/{path}", headers={"Authorization": f"Bearer {key['token']}"}).status_code
        assert status in (200, 404), path
    unknown = ringbook("accesskey", "update", alice.customer_id, "--scope", "admin")
    assert (unknown.returncode, unknown.stderr) == (1, "ringbook: there is no such access key\n")


def test_a_key_has_admin_only_where_it_is_asked_for(ringbook, alice, server):
    key = json.loads(ringbook("accesskey", "create", "--customer", alice.customer_id).stdout)
    refused = httpx.get(f"{server}/v1.0/webhooks", headers={"Authorization": f"Bearer {key['token']}"})
    assert (refused.status_code, refused.json()["message"]) == (403, "this access key lacks the scope admin")
