"""The version of a customer's book: every change of any of its contacts moves it. Phones ask by it what is new.

A row for each of 64 slots, so that changes at the same time seldom wait for the same one: see decision 6.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ringbook.database.engine import Connection, Query
from ringbook.database.parameters import CUSTOMER_ID, SLOT
from ringbook.database.schema import book_versions as t
from ringbook.tenants.caller import Caller

SLOTS = 64


def slot_of(contact_id: str) -> int:
    """Return the slot that every change of the contact moves."""
    return int(contact_id[-2:], 16) % SLOTS


_STEP = sa.bindparam("step", type_=t.c.version.type)
MOVE_BOOK_VERSION = Query(
    insert(t)
    .values(customer_id=CUSTOMER_ID, slot=SLOT, version=_STEP)
    .on_conflict_do_update(index_elements=["customer_id", "slot"], set_={"version": t.c.version + _STEP})
)
BOOK_VERSION = Query(sa.select(sa.cast(sa.func.sum(t.c.version), sa.Text)).where(t.c.customer_id == CUSTOMER_ID))


async def read(caller: Caller, database: Connection) -> str:
    """Return the version of the customer's book.

    Read it before the contacts: they then show at least what it promises.
    """
    row = await database.one(BOOK_VERSION, customer_id=caller.customer_id)
    return str(row[0] or 0) if row else "0"
