"""Access keys: how a program shows whose customer's data it may use. Only a hash of each is kept."""

import hashlib
import re
import secrets
import string
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from ringbook.clock import new_id
from ringbook.database.engine import Connection, Database, Query, Row
from ringbook.database.parameters import CUSTOMER_ID, ID, NOW, values_of
from ringbook.database.rendering import json_object, json_values
from ringbook.database.schema import access_keys as t
from ringbook.database.schema import customers
from ringbook.errors import FieldProblem, InvalidArgument, NotFound, Reason, Unauthenticated
from ringbook.tenants.caller import Caller
from ringbook.tenants.customers import parse_name

SCOPES = {
    "admin": {"admin", "write", "read", "phonebook", "lookup"},
    "write": {"write", "read", "phonebook", "lookup"},
    "read": {"read", "phonebook", "lookup"},
    "phonebook": {"phonebook", "lookup"},
    "lookup": {"lookup"},
}
"""Each scope, and those that it implies."""

BASE62 = string.digits + string.ascii_letters
SECRET_LENGTH, CHECKSUM_LENGTH = 32, 6
TOKEN = re.compile(f"(rb_[0-9A-Za-z]{{{SECRET_LENGTH}}})([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})?")
PREFIX_LENGTH = 8

_PUBLIC = json_object(**json_values(t.c, "id", "customer_id", "name", "prefix", "scopes", "tm_expire", "tm_create"))
INSERT_ACCESS_KEY = Query(
    sa.insert(t)
    .from_select(
        ["customer_id", "id", "name", "prefix", "token_hash", "scopes", "tm_expire", "tm_create"],
        sa.select(
            customers.c.id,
            ID,
            *values_of(t, "name", "prefix", "token_hash", "scopes", "tm_expire").values(),
            NOW,
        ).where(customers.c.id == CUSTOMER_ID, customers.c.tm_delete.is_(None)),
    )
    .returning(t.c.customer_id, t.c.id)
)
SELECT_ACCESS_KEY = Query(sa.select(_PUBLIC).where(t.c.customer_id == CUSTOMER_ID, t.c.id == ID))
ACCESS_KEYS_OF_CUSTOMER = Query(
    sa.select(_PUBLIC).where(t.c.customer_id == CUSTOMER_ID, t.c.tm_delete.is_(None)).order_by(t.c.id)
)
REVOKE_ACCESS_KEY = Query(
    sa.update(t).values(tm_delete=NOW).where(t.c.id == ID, t.c.tm_delete.is_(None)).returning(t.c.customer_id, t.c.id)
)
SET_SCOPES = Query(
    sa.update(t)
    .values(values_of(t, "scopes"))
    .where(t.c.id == ID, t.c.tm_delete.is_(None))
    .returning(t.c.customer_id, t.c.id)
)
AUTHENTICATE = Query(
    sa.select(t.c.customer_id, t.c.id, t.c.scopes, customers.c.default_region, t.c.tm_expire)
    .join_from(t, customers, customers.c.id == t.c.customer_id)
    .where(
        t.c.token_hash == sa.bindparam("token_hash", type_=sa.Text),
        t.c.tm_delete.is_(None),
        customers.c.tm_delete.is_(None),
    ),
    seconds=0.5,  # what the request is about is yet to come
)


class AccessKey(NamedTuple):
    """A good access key: on whose behalf it acts, what it may do, and until when."""

    caller: Caller
    scopes: frozenset[str]
    tm_expire: datetime | None


def hash_token(token: str) -> str | None:
    """Return what is kept of a token: the SHA-256 of all but its checksum, in hex. 190 random bits need no slow hash.

    None for what is no token by its form or its checksum, of which the database need not be asked. A checksum may be
    absent: keys had none before.
    """
    match = TOKEN.fullmatch(token)
    if match is None:
        return None
    token_hash = _hash(match[1])
    return token_hash if match[2] in (None, _checksum(token_hash)) else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _checksum(token_hash: str) -> str:
    """Return the last characters of a token: a mistyped one is told from a wrong one without asking anybody."""
    return token_hash[:CHECKSUM_LENGTH]


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
    secret = "rb_" + "".join(secrets.choice(BASE62) for _ in range(SECRET_LENGTH))
    token_hash = _hash(secret)
    token = secret + _checksum(token_hash)
    try:
        tm_expire = now + expires_in if expires_in else None
    except OverflowError as error:
        raise InvalidArgument.of([FieldProblem("expires_in", "is too far in the future")]) from error
    access_key = await _change(
        database,
        INSERT_ACCESS_KEY,
        customer_id=customer_id,
        id=new_id(now),
        now=now,
        name=parse_name(name),
        prefix=token[:PREFIX_LENGTH],
        token_hash=token_hash,
        scopes=_stored(scopes or ("write",)),
        tm_expire=tm_expire,
    )
    if access_key is None:
        raise NotFound(Reason.CUSTOMER_NOT_FOUND, "there is no such customer")
    return access_key | {"token": token}


def _stored(scopes: tuple[str, ...]) -> str:
    return " ".join(scope for scope in SCOPES if scope in scopes)


async def set_scopes(database: Database, access_key_id: str, scopes: tuple[str, ...]) -> dict[str, Any]:
    """Give an access key these scopes in place of its own. Raises NotFound."""
    changed = await _change(database, SET_SCOPES, id=access_key_id, scopes=_stored(scopes))
    if changed is None:
        raise access_key_not_found()
    return changed


async def list_all(database: Connection, customer_id: str) -> list[dict[str, Any]]:
    """Return the customer's access keys that are not revoked, oldest first."""
    return [_decoded(row) for row in await database.all(ACCESS_KEYS_OF_CUSTOMER, customer_id=customer_id)]


async def get(caller: Caller, database: Connection) -> dict[str, Any]:
    """Return the caller's own access key. Raises Unauthenticated where it has gone meanwhile."""
    row = await database.one(SELECT_ACCESS_KEY, customer_id=caller.customer_id, id=caller.who)
    if row is None:
        raise wrong()
    return _decoded(row)


def wrong() -> Unauthenticated:
    """Return the error for an access key that may not come in."""
    return Unauthenticated(Reason.INVALID_CREDENTIAL, "the access key is wrong, expired or revoked")


async def revoke(database: Database, access_key_id: str, now: datetime) -> dict[str, Any]:
    """End an access key. Raises NotFound."""
    revoked = await _change(database, REVOKE_ACCESS_KEY, id=access_key_id, now=now)
    if revoked is None:
        raise access_key_not_found()
    return revoked


def access_key_not_found() -> NotFound:
    """Return the error for an id that is no access key's."""
    return NotFound(Reason.ACCESS_KEY_NOT_FOUND, "there is no such access key")


async def find(database: Connection, token_hash: str) -> AccessKey | None:
    """Return the access key with this token, or None where there is none, or it is revoked or a deleted customer's."""
    row = await database.one(AUTHENTICATE, token_hash=token_hash)
    if row is None:
        return None
    customer_id, access_key_id, scopes, default_region, tm_expire = row
    granted = frozenset().union(*(SCOPES[scope] for scope in scopes.split()))
    expire = datetime.fromisoformat(tm_expire) if isinstance(tm_expire, str) else tm_expire
    return AccessKey(Caller(str(customer_id), default_region, str(access_key_id)), granted, expire)


async def _change(database: Database, query: Query, **values: Any) -> dict[str, Any] | None:
    """Run what changes an access key, and return it as it is then, or None where it changed none."""
    async with database.transaction() as transaction:
        changed = await transaction.one(query, **values)
        if changed is None:
            return None
        row = await transaction.one(SELECT_ACCESS_KEY, customer_id=changed[0], id=changed[1])
    return _decoded(row) if row else None


def _decoded(row: Row) -> dict[str, Any]:
    access_key: dict[str, Any] = msgspec.json.decode(row[0])
    access_key["scopes"] = access_key["scopes"].split()
    return access_key
