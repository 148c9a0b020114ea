"""From the URL of a PostgreSQL to a connection: to the first of its hosts that fits, and away from it in order."""

import asyncio
import contextlib
import re
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import asyncpg
from asyncpg import connect_utils

TCP_SECONDS = 5
"""How long a machine may take to answer at all, and how long one that answers nothing more is taken for alive."""

NEXT_HOST_SECONDS = 0.1
"""After how long without an answer the next host of a URL is tried beside the one before."""

AGAIN_SECONDS = 0.5
"""After how long a host that does not fit is asked again, while another owes its answer."""

ANSWER_SECONDS = 0.5
"""How long a server may take to answer a cancel request; one that takes longer is taken for silent."""

CANCEL_AGAIN_SECONDS = 2
"""After how long a server that goes on is asked again to end a statement."""

KEEPALIVE = {"TCP_KEEPIDLE": 3, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": TCP_SECONDS * 1000}
"""So that a machine that is gone is known to be (tcp(7)), within TCP_SECONDS."""

SESSION = "SET enable_seqscan = off; SET jit = off"
"""Every statement has an index made for it, and a plan that is kept must not be one that was made for a small table."""

Host = tuple[str, int | None]


class Target(NamedTuple):
    """What a URL names. `hosts` is empty where it leaves that to the driver."""

    url: str
    """As the driver takes it."""
    hosts: tuple[Host, ...]
    statement_cache_size: int | None
    """None for the driver's own; 0 where a pooler cannot keep prepared statements."""
    password: str

    def words(self, error: BaseException) -> str:
        """Return what `error` says, without the password."""
        said = str(error) or type(error).__name__
        for secret in {self.password, unquote(self.password)} - {""}:
            said = said.replace(secret, "***")
        return said


def parse(url: str) -> Target:
    """Return what a URL in the form of libpq's names."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    auth, _, netloc = parts.netloc.rpartition("@")
    cache = options.pop("statement_cache_size", None)
    ports = options.get("port", "").split(",")
    specs = netloc.split(",") if netloc else options.get("host", "").split(",")
    hosts = []
    for i, spec in enumerate(specs):
        match = re.fullmatch(r"\[([^\]]*)\](?::(\d+))?|([^:]*)(?::(\d*))?", spec)
        named, port = (match[1] or match[3] or "", match[2] or match[4] or "") if match else (spec, "")
        port = port or ("" if netloc else ports[i] if i < len(ports) else ports[0])
        hosts.append((unquote(named), int(port) if port else None))
    return Target(
        url if cache is None else parts._replace(query=urlencode(options)).geturl(),
        tuple(hosts) if len(hosts) > 1 else (),
        None if cache is None else int(cache),
        auth.partition(":")[2] or options.get("password", ""),
    )


class ServerConnection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that can be left without leaving the server at work."""

    host: Host | None = None
    overdue = False
    """Whether it was cut since a loan's time was over."""

    def cut(self) -> tuple[socket.socket, Callable[[], Awaitable[None]]]:
        """Close it for all who wait on it here; return what still holds it, and what asks the server to cancel.

        Raises OSError.
        """
        protocol = self._protocol
        cancel = partial(
            connect_utils._cancel,  # noqa: SLF001  asyncpg has no other door to it
            loop=self._loop,
            addr=self._addr,
            params=self._params,
            backend_pid=protocol.backend_pid,
            backend_secret=protocol.backend_secret,
        )
        try:
            opened = self._transport.get_extra_info("socket")
            if opened is None:
                raise ConnectionResetError
            kept: socket.socket = opened.dup()
        finally:
            self.terminate()
        return kept, cancel


async def let_go(
    kept: socket.socket, cancel: Callable[[], Awaitable[None]], turn: asyncio.Lock, silent: Callable[[], None]
) -> None:
    """Have the server end what it does for a connection that was cut; return when it has closed it, or is dead.

    Of those with one `turn`, one at a time asks; `silent` is called where the answer takes longer than ANSWER_SECONDS.
    """
    asking = asyncio.create_task(_ask_to_end(kept, cancel, turn, silent))
    try:
        with contextlib.suppress(OSError):
            while await asyncio.get_running_loop().sock_recv(kept, 65536):
                pass
    finally:
        asking.cancel()
        await asyncio.wait([asking])


async def _ask_to_end(
    kept: socket.socket, cancel: Callable[[], Awaitable[None]], turn: asyncio.Lock, silent: Callable[[], None]
) -> None:
    """Cancel the statement, close our half, and again: a cancel request finds nothing where it comes too early."""
    while True:
        async with turn:
            timer = asyncio.get_running_loop().call_later(ANSWER_SECONDS, silent)
            try:
                with contextlib.suppress(OSError):
                    await cancel()
            finally:
                timer.cancel()
        with contextlib.suppress(OSError):
            kept.shutdown(socket.SHUT_WR)
        await asyncio.sleep(CANCEL_AGAIN_SECONDS)


class _Loop:
    """The event loop as the driver is to see it: TCP connections come about in time, and notice a dead peer."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    async def create_connection(self, *arguments: Any, **options: Any) -> tuple[Any, Any]:
        try:
            async with asyncio.timeout(TCP_SECONDS):
                transport, protocol = await self._loop.create_connection(*arguments, **options)
        except TimeoutError as error:
            raise TimeoutError(f"the machine did not answer within {TCP_SECONDS} s") from error
        opened = transport.get_extra_info("socket")
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in KEEPALIVE.items():
            if hasattr(socket, name):
                opened.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        return transport, protocol


async def connect_to(target: Target, host: Host | None) -> ServerConnection:
    """Return a connection to one of the hosts. It waits as long as a server that is there takes.

    Raises OSError, TimeoutError, asyncpg's errors.
    """
    named: dict[str, Any] = {"host": host[0] or None, "port": host[1]} if host else {}
    cache = target.statement_cache_size
    connection: ServerConnection = await asyncpg.connect(
        target.url,
        timeout=None,
        loop=_Loop(asyncio.get_running_loop()),
        connection_class=ServerConnection,
        server_settings={"application_name": "ringbook"},  # no other: a pooler would refuse it
        **({} if cache is None else {"statement_cache_size": cache}),
        **named,
    )
    connection.host = host
    if cache != 0:
        try:
            await connection.execute(SESSION)
        except BaseException:
            connection.terminate()
            raise
    return connection


async def first_of(
    target: Target, attempt: Callable[[Host | None], Awaitable[ServerConnection]] | None = None
) -> ServerConnection:
    """Return the connection of the host that is the first to fit: each is tried while those before owe their answer.

    A host that does not fit is asked again as long as another is silent: it may be about to take over from it. Raises
    what the only host does, or ConnectionError where none of several fits.
    """
    attempt = attempt or partial(connect_to, target)
    to_try: list[Host | None] = list(target.hosts) or [None]
    trying: dict[asyncio.Task[ServerConnection], Host | None] = {}
    errors: dict[Host | None, BaseException] = {}
    try:
        while to_try or trying:
            if to_try:
                host = to_try.pop(0)
                trying[asyncio.ensure_future(attempt(host))] = host
            pause = NEXT_HOST_SECONDS if to_try else AGAIN_SECONDS if errors else None
            done, _ = await asyncio.wait(trying, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                host, error = trying.pop(task), task.exception()
                if error is None:
                    return task.result()
                errors[host] = error
            if not done and not to_try:
                to_try = list(errors)
                errors.clear()
    finally:
        for task in trying:
            if not task.cancel() and not task.cancelled() and task.exception() is None:
                task.result().terminate()
    raise _of_all(target, errors)


def _of_all(target: Target, errors: dict[Host | None, BaseException]) -> BaseException:
    if len(errors) == 1:
        return next(iter(errors.values()))
    said = [f"{host[0]}:{host[1] or 5432}: {target.words(error)}" for host, error in errors.items() if host]
    return ConnectionError("; ".join(said))


async def connect_by_url(url: str, seconds: float = 10) -> ServerConnection:
    """Return a connection that prepares nothing by name, which any pooler takes, within so many seconds.

    Raises OSError and asyncpg.PostgresError, without the password.
    """
    target = parse(url)._replace(statement_cache_size=0)
    try:
        async with asyncio.timeout(seconds):
            return await first_of(target)
    except TimeoutError as error:
        raise TimeoutError(str(error) or f"no answer within {seconds:.0f} s") from error
    except (asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise ConnectionError(target.words(error)) from error
