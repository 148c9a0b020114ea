"""What a server does in the background, and how often: it deletes what is over, indexes contacts, does imports."""

import time
from datetime import timedelta

from ringbook.calling.call_log import prune_calls
from ringbook.clock import utc_now
from ringbook.config import Settings
from ringbook.contacts import change_log, search_index
from ringbook.database.engine import Database
from ringbook.database.lease import Lease
from ringbook.database.upkeep import Job
from ringbook.tenants import customers, idempotency_keys, sessions
from ringbook.tenants.caller import Caller
from ringbook.transfer import forgetting
from ringbook.transfer.background import IMPORT_LOOK_SECONDS, ImportRunner

INDEX_SECONDS = 5
"""How long a worker rests after a look for contacts that are not in the index of the search."""

INDEX_REST = 200
"""How many times as long as a look took the next one is put off: looking takes half a percent of the time at most."""


async def _callers(database: Database) -> list[Caller]:
    """Return each live customer, on whose behalf a job does something."""
    return [Caller(one["id"], one["default_region"], "") for one in await customers.list_all(database)]


def jobs_of(settings: Settings, database: Database) -> list[Job]:
    """Return what a worker does in the background, and how long it rests after each time."""
    indexing, not_before = Lease(database, "search_index"), [0.0]

    async def prune_the_log(database: Database) -> None:
        older_than = utc_now() - timedelta(days=max(settings.history_days, settings.changes_days))
        for caller in await _callers(database) if settings.history_days else ():
            await change_log.prune(caller, database, older_than)

    async def index_contacts(database: Database) -> None:
        if time.monotonic() < not_before[0] or not await indexing.is_held():
            return
        began = time.monotonic()
        for caller in await _callers(database):
            await search_index.catch_up(caller, database, indexing.is_held)
        not_before[0] = time.monotonic() + INDEX_REST * (time.monotonic() - began)

    async def delete_what_is_over(database: Database) -> None:
        now = utc_now()
        calls_since = now - timedelta(days=settings.calls_days) if settings.calls_days else None
        for caller in await _callers(database):
            await idempotency_keys.delete_old(caller, database, now)
            await sessions.delete_old_sessions(caller, database, now)
            await prune_calls(caller, database, calls_since)

    async def forget_old_imports(database: Database) -> None:
        for caller in await _callers(database):
            await forgetting.forget_old(caller, database, utc_now(), settings.import_days)

    return [
        Job(prune_the_log, pause_seconds=3600),
        Job(index_contacts, pause_seconds=INDEX_SECONDS),
        Job(delete_what_is_over, pause_seconds=600),
        Job(forget_old_imports, pause_seconds=3600),
        Job(ImportRunner(settings).run_imports, pause_seconds=IMPORT_LOOK_SECONDS),
    ]
