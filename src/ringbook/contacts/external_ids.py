"""The external_id of a contact: a live contact of the customer has it alone, and is found by it.

Books from before may have several live contacts with the same one: the newest holds it, and none is changed until it
is given another. Theirs are not `external_id_unique`, and neither is what a server of the version before gives.
"""

from typing import Any

import sqlalchemy as sa

from ringbook.contacts.change_log import Changing
from ringbook.contacts.row import IS_LIVE
from ringbook.database.engine import Connection, Query, Transaction, UniqueViolation
from ringbook.database.parameters import CUSTOMER_ID
from ringbook.database.schema import HAS_EXTERNAL_ID, HOLDS_EXTERNAL_ID
from ringbook.database.schema import contacts as t
from ringbook.errors import AlreadyExists, FieldProblem, Reason, RingbookError, Unavailable
from ringbook.tenants.caller import Caller

EXTERNAL_ID = sa.bindparam("external_id", type_=t.c.external_id.type)


def holder(external_id: sa.ColumnElement[str] = EXTERNAL_ID) -> sa.ColumnElement[Any]:
    """Return the id of the contact that holds an external_id: one probe of an index, or two."""
    carriers = sa.select(t.c.id).where(t.c.customer_id == CUSTOMER_ID, t.c.external_id == external_id)
    alone = carriers.where(HOLDS_EXTERNAL_ID)
    newest = carriers.where(HAS_EXTERNAL_ID).order_by(t.c.id.desc()).limit(sa.literal_column("1"))
    return sa.func.coalesce(alone.scalar_subquery(), newest.scalar_subquery())


HOLDER = Query(sa.select(holder()))


async def find_holder(caller: Caller, database: Connection, external_id: str) -> str | None:
    """Return the id of the contact that holds an external_id, None where none does."""
    row = await database.one(HOLDER, customer_id=caller.customer_id, external_id=external_id)
    return str(row[0]) if row and row[0] else None


LOCK_HOLDER = Query(
    sa.select(t.c.id)
    .where(t.c.customer_id == CUSTOMER_ID, t.c.tm_delete.is_(None), t.c.id == holder(), t.c.external_id == EXTERNAL_ID)
    .with_for_update()
)


async def lock_holder(caller: Caller, transaction: Transaction, external_id: str) -> str | None:
    """Return the same, and let all other changes of the contact wait."""
    row = await transaction.one(LOCK_HOLDER, customer_id=caller.customer_id, external_id=external_id)
    return str(row[0]) if row else None


GIVE_EXTERNAL_ID = Query(
    sa.update(t)
    .values(external_id=EXTERNAL_ID, external_id_unique=sa.literal_column("''") != EXTERNAL_ID)
    .where(*IS_LIVE)
)


async def give(caller: Caller, transaction: Changing, contact_id: str, external_id: str) -> None:
    """Give a contact, which is locked, another external_id; '' is none. Raises AlreadyExists."""
    await check_free(caller, transaction, external_id)
    try:
        async with transaction.savepoint():
            values = {"customer_id": caller.customer_id, "contact_id": contact_id, "external_id": external_id}
            await transaction.run_many(GIVE_EXTERNAL_ID, [values])
    except UniqueViolation as error:  # it was given to another in this moment
        raise await taken(caller, transaction, external_id) from error


async def check_free(caller: Caller, transaction: Changing, external_id: str) -> None:
    """Refuse an external_id that a contact holds already. Raises AlreadyExists.

    The index refuses what another transaction gives in the same moment, but knows nothing of books from before.
    """
    holder_id = await find_holder(caller, transaction, external_id) if external_id else None
    if holder_id:
        raise _exists(holder_id)


async def taken(caller: Caller, transaction: Changing, external_id: str) -> RingbookError:
    """Return the error for an external_id that the index has refused."""
    holder_id = await find_holder(caller, transaction, external_id)
    return _exists(holder_id) if holder_id else Unavailable()


def _exists(holder_id: str) -> AlreadyExists:
    message = f"the contact {holder_id} has it already"
    return AlreadyExists(Reason.EXTERNAL_ID_EXISTS, f"external_id: {message}", [FieldProblem("external_id", message)])
