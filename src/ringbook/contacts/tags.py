"""Tags: a customer's names for kinds of contact."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.clock import new_id
from ringbook.contacts.change_log import Changing
from ringbook.contacts.contact_tags import removed
from ringbook.contacts.row import Representation, values_of_change
from ringbook.database.engine import Connection, Database, Query, Row, Transaction, UniqueViolation
from ringbook.database.pages import Page, newest_first, read_page
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, NOW, TAG_ID, changes_of, values_of
from ringbook.database.rendering import each_wanted, encoded_list, json_object, json_values
from ringbook.database.schema import contact_tags, contacts, customers
from ringbook.database.schema import tags as t
from ringbook.errors import AlreadyExists, FieldProblem, NotFound, Reason
from ringbook.tenants.caller import Caller
from ringbook.values.fields import Id, ReadOnlyKeys, Text, Time

CONTACTS_AT_A_TIME = 1000
"""Of how many contacts a deleted tag is taken off before others get their turn."""

TagName = Annotated[Text, Meta(min_length=1, max_length=255)]
Detail = Annotated[Text, Meta(max_length=65_536)]


class NewTag(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """A tag to create."""

    name: TagName
    detail: Detail | None = None


class ChangedTag(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """What to change of a tag."""

    name: TagName | None = None
    detail: Detail | None = None


class Tag(msgspec.Struct):
    """A tag as it is answered."""

    id: Id
    customer_id: Id
    name: str
    detail: str
    tm_create: Time
    tm_update: Time | None
    tm_delete: Time | None


class TagPage(msgspec.Struct):
    """A page of tags, newest first."""

    result: list[Tag]
    next_page_token: Annotated[str, Meta(description="The next page's page_token; empty on the last page.")]


_JSON = json_object(**json_values(t.c, "id", "customer_id", "name", "detail", "tm_create", "tm_update", "tm_delete"))
_LIVE = (t.c.customer_id == CUSTOMER_ID, t.c.id == TAG_ID, t.c.tm_delete.is_(None))
INSERT_TAG = Query(
    sa.insert(t).values(
        values_of(t, "name", "name_folded", "detail") | {"customer_id": CUSTOMER_ID, "id": TAG_ID, "tm_create": NOW}
    )
)
SELECT_TAG = Query(sa.select(_JSON).where(*_LIVE))


def fold_name(name: str) -> str:
    """Return what two names share that are the same but for case or Unicode form."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


async def create(caller: Caller, transaction: Transaction, now: datetime, tag: NewTag) -> Representation:
    """Create a tag and return its JSON. Raises AlreadyExists."""
    ids = {"customer_id": caller.customer_id, "tag_id": new_id(now)}
    values = {"name": tag.name, "name_folded": fold_name(tag.name), "detail": tag.detail or ""}
    try:
        await transaction.run_many(INSERT_TAG, [ids | values | {"now": now}])
    except UniqueViolation as error:
        raise _exists(tag.name) from error
    return await get(caller, transaction, ids["tag_id"])


async def add(caller: Caller, transaction: Transaction, now: datetime, name: str) -> str:
    """Create a tag and return its id. Raises UniqueViolation."""
    values = {"customer_id": caller.customer_id, "tag_id": new_id(now), "name": name, "name_folded": fold_name(name)}
    await transaction.run_many(INSERT_TAG, [values | {"detail": "", "now": now}])
    return values["tag_id"]


_NAMES = each_wanted()
TAGS_OF_NAMES = Query(
    sa.select(t.c.name_folded, t.c.id).where(
        t.c.customer_id == CUSTOMER_ID, t.c.tm_delete.is_(None), t.c.name_folded.in_(sa.select(_NAMES.c.value))
    )
)


async def find_ids(caller: Caller, database: Connection, folded: Sequence[str]) -> dict[str, str]:
    """Return the ids of the tags that have one of these names, by the folded name."""
    wanted = encoded_list(folded)
    rows = await database.all(TAGS_OF_NAMES, customer_id=caller.customer_id, wanted=wanted)
    return {name: str(tag_id) for name, tag_id in rows}


async def get(caller: Caller, database: Connection, tag_id: str) -> Representation:
    """Return the JSON of a tag. Raises NotFound."""
    return _representation(await database.one(SELECT_TAG, customer_id=caller.customer_id, tag_id=tag_id))


TAG_PAGE = Query(
    newest_first(
        sa.select(_JSON).where(t.c.customer_id == CUSTOMER_ID),
        t,
    )
)


async def page(caller: Caller, database: Database, page: Page) -> bytes:
    """Return the JSON of one page of tags, newest first."""
    return await read_page(database, TAG_PAGE, caller.customer_id, page)


UPDATE_TAG = Query(
    sa.update(t).values(changes_of(t, "name", "name_folded", "detail") | {"tm_update": NOW}).where(*_LIVE)
)


async def update(
    caller: Caller, transaction: Transaction, now: datetime, tag_id: str, change: ChangedTag
) -> Representation:
    """Change the fields given and return the tag's JSON. Raises NotFound, AlreadyExists."""
    values = {
        "new_name": change.name,
        "new_name_folded": None if change.name is None else fold_name(change.name),
        "new_detail": change.detail,
    }
    ids = {"customer_id": caller.customer_id, "tag_id": tag_id}
    try:
        await transaction.run_many(UPDATE_TAG, [ids | values | {"now": now}])
    except UniqueViolation as error:
        raise _exists(change.name) from error
    return await get(caller, transaction, tag_id)


DELETE_TAG = Query(sa.update(t).values(tm_update=NOW, tm_delete=NOW).where(*_LIVE).returning(t.c.id))
DELETED_TAG = Query(sa.select(_JSON).where(t.c.customer_id == CUSTOMER_ID, t.c.id == TAG_ID))
LOCK_CUSTOMER = Query(sa.select(customers.c.id).where(customers.c.id == CUSTOMER_ID).with_for_update(key_share=True))
TOUCH_TAGGED_CONTACTS = Query(
    sa.update(contacts)
    .values(values_of_change())
    .where(
        contacts.c.customer_id == CUSTOMER_ID,
        contacts.c.tm_delete.is_(None),
        contacts.c.id.in_(
            sa.select(contact_tags.c.contact_id).where(
                contact_tags.c.customer_id == CUSTOMER_ID, contact_tags.c.tag_id == TAG_ID
            )
        ),
    )
    .returning(contacts.c.id),
    long=True,
)
UNTAG_CONTACT = Query(
    sa.delete(contact_tags).where(
        contact_tags.c.customer_id == CUSTOMER_ID,
        contact_tags.c.contact_id == CONTACT_ID,
        contact_tags.c.tag_id == TAG_ID,
    ),
    long=True,
)


async def delete(caller: Caller, transaction: Changing, now: datetime, tag_id: str) -> Representation:
    """Delete a tag, take it off every contact, and return its JSON. Raises NotFound.

    A contact's row is held before the tag is taken off it, as in every other change of a contact, and a customer's tags
    are deleted one at a time: so no two transactions wait for each other.
    """
    ids = {"customer_id": caller.customer_id, "tag_id": tag_id}
    await transaction.one(LOCK_CUSTOMER, customer_id=caller.customer_id)
    if await transaction.one(DELETE_TAG, **ids, now=now) is None:
        raise _not_found()
    tagged = [str(row[0]) for row in await transaction.all(TOUCH_TAGGED_CONTACTS, **ids, now=now)]
    for i in range(0, len(tagged), CONTACTS_AT_A_TIME):
        rows = [ids | {"contact_id": contact_id} for contact_id in tagged[i : i + CONTACTS_AT_A_TIME]]
        await transaction.run_many(UNTAG_CONTACT, rows)
    gone = [removed(tag_id)]
    for contact_id in tagged:
        transaction.record(contact_id, "updated", now, gone)
    return _representation(await transaction.one(DELETED_TAG, **ids))


def _representation(row: Row | None) -> Representation:
    if row is None:
        raise _not_found()
    return Representation(row[0].encode())


def _not_found() -> NotFound:
    return NotFound(Reason.TAG_NOT_FOUND, "there is no such tag")


def _exists(name: str | None) -> AlreadyExists:
    message = f"there is a tag '{name}' already"
    return AlreadyExists(Reason.TAG_NAME_EXISTS, f"name: {message}", [FieldProblem("name", message)])
