"""Users: the people of a customer who log in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec import Meta, field

from ringbook.clock import new_id
from ringbook.database.engine import Connection, Database, Query, Row, Transaction, UniqueViolation
from ringbook.database.pages import Page, newest_first, read_page
from ringbook.database.parameters import CUSTOMER_ID, NOW, USER_ID, changes_of, values_of
from ringbook.database.rendering import json_bool, json_object, json_values
from ringbook.database.schema import customers, recovery_codes, sessions, user_links
from ringbook.database.schema import users as t
from ringbook.errors import AlreadyExists, FieldProblem, InvalidArgument, NotFound, Reason, WrongState
from ringbook.tenants.caller import Caller
from ringbook.values.email import Address
from ringbook.values.fields import Id, Ignored, ReadOnlyKeys, Text, Time

Role = Literal["agent", "manager", "owner"]
ROLES: Mapping[str, frozenset[str]] = {
    "agent": frozenset({"lookup", "read"}),
    "manager": frozenset({"lookup", "read", "write"}),
    "owner": frozenset({"lookup", "read", "write", "admin"}),
}
"""The scopes of each role."""

UserName = Annotated[Text, Meta(max_length=255)]


class NewUser(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """A user to create."""

    email: Address
    name: UserName | None = None
    role: Role
    is_active: bool | None = None
    has_password: Ignored = field(default_factory=msgspec.Raw)
    has_totp: Ignored = field(default_factory=msgspec.Raw)


class ChangedUser(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """What to change of a user. One who is switched off is logged out at once."""

    email: Address | None = None
    name: UserName | None = None
    role: Role | None = None
    is_active: bool | None = None
    has_password: Ignored = field(default_factory=msgspec.Raw)
    has_totp: Ignored = field(default_factory=msgspec.Raw)


class User(msgspec.Struct):
    """A user as it is answered."""

    id: Id
    customer_id: Id
    email: Annotated[str, Meta(description="By which the user logs in; no other user of any customer has it.")]
    name: str
    role: Role
    is_active: bool
    has_password: Annotated[bool, Meta(description="False until the first link is followed.")]
    has_totp: Annotated[bool, Meta(description="Whether a code is asked for beside the password.")]
    tm_create: Time
    tm_update: Time | None
    tm_delete: Time | None


class UserPage(msgspec.Struct):
    """A page of users, newest first."""

    result: list[User]
    next_page_token: Annotated[str, Meta(description="The next page's page_token; empty on the last page.")]


_NONE: sa.ColumnElement[str] = sa.literal_column("''")
SHOWN_NAME = sa.func.coalesce(sa.func.nullif(t.c.name, _NONE), t.c.email)
"""What a user is called in histories and logs."""

USER_JSON = json_object(
    **json_values(t.c, "id", "customer_id", "email", "name", "role", "is_active"),
    has_password=json_bool(t.c.password_hash != _NONE),
    has_totp=json_bool(t.c.totp_secret != _NONE),
    **json_values(t.c, "tm_create", "tm_update", "tm_delete"),
)
_LIVE = (t.c.customer_id == CUSTOMER_ID, t.c.id == USER_ID, t.c.tm_delete.is_(None))
MAY_COME_IN = (t.c.is_active, t.c.tm_delete.is_(None), customers.c.tm_delete.is_(None))
"""Of a user, joined with the customer: neither is deleted, and the user is not switched off."""
INSERT_USER = Query(
    sa.insert(t).values(
        values_of(t, "email", "name", "role", "is_active")
        | {"customer_id": CUSTOMER_ID, "id": USER_ID, "tm_create": NOW}
        | {"password_hash": _NONE, "totp_secret": _NONE, "totp_pending": _NONE, "totp_step": sa.literal_column("0")}
    )
)
SELECT_USER = Query(sa.select(USER_JSON).where(*_LIVE))


def ids_of(caller: Caller, user_id: str) -> dict[str, Any]:
    """Return the values by which the statements find a user."""
    return {"customer_id": caller.customer_id, "user_id": user_id}


async def create(caller: Caller, transaction: Transaction, now: datetime, new: NewUser) -> str:
    """Create a user; return its id. Raises AlreadyExists."""
    values = {"email": new.email.normalized, "name": (new.name or "").strip(), "role": new.role}
    return await _insert(caller, transaction, now, values | {"is_active": new.is_active is not False})


async def _insert(caller: Caller, transaction: Transaction, now: datetime, values: dict[str, Any]) -> str:
    user_id = new_id(now)
    await write_address(transaction, INSERT_USER, ids_of(caller, user_id) | values | {"now": now}, values["email"])
    return user_id


async def write_address(transaction: Transaction, query: Query, values: dict[str, Any], email: str) -> None:
    """Write a user whose email no other may have. Raises AlreadyExists."""
    try:
        await transaction.run_many(query, [values])
    except UniqueViolation as error:
        message = f"another user has the address {email}; it belongs to one user of all customers"
        raise AlreadyExists(Reason.USER_EMAIL_EXISTS, message, [FieldProblem("email", message)]) from error


async def get(caller: Caller, database: Connection, user_id: str) -> bytes:
    """Return the JSON of a user. Raises NotFound."""
    return _json(await database.one(SELECT_USER, **ids_of(caller, user_id)))


USER_PAGE = Query(
    newest_first(
        sa.select(USER_JSON).where(t.c.customer_id == CUSTOMER_ID),
        t,
    )
)


async def page(caller: Caller, database: Database, page: Page) -> bytes:
    """Return the JSON of one page of users, newest first."""
    return await read_page(database, USER_PAGE, caller.customer_id, page)


class HeldUser(NamedTuple):
    """What a transaction that holds a user's row knows of it."""

    email: str
    name: str
    is_active: bool
    password_hash: str
    totp_secret: str
    totp_pending: str


HOLD_USER = Query(sa.select(*(t.c[name] for name in HeldUser._fields)).where(*_LIVE).with_for_update())


async def find_held(caller: Caller, transaction: Transaction, user_id: str) -> HeldUser | None:
    """Let all other changes of the user wait; return None where there is none."""
    row = await transaction.one(HOLD_USER, **ids_of(caller, user_id))
    return HeldUser(*row) if row else None


async def hold_user(caller: Caller, transaction: Transaction, user_id: str) -> HeldUser:
    """Let all other changes of the user wait. Raises NotFound."""
    held = await find_held(caller, transaction, user_id)
    if held is None:
        raise user_not_found()
    return held


HOLD_OWNERS = Query(
    sa.select(t.c.id, t.c.password_hash != _NONE)
    .where(
        t.c.customer_id == CUSTOMER_ID,
        t.c.role == sa.literal_column("'owner'"),
        t.c.is_active,
        t.c.tm_delete.is_(None),
    )
    .order_by(t.c.id)
    .with_for_update()
)


async def first_owner(caller: Caller, transaction: Transaction, now: datetime) -> str | None:
    """Return the owner who is to set the first password, None where an owner has one.

    Where there is none yet it is created; nothing is known of it, the address comes with the password.
    """
    owners = await transaction.all(HOLD_OWNERS, customer_id=caller.customer_id)
    if any(has_password for _, has_password in owners):
        return None
    if owners:
        return str(owners[0][0])
    return await _insert(caller, transaction, now, {"email": "", "name": "", "role": "owner", "is_active": True})


UPDATE_USER = Query(
    sa.update(t).values(changes_of(t, "email", "name", "role", "is_active") | {"tm_update": NOW}).where(*_LIVE)
)


async def update(caller: Caller, transaction: Transaction, now: datetime, user_id: str, change: ChangedUser) -> bytes:
    """Change the fields given; return the JSON. Raises NotFound, AlreadyExists, WrongState for the last owner."""
    ids = ids_of(caller, user_id)
    if change.is_active is False or change.role not in (None, "owner"):
        await _keep_an_owner(caller, transaction, user_id)
    held = await hold_user(caller, transaction, user_id)
    email = change.email.normalized if change.email else None
    values = {
        "new_email": email,
        "new_name": None if change.name is None else change.name.strip(),
        "new_role": change.role,
        "new_is_active": change.is_active,
    }
    await write_address(transaction, UPDATE_USER, ids | values | {"now": now}, email or held.email)
    if change.is_active is False or (email and held.email not in ("", email)):  # the link was sent to who had that
        await transaction.run_many(DELETE_LINK, [ids])
    if change.is_active is False:
        await transaction.run_many(END_SESSIONS_OF_USER, [ids])
    return await get(caller, transaction, user_id)


async def _keep_an_owner(caller: Caller, transaction: Transaction, user_id: str) -> None:
    """Let all other changes of the owners wait. Raises WrongState where the user is the only one who can log in."""
    rows = await transaction.all(HOLD_OWNERS, customer_id=caller.customer_id)
    owners = {str(owner_id): bool(has_password) for owner_id, has_password in rows}
    if user_id not in owners:
        return
    has_password = owners.pop(user_id)
    if not owners or (has_password and not any(owners.values())):
        message = "this is the last owner who can log in; make another user an owner first, who sets a password"
        raise WrongState(Reason.LAST_OWNER, message)


DELETE_LINK = Query(
    sa.delete(user_links).where(user_links.c.customer_id == CUSTOMER_ID, user_links.c.user_id == USER_ID)
)
END_SESSIONS_OF_USER = Query(
    sa.delete(sessions).where(sessions.c.customer_id == CUSTOMER_ID, sessions.c.user_id == USER_ID)
)
DELETE_RECOVERY_CODES = Query(
    sa.delete(recovery_codes).where(recovery_codes.c.customer_id == CUSTOMER_ID, recovery_codes.c.user_id == USER_ID)
)
DELETE_USER = Query(
    sa.update(t)
    .values(tm_delete=NOW, tm_update=NOW, is_active=sa.false())
    .values(password_hash=_NONE, totp_secret=_NONE, totp_pending=_NONE)
    .where(*_LIVE)
    .returning(t.c.id)
)
DELETED_USER = Query(sa.select(USER_JSON).where(t.c.customer_id == CUSTOMER_ID, t.c.id == USER_ID))


async def delete(caller: Caller, transaction: Transaction, now: datetime, user_id: str) -> bytes:
    """Delete a user with all that it logs in by; return the JSON. Raises NotFound, WrongState for the last owner."""
    ids = ids_of(caller, user_id)
    await _keep_an_owner(caller, transaction, user_id)
    if await transaction.one(DELETE_USER, **ids, now=now) is None:
        raise user_not_found()
    for query in (DELETE_LINK, END_SESSIONS_OF_USER, DELETE_RECOVERY_CODES):
        await transaction.run_many(query, [ids])
    return _json(await transaction.one(DELETED_USER, **ids))


def _json(row: Row | None) -> bytes:
    if row is None:
        raise user_not_found()
    json: str = row[0]
    return json.encode()


def user_not_found() -> NotFound:
    """Return the error for an id that is no user of this customer."""
    return NotFound(Reason.USER_NOT_FOUND, "there is no such user")


def parse_address(text: str) -> Address:
    """Return an email address from the command line. Raises InvalidArgument."""
    try:
        return Address.read(text, "")
    except ValueError as error:
        raise InvalidArgument.of([FieldProblem("email", str(error), Reason.INVALID_EMAIL_ADDRESS)]) from error
