"""A contact's own row: the one that every change of the contact, or of anything in it, takes hold of first."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ringbook.database.engine import Query, Transaction
from ringbook.database.rendering import latest
from ringbook.database.schema import contacts as t
from ringbook.errors import NotFound, Reason

CUSTOMER_ID = sa.bindparam("customer_id", type_=t.c.customer_id.type)
CONTACT_ID = sa.bindparam("id", type_=t.c.id.type)
NOW = sa.bindparam("now", type_=t.c.tm_create.type)


def values_of_change() -> dict[str, Any]:
    """Return what every change sets: tm_update, which never goes back, and the version."""
    return {
        "tm_update": latest(NOW, sa.func.coalesce(t.c.tm_update, t.c.tm_create)),
        "version": t.c.version + sa.literal_column("1"),
    }


_LIVE = (t.c.customer_id == CUSTOMER_ID, t.c.id == CONTACT_ID, t.c.tm_delete.is_(None))
_TOUCH = Query(sa.update(t).values(values_of_change()).where(*_LIVE).returning(t.c.id))
_LOCK = Query(sa.select(t.c.id).where(*_LIVE).with_for_update())


def not_found() -> NotFound:
    """Return the error for an id that is no live contact of this customer."""
    return NotFound(Reason.CONTACT_NOT_FOUND, "there is no such contact")


async def touch(transaction: Transaction, customer_id: str, contact_id: str, now: datetime) -> None:
    """Record a change of the contact and keep all other changes of it waiting. Raises NotFound."""
    if await transaction.one(_TOUCH, customer_id=customer_id, id=contact_id, now=now) is None:
        raise not_found()


async def lock(transaction: Transaction, customer_id: str, contact_id: str) -> None:
    """Keep all other changes of the contact waiting. Raises NotFound."""
    if await transaction.one(_LOCK, customer_id=customer_id, id=contact_id) is None:
        raise not_found()
