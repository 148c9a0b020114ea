"""Answers that are kept by the Idempotency-Key of their request: a repeat gets the first answer again.

The key and what it has done stand in one transaction, so that it is done once, also over a crash.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ringbook.database.engine import Database, Query, Transaction
from ringbook.database.parameters import CUSTOMER_ID, LIMIT, NOW, values_of
from ringbook.database.schema import TimeColumn
from ringbook.database.schema import idempotency_keys as t
from ringbook.errors import Reason, Unavailable, Unprocessable
from ringbook.tenants.caller import Caller

KEPT_FOR = timedelta(hours=24)
ANSWERS_AT_A_TIME = 100
"""How many old answers are deleted before others get their turn: each may be as long as a batch's."""

LONG_CHARACTERS = 1_000_000


class KeptAnswer(NamedTuple):
    """What a request was answered, to be answered again."""

    status: int
    etag: str
    """'' where there is none."""
    body: str


_OWN = values_of(t, "access_key_id", "key")
_EXPIRED = sa.bindparam("expired", type_=TimeColumn)
_HELD = {
    **values_of(t, "fingerprint"),
    "status": sa.literal_column("0"),
    "etag": sa.literal_column("''"),
    "answer": sa.literal_column("''"),
    "tm_create": NOW,
}
HOLD_IDEMPOTENCY_KEY = Query(
    insert(t)
    .values(_OWN | _HELD | {"customer_id": CUSTOMER_ID})
    .on_conflict_do_update(
        index_elements=["customer_id", "access_key_id", "key"], set_=_HELD, where=t.c.tm_create < _EXPIRED
    )
    .returning(t.c.key)
)
_OF_KEY = (t.c.customer_id == CUSTOMER_ID, *(t.c[name] == value for name, value in _OWN.items()))
KEPT_ANSWER = Query(sa.select(t.c.fingerprint, t.c.status, t.c.etag, t.c.answer).where(*_OF_KEY))


async def hold(
    caller: Caller, transaction: Transaction, key: str, fingerprint: str, now: datetime
) -> KeptAnswer | None:
    """Let every other request with this key wait; return what the first one was answered, None where this is it.

    `fingerprint` tells whether two requests are the same. Raises Unprocessable where the first was another.
    """
    ids = {"customer_id": caller.customer_id, "access_key_id": caller.who, "key": key}
    values = {"fingerprint": fingerprint, "now": now, "expired": now - KEPT_FOR}
    if await transaction.one(HOLD_IDEMPOTENCY_KEY, **ids, **values) is not None:
        return None
    row = await transaction.one(KEPT_ANSWER, **ids)
    if row is None:  # it was deleted in this moment
        raise Unavailable
    first, *kept = row
    if first != fingerprint:
        message = "another request was sent with this Idempotency-Key: make a new one for each"
        raise Unprocessable(Reason.IDEMPOTENCY_KEY_REUSED, message)
    return KeptAnswer(*kept)


_KEEP = sa.update(t).values(values_of(t, "status", "etag", "answer")).where(*_OF_KEY)
KEEP_ANSWER = Query(_KEEP)
KEEP_LONG_ANSWER = Query(_KEEP, long=True)


async def keep(caller: Caller, transaction: Transaction, key: str, answer: KeptAnswer) -> None:
    """Keep what the request that holds a key is answered."""
    values = {"status": answer.status, "etag": answer.etag, "answer": answer.body}
    ids = {"customer_id": caller.customer_id, "access_key_id": caller.who, "key": key}
    query = KEEP_ANSWER if len(answer.body) < LONG_CHARACTERS else KEEP_LONG_ANSWER
    await transaction.run_many(query, [ids | values])


_OLDEST = (
    sa.select(t.c.access_key_id, t.c.key)
    .where(t.c.customer_id == CUSTOMER_ID, t.c.tm_create < _EXPIRED)
    .order_by(t.c.tm_create)
    .limit(LIMIT)
)
DELETE_OLD_ANSWERS = Query(
    sa.delete(t)
    .where(t.c.customer_id == CUSTOMER_ID, sa.tuple_(t.c.access_key_id, t.c.key).in_(_OLDEST))
    .returning(t.c.key),
    long=True,
)


async def delete_old(caller: Caller, database: Database, now: datetime) -> None:
    """Delete the customer's answers that are kept no longer, a little at a time: nobody waits for it."""
    old: dict[str, Any] = {"customer_id": caller.customer_id, "expired": now - KEPT_FOR, "limit": ANSWERS_AT_A_TIME}
    gone = ANSWERS_AT_A_TIME
    while gone == ANSWERS_AT_A_TIME:
        async with database.transaction() as transaction:
            gone = len(await transaction.all(DELETE_OLD_ANSWERS, **old))
