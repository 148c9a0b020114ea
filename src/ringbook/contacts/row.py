"""A contact's own row: every change of the contact, or of anything in it, holds this row first."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ringbook.database.engine import Query, Transaction
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, NOW
from ringbook.database.rendering import latest
from ringbook.database.schema import contacts as t
from ringbook.errors import NotFound, Reason
from ringbook.tenants.caller import Caller

IS_LIVE = (t.c.customer_id == CUSTOMER_ID, t.c.id == CONTACT_ID, t.c.tm_delete.is_(None))
"""The one live contact of the customer."""


def values_of_change() -> dict[str, Any]:
    """Return what every change sets: tm_update, which never goes back, and the version, with that of the index."""
    return {
        "tm_update": latest(NOW, sa.func.coalesce(t.c.tm_update, t.c.tm_create)),
        "version": t.c.version + sa.literal_column("1"),
        "indexed_version": t.c.indexed_version + sa.literal_column("1"),
    }


TOUCH_CONTACT = Query(sa.update(t).values(values_of_change()).where(*IS_LIVE).returning(t.c.id))


async def touch(caller: Caller, transaction: Transaction, contact_id: str, now: datetime) -> None:
    """Record a change of the contact, and let all other changes of it wait. Raises NotFound."""
    if await transaction.one(TOUCH_CONTACT, customer_id=caller.customer_id, contact_id=contact_id, now=now) is None:
        raise not_found()


LOCK_CONTACT = Query(sa.select(t.c.id).where(*IS_LIVE).with_for_update())


async def lock(caller: Caller, transaction: Transaction, contact_id: str) -> None:
    """Let all other changes of the contact wait. Raises NotFound."""
    if await transaction.one(LOCK_CONTACT, customer_id=caller.customer_id, contact_id=contact_id) is None:
        raise not_found()


def not_found() -> NotFound:
    """Return the error for an id that is no live contact of this customer."""
    return NotFound(Reason.CONTACT_NOT_FOUND, "there is no such contact")
