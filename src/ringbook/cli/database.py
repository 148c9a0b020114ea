"""The database that the settings name, for one command."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from ringbook.config import read_settings
from ringbook.database.engine import Database
from ringbook.database.migrate import migrate
from ringbook.database.opening import database_at
from ringbook.tenants import customers
from ringbook.tenants.caller import Caller


def with_database(work: Callable[[Database], Awaitable[Any]]) -> Any:
    """Return what `work` makes of the database, migrated and open. Raises InvalidSetting, and what migrate() does."""
    settings = read_settings(os.environ)

    async def run() -> Any:
        await migrate(settings.database_url)
        database = database_at(settings.database_url, settings.database_connections)
        await database.open()
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


async def caller_of(database: Database, customer_id: str | None) -> Caller:
    """Return the operator as somebody who acts for a customer; None: for the only one. Raises NotFound."""
    customer = await customers.get(database, customer_id or await _only_customer(database))
    return Caller(customer["id"], customer["default_region"], "")


async def _only_customer(database: Database) -> str:
    """Return the id of the only customer; where there are none or several, end with what to do."""
    there = await customers.list_all(database)
    if not there:
        sys.exit("ringbook: there is no customer yet; make one: ringbook customer create NAME")
    if len(there) > 1:
        names = "".join(f"\n  {customer['id']}  {customer['name']}" for customer in there)
        sys.exit(f"ringbook: there are several customers; choose by --customer ID, with make by CUSTOMER=ID:{names}")
    return str(there[0]["id"])
