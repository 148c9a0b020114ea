"""One-time links: by which a user sets a password, the first one or another. Only the hash of the last one is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec import Meta
from sqlalchemy.dialects.postgresql import insert

from ringbook.database.engine import Connection, Query, Transaction
from ringbook.database.parameters import CUSTOMER_ID, NOW, USER_ID, values_of
from ringbook.database.schema import user_links as t
from ringbook.errors import Reason, Unauthenticated, WrongState
from ringbook.tenants import users
from ringbook.tenants.caller import Caller
from ringbook.tenants.users import User, ids_of
from ringbook.values.fields import Time

LINK_HOURS = 24
_LINK = Annotated[str, Meta(description="To be given to the user: it sets a password once, within 24 hours.")]


class NewLink(msgspec.Struct):
    """A one-time link, which is shown this once."""

    link: _LINK
    tm_expire: Time


class UserWithLink(User):
    """A user with the link by which the first password is set, which is shown this once."""

    link: _LINK


class GivenLink(NamedTuple):
    """The token of a new link, and until when it is good."""

    token: str
    tm_expire: datetime

    def at(self, address: str) -> str:
        """Return the link to the page of Ringbook at this address; what is behind # reaches no server and no log."""
        return f"{address}/#/welcome?token={self.token}"


_NEW = values_of(t, "token_hash", "tm_expire")
GIVE_LINK = Query(
    insert(t)
    .values(_NEW | {"customer_id": CUSTOMER_ID, "user_id": USER_ID})
    .on_conflict_do_update(index_elements=["customer_id", "user_id"], set_=_NEW)
)


def hash_secret(secret: str) -> str:
    """Return what is kept of a secret that was made by chance, and so needs no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


async def give_link(caller: Caller, transaction: Transaction, now: datetime, user_id: str) -> GivenLink:
    """Give a user a new link; the one before is good no more. Raises NotFound, WrongState."""
    held = await users.hold_user(caller, transaction, user_id)
    if not held.is_active:
        raise WrongState(Reason.USER_NOT_ACTIVE, "this user is switched off; switch it on first")
    given = GivenLink(secrets.token_urlsafe(24), now + timedelta(hours=LINK_HOURS))
    values = {"token_hash": hash_secret(given.token), "tm_expire": given.tm_expire}
    await transaction.run_many(GIVE_LINK, [ids_of(caller, user_id) | values])
    return given


_GOOD = (t.c.token_hash == sa.bindparam("token_hash", type_=sa.Text), t.c.tm_expire > NOW)
FIND_LINK = Query(sa.select(t.c.customer_id, t.c.user_id).where(*_GOOD))
USE_LINK = Query(
    sa.delete(t).where(t.c.customer_id == CUSTOMER_ID, t.c.user_id == USER_ID, *_GOOD).returning(t.c.user_id)
)


async def user_of_link(database: Connection, now: datetime, token: str) -> tuple[str, str]:
    """Return the ids of the customer and of the user whose link this is. Raises Unauthenticated."""
    row = await database.one(FIND_LINK, token_hash=hash_secret(token), now=now)
    if row is None:
        raise wrong_link()
    return str(row[0]), str(row[1])


async def use_link(caller: Caller, transaction: Transaction, now: datetime, token: str) -> None:
    """Use up the link of the caller, who is a user. Raises Unauthenticated where another was faster."""
    values: dict[str, Any] = ids_of(caller, caller.who) | {"token_hash": hash_secret(token), "now": now}
    if await transaction.one(USE_LINK, **values) is None:
        raise wrong_link()


def wrong_link() -> Unauthenticated:
    """Return the error for a link that may not set a password."""
    message = "this link is wrong, was used, or is older than 24 hours; ask for a new one"
    return Unauthenticated(Reason.INVALID_LINK, message)
