"""A contact's own row: every change of the contact, or of anything in it, holds this row first."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from ringbook.database.engine import Query, Row, Transaction
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, NOW
from ringbook.database.rendering import json_time, latest
from ringbook.database.schema import contacts as t
from ringbook.errors import NotFound, PreconditionFailed, Reason
from ringbook.tenants.caller import Caller

IS_LIVE = (t.c.customer_id == CUSTOMER_ID, t.c.id == CONTACT_ID, t.c.tm_delete.is_(None))
"""The one live contact of the customer."""


VERSION = (t.c.version, json_time(sa.func.coalesce(t.c.tm_update, t.c.tm_create)))
"""What an ETag is made of: the time too, as a database restored from a backup counts the same versions once more."""


class Representation(NamedTuple):
    """A contact or a tag as it is answered."""

    json: bytes
    etag: str = ""
    """'' where there is none."""
    is_new: bool = False


def etag_of(version: int, tm: str) -> str:
    """Return the strong ETag of a contact, by the columns VERSION."""
    return f'"{version}-{tm}"'


def values_of_change() -> dict[str, Any]:
    """Return what every change sets: tm_update, which never goes back, and the version, with that of the index."""
    return {
        "tm_update": latest(NOW, sa.func.coalesce(t.c.tm_update, t.c.tm_create)),
        "version": t.c.version + sa.literal_column("1"),
        "search_version": t.c.search_version + sa.literal_column("1"),
    }


TOUCH_CONTACT = Query(sa.update(t).values(values_of_change()).where(*IS_LIVE).returning(t.c.id))


async def touch(caller: Caller, transaction: Transaction, contact_id: str, now: datetime) -> None:
    """Record a change of the contact, and let all other changes of it wait. Raises NotFound."""
    if await transaction.one(TOUCH_CONTACT, customer_id=caller.customer_id, contact_id=contact_id, now=now) is None:
        raise not_found()


LOCK_CONTACT = Query(sa.select(*VERSION).where(*IS_LIVE).with_for_update())


async def lock(caller: Caller, transaction: Transaction, contact_id: str, expected: Collection[str] = ("*",)) -> None:
    """Let all other changes of the contact wait, if its ETag is one of those expected; `*` is any.

    Raises NotFound, PreconditionFailed.
    """
    row = await transaction.one(LOCK_CONTACT, customer_id=caller.customer_id, contact_id=contact_id)
    if row is None:
        raise not_found()
    check_etag(row, expected)


def check_etag(version: Row, expected: Collection[str]) -> None:
    """Refuse a contact whose ETag, by its columns VERSION, is none of those expected. Raises PreconditionFailed."""
    if "*" not in expected and etag_of(*version) not in expected:
        raise contact_changed()


def not_found() -> NotFound:
    """Return the error for an id that is no live contact of this customer."""
    return NotFound(Reason.CONTACT_NOT_FOUND, "there is no such contact")


def contact_changed() -> PreconditionFailed:
    """Return the error for a contact whose ETag is none of those that If-Match says."""
    return PreconditionFailed(Reason.CONTACT_CHANGED, "the contact is not as If-Match says: get it again")
