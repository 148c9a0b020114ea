"""Access keys: how a program shows whose customer's data it may use. Only a hash of each is kept."""

import hashlib
import secrets
import string
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from ringbook.clock import new_id
from ringbook.database.engine import Connection, Database, Query, Row
from ringbook.database.rendering import json_object, json_values
from ringbook.database.schema import access_keys as t
from ringbook.database.schema import customers
from ringbook.errors import FieldProblem, InvalidArgument, NotFound, Reason
from ringbook.tenants.customers import parse_name

SCOPES = {
    "write": {"write", "read", "phonebook", "lookup"},
    "read": {"read", "phonebook", "lookup"},
    "phonebook": {"phonebook", "lookup"},
    "lookup": {"lookup"},
}
"""Each scope, and those that it implies."""

BASE62 = string.digits + string.ascii_letters
PREFIX_LENGTH = 8

_ID, _NOW = sa.bindparam("id", type_=t.c.id.type), sa.bindparam("now", type_=t.c.tm_create.type)
_CUSTOMER_ID = sa.bindparam("customer_id", type_=t.c.customer_id.type)
_PUBLIC = json_object(**json_values(t.c, "id", "customer_id", "name", "prefix", "scopes", "tm_expire", "tm_create"))
_CREATE = Query(
    sa.insert(t)
    .from_select(
        ["customer_id", "id", "name", "prefix", "token_hash", "scopes", "tm_expire", "tm_create"],
        sa.select(
            customers.c.id,
            _ID,
            *(sa.bindparam(name, type_=sa.Text) for name in ("name", "prefix", "token_hash", "scopes")),
            sa.bindparam("tm_expire", type_=t.c.tm_expire.type),
            _NOW,
        ).where(customers.c.id == _CUSTOMER_ID, customers.c.tm_delete.is_(None)),
    )
    .returning(_PUBLIC)
)
_LIST = Query(sa.select(_PUBLIC).where(t.c.customer_id == _CUSTOMER_ID, t.c.tm_delete.is_(None)).order_by(t.c.id))
_REVOKE = Query(sa.update(t).values(tm_delete=_NOW).where(t.c.id == _ID, t.c.tm_delete.is_(None)).returning(_PUBLIC))
_AUTHENTICATE = Query(
    sa.select(t.c.customer_id, t.c.id, t.c.scopes, customers.c.default_region, t.c.tm_expire)
    .join_from(t, customers, customers.c.id == t.c.customer_id)
    .where(
        t.c.token_hash == sa.bindparam("token_hash", type_=sa.Text),
        t.c.tm_delete.is_(None),
        customers.c.tm_delete.is_(None),
    ),
    seconds=0.5,  # what the request is about is yet to come
)


class Caller(NamedTuple):
    """Who is asking: what an access key gives."""

    customer_id: str
    access_key_id: str
    scopes: frozenset[str]
    default_region: str
    tm_expire: datetime | None


def hash_token(token: str) -> str:
    """Return what is kept of a token: its SHA-256, in hex. 190 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def create(
    database: Database,
    customer_id: str,
    now: datetime,
    *,
    name: str = "",
    scopes: tuple[str, ...] = (),
    expires_in: timedelta | None = None,
) -> dict[str, Any]:
    """Create an access key and return it with its token, which is not kept. Raises NotFound, InvalidArgument."""
    token = "rb_" + "".join(secrets.choice(BASE62) for _ in range(32))
    try:
        tm_expire = now + expires_in if expires_in else None
    except OverflowError as error:
        raise InvalidArgument.of([FieldProblem("expires_in", "is too far in the future")]) from error
    async with database.transaction() as transaction:
        row = await transaction.one(
            _CREATE,
            customer_id=customer_id,
            id=new_id(now),
            now=now,
            name=parse_name(name),
            prefix=token[:PREFIX_LENGTH],
            token_hash=hash_token(token),
            scopes=" ".join(scope for scope in SCOPES if scope in (scopes or ("write",))),
            tm_expire=tm_expire,
        )
    if row is None:
        raise NotFound(Reason.CUSTOMER_NOT_FOUND, "there is no such customer")
    return _decoded(row) | {"token": token}


async def list_all(database: Connection, customer_id: str) -> list[dict[str, Any]]:
    """Return the customer's access keys that are not revoked, oldest first."""
    return [_decoded(row) for row in await database.all(_LIST, customer_id=customer_id)]


async def revoke(database: Database, access_key_id: str, now: datetime) -> dict[str, Any]:
    """End an access key. Raises NotFound."""
    async with database.transaction() as transaction:
        row = await transaction.one(_REVOKE, id=access_key_id, now=now)
    if row is None:
        raise NotFound(Reason.ACCESS_KEY_NOT_FOUND, "there is no such access key")
    return _decoded(row)


async def find_caller(database: Connection, token_hash: str) -> Caller | None:
    """Return whose token it is, or None where it is none, revoked, or of a deleted customer."""
    row = await database.one(_AUTHENTICATE, token_hash=token_hash)
    if row is None:
        return None
    customer_id, access_key_id, scopes, default_region, tm_expire = row
    granted = frozenset().union(*(SCOPES[scope] for scope in scopes.split()))
    expire = datetime.fromisoformat(tm_expire) if isinstance(tm_expire, str) else tm_expire
    return Caller(str(customer_id), str(access_key_id), granted, default_region, expire)


def _decoded(row: Row) -> dict[str, Any]:
    access_key: dict[str, Any] = msgspec.json.decode(row[0])
    access_key["scopes"] = access_key["scopes"].split()
    return access_key
