"""Sends the deliveries of all webhooks: one process of all does, and another goes on where it was killed."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
import structlog

from ringbook import __version__
from ringbook.clock import new_id, rfc_3339, utc_now
from ringbook.contacts import change_feed
from ringbook.contacts.change_feed import Positions
from ringbook.database.engine import Database, Query, Row
from ringbook.database.lease import Lease
from ringbook.database.parameters import CUSTOMER_ID, WEBHOOK_ID
from ringbook.database.rendering import json_values
from ringbook.database.schema import customers
from ringbook.database.schema import webhooks as t
from ringbook.errors import TokenExpired, Unavailable
from ringbook.tenants.caller import Caller
from ringbook.webhooks import deliveries, outbound, webhook
from ringbook.webhooks.deliveries import Attempt, Pending
from ringbook.webhooks.signing import signed_headers
from ringbook.webhooks.webhook import EVENT_OF_ACTION

ROUND_SECONDS = 0.5
SENT_AT_ONCE = 8
"""How many deliveries of one webhook are on their way at once, of different contacts."""

READY_AT_ONCE = 100
"""How many deliveries of a webhook are made ready; the others wait in the log."""

MOST_PENDING = 1000
"""How many deliveries of a webhook are pending: those that are ready, and those of refused contacts."""

BOTH_SIGN = timedelta(hours=24)
"""For how long the secret of before signs beside the new one."""


class SendTarget(NamedTuple):
    """A webhook as it is sent to."""

    caller: Caller
    id: str
    url: str
    events: Sequence[str]
    secrets: Sequence[str]
    positions: Positions


_COLUMNS = (
    t.c.customer_id,
    t.c.id,
    t.c.url,
    t.c.events,
    t.c.secret,
    t.c.previous_secret,
    json_values(t.c, "tm_rotate")["tm_rotate"],
    t.c.positions,
)
ACTIVE_WEBHOOKS = Query(
    sa.select(*_COLUMNS)
    .join_from(t, customers, customers.c.id == t.c.customer_id)
    .where(t.c.is_active, t.c.tm_delete.is_(None), customers.c.tm_delete.is_(None))
)
WEBHOOK_TARGET = Query(
    sa.select(*_COLUMNS).where(t.c.customer_id == CUSTOMER_ID, t.c.id == WEBHOOK_ID, t.c.tm_delete.is_(None))
)


def _target(row: Row, now: datetime) -> SendTarget:
    customer_id, webhook_id, url, events, secret, previous, tm_rotate, positions = row
    both_sign = tm_rotate is not None and now - datetime.fromisoformat(tm_rotate) < BOTH_SIGN
    return SendTarget(
        Caller(str(customer_id), "", ""),
        str(webhook_id),
        url,
        msgspec.json.decode(events),
        [secret, previous] if both_sign else [secret],
        tuple(msgspec.json.decode(positions)),
    )


async def _attempt(target: SendTarget, allowed: Sequence[str], delivery_id: str, body: bytes) -> Attempt:
    now, started = utc_now(), time.monotonic()
    headers = {"content-type": "application/json", "user-agent": f"Ringbook/{__version__}"}
    headers |= signed_headers(target.secrets, delivery_id, now, body)
    try:
        answer = await outbound.post(target.url, headers, body, allowed)
    except outbound.NotSent as error:
        return Attempt(now, None, _milliseconds(started), "", str(error))
    return Attempt(now, answer.status, _milliseconds(started), answer.text, "")


def _milliseconds(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


async def send_test(caller: Caller, database: Database, allowed: Sequence[str], webhook_id: str) -> bytes:
    """Send a webhook one delivery that tells of no contact, whether it is switched on or not; return its JSON.

    Raises NotFound.
    """
    now = utc_now()
    ids = {"customer_id": caller.customer_id, "webhook_id": webhook_id}
    row = await database.one(WEBHOOK_TARGET, **ids)
    if row is None:
        raise webhook.webhook_not_found()
    delivery_id = new_id(now)
    body = deliveries.event("webhook.test", rfc_3339(now), f'{{"webhook_id":"{webhook_id}"}}', "null")
    attempt = await _attempt(_target(row, now), allowed, delivery_id, body)
    about = {"id": delivery_id, "contact_id": None, "version": 0, "type": "webhook.test", "tm": now, "now": now}
    async with database.transaction() as transaction:
        await transaction.run_many(deliveries.INSERT_DELIVERY, [ids | about])
        await deliveries.record(caller, transaction, webhook_id, delivery_id, attempt, None)
        done = await transaction.one(deliveries.SELECT_DELIVERY, **ids, delivery_id=delivery_id)
    json: str = done[0] if done else ""
    return json.encode()


class Sender:
    """Sends to all webhooks, as long as this process holds the lease. Each webhook is served by a task of its own."""

    def __init__(self, database: Database, allowed: Sequence[str]) -> None:
        self._database = database
        self._allowed = allowed
        self._lease = Lease(database, "webhooks")
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._look_at: dict[str, float] = {}

    def start(self) -> None:
        """Begin; the event loop that will do it calls this."""
        self._again = asyncio.Event()
        self._looking = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave off: what is on its way is sent once more by the next process."""
        tasks = [self._looking, *self._serving.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(Unavailable):
            await self._lease.release()

    async def _run(self) -> None:
        while True:
            self._again.clear()
            try:
                await self._look()
            except Unavailable:  # which the database has logged
                pass
            except Exception as error:  # noqa: BLE001  the next time may go well
                structlog.get_logger().error("webhooks are not served", exc_info=error)
                await asyncio.sleep(10)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._again.wait(), ROUND_SECONDS)

    async def _look(self) -> None:
        """Let every webhook be served that has something to be told, and is not just being served."""
        rows = await self._database.all(ACTIVE_WEBHOOKS)
        if not rows or not await self._lease.is_held():
            return
        fronts: dict[str, Positions] = {}
        for row in rows:
            target = _target(row, utc_now())
            if target.id in self._serving:
                continue
            customer_id = target.caller.customer_id
            if customer_id not in fronts:
                fronts[customer_id] = await change_feed.front(target.caller, self._database)
            is_due = self._look_at.get(target.id, 0) <= time.monotonic()
            if is_due or target.positions != fronts[customer_id]:
                self._serving[target.id] = asyncio.create_task(self._serve(target, fronts[customer_id]))

    async def _serve(self, target: SendTarget, front: Positions) -> None:
        """Send what is due of one webhook, and note when there will be more."""
        pause = 60.0
        try:
            pause = await self._send_due(target, front)
        except Unavailable:
            pause = 1.0
        except Exception as error:  # noqa: BLE001  others are served
            structlog.get_logger().error("a webhook is not served", webhook_id=target.id, exc_info=error)
        finally:
            self._look_at[target.id] = time.monotonic() + pause
            self._serving.pop(target.id, None)
        if not pause:
            self._again.set()

    async def _send_due(self, target: SendTarget, front: Positions) -> float:
        """Send as much as may be on its way at once; return after how many seconds there is more to send."""
        waiting = await deliveries.pending(target.caller, self._database, target.id)
        refused = deliveries.refused_contacts(waiting)
        ready = sum(delivery.contact_id not in refused for delivery in waiting)
        room = min(READY_AT_ONCE - ready, MOST_PENDING - len(waiting))
        is_behind = room > 0 and target.positions != front
        if is_behind:
            await self._queue(target, front, room, waiting)
            waiting = await deliveries.pending(target.caller, self._database, target.id)
        now = utc_now()
        first_of_contacts = list({delivery.contact_id: delivery for delivery in reversed(waiting)}.values())
        by_time = sorted((datetime.fromisoformat(delivery.tm_next), delivery) for delivery in first_of_contacts)
        due = [delivery for tm_next, delivery in by_time if tm_next <= now]
        if due:
            await self._send(target, due[:SENT_AT_ONCE])
        if due or is_behind:
            return 0.0
        return (by_time[0][0] - now).total_seconds() if by_time else 60.0

    async def _queue(self, target: SendTarget, front: Positions, most: int, waiting: Sequence[Pending]) -> None:
        """Make ready what has changed behind the webhook's positions, and is not told by what is waiting."""
        try:
            changes = await change_feed.changes_behind(target.caller, self._database, target.positions, front, most)
            positions = change_feed.moved_to(target.positions, changes)
        except TokenExpired:  # a server of the version before has changed contacts
            structlog.get_logger().warning("a webhook misses changes that are not in the log", webhook_id=target.id)
            changes, positions = [], front
        events = [(EVENT_OF_ACTION[change.action], change) for change in changes]
        wanted = [(kind, change) for kind, change in events if kind in target.events]
        news = deliveries.news_beside(waiting, wanted)
        moved = target.positions, positions
        await deliveries.queue(target.caller, self._database, target.id, utc_now(), moved, news)

    async def _send(self, target: SendTarget, due: Sequence[Pending]) -> None:
        """Send deliveries of different contacts at once, and note what came of each."""
        bodies = [await deliveries.payload(target.caller, self._database, delivery) for delivery in due]
        attempts = await asyncio.gather(
            *(_attempt(target, self._allowed, delivery.id, body) for delivery, body in zip(due, bodies, strict=True))
        )
        given_up = ""
        async with self._database.transaction() as transaction:
            for delivery, attempt in zip(due, attempts, strict=True):
                next_at = None if attempt.is_success else attempt.tm + deliveries.pause_after(delivery.attempts + 1)
                await deliveries.record(target.caller, transaction, target.id, delivery.id, attempt, next_at)
                age = attempt.tm - datetime.fromisoformat(delivery.tm_create)
                if not attempt.is_success and age > deliveries.GIVEN_UP_AFTER:
                    given_up = attempt.error or f"HTTP status {attempt.status}"
            if given_up:
                reason = f"a delivery has failed for {deliveries.GIVEN_UP_AFTER.days} days, at last with: {given_up}"
                await webhook.switch_off(target.caller, transaction, target.id, utc_now(), reason)
