"""Tags: a customer's names for kinds of contact."""

import unicodedata
from datetime import datetime
from typing import Annotated

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.clock import new_id
from ringbook.contacts.book_versions import changing
from ringbook.contacts.row import values_of_change
from ringbook.database.engine import Connection, Database, Query, Row, UniqueViolation
from ringbook.database.pages import Page, newest_first, render_page
from ringbook.database.rendering import json_object, json_values
from ringbook.database.schema import contact_tags, contacts, customers
from ringbook.database.schema import tags as t
from ringbook.errors import AlreadyExists, FieldProblem, NotFound, Reason
from ringbook.values.fields import Id, ReadOnlyKeys, Text, Time

Name = Annotated[Text, Meta(min_length=1, max_length=255)]
Detail = Annotated[Text, Meta(max_length=65_536)]


class NewTag(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """A tag to create."""

    name: Name
    detail: Detail | None = None


class ChangedTag(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """What to change of a tag."""

    name: Name | None = None
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


_CUSTOMER_ID = sa.bindparam("customer_id", type_=t.c.customer_id.type)
_ID = sa.bindparam("id", type_=t.c.id.type)
_NOW = sa.bindparam("now", type_=t.c.tm_create.type)
_JSON = json_object(**json_values(t.c, "id", "customer_id", "name", "detail", "tm_create", "tm_update", "tm_delete"))
_LIVE = (t.c.customer_id == _CUSTOMER_ID, t.c.id == _ID, t.c.tm_delete.is_(None))
_CREATE = Query(
    sa.insert(t)
    .values({name: sa.bindparam(name) for name in ("name", "name_folded", "detail")})
    .values(customer_id=_CUSTOMER_ID, id=_ID, tm_create=_NOW)
    .returning(_JSON)
)
_GET = Query(sa.select(_JSON).where(*_LIVE))
_PAGE = Query(
    newest_first(
        sa.select(_JSON, t.c.id, json_values(t.c, "tm_create")["tm_create"].label("time")).where(
            t.c.customer_id == _CUSTOMER_ID
        ),
        t,
    )
)
_UPDATE = Query(
    sa.update(t)
    .values(
        {
            name: sa.func.coalesce(sa.bindparam(f"new_{name}", type_=sa.Text), t.c[name])
            for name in ("name", "name_folded", "detail")
        }
    )
    .values(tm_update=_NOW)
    .where(*_LIVE)
    .returning(_JSON)
)
_DELETE = Query(sa.update(t).values(tm_update=_NOW, tm_delete=_NOW).where(*_LIVE).returning(_JSON))
_ONE_AT_A_TIME = Query(sa.select(customers.c.id).where(customers.c.id == _CUSTOMER_ID).with_for_update(key_share=True))
_TOUCH_TAGGED = Query(
    sa.update(contacts)
    .values(values_of_change())
    .where(
        contacts.c.customer_id == _CUSTOMER_ID,
        contacts.c.tm_delete.is_(None),
        contacts.c.id.in_(
            sa.select(contact_tags.c.contact_id).where(
                contact_tags.c.customer_id == _CUSTOMER_ID, contact_tags.c.tag_id == _ID
            )
        ),
    )
    .returning(contacts.c.id),
    long=True,
)
_UNTAG = Query(
    sa.delete(contact_tags).where(
        contact_tags.c.customer_id == _CUSTOMER_ID,
        contact_tags.c.contact_id == sa.bindparam("contact_id", type_=contact_tags.c.contact_id.type),
        contact_tags.c.tag_id == _ID,
    ),
    long=True,
)


def fold(name: str) -> str:
    """Return what two names share that are the same but for case or Unicode form."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


async def create(database: Database, customer_id: str, now: datetime, tag: NewTag) -> bytes:
    """Create a tag and return its JSON. Raises AlreadyExists."""
    values = {"name": tag.name, "name_folded": fold(tag.name), "detail": tag.detail or ""}
    try:
        async with database.transaction() as transaction:
            return _json(await transaction.one(_CREATE, customer_id=customer_id, id=new_id(now), now=now, **values))
    except UniqueViolation as error:
        raise _exists(tag.name) from error


async def get(database: Connection, customer_id: str, tag_id: str) -> bytes:
    """Return the JSON of a tag. Raises NotFound."""
    return _json(await database.one(_GET, customer_id=customer_id, id=tag_id))


async def page(database: Connection, customer_id: str, page: Page) -> bytes:
    """Return the JSON of one page of tags, newest first."""
    rows = await database.all(_PAGE, customer_id=customer_id, below=page.below, limit=page.size + 1)
    return render_page(rows, page.size)


async def update(database: Database, customer_id: str, tag_id: str, now: datetime, change: ChangedTag) -> bytes:
    """Change the fields given and return the tag's JSON. Raises NotFound, AlreadyExists."""
    values = {
        "new_name": change.name,
        "new_name_folded": None if change.name is None else fold(change.name),
        "new_detail": change.detail,
    }
    try:
        async with database.transaction() as transaction:
            return _json(await transaction.one(_UPDATE, customer_id=customer_id, id=tag_id, now=now, **values))
    except UniqueViolation as error:
        raise _exists(change.name) from error


async def delete(database: Database, customer_id: str, tag_id: str, now: datetime) -> bytes:
    """Delete a tag, take it off every contact, and return its JSON. Raises NotFound.

    A contact's row is held before the tag is taken off it, as in every other change of a contact, and a customer's tags
    are deleted one at a time: so no two transactions wait for each other.
    """
    ids = {"customer_id": customer_id, "id": tag_id}
    async with changing(database, customer_id, tag_id) as transaction:
        await transaction.one(_ONE_AT_A_TIME, customer_id=customer_id)
        deleted = _json(await transaction.one(_DELETE, **ids, now=now))
        tagged = await transaction.all(_TOUCH_TAGGED, **ids, now=now)
        if tagged:
            await transaction.run_many(_UNTAG, [ids | {"contact_id": row[0]} for row in tagged])
        return deleted


def _json(row: Row | None) -> bytes:
    if row is None:
        raise NotFound(Reason.TAG_NOT_FOUND, "there is no such tag")
    json: str = row[0]
    return json.encode()


def _exists(name: str | None) -> AlreadyExists:
    message = f"there is a tag '{name}' already"
    return AlreadyExists(Reason.TAG_NAME_EXISTS, f"name: {message}", [FieldProblem("name", message)])
