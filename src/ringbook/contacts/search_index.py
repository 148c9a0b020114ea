"""The index for search: the words by which each live contact is found, written by the transaction that changes it.

Its entries are words with the sort_name of the contact, so that of each word they are in the order of the names. A
whole company and a source are filters, whose pages are in the order of the ids: they are without a name.

contacts.search_text is what the words of a contact were made of, so that they are known when they change; see
search_terms. search_version is the version of the contact that it is of. Where that is another, a server of the version
before has changed the contact, and nobody knows its entries: those that are wrong find nobody, as each is tested
against its contact.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ringbook.database.engine import Connection, Database, Query, Transaction
from ringbook.database.pages import LOWEST_ID
from ringbook.database.parameters import CONTACT_ID, CONTACT_KEY, CUSTOMER_ID, CUSTOMER_KEY, LIMIT, values_of
from ringbook.database.rendering import each_wanted, encoded_list, json_group, json_list, json_object
from ringbook.database.schema import (
    ContactKey,
    CustomerKey,
    IdColumn,
    emails,
    phone_numbers,
    search_index_backlog,
)
from ringbook.database.schema import contacts as t
from ringbook.database.schema import search_index as entries
from ringbook.tenants.caller import Caller
from ringbook.values.names import sort_name
from ringbook.values.search_terms import COMPANY, SOURCE, Searched, index_words, search_text

FEW_ENTRIES = 500
"""Up to so many entries are written straight on the event loop."""

INDEXED_AT_A_TIME = 25
"""How many contacts of before are indexed in one transaction: a file of SQLite is held for some 10 ms."""

INDEX_PAUSE_SECONDS = 0.003
"""Between two of these transactions, for those who wait."""

CONTACTS_LOOKED_AT = 2000
"""How many contacts are looked at by one statement for those that are not indexed as they are."""


class Indexed(NamedTuple):
    """What a contact is in the index by."""

    search_text: str
    sort_name: str

    @property
    def entries(self) -> set[tuple[str, str]]:
        """The words, with the name that is beside each."""
        return {
            (word, "" if word[0] in (COMPANY, SOURCE) else self.sort_name) for word in index_words(self.search_text)
        }


NOTHING = Indexed("", "")
"""Of a contact that is not in the index."""

NAMES = ("display_name", "first_name", "last_name", "company")
_TEXTS = (*NAMES, "job_title", "source")


def indexed_as(texts: Mapping[str, str], numbers: Sequence[str], addresses: Sequence[str]) -> Indexed:
    """Return what a contact of these texts is in the index by; its numbers, in E.164, and emails are in their order."""
    found_by = {name: texts.get(name, "") for name in _TEXTS}
    text = search_text(Searched(**found_by, numbers=numbers, addresses=addresses))
    return Indexed(text, sort_name(*(found_by[name] for name in NAMES)))


class _Address(msgspec.Struct):
    address: str


class _Number(msgspec.Struct):
    number_e164: str


class _Contact(msgspec.Struct):
    """What is indexed of a contact's JSON."""

    display_name: str
    first_name: str
    last_name: str
    company: str
    job_title: str
    source: str
    phone_numbers: list[_Number]
    emails: list[_Address]

    @property
    def indexed(self) -> Indexed:
        texts = {name: getattr(self, name) for name in _TEXTS}
        return indexed_as(texts, [one.number_e164 for one in self.phone_numbers], [one.address for one in self.emails])


_CONTACT = msgspec.json.Decoder(_Contact)
IN_INDEX_AS = (
    sa.case((t.c.search_version == t.c.version, t.c.search_text), else_=sa.literal_column("''")),
    t.c.sort_name,
)
"""The columns of Indexed: what a contact is in the index by, as far as that is known."""
_INSERT = (
    insert(entries)
    .values(values_of(entries, "word", "sort_name") | {"customer_id": CUSTOMER_KEY, "contact_id": CONTACT_KEY})
    .on_conflict_do_nothing()
)
_DELETE = sa.delete(entries).where(
    entries.c.customer_id == CUSTOMER_KEY,
    entries.c.word == sa.bindparam("word", type_=entries.c.word.type),
    entries.c.sort_name == sa.bindparam("sort_name", type_=entries.c.sort_name.type),
    entries.c.contact_id == CONTACT_KEY,
)
INSERT_ENTRY, INSERT_MANY_ENTRIES = Query(_INSERT), Query(_INSERT, long=True)
DELETE_ENTRY, DELETE_MANY_ENTRIES = Query(_DELETE), Query(_DELETE, long=True)
SET_INDEXED = Query(
    sa.update(t)
    .values(values_of(t, "search_text", "sort_name") | {"search_version": t.c.version})
    .where(t.c.customer_id == CUSTOMER_ID, t.c.id == CONTACT_ID)
)


async def update(caller: Caller, transaction: Transaction, contact_id: str, before: Indexed, json: bytes) -> None:
    """Give a contact, which is locked, the entries of what it is now."""
    indexed = _CONTACT.decode(json).indexed
    if indexed != before:
        ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
        await transaction.run_many(SET_INDEXED, [ids | indexed._asdict()])
        await write_entries(caller, transaction, {contact_id: (before, indexed)})


async def write_entries(
    caller: Caller, transaction: Transaction, contacts: Mapping[str, tuple[Indexed, Indexed]]
) -> None:
    """Turn the entries of contacts, by their ids, from those of before into those behind, in the order of the index."""
    gone, new = [], []
    for contact_id, (before, behind) in contacts.items():
        key = ContactKey(contact_id)
        there, wanted = before.entries, behind.entries
        gone += [(*entry, key) for entry in there - wanted]
        new += [(*entry, key) for entry in wanted - there]
    customer_key = CustomerKey(caller.customer_id)
    for one, many, changed in (
        (DELETE_ENTRY, DELETE_MANY_ENTRIES, gone),
        (INSERT_ENTRY, INSERT_MANY_ENTRIES, new),
    ):
        if changed:
            query = one if len(changed) <= FEW_ENTRIES else many
            rows = [
                {"customer_key": customer_key, "word": word, "sort_name": name, "contact_key": key}
                for word, name, key in sorted(changed)
            ]
            await transaction.run_many(query, rows)


def _list_of(table: sa.Table, column: str) -> sa.ColumnElement[object]:
    rows = (
        sa.select(table.c[column])
        .where(table.c.customer_id == CUSTOMER_ID, table.c.contact_id == t.c.id)
        .order_by(table.c.is_primary.desc(), table.c.id)
        .correlate(t)
        .subquery("ordered")
    )
    return json_list(rows, json_object(**{column: rows.c[column]}))


_IS_BEHIND = sa.or_(t.c.search_version.is_(None), t.c.search_version != t.c.version)
_WANTED = each_wanted()
CONTACTS_TO_INDEX = Query(
    sa.select(
        t.c.id,
        *IN_INDEX_AS,
        t.c.tm_delete.is_not(None),
        json_object(
            **{name: t.c[name] for name in _TEXTS},
            phone_numbers=_list_of(phone_numbers, "number_e164"),
            emails=_list_of(emails, "address"),
        ),
    )
    .where(t.c.customer_id == CUSTOMER_ID, t.c.id.in_(sa.select(sa.cast(_WANTED.c.value, IdColumn))))
    .with_for_update(of=t, skip_locked=True),
    long=True,
)


async def index(caller: Caller, transaction: Transaction, contact_ids: Sequence[str]) -> int:
    """Index contacts as they are now; one that is being changed is left to its change. Return how many it were."""
    rows = await transaction.all(CONTACTS_TO_INDEX, customer_id=caller.customer_id, wanted=encoded_list(contact_ids))
    changed, values = {}, []
    for contact_id, text, name, is_deleted, json in rows:
        indexed = _CONTACT.decode(json).indexed
        if is_deleted:
            indexed = indexed._replace(search_text="")
        changed[str(contact_id)] = (Indexed(text, name), indexed)
        values.append({"customer_id": caller.customer_id, "contact_id": str(contact_id)} | indexed._asdict())
    if values:
        await transaction.run_many(SET_INDEXED, values)
        await write_entries(caller, transaction, changed)
    return len(rows)


def _contacts_behind() -> sa.Select[tuple[str, str]]:
    """Return the statement for those of the next contacts that are not indexed as they are, and for the last of all."""
    looked_at = (
        sa.select(t.c.id, _IS_BEHIND.label("is_behind"))
        .where(t.c.customer_id == CUSTOMER_ID, t.c.id > CONTACT_ID)
        .order_by(t.c.id)
        .limit(LIMIT)
        .cte("looked_at")
    )
    last = sa.select(looked_at.c.id).order_by(looked_at.c.id.desc()).limit(sa.literal_column("1")).scalar_subquery()
    behind = sa.select(looked_at.c.id).where(looked_at.c.is_behind).subquery("behind")
    return sa.select(sa.select(json_group(behind.c.id)).select_from(behind).scalar_subquery(), last)


CONTACTS_BEHIND = Query(_contacts_behind(), long=True)
DELETE_BACKLOG = Query(sa.delete(search_index_backlog).where(search_index_backlog.c.customer_id == CUSTOMER_ID))
BACKLOG_OF_CUSTOMER = Query(
    sa.select(search_index_backlog.c.customer_id).where(search_index_backlog.c.customer_id == CUSTOMER_ID)
)


async def catch_up(caller: Caller, database: Database, may_go_on: Callable[[], Awaitable[bool]] | None = None) -> None:
    """Index the customer's contacts that are not indexed as they are: those of before, and of the version before."""
    last: str | None = LOWEST_ID
    while last:
        if may_go_on and not await may_go_on():
            return
        row = await database.one(
            CONTACTS_BEHIND, customer_id=caller.customer_id, contact_id=last, limit=CONTACTS_LOOKED_AT
        )
        behind, last = (msgspec.json.decode(row[0]), row[1] and str(row[1])) if row else ([], None)
        for i in range(0, len(behind), INDEXED_AT_A_TIME):
            async with database.transaction() as transaction:
                await index(caller, transaction, behind[i : i + INDEXED_AT_A_TIME])
            await asyncio.sleep(INDEX_PAUSE_SECONDS)
    async with database.transaction() as transaction:
        await transaction.run_many(DELETE_BACKLOG, [{"customer_id": caller.customer_id}])


async def is_complete(caller: Caller, database: Connection) -> bool:
    """Tell whether every contact of the customer is in the index."""
    return await database.one(BACKLOG_OF_CUSTOMER, customer_id=caller.customer_id) is None
