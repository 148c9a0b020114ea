"""One address takes as many connections as it may: it is refused beyond, and others are served."""

import json
import socket
import time
from contextlib import ExitStack
from http.client import HTTPConnection

import psutil
import pytest

from tests.process import started

MOST = 200


@pytest.fixture
def own_address():
    """An address of this machine that is not loopback: the source of connections to itself."""
    found = [a.address for of in psutil.net_if_addrs().values() for a in of if a.family == socket.AF_INET]
    for address in found:
        if not address.startswith("127."):
            return address
    pytest.skip("this machine has no address but loopback")


def answer(host, port):
    """Return the status and the body of a request on a new connection."""
    connection = HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        with connection.getresponse() as response:
            return response.status, json.loads(response.read())
    finally:
        connection.close()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_an_address_beyond_its_limit_is_refused_and_no_other(
    kind, durable_url, own_address, tmp_path, monkeypatch, figure
):
    monkeypatch.setenv("RINGBOOK_CONNECTIONS_PER_ADDRESS", str(MOST))
    log = tmp_path / "log"
    with started(durable_url, log, "serve", "--host", "0.0.0.0") as (process, address), ExitStack() as stack:
        port = int(address.rpartition(":")[2])
        for _ in range(2 * MOST):
            stack.enter_context(socket.create_connection((own_address, port), 10))
        time.sleep(1)
        status, body = answer(own_address, port)
        assert (status, body["error"]["reason"]) == (429, "RATE_LIMITED")
        assert f"at most {MOST}" in body["message"]
        held = sum(one.status == "ESTABLISHED" for one in psutil.Process(process.pid).net_connections("tcp"))
        assert held == MOST
        for _ in range(2 * MOST):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
        assert answer("127.0.0.1", port)[0] == 200
        stack.pop_all().close()
        time.sleep(1)
        assert [answer(own_address, port)[0] for _ in range(3 * MOST)] == [200] * 3 * MOST
    assert log.read_text().count("connections are refused") == 1
    figure(f"{2 * MOST} connections, {held} held; {2 * MOST} of loopback beside them")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_trusted_proxy_may_have_any_number_of_connections(
    kind, durable_url, own_address, tmp_path, monkeypatch, figure
):
    monkeypatch.setenv("RINGBOOK_CONNECTIONS_PER_ADDRESS", "1")
    monkeypatch.setenv("RINGBOOK_TRUSTED_PROXIES", own_address)
    with started(durable_url, tmp_path / "log", "serve", "--host", "0.0.0.0") as (_, address), ExitStack() as stack:
        port = int(address.rpartition(":")[2])
        for _ in range(MOST):
            stack.enter_context(socket.create_connection((own_address, port), 10))
        assert answer(own_address, port)[0] == 200
    figure(f"a limit of 1, {MOST} connections")
