"""Contacts: create, get, look up, page, update, delete. The database makes the JSON that goes out."""

from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.clock import new_id
from ringbook.contacts import addresses, contact_tags
from ringbook.contacts.addresses import EMAILS, PHONE_NUMBERS, Email, EmailIn, PhoneNumber, PhoneNumberIn
from ringbook.contacts.book_versions import changing
from ringbook.contacts.contact_tags import TagIds
from ringbook.contacts.row import CONTACT_ID, CUSTOMER_ID, NOW, not_found, touch, values_of_change
from ringbook.database.engine import Connection, Database, Query, Row
from ringbook.database.pages import Page, newest_first, render_page
from ringbook.database.rendering import json_list, json_object, json_values
from ringbook.database.schema import contact_tags as tagged
from ringbook.database.schema import contacts as t
from ringbook.errors import FieldProblem, InvalidArgument, NotFound, Reason
from ringbook.values import email, phone
from ringbook.values.fields import Id, ReadOnlyKeys, Text, Time
from ringbook.values.names import sort_name

NAMES = ("display_name", "first_name", "last_name", "company")
TEXTS = ("first_name", "last_name", "display_name", "company", "job_title", "external_id", "notes")


class ContactIn(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """A contact as a client sends it: null means absent; what is absent is empty, or in an update stays as it is."""

    first_name: Annotated[Text, Meta(max_length=100)] | None = None
    last_name: Annotated[Text, Meta(max_length=100)] | None = None
    display_name: Annotated[Text, Meta(max_length=200)] | None = None
    company: Annotated[Text, Meta(max_length=200)] | None = None
    job_title: Annotated[Text, Meta(max_length=100)] | None = None
    external_id: Annotated[Text, Meta(max_length=255)] | None = None
    notes: Annotated[Text, Meta(max_length=65_536)] | None = None
    phone_numbers: Annotated[list[PhoneNumberIn], Meta(max_length=100)] | None = None
    emails: Annotated[list[EmailIn], Meta(max_length=100)] | None = None
    tag_ids: TagIds | None = None


class NewContact(ContactIn, forbid_unknown_fields=True, kw_only=True):
    """A contact to create."""

    source: Literal["", "manual", "import", "api", "sync"] | None = None


class ChangedContact(ContactIn, forbid_unknown_fields=True, kw_only=True):
    """What to change of a contact. A list given replaces the whole list."""

    source: Annotated[Any, Meta(description="Cannot be changed; accepted and ignored.")] = None


class Contact(msgspec.Struct):
    """A contact as it is answered."""

    id: Id
    customer_id: Id
    first_name: str
    last_name: str
    display_name: str
    company: str
    job_title: str
    source: Literal["manual", "import", "api", "sync"]
    external_id: str
    notes: str
    phone_numbers: list[PhoneNumber]
    emails: list[Email]
    tag_ids: list[Id]
    tm_create: Time
    tm_update: Time | None
    tm_delete: Time | None


class ContactPage(msgspec.Struct):
    """A page of contacts, newest first."""

    result: list[Contact]
    next_page_token: Annotated[str, Meta(description="The next page's page_token; empty on the last page.")]


_TAG_IDS = (
    sa.select(tagged.c.tag_id)
    .where(tagged.c.customer_id == t.c.customer_id, tagged.c.contact_id == t.c.id)
    .order_by(tagged.c.position)
    .correlate(t)
    .subquery()
)
_JSON = json_object(
    **json_values(t.c, "id", "customer_id", "first_name", "last_name", "display_name", "company", "job_title"),
    **json_values(t.c, "source", "external_id", "notes"),
    phone_numbers=PHONE_NUMBERS.json_of(t),
    emails=EMAILS.json_of(t),
    tag_ids=json_list(_TAG_IDS, _TAG_IDS.c.tag_id),
    **json_values(t.c, "tm_create", "tm_update", "tm_delete"),
)
_CREATE = Query(
    sa.insert(t).values(
        {name: sa.bindparam(name) for name in (*TEXTS, "source", "sort_name")}
        | {"customer_id": CUSTOMER_ID, "id": CONTACT_ID, "version": sa.literal_column("1"), "tm_create": NOW}
    )
)
WHOLE = sa.select(_JSON).where(t.c.customer_id == CUSTOMER_ID)
"""The JSON of the customer's contacts, to be narrowed to those wanted."""

_GET = Query(WHOLE.where(t.c.id == CONTACT_ID, t.c.tm_delete.is_(None)))
_GET_DELETED = Query(WHOLE.where(t.c.id == CONTACT_ID))
_PAGE = Query(newest_first(WHOLE.add_columns(t.c.id, json_values(t.c, "tm_create")["tm_create"].label("time")), t))
_UPDATE = Query(
    sa.update(t)
    .values({name: sa.func.coalesce(sa.bindparam(f"new_{name}", type_=sa.Text), t.c[name]) for name in TEXTS})
    .values(values_of_change())
    .where(t.c.customer_id == CUSTOMER_ID, t.c.id == CONTACT_ID, t.c.tm_delete.is_(None))
    .returning(t.c.sort_name, *(t.c[name] for name in NAMES))
)
_RENAME = Query(
    sa.update(t)
    .values(sort_name=sa.bindparam("new_sort_name", type_=sa.Text))
    .where(t.c.customer_id == CUSTOMER_ID, t.c.id == CONTACT_ID)
)
_DELETE = Query(
    sa.update(t)
    .values(values_of_change() | {"tm_delete": NOW, "tm_update": NOW})
    .where(t.c.customer_id == CUSTOMER_ID, t.c.id == CONTACT_ID, t.c.tm_delete.is_(None))
    .returning(t.c.id)
)


@cache
def _lookup(numbers: int, mails: int) -> Query:
    """Return the statement that finds a contact by the first of so many numbers, else by the address if there is one.

    It chooses one row first and makes the JSON of that row alone.
    """
    return Query(WHOLE.where(t.c.id == addresses.chosen(numbers, mails)))


async def create(database: Database, customer_id: str, region: str, now: datetime, contact: NewContact) -> bytes:
    """Create a contact with all that is in it, or nothing; return its JSON. Raises InvalidArgument."""
    numbers, mails = _checked_lists(contact, region)
    contact_id = new_id(now)
    values = {name: getattr(contact, name) or "" for name in TEXTS}
    values["sort_name"] = sort_name(*(values[name] for name in NAMES))
    async with changing(database, customer_id, contact_id) as transaction:
        await transaction.run_many(
            _CREATE,
            [values | {"customer_id": customer_id, "id": contact_id, "now": now, "source": contact.source or "manual"}],
        )
        await addresses.add_all(transaction, PHONE_NUMBERS, customer_id, contact_id, now, numbers or [])
        await addresses.add_all(transaction, EMAILS, customer_id, contact_id, now, mails or [])
        await contact_tags.add_all(transaction, customer_id, contact_id, contact.tag_ids or [])
        return await get(transaction, customer_id, contact_id)


async def get(database: Connection, customer_id: str, contact_id: str) -> bytes:
    """Return the JSON of a contact. Raises NotFound."""
    return _json(await database.one(_GET, customer_id=customer_id, id=contact_id))


async def look_up(database: Connection, customer_id: str, region: str, number: str, address: str) -> bytes:
    """Return the JSON of the contact with that number, else with that email address, each '' where not asked for.

    Of several that share it: the one on which it is primary, then the newest. Raises NotFound.
    """
    numbers = phone.readings(number, region) if number else []
    wanted = email.reading(address) if address else None
    values = {f"number_{i}": reading for i, reading in enumerate(numbers)}
    if wanted is not None:
        values["address"] = wanted
    if values:
        query = _lookup(len(numbers), len(values) - len(numbers))
        row = await database.one(query, customer_id=customer_id, **values)
        if row is not None:
            json: str = row[0]
            return json.encode()
    raise NotFound(Reason.CONTACT_NOT_FOUND, "no contact has this phone number or email address")


async def page(database: Connection, customer_id: str, page: Page) -> bytes:
    """Return the JSON of one page of contacts, newest first."""
    rows = await database.all(_PAGE, customer_id=customer_id, below=page.below, limit=page.size + 1)
    return render_page(rows, page.size)


async def update(
    database: Database, customer_id: str, contact_id: str, region: str, now: datetime, change: ChangedContact
) -> bytes:
    """Change the fields given; a list given replaces the list. Return the JSON. Raises NotFound, InvalidArgument."""
    numbers, mails = _checked_lists(change, region)
    texts = {f"new_{name}": getattr(change, name) for name in TEXTS}
    async with changing(database, customer_id, contact_id) as transaction:
        row = await transaction.one(_UPDATE, customer_id=customer_id, id=contact_id, now=now, **texts)
        if row is None:
            raise not_found()
        sorted_as, *names = row
        if sorted_as != (wanted := sort_name(*names)):
            await transaction.all(_RENAME, customer_id=customer_id, id=contact_id, new_sort_name=wanted)
        if numbers is not None:
            await addresses.replace_all(transaction, PHONE_NUMBERS, customer_id, contact_id, now, numbers)
        if mails is not None:
            await addresses.replace_all(transaction, EMAILS, customer_id, contact_id, now, mails)
        if change.tag_ids is not None:
            await contact_tags.replace_all(transaction, customer_id, contact_id, change.tag_ids)
        return await get(transaction, customer_id, contact_id)


async def delete(database: Database, customer_id: str, contact_id: str, now: datetime) -> bytes:
    """Delete a contact: its rows stay, but nothing finds it any more. Return its JSON. Raises NotFound."""
    async with changing(database, customer_id, contact_id) as transaction:
        if await transaction.one(_DELETE, customer_id=customer_id, id=contact_id, now=now) is None:
            raise not_found()
        for kind in (PHONE_NUMBERS, EMAILS):
            await addresses.hide_all(transaction, kind, customer_id, contact_id, now)
        return _json(await transaction.one(_GET_DELETED, customer_id=customer_id, id=contact_id))


async def add_address(
    database: Database,
    kind: addresses.Kind,
    customer_id: str,
    contact_id: str,
    region: str,
    now: datetime,
    entry: PhoneNumberIn | EmailIn,
) -> bytes:
    """Add a number or an address and return the contact's JSON. Raises NotFound, InvalidArgument, AlreadyExists."""
    checked = addresses.check_one(kind, entry, region)
    async with changing(database, customer_id, contact_id) as transaction:
        await touch(transaction, customer_id, contact_id, now)
        await addresses.add(transaction, kind, customer_id, contact_id, now, checked)
        return await get(transaction, customer_id, contact_id)


async def update_address(
    database: Database,
    kind: addresses.Kind,
    customer_id: str,
    contact_id: str,
    address_id: str,
    region: str,
    now: datetime,
    change: addresses.Changed,
) -> bytes:
    """Change a number or an address and return the contact's JSON.

    Raises NotFound, InvalidArgument, AlreadyExists.
    """
    checked = addresses.check_one(kind, change, region)
    async with changing(database, customer_id, contact_id) as transaction:
        await touch(transaction, customer_id, contact_id, now)
        await addresses.update(transaction, kind, customer_id, contact_id, address_id, checked)
        return await get(transaction, customer_id, contact_id)


async def remove_address(
    database: Database, kind: addresses.Kind, customer_id: str, contact_id: str, address_id: str, now: datetime
) -> bytes:
    """Take a number or an address off a contact and return the contact's JSON. Raises NotFound."""
    async with changing(database, customer_id, contact_id) as transaction:
        await touch(transaction, customer_id, contact_id, now)
        await addresses.remove(transaction, kind, customer_id, contact_id, address_id)
        return await get(transaction, customer_id, contact_id)


async def add_tag(database: Database, customer_id: str, contact_id: str, now: datetime, tag_id: str) -> bytes:
    """Put a tag on a contact and return the contact's JSON; one that is there changes nothing.

    Raises NotFound, InvalidArgument.
    """
    async with changing(database, customer_id, contact_id) as transaction:
        await contact_tags.add(transaction, customer_id, contact_id, now, tag_id)
        return await get(transaction, customer_id, contact_id)


async def remove_tag(database: Database, customer_id: str, contact_id: str, now: datetime, tag_id: str) -> bytes:
    """Take a tag off a contact and return the contact's JSON. Raises NotFound."""
    async with changing(database, customer_id, contact_id) as transaction:
        await touch(transaction, customer_id, contact_id, now)
        await contact_tags.remove(transaction, customer_id, contact_id, tag_id)
        return await get(transaction, customer_id, contact_id)


def _json(row: Row | None) -> bytes:
    if row is None:
        raise not_found()
    json: str = row[0]
    return json.encode()


def _checked_lists(
    contact: ContactIn, region: str
) -> tuple[list[addresses.Checked] | None, list[addresses.Checked] | None]:
    """Return the contact's numbers and emails, normalised, each None where not given. Raises InvalidArgument."""
    problems: list[FieldProblem] = []
    numbers = addresses.check_all(PHONE_NUMBERS, contact.phone_numbers, region, problems)
    mails = addresses.check_all(EMAILS, contact.emails, region, problems)
    if problems:
        raise InvalidArgument.of(problems)
    return numbers, mails
