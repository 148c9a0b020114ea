"""Webhooks are sent by one worker of all; where it is killed, another goes on, and nothing is left out."""

import time

import httpx
import psutil
import pytest

from tests.faults.processes import kill_9, wait_until
from tests.webhooks.receiver import receiving

TAKEN_OVER_SECONDS = 60


def sends(worker, port):
    """Tell whether the worker has the connection from this port."""
    try:
        return any(one.laddr.port == port for one in worker.net_connections("tcp"))
    except psutil.Error:
        return False


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_webhooks_of_a_killed_worker_are_taken_over_within_a_minute(
    durable_url, durable_token, ringbook, figure, monkeypatch, kind
):
    monkeypatch.setenv("RINGBOOK_WEBHOOK_ALLOWED_HOSTS", "127.0.0.1")
    server = ringbook(workers=2)
    with receiving() as receiver, httpx.Client(base_url=f"{server.address}/v1.0", timeout=20) as api:
        api.params, senders, made = {"token": durable_token}, [], []

        def answer(_):
            senders[:] = [one.pid for one in server.answering() if sends(one, receiver.client_port)]
            return 200, ""

        receiver.answer = answer
        secret = api.post("/webhooks", json={"url": receiver.url}).json()["secret"]
        made.append(api.post("/contacts", json={}).json()["id"])
        receiver.wait_for(lambda events: events)
        wait_until(lambda: senders)
        [killed] = senders
        made += [api.post("/contacts", json={}).json()["id"] for _ in range(20)]
        kill_9(killed)
        started = time.monotonic()
        wait_until(server.answers)
        with httpx.Client(base_url=f"{server.address}/v1.0", params=api.params, timeout=20) as again:
            made += [again.post("/contacts", json={}).json()["id"] for _ in range(5)]
            again.put(f"/contacts/{made[0]}", json={}).raise_for_status()
        events = receiver.wait_for(
            lambda events: (
                {event["data"]["id"] for event in events} == set(made)
                and any(event["type"] == "contact.updated" for event in events)
            ),
            seconds=TAKEN_OVER_SECONDS,
        )
        seconds = time.monotonic() - started
        receiver.verify(secret)
    assert senders != [killed]
    figure(f"taken over after {seconds:.0f} s; {len(events)} deliveries of 26 changes")
