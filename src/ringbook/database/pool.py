"""Connections to PostgreSQL, lent for a while each; asyncpg's own pool takes as long as the statement (decision 13)."""

import asyncio
from collections.abc import Mapping

import asyncpg

TICK_SECONDS = 0.05
"""How often it is looked whose time is over."""

IDLE_CONNECTION_SECONDS = 300
"""How long a connection may lie idle: what lies between may have forgotten it."""


class Pool:
    """At most `size` connections. The one used last is lent first; one that is lent for too long is cut.

    What waits on it then ends with an error, even when nothing ever comes back from the other side.
    """

    def __init__(self, url: str, size: int, settings: Mapping[str, str]) -> None:
        self._url = url
        self._settings = dict(settings)
        self._room = asyncio.Semaphore(size)
        self._idle: list[tuple[float, asyncpg.Connection]] = []
        self._lent: dict[asyncpg.Connection, float] = {}
        self._loop = asyncio.get_running_loop()
        self._tick = self._loop.call_later(TICK_SECONDS, self._cut_overdue)

    async def lend(self, seconds: float) -> asyncpg.Connection:
        """Return a connection, for so long from now on. Raises OSError, TimeoutError, asyncpg's errors."""
        deadline = self._loop.time() + seconds
        if self._room.locked():
            async with asyncio.timeout_at(deadline):
                await self._room.acquire()
        else:
            await self._room.acquire()
        try:
            connection = self._last_used() or await self._connect(deadline)
        except BaseException:
            self._room.release()
            raise
        self._lent[connection] = deadline
        return connection

    def extend(self, connection: asyncpg.Connection, seconds: float) -> None:
        """Let a lent connection be used for so long from now on."""
        self._lent[connection] = self._loop.time() + seconds

    def give_back(self, connection: asyncpg.Connection) -> None:
        """End the loan."""
        del self._lent[connection]
        if not connection.is_closed():
            self._idle.append((self._loop.time(), connection))
        self._room.release()

    async def close(self, seconds: float) -> None:
        """Close what is idle, within so many seconds."""
        self._tick.cancel()
        closing = [connection.close(timeout=seconds) for _, connection in self._idle]
        self._idle.clear()
        await asyncio.gather(*closing, return_exceptions=True)  # one that cannot is cut by asyncpg

    def _last_used(self) -> asyncpg.Connection | None:
        while self._idle:
            _, connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return None

    async def _connect(self, deadline: float) -> asyncpg.Connection:
        seconds = max(deadline - self._loop.time(), 0.001)
        return await asyncpg.connect(self._url, timeout=seconds, server_settings=self._settings)

    def _cut_overdue(self) -> None:
        now = self._loop.time()
        for connection, deadline in self._lent.items():
            if deadline < now:
                connection.terminate()
        while self._idle and self._idle[0][0] < now - IDLE_CONNECTION_SECONDS:
            self._idle.pop(0)[1].terminate()
        self._tick = self._loop.call_later(TICK_SECONDS, self._cut_overdue)
