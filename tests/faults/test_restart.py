"""A server restarts or ends under load: clients that keep their connections, and never try again, lose nothing."""

import json
import random
import signal
import threading
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPException

import pytest

from tests.faults.processes import wait_until
from tests.faults.writers import body

CLIENTS = 12


class Client:
    """A client that tries nothing twice; `keeps` its connection, or makes one for each request."""

    def __init__(self, port, token, keeps, pause):
        self.connection = HTTPConnection("127.0.0.1", port, timeout=20)
        self.headers = {"Authorization": f"Bearer {token}"}
        self.keeps, self.pause = keeps, pause
        self.answered, self.lost = 0, []

    def ask(self):
        """Create a contact or look one up."""
        contact = body()
        number = contact["phone_numbers"][0]["number"].replace("+", "%2B")
        ways = [("POST", "/v1.0/contacts", json.dumps(contact)), ("GET", f"/v1.0/contacts/lookup?phone={number}", None)]
        try:
            self.connection.request(*random.choice(ways), self.headers)
            with self.connection.getresponse() as response:
                response.read()
            assert response.status in (201, 404), response.status
            self.answered += 1
        except (HTTPException, OSError) as error:
            self.lost.append(repr(error))
            self.connection.close()
        if not self.keeps:
            self.connection.close()

    def work(self, stop):
        with closing(self.connection):
            while not stop.is_set():
                self.ask()
                time.sleep(random.uniform(0, self.pause))


@pytest.fixture
def load(durable_token):
    """Clients at work while the block runs: most keep their connections, some with pauses, some make new ones."""

    def start(server, stack):
        stop = threading.Event()
        kinds = [(True, 0.002), (True, 0.002), (True, 2), (False, 0.02)]
        clients = [Client(server.port, durable_token, *kinds[number % len(kinds)]) for number in range(CLIENTS)]
        threads = [threading.Thread(target=client.work, args=(stop,)) for client in clients]
        for thread in threads:
            thread.start()
            stack.callback(thread.join)
        stack.callback(stop.set)
        return clients

    return start


def lost(clients):
    return [error for client in clients for error in client.lost]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_rolling_restart_loses_no_request(kind, ringbook, load, durable_token, figure, longer):
    server = ringbook(workers=2)
    wait_until(lambda: len(server.answering()) == 2)
    rounds, seconds = 3 * longer, []
    with ExitStack() as stack:
        clients = load(server, stack)
        for _ in range(rounds):
            before = {process.pid for process in server.answering()}
            time.sleep(1)
            server.process.send_signal(signal.SIGHUP)
            seconds.append(wait_until(lambda before=before: not before & {p.pid for p in server.answering()}))
            assert len(server.answering()) == 2
    assert lost(clients) == []
    answered = sum(client.answered for client in clients)
    counted = HTTPConnection("127.0.0.1", server.port, timeout=20)
    with closing(counted):
        counted.request("GET", "/metrics")
        lines = counted.getresponse().read().decode().splitlines()
    count = "ringbook_http_request_duration_seconds_count{"
    assert sum(float(line.split()[1]) for line in lines if line.startswith(count) and "/v1.0/" in line) == answered
    figure(f"{rounds} restarts, {answered:,} requests, none lost, all workers replaced within {max(seconds):.1f} s")


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_is_on_its_way_at_sigterm_is_answered(kind, workers, ringbook, durable_token, figure):
    server = ringbook(workers)
    contact = json.dumps(body()).encode()
    with ExitStack() as stack:
        connections = [
            stack.enter_context(closing(HTTPConnection("127.0.0.1", server.port, timeout=20))) for _ in range(20)
        ]
        for connection in connections:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        for connection in connections[:10]:
            connection.putrequest("POST", "/v1.0/contacts")
            connection.putheader("Authorization", f"Bearer {durable_token}")
            connection.putheader("Content-Length", str(len(contact)))
            connection.endheaders(contact[:20])
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.7)
        for connection in connections[:10]:
            connection.send(contact[20:])
        for connection in connections[10:]:
            connection.request("GET", "/healthz")
        answers = [connection.getresponse() for connection in connections]
        assert [answer.status for answer in answers] == [201] * 10 + [200] * 10
        assert {answer.headers["Connection"] for answer in answers} == {"close"}
        started = time.monotonic()
        assert server.process.wait(10) == 0
        figure(f"10 half-sent and 10 later requests answered, ended {time.monotonic() - started:.1f} s after them")
