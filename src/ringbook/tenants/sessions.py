"""Sessions: of a user who has logged in. Only the hash of each one's token is kept."""

import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.clock import new_id
from ringbook.database.engine import Connection, Database, Query, Row, Transaction
from ringbook.database.pages import LOWEST_ID
from ringbook.database.parameters import CUSTOMER_ID, ID, LIMIT, NOW, USER_ID, values_of
from ringbook.database.rendering import json_bool, json_object, json_values
from ringbook.database.schema import IdColumn, customers, users
from ringbook.database.schema import sessions as t
from ringbook.errors import NotFound, Reason, Unauthenticated, Unavailable
from ringbook.tenants.caller import Caller
from ringbook.tenants.user_links import hash_secret
from ringbook.tenants.users import MAY_COME_IN, ROLES, SELECT_USER, SHOWN_NAME, User, ids_of
from ringbook.values.fields import Id, Time

IDLE, LONGEST = timedelta(hours=8), timedelta(days=7)
USE_IS_WRITTEN_EVERY = timedelta(minutes=1)
MOST_LISTED = 1000
LONGEST_USER_AGENT = 255


class Session(msgspec.Struct):
    """A session as it is answered."""

    id: Id
    customer_id: Id
    user_id: Id
    address: Annotated[str, Meta(description="Where the user has logged in from.")]
    user_agent: Annotated[str, Meta(description="With which browser.")]
    is_current: Annotated[bool, Meta(description="Whether it is the one that asks.")]
    tm_create: Time
    tm_last_use: Annotated[Time, Meta(description="To the minute.")]
    tm_expire: Annotated[Time, Meta(description="8 hours after the last use, 7 days after the login at the latest.")]


class SessionList(msgspec.Struct):
    """Sessions, newest first."""

    result: list[Session]


class OpenSession(msgspec.Struct):
    """The session that asks, or that begins: whose it is, and what it may do."""

    session: Session
    user: User
    scopes: list[str]
    must_set_up_totp: Annotated[bool, Meta(description="Whether it may do nothing else before POST and PUT /totp.")]


class Client(NamedTuple):
    """Where somebody logs in from."""

    address: str
    user_agent: str


class LoggedIn(NamedTuple):
    """Who has a good session, and what it may do."""

    caller: Caller
    scopes: frozenset[str]
    session_id: str
    name: str
    must_set_up_totp: bool


_CURRENT = sa.bindparam("current_id", type_=IdColumn)
_JSON = json_object(
    **json_values(t.c, "id", "customer_id", "user_id", "address", "user_agent"),
    is_current=json_bool(t.c.id == _CURRENT),
    **json_values(t.c, "tm_create", "tm_last_use", "tm_expire"),
)
_OF_USER = (t.c.customer_id == CUSTOMER_ID, t.c.user_id == USER_ID)
INSERT_SESSION = Query(
    sa.insert(t).values(
        values_of(t, "token_hash", "address", "user_agent", "tm_expire")
        | {"customer_id": CUSTOMER_ID, "user_id": USER_ID, "id": ID, "tm_create": NOW, "tm_last_use": NOW}
    )
)
END_OLD_SESSIONS = Query(sa.delete(t).where(*_OF_USER, t.c.tm_expire <= NOW))


async def begin_session(caller: Caller, transaction: Transaction, now: datetime, client: Client) -> tuple[str, bytes]:
    """Begin a session of the caller, who is a user; return its token, which is not kept, and the JSON of it."""
    token, session_id = secrets.token_urlsafe(32), new_id(now)
    ids = ids_of(caller, caller.who)
    values = {"address": client.address, "user_agent": client.user_agent[:LONGEST_USER_AGENT].replace("\0", "")}
    new = {"id": session_id, "token_hash": hash_secret(token), "tm_expire": now + IDLE, "now": now}
    await transaction.run_many(END_OLD_SESSIONS, [ids | {"now": now}])
    await transaction.run_many(INSERT_SESSION, [ids | values | new])
    return token, await current(caller, transaction, session_id)


FIND_SESSION = Query(
    sa.select(t.c.customer_id, t.c.user_id, t.c.id, t.c.tm_create, t.c.tm_last_use).where(
        t.c.token_hash == sa.bindparam("token_hash", type_=sa.Text), t.c.tm_expire > NOW
    ),
    seconds=0.5,  # what the request is about is yet to come
)
USER_OF_SESSION = Query(
    sa.select(
        users.c.role,
        SHOWN_NAME,
        sa.and_(customers.c.totp_required, users.c.totp_secret == sa.literal_column("''")),
        customers.c.default_region,
    )
    .join_from(users, customers, customers.c.id == users.c.customer_id)
    .where(users.c.customer_id == CUSTOMER_ID, users.c.id == USER_ID, *MAY_COME_IN),
    seconds=0.5,
)


async def find_session(database: Database, now: datetime, token: str, *, is_use: bool) -> LoggedIn | None:
    """Return who has the session with this token, None where it has ended. A use of it is kept, to the minute."""
    row = await database.one(FIND_SESSION, token_hash=hash_secret(token), now=now)
    if row is None:
        return None
    customer_id, user_id, session_id, tm_create, tm_last_use = row
    found = await _user_of(database, str(customer_id), str(user_id), str(session_id))
    if found and is_use and _time(tm_last_use) <= now - USE_IS_WRITTEN_EVERY:
        await _keep_use(found, database, now, min(now + IDLE, _time(tm_create) + LONGEST))
    return found


async def _user_of(database: Connection, customer_id: str, user_id: str, session_id: str) -> LoggedIn | None:
    row = await database.one(USER_OF_SESSION, customer_id=customer_id, user_id=user_id)
    if row is None:
        return None
    role, name, must_set_up_totp, region = row
    caller = Caller(customer_id, region, user_id, "user")
    return LoggedIn(caller, ROLES[role], session_id, name, bool(must_set_up_totp))


def _time(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


_OLDER = t.c.tm_last_use < sa.bindparam("older_than", type_=t.c.tm_last_use.type)
KEEP_USE_OF_SESSION = Query(
    sa.update(t).values(values_of(t, "tm_expire") | {"tm_last_use": NOW}).where(*_OF_USER, t.c.id == ID, _OLDER)
)


async def _keep_use(found: LoggedIn, database: Database, now: datetime, tm_expire: datetime) -> None:
    values = {"id": found.session_id, "now": now, "tm_expire": tm_expire, "older_than": now}
    try:
        async with database.transaction(seconds=0.5) as transaction:
            await transaction.run_many(KEEP_USE_OF_SESSION, [ids_of(found.caller, found.caller.who) | values])
    except Unavailable:  # the next request keeps it
        return


SELECT_SESSION = Query(sa.select(_JSON).where(*_OF_USER, t.c.id == ID))


async def current(caller: Caller, database: Connection, session_id: str) -> bytes:
    """Return the JSON of the caller's own session, with the user and the scopes. Raises Unauthenticated."""
    ids = ids_of(caller, caller.who)
    row = await database.one(SELECT_SESSION, **ids, id=session_id, current_id=session_id)
    user = await database.one(SELECT_USER, **ids)
    found = await _user_of(database, caller.customer_id, caller.who, session_id)
    if row is None or user is None or found is None:
        raise session_ended()
    more = msgspec.json.encode({"scopes": sorted(found.scopes), "must_set_up_totp": found.must_set_up_totp})
    return f'{{"session":{row[0]},"user":{user[0]},'.encode() + more[1:]


_LISTED = sa.select(_JSON).where(t.c.customer_id == CUSTOMER_ID, t.c.tm_expire > NOW).order_by(t.c.id.desc())
SESSIONS_OF_CUSTOMER = Query(_LISTED.limit(LIMIT))
SESSIONS_OF_USER = Query(_LISTED.where(t.c.user_id == USER_ID).limit(LIMIT))


async def list_sessions(
    caller: Caller, database: Connection, now: datetime, session_id: str | None, *, of_all: bool
) -> bytes:
    """Return the JSON of the caller's sessions, or of all of the customer, newest first."""
    values = ids_of(caller, caller.who) | {"now": now, "current_id": session_id or LOWEST_ID, "limit": MOST_LISTED}
    if of_all:
        del values["user_id"]
    rows = await database.all(SESSIONS_OF_CUSTOMER if of_all else SESSIONS_OF_USER, **values)
    return f'{{"result":[{",".join(row[0] for row in rows)}]}}'.encode()


DELETE_OLD_SESSIONS = Query(sa.delete(t).where(t.c.customer_id == CUSTOMER_ID, t.c.tm_expire <= NOW), long=True)


async def delete_old_sessions(caller: Caller, database: Database, now: datetime) -> None:
    """Delete the customer's sessions that have ended, with the addresses that they came from."""
    async with database.transaction() as transaction:
        await transaction.run_many(DELETE_OLD_SESSIONS, [{"customer_id": caller.customer_id, "now": now}])


SESSION_OF_CUSTOMER = Query(sa.select(_JSON, t.c.user_id).where(t.c.customer_id == CUSTOMER_ID, t.c.id == ID))
END_SESSION = Query(sa.delete(t).where(*_OF_USER, t.c.id == ID))


async def end_session(
    caller: Caller, transaction: Transaction, session_id: str, current_id: str | None, *, of_all: bool
) -> bytes:
    """End a session of the caller, or any of the customer; return its JSON. Raises NotFound."""
    ids = {"customer_id": caller.customer_id, "id": session_id}
    row = await transaction.one(SESSION_OF_CUSTOMER, **ids, current_id=current_id or LOWEST_ID)
    if row is None or not (of_all or str(row[1]) == caller.who):
        raise NotFound(Reason.SESSION_NOT_FOUND, "there is no such session")
    await transaction.run_many(END_SESSION, [ids | {"user_id": str(row[1])}])
    return _bytes(row)


def _bytes(row: Row) -> bytes:
    json: str = row[0]
    return json.encode()


def session_ended() -> Unauthenticated:
    """Return the error for a session that is none any more."""
    return Unauthenticated(Reason.SESSION_ENDED, "the session has ended; log in again")
