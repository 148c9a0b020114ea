"""The sockets that listen: one of a process alone, or one of each worker on a port that all share."""

import socket
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


def share(family: int, address: Any) -> socket.socket:
    """Return one more socket of a port: bound, and not listening yet. Raises OSError.

    The kernel spreads connections evenly over those that listen (SO_REUSEPORT, socket(7)). Of one socket that all
    workers share, the one that is awake takes most: see docs/decisions/0014.
    """
    port = socket.socket(family)
    port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    port.bind(address)
    return port
