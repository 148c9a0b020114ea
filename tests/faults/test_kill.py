"""kill -9 at random moments under concurrent writes: what was acknowledged is there, and nothing half done."""

import itertools
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.faults.processes import kill_9, wait_until

MOST_SECONDS = 3.5


def rounds(writers, count, kill, recover):
    """Write, kill at a random moment, recover, and compare, as often as time allows; return how long recoveries took.

    50 rounds in all take at most 3 minutes; there are fewer on a machine with much else to do.
    """
    seconds, ends = [], time.monotonic() + MOST_SECONDS * count
    while len(seconds) < count and time.monotonic() < ends:
        before = writers.acknowledged
        with writers:
            wait_until(lambda before=before: writers.acknowledged > before + 5)
            time.sleep(random.uniform(0, 0.5))
            kill()
        started = time.monotonic()
        recover()
        seconds.append(time.monotonic() - started)
        writers.check()
    writers.check_all()
    return seconds


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_killed_server_has_lost_nothing_it_acknowledged(kind, ringbook, writers, whole, figure, longer):
    server = ringbook()
    clients = writers(server, batching=2)
    seconds = rounds(clients, 12 * longer, server.kill, server.start)
    whole()
    figure(
        f"{len(seconds)} kills, {clients.acknowledged:,} acknowledged changes, none lost; "
        f"{clients.batches_in_doubt} batches in doubt, none half done, none done twice"
    )


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_killed_worker_has_lost_nothing_and_is_replaced(kind, ringbook, writers, whole, figure, longer):
    server = ringbook(workers=2)
    clients = writers(server, batching=2)
    wait_until(lambda: len(server.answering()) == 2)

    def kill():
        kill_9(random.choice(server.answering()).pid)

    def recover():
        wait_until(lambda: len(server.answering()) == 2 and server.answers("/readyz"))

    seconds = rounds(clients, 7 * longer, kill, recover)
    whole()
    figure(f"{len(seconds)} kills, {clients.acknowledged:,} changes, replaced within {max(seconds):.1f} s")


@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize("victim", ["the whole of PostgreSQL", "one of its backends"])
def test_a_killed_postgresql_has_lost_nothing_and_the_same_ringbook_goes_on(
    kind, victim, own_postgres, ringbook, writers, whole, figure, longer
):
    server = ringbook(workers=2)
    clients = writers(server, batching=2)

    def kill():
        if victim.startswith("one"):
            kill_9(random.choice(own_postgres.backends()).pid)
        else:
            own_postgres.kill()

    def recover():
        if own_postgres.process.poll() is not None:
            own_postgres.start()
        wait_until(lambda: server.answers("/readyz"))

    seconds = rounds(clients, 6 * longer, kill, recover)
    whole()
    figure(f"{len(seconds)} kills, {clients.acknowledged:,} changes, back within {max(seconds):.1f} s")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_post_that_is_sent_again_after_a_kill_is_done_once(kind, ringbook, durable_token, whole, figure, longer):
    server = ringbook()
    stop, sent = threading.Event(), itertools.count()

    def client():
        repeats = 0
        with httpx.Client(base_url=f"{server.address}/v1.0", params={"token": durable_token}, timeout=20) as api:
            while not stop.is_set():
                name = f"company {next(sent)}"
                while (answer := send(api, name)) is None or answer.status_code in (409, 503):
                    repeats += 1
                    time.sleep(0.02)
                assert answer.status_code == 201, answer.text
        return repeats

    with ThreadPoolExecutor(4) as threads:
        clients = [threads.submit(client) for _ in range(4)]
        for _ in range(4 * longer):
            time.sleep(random.uniform(0.3, 0.8))
            server.kill()
            server.start()
        stop.set()
    repeats = sum(client.result() for client in clients)
    with httpx.Client(base_url=f"{server.address}/v1.0", params={"token": durable_token}, timeout=20) as api:
        names, token = [], ""
        while page := api.get("/contacts", params={"page_token": token}).json():
            names += [contact["company"] for contact in page["result"]]
            if not (token := page["next_page_token"]):
                break
    assert sorted(names) == sorted(f"company {i}" for i in range(len(names)))
    whole()
    figure(f"{4 * longer} kills, {len(names):,} contacts, {repeats} requests sent again, each done once")


def send(api, name):
    """Create a contact, with its name as the key of the request; return the answer, None where there was none."""
    try:
        return api.post("/contacts", json={"company": name}, headers={"Idempotency-Key": name})
    except httpx.TransportError:
        return None
