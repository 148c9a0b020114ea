"""Webhooks, as a real receiver sees them."""

import re
import shutil
import socket
import subprocess
import threading
import time
from contextlib import closing

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from ringbook.config import read_settings
from ringbook.webhooks import outbound
from tests.people import joined
from tests.rows import execute
from tests.webhooks.receiver import receiving

ALL = ["contact.created", "contact.updated", "contact.deleted"]


@pytest.fixture
def server_settings():
    return {"RINGBOOK_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1,localhost"}


@pytest.fixture
def another_receiver():
    with receiving() as one:
        yield one


def make(user, url, **more):
    answer = user.api.post("/webhooks", json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def listed(user, webhook):
    return user.api.get(f"/webhooks/{webhook['id']}/deliveries").json()["result"]


def until(true, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def refused(answer, status, reason, field=None):
    assert (answer.status_code, answer.json()["error"]["reason"]) == (status, reason)
    assert field is None or [one["field"] for one in answer.json()["error"]["details"]] == [field]


def test_a_webhook_is_made_read_changed_listed_and_deleted_and_shows_its_secret_once(alice):
    made = make(alice, "https://crm.example/hook", is_active=False)
    secret = made.pop("secret")
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/=]{32,}", secret)
    assert (made["url"], made["events"], made["is_active"]) == ("https://crm.example/hook", ALL, False)
    path = f"/webhooks/{made['id']}"
    assert alice.api.get(path).json() == made
    assert alice.api.get("/webhooks").json() == {"result": [made], "next_page_token": ""}
    changed = alice.api.put(path, json={"url": "http://crm.example/x", "events": ["contact.deleted"]}).json()
    assert (changed["url"], changed["events"], changed["is_active"]) == ("http://crm.example/x", ALL[2:], False)
    assert alice.api.put(path, json=made).json()["url"] == made["url"]
    assert alice.api.delete(path).json()["tm_delete"]
    for answer in (alice.api.get(path), alice.api.put(path, json={}), alice.api.delete(path)):
        refused(answer, 404, "WEBHOOK_NOT_FOUND")
    for word in ("rotate", "test"):
        refused(alice.api.post(f"{path}/{word}"), 404, "WEBHOOK_NOT_FOUND")
    refused(alice.api.get(f"{path}/deliveries"), 404, "WEBHOOK_NOT_FOUND")


BAD_URLS = ["crm.example", "ftp://crm.example", "https://", "https://user:pw@crm.example", "https://crm.example/#x"]
BAD_URLS += ["https://crm.example:99999", "https://crm.example/a b", "http://[::1", "https://müller.example", 5]


@pytest.mark.parametrize("url", [*BAD_URLS, f"https://crm.example/{'x' * 2000}"])
def test_a_url_that_is_none_is_refused(alice, url):
    refused(alice.api.post("/webhooks", json={"url": url}), 400, "INVALID_FIELD", "url")


def test_what_a_webhook_cannot_be_is_refused_by_field(alice):
    refused(alice.api.post("/webhooks", json={}), 400, "MISSING_FIELD", "url")
    for events in (["contact.seen"], []):
        answer = alice.api.post("/webhooks", json={"url": "https://crm.example", "events": events})
        assert answer.json()["error"]["details"][0]["field"].startswith("events")
    for _ in range(20):
        make(alice, "https://crm.example", is_active=False)
    refused(alice.api.post("/webhooks", json={"url": "https://crm.example"}), 400, "TOO_MANY_ENTRIES", "url")


def test_every_change_is_delivered_in_order_and_signed(alice, bob, receiver):
    contact_id = alice.api.post("/contacts", json={"notes": "before"}).json()["id"]
    webhook = make(alice, receiver.url)
    alice.api.put(f"/contacts/{contact_id}", json={"notes": "1"})
    alice.api.post(f"/contacts/{contact_id}/phone-numbers", json={"number": "+15551234567"})
    other = alice.api.post("/contacts", json={}).json()
    bob.api.post("/contacts", json={"notes": "another customer's"})
    deleted = alice.api.delete(f"/contacts/{contact_id}").json()
    events = receiver.wait_for(lambda events: len(events) == 4)
    mine = [event for event in events if event["data"]["id"] == contact_id]
    assert [event["type"] for event in mine] == ["contact.updated", "contact.updated", "contact.deleted"]
    assert mine[2]["data"] == {"id": contact_id, "tm_delete": deleted["tm_delete"], "merged_into": None}
    assert mine[2]["timestamp"] == deleted["tm_delete"]
    [made] = [event for event in events if event["data"]["id"] == other["id"]]
    me = alice.api.get("/me").json()
    by = {"type": "access_key", "id": me["id"], "name": me["name"]}
    assert made == {"type": "contact.created", "timestamp": other["tm_create"], "by": by, "data": other}
    receiver.verify(webhook["secret"])
    rows = until(
        lambda: [row for row in listed(alice, webhook) if row["state"] == "delivered"][3:] and listed(alice, webhook)
    )
    assert {(row["status"], row["answer"], row["attempts"], row["error"]) for row in rows} == {(200, "ok", 1, "")}
    assert all(row["milliseconds"] >= 0 for row in rows)


def test_a_delivery_names_the_user_who_made_the_change(alice, server, receiver):
    ann, page = joined(alice, server)
    make(alice, receiver.url)
    page.post("/contacts", json={"display_name": "John"})
    [event] = receiver.wait_for(lambda events: events)
    assert event["by"] == {"type": "user", "id": ann["id"], "name": "Ann"}


def test_only_the_events_asked_for_are_delivered_and_none_while_it_is_switched_off(alice, receiver):
    webhook = make(alice, receiver.url, events=["contact.deleted"], is_active=False)
    first, second = (alice.api.post("/contacts", json={}).json()["id"] for _ in range(2))
    alice.api.delete(f"/contacts/{first}")
    assert alice.api.put(f"/webhooks/{webhook['id']}", json={"is_active": True}).json()["is_active"] is True
    alice.api.put(f"/contacts/{second}", json={})
    alice.api.delete(f"/contacts/{second}")
    [event] = receiver.wait_for(lambda events: events)
    assert (event["type"], event["data"]["id"]) == ("contact.deleted", second)
    assert len(listed(alice, webhook)) == 1


def test_a_new_secret_signs_beside_the_old_one_for_a_day(alice, receiver, database_url):
    webhook = make(alice, receiver.url)
    rotated = alice.api.post(f"/webhooks/{webhook['id']}/rotate").json()
    assert rotated["secret"] != webhook["secret"]
    alice.api.post(f"/webhooks/{webhook['id']}/test")
    receiver.verify(webhook["secret"])
    receiver.verify(rotated["secret"])
    execute(database_url, "UPDATE webhooks SET tm_rotate = '2026-01-01T00:00:00.000000Z'")
    alice.api.post(f"/webhooks/{webhook['id']}/test")
    receiver.verify(rotated["secret"])
    headers, body, _ = receiver.received[1]
    with pytest.raises(WebhookVerificationError):
        Webhook(webhook["secret"]).verify(body, headers)


def test_a_test_is_sent_at_once_and_tells_what_was_answered(alice, receiver):
    webhook = make(alice, receiver.url, is_active=False)
    receiver.answer = lambda _: (503, "down\0 " + "x" * 3000)
    done = alice.api.post(f"/webhooks/{webhook['id']}/test").json()
    assert (done["state"], done["status"], done["type"], done["contact_id"]) == ("failed", 503, "webhook.test", None)
    assert (done["answer"][:6], len(done["answer"])) == ("down\ufffd ", 500)
    assert receiver.events[0]["data"] == {"webhook_id": webhook["id"]}
    assert listed(alice, webhook) == [done]


def test_what_failed_is_tried_again_in_order_and_other_contacts_do_not_wait(alice, receiver):
    bad, good = (alice.api.post("/contacts", json={}).json()["id"] for _ in range(2))
    webhook = make(alice, receiver.url)
    failures = iter([500, 301])
    receiver.answer = lambda event: (next(failures, 200) if event["data"]["id"] == bad else 200, receiver.url)
    for contact_id in (bad, good):
        for notes in "12":
            alice.api.put(f"/contacts/{contact_id}", json={"notes": notes})
    alice.api.delete(f"/contacts/{bad}")
    receiver.wait_for(lambda events: len(events) == 7)
    told = [
        (headers["webhook-id"], event["type"]) for headers, _, event in receiver.received if event["data"]["id"] == bad
    ]
    assert [kind for _, kind in told] == ["contact.updated"] * 4 + ["contact.deleted"]
    assert len({id_ for id_, _ in told[:3]}) == 1
    assert len({id_ for id_, _ in told}) == 3
    assert [event["data"]["id"] for event in receiver.events].index(good) < 4
    receiver.verify(webhook["secret"])


def test_a_redirect_is_not_followed(alice, receiver, another_receiver):
    webhook = make(alice, receiver.url, is_active=False)
    receiver.answer = lambda _: (307, another_receiver.url)
    assert alice.api.post(f"/webhooks/{webhook['id']}/test").json()["status"] == 307
    assert another_receiver.received == []


def test_a_receiver_that_never_answers_holds_up_no_other(alice, bob, receiver, another_receiver):
    never = threading.Event()
    receiver.answer = lambda _: (never.wait(40), (200, ""))[1]
    hanging, good = make(alice, receiver.url), make(alice, another_receiver.url)
    others = make(bob, another_receiver.url)
    started = time.monotonic()
    for _ in range(3):
        alice.api.post("/contacts", json={})
        bob.api.post("/contacts", json={})
    another_receiver.wait_for(lambda events: len(events) == 6, seconds=14)
    assert time.monotonic() - started < 14
    assert not [row for row in listed(alice, hanging) if row["state"] == "delivered"]
    row = until(lambda: [row for row in listed(alice, hanging) if row["attempts"]])[0]
    never.set()
    assert (row["status"], row["error"]) == (None, "no answer within 15 s")
    assert row["milliseconds"] > 14_000
    assert good["id"] != others["id"]


def test_after_three_days_a_webhook_is_switched_off_and_says_why_and_tells_again_when_switched_on(
    alice, receiver, database_url
):
    receiver.answer = lambda _: (500, "broken")
    webhook = make(alice, receiver.url)
    alice.api.post("/contacts", json={})
    until(lambda: [row for row in listed(alice, webhook) if row["attempts"]])
    execute(database_url, "UPDATE webhook_deliveries SET tm_create = '2026-01-01T00:00:00.000000Z'")
    now = until(lambda: [one for one in alice.api.get("/webhooks").json()["result"] if not one["is_active"]])[0]
    assert now["disabled_reason"] == "a delivery has failed for 3 days, at last with: HTTP status 500"
    assert [row["state"] for row in listed(alice, webhook)] == ["failed"]
    alice.api.post("/contacts", json={"notes": "not told"})
    receiver.answer = lambda _: (200, "")
    now = alice.api.put(f"/webhooks/{webhook['id']}", json={"is_active": True}).json()
    assert (now["is_active"], now["disabled_reason"]) == (True, "")
    told = alice.api.post("/contacts", json={}).json()
    receiver.wait_for(lambda events: any(event["data"] == told for event in events))
    assert "not told" not in str(receiver.events)


def test_the_last_100_deliveries_are_kept(alice, receiver):
    webhook = make(alice, receiver.url)
    made = [alice.api.post("/contacts", json={}).json()["id"] for _ in range(130)]
    receiver.wait_for(lambda events: len(events) >= 130)
    assert {event["data"]["id"] for event in receiver.events} == set(made)
    until(lambda: all(row["state"] == "delivered" for row in listed(alice, webhook)))
    assert len(listed(alice, webhook)) == 100


def test_another_customers_webhook_is_nobodys(alice, bob):
    path = f"/webhooks/{make(alice, 'https://crm.example', is_active=False)['id']}"
    for answer in (bob.api.get(path), bob.api.put(path, json={}), bob.api.delete(path), bob.api.post(f"{path}/rotate")):
        refused(answer, 404, "WEBHOOK_NOT_FOUND")
    refused(bob.api.post(f"{path}/test"), 404, "WEBHOOK_NOT_FOUND")
    refused(bob.api.get(f"{path}/deliveries"), 404, "WEBHOOK_NOT_FOUND")
    assert bob.api.get("/webhooks").json()["result"] == []


class TestWithoutAllowedHosts:
    @pytest.fixture
    def server_settings(self):
        return {}

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
    def test_nothing_is_sent_to_this_machine(self, alice, receiver, host):
        url = receiver.url.replace("127.0.0.1", host)
        done = alice.api.post(f"/webhooks/{make(alice, url, is_active=False)['id']}/test").json()
        assert (done["status"], receiver.received) == (None, [])
        assert "RINGBOOK_WEBHOOK_ALLOWED_HOSTS" in done["error"]


NOT_PUBLIC = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.1",
    "192.168.1.1",
]
NOT_PUBLIC += ["198.18.0.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"]
NOT_PUBLIC += ["::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"]
NOT_PUBLIC += ["::ffff:10.0.0.1", "::ffff:169.254.169.254", "::10.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::1"]
NOT_PUBLIC += ["64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::1", "2001::1", "100::1"]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused_unless_it_is_named(address):
    assert not outbound.is_public(address)
    assert not outbound.is_allowed("crm.example", address, ["crm2.example", "9.9.9.9", "9.0.0.0/8"])
    assert outbound.is_allowed("crm.example", address, ["CRM.example"])
    assert outbound.is_allowed("crm.example", address, ["0.0.0.0/0", "::/0"])


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"]
)
def test_a_public_address_is_allowed(address):
    assert outbound.is_public(address)


def test_a_port_that_nobody_listens_at_is_told(alice):
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    done = alice.api.post(f"/webhooks/{make(alice, f'http://127.0.0.1:{port}', is_active=False)['id']}/test").json()
    assert done["status"] is None
    assert done["error"]


@pytest.fixture
def certificate(tmp_path):
    """The file of a certificate of localhost, and its key: signed by itself."""
    file = tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", file, "-out", file]
    subprocess.run(command, check=True, capture_output=True)
    return file


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_a_certificate_must_be_valid_and_of_the_name(alice, certificate, monkeypatch):
    with receiving(certificate) as receiver:
        url = receiver.url.replace("http://127.0.0.1", "https://localhost")
        outbound._tls.cache_clear()
        path = f"/webhooks/{make(alice, url, is_active=False)['id']}"
        assert "CERTIFICATE_VERIFY_FAILED" in alice.api.post(f"{path}/test").json()["error"]
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        outbound._tls.cache_clear()
        assert alice.api.post(f"{path}/test").json()["status"] == 200
        assert len(receiver.received) == 1
        alice.api.put(path, json={"url": receiver.url.replace("http", "https")})
        assert "CERTIFICATE_VERIFY_FAILED" in alice.api.post(f"{path}/test").json()["error"]
    outbound._tls.cache_clear()


def test_the_secret_is_in_no_line_of_the_log(alice, receiver, capfd):
    webhook = make(alice, receiver.url)
    rotated = alice.api.post(f"/webhooks/{webhook['id']}/rotate").json()
    alice.api.post("/contacts", json={})
    receiver.wait_for(lambda events: events)
    said = "".join(capfd.readouterr())
    assert "POST" in said
    assert webhook["secret"] not in said
    assert rotated["secret"] not in said


def test_allowed_hosts_are_hosts_addresses_and_networks():
    settings = read_settings({"RINGBOOK_WEBHOOK_ALLOWED_HOSTS": "crm.local, 10.0.0.0/8,::1"})
    assert settings.webhook_allowed_hosts == ("crm.local", "10.0.0.0/8", "::1")
