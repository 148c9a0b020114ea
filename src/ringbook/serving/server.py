"""uvicorn's server of one process, which answers what its connections send before it ends."""

import asyncio
import itertools
import os
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from ringbook import logs
from ringbook.serving.guard import IDLE_SECONDS, REQUEST_SECONDS, GuardedProtocol

ENDING = (signal.SIGTERM, signal.SIGINT)
STOPPED = b"Ringbook stopped"
received: set[int] = set()
"""The signals that end the server: Python swallows a SystemExit in some places, such as the end of a weak reference."""

LAST_REQUEST_SECONDS = 1
"""How long a connection at rest stays open when the server ends, for a request that is on its way."""

ON_TERMINAL = os.isatty(0)


def hung_up() -> bool:
    """Tell whether the terminal is gone on which this process was started."""
    return ON_TERMINAL and not os.isatty(0)


class Server(uvicorn.Server):
    """uvicorn's server of one process: no request of a connection that it has is lost when it ends.

    A second Ctrl-C ends it at once, whatever is in flight.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._rest_seconds = LAST_REQUEST_SECONDS
        self._has_signals = False

    def take_signals(self) -> None:
        """Take the signals that end it, from now on, before it runs."""
        self._has_signals = True
        for number in ENDING:
            signal.signal(number, self.handle_exit)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take the signals while it runs, where take_signals has not done so before."""
        if self._has_signals:
            yield
        else:
            with super().capture_signals():
                yield

    def retire(self) -> None:
        """End when the last connection has: each may rest as long as ever, and closes after its next answer."""
        self._rest_seconds = IDLE_SECONDS + REQUEST_SECONDS
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End in order, or at once."""
        if self.should_exit and sig == signal.SIGINT:
            logs.write_line(STOPPED)
            os._exit(0)
        self._rest_seconds = LAST_REQUEST_SECONDS
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no new connection; answer who waits, and what comes; say with each answer that it is the last."""
        self.lifespan.state.get("before_end", lambda: None)()
        for server in self.servers:
            server.close()
        connections = self.server_state.connections
        for connection in connections:
            if isinstance(connection, GuardedProtocol):
                connection.finish()
        for tick in itertools.count():
            if not connections or tick >= self._rest_seconds * 10:
                break
            await self.on_tick(tick)
            await asyncio.sleep(0.1)
        await super().shutdown(sockets)
