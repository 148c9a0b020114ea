"""A request to an address that a customer has named: only to hosts that are public, and never for long.

The address that is checked is the one that is connected to: a name that leads elsewhere the next time it is asked for
gains nothing. Redirects are not followed, and no proxy of the environment is used.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import httpcore
from httpcore import SOCKET_OPTION, AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream

CONNECT_SECONDS = 5.0
RECEIVER_SECONDS = 15.0
"""How long a whole request may take, from the name to the end of the answer."""

ANSWER_CHARACTERS = 500
"""How much of an answer is kept."""

ANSWER_BYTES = 2000
"""How much of an answer is read: characters are at most four bytes."""

ADDRESSES_TRIED = 3

GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
NAT64 = ipaddress.ip_network("64:ff9b::/96")

_names = ThreadPoolExecutor(32, "webhook-names")
"""Names are asked for on threads of their own: a name server that does not answer holds up no request's body."""


class NotSent(Exception):
    """There is no answer; the message says why."""


class ReceiverAnswer(NamedTuple):
    """What a receiver answered."""

    status: int
    text: str


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public Internet, also as what it is translated to."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip in NAT64:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        elif ip not in GLOBAL_UNICAST or (ip.sixtofour and not is_public(str(ip.sixtofour))):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def is_allowed(host: str, address: str, allowed: Iterable[str]) -> bool:
    """Tell whether an address of `host` may be connected to: it is public, or one of `allowed` names it or the host."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return is_public(address) or any(
        host.lower() == name.lower() or (_is_network(name) and ip in ipaddress.ip_network(name)) for name in allowed
    )


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


class _Guarded(AsyncNetworkBackend):
    """The network as httpcore sees it: only what may be connected to is there."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = allowed

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  as httpcore has it
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the first address of the host that may be, and answers. Raises NotSent, httpcore's errors."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(_names, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
        usable = [address for address in addresses if is_allowed(host, address, self._allowed)]
        if not usable:
            raise NotSent(f"{next(iter(addresses))} is not a public address: see RINGBOOK_WEBHOOK_ALLOWED_HOSTS")
        refused: Exception = NotSent("the host has no address")
        for address in usable[:ADDRESSES_TRIED]:
            try:
                return await AnyIOBackend().connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                refused = error
        raise refused


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


async def post(url: str, headers: dict[str, str], body: bytes, allowed: Iterable[str]) -> ReceiverAnswer:
    """Send a request and return the answer, whatever its status. Raises NotSent."""
    limits = {"timeout": {"connect": CONNECT_SECONDS, "read": RECEIVER_SECONDS, "write": RECEIVER_SECONDS}}
    try:
        async with (
            asyncio.timeout(RECEIVER_SECONDS),
            httpcore.AsyncConnectionPool(ssl_context=_tls(), network_backend=_Guarded(allowed)) as pool,
            pool.stream(
                "POST", url, headers=list(headers.items()), content=body, extensions={"timeout": limits}
            ) as response,
        ):
            start = b""
            async for part in response.aiter_stream():
                start += part
                if len(start) > ANSWER_BYTES:
                    break
            return ReceiverAnswer(response.status, _text(start))
    except (TimeoutError, httpcore.TimeoutException) as error:
        raise NotSent(f"no answer within {RECEIVER_SECONDS:.0f} s") from error
    except socket.gaierror as error:
        raise NotSent(f"the host has no address: {error.strerror}") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
        raise NotSent(_text(str(error).encode()) or "the connection was closed") from error


def _text(data: bytes) -> str:
    """Return what a database can keep of an answer."""
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")[:ANSWER_CHARACTERS]
