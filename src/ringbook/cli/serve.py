"""`ringbook serve`, `quickstart` and `migrate`."""

import asyncio
import errno
import os
import socket
import sys
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import click

from ringbook import logs
from ringbook.cli.database import caller_of, with_database
from ringbook.cli.output import print_json, show_first_calls
from ringbook.cli.parameters import PORT, WORKERS
from ringbook.clock import utc_now
from ringbook.config import LOG_FORMATS, PREFIX, read_settings
from ringbook.database.engine import Database
from ringbook.database.migrate import migrate
from ringbook.serving import run, sockets
from ringbook.tenants import access_keys, customers, users
from ringbook.tenants.caller import Caller
from ringbook.tenants.user_links import give_link

HINTS = {
    errno.EADDRINUSE: "choose another by --port, or make run PORT=8081",
    errno.EACCES: "a port below 1024 takes the right to it (CAP_NET_BIND_SERVICE)",
}
LISTENING = [
    click.option("--host", default="127.0.0.1", help="Address to listen on; 0.0.0.0 for all of IPv4, :: for all."),
    click.option("--port", default=8080, type=PORT, help="Port to listen on, 0 to 65535; 0 for one that is free."),
    click.option(
        "--log-format",
        type=click.Choice(LOG_FORMATS),
        default=None,
        help="In place of RINGBOOK_LOG_FORMAT; auto: console on a terminal, else json.",
    ),
]


def _listening(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command the options of every one that serves."""
    for option in reversed(LISTENING):
        command = option(command)
    return command


@click.command()
@_listening
@click.option("--workers", default=1, type=WORKERS, help="Processes that answer, 1 to 256.")
def serve(host: str, port: int, log_format: str | None, workers: int) -> None:
    """Serve the API, after applying pending migrations, until SIGTERM or SIGINT (Ctrl-C)."""
    with run.until_signalled():
        _serve(host, port, log_format, workers)


@click.command()
@_listening
@click.option(
    "--another-key",
    "another_key",
    default="ringbook accesskey create --first-calls ADDRESS",
    help="The command that it names where there is a key already.",
)
def quickstart(host: str, port: int, log_format: str | None, another_key: str) -> None:
    """Serve the API; on an empty database first create a customer (region US), print its key and a link.

    The link is for the first owner; until an owner has set a password, each start prints a new one.
    """
    with run.until_signalled():
        _serve(host, port, log_format, 1, lambda address: _welcome(address, another_key))


def _serve(
    host: str,
    port: int,
    log_format: str | None,
    workers: int,
    welcome: Callable[[str], None] = lambda _: None,
) -> None:
    if log_format:
        _override_log_format(log_format)
    settings = read_settings(os.environ)
    logs.configure(settings.log_format)
    listener = _bind(host, port)
    bound, port = listener.getsockname()[:2]
    host = _own_address() if ip_address(bound).is_unspecified else bound
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    asyncio.run(migrate(settings.database_url))
    welcome(address)

    def announce() -> None:
        logs.write_line(f"Ringbook serves {address}/v1.0".encode())

    run.run(listener, workers, settings, announce)


def _override_log_format(log_format: str) -> None:
    """Set it in the environment, where each worker reads it."""
    os.environ.pop(f"{PREFIX}LOG_FORMAT_FILE", None)
    os.environ[f"{PREFIX}LOG_FORMAT"] = log_format


def _bind(host: str, port: int) -> socket.socket:
    """Return the listening socket, or end with what cannot be listened on."""
    try:
        return sockets.bind(host, port)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        hint = HINTS.get(
            getattr(error, "errno", None) or 0, "--host must be an address of this machine such as 127.0.0.1"
        )
        sys.exit(f"ringbook: cannot listen on {host}, port {port}: {reason}; {hint}")


def _own_address() -> str:
    """Return the IPv4 address by which other machines reach this one; without a network 127.0.0.1.

    It is the one from which a packet would go to somewhere else (RFC 5737 says where nobody is); none is sent.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _welcome(address: str, another_key: str) -> None:
    """Show the first calls, and the page: by a link until an owner has set a password.

    Where there was no customer yet, one is created with an access key. Of several customers nobody gets a link.
    """

    async def first_steps(database: Database) -> tuple[str | None, str]:
        there, token = await customers.list_all(database), None
        if len(there) > 1:
            return None, ""
        customer = there[0] if there else await customers.create(database, utc_now(), "First customer", "US")
        caller = await caller_of(database, customer["id"])
        link = await _first_link(caller, database, page)
        if not there:
            token = str((await access_keys.create(database, customer["id"], utc_now(), name="first key"))["token"])
        return token, link

    page = read_settings(os.environ).public_url or address
    token, link = with_database(first_steps)
    show_first_calls(address, token, another_key.replace("ADDRESS", address), page=f"{page}/", link=link)


async def _first_link(caller: Caller, database: Database, page: str) -> str:
    """Return a new link for the first owner; '' where an owner has a password."""
    now = utc_now()
    async with database.transaction() as transaction:
        owner_id = await users.first_owner(caller, transaction, now)
        return (await give_link(caller, transaction, now, owner_id)).at(page) if owner_id else ""


@click.command("migrate")
def migrate_command() -> None:
    """Apply pending migrations."""
    print_json({"schema": asyncio.run(migrate(read_settings(os.environ).database_url))})
