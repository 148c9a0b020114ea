"""Imports in the background of a server: each in a process of its own, started by the worker that holds its lease.

A process of its own, as reading rows takes the interpreter: lookups of the worker would wait for it.
"""

import asyncio
import os
import sys

import sqlalchemy as sa
import structlog

from ringbook.config import PREFIX, Settings, read_settings
from ringbook.database.engine import Database, Query
from ringbook.database.lease import Lease
from ringbook.database.opening import database_at
from ringbook.database.schema import customers
from ringbook.database.schema import imports as t
from ringbook.errors import Unavailable
from ringbook.tenants.caller import Caller
from ringbook.transfer import importer, undoing
from ringbook.transfer.imports import lease_name
from ringbook.transfer.runs import Stopped

IMPORT_LOOK_SECONDS = 1.0
"""How often a worker looks for an import that nobody does, and whether it may go on with its own."""

LESS_URGENT = 10
"""How much an import gives way to those who ring (nice)."""

INTERNAL = "something went wrong on our side; it has been logged"

IMPORTS_TO_DO = Query(
    sa.select(t.c.customer_id, t.c.id, customers.c.default_region, t.c.task)
    .join_from(t, customers, customers.c.id == t.c.customer_id)
    .where(t.c.task != sa.literal_column("''"), customers.c.tm_delete.is_(None))
    .order_by(t.c.id)
)


def lease_of(database: Database, import_id: str) -> Lease:
    """Return the lease of which the holder does an import."""
    return Lease(database, lease_name(import_id))


class ImportRunner:
    """Does imports, one at a time; other workers do others."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._leases: dict[str, Lease] = {}

    async def run_imports(self, database: Database) -> None:
        """Do the next import that nobody does, to its end."""
        waiting = {str(row[1]): row for row in await database.all(IMPORTS_TO_DO)}
        self._leases = {one: lease for one, lease in self._leases.items() if one in waiting}
        for import_id, (customer_id, _, region, _task) in waiting.items():
            lease = self._leases.setdefault(import_id, lease_of(database, import_id))
            if await lease.is_held():
                await self._run(lease, str(customer_id), import_id, region)

    async def _run(self, lease: Lease, customer_id: str, import_id: str, region: str) -> None:
        variables = {
            f"{PREFIX}DATABASE_URL": self._settings.database_url,
            f"{PREFIX}DATABASE_CONNECTIONS": "3",
        }
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ringbook.transfer.background", customer_id, import_id, region),
            env=os.environ | variables,
            stdin=asyncio.subprocess.PIPE,
        )
        try:
            while child.returncode is None and await lease.is_held():
                await asyncio.wait([asyncio.ensure_future(child.wait())], timeout=IMPORT_LOOK_SECONDS)
        finally:
            if child.stdin:
                child.stdin.close()  # it ends after its chunk
            await child.wait()
        await lease.release()


async def do_import(database: Database, customer_id: str, import_id: str, region: str) -> None:
    """Do what is to be done of an import, as long as the standard input is open."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    async def may_go_on() -> bool:
        return not reader.at_eof()

    caller = Caller(customer_id, region, "")
    tasks = {str(row[1]): row[3] for row in await database.all(IMPORTS_TO_DO)}
    if task := tasks.get(import_id):
        await (undoing.take_back if task == "undo" else importer.bring_in)(caller, database, import_id, may_go_on)


def run_child() -> None:
    """Run `python -m ringbook.transfer.background CUSTOMER IMPORT REGION`, which a worker does."""
    os.nice(LESS_URGENT)
    importer.collect_seldom()
    settings = read_settings(os.environ)

    async def run() -> None:
        database = database_at(settings.database_url, settings.database_connections)
        await database.open()
        try:
            await do_import(database, *sys.argv[1:])
        except (Stopped, Unavailable):
            pass  # another process, or this one's next try, goes on with it
        except Exception as error:  # noqa: BLE001  to try again would end the same
            structlog.get_logger().error("an import failed", import_id=sys.argv[2], exc_info=error)
            caller = Caller(sys.argv[1], "", "")
            await importer.end(caller, database, sys.argv[2], "failed", INTERNAL)
            await undoing.give_up(caller, database, sys.argv[2], INTERNAL)
        finally:
            await database.close()

    asyncio.run(run())


if __name__ == "__main__":
    run_child()
