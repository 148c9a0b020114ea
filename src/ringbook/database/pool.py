"""Connections to PostgreSQL, lent for a while each; asyncpg's own pool takes as long as the statement (decision 13)."""

import asyncio
import socket
from collections import deque
from functools import partial

from ringbook.database.connecting import Host, ServerConnection, Target, connect_to, first_of, let_go
from ringbook.database.outage import Outage

TICK_SECONDS = 0.05
"""How often it is looked whose time is over."""

IDLE_CONNECTION_SECONDS = 300
"""How long a connection may lie idle: what lies between may have forgotten it."""


class Pool:
    """At most `size` connections to each server. The one used last is lent first; one lent for too long is cut.

    What waits on it then ends with an error, even when nothing ever comes back from the other side. Its place is free
    when the server has let go of it: however the server hangs, no more than `size` of its processes do (decision 17).
    """

    def __init__(self, target: Target, size: int, outage: Outage) -> None:
        self.outage = outage
        self.words = target.words
        self._target = target
        self._room = asyncio.Semaphore(size)
        self._places: dict[Host | None, asyncio.Semaphore] = {
            host: asyncio.Semaphore(size) for host in target.hosts or (None,)
        }
        self._turns = {host: asyncio.Lock() for host in self._places}
        self._idle: list[tuple[float, ServerConnection]] = []
        self._lent: dict[ServerConnection, float] = {}
        self._wanted: deque[asyncio.Future[ServerConnection]] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._leaving: dict[ServerConnection, asyncio.Task[None]] = {}
        self._loop = asyncio.get_running_loop()
        self._tick = self._loop.call_later(TICK_SECONDS, self._cut_overdue)

    async def lend(self, seconds: float) -> ServerConnection:
        """Return a connection, for so long from now on. Raises OSError, TimeoutError, asyncpg's errors."""
        deadline = self._loop.time() + seconds
        if self._room.locked():
            try:
                async with asyncio.timeout_at(deadline):
                    await self._room.acquire()
            except TimeoutError as error:
                raise TimeoutError(f"none of the worker's connections came free within {seconds} s") from error
        else:
            await self._room.acquire()
        try:
            connection = self._last_used() or await self._next(deadline, seconds)
        except BaseException:
            self._room.release()
            raise
        self._lent[connection] = deadline
        return connection

    def extend(self, connection: ServerConnection, seconds: float) -> None:
        """Let a lent connection be used for so long from now on."""
        self._lent[connection] = self._loop.time() + seconds

    def give_back(self, connection: ServerConnection) -> None:
        """End the loan."""
        del self._lent[connection]
        if connection.is_closed():
            connection.terminate()  # of some ends the driver tells nobody
        else:
            self._put(connection)
        self._room.release()

    def cut(self, connection: ServerConnection) -> None:
        """Close a connection at once, whatever is done on it; its place is free when the server has let go."""
        if connection.is_closed():
            return
        host = connection.host
        try:
            kept, cancel = connection.cut()
        except OSError:  # no file is left for it
            return
        leaving = self._loop.create_task(let_go(kept, cancel, self._turns[host], partial(self._silent, host)))
        self._leaving[connection] = leaving
        leaving.add_done_callback(partial(self._left, connection, kept))

    async def close(self, seconds: float) -> None:
        """Close what is idle, within so many seconds."""
        self._tick.cancel()
        for task in (*self._opening, *self._leaving.values()):
            task.cancel()
        closing = [connection.close(timeout=seconds) for _, connection in self._idle]
        self._idle.clear()
        await asyncio.gather(*closing, *self._opening, *self._leaving.values(), return_exceptions=True)

    def _last_used(self) -> ServerConnection | None:
        while self._idle:
            _, connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            connection.terminate()
        return None

    async def _next(self, deadline: float, seconds: float) -> ServerConnection:
        """Return the next connection that is opened or given back."""
        wanted: asyncio.Future[ServerConnection] = self._loop.create_future()
        self._wanted.append(wanted)
        if len(self._opening) < len(self._wanted):
            opening = self._loop.create_task(self._open())
            self._opening.add(opening)
        try:
            async with asyncio.timeout_at(deadline):
                return await wanted
        except BaseException as error:
            if wanted in self._wanted:
                self._wanted.remove(wanted)
            elif not wanted.cancelled() and wanted.exception() is None:  # it came in the moment that ended the wait
                self._put(wanted.result())
            if isinstance(error, TimeoutError) and not str(error):
                raise TimeoutError(f"no connection within {seconds} s") from error
            raise

    def _put(self, connection: ServerConnection) -> None:
        """Hand a connection to who has waited longest, or keep it for the next."""
        while self._wanted:
            wanted = self._wanted.popleft()
            if not wanted.done():
                wanted.set_result(connection)
                return
        self._idle.append((self._loop.time(), connection))

    async def _open(self) -> None:
        """Open a connection, also when those who waited for it have given up: until the server has answered."""
        try:
            connection = await first_of(self._target, self._open_at)
        except Exception as error:  # noqa: BLE001  who waits is told, whatever it is
            while self._wanted:
                wanted = self._wanted.popleft()
                if not wanted.done():
                    wanted.set_exception(error)
                    return
        else:
            self._put(connection)
        finally:
            self._opening.difference_update({asyncio.current_task()})

    async def _open_at(self, host: Host | None) -> ServerConnection:
        """Open a connection to a server once there is a place for it.

        It holds the place also where it comes too late for who is cancelled meanwhile.
        """
        await self._places[host].acquire()
        opening = self._loop.create_task(connect_to(self._target, host))
        opening.add_done_callback(partial(self._opened, host))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(self._cut_late)
            raise

    def _opened(self, host: Host | None, opening: asyncio.Task[ServerConnection]) -> None:
        if opening.cancelled() or opening.exception() or opening.result().is_closed():
            self._places[host].release()
        else:
            opening.result().add_termination_listener(self._closed)

    def _cut_late(self, opening: asyncio.Task[ServerConnection]) -> None:
        if not opening.cancelled() and not opening.exception():
            self.cut(opening.result())

    def _closed(self, connection: ServerConnection) -> None:
        if connection not in self._leaving:
            self._places[connection.host].release()

    def _left(self, connection: ServerConnection, kept: socket.socket, _leaving: asyncio.Task[None]) -> None:
        kept.close()  # here, as a task that is cancelled before it begins runs nothing of its own
        del self._leaving[connection]
        self._places[connection.host].release()

    def _silent(self, host: Host | None) -> None:
        """Use what is idle at a server that does not answer no more, where another may have taken over from it."""
        if len(self._places) > 1:
            for _, connection in [entry for entry in self._idle if entry[1].host == host]:
                self.cut(connection)

    def _cut_overdue(self) -> None:
        now = self._loop.time()
        for connection, deadline in self._lent.items():
            if deadline < now:
                connection.overdue = True
                self.cut(connection)
        while self._idle and self._idle[0][0] < now - IDLE_CONNECTION_SECONDS:
            self.cut(self._idle.pop(0)[1])
        self._tick = self._loop.call_later(TICK_SECONDS, self._cut_overdue)
