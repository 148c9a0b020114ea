"""The server as a process of its own: its port, its workers, its end."""

import contextlib
import fcntl
import os
import pty
import signal
import socket
import subprocess
import sys
import termios
import time
from pathlib import Path

import httpx
import psutil
import pytest

from tests.process import COMMAND, started

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_that_is_taken_is_named(ringbook, server, workers):
    port = server.rpartition(":")[2]
    assert port in ringbook("serve", "--port", port, "--workers", workers).stderr


def test_a_port_that_workers_share_is_taken_for_others(ringbook, database_url, tmp_path):
    with started(database_url, tmp_path / "log", "serve", "--workers", "2") as (_, address):
        port = address.rpartition(":")[2]
        for workers in "1", "2":
            refused = ringbook("serve", "--port", port, "--workers", workers)
            assert port in refused.stderr
            assert refused.returncode == 1


def test_a_port_whose_connections_the_server_closed_is_free_for_the_next(database_url, tmp_path):
    port = "0"
    for workers in "1", "2", "2", "1":
        arguments = ["serve", "--port", port, "--workers", workers]
        with started(database_url, tmp_path / "log", *arguments) as (_, address):
            port = address.rpartition(":")[2]
            with socket.create_connection(("127.0.0.1", int(port))) as client:
                client.sendall(b"no HTTP\r\n\r\n")
                while client.recv(1000):  # until the server ends it, whose side then rests in TIME_WAIT
                    pass


def test_workers_share_connections_evenly(database_url, tmp_path):
    with (
        started(database_url, tmp_path / "log", "serve", "--workers", "2") as (process, address),
        contextlib.ExitStack() as stack,
    ):
        for _ in range(100):
            assert stack.enter_context(httpx.Client()).get(f"{address}/healthz", timeout=20).status_code == 200
        port = int(address.rpartition(":")[2])
        listening = [one for one in psutil.net_connections("tcp") if one.status == "LISTEN" and one.laddr.port == port]
        children = psutil.Process(process.pid).children(recursive=True)
        held = [sum(one.status == "ESTABLISHED" for one in child.net_connections("tcp")) for child in children]
    assert len({one.pid for one in listening}) == len(listening) == 2
    shares = [count for count in held if count]
    assert sum(shares) == 100
    assert min(shares) >= 25  # by chance less in one run of two million


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="this machine has no IPv6")
def test_the_address_of_ipv6_can_be_pasted(database_url, tmp_path):
    with started(database_url, tmp_path / "log", "serve", "--host", "::1") as (_, address):
        assert address.startswith("http://[::1]:")
        assert httpx.get(f"{address}/healthz", timeout=20).status_code == 200


@pytest.mark.parametrize("workers", [1, 2])
def test_serve_answers_and_ends_with_0_on_sigterm(database_url, tmp_path, token, workers):
    with started(database_url, tmp_path / "log", "serve", "--workers", str(workers)) as (process, address):
        with httpx.Client(base_url=f"{address}/v1.0", params={"token": token}, timeout=20) as api:
            for _ in range(20):
                assert api.post("/contacts", json={"phone_numbers": [{"number": "5551234567"}]}).status_code == 201
            metrics = api.get(f"{address}/metrics").text
        count = 'ringbook_http_request_duration_seconds_count{method="POST",route="/v1.0/contacts",status="201"} 20.0'
        assert count in metrics
    assert process.returncode == 0
    assert token not in (tmp_path / "log").read_text()


def test_workers_end_when_their_parent_is_killed(database_url, tmp_path):
    with started(database_url, tmp_path / "log", "serve", "--workers", "2") as (process, address):
        assert httpx.get(f"{address}/healthz", timeout=20).status_code == 200
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while answers(f"{address}/healthz"):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def answers(url):
    try:
        return httpx.get(url, timeout=20).status_code == 200
    except httpx.TransportError:  # refused, or reset by a worker that ends
        return False


INTERRUPTED = [(signal.SIGINT, 1), (signal.SIGINT, 2), (signal.SIGTERM, 1), (signal.SIGTERM, 2)]


def interrupt(process, number=signal.SIGINT):
    """Send a signal as a terminal does: to the server and its workers."""
    os.killpg(process.pid, number)


def said(log):
    """Return the lines of a server that ended, and see that it did so in order."""
    lines = log.read_text().splitlines()
    assert lines[-1] == "Ringbook stopped"
    assert lines.count("Ringbook stopped") == 1
    assert "Traceback" not in log.read_text()
    return lines


@pytest.mark.parametrize(("number", "workers"), INTERRUPTED)
def test_a_server_says_that_it_stopped_once_and_last(database_url, tmp_path, number, workers):
    with started(database_url, tmp_path / "log", "serve", "--workers", str(workers)) as (process, address):
        assert httpx.get(f"{address}/healthz", timeout=20).status_code == 200
        interrupt(process, number)
        assert process.wait(20) == 0
    said(tmp_path / "log")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_interrupt_ends_at_once_whatever_is_in_flight(database_url, tmp_path, token, workers):
    with started(database_url, tmp_path / "log", "serve", "--workers", str(workers)) as (process, address):
        assert httpx.get(f"{address}/healthz", timeout=20).status_code == 200
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as client:
            head = (
                f"POST /v1.0/contacts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 9\r\n\r\n"
            )
            client.sendall(head.encode())
            time.sleep(0.5)
            interrupt(process)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(2)
            interrupt(process)
            assert process.wait(2) == 0
    said(tmp_path / "log")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_that_is_interrupted_while_it_starts_ends_in_order(database_url, tmp_path, workers):
    port = free_port()
    words = [*COMMAND, "serve", "--port", str(port), "--workers", str(workers)]
    environment = os.environ | {"RINGBOOK_DATABASE_URL": database_url}
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(words, env=environment, stderr=log, process_group=0) as process,
    ):
        while not listens(port):
            time.sleep(0.01)
        interrupt(process)
        assert process.wait(20) == 0
    said(tmp_path / "log")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_that_is_stopped_as_soon_as_it_serves_ends_in_order(database_url, tmp_path, workers):
    for _ in range(2):
        with started(database_url, tmp_path / "log", "serve", "--workers", str(workers)) as (process, _address):
            process.terminate()
            assert process.wait(20) == 0
        said(tmp_path / "log")


async def never_starts(_scope, _receive, _send):
    raise OSError("no disk")


FAILING = """
from ringbook.serving.run import configured, serve, until_signalled
from ringbook.serving.sockets import bind
if __name__ == "__main__":
    with until_signalled():
        serve(configured("tests.serving.test_run:never_starts", {}), bind("127.0.0.1", 0), lambda: None)
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_that_cannot_start_does_not_end_as_if_it_had_been_stopped(tmp_path, workers):
    (tmp_path / "program.py").write_text(FAILING.format(workers))
    words = [sys.executable, tmp_path / "program.py"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode not in (0, None)
    assert "Ringbook stopped" not in ended.stderr


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def listens(port):
    return any(one.status == "LISTEN" and one.laddr.port == port for one in psutil.net_connections("tcp"))


def test_a_hangup_changes_nothing_for_one_worker(database_url, tmp_path):
    with started(database_url, tmp_path / "log", "serve") as (process, address):
        process.send_signal(signal.SIGHUP)
        for _ in range(10):
            assert httpx.get(f"{address}/healthz", timeout=20).status_code == 200
            time.sleep(0.05)
    assert process.returncode == 0
    assert "SIGHUP" in (tmp_path / "log").read_text()


def workers_of(process):
    """Return the ids of the workers that live."""
    found = set()
    for child in psutil.Process(process.pid).children():
        with contextlib.suppress(psutil.Error):  # it ends just now
            found |= {child.pid} if "spawn_main" in " ".join(child.cmdline()) else set()
    return found


def wait_until(true):
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_hangup_lets_workers_take_up_settings_from_files(database_url, tmp_path, token, monkeypatch):
    setting, log = tmp_path / "setting", tmp_path / "log"
    setting.write_text("1024")
    monkeypatch.setenv("RINGBOOK_MAX_BODY_BYTES_FILE", str(setting))
    contact = {"phone_numbers": [{"number": "5551234567"}], "notes": "n" * 2000}
    with started(database_url, log, "serve", "--workers", "2") as (process, address):
        before = workers_of(process)

        def status():
            return httpx.post(f"{address}/v1.0/contacts", params={"token": token}, json=contact, timeout=20).status_code

        assert status() == 413
        setting.write_text("no number")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "the old ones go on" in log.read_text())
        assert "RINGBOOK_MAX_BODY_BYTES: must be a whole number" in log.read_text()
        assert workers_of(process) == before
        assert status() == 413
        setting.write_text("4096")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: not before & workers_of(process))
        assert [status() for _ in range(10)] == [201] * 10
        assert len(workers_of(process)) == 2
    assert process.returncode == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_ends_with_its_terminal(database_url, tmp_path, workers):
    ours, terminal = pty.openpty()
    port = free_port()
    words = [*COMMAND, "serve", "--port", str(port), "--workers", workers]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(
            words,
            env=os.environ | {"RINGBOOK_DATABASE_URL": database_url},
            stdin=terminal,
            stderr=log,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        ) as process,
    ):
        os.close(terminal)
        try:
            wait_until(lambda: "serves" in (tmp_path / "log").read_text())
            process.send_signal(signal.SIGHUP)  # by a command: the terminal is there
            time.sleep(0.5)
            assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=20).status_code == 200
            os.close(ours)
            assert process.wait(20) == 0
        finally:
            process.kill()
    said(tmp_path / "log")


def test_a_worker_that_hangs_is_replaced(database_url, tmp_path):
    with started(database_url, tmp_path / "log", "serve", "--workers", "2") as (process, address):
        before = workers_of(process)
        hung = min(before)
        os.kill(hung, signal.SIGSTOP)
        wait_until(lambda: len(workers_of(process)) == 2 and hung not in workers_of(process))
        wait_until(lambda: all(answers(f"{address}/healthz") for _ in range(10)))
    assert process.returncode == 0
