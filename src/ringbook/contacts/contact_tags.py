"""The tags of a contact: ids, in the order added. A tag may be managed elsewhere, so any UUID is one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from msgspec import Meta

from ringbook.contacts.change_log import FieldChange
from ringbook.contacts.row import lock, touch
from ringbook.database.engine import Query, Transaction
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, TAG_ID
from ringbook.database.rendering import json_list
from ringbook.database.schema import contact_tags as t
from ringbook.errors import FieldProblem, InvalidArgument, NotFound, Reason
from ringbook.tenants.caller import Caller
from ringbook.values.fields import GivenId, ReadOnlyKeys

MOST_TAGS = 100

TagIds = Annotated[list[GivenId], Meta(max_length=MOST_TAGS)]


class AddedTag(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """The tag to put on a contact."""

    tag_id: GivenId


def json_of(contacts: sa.FromClause) -> sa.ColumnElement[str]:
    """Return the JSON list of the ids of a contact's tags, in the order added."""
    rows = (
        sa.select(t.c.tag_id)
        .where(t.c.customer_id == CUSTOMER_ID, t.c.contact_id == contacts.c.id)
        .order_by(t.c.position)
        .correlate(contacts)
        .subquery("ordered")
    )
    return json_list(rows, rows.c.tag_id)


_OF_CONTACT = (t.c.customer_id == CUSTOMER_ID, t.c.contact_id == CONTACT_ID)
INSERT_CONTACT_TAG = Query(
    sa.insert(t).values(
        customer_id=CUSTOMER_ID, contact_id=CONTACT_ID, tag_id=TAG_ID, position=sa.bindparam("position")
    )
)


async def add_all(caller: Caller, transaction: Transaction, contact_id: str, tag_ids: Sequence[str]) -> None:
    """Put tags on a contact that has none; one given twice counts once."""
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
    once = dict.fromkeys(tag_id.lower() for tag_id in tag_ids)
    rows = [ids | {"tag_id": tag_id, "position": i} for i, tag_id in enumerate(once)]
    if rows:
        await transaction.run_many(INSERT_CONTACT_TAG, rows)


DELETE_CONTACT_TAGS = Query(sa.delete(t).where(*_OF_CONTACT).returning(t.c.tag_id))


async def replace_all(
    caller: Caller, transaction: Transaction, contact_id: str, tag_ids: Sequence[str]
) -> list[FieldChange]:
    """Give the contact, which is locked, these tags and no others; return the changes."""
    rows = await transaction.all(DELETE_CONTACT_TAGS, customer_id=caller.customer_id, contact_id=contact_id)
    await add_all(caller, transaction, contact_id, tag_ids)
    before, after = {str(row[0]) for row in rows}, dict.fromkeys(tag_id.lower() for tag_id in tag_ids)
    gone = [removed(tag_id) for tag_id in sorted(before - after.keys())]
    return gone + [added(tag_id) for tag_id in after if tag_id not in before]


def added(tag_id: str) -> FieldChange:
    """Return the change of a contact that gets a tag."""
    return FieldChange(f"tag_ids[{tag_id}]", None, tag_id)


def removed(tag_id: str) -> FieldChange:
    """Return the change of a contact that loses a tag."""
    return FieldChange(f"tag_ids[{tag_id}]", tag_id, None)


TAGS_OF_CONTACT = Query(sa.select(t.c.tag_id, t.c.position).where(*_OF_CONTACT).order_by(t.c.position))


async def add(caller: Caller, transaction: Transaction, contact_id: str, now: datetime, tag_id: str) -> bool:
    """Put a tag on a contact; tell whether it was not there. Raises NotFound, InvalidArgument."""
    await lock(caller, transaction, contact_id)
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
    there = await transaction.all(TAGS_OF_CONTACT, **ids)
    if tag_id.lower() in {str(row[0]) for row in there}:
        return False
    if len(there) >= MOST_TAGS:
        problem = FieldProblem("tag_id", f"a contact has at most {MOST_TAGS} tags", Reason.TOO_MANY_ENTRIES)
        raise InvalidArgument.of([problem])
    position = there[-1][1] + 1 if there else 0
    await touch(caller, transaction, contact_id, now)
    await transaction.run_many(INSERT_CONTACT_TAG, [ids | {"tag_id": tag_id.lower(), "position": position}])
    return True


DELETE_CONTACT_TAG = Query(sa.delete(t).where(*_OF_CONTACT, t.c.tag_id == TAG_ID).returning(t.c.tag_id))


async def remove(caller: Caller, transaction: Transaction, contact_id: str, tag_id: str) -> None:
    """Take a tag off a contact, which is locked. Raises NotFound."""
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
    if await transaction.one(DELETE_CONTACT_TAG, **ids, tag_id=tag_id) is None:
        raise NotFound(Reason.TAG_NOT_FOUND, "the contact does not have this tag")
