"""The index for search: the words by which each live contact is found, written by the transaction that changes it.

contacts.search_text is what the words of a contact were made of, so that they are known when they change; see
search_terms. indexed_version is the version of the contact that it is of.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from operator import itemgetter

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ringbook.database.engine import Connection, Database, Query, Transaction
from ringbook.database.pages import LOWEST_ID
from ringbook.database.parameters import CONTACT_ID, CONTACT_KEY, CUSTOMER_ID, CUSTOMER_KEY, LIMIT, values_of
from ringbook.database.rendering import each_text, json_group, json_list, json_object
from ringbook.database.schema import ContactKey, CustomerKey, IdColumn, emails, phone_numbers, search_backlog
from ringbook.database.schema import contacts as t
from ringbook.database.schema import search_words as words
from ringbook.tenants.caller import Caller
from ringbook.values.names import sort_name
from ringbook.values.search_terms import Searched, index_words, search_text

FEW_WORDS = 500
"""Up to so many words are written straight on the event loop."""

INDEXED_AT_A_TIME = 25
"""How many contacts of before are indexed in one transaction: a file of SQLite is held for some 10 ms."""

INDEX_PAUSE_SECONDS = 0.003
"""Between two of these transactions, for those who wait."""

CONTACTS_LOOKED_AT = 2000
"""How many contacts are looked at by one statement for those that are not indexed as they are."""


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
    def text(self) -> str:
        return search_text(
            Searched(
                self.display_name,
                self.first_name,
                self.last_name,
                self.company,
                self.job_title,
                self.source,
                [one.number_e164 for one in self.phone_numbers],
                [one.address for one in self.emails],
            )
        )


_CONTACT = msgspec.json.Decoder(_Contact)
_INSERT = (
    insert(words)
    .values(values_of(words, "word") | {"customer_id": CUSTOMER_KEY, "contact_id": CONTACT_KEY})
    .on_conflict_do_nothing()
)
_DELETE = sa.delete(words).where(
    words.c.customer_id == CUSTOMER_KEY,
    words.c.word == sa.bindparam("word", type_=words.c.word.type),
    words.c.contact_id == CONTACT_KEY,
)
INSERT_WORD, INSERT_MANY_WORDS = Query(_INSERT), Query(_INSERT, long=True)
DELETE_WORD, DELETE_MANY_WORDS = Query(_DELETE), Query(_DELETE, long=True)
SET_SEARCH_TEXT = Query(
    sa.update(t)
    .values(values_of(t, "search_text") | {"indexed_version": t.c.version})
    .where(t.c.customer_id == CUSTOMER_ID, t.c.id == CONTACT_ID)
)


async def add(caller: Caller, transaction: Transaction, contact_id: str, text: str) -> None:
    """Write the words of a new contact, whose row has the text already."""
    await write_words(caller, transaction, {contact_id: ("", text)})


async def update(caller: Caller, transaction: Transaction, contact_id: str, before: str, json: bytes) -> None:
    """Give a contact, which is locked, the words of what it is now; `before` is its search_text so far."""
    text = _CONTACT.decode(json).text
    if text != before:
        ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
        await transaction.run_many(SET_SEARCH_TEXT, [ids | {"search_text": text}])
        await write_words(caller, transaction, {contact_id: (before, text)})


async def remove(caller: Caller, transaction: Transaction, contact_id: str, before: str) -> None:
    """Take away the words of a contact that is deleted; its search_text stays, of which it has none any more."""
    await write_words(caller, transaction, {contact_id: (before, "")})


async def write_words(caller: Caller, transaction: Transaction, texts: dict[str, tuple[str, str]]) -> None:
    """Turn the words of contacts, by their ids, from those of a text before into those of one behind."""
    gone, new = [], []
    key = CustomerKey(caller.customer_id)
    for contact_id, (before, behind) in texts.items():
        contact_key, there, wanted = ContactKey(contact_id), index_words(before), index_words(behind)
        gone += [{"customer_key": key, "word": word, "contact_key": contact_key} for word in there - wanted]
        new += [{"customer_key": key, "word": word, "contact_key": contact_key} for word in wanted - there]
    for rows in (gone, new):  # SQLite takes them many times faster in the order in which it keeps them
        rows.sort(key=itemgetter("word"))
    if gone:
        await transaction.run_many(DELETE_WORD if len(gone) <= FEW_WORDS else DELETE_MANY_WORDS, gone)
    if new:
        await transaction.run_many(INSERT_WORD if len(new) <= FEW_WORDS else INSERT_MANY_WORDS, new)


def _list_of(table: sa.Table, column: str) -> sa.ColumnElement[object]:
    rows = (
        sa.select(table.c[column])
        .where(table.c.customer_id == CUSTOMER_ID, table.c.contact_id == t.c.id)
        .order_by(table.c.is_primary.desc(), table.c.id)
        .correlate(t)
        .subquery("ordered")
    )
    return json_list(rows, json_object(**{column: rows.c[column]}))


_TEXTS = ("display_name", "first_name", "last_name", "company", "job_title", "source")
_IS_BEHIND = sa.or_(t.c.indexed_version.is_(None), t.c.indexed_version != t.c.version)
_WANTED = each_text(sa.bindparam("wanted", type_=sa.Text)).table_valued(sa.column("value", sa.Text), name="wanted")
CONTACTS_TO_INDEX = Query(
    sa.select(
        t.c.id,
        t.c.search_text,
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
SET_INDEXED = Query(
    sa.update(t)
    .values(values_of(t, "search_text", "sort_name") | {"indexed_version": t.c.version})
    .where(t.c.customer_id == CUSTOMER_ID, t.c.id == CONTACT_ID),
    long=True,
)


async def index(caller: Caller, transaction: Transaction, contact_ids: Sequence[str]) -> int:
    """Index contacts as they are now; one that is being changed is left to its change. Return how many it were."""
    rows = await transaction.all(
        CONTACTS_TO_INDEX, customer_id=caller.customer_id, wanted=msgspec.json.encode(contact_ids).decode()
    )
    texts, values = {}, []
    for contact_id, before, is_deleted, json in rows:
        contact = _CONTACT.decode(json)
        text = "" if is_deleted else contact.text
        names = (contact.display_name, contact.first_name, contact.last_name, contact.company)
        texts[str(contact_id)] = (before, text)
        ids = {"customer_id": caller.customer_id, "contact_id": str(contact_id)}
        values.append(ids | {"search_text": text, "sort_name": sort_name(*names)})
    if values:
        await transaction.run_many(SET_INDEXED, values)
        await write_words(caller, transaction, texts)
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
DELETE_BACKLOG = Query(sa.delete(search_backlog).where(search_backlog.c.customer_id == CUSTOMER_ID))
BACKLOG_OF_CUSTOMER = Query(sa.select(search_backlog.c.customer_id).where(search_backlog.c.customer_id == CUSTOMER_ID))


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
