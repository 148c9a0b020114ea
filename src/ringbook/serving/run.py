"""The server program: uvicorn with its settings, in one process or in several, ended in order."""

import os
import resource
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from typing import Any, NoReturn

import uvicorn
from uvicorn.supervisors import Multiprocess

from ringbook.serving.guard import IDLE_SECONDS, GuardedProtocol
from ringbook.serving.sockets import SharedPort

SHUTDOWN_SECONDS = 20
START_SECONDS = 60
"""How long a worker may take to answer for the first time."""


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
