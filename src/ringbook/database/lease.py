"""What one process of all does: it holds a lease, and another takes that over when it is silent.

No clock is compared with another one's: the holder moves a number, and who sees it rest for long enough takes it.
"""

import asyncio
import uuid

import sqlalchemy as sa

from ringbook.database.engine import Database, Query, Transaction, UniqueViolation
from ringbook.database.schema import leases as t

BEAT_SECONDS = 5.0
"""How often the holder moves the number, and others look at it."""

HELD_SECONDS = 15.0
"""How long a holder goes on that cannot move it."""

SILENT_SECONDS = 30.0
"""How long it must rest until another takes the lease: what the holder has begun has ended by then."""

_NAME = sa.bindparam("name", type_=sa.Text)
_HOLDER = sa.bindparam("new_holder", type_=sa.Text)
SELECT_LEASE = Query(sa.select(t.c.holder, t.c.beat).where(t.c.name == _NAME))
INSERT_LEASE = Query(sa.insert(t).values(name=_NAME, holder=_HOLDER, beat=sa.literal_column("1")))
MOVE_LEASE = Query(
    sa.update(t)
    .values(holder=_HOLDER, beat=t.c.beat + sa.literal_column("1"))
    .where(
        t.c.name == _NAME,
        t.c.holder == sa.bindparam("old_holder", type_=sa.Text),
        t.c.beat == sa.bindparam("old_beat", type_=t.c.beat.type),
    )
    .returning(t.c.beat)
)


DELETE_LEASE = Query(sa.delete(t).where(t.c.name == _NAME))


async def forget_lease(transaction: Transaction, name: str) -> None:
    """Forget a lease that nobody asks for any more."""
    await transaction.run_many(DELETE_LEASE, [{"name": name}])


class Lease:
    """A lease as this process sees it."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._me = str(uuid.uuid4())
        self._look_at = self._held_until = 0.0
        self._seen: tuple[str, int] | None = None
        self._seen_at = 0.0

    async def is_held(self) -> bool:
        """Tell whether this process holds the lease now; keep or take it where it may. Raises errors.Unavailable."""
        now = asyncio.get_running_loop().time()
        if now >= self._look_at:
            self._look_at = now + BEAT_SECONDS
            if await self._move(now):
                self._held_until = now + HELD_SECONDS
            elif self._seen and self._seen[0] != self._me:
                self._held_until = 0
        return now < self._held_until

    async def _move(self, now: float) -> bool:
        row = await self._database.one(SELECT_LEASE, name=self._name)
        if row is None:
            try:
                async with self._database.transaction() as transaction:
                    await transaction.run_many(INSERT_LEASE, [{"name": self._name, "new_holder": self._me}])
            except UniqueViolation:
                return False
            return True
        seen = str(row[0]), int(row[1])
        if seen != self._seen:
            self._seen, self._seen_at = seen, now
        if seen[0] not in (self._me, "") and now < self._seen_at + SILENT_SECONDS:
            return False
        return await self._change(seen, self._me)

    async def _change(self, seen: tuple[str, int], holder: str) -> bool:
        values = {"name": self._name, "old_holder": seen[0], "old_beat": seen[1], "new_holder": holder}
        async with self._database.transaction() as transaction:
            return await transaction.one(MOVE_LEASE, **values) is not None

    async def release(self) -> None:
        """Let another take it at once. Raises errors.Unavailable."""
        if self._held_until:
            self._held_until = 0
            row = await self._database.one(SELECT_LEASE, name=self._name)
            if row is not None and row[0] == self._me:
                await self._change((row[0], row[1]), "")
