"""The sockets that listen: one of a process alone, or one of each worker on a port that all share."""

import socket
from collections.abc import Callable
from typing import Any

WAITING = 2048
"""How many connections the system keeps until they are taken."""


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
