"""A contact: create, get, page, update, delete, and what is added to it. The database makes the JSON that goes out."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Literal, get_args

import msgspec
import sqlalchemy as sa
from msgspec import Meta, field
from sqlalchemy.dialects.postgresql import insert

from ringbook.clock import new_id
from ringbook.contacts import addresses, contact_tags, external_ids, search_index
from ringbook.contacts.change_log import Changing, FieldChange, changes_between
from ringbook.contacts.contact_tags import AddedTag, TagIds
from ringbook.contacts.entries import InBoth, that_count
from ringbook.contacts.kinds import EMAILS, KINDS, MOST_ADDRESSES, PHONE_NUMBERS, Kind
from ringbook.contacts.notations import (
    Changed,
    ContactAddress,
    Email,
    EmailAddressIn,
    EmailIn,
    Given,
    PhoneNumber,
    PhoneNumberIn,
    TelAddressIn,
)
from ringbook.contacts.row import (
    IS_LIVE,
    VERSION,
    Representation,
    contact_changed,
    etag_of,
    lock,
    not_found,
    touch,
    values_of_change,
)
from ringbook.contacts.search_index import IN_INDEX_AS, NOTHING, Indexed, indexed_as
from ringbook.database.engine import Connection, Database, Query, Row
from ringbook.database.pages import Page, newest_first, read_page
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, NOW, values_of
from ringbook.database.rendering import json_object, json_values
from ringbook.database.schema import HOLDS_EXTERNAL_ID
from ringbook.database.schema import contacts as t
from ringbook.errors import AlreadyExists, FieldProblem, InvalidArgument, PreconditionFailed, Reason, Unavailable
from ringbook.tenants.caller import Caller
from ringbook.values.fields import Id, ReadOnlyKeys, Text, Time

Source = Literal["manual", "import", "api", "sync"]
SOURCES: tuple[Source, ...] = get_args(Source)
TEXTS = ("first_name", "last_name", "display_name", "company", "job_title", "external_id", "notes")

LONGEST_EXTERNAL_ID = 255


class ContactIn(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """A contact as a client sends it: null means absent; what is absent is empty, or in an update stays as it is."""

    first_name: Annotated[Text, Meta(max_length=100)] | None = None
    last_name: Annotated[Text, Meta(max_length=100)] | None = None
    display_name: Annotated[Text, Meta(max_length=200)] | None = None
    company: Annotated[Text, Meta(max_length=200)] | None = None
    job_title: Annotated[Text, Meta(max_length=100)] | None = None
    external_id: Annotated[Text, Meta(max_length=LONGEST_EXTERNAL_ID)] | None = None
    notes: Annotated[Text, Meta(max_length=65_536)] | None = None
    phone_numbers: Annotated[list[PhoneNumberIn], Meta(max_length=MOST_ADDRESSES)] | None = None
    emails: Annotated[list[EmailIn], Meta(max_length=MOST_ADDRESSES)] | None = None
    addresses: Annotated[list[TelAddressIn | EmailAddressIn], Meta(max_length=2 * MOST_ADDRESSES)] | None = None
    tag_ids: TagIds | None = None

    def __post_init__(self) -> None:
        """Refuse a number or an email that is there twice. Raises InvalidArgument."""
        problems = PhoneNumberIn.problems_between(self.phone_numbers or ())
        problems += EmailIn.problems_between(self.emails or ())
        problems += TelAddressIn.problems_between(self.addresses or ())
        if problems:
            raise InvalidArgument.of(problems)

    def entries(self, kind: Kind) -> InBoth:
        """Return the addresses of a kind in either notation."""
        in_tutorial: list[PhoneNumberIn] | list[EmailIn] | None = getattr(self, kind.table.name)
        return (
            None if in_tutorial is None else [one.entry() for one in in_tutorial],
            None if self.addresses is None else [one.entry() for one in self.addresses if one.kind is kind],
        )


class NewContact(ContactIn, forbid_unknown_fields=True, kw_only=True):
    """A contact to create."""

    source: Literal["", Source] | None = None

    def entries(self, kind: Kind) -> InBoth:
        """Return the addresses of a kind in either notation; an empty list says nothing of it."""
        in_tutorial, by_target = super().entries(kind)
        return in_tutorial or None, by_target or None


class ChangedContact(ContactIn, forbid_unknown_fields=True, kw_only=True):
    """What to change of a contact. A list given replaces the whole list."""

    source: Annotated[msgspec.Raw, Meta(description="Cannot be changed; accepted and ignored.")] = field(
        default_factory=msgspec.Raw
    )


class _ContactAndAddresses(msgspec.Struct):
    id: Id
    customer_id: Id
    first_name: str
    last_name: str
    display_name: str
    company: str
    job_title: str
    source: Source
    external_id: str
    notes: str
    phone_numbers: list[PhoneNumber]
    emails: list[Email]


class FoundContact(_ContactAndAddresses):
    """A contact as a lookup answers it."""

    tag_ids: list[Id]
    tm_create: Time
    tm_update: Time | None
    tm_delete: Time | None


class Contact(_ContactAndAddresses):
    """A contact as it is answered."""

    addresses: Annotated[list[ContactAddress], Meta(description="phone_numbers and emails in the other notation.")]
    tag_ids: list[Id]
    tm_create: Time
    tm_update: Time | None
    tm_delete: Time | None


class ContactPage(msgspec.Struct):
    """A page of contacts, newest first."""

    result: list[Contact]
    next_page_token: Annotated[str, Meta(description="The next page's page_token; empty on the last page.")]
    complete: Annotated[
        Literal[False] | msgspec.UnsetType,
        Meta(description="There only while the index is being built that a filter by source or company needs."),
    ] = msgspec.UNSET


_JSON = {
    **json_values(t.c, "id", "customer_id", "first_name", "last_name", "display_name", "company", "job_title"),
    **json_values(t.c, "source", "external_id", "notes"),
    "phone_numbers": addresses.json_of(PHONE_NUMBERS, t),
    "emails": addresses.json_of(EMAILS, t),
}
_MORE_JSON = {"tag_ids": contact_tags.json_of(t), **json_values(t.c, "tm_create", "tm_update", "tm_delete")}
FOUND = sa.select(json_object(**_JSON, **_MORE_JSON)).where(t.c.customer_id == CUSTOMER_ID)
"""The JSON of the customer's contacts as lookups answer them, to be narrowed to those wanted."""

WHOLE = sa.select(json_object(**_JSON, addresses=addresses.json_of_all(t), **_MORE_JSON)).where(
    t.c.customer_id == CUSTOMER_ID
)
"""The JSON of the customer's contacts with their addresses in both notations."""

INSERT_CONTACT = Query(
    insert(t)
    .values(
        values_of(t, *TEXTS, "source", "sort_name", "search_text", "external_id_unique")
        | {"customer_id": CUSTOMER_ID, "id": CONTACT_ID, "tm_create": NOW}
        | dict.fromkeys(("version", "search_version"), sa.literal_column("1"))
    )
    .on_conflict_do_nothing(index_elements=["customer_id", "external_id"], index_where=HOLDS_EXTERNAL_ID)
    .returning(t.c.id)
)


async def create(caller: Caller, transaction: Changing, now: datetime, new: NewContact) -> Representation:
    """Create a contact with all that is in it, or nothing; return its JSON. Raises InvalidArgument, AlreadyExists."""
    contact_id = new_id(now)
    values = {name: getattr(new, name) or "" for name in TEXTS}
    values["source"] = new.source or "manual"
    counting = that_count({kind: new.entries(kind) for kind in KINDS}, stored={})
    indexed = indexed_as(values, *([entry.normalized for entry in counting[kind]] for kind in KINDS))
    values |= indexed._asdict()
    values |= {"customer_id": caller.customer_id, "contact_id": contact_id, "now": now}
    external_id = values["external_id"]
    await external_ids.check_free(caller, transaction, external_id)
    if await transaction.one(INSERT_CONTACT, **values, external_id_unique=bool(external_id)) is None:
        raise await external_ids.taken(caller, transaction, external_id)
    for kind, entries in counting.items():
        await addresses.add_all(caller, transaction, kind, contact_id, now, entries)
    await contact_tags.add_all(caller, transaction, contact_id, new.tag_ids or [])
    await search_index.write_entries(caller, transaction, {contact_id: (NOTHING, indexed)})
    transaction.record(contact_id, "created", now)
    return (await get(caller, transaction, contact_id))._replace(is_new=True)


CHANGED_CONTACT = Query(WHOLE.add_columns(*VERSION, *IN_INDEX_AS).where(t.c.id == CONTACT_ID))


async def _updated(
    caller: Caller, transaction: Changing, now: datetime, contact_id: str, changes: Sequence[FieldChange]
) -> Representation:
    """Record the changes of a contact, keep the index right, and return its JSON."""
    transaction.record(contact_id, "updated", now, changes)
    row = await transaction.one(CHANGED_CONTACT, customer_id=caller.customer_id, contact_id=contact_id)
    changed = representation(row)
    await search_index.update(caller, transaction, contact_id, _indexed(row), changed.json)
    return changed


SELECT_CONTACT = Query(WHOLE.add_columns(*VERSION).where(t.c.id == CONTACT_ID, t.c.tm_delete.is_(None)))


async def get(caller: Caller, database: Connection, contact_id: str) -> Representation:
    """Return the JSON of a contact. Raises NotFound."""
    return representation(await database.one(SELECT_CONTACT, customer_id=caller.customer_id, contact_id=contact_id))


CONTACT_PAGE = Query(newest_first(WHOLE, t))


async def page(caller: Caller, database: Database, page: Page) -> bytes:
    """Return the JSON of one page of contacts, newest first."""
    return await read_page(database, CONTACT_PAGE, caller.customer_id, page)


ATTEMPTS = 5
"""How often an upsert looks again for the holder of an external_id that comes and goes meanwhile."""


async def upsert(
    caller: Caller,
    transaction: Changing,
    now: datetime,
    external_id: str,
    expected: Collection[str] | None,
    unwanted: Collection[str] | None,
    given: NewContact,
) -> Representation:
    """Change the contact that holds an external_id as update does, or create one; return its JSON.

    `expected` are the ETags of which it must have one, if any; where `unwanted` is `*` it must not be there. Raises
    InvalidArgument, PreconditionFailed.
    """
    if given.external_id not in (None, external_id):
        raise InvalidArgument.of([FieldProblem("external_id", "must be that of the query, or absent")])
    for _ in range(ATTEMPTS):
        contact_id = await external_ids.lock_holder(caller, transaction, external_id)
        if contact_id:
            if unwanted == ["*"]:
                message = "there is a contact with this external_id, which If-None-Match says there is not"
                raise PreconditionFailed(Reason.CONTACT_CHANGED, message)
            if expected:
                await lock(caller, transaction, contact_id, expected)
            fields = {name: getattr(given, name) for name in ContactIn.__struct_fields__}
            return await update(caller, transaction, now, contact_id, ChangedContact(**fields))
        if expected:
            raise contact_changed()
        try:
            return await create(caller, transaction, now, msgspec.structs.replace(given, external_id=external_id))
        except AlreadyExists:  # another made it in this moment
            continue
    raise Unavailable


HOLD_TEXTS = Query(sa.select(*(t.c[name] for name in TEXTS)).where(*IS_LIVE).with_for_update())
UPDATE_TEXTS = Query(sa.update(t).values(values_of(t, *TEXTS) | values_of_change()).where(*IS_LIVE))


async def update(
    caller: Caller, transaction: Changing, now: datetime, contact_id: str, change: ChangedContact
) -> Representation:
    """Change the fields given; a list given replaces the list. Return the JSON.

    Raises NotFound, InvalidArgument, AlreadyExists.
    """
    changes = await _update_texts(caller, transaction, contact_id, now, change)
    given = {kind: lists for kind in KINDS if (lists := change.entries(kind)) != (None, None)}
    stored = {kind: await addresses.stored(caller, transaction, kind, contact_id) for kind in given}
    for kind, entries in that_count(given, stored).items():
        changes += await addresses.replace_all(caller, transaction, kind, contact_id, now, entries, stored[kind])
    if change.tag_ids is not None:
        changes += await contact_tags.replace_all(caller, transaction, contact_id, change.tag_ids)
    return await _updated(caller, transaction, now, contact_id, changes)


async def _update_texts(
    caller: Caller, transaction: Changing, contact_id: str, now: datetime, change: ChangedContact
) -> list[FieldChange]:
    """Change the texts given, hold the contact also where there are none, and return the changes.

    Raises NotFound, AlreadyExists.
    """
    given = {name: text for name in TEXTS if (text := getattr(change, name)) is not None}
    if not given:
        await touch(caller, transaction, contact_id, now)
        return []
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
    row = await transaction.one(HOLD_TEXTS, **ids)
    if row is None:
        raise not_found()
    before = dict(zip(TEXTS, row, strict=True))
    texts = before | given
    if texts["external_id"] != before["external_id"]:
        await external_ids.give(caller, transaction, contact_id, texts["external_id"])
    await transaction.run_many(UPDATE_TEXTS, [ids | texts | {"now": now}])
    return changes_between(before, texts)


DELETE_CONTACT = Query(
    sa.update(t).values(values_of_change() | {"tm_delete": NOW, "tm_update": NOW}).where(*IS_LIVE).returning(t.c.id)
)


async def delete(caller: Caller, transaction: Changing, now: datetime, contact_id: str) -> Representation:
    """Delete a contact: its rows stay, but nothing finds it any more. Return its JSON. Raises NotFound."""
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
    if await transaction.one(DELETE_CONTACT, **ids, now=now) is None:
        raise not_found()
    await addresses.hide_all(caller, transaction, contact_id, now)
    row = await transaction.one(CHANGED_CONTACT, **ids)
    await search_index.write_entries(caller, transaction, {contact_id: (_indexed(row), NOTHING)})
    transaction.record(contact_id, "deleted", now)
    return representation(row)


async def add_address(
    caller: Caller, transaction: Changing, now: datetime, contact_id: str, given: Given
) -> Representation:
    """Add a number or an email and return the contact's JSON. Raises NotFound, InvalidArgument, AlreadyExists."""
    await touch(caller, transaction, contact_id, now)
    changes = await addresses.add(caller, transaction, contact_id, now, given)
    return await _updated(caller, transaction, now, contact_id, changes)


async def kind_of_address(caller: Caller, database: Connection, contact_id: str, address_id: str) -> Kind:
    """Return of which kind an address of a contact is. Raises NotFound."""
    kind = await addresses.kind_of(caller, database, contact_id, address_id)
    if kind is None:
        await get(caller, database, contact_id)
        raise addresses.no_such(Reason.ADDRESS_NOT_FOUND)
    return kind


async def update_address(
    caller: Caller, transaction: Changing, now: datetime, contact_id: str, address_id: str, change: Changed
) -> Representation:
    """Change a number or an email and return the contact's JSON. Raises NotFound, AlreadyExists."""
    await touch(caller, transaction, contact_id, now)
    changes = await addresses.update(caller, transaction, contact_id, address_id, change)
    return await _updated(caller, transaction, now, contact_id, changes)


async def remove_address(
    caller: Caller, transaction: Changing, now: datetime, kind: Kind | None, contact_id: str, address_id: str
) -> Representation:
    """Take a number, an email, or with None either, off a contact and return the contact's JSON. Raises NotFound."""
    await touch(caller, transaction, contact_id, now)
    changes = await addresses.remove(caller, transaction, kind, contact_id, address_id)
    return await _updated(caller, transaction, now, contact_id, changes)


async def add_tag(
    caller: Caller, transaction: Changing, now: datetime, contact_id: str, added: AddedTag
) -> Representation:
    """Put a tag on a contact and return the contact's JSON; one that is there changes nothing.

    Raises NotFound, InvalidArgument.
    """
    if await contact_tags.add(caller, transaction, contact_id, now, added.tag_id):
        return await _updated(caller, transaction, now, contact_id, [contact_tags.added(added.tag_id)])
    return await get(caller, transaction, contact_id)


async def remove_tag(
    caller: Caller, transaction: Changing, now: datetime, contact_id: str, tag_id: str
) -> Representation:
    """Take a tag off a contact and return the contact's JSON. Raises NotFound."""
    await touch(caller, transaction, contact_id, now)
    await contact_tags.remove(caller, transaction, contact_id, tag_id)
    return await _updated(caller, transaction, now, contact_id, [contact_tags.removed(tag_id)])


def _indexed(row: Row | None) -> Indexed:
    """Return what a changed contact is in the index by."""
    return Indexed(*row[-2:]) if row else NOTHING


def representation(row: Row | None) -> Representation:
    """Return a contact by its JSON and the columns VERSION. Raises NotFound."""
    if row is None:
        raise not_found()
    json, version, tm, *_ = row
    return Representation(json.encode(), etag_of(version, tm))
