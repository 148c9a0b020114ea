"""The server program: uvicorn with its settings, in one process or in several, ended in order."""

import os
import resource
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType
from typing import Any, NoReturn

import uvicorn
from uvicorn.supervisors import Multiprocess

from ringbook import logs
from ringbook.serving.guard import IDLE_SECONDS, GuardedProtocol
from ringbook.serving.sockets import SharedPort

SIGNALS = (signal.SIGTERM, signal.SIGINT)
SHUTDOWN_SECONDS = 20
START_SECONDS = 60
"""How long a worker may take to answer for the first time."""

STOPPED = b"Ringbook stopped"
received: set[int] = set()
"""The signals that end the server: Python swallows a SystemExit in some places, such as the end of a weak reference."""


class Server(uvicorn.Server):
    """uvicorn's server of one process: a second Ctrl-C ends it at once, whatever is in flight."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave it to serve(), which has done so before the start."""
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End in order, or at once."""
        if self.should_exit and sig == signal.SIGINT:
            logs.write_line(STOPPED)
            os._exit(0)
        super().handle_exit(sig, frame)


class Workers(Multiprocess):
    """uvicorn's supervisor of several workers, each with its own socket of one port.

    They leave Ctrl-C to it; a second one kills them.
    """

    def __init__(self, config: uvicorn.Config, listener: socket.socket, announce: Callable[[], None]) -> None:
        address = listener.getsockname()
        listener.close()
        super().__init__(config, [SharedPort(listener.family, address)])
        self._announce = announce
        for number in SIGNALS:
            signal.signal(number, self._take)

    def _take(self, number: int, _frame: FrameType | None) -> None:
        """Note the signal: run() looks at the queue twice a second."""
        if number == signal.SIGINT and number in received:
            for process in self.processes:
                process.process.kill()
        received.add(number)
        self.signal_queue.append(number)

    def init_processes(self) -> None:
        """Start the workers, and announce the service when each of them answers."""
        resource_tracker.ensure_running()  # started later, it would unblock the signal
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a new process takes this over
        super().init_processes()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        if all(process.wait_until_ready(START_SECONDS) for process in self.processes) and not received:
            self._announce()

    def run(self) -> None:
        """Serve until a signal. Raises SystemExit where the workers do not start."""
        super().run()
        if not received:
            sys.exit(1)


@contextmanager
def until_signalled() -> Iterator[None]:
    """Let SIGTERM and SIGINT end the block in order, whatever it does; say so as the last line."""
    for number in SIGNALS:
        signal.signal(number, _end)
    try:
        yield
    except SystemExit as ended:
        if ended.code:
            raise
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    logs.write_line(STOPPED)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    received.add(number)
    sys.exit(0)


def _open_files_as_allowed() -> None:
    """Take all the open files that the system grants: the usual soft limit of 1,024 is not meant for servers."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


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
    """Serve until SIGTERM or SIGINT, when what is in flight is finished; call `announce` when clients may connect.

    To be called in until_signalled.
    """
    if config.workers > 1:
        workers = Workers(config, listener, announce)
        if not received:
            workers.run()
        return
    server = Server(config)
    for number in SIGNALS:
        signal.signal(number, server.handle_exit)
    if not received:
        announce()
        server.run([listener])


def run(listener: socket.socket, workers: int, trusted_proxies: tuple[str, ...], announce: Callable[[], None]) -> None:
    """Serve Ringbook as `serve` does."""
    _open_files_as_allowed()
    config = configured(
        "ringbook.serving.worker:from_environment",
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
