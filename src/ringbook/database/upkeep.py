"""Work in the background while a server runs: each job a little at a time, so that nobody waits for it."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import structlog

from ringbook.database.engine import Database
from ringbook.errors import Unavailable

FIRST_SECONDS = 10.0
"""Within which time of the start each job is done for the first time: not by all workers at once."""


class Job(NamedTuple):
    """Something to do again and again; it may be done by several workers at once."""

    work: Callable[[Database], Awaitable[None]]
    pause_seconds: float


class Upkeep:
    """The jobs of a process."""

    def __init__(self, database: Database, jobs: Sequence[Job]) -> None:
        self._database = database
        self._jobs = jobs
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; the event loop that will do it calls this."""
        self._tasks = [asyncio.create_task(self._repeat(job)) for job in self._jobs]

    async def stop(self) -> None:
        """Leave off: what a job has begun is undone by its transaction."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _repeat(self, job: Job) -> None:
        seconds = random.uniform(0, min(FIRST_SECONDS, job.pause_seconds))  # noqa: S311  a pause, not a secret
        while True:
            await asyncio.sleep(seconds)
            try:
                await job.work(self._database)
            except Unavailable:  # which the database has logged
                pass
            except Exception as error:  # noqa: BLE001  the next time may go well, and other jobs do
                structlog.get_logger().error("a job in the background failed", job=job.work.__name__, exc_info=error)
            seconds = job.pause_seconds
