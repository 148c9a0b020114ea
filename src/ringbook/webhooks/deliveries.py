"""Deliveries: what a webhook is to be told, and what came of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.clock import new_ids
from ringbook.contacts.change_feed import TOMBSTONE, Change, Positions
from ringbook.contacts.change_log import author_json
from ringbook.contacts.contact import WHOLE
from ringbook.database.engine import Connection, Database, Query, Transaction
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, LIMIT, NOW, WEBHOOK_ID, values_of
from ringbook.database.rendering import json_object, json_values
from ringbook.database.schema import contact_changes, contacts, webhooks
from ringbook.database.schema import webhook_deliveries as t
from ringbook.tenants.caller import Caller
from ringbook.values.fields import Id, Time
from ringbook.webhooks.webhook import stored_positions

SHOWN = 100
"""How many deliveries of a webhook are kept once they are over."""

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)
GIVEN_UP_AFTER = timedelta(days=3)


class Delivery(msgspec.Struct):
    """A delivery and its last attempt."""

    id: Annotated[Id, Meta(description="The header `webhook-id`: the same at each attempt.")]
    webhook_id: Id
    type: str
    contact_id: Id | None
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    status: Annotated[int | None, Meta(description="The HTTP status of the answer; null where there was none.")]
    milliseconds: int | None
    answer: Annotated[str, Meta(description="Its first 500 characters.")]
    error: Annotated[str, Meta(description="Why there was no answer.")]
    tm_create: Time
    tm_attempt: Time | None
    tm_next: Annotated[Time | None, Meta(description="When the next attempt is due.")]


class DeliveryList(msgspec.Struct):
    """The last 100 deliveries of a webhook, newest first."""

    result: list[Delivery]


class Pending(NamedTuple):
    """A delivery that is yet to be made."""

    id: str
    contact_id: str
    version: int
    type: str
    attempts: int
    tm: str
    tm_create: str
    tm_next: str


class Attempt(NamedTuple):
    """What came of an attempt to deliver: an HTTP status, or an error."""

    tm: datetime
    status: int | None
    milliseconds: int
    answer: str
    error: str

    @property
    def is_success(self) -> bool:
        """Tell whether the receiver has taken it."""
        return self.status is not None and 200 <= self.status < 300


_OF_WEBHOOK = (t.c.customer_id == CUSTOMER_ID, t.c.webhook_id == WEBHOOK_ID)
_EMPTY: dict[str, Any] = {name: sa.literal_column("''") for name in ("answer", "error")}
INSERT_DELIVERY = Query(
    sa.insert(t).values(
        values_of(t, "id", "contact_id", "version", "type", "tm")
        | {"customer_id": CUSTOMER_ID, "webhook_id": WEBHOOK_ID, "tm_create": NOW, "tm_next": NOW}
        | {"state": sa.literal_column("'pending'"), "attempts": sa.literal_column("0")}
        | _EMPTY
    )
)
ADVANCE_WEBHOOK = Query(
    sa.update(webhooks)
    .values(positions=sa.bindparam("new_positions", type_=sa.Text))
    .where(
        webhooks.c.customer_id == CUSTOMER_ID,
        webhooks.c.id == WEBHOOK_ID,
        webhooks.c.positions == sa.bindparam("old_positions", type_=sa.Text),
        webhooks.c.is_active,
    )
    .returning(webhooks.c.id)
)
_OVER = (*_OF_WEBHOOK, t.c.tm_next.is_(None))
PRUNE_DELIVERIES = Query(
    sa.delete(t).where(
        *_OVER,
        t.c.id < sa.select(t.c.id).where(*_OVER).order_by(t.c.id.desc()).offset(LIMIT).limit(1).scalar_subquery(),
    )
)


async def queue(
    caller: Caller,
    database: Database,
    webhook_id: str,
    now: datetime,
    moved: tuple[Positions, Positions],
    changes: Sequence[tuple[str, Change]],
) -> bool:
    """Note that a webhook is to be told of the changes, each with the type of its event, and move its positions.

    All in one transaction: whatever ends the process, no change is left out. Tell False where the webhook is no longer
    where it was: another process has moved it, or it was switched off.
    """
    ids = {"customer_id": caller.customer_id, "webhook_id": webhook_id}
    old, new = map(stored_positions, moved)
    rows = [
        ids
        | {"id": id_, "contact_id": change.contact_id, "version": change.version, "type": kind}
        | {"tm": datetime.fromisoformat(change.tm), "now": now}
        for id_, (kind, change) in zip(new_ids(now, len(changes)), changes, strict=True)
    ]
    async with database.transaction() as transaction:
        if await transaction.one(ADVANCE_WEBHOOK, **ids, old_positions=old, new_positions=new) is None:
            return False
        if rows:
            await transaction.run_many(INSERT_DELIVERY, rows)
            await transaction.run_many(PRUNE_DELIVERIES, [ids | {"limit": SHOWN - 1}])
    return True


_PENDING = ("tm", "tm_create", "tm_next")
PENDING_DELIVERIES = Query(
    sa.select(t.c.id, t.c.contact_id, t.c.version, t.c.type, t.c.attempts, *json_values(t.c, *_PENDING).values())
    .where(*_OF_WEBHOOK, t.c.tm_next.is_not(None))
    .order_by(t.c.version)
)


async def pending(caller: Caller, database: Connection, webhook_id: str) -> list[Pending]:
    """Return the deliveries that are yet to be made: of each contact in the order of its changes."""
    ids = {"customer_id": caller.customer_id, "webhook_id": webhook_id}
    rows = await database.all(PENDING_DELIVERIES, **ids)
    return [Pending(str(id_), str(contact_id), *others) for id_, contact_id, *others in rows]


def refused_contacts(waiting: Sequence[Pending]) -> set[str]:
    """Return the contacts of which a delivery has failed: their others wait for it."""
    return {delivery.contact_id for delivery in waiting if delivery.attempts}


def news_beside(waiting: Sequence[Pending], events: Sequence[tuple[str, Change]]) -> list[tuple[str, Change]]:
    """Return the events that a delivery is to be made of.

    Of a contact that is refused, an event adds nothing to one of the same type that has not been tried yet: that one
    will bring the contact as it is then. However often such a contact changes, few deliveries of it wait.
    """
    refused = refused_contacts(waiting)
    last_type = {delivery.contact_id: delivery.type for delivery in waiting if not delivery.attempts}
    news = []
    for kind, change in events:
        if change.contact_id not in refused or last_type.get(change.contact_id) != kind:
            news.append((kind, change))
        last_type[change.contact_id] = kind
    return news


EVENT_DATA = Query(
    sa.select(
        next(iter(WHOLE.selected_columns)), sa.case((contacts.c.tm_delete.is_not(None), TOMBSTONE), else_=sa.null())
    ).where(contacts.c.customer_id == CUSTOMER_ID, contacts.c.id == CONTACT_ID)
)


AUTHOR_OF_CHANGE = Query(
    sa.select(author_json(contact_changes)).where(
        contact_changes.c.customer_id == CUSTOMER_ID,
        contact_changes.c.contact_id == CONTACT_ID,
        contact_changes.c.version == sa.bindparam("version", type_=t.c.version.type),
    )
)


async def payload(caller: Caller, database: Connection, delivery: Pending) -> bytes:
    """Return what is delivered: the contact as it is now, or of one that was deleted its tombstone; who changed it.

    The tombstone is of the change itself where there is none now, as the contact was restored or erased.
    """
    ids = {"customer_id": caller.customer_id, "contact_id": delivery.contact_id}
    row = await database.one(EVENT_DATA, **ids)
    data = row and row[1 if delivery.type == "contact.deleted" else 0]
    data = data or f'{{"id":"{delivery.contact_id}","tm_delete":"{delivery.tm}","merged_into":null}}'
    by = await database.one(AUTHOR_OF_CHANGE, **ids, version=delivery.version)
    return event(delivery.type, delivery.tm, data, by[0] if by else "null")


def event(kind: str, time: str, data: str, by: str) -> bytes:
    """Return the body of a delivery; `data` and `by` are JSON."""
    return f'{{"type":"{kind}","timestamp":"{time}","by":{by},"data":{data}}}'.encode()


RECORD_ATTEMPT = Query(
    sa.update(t)
    .values(values_of(t, "status", "milliseconds", "answer", "error"))
    .values(
        attempts=t.c.attempts + sa.literal_column("1"),
        tm_attempt=NOW,
        state=sa.bindparam("new_state", type_=sa.Text),
        tm_next=sa.bindparam("new_tm_next", type_=t.c.tm_next.type),
    )
    .where(*_OF_WEBHOOK, t.c.tm_next.is_not(None), t.c.id == sa.bindparam("delivery_id", type_=t.c.id.type))
)


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait behind so many attempts, one at least: three times as long each time."""
    factor: int = 3 ** min(attempts - 1, 10)
    return min(FIRST_PAUSE * factor, LONGEST_PAUSE)


async def record(
    caller: Caller,
    transaction: Transaction,
    webhook_id: str,
    delivery_id: str,
    attempt: Attempt,
    next_at: datetime | None,
) -> None:
    """Note what came of an attempt, and when the next one is due; None: the delivery is over."""
    state = "delivered" if attempt.is_success else "failed" if next_at is None else "pending"
    ids = {"customer_id": caller.customer_id, "webhook_id": webhook_id, "delivery_id": delivery_id}
    came = {
        "status": attempt.status,
        "milliseconds": attempt.milliseconds,
        "answer": attempt.answer,
        "error": attempt.error,
    }
    await transaction.run_many(
        RECORD_ATTEMPT, [ids | came | {"new_state": state, "new_tm_next": next_at, "now": attempt.tm}]
    )


_SHOWN = json_object(
    **json_values(
        t.c, "id", "webhook_id", "type", "contact_id", "state", "attempts", "status", "milliseconds", "answer"
    ),
    **json_values(t.c, "error", "tm_create", "tm_attempt", "tm_next"),
)
LAST_DELIVERIES = Query(sa.select(_SHOWN).where(*_OF_WEBHOOK).order_by(t.c.id.desc()).limit(LIMIT))
SELECT_DELIVERY = Query(sa.select(_SHOWN).where(*_OF_WEBHOOK, t.c.id == sa.bindparam("delivery_id", type_=t.c.id.type)))


async def last(caller: Caller, database: Connection, webhook_id: str) -> bytes:
    """Return the JSON of the last deliveries of a webhook, newest first."""
    rows = await database.all(LAST_DELIVERIES, customer_id=caller.customer_id, webhook_id=webhook_id, limit=SHOWN)
    return f'{{"result":[{",".join(row[0] for row in rows)}]}}'.encode()
