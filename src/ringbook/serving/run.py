"""The server program: uvicorn, bound before anything else is done, ended in order."""

import asyncio
import math
import multiprocessing
import os
import re
import resource
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import Any, NoReturn

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors import Multiprocess

SHUTDOWN_SECONDS = 20
HEAD_BYTES = 32_768
"""The most that the request line and the headers of one request may take."""

REQUEST_SECONDS = 30
"""How long a whole request may take to arrive, and how long an answer may wait to be read."""

IDLE_SECONDS = 75
"""How long a connection may rest between requests: longer than proxies keep theirs (nginx: 60), so that none is closed
under a request that a client is sending."""

START_SECONDS = 60
"""How long a worker may take to answer for the first time."""

WAITING = 2048
"""How many connections the system keeps until they are taken."""

PIPELINED = 16
"""How many requests a client may send before it has the answer to the first."""

UPGRADE = re.compile(rb"(?i)\r\nupgrade:")
"""An offer of another protocol (Java's client makes one, h2c, with every first request). The parser would drop the
body of such a request, so the offer is turned down before the parser sees it: renamed, to a name of the same length."""

MALFORMED = (
    '{"error":{"status":"INVALID_ARGUMENT","reason":"MALFORMED_REQUEST","message":"this is not an HTTP request",'
    '"request_id":"%s","details":[]},"message":"this is not an HTTP request"}'
)


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP with the limits that it lacks: a connection that goes beyond one of them is closed."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect the first request."""
        super().connection_made(transport)
        self._head_bytes: int | None = 0
        self._arrived_by = self.loop.time() + REQUEST_SECONDS
        self._read_by = math.inf
        self._timer = self.loop.call_at(self._arrived_by, self._check_time)

    def _check_time(self) -> None:
        """Abort a connection whose time is over: close would wait until all is read."""
        deadline, now = min(self._arrived_by, self._read_by), self.loop.time()
        if deadline <= now:
            self.transport.abort()
        else:
            self._timer = self.loop.call_at(min(deadline, now + REQUEST_SECONDS), self._check_time)

    def data_received(self, data: bytes) -> None:
        """Start the clock of a request; refuse a head without end."""
        if self._arrived_by == math.inf:
            self._arrived_by = self.loop.time() + REQUEST_SECONDS
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and b"\r\n\r\n" not in data[:HEAD_BYTES]:
                self.transport.close()
                return
            data = UPGRADE.sub(b"\r\nIgnored:", data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Refuse more requests at once than are worth remembering."""
        if len(self.pipeline) >= PIPELINED:
            raise ConnectionAbortedError
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Count no further: the body has its own limit."""
        self._head_bytes = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the clock: the request has arrived. Where it was answered before, the clock is the next one's."""
        self._head_bytes = 0
        self._arrived_by = self.loop.time() + REQUEST_SECONDS if self.cycle.response_complete else math.inf
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Wait for a client that does not read its answer, but not for ever."""
        self._read_by = self.loop.time() + REQUEST_SECONDS
        super().pause_writing()

    def resume_writing(self) -> None:
        """Go on: the client reads."""
        self._read_by = math.inf
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._timer.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  uvicorn's word, not for the caller
        """Answer what is no HTTP in the form of every error."""
        request_id = os.urandom(16).hex()
        body = MALFORMED % request_id
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
        self.transport.write(f"{head}\r\nx-request-id: {request_id}\r\nconnection: close\r\n\r\n{body}".encode())
        self.transport.close()


def end_with_parent() -> None:
    """In a worker: end when the process that started it is gone, even by kill -9, and so let go of the port."""
    parent = multiprocessing.parent_process()
    if parent is not None:

        def wait() -> None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=wait, daemon=True).start()


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises OSError."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen(WAITING)
    return listener


class SharedPort(socket.socket):
    """A port held for workers: sent to one of them, it becomes a listening socket of its own there.

    The kernel spreads connections evenly over such sockets (SO_REUSEPORT, socket(7)). Of one socket that all share, the
    worker that is awake takes most: see docs/decisions/0014.
    """

    def __init__(self, family: int, address: Any) -> None:
        super().__init__(family)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.bind(address)

    def __reduce__(self) -> tuple[Callable[..., socket.socket], tuple[int, Any]]:
        """Send, as pickle does, what makes the listening socket."""
        return _listen_beside, (self.family, self.getsockname())


def _listen_beside(family: int, address: Any) -> socket.socket:
    listener = SharedPort(family, address)
    listener.listen(WAITING)
    return listener


class Workers(Multiprocess):
    """uvicorn's supervisor of several workers, each with its own socket of one port."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, announce: Callable[[], None]) -> None:
        address = listener.getsockname()
        listener.close()
        super().__init__(config, [SharedPort(listener.family, address)])
        self._announce = announce

    def init_processes(self) -> None:
        """Start the workers, and announce the service when each of them answers."""
        super().init_processes()
        if all(process.wait_until_ready(START_SECONDS) for process in self.processes):
            self._announce()


def _open_files_as_allowed() -> None:
    """Take all the open files that the system grants: the usual soft limit of 1,024 is not meant for servers."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _end(*_: object) -> NoReturn:
    sys.exit(0)


def configured(app: str, workers: int, **settings: Any) -> uvicorn.Config:
    """Return uvicorn's settings, as they are for every application that is served."""
    return uvicorn.Config(
        app,
        workers=workers,
        http=GuardedProtocol,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        **settings,
    )


def serve(config: uvicorn.Config, listener: socket.socket, announce: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT, when what is in flight is finished; call `announce` when clients may connect."""
    if config.workers > 1:
        Workers(config, listener, announce).run()
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)  # uvicorn raises the signal again when it has ended
    announce()
    uvicorn.Server(config).run([listener])


def run(listener: socket.socket, workers: int, trusted_proxies: tuple[str, ...], announce: Callable[[], None]) -> None:
    """Serve Ringbook as `serve` does."""
    _open_files_as_allowed()
    config = configured(
        "ringbook.api.app:from_environment",
        workers,
        factory=True,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
    )
    if workers == 1:
        serve(config, listener, announce)
        return
    with tempfile.TemporaryDirectory(prefix="ringbook-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        serve(config, listener, announce)
