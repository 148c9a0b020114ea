"""How many connections one address may have at the same time."""

import time
from collections import Counter
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import structlog

LOOPBACK = ("127.0.0.0/8", "::1")
WARN_SECONDS = 60
"""How often at most the log says that connections are refused."""


class AddressFull(Exception):
    """An address has as many connections as it may; the message is for it."""


class AddressLimit:
    """The connections that this process serves, by their address; of IPv6, by the /64 network that a user has.

    Loopback and trusted proxies may have any number: many clients are behind them.
    """

    def __init__(self, most: int, trusted_proxies: Iterable[str]) -> None:
        self._most = most
        self._warn_at = 0.0
        self._unlimited = [ip_network(text) for text in (*LOOPBACK, *trusted_proxies)]
        self._counts = Counter[IPv4Address | IPv6Address]()

    def enter(self, host: str) -> IPv4Address | IPv6Address | None:
        """Count one more, and return what it is counted by; None where any number may come. Raises AddressFull."""
        address = ip_address(host)
        if isinstance(address, IPv6Address):
            address = address.ipv4_mapped or address
        if any(address in network for network in self._unlimited):
            return None
        if isinstance(address, IPv6Address):
            address = IPv6Address(int(address) >> 64 << 64)
        if self._counts[address] >= self._most:
            if time.monotonic() > self._warn_at:
                self._warn_at = time.monotonic() + WARN_SECONDS
                structlog.get_logger().warning("connections are refused: the address has too many", client=host)
            raise AddressFull(f"too many connections from this address: at most {self._most} at the same time")
        self._counts[address] += 1
        return address

    def leave(self, address: IPv4Address | IPv6Address) -> None:
        """Count one less."""
        self._counts[address] -= 1
        if not self._counts[address]:
            del self._counts[address]
