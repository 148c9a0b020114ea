"""`ringbook user`: the people who log in."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import click
import msgspec

from ringbook.cli.database import caller_of, with_database
from ringbook.cli.output import print_json
from ringbook.cli.parameters import CUSTOMER, ROW_ID
from ringbook.clock import rfc_3339, utc_now
from ringbook.config import read_settings
from ringbook.database.engine import Database, Transaction
from ringbook.database.pages import Page, parse_page
from ringbook.tenants import customers, totp, users
from ringbook.tenants.caller import Caller
from ringbook.tenants.user_links import GivenLink, give_link
from ringbook.tenants.users import ROLES, ChangedUser, NewUser, Role, UserPage, parse_address

_DEFAULT_ADDRESS = "http://127.0.0.1:8080"
_USER_ID = click.argument("user_id", metavar="ID", type=ROW_ID)
_ROLE = click.Choice(list(ROLES))


@click.group()
def user() -> None:
    """Manage users: the people who log in."""


def _changing(customer_id: str | None, work: Callable[[Caller, Transaction], Awaitable[Any]]) -> Any:
    """Return what `work` makes of a customer, in one transaction."""

    async def run(database: Database) -> Any:
        caller = await caller_of(database, customer_id)
        async with database.transaction() as transaction:
            return await work(caller, transaction)

    return with_database(run)


def _shown(given: GivenLink) -> str:
    return given.at(read_settings(os.environ).public_url or _DEFAULT_ADDRESS)


@user.command("create")
@CUSTOMER
@click.option("--email", required=True, help="By which the user logs in; no other user of any customer has it.")
@click.option("--name", default="", help="What the user is called in histories.")
@click.option("--role", type=_ROLE, required=True, help="agent reads, manager changes contacts, owner does everything.")
def user_create(customer_id: str | None, email: str, name: str, role: Role) -> None:
    """Create a user and print it with the link that sets the password, shown only now, good once and for 24 hours."""
    new = NewUser(email=parse_address(email), name=customers.parse_name(name), role=role)

    async def create(caller: Caller, transaction: Transaction) -> Any:
        now = utc_now()
        user_id = await users.create(caller, transaction, now, new)
        given = await give_link(caller, transaction, now, user_id)
        made = msgspec.json.decode(await users.get(caller, transaction, user_id))
        return made | {"link": _shown(given)}

    print_json(_changing(customer_id, create))


@user.command("list")
@CUSTOMER
def user_list(customer_id: str | None) -> None:
    """List a customer's users, newest first."""

    async def list_users(database: Database) -> list[Any]:
        caller = await caller_of(database, customer_id)
        found: list[Any] = []
        page: Page | None = parse_page("", "")
        while page:
            part = msgspec.json.decode(await users.page(caller, database, page), type=UserPage)
            found += part.result
            page = parse_page("", part.next_page_token) if part.next_page_token else None
        return found

    print_json(with_database(list_users))


@user.command("invite")
@CUSTOMER
@_USER_ID
def user_invite(customer_id: str | None, user_id: str) -> None:
    """Print a new link that sets a user's password, good once and for 24 hours; the one before is good no more."""

    async def invite(caller: Caller, transaction: Transaction) -> Any:
        given = await give_link(caller, transaction, utc_now(), user_id)
        return {"link": _shown(given), "tm_expire": rfc_3339(given.tm_expire)}

    print_json(_changing(customer_id, invite))


@user.command("update")
@CUSTOMER
@_USER_ID
@click.option("--email", default=None, help="The new address.")
@click.option("--name", default=None, help="The new name.")
@click.option("--role", type=_ROLE, default=None, help="The new role.")
@click.option("--active/--inactive", "is_active", default=None, help="Whether the user may log in.")
@click.option("--no-totp", is_flag=True, help="Ask for no codes: for one who has lost the app.")
def user_update(
    customer_id: str | None,
    user_id: str,
    email: str | None,
    name: str | None,
    role: Role | None,
    *,
    is_active: bool | None,
    no_totp: bool,
) -> None:
    """Change a user: what is given. One who is made inactive is logged out at once."""
    change = ChangedUser(
        email=None if email is None else parse_address(email),
        name=None if name is None else customers.parse_name(name),
        role=role,
        is_active=is_active,
    )

    async def update(caller: Caller, transaction: Transaction) -> Any:
        if no_totp:
            await totp.remove_totp(caller, transaction, utc_now(), user_id)
        return msgspec.json.decode(await users.update(caller, transaction, utc_now(), user_id, change))

    print_json(_changing(customer_id, update))


@user.command("delete")
@CUSTOMER
@_USER_ID
def user_delete(customer_id: str | None, user_id: str) -> None:
    """Delete a user, who is logged out at once. The last owner who has a password cannot be deleted."""

    async def delete(caller: Caller, transaction: Transaction) -> Any:
        return msgspec.json.decode(await users.delete(caller, transaction, utc_now(), user_id))

    print_json(_changing(customer_id, delete))
