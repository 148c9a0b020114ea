"""Where a request comes from, and where it has reached us: pages of other sites, proxies, the address in our links."""

import ipaddress
import re
from functools import cache

from falcon.asgi import Request

from ringbook.config import Settings

HOST = re.compile(r"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
PATH_PREFIX = re.compile(r"(/[A-Za-z0-9_.~-]+)*")


def is_cross_site(req: Request, settings: Settings) -> bool:
    """Tell whether a page of another site lets the browser send this request, by Sec-Fetch-Site, or by Origin.

    A program sends neither header.
    """
    site, origin = req.get_header("Sec-Fetch-Site"), req.get_header("Origin")
    if site is not None and site not in ("same-origin", "none"):
        return True
    return origin is not None and not _is_ours(req, origin, settings)


def is_from_our_page(req: Request, settings: Settings) -> bool:
    """Tell whether a page of Ringbook's own sends this request: Sec-Fetch-Site says so, or without it Origin.

    Browsers send Origin alone to http:// in a local network.
    """
    site, origin = req.get_header("Sec-Fetch-Site"), req.get_header("Origin")
    if site is not None:
        return site == "same-origin"
    return origin is not None and _is_ours(req, origin, settings)


def _is_ours(req: Request, origin: str, settings: Settings) -> bool:
    ours = {f"{req.scheme}://{req.netloc}", "/".join(public_address(req, settings).split("/")[:3])}
    return origin in ours


def public_address(req: Request, settings: Settings) -> str:
    """Return the address of Ringbook as its clients reach it, such as https://contacts.example.com/ringbook.

    It is the setting's; else what a trusted proxy says of the request; else the address of the socket. What anybody may
    write into a Host header never counts: a link has the access key in it.
    """
    if settings.public_url:
        return settings.public_url
    if not _is_from_trusted_proxy(req, settings.trusted_proxies):
        host, port = req.scope["server"]
        return _address(req.scheme, f"[{host}]" if ":" in host else host, str(port))
    forwarded = next((hop.host for hop in req.forwarded or [] if hop.host), None)
    host = forwarded or _first(req, "X-Forwarded-Host") or req.netloc
    match = HOST.fullmatch(host)
    if not match:
        host, port = req.scope["server"]
        return _address(req.scheme, host, str(port))
    prefix = _first(req, "X-Forwarded-Prefix").rstrip("/")
    port = (match[2] or "").removeprefix(":") or _first(req, "X-Forwarded-Port")
    return _address(req.scheme, match[1], port) + (prefix if PATH_PREFIX.fullmatch(prefix) else "")


def _address(scheme: str, host: str, port: str) -> str:
    usual = {"http": "80", "https": "443"}[scheme]
    return f"{scheme}://{host}:{port}" if port.isdecimal() and port != usual else f"{scheme}://{host}"


def _first(req: Request, name: str) -> str:
    """Return the first of a header's values, the one that the outermost proxy has set; '' where it is absent."""
    return (req.get_header(name) or "").partition(",")[0].strip()


def _is_from_trusted_proxy(req: Request, trusted: tuple[str, ...]) -> bool:
    """Tell whether the other end of the connection is a trusted proxy.

    Where uvicorn has put the client of X-Forwarded-For in its place, which it does for those alone, the port is 0.
    """
    client, port = req.scope.get("client") or ("", None)
    if port == 0:
        return True
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return False
    return any(address in network for network in _networks(trusted))


@cache
def _networks(trusted: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(map(ipaddress.ip_network, trusted))
