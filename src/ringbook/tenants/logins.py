"""How a user comes to a session: by an address and a password, or by a one-time link that sets one."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.database.engine import Database, Query
from ringbook.database.parameters import CUSTOMER_ID, NOW, USER_ID, changes_of
from ringbook.database.schema import customers
from ringbook.database.schema import users as t
from ringbook.errors import FieldProblem, InvalidArgument, Reason, Unauthenticated
from ringbook.tenants import passwords, sessions, totp, user_links, users
from ringbook.tenants.caller import Caller
from ringbook.tenants.sessions import Client
from ringbook.tenants.totp import CodeText
from ringbook.tenants.users import END_SESSIONS_OF_USER, MAY_COME_IN, HeldUser, ids_of
from ringbook.values import email
from ringbook.values.email import Address
from ringbook.values.fields import Text

_Password = Annotated[Text, Meta(max_length=passwords.LONGEST_PASSWORD)]


class NewSession(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Who logs in."""

    email: Annotated[Text, Meta(max_length=email.LONGEST_READING)]
    password: _Password
    code: CodeText | None = None


class NewPassword(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A password that is set by a one-time link."""

    token: Annotated[Text, Meta(max_length=200, description="What stands in the link behind token=.")]
    password: _Password
    email: Address | None = None
    """Needed by the first owner, who has no address yet."""
    code: CodeText | None = None


CountCode = Callable[[str], Awaitable[None]]
"""Counts one more code of a user with this id; raises where it is one too many."""

FIND_LOGIN = Query(
    sa.select(t.c.customer_id, t.c.id, t.c.password_hash)
    .join_from(t, customers, customers.c.id == t.c.customer_id)
    .where(
        t.c.email == sa.bindparam("email", type_=sa.Text),
        t.c.email != sa.literal_column("''"),
        *MAY_COME_IN,
    )
)


def address_of(given: NewSession) -> str:
    """Return the address of who logs in, the same one however it is written."""
    return email.reading(given.email) or given.email


async def log_in(
    database: Database, now: datetime, given: NewSession, client: Client, count_code: CountCode
) -> tuple[str, bytes]:
    """Return the token of a new session, and its JSON. Raises Unauthenticated, and what `count_code` does.

    It takes as long for an address that is nobody's. A code is counted once the password was right.
    """
    row = await database.one(FIND_LOGIN, email=address_of(given))
    customer_id, user_id, password_hash = row or ("", "", "")
    if not await passwords.is_right(password_hash, given.password):
        raise _wrong_login()
    caller = Caller(str(customer_id), "", str(user_id), "user")
    if given.code:
        await count_code(caller.who)
    async with database.transaction() as transaction:
        held = await users.find_held(caller, transaction, caller.who)
        if held is None or not held.is_active or held.password_hash != password_hash:  # it was changed in this moment
            raise _wrong_login()
        await totp.check_code(caller, transaction, now, held, given.code or "")
        return await sessions.begin_session(caller, transaction, now, client)


def _wrong_login() -> Unauthenticated:
    return Unauthenticated(Reason.INVALID_LOGIN, "the address or the password is wrong")


SET_PASSWORD = Query(
    sa.update(t)
    .values(changes_of(t, "email", "password_hash") | {"tm_update": NOW})
    .where(t.c.customer_id == CUSTOMER_ID, t.c.id == USER_ID)
)
WHOSE_PASSWORD = Query(
    sa.select(*(t.c[name] for name in HeldUser._fields))
    .join_from(t, customers, customers.c.id == t.c.customer_id)
    .where(t.c.customer_id == CUSTOMER_ID, t.c.id == USER_ID, *MAY_COME_IN)
)


async def set_password(
    database: Database, now: datetime, given: NewPassword, client: Client, count_code: CountCode
) -> tuple[str, bytes]:
    """Set the password of the link's user; end its sessions; return the token of a new one, and its JSON.

    Raises Unauthenticated, InvalidArgument, AlreadyExists, and what `count_code` does. Codes beside a link are counted
    by themselves: who guesses some beside the password does not keep the user from another password.
    """
    customer_id, user_id = await user_links.user_of_link(database, now, given.token)
    row = await database.one(WHOSE_PASSWORD, customer_id=customer_id, user_id=user_id)
    if row is None:
        raise user_links.wrong_link()
    if problems := _problems(given, HeldUser(*row)):
        raise InvalidArgument.of(problems)
    password_hash = await passwords.hash_password(given.password)
    caller = Caller(customer_id, "", user_id, "user")
    if given.code:
        await count_code(f"link {user_id}")
    ids = ids_of(caller, user_id)
    address = given.email.normalized if given.email else None
    values: dict[str, Any] = {"new_email": address, "new_password_hash": password_hash, "now": now}
    async with database.transaction() as transaction:
        held = await users.find_held(caller, transaction, user_id)
        if held is None:
            raise user_links.wrong_link()
        await user_links.use_link(caller, transaction, now, given.token)
        await totp.check_code(caller, transaction, now, held, given.code or "")
        await users.write_address(transaction, SET_PASSWORD, ids | values, address or held.email)
        await transaction.run_many(END_SESSIONS_OF_USER, [ids])
        return await sessions.begin_session(caller, transaction, now, client)


def _problems(given: NewPassword, user: HeldUser) -> list[FieldProblem]:
    """Return what is wrong with a password and an address for this user."""
    address = given.email.normalized if given.email else ""
    problems = passwords.problems_of(given.password, user.email or address, user.name)
    if not user.email and not address:
        problems.append(FieldProblem("email", "is required: this user has no address yet", Reason.MISSING_FIELD))
    if user.email and address not in ("", user.email):
        problems.append(FieldProblem("email", "is set already; an owner can change it"))
    return problems
