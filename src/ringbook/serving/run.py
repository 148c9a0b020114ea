"""The server program: uvicorn with its settings, in one process or in several, ended in order."""

import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any, NoReturn

import structlog
import uvicorn

from ringbook import logs
from ringbook.config import Settings
from ringbook.serving.address_limit import AddressLimit
from ringbook.serving.guard import IDLE_SECONDS, GuardedProtocol
from ringbook.serving.metrics_folder import metrics_folder
from ringbook.serving.server import ENDING, STOPPED, Server, hung_up, received
from ringbook.serving.workers import Workers

SHUTDOWN_SECONDS = 20


@contextmanager
def until_signalled() -> Iterator[None]:
    """Let SIGTERM and SIGINT end the block in order, whatever it does; say so as the last line.

    SIGHUP ends it where the terminal is gone. Else one process goes on, and several workers are replaced.
    """
    for number in ENDING:
        signal.signal(number, _end)
    signal.signal(signal.SIGHUP, _hang_up)
    try:
        yield
    except SystemExit as ended:
        if ended.code:
            raise
    for number in (*ENDING, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    logs.write_line(STOPPED)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    received.add(number)
    sys.exit(0)


def _hang_up(*_: object) -> None:
    if hung_up():
        os.kill(os.getpid(), signal.SIGTERM)
    else:
        structlog.get_logger().warning("SIGHUP changes nothing: one process reads its settings at its start only")


def _open_files_as_allowed() -> None:
    """Take all the open files that the system grants: the usual soft limit of 1,024 is not meant for servers."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def configured(app: str, workers: int, address_limit: AddressLimit | None = None, **settings: Any) -> uvicorn.Config:
    """Return uvicorn's settings, as they are for every application that is served."""
    protocol: Any = partial(GuardedProtocol, address_limit=address_limit)
    return uvicorn.Config(
        app,
        workers=workers,
        http=protocol,
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
    server.take_signals()
    if not received:
        announce()
        server.run([listener])


def run(listener: socket.socket, workers: int, settings: Settings, announce: Callable[[], None]) -> None:
    """Serve Ringbook as `serve` does. Raises InvalidSetting."""
    _open_files_as_allowed()
    proxies = settings.trusted_proxies
    config = configured(
        "ringbook.serving.worker:from_environment",
        workers,
        AddressLimit(settings.connections_per_address, proxies),
        factory=True,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
    )
    if workers == 1:
        serve(config, listener, announce)
        return
    with metrics_folder() as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        serve(config, listener, announce)
