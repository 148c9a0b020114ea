"""The server program: uvicorn, bound before anything else is done, ended in order."""

import os
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import uvicorn
from uvicorn.supervisors import Multiprocess

SHUTDOWN_SECONDS = 20


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener


def _end(*_: object) -> NoReturn:
    sys.exit(0)


def run(listener: socket.socket, workers: int, trusted_proxies: tuple[str, ...]) -> None:
    """Serve until SIGTERM or SIGINT; what is in flight then is finished."""
    config = uvicorn.Config(
        "ringbook.api.app:from_environment",
        factory=True,
        workers=workers,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    if workers == 1:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _end)  # uvicorn raises the signal again when it has ended
        uvicorn.Server(config).run([listener])
        return
    with tempfile.TemporaryDirectory(prefix="ringbook-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(Path(folder))
        Multiprocess(config, [listener]).run()
