"""The contacts with one of some words, by name: the next few entries of each word, merged, and tested in that order."""

from collections.abc import Iterable, Sequence

import msgspec

from ringbook.contacts.search_statements import NEXT_OF_WORDS, WORDS_IN_RANGE
from ringbook.database.engine import Connection, Query
from ringbook.database.rendering import encoded_list
from ringbook.database.schema import ContactKey, CustomerKey
from ringbook.tenants.caller import Caller

MOST_BEGINNING_SO = 64
"""How many words may begin with what is searched for; of more the contacts are read otherwise."""

MOST_TESTED = 8000
"""How many contacts are tested in one request."""

ID_LENGTH = 36

Place = tuple[str, str]
"""Where a contact stands: its sort_name and its id."""


async def words_in(caller: Caller, database: Connection, ranges: Iterable[tuple[str, str]]) -> list[str] | None:
    """Return the words of the index in ranges, each from its first text to before its second; None for too many."""
    found: dict[str, None] = {}
    for first, end in ranges:
        values = {"customer_key": CustomerKey(caller.customer_id), "words": first, "words_end": end}
        row = await database.one(WORDS_IN_RANGE, **values, most=MOST_BEGINNING_SO + 1)
        found |= dict.fromkeys(msgspec.json.decode(row[0], type=list[str]) if row else ())
        if len(found) > MOST_BEGINNING_SO:
            return None
    return list(found)


async def contacts_with(
    caller: Caller,
    database: Connection,
    words: Sequence[str],
    stretch: tuple[Place, str],
    tested_by: tuple[Query, dict[str, object]],
    limit: int,
) -> tuple[list[str], str]:
    """Return the ids of the first contacts with one of the words behind a place and before a name that pass a test.

    The second is that of the contact behind which to go on where it was cut short, '' where it was not.
    """
    (place, until), (test, values) = stretch, tested_by
    found: list[str] = []
    tested = 0
    while words:
        places, end = await _next(caller, database, words, place, until, limit)
        if places:
            wanted = encoded_list(contact_id + name for name, contact_id in places)
            row = await database.one(test, **values | {"wanted": wanted, "limit": limit - len(found)})
            found += msgspec.json.decode(row[0]) if row else []
        tested += len(places)
        if len(found) == limit or end is None:
            break
        if tested > MOST_TESTED:
            return found, end[1]
        place = end
    return found, ""


async def _next(
    caller: Caller, database: Connection, words: Sequence[str], place: Place, until: str, limit: int
) -> tuple[list[Place], Place | None]:
    """Return the next places of contacts with one of the words, and up to where these are all, None for the end."""
    row = await database.one(
        NEXT_OF_WORDS,
        customer_key=CustomerKey(caller.customer_id),
        each_word=encoded_list(words),
        after_name=place[0],
        after_key=ContactKey(place[1]),
        until=until,
        limit=limit,
    )
    lists: list[list[str]] = msgspec.json.decode(row[0]) if row else []
    by_word = [[(entry[ID_LENGTH:], entry[:ID_LENGTH]) for entry in entries] for entries in lists]
    end = min((places[-1] for places in by_word if len(places) == limit), default=None)
    places = sorted({one for places in by_word for one in places if end is None or one <= end})
    return places, end
