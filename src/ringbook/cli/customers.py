"""`ringbook customer`: the tenants."""

import os
import sys

import click

from ringbook.cli.database import with_database
from ringbook.cli.output import print_json
from ringbook.cli.parameters import ROW_ID
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
@click.argument("customer_id", metavar="ID", type=ROW_ID)
@click.option("--name", default=None, help="The new name.")
@click.option("--default-region", default=None, help="The new default region; '' for none.")
@click.option(
    "--totp-required/--totp-optional", default=None, help="Whether all users must set up codes beside their passwords."
)
def customer_update(
    customer_id: str, name: str | None, default_region: str | None, *, totp_required: bool | None
) -> None:
    """Change a customer: what is given."""
    print_json(
        with_database(
            lambda database: customers.update(
                database, customer_id, utc_now(), name, default_region, totp_required=totp_required
            )
        )
    )


@customer.command("delete")
@click.argument("customer_id", metavar="ID", type=ROW_ID)
@click.option("--yes", is_flag=True, help="Do not ask first.")
def customer_delete(customer_id: str, *, yes: bool) -> None:
    """Delete a customer, after a question. Its access keys end within 5 seconds; `restore` undoes it."""
    if not yes:
        _ask(customer_id)
    print_json(with_database(lambda database: customers.delete(database, customer_id, utc_now())))
    click.echo(f"ringbook: to undo it: ringbook customer restore {customer_id}", err=True)


def _ask(customer_id: str) -> None:
    """End the command unless the operator agrees to what is deleted."""
    if not os.isatty(0):
        sys.exit("ringbook: deleting a customer takes an answer, and there is no terminal to ask on; or say --yes")
    name, contacts, access_keys = with_database(lambda database: customers.contents(database, customer_id))
    question = f'Delete "{name}" (contacts: {contacts:,}, access keys: {access_keys:,})?'
    if not click.confirm(question, err=True):
        sys.exit("ringbook: nothing was deleted")


@customer.command("restore")
@click.argument("customer_id", metavar="ID", type=ROW_ID)
def customer_restore(customer_id: str) -> None:
    """Undo the deletion of a customer. Its access keys work again within 5 seconds."""
    print_json(with_database(lambda database: customers.restore(database, customer_id, utc_now())))
