"""`ringbook serve`, `quickstart` and `migrate`."""

import asyncio
import sys

import click

from ringbook import logs
from ringbook.cli.database import print_json, settings_of_environment, with_database
from ringbook.clock import utc_now
from ringbook.database.engine import Database
from ringbook.database.migrate import migrate
from ringbook.serving import run, sockets
from ringbook.tenants import access_keys, customers


@click.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", default=8080, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--workers", default=1, type=click.IntRange(1, 256), help="Processes that answer.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the API, after applying pending migrations, until SIGTERM."""
    _serve(host, port, workers, first_customer=False)


@click.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", default=8080, type=click.IntRange(0, 65535), help="Port to listen on.")
def quickstart(host: str, port: int) -> None:
    """Serve the API; on an empty database first create a customer (region US) and print its access key."""
    _serve(host, port, 1, first_customer=True)


def _serve(host: str, port: int, workers: int, *, first_customer: bool) -> None:
    settings = settings_of_environment()
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

    token, customer_id = with_database(first)
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


@click.command("migrate")
def migrate_command() -> None:
    """Apply pending migrations."""
    print_json({"schema": asyncio.run(migrate(settings_of_environment().database_url))})
