"""Phone books: the contacts that have a number, by name, as desk phones want them. The forms are in forms.py."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from ringbook.contacts.search import ranges_of_rare
from ringbook.contacts.search_statements import WIDTH, with_rare_term
from ringbook.database.engine import Connection, Query, Row
from ringbook.database.pages import LOWEST_ID
from ringbook.database.parameters import CUSTOMER_ID, LIMIT
from ringbook.database.rendering import json_list, json_object
from ringbook.database.schema import contacts as t
from ringbook.database.schema import phone_numbers
from ringbook.tenants.caller import Caller
from ringbook.values.search_terms import Terms, terms_of

BATCH = 200
"""How many contacts are read at a time: a book of any size takes no more memory, and holds no connection."""

ANYTHING = "%"


class EntryNumber(msgspec.Struct):
    """A number of an entry."""

    type: str
    label: str | None
    e164: str


class Entry(msgspec.Struct):
    """A contact in a phone book: its names as they are stored, and at least one number, the primary one first."""

    id: str
    sort_name: str
    display_name: str
    first_name: str
    last_name: str
    company: str
    numbers: list[EntryNumber]


class Position(NamedTuple):
    """Behind which contact to go on."""

    sort_name: str = ""
    id: str = LOWEST_ID


FRONT = Position()

MOST_WORDS = 4
"""How many terms of a search count."""


class Search(NamedTuple):
    """What is searched for: terms, and the patterns that the search text of a contact must be like."""

    terms: Terms
    patterns: dict[str, str]


_PATTERNS = [[f"like_{i}_{j}" for j in range(WIDTH)] for i in range(MOST_WORDS)]
_AFTER_ID = sa.bindparam("after_id", type_=t.c.id.type)
_ONE: sa.ColumnElement[int] = sa.literal_column("1", sa.Integer)


def _found(*, of_rare: bool) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions on a contact of the book; it asks for its number by itself, and joins nothing.

    `of_rare` tells whether it must be among those that have a rare term. What is not indexed yet is known by its name.
    """
    number = (
        sa.select(_ONE)
        .where(phone_numbers.c.customer_id == CUSTOMER_ID, phone_numbers.c.contact_id == t.c.id)
        .limit(_ONE)
        .correlate(t)
        .scalar_subquery()
    )
    text = sa.func.coalesce(sa.func.nullif(t.c.search_text, sa.literal_column("''")), t.c.sort_name)
    has_words = [sa.or_(*(text.like(sa.bindparam(name, type_=sa.Text)) for name in names)) for names in _PATTERNS]
    is_live = sa.func.coalesce(t.c.tm_delete.is_(None), sa.false()) if of_rare else t.c.tm_delete.is_(None)
    of_rare_term = [t.c.id.in_(with_rare_term(WIDTH))] if of_rare else []
    return (t.c.customer_id == CUSTOMER_ID, is_live, *of_rare_term, *has_words, number.is_not(None))


def _batch(*, of_rare: bool) -> sa.Select[tuple[str]]:
    """Return the statement for the next contacts behind a position, as one JSON list."""
    position = sa.tuple_(sa.bindparam("after_name", type_=sa.Text), _AFTER_ID)
    names = (t.c.sort_name, t.c.display_name, t.c.first_name, t.c.last_name, t.c.company)
    chosen = (
        sa.select(t.c.id, *names)
        .where(*_found(of_rare=of_rare), sa.tuple_(t.c.sort_name, t.c.id) > position)
        .order_by(t.c.sort_name, t.c.id)
        .limit(LIMIT)
        .offset(sa.bindparam("skip", type_=sa.BigInteger))
        .subquery("chosen")
    )
    numbers = (
        sa.select(phone_numbers.c.type, phone_numbers.c.label, phone_numbers.c.number_e164)
        .where(phone_numbers.c.customer_id == CUSTOMER_ID, phone_numbers.c.contact_id == chosen.c.id)
        .order_by(phone_numbers.c.is_primary.desc(), phone_numbers.c.id)
        .correlate(chosen)
        .subquery("numbers")
    )
    entry = {name: chosen.c[name] for name in Entry.__struct_fields__ if name != "numbers"}
    number = json_object(type=numbers.c.type, label=numbers.c.label, e164=numbers.c.number_e164)
    return sa.select(json_list(chosen, json_object(**entry, numbers=json_list(numbers, number))))


def _count(*, of_rare: bool) -> sa.Select[Any]:
    return sa.select(sa.func.count()).select_from(t).where(*_found(of_rare=of_rare))


BOOK_ENTRIES, ENTRIES_OF_RARE = (Query(_batch(of_rare=of_rare), long=True) for of_rare in (False, True))
COUNT_OF_ENTRIES, COUNT_OF_RARE = (Query(_count(of_rare=of_rare), long=True) for of_rare in (False, True))
POSITION_OF_ENTRY = Query(sa.select(t.c.sort_name).where(t.c.customer_id == CUSTOMER_ID, t.c.id == _AFTER_ID))
_DECODER = msgspec.json.Decoder(list[Entry])


def search(text: str, region: str) -> Search:
    """Return what to search for: what a search of contacts finds by it, see search_terms; the first four terms count.

    Nothing to search for finds everything.
    """
    terms = terms_of(text, region)
    terms = terms._replace(terms=terms.terms[:MOST_WORDS])
    patterns = {name: "" for names in _PATTERNS for name in names} | {names[0]: ANYTHING for names in _PATTERNS}
    for names, term in zip(_PATTERNS, terms.terms, strict=False):
        patterns |= dict(zip(names, term.patterns, strict=False))
    return Search(terms, patterns)


async def _run(
    caller: Caller, database: Connection, wanted: Search, queries: tuple[Query, Query], **values: object
) -> Row | None:
    """Run the one of two statements that reads all contacts, or the other, where a term is rare enough."""
    values |= {"customer_id": caller.customer_id, **wanted.patterns}
    if wanted.terms.terms and (rare := await ranges_of_rare(caller, database, wanted.terms)):
        return await database.one(queries[1], **values, **rare)
    return await database.one(queries[0], **values)


async def read(
    caller: Caller, database: Connection, wanted: Search, after: Position, limit: int, skip: int = 0
) -> list[Entry]:
    """Return at most `limit` entries behind `after`, in the order of their names, leaving out `skip` before them."""
    behind = {"after_name": after.sort_name, "after_id": after.id}
    queries = BOOK_ENTRIES, ENTRIES_OF_RARE
    row = await _run(caller, database, wanted, queries, **behind, limit=limit, skip=skip)
    return _DECODER.decode(row[0]) if row else []


async def read_all(caller: Caller, database: Connection, wanted: Search) -> AsyncIterator[list[Entry]]:
    """Yield the entries batch by batch; the last one is shorter than BATCH.

    Each batch shows the book as it is when it is read. A contact that is renamed meanwhile may so be there twice or not
    at all; the version read before has then been overtaken.
    """
    after = FRONT
    while True:
        entries = await read(caller, database, wanted, after, BATCH)
        yield entries
        if len(entries) < BATCH:
            return
        after = Position(entries[-1].sort_name, entries[-1].id)


async def count(caller: Caller, database: Connection, wanted: Search) -> int:
    """Return how many entries there are."""
    row = await _run(caller, database, wanted, (COUNT_OF_ENTRIES, COUNT_OF_RARE))
    return int(row[0]) if row else 0


async def position_of(caller: Caller, database: Connection, contact_id: str) -> Position:
    """Return the position behind a contact, also one that was deleted since; of an unknown one, the front."""
    row = await database.one(POSITION_OF_ENTRY, customer_id=caller.customer_id, after_id=contact_id)
    return Position(row[0], contact_id) if row else FRONT
