"""Webhooks: the addresses that a customer wants to be told at when its contacts change."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Meta, field

from ringbook.clock import new_id
from ringbook.contacts import change_feed
from ringbook.contacts.change_feed import Positions
from ringbook.contacts.row import Representation
from ringbook.database.engine import Connection, Database, Query, Row, Transaction
from ringbook.database.pages import Page, newest_first, read_page
from ringbook.database.parameters import CUSTOMER_ID, NOW, WEBHOOK_ID, changes_of, values_of
from ringbook.database.rendering import json_object, json_of_text, json_values
from ringbook.database.schema import webhook_deliveries
from ringbook.database.schema import webhooks as t
from ringbook.errors import FieldProblem, InvalidArgument, NotFound, Reason
from ringbook.tenants.caller import Caller
from ringbook.values.fields import Id, Ignored, ReadOnlyKeys, Time
from ringbook.values.url import Url
from ringbook.webhooks.signing import new_secret

MOST_WEBHOOKS = 20
"""Of a customer."""

Event = Literal["contact.created", "contact.updated", "contact.deleted"]
EVENT_OF_ACTION: dict[str, Event] = {
    "created": "contact.created",
    "updated": "contact.updated",
    "deleted": "contact.deleted",
    "restored": "contact.created",
}
"""What each action of the log is to those who are told: a contact that comes back is a new one."""

EVENTS: tuple[Event, ...] = tuple(dict.fromkeys(EVENT_OF_ACTION.values()))
Events = Annotated[list[Event], Meta(min_length=1, max_length=100, description="Absent: all of them.")]


class NewWebhook(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """A webhook to create."""

    url: Url
    events: Events | None = None
    is_active: bool | None = None
    disabled_reason: Ignored = field(default_factory=msgspec.Raw)
    secret: Ignored = field(default_factory=msgspec.Raw)


class ChangedWebhook(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """What to change of a webhook. One that is switched on tells of what changes from then on."""

    url: Url | None = None
    events: Events | None = None
    is_active: bool | None = None
    disabled_reason: Ignored = field(default_factory=msgspec.Raw)
    secret: Ignored = field(default_factory=msgspec.Raw)


class Webhook(msgspec.Struct):
    """A webhook as it is answered."""

    id: Id
    customer_id: Id
    url: str
    events: list[Event]
    is_active: bool
    disabled_reason: Annotated[str, Meta(description="Why Ringbook has switched it off; empty where it has not.")]
    tm_create: Time
    tm_update: Time | None
    tm_delete: Time | None


class WebhookWithSecret(Webhook):
    """A webhook with its new secret, which is shown this once."""

    secret: Annotated[str, Meta(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])]


class WebhookPage(msgspec.Struct):
    """A page of webhooks, newest first."""

    result: list[Webhook]
    next_page_token: Annotated[str, Meta(description="The next page's page_token; empty on the last page.")]


_JSON = json_object(
    **json_values(t.c, "id", "customer_id", "url"),
    events=json_of_text(t.c.events),
    **json_values(t.c, "is_active", "disabled_reason", "tm_create", "tm_update", "tm_delete"),
)
_OF_CUSTOMER = (t.c.customer_id == CUSTOMER_ID, t.c.tm_delete.is_(None))
_LIVE = (*_OF_CUSTOMER, t.c.id == WEBHOOK_ID)
COUNT_OF_WEBHOOKS = Query(sa.select(sa.func.count()).select_from(t).where(*_OF_CUSTOMER))
INSERT_WEBHOOK = Query(
    sa.insert(t).values(
        values_of(t, "url", "events", "is_active", "secret", "positions")
        | {"customer_id": CUSTOMER_ID, "id": WEBHOOK_ID, "tm_create": NOW}
        | {"disabled_reason": sa.literal_column("''"), "previous_secret": sa.literal_column("''")}
    )
)
SELECT_WEBHOOK = Query(sa.select(_JSON).where(*_LIVE))


async def create(caller: Caller, transaction: Transaction, now: datetime, new: NewWebhook) -> Representation:
    """Create a webhook; return it with its secret. Raises InvalidArgument."""
    ids = {"customer_id": caller.customer_id, "webhook_id": new_id(now)}
    secret = new_secret()
    values = {"url": new.url.url, "events": _stored(new.events or EVENTS), "is_active": new.is_active is not False}
    count = await transaction.one(COUNT_OF_WEBHOOKS, customer_id=caller.customer_id)
    if count and count[0] >= MOST_WEBHOOKS:
        problem = FieldProblem("url", f"there are {MOST_WEBHOOKS} webhooks already", Reason.TOO_MANY_ENTRIES)
        raise InvalidArgument.of([problem])
    positions = stored_positions(await change_feed.front(caller, transaction))
    row = ids | values | {"secret": secret, "positions": positions, "now": now}
    await transaction.run_many(INSERT_WEBHOOK, [row])
    return _with_secret(await get(caller, transaction, ids["webhook_id"]), secret)


def _stored(events: list[Event] | tuple[Event, ...]) -> str:
    return msgspec.json.encode([event for event in EVENTS if event in events]).decode()


def stored_positions(positions: Positions) -> str:
    """Return the positions as a webhook keeps them."""
    return msgspec.json.encode(positions).decode()


def _with_secret(json: bytes, secret: str) -> Representation:
    return Representation(json[:-1] + b',"secret":"' + secret.encode() + b'"}')


async def get(caller: Caller, database: Connection, webhook_id: str) -> bytes:
    """Return the JSON of a webhook. Raises NotFound."""
    return _json(await database.one(SELECT_WEBHOOK, customer_id=caller.customer_id, webhook_id=webhook_id))


WEBHOOK_PAGE = Query(
    newest_first(
        sa.select(_JSON).where(t.c.customer_id == CUSTOMER_ID),
        t,
    )
)


async def page(caller: Caller, database: Database, page: Page) -> bytes:
    """Return the JSON of one page of webhooks, newest first."""
    return await read_page(database, WEBHOOK_PAGE, caller.customer_id, page)


HOLD_WEBHOOK = Query(sa.select(t.c.is_active).where(*_LIVE).with_for_update())
UPDATE_WEBHOOK = Query(
    sa.update(t)
    .values(changes_of(t, "url", "events", "is_active", "disabled_reason", "positions") | {"tm_update": NOW})
    .where(*_LIVE)
)
_OF_WEBHOOK = (webhook_deliveries.c.customer_id == CUSTOMER_ID, webhook_deliveries.c.webhook_id == WEBHOOK_ID)
GIVE_UP_PENDING = Query(
    sa.update(webhook_deliveries)
    .values(state=sa.literal_column("'failed'"), tm_next=sa.null())
    .where(*_OF_WEBHOOK, webhook_deliveries.c.tm_next.is_not(None))
)


async def update(
    caller: Caller, transaction: Transaction, now: datetime, webhook_id: str, change: ChangedWebhook
) -> Representation:
    """Change the fields given. Raises NotFound."""
    ids = {"customer_id": caller.customer_id, "webhook_id": webhook_id}
    values: dict[str, str | bool | None] = {"disabled_reason": None, "positions": None}
    row = await transaction.one(HOLD_WEBHOOK, **ids)
    if row is None:
        raise webhook_not_found()
    if change.is_active is not None:
        values["disabled_reason"] = ""
    if change.is_active and not row[0]:
        values["positions"] = stored_positions(await change_feed.front(caller, transaction))
    values["url"] = change.url.url if change.url else None
    values["events"] = _stored(change.events) if change.events else None
    new = {f"new_{name}": value for name, value in (values | {"is_active": change.is_active}).items()}
    await transaction.run_many(UPDATE_WEBHOOK, [ids | new | {"now": now}])
    if change.is_active is False:
        await transaction.run_many(GIVE_UP_PENDING, [ids])
    return Representation(await get(caller, transaction, webhook_id))


async def switch_off(caller: Caller, transaction: Transaction, webhook_id: str, now: datetime, reason: str) -> None:
    """Switch a webhook off, and say why; its deliveries are given up."""
    ids = {"customer_id": caller.customer_id, "webhook_id": webhook_id}
    kept = {"new_url": None, "new_events": None, "new_positions": None}
    values = {"new_is_active": False, "new_disabled_reason": reason, "now": now}
    await transaction.run_many(UPDATE_WEBHOOK, [ids | kept | values])
    await transaction.run_many(GIVE_UP_PENDING, [ids])


ROTATE_SECRET = Query(
    sa.update(t)
    .values(previous_secret=t.c.secret, secret=sa.bindparam("secret", type_=sa.Text), tm_rotate=NOW, tm_update=NOW)
    .where(*_LIVE)
)


async def rotate(caller: Caller, transaction: Transaction, now: datetime, webhook_id: str) -> Representation:
    """Give a webhook a new secret, and return it so; the old one signs beside it for a day. Raises NotFound."""
    ids = {"customer_id": caller.customer_id, "webhook_id": webhook_id}
    secret = new_secret()
    await transaction.run_many(ROTATE_SECRET, [ids | {"secret": secret, "now": now}])
    return _with_secret(await get(caller, transaction, webhook_id), secret)


DELETE_WEBHOOK = Query(
    sa.update(t)
    .values(tm_delete=NOW, tm_update=NOW, is_active=sa.false())
    .values(secret=sa.literal_column("''"), previous_secret=sa.literal_column("''"))
    .where(*_LIVE)
    .returning(t.c.id)
)
DELETED_WEBHOOK = Query(sa.select(_JSON).where(t.c.customer_id == CUSTOMER_ID, t.c.id == WEBHOOK_ID))
DELETE_DELIVERIES = Query(sa.delete(webhook_deliveries).where(*_OF_WEBHOOK))


async def delete(caller: Caller, transaction: Transaction, now: datetime, webhook_id: str) -> Representation:
    """Delete a webhook with its secrets and its deliveries. Raises NotFound."""
    ids = {"customer_id": caller.customer_id, "webhook_id": webhook_id}
    if await transaction.one(DELETE_WEBHOOK, **ids, now=now) is None:
        raise webhook_not_found()
    await transaction.run_many(DELETE_DELIVERIES, [ids])
    return Representation(_json(await transaction.one(DELETED_WEBHOOK, **ids)))


def _json(row: Row | None) -> bytes:
    if row is None:
        raise webhook_not_found()
    json: str = row[0]
    return json.encode()


def webhook_not_found() -> NotFound:
    """Return the error for an id that is no webhook of this customer."""
    return NotFound(Reason.WEBHOOK_NOT_FOUND, "there is no such webhook")
