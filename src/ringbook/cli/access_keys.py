"""`ringbook accesskey`: what programs authenticate with."""

from datetime import timedelta

import click

from ringbook.cli.database import print_json, with_database
from ringbook.cli.parameters import Period, RowId
from ringbook.clock import utc_now
from ringbook.tenants import access_keys


@click.group()
def accesskey() -> None:
    """Manage access keys: what programs authenticate with."""


@accesskey.command("create")
@click.option("--customer", "customer_id", required=True, type=RowId(), help="Whose data the key opens.")
@click.option("--name", default="", help="What the key is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(list(access_keys.SCOPES)),
    help="May be repeated; write when none is given. write implies read, read phonebook, phonebook lookup.",
)
@click.option("--expires-in", type=Period(), default=None, help="Such as 12h, 30d or 8w; never when not given.")
def accesskey_create(customer_id: str, name: str, scopes: tuple[str, ...], expires_in: timedelta | None) -> None:
    """Create an access key and print it with its token, shown only now."""
    print_json(
        with_database(
            lambda database: access_keys.create(
                database, customer_id, utc_now(), name=name, scopes=scopes, expires_in=expires_in
            )
        )
    )


@accesskey.command("list")
@click.option("--customer", "customer_id", required=True, type=RowId(), help="Whose keys.")
def accesskey_list(customer_id: str) -> None:
    """List a customer's access keys, oldest first."""
    print_json(with_database(lambda database: access_keys.list_all(database, customer_id)))


@accesskey.command("revoke")
@click.argument("access_key_id", metavar="ID", type=RowId())
def accesskey_revoke(access_key_id: str) -> None:
    """End an access key, within 5 seconds."""
    print_json(with_database(lambda database: access_keys.revoke(database, access_key_id, utc_now())))
