"""`ringbook accesskey`: what programs authenticate with."""

from datetime import timedelta
from typing import Any

import click

from ringbook.cli.database import caller_of, with_database
from ringbook.cli.output import print_json, show_first_calls
from ringbook.cli.parameters import ADDRESS, CUSTOMER, PERIOD, ROW_ID
from ringbook.clock import utc_now
from ringbook.database.engine import Database
from ringbook.tenants import access_keys


@click.group()
def accesskey() -> None:
    """Manage access keys: what programs authenticate with."""


@accesskey.command("create")
@CUSTOMER
@click.option("--name", default="", help="What the key is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(list(access_keys.SCOPES)),
    help="May be repeated; write when none is given. Each implies the next: admin, write, read, phonebook, lookup.",
)
@click.option("--expires-in", type=PERIOD, default=None, help="Such as 12h, 30d or 8w; never when not given.")
@click.option(
    "--first-calls",
    "address",
    type=ADDRESS,
    default=None,
    help="Show calls to paste with the new key, to the server at this address, instead of JSON.",
)
def accesskey_create(
    customer_id: str | None, name: str, scopes: tuple[str, ...], expires_in: timedelta | None, address: str | None
) -> None:
    """Create an access key and print it with its token, shown only now."""

    async def create(database: Database) -> dict[str, Any]:
        caller = await caller_of(database, customer_id)
        now = utc_now()
        tm_expire = now + expires_in if expires_in else None
        return await access_keys.create(
            database, caller.customer_id, now, name=name, scopes=scopes, tm_expire=tm_expire
        )

    key = with_database(create)
    if address:
        show_first_calls(address, key["token"])
    else:
        print_json(key)


@accesskey.command("list")
@CUSTOMER
def accesskey_list(customer_id: str | None) -> None:
    """List a customer's access keys, oldest first."""

    async def list_keys(database: Database) -> list[dict[str, Any]]:
        caller = await caller_of(database, customer_id)
        return await access_keys.list_all(database, caller.customer_id)

    print_json(with_database(list_keys))


@accesskey.command("update")
@click.argument("access_key_id", metavar="ID", type=ROW_ID)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(list(access_keys.SCOPES)),
    help="May be repeated; in place of those that the key has.",
)
def accesskey_update(access_key_id: str, scopes: tuple[str, ...]) -> None:
    """Give an access key other scopes, within 5 seconds."""
    print_json(with_database(lambda database: access_keys.set_scopes(database, access_key_id, scopes)))


@accesskey.command("revoke")
@click.argument("access_key_id", metavar="ID", type=ROW_ID)
def accesskey_revoke(access_key_id: str) -> None:
    """End an access key, within 5 seconds."""
    print_json(with_database(lambda database: access_keys.revoke(database, access_key_id, utc_now())))
