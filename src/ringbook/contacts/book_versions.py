"""The version of a customer's book: every change of any of its contacts moves it. Phones ask by it what is new.

A row for each of 64 slots, so that changes at the same time seldom wait for the same one: see decision 6.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ringbook.database.engine import Connection, Database, Query, Transaction
from ringbook.database.parameters import CUSTOMER_ID
from ringbook.database.schema import book_versions as t
from ringbook.tenants.caller import Caller

SLOTS = 64

_STEP = sa.bindparam("step", type_=t.c.version.type)
MOVE_BOOK_VERSION = Query(
    insert(t)
    .values(customer_id=CUSTOMER_ID, slot=sa.bindparam("slot", type_=t.c.slot.type), version=_STEP)
    .on_conflict_do_update(index_elements=["customer_id", "slot"], set_={"version": t.c.version + _STEP})
)


@asynccontextmanager
async def changing(caller: Caller, database: Database, changed_id: str) -> AsyncIterator[Transaction]:
    """Begin a transaction that changes contacts: one, or all those with one tag; `changed_id` is its or the tag's.

    The last statement moves the version: while the transaction holds a slot it waits for nothing but the commit, so
    that no two transactions wait for each other. The steps are random: a database restored from a backup never comes to
    the number of a book that it has lost. Database.transaction says what the block may do.
    """
    slot = int(changed_id[-2:], 16) % SLOTS
    async with database.transaction() as transaction:
        yield transaction
        values = {"customer_id": caller.customer_id, "slot": slot, "step": 1 + secrets.randbits(20)}
        await transaction.run_many(MOVE_BOOK_VERSION, [values])


BOOK_VERSION = Query(sa.select(sa.cast(sa.func.sum(t.c.version), sa.Text)).where(t.c.customer_id == CUSTOMER_ID))


async def read(caller: Caller, database: Connection) -> str:
    """Return the version of the customer's book.

    Read it before the contacts: they then show at least what it promises.
    """
    row = await database.one(BOOK_VERSION, customer_id=caller.customer_id)
    return str(row[0] or 0) if row else "0"
