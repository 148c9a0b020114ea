"""Phone books: the contacts that have a number, by name, as desk phones want them. The forms are in forms.py."""

import re
from collections.abc import AsyncIterator
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from ringbook.database.engine import Connection, Query
from ringbook.database.pages import LOWEST_ID
from ringbook.database.parameters import CUSTOMER_ID, LIMIT
from ringbook.database.rendering import json_list, json_object
from ringbook.database.schema import contacts as t
from ringbook.database.schema import phone_numbers
from ringbook.tenants.caller import Caller
from ringbook.values import callers
from ringbook.values.characters import plain
from ringbook.values.names import folded_words

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

Search = dict[str, str]
"""What is searched for: `word_0` and so on, patterns for the words of the name; `digits`, one for the number; and
`number_0` and so on, the numbers that a whole one may be."""

MOST_WORDS = 4
"""How many words of a search count."""

MOST_NUMBERS = 4
"""How many readings of a number are searched for."""

_SEARCH = {f"word_{i}": sa.bindparam(f"word_{i}", type_=sa.Text) for i in range(MOST_WORDS)}
_DIGITS = sa.bindparam("digits", type_=sa.Text)
_NUMBERS = {f"number_{i}": sa.bindparam(f"number_{i}", type_=sa.Text) for i in range(MOST_NUMBERS)}
_AFTER_ID = sa.bindparam("after_id", type_=t.c.id.type)
_ONE: sa.ColumnElement[int] = sa.literal_column("1", sa.Integer)


def _found() -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions on a contact of the book; it asks for each number by itself, and joins nothing."""
    number = (
        sa.select(_ONE)
        .where(
            phone_numbers.c.customer_id == CUSTOMER_ID,
            phone_numbers.c.contact_id == t.c.id,
            sa.or_(
                phone_numbers.c.number_e164.like(_DIGITS),
                *(phone_numbers.c.number_e164 == number for number in _NUMBERS.values()),
            ),
        )
        .limit(_ONE)
        .correlate(t)
        .scalar_subquery()
    )
    words = [t.c.sort_name.like(word) for word in _SEARCH.values()]
    return (t.c.customer_id == CUSTOMER_ID, t.c.tm_delete.is_(None), *words, number.is_not(None))


def _batch() -> sa.Select[tuple[str]]:
    """Return the statement for the next contacts behind a position, as one JSON list."""
    position = sa.tuple_(sa.bindparam("after_name", type_=sa.Text), _AFTER_ID)
    names = (t.c.sort_name, t.c.display_name, t.c.first_name, t.c.last_name, t.c.company)
    chosen = (
        sa.select(t.c.id, *names)
        .where(*_found(), sa.tuple_(t.c.sort_name, t.c.id) > position)
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


BOOK_ENTRIES = Query(_batch(), long=True)
COUNT_OF_ENTRIES = Query(sa.select(sa.func.count()).select_from(t).where(*_found()), long=True)
POSITION_OF_ENTRY = Query(sa.select(t.c.sort_name).where(t.c.customer_id == CUSTOMER_ID, t.c.id == _AFTER_ID))
_DECODER = msgspec.json.Decoder(list[Entry])


def search(text: str, region: str) -> Search:
    """Return what to search for: words that must each begin a word of the names, or else a number or digits within one.

    Of a name the first four words count. A whole number is found as a lookup in `region` finds it. Nothing to search
    for finds everything.
    """
    wanted = dict.fromkeys([*_SEARCH, "digits"], ANYTHING) | dict.fromkeys(_NUMBERS, "")
    if any(character.isalpha() for character in text):
        return wanted | {name: f"% {word}%" for name, word in zip(_SEARCH, folded_words(text), strict=False)}
    digits = re.sub(r"\D+", "", plain(text))
    wanted["digits"] = f"%{digits.lstrip('0') or digits}%"  # a trunk zero or 00 is in no E.164 number
    return wanted | dict(zip(_NUMBERS, callers.readings(text, region), strict=False))


async def read(
    caller: Caller, database: Connection, wanted: Search, after: Position, limit: int, skip: int = 0
) -> list[Entry]:
    """Return at most `limit` entries behind `after`, in the order of their names, leaving out `skip` before them."""
    row = await database.one(
        BOOK_ENTRIES,
        customer_id=caller.customer_id,
        after_name=after.sort_name,
        after_id=after.id,
        limit=limit,
        skip=skip,
        **wanted,
    )
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
    row = await database.one(COUNT_OF_ENTRIES, customer_id=caller.customer_id, **wanted)
    return int(row[0]) if row else 0


async def position_of(caller: Caller, database: Connection, contact_id: str) -> Position:
    """Return the position behind a contact, also one that was deleted since; of an unknown one, the front."""
    row = await database.one(POSITION_OF_ENTRY, customer_id=caller.customer_id, after_id=contact_id)
    return Position(row[0], contact_id) if row else FRONT
