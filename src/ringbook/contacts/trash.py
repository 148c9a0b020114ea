"""The trash: the deleted contacts, the last deleted first, and how one comes back."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from ringbook.contacts import addresses, external_ids, search_index
from ringbook.contacts.change_log import Changing
from ringbook.contacts.contact import SELECT_CONTACT, WHOLE, representation
from ringbook.contacts.row import VERSION, Representation, check_etag, lock, values_of_change
from ringbook.contacts.search_index import NOTHING
from ringbook.database.engine import Database, Query, UniqueViolation
from ringbook.database.pages import MOST_CHARACTERS, render_page
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, LIMIT
from ringbook.database.rendering import json_values
from ringbook.database.schema import IdColumn, TimeColumn
from ringbook.database.schema import contacts as t
from ringbook.tenants.caller import Caller

_DELETED_BEFORE = sa.tuple_(sa.bindparam("deleted_before", type_=TimeColumn), sa.bindparam("below", type_=IdColumn))
TRASH_PAGE = Query(
    WHOLE.add_columns(t.c.id, json_values(t.c, "tm_delete")["tm_delete"].label("time"))
    .where(t.c.tm_delete.is_not(None), sa.tuple_(t.c.tm_delete, t.c.id) < _DELETED_BEFORE)
    .order_by(t.c.tm_delete.desc(), t.c.id.desc())
    .limit(LIMIT)
)


async def page(caller: Caller, database: Database, size: int, before: tuple[datetime, str]) -> bytes:
    """Return the JSON of one page of the deleted contacts, the last deleted first: those deleted `before`."""
    time, below = before
    values = {"customer_id": caller.customer_id, "deleted_before": time, "below": below, "limit": size + 1}
    return render_page(await database.first(TRASH_PAGE, MOST_CHARACTERS, **values), size)


_IS_DELETED = (t.c.customer_id == CUSTOMER_ID, t.c.id == CONTACT_ID, t.c.tm_delete.is_not(None))
HOLD_DELETED = Query(sa.select(t.c.external_id, *VERSION).where(*_IS_DELETED).with_for_update())
RESTORE_CONTACT = Query(sa.update(t).values(values_of_change() | {"tm_delete": sa.null()}).where(*_IS_DELETED))


async def restore_contact(
    caller: Caller, transaction: Changing, now: datetime, contact_id: str, expected: Collection[str] | None
) -> Representation:
    """Bring a deleted contact back, whole, and return its JSON; one that is there already stays as it is.

    `expected` are the ETags of which it must have one, if any. Raises NotFound, PreconditionFailed, AlreadyExists.
    """
    expected = expected or ("*",)
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
    row = await transaction.one(HOLD_DELETED, **ids)
    if row is None:
        await lock(caller, transaction, contact_id, expected)
        return representation(await transaction.one(SELECT_CONTACT, **ids))
    external_id, *version = row
    check_etag(version, expected)
    await external_ids.check_free(caller, transaction, external_id)
    try:
        async with transaction.savepoint():
            await transaction.run_many(RESTORE_CONTACT, [ids | {"now": now}])
    except UniqueViolation as error:  # the external_id was given to another in this moment
        raise await external_ids.taken(caller, transaction, external_id) from error
    await addresses.show_all(caller, transaction, contact_id)
    restored = representation(await transaction.one(SELECT_CONTACT, **ids))
    await search_index.update(caller, transaction, contact_id, NOTHING, restored.json)
    transaction.record(contact_id, "restored", now)
    return restored
