"""Access keys: how a program shows whose customer's data it may use. Only a hash of each is kept."""

import hashlib
import re
import secrets
import string
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.clock import new_id, parse_time
from ringbook.database.engine import Connection, Database, Query, Row
from ringbook.database.pages import Page, newest_first, render_page
from ringbook.database.parameters import CUSTOMER_ID, ID, NOW, values_of
from ringbook.database.rendering import json_object, json_values
from ringbook.database.schema import access_keys as t
from ringbook.database.schema import customers
from ringbook.errors import FieldProblem, InvalidArgument, NotFound, Reason, Unauthenticated
from ringbook.tenants.caller import Caller
from ringbook.tenants.customers import parse_name
from ringbook.values.fields import Id, Ignored, ReadOnlyKeys, Text, Time

Scope = Literal["admin", "write", "read", "phonebook", "lookup"]

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

_PUBLIC = json_object(
    **json_values(t.c, "id", "customer_id", "name", "prefix", "scopes", "tm_expire", "tm_create", "tm_delete")
)
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
_ONE = (t.c.customer_id == CUSTOMER_ID, t.c.id == ID)
SELECT_ACCESS_KEY = Query(sa.select(_PUBLIC).where(*_ONE))
LIVE_ACCESS_KEY = Query(sa.select(_PUBLIC).where(*_ONE, t.c.tm_delete.is_(None)))
ACCESS_KEYS_OF_CUSTOMER = Query(
    sa.select(_PUBLIC).where(t.c.customer_id == CUSTOMER_ID, t.c.tm_delete.is_(None)).order_by(t.c.id)
)
ACCESS_KEY_PAGE = Query(
    newest_first(
        sa.select(_PUBLIC).where(t.c.customer_id == CUSTOMER_ID),
        t,
    )
)
REVOKE_OF_CUSTOMER = Query(
    sa.update(t).values(tm_delete=NOW).where(*_ONE, t.c.tm_delete.is_(None)).returning(t.c.customer_id, t.c.id)
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


class NewAccessKey(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """An access key to create."""

    name: Annotated[Text, Meta(max_length=255)] | None = None
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=100, description="write where absent.")] | None = None
    tm_expire: Annotated[str, Meta(max_length=100, description="An RFC 3339 time; never where absent.")] | None = None
    prefix: Ignored = msgspec.field(default_factory=msgspec.Raw)


class AccessKey(msgspec.Struct):
    """An access key, without its token."""

    id: Id
    customer_id: Id
    name: str
    prefix: Annotated[str, Meta(description="What its token begins with.")]
    scopes: list[Scope]
    tm_expire: Time | None
    tm_create: Time
    tm_delete: Time | None


class AccessKeyWithToken(AccessKey):
    """An access key with its token, which is shown this once."""

    token: str


class AccessKeyPage(msgspec.Struct):
    """A page of access keys, newest first."""

    result: list[AccessKey]
    next_page_token: Annotated[str, Meta(description="The next page's page_token; empty on the last page.")]


class Grant(NamedTuple):
    """What a good access key opens: on whose behalf it acts, what it may do, and until when."""

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
    tm_expire: datetime | None = None,
) -> dict[str, Any]:
    """Create an access key and return it with its token, which is not kept. Raises NotFound, InvalidArgument."""
    secret = "rb_" + "".join(secrets.choice(BASE62) for _ in range(SECRET_LENGTH))
    token_hash = _hash(secret)
    token = secret + _checksum(token_hash)
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


async def page(caller: Caller, database: Database, page: Page) -> bytes:
    """Return the JSON of one page of the customer's access keys that are not revoked, newest first."""
    values = {"customer_id": caller.customer_id, "below": page.below, "limit": page.size + 1}
    rows = [(_json(_decoded(row)), *row[1:]) for row in await database.all(ACCESS_KEY_PAGE, **values)]
    return render_page(rows, page.size)


def _json(access_key: dict[str, Any]) -> str:
    return msgspec.json.encode(access_key).decode()


async def get(caller: Caller, database: Connection, access_key_id: str) -> dict[str, Any]:
    """Return an access key of the customer that is not revoked. Raises NotFound."""
    row = await database.one(LIVE_ACCESS_KEY, customer_id=caller.customer_id, id=access_key_id)
    if row is None:
        raise access_key_not_found()
    return _decoded(row)


def expiry_of(text: str, now: datetime) -> datetime:
    """Return the RFC 3339 time at which an access key is to end. Raises InvalidArgument where it is none, or past."""
    try:
        tm_expire = parse_time(text)
    except ValueError as error:
        raise InvalidArgument.of([FieldProblem("tm_expire", str(error))]) from error
    if tm_expire <= now:
        raise InvalidArgument.of([FieldProblem("tm_expire", "must be in the future")])
    return tm_expire


async def get_own(caller: Caller, database: Connection) -> dict[str, Any]:
    """Return the caller's own access key. Raises Unauthenticated where it has gone meanwhile."""
    row = await database.one(SELECT_ACCESS_KEY, customer_id=caller.customer_id, id=caller.who)
    if row is None:
        raise wrong()
    return _decoded(row)


def wrong() -> Unauthenticated:
    """Return the error for an access key that may not come in."""
    return Unauthenticated(Reason.INVALID_CREDENTIAL, "the access key is wrong, expired or revoked")


async def revoke(
    database: Database, access_key_id: str, now: datetime, customer_id: str | None = None
) -> dict[str, Any]:
    """End an access key; with a customer one of its own. Raises NotFound."""
    query = REVOKE_OF_CUSTOMER if customer_id else REVOKE_ACCESS_KEY
    revoked = await _change(database, query, customer_id=customer_id, id=access_key_id, now=now)
    if revoked is None:
        raise access_key_not_found()
    return revoked


def access_key_not_found() -> NotFound:
    """Return the error for an id that is no access key's."""
    return NotFound(Reason.ACCESS_KEY_NOT_FOUND, "there is no such access key")


async def find(database: Connection, token_hash: str) -> Grant | None:
    """Return the access key with this token, or None where there is none, or it is revoked or a deleted customer's."""
    row = await database.one(AUTHENTICATE, token_hash=token_hash)
    if row is None:
        return None
    customer_id, access_key_id, scopes, default_region, tm_expire = row
    granted = frozenset().union(*(SCOPES[scope] for scope in scopes.split()))
    expire = datetime.fromisoformat(tm_expire) if isinstance(tm_expire, str) else tm_expire
    return Grant(Caller(str(customer_id), default_region, str(access_key_id)), granted, expire)


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
