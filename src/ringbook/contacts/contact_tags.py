"""The tags of a contact: ids, in the order added. A tag may be managed elsewhere, so any UUID is one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from msgspec import Meta

from ringbook.contacts.row import CUSTOMER_ID, lock, touch
from ringbook.database.engine import Query, Transaction
from ringbook.database.schema import contact_tags as t
from ringbook.errors import FieldProblem, InvalidArgument, NotFound, Reason
from ringbook.values.fields import GivenId, ReadOnlyKeys

MOST = 100

TagIds = Annotated[list[GivenId], Meta(max_length=MOST)]


class AddedTag(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """The tag to put on a contact."""

    tag_id: GivenId


_CONTACT_ID = sa.bindparam("contact_id", type_=t.c.contact_id.type)
_TAG_ID = sa.bindparam("tag_id", type_=t.c.tag_id.type)
_OF_CONTACT = (t.c.customer_id == CUSTOMER_ID, t.c.contact_id == _CONTACT_ID)
_INSERT = Query(
    sa.insert(t).values(
        customer_id=CUSTOMER_ID, contact_id=_CONTACT_ID, tag_id=_TAG_ID, position=sa.bindparam("position")
    )
)
_LIST = Query(sa.select(t.c.tag_id, t.c.position).where(*_OF_CONTACT).order_by(t.c.position))
_REMOVE = Query(sa.delete(t).where(*_OF_CONTACT, t.c.tag_id == _TAG_ID).returning(t.c.tag_id))
_REMOVE_ALL = Query(sa.delete(t).where(*_OF_CONTACT))


async def add_all(transaction: Transaction, customer_id: str, contact_id: str, tag_ids: Sequence[str]) -> None:
    """Put the tags on a contact that has none, a doubled one once."""
    once = dict.fromkeys(tag_id.lower() for tag_id in tag_ids)
    ids = {"customer_id": customer_id, "contact_id": contact_id}
    if once:
        await transaction.run_many(_INSERT, [ids | {"tag_id": tag, "position": i} for i, tag in enumerate(once)])


async def replace_all(transaction: Transaction, customer_id: str, contact_id: str, tag_ids: Sequence[str]) -> None:
    """Give the contact, which is locked, these tags and no others."""
    await transaction.all(_REMOVE_ALL, customer_id=customer_id, contact_id=contact_id)
    await add_all(transaction, customer_id, contact_id, tag_ids)


async def add(transaction: Transaction, customer_id: str, contact_id: str, now: datetime, tag_id: str) -> None:
    """Put a tag on a contact; one that is there changes nothing. Raises NotFound, InvalidArgument."""
    await lock(transaction, customer_id, contact_id)
    ids = {"customer_id": customer_id, "contact_id": contact_id}
    there = await transaction.all(_LIST, **ids)
    if tag_id.lower() in {str(row[0]) for row in there}:
        return
    if len(there) >= MOST:
        problem = FieldProblem("tag_id", f"a contact has at most {MOST} tags", Reason.TOO_MANY_ENTRIES)
        raise InvalidArgument.of([problem])
    position = there[-1][1] + 1 if there else 0
    await touch(transaction, customer_id, contact_id, now)
    await transaction.run_many(_INSERT, [ids | {"tag_id": tag_id.lower(), "position": position}])


async def remove(transaction: Transaction, customer_id: str, contact_id: str, tag_id: str) -> None:
    """Take a tag off a contact, which is locked. Raises NotFound."""
    if await transaction.one(_REMOVE, customer_id=customer_id, contact_id=contact_id, tag_id=tag_id) is None:
        raise NotFound(Reason.TAG_NOT_FOUND, "the contact does not have this tag")
