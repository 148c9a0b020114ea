"""The command `ringbook`: one JSON value on standard output, everything else on standard error."""

import asyncio
import os
import re
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import click
import msgspec
import sqlalchemy.exc

from ringbook import __version__, logs
from ringbook.clock import utc_now
from ringbook.config import PREFIX, SETTINGS, InvalidSetting, Settings, read_settings, unknown_settings
from ringbook.database.engine import Database
from ringbook.database.migrate import migrate
from ringbook.database.opening import database_at
from ringbook.database.revisions import SchemaTooNew
from ringbook.errors import RingbookError
from ringbook.serving import run, sockets
from ringbook.tenants import access_keys, customers

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Period(click.ParamType[Any]):
    """A length of time such as 30d."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the timedelta."""
        match = re.fullmatch("([1-9][0-9]{0,8})([smhdw])", str(value), re.ASCII)
        if not match:
            self.fail("must be a number and a unit: 90s, 15m, 12h, 30d or 8w", param, ctx)
        try:
            return timedelta(**{UNITS[match[2]]: int(match[1])})
        except OverflowError:
            self.fail("is too far in the future", param, ctx)


class RowId(click.ParamType[Any]):
    """A UUID."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the id in lower case."""
        if not re.fullmatch("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", str(value)):
            self.fail(f"'{value}' is not an id such as 019c3860-…", param, ctx)
        return str(value).lower()


def _settings() -> Settings:
    settings = read_settings(os.environ)
    for name in unknown_settings(os.environ):
        click.echo(f"ringbook: warning: there is no setting {name}", err=True)
    return settings


def _print(value: Any) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def _with_database(work: Callable[[Database], Awaitable[Any]]) -> Any:
    """Return what `work` makes of the database, migrated and open."""
    settings = _settings()

    async def run() -> Any:
        await migrate(settings.database_url)
        database = database_at(settings.database_url, settings.database_connections)
        await database.open()
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


SETTINGS_HELP = "\n\n".join(
    ["Settings, in the environment; NAME_FILE names a file that holds the value of NAME:"]
    + [f"{PREFIX}{name.upper()}: {setting.meaning}." for name, setting in SETTINGS.items()]
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True}, epilog=SETTINGS_HELP)
@click.version_option(__version__)
def cli() -> None:
    """Ringbook: the contacts service behind phone systems.

    It keeps its data where RINGBOOK_DATABASE_URL says, e.g. sqlite:////var/lib/ringbook/ringbook.db or
    postgresql://user:password@host/db; by default in a file in your data folder.
    Commands print one JSON value on standard output, and all else on standard error.
    """


@cli.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", default=8080, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--workers", default=1, type=click.IntRange(1, 256), help="Processes that answer.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the API, after applying pending migrations, until SIGTERM."""
    _serve(host, port, workers, first_customer=False)


@cli.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", default=8080, type=click.IntRange(0, 65535), help="Port to listen on.")
def quickstart(host: str, port: int) -> None:
    """Serve the API; on an empty database first create a customer (region US) and print its access key."""
    _serve(host, port, 1, first_customer=True)


def _serve(host: str, port: int, workers: int, *, first_customer: bool) -> None:
    settings = _settings()
    logs.configure(settings.log_format)
    try:
        listener = sockets.bind(host, port)
    except OSError as error:
        sys.exit(f"ringbook: cannot listen on {host}, port {port}: {error.strerror}")
    bound, port = listener.getsockname()[:2]
    address = f"http://[{bound}]:{port}" if ":" in bound else f"http://{bound}:{port}"
    asyncio.run(migrate(settings.database_url))
    if first_customer:
        _welcome(address)

    def announce() -> None:
        logs.write_line(f"Ringbook serves {address}/v1.0".encode())

    run.run(listener, workers, settings.trusted_proxies, announce)


def _welcome(address: str) -> None:
    async def first(database: Database) -> tuple[str, str]:
        there = await customers.list_all(database)
        if there:
            return "", there[0]["id"]
        customer = await customers.create(database, utc_now(), "First customer", "US")
        key = await access_keys.create(database, customer["id"], utc_now(), name="first key")
        return key["token"], customer["id"]

    token, customer_id = _with_database(first)
    if not token:
        click.echo(
            "The data of before is served. Keys are not kept in clear; to make another one, in this folder:\n"
            f"  make key CUSTOMER={customer_id}",
            err=True,
        )
        return
    click.echo(
        f"Your first access key, shown only now:\n\n  {token}\n\nTry it:\n\n"
        f"  curl -X POST '{address}/v1.0/contacts?token={token}' --data "
        '\'{"first_name": "John", "last_name": "Smith", "phone_numbers": [{"number": "+15551234567"}]}\'\n'
        f"  curl '{address}/v1.0/contacts/lookup?token={token}&phone=%2B15551234567'\n",
        err=True,
    )


@cli.command("migrate")
def migrate_command() -> None:
    """Apply pending migrations."""
    _print({"schema": asyncio.run(migrate(_settings().database_url))})


@cli.group()
def customer() -> None:
    """Manage customers: the tenants."""


@customer.command("create")
@click.argument("name")
@click.option("--default-region", default="", help="Where numbers without a country are from: US, DE, …")
def customer_create(name: str, default_region: str) -> None:
    """Create a customer."""
    _print(_with_database(lambda database: customers.create(database, utc_now(), name, default_region)))


@customer.command("list")
def customer_list() -> None:
    """List the customers, oldest first."""
    _print(_with_database(customers.list_all))


@customer.command("update")
@click.argument("customer_id", metavar="ID", type=RowId())
@click.option("--name", default=None, help="The new name.")
@click.option("--default-region", default=None, help="The new default region; '' for none.")
def customer_update(customer_id: str, name: str | None, default_region: str | None) -> None:
    """Change a customer: what is given."""
    _print(_with_database(lambda database: customers.update(database, customer_id, utc_now(), name, default_region)))


@customer.command("delete")
@click.argument("customer_id", metavar="ID", type=RowId())
def customer_delete(customer_id: str) -> None:
    """Delete a customer. Its access keys end within 5 seconds."""
    _print(_with_database(lambda database: customers.delete(database, customer_id, utc_now())))


@cli.group()
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
    _print(
        _with_database(
            lambda database: access_keys.create(
                database, customer_id, utc_now(), name=name, scopes=scopes, expires_in=expires_in
            )
        )
    )


@accesskey.command("list")
@click.option("--customer", "customer_id", required=True, type=RowId(), help="Whose keys.")
def accesskey_list(customer_id: str) -> None:
    """List a customer's access keys, oldest first."""
    _print(_with_database(lambda database: access_keys.list_all(database, customer_id)))


@accesskey.command("revoke")
@click.argument("access_key_id", metavar="ID", type=RowId())
def accesskey_revoke(access_key_id: str) -> None:
    """End an access key, within 5 seconds."""
    _print(_with_database(lambda database: access_keys.revoke(database, access_key_id, utc_now())))


def main() -> None:
    """Run the command; what is refused is said in one line on standard error, with exit code 1."""
    try:
        cli()
    except (InvalidSetting, SchemaTooNew, RingbookError) as error:
        sys.exit(f"ringbook: {error}")
    except OSError as error:
        sys.exit(f"ringbook: RINGBOOK_DATABASE_URL: the database cannot be reached: {error}")
    except (sqlalchemy.exc.DBAPIError, sqlite3.Error, asyncpg.PostgresError) as error:
        sys.exit(f"ringbook: RINGBOOK_DATABASE_URL: the database refused: {getattr(error, 'orig', None) or error}")
