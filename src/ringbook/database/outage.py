"""What an operator reads of a database that does not serve: one line with the reason, and one when it does again."""

import asyncio

import structlog

CALM_SECONDS = 3
"""How long nothing may fail until it is said that the database is available again: longer than a request waits."""


class Outage:
    """The state of the database as this worker sees it: `now` while something has failed and no calm has followed."""

    def __init__(self) -> None:
        self.now = False
        self._calm: asyncio.TimerHandle | None = None

    def failed(self, reason: str) -> None:
        """Note a failure; the first of an outage is logged."""
        if self._calm:
            self._calm.cancel()
            self._calm = None
        if not self.now:
            self.now = True
            _warn("database unavailable", reason=reason)

    def served(self) -> None:
        """Note that something was done, to be called while there is an outage."""
        if not self._calm:
            self._calm = asyncio.get_running_loop().call_later(CALM_SECONDS, self._end)

    def _end(self) -> None:
        self._calm = None
        self.now = False
        _warn("database available again")


def _warn(event: str, **values: str) -> None:
    """Log, in a server: a command says in its own words what failed."""
    if structlog.is_configured():
        structlog.get_logger().warning(event, **values)
