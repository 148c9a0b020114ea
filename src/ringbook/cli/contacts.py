"""`ringbook contacts`: what an operator does with a customer's contacts."""

from typing import Any

import click
import msgspec

from ringbook.cli.database import with_database
from ringbook.cli.output import print_json
from ringbook.cli.parameters import ROW_ID
from ringbook.clock import utc_now
from ringbook.contacts import number_check
from ringbook.database.engine import Database
from ringbook.tenants import customers
from ringbook.tenants.caller import Caller


@click.group("contacts")
def contacts_group() -> None:
    """Look after a customer's contacts."""


@contacts_group.command("check")
@click.option("--customer", "customer_id", required=True, type=ROW_ID, help="Whose contacts.")
@click.option("--fix", is_flag=True, help="Change the numbers whose reading is certain.")
def contacts_check(customer_id: str, *, fix: bool) -> None:
    """List the phone numbers that would be read otherwise today than when they were stored."""

    async def run(database: Database) -> list[dict[str, Any]]:
        customer = await customers.get(database, customer_id)
        caller = Caller(customer_id, customer["default_region"], "")
        found = [one async for one in number_check.check(caller, database)]
        if fix:
            found = [await number_check.fix(caller, database, utc_now(), one) if one.certain else one for one in found]
        return [msgspec.to_builtins(one) for one in found]

    print_json(with_database(run))
