"""kill -9 at random moments under concurrent writes: what was acknowledged is there, and nothing half done."""

import random
import time

import pytest

from tests.faults.processes import kill_9, wait_until

MOST_SECONDS = 45


def rounds(writers, count, kill, recover):
    """Write, kill at a random moment, recover, and compare, as often as time allows; return how long recoveries took.

    The time is that of a machine with much else to do: 50 rounds in all take 3 minutes on two cores.
    """
    seconds, ends = [], time.monotonic() + MOST_SECONDS * count / 7
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
    clients = writers(server)
    seconds = rounds(clients, 12 * longer, server.kill, server.start)
    whole()
    figure(f"{len(seconds)} kills, {clients.acknowledged:,} acknowledged changes, none lost, none half done")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_killed_worker_has_lost_nothing_and_is_replaced(kind, ringbook, writers, whole, figure, longer):
    server = ringbook(workers=2)
    clients = writers(server)
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
    clients = writers(server)

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
