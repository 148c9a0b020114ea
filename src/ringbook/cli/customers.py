"""`ringbook customer`: the tenants."""

import click

from ringbook.cli.database import print_json, with_database
from ringbook.cli.parameters import RowId
from ringbook.clock import utc_now
from ringbook.tenants import customers


@click.group()
def customer() -> None:
    """Manage customers: the tenants."""


@customer.command("create")
@click.argument("name")
@click.option("--default-region", default="", help="Where numbers without a country are from: US, DE, …")
def customer_create(name: str, default_region: str) -> None:
    """Create a customer."""
    print_json(with_database(lambda database: customers.create(database, utc_now(), name, default_region)))


@customer.command("list")
def customer_list() -> None:
    """List the customers, oldest first."""
    print_json(with_database(customers.list_all))


@customer.command("update")
@click.argument("customer_id", metavar="ID", type=RowId())
@click.option("--name", default=None, help="The new name.")
@click.option("--default-region", default=None, help="The new default region; '' for none.")
def customer_update(customer_id: str, name: str | None, default_region: str | None) -> None:
    """Change a customer: what is given."""
    print_json(with_database(lambda database: customers.update(database, customer_id, utc_now(), name, default_region)))


@customer.command("delete")
@click.argument("customer_id", metavar="ID", type=RowId())
def customer_delete(customer_id: str) -> None:
    """Delete a customer. Its access keys end within 5 seconds."""
    print_json(with_database(lambda database: customers.delete(database, customer_id, utc_now())))
