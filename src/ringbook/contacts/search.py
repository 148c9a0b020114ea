"""Find a customer's contacts by what somebody types into one box. See decision 22.

What is found is in four ranks: the whole number or address; the name shown begins so, first those that are no longer;
all terms are in the names; the rest. Within each the order is that of the names, so that a page goes on behind any
contact. A rank is read in one of three ways: of one term the next contacts by name of each word that begins so, merged;
of a rare term all candidates, sorted by name; of common terms the contacts by name, each tested, and of these no more
than a request may cost.
"""

from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from ringbook.contacts import search_index
from ringbook.contacts.contact import Contact
from ringbook.contacts.search_by_words import MOST_TESTED, Place, contacts_with, words_in
from ringbook.contacts.search_statements import (
    BEGINNING,
    CONTACTS_OF_IDS,
    EXACT,
    EXACT_CONTACTS,
    IN_NAMES,
    LAST_TESTED,
    NAME_OF_CONTACT,
    NAMES_THAT_BEGIN,
    NUMBERS,
    RANKS,
    REST,
    WIDTH,
    SearchShape,
    candidates,
    counts,
    of_rank,
    walk,
)
from ringbook.database.engine import Connection, Database, Query
from ringbook.database.pages import LOWEST_ID, MOST_CHARACTERS, that_fit
from ringbook.database.rendering import encoded_list
from ringbook.database.schema import ContactKey, CustomerKey
from ringbook.errors import FieldProblem, InvalidArgument, Reason
from ringbook.tenants.caller import Caller
from ringbook.values.fields import UUID
from ringbook.values.search_terms import LONGEST_WORD, MOST_TERMS, OTHER, Terms, terms_of

LONGEST_QUERY = 200
MOST_CANDIDATES = 4000
"""How many contacts may have a term that all candidates are read of."""

MOST_EXACT = 100
"""How many contacts may have a number or an address that is no office line: those of one are found by name."""

LAST = "\U0010ffff"
"""What sorts behind every word: no word has it."""


class SearchResult(msgspec.Struct):
    """A page of the contacts that a search found, best first."""

    result: list[Contact]
    next_page_token: Annotated[str, Meta(description="The next page's page_token; empty on the last page.")]
    complete: Annotated[
        bool,
        Meta(
            description="False where the search was cut short: the page lacks some, and the next one, if there is a"
            " token, goes on. Also while the index is still being built."
        ),
    ]


class SearchPage(NamedTuple):
    """Which part of the found is asked for: at most `size`, behind the contact `after` in a rank."""

    size: int
    rank: int = EXACT
    after: str = LOWEST_ID


def parse_search_page(size: int, page_token: str) -> SearchPage:
    """Return the page that a next_page_token leads to, '' to the first. Raises InvalidArgument."""
    if not page_token:
        return SearchPage(size)
    rank, _, after = page_token.partition(".")
    if rank not in map(str, RANKS) or not UUID.fullmatch(after):
        message = "must be the next_page_token of the page before"
        raise InvalidArgument.of([FieldProblem("page_token", message, Reason.INVALID_PAGE_TOKEN)])
    return SearchPage(size, int(rank), after.lower())


def parse_query(text: str, region: str) -> Terms:
    """Return what to search for. Raises InvalidArgument."""
    if len(text) > LONGEST_QUERY:
        problem = f"has more than {LONGEST_QUERY} characters"
        raise InvalidArgument.of([FieldProblem("q", problem, Reason.INVALID_QUERY_PARAMETER)])
    terms = terms_of(text, region)
    if len(terms.terms) > MOST_TERMS:
        problem = f"has more than {MOST_TERMS} words"
        raise InvalidArgument.of([FieldProblem("q", problem, Reason.INVALID_QUERY_PARAMETER)])
    return terms


def values_of_terms(caller: Caller, terms: Terms, shape: SearchShape) -> dict[str, object]:
    """Return the values for the ranges and the patterns of all terms."""
    begins = terms.begins or LAST
    values: dict[str, object] = {
        "customer_id": caller.customer_id,
        "customer_key": CustomerKey(caller.customer_id),
        "begins": begins,
        "begins_end": terms.begins and begins + LAST,
    }
    for i, term in enumerate(terms.terms):
        for j in range(shape.width):
            word, pattern = (term.words[j], term.patterns[j]) if j < len(term.words) else (None, "")
            values |= {f"any_like_{i}_{j}": pattern, f"name_like_{i}_{j}": pattern and f"{pattern}\t%"}
            values |= _range(f"name_{i}_{j}", word) | _range(f"other_{i}_{j}", word and OTHER + word)
    return values


def _range(name: str, word: str | None) -> dict[str, str]:
    """Return the values for what begins with a word, as far as the index keeps it; of None for nothing."""
    if word is None:
        return {name: LAST, f"{name}_end": ""}
    kept = word[: LONGEST_WORD + word.startswith(OTHER)]
    return {name: kept, f"{name}_end": kept + LAST}


class _Search(NamedTuple):
    """What is searched for, and what is known of it."""

    terms: Terms
    shape: SearchShape
    values: dict[str, object]
    """Of the statements' parameters."""
    exact: list[str]
    """Who has the whole number or address, by name; they are in no other rank."""
    counts: list[tuple[int, int]]
    """How many have each term in the names, and elsewhere; empty as long as nobody needs to know."""

    def but_exact(self, ids: list[str], limit: int) -> list[str]:
        """Return the first of `ids` that are not exact."""
        return [contact_id for contact_id in ids if contact_id not in self.exact][:limit]


Stop = str
"""The contact behind which the next request goes on where one was cut short, '' where it was not."""


async def search_contacts(caller: Caller, database: Database, terms: Terms, page: SearchPage) -> bytes:
    """Return the JSON of a page of what is found."""
    found: list[tuple[int, str]] = []
    token = ""
    if terms.terms:
        shape = SearchShape.of(terms.terms)
        values = values_of_terms(caller, terms, shape)
        exact = await _exact_contacts(caller, database, terms)
        found, token = await _read_page(caller, database, _Search(terms, shape, values, exact, []), page)
    is_complete = not token and await search_index.is_complete(caller, database)
    wanted = encoded_list(contact_id for _, contact_id in found[: page.size])
    rows = await database.first(CONTACTS_OF_IDS, MOST_CHARACTERS, customer_id=caller.customer_id, wanted=wanted)
    rows = that_fit(rows)
    if len(rows) < len(found):
        token = "{}.{}".format(*found[len(rows) - 1])
    result = ",".join([row[0] for row in rows if row[0] != "null"])
    ending = f'"next_page_token":"{token}","complete":{"true" if is_complete else "false"}'
    return f'{{"result":[{result}],{ending}}}'.encode()


async def _exact_contacts(caller: Caller, database: Connection, terms: Terms) -> list[str]:
    """Return who has the number or the address that the whole query is, by name; none where many share it."""
    numbers, address = terms.numbers[:NUMBERS], "".join(terms.addresses)
    if not numbers and not address:
        return []
    values = {f"number_{i}": numbers[i] if i < len(numbers) else "" for i in range(NUMBERS)}
    values |= {"customer_id": caller.customer_id, "email": address}
    rows = await database.all(EXACT_CONTACTS, **values, limit=MOST_EXACT + 1)
    return [str(row[0]) for row in rows] if len(rows) <= MOST_EXACT else []


async def _read_page(
    caller: Caller, database: Connection, search: _Search, page: SearchPage
) -> tuple[list[tuple[int, str]], str]:
    """Return the ranks and ids of a page and of the next contact; and the token behind what was cut short, else ''."""
    found: list[tuple[int, str]] = []
    for rank in range(page.rank, RANKS[-1] + 1):
        after = page.after if rank == page.rank else LOWEST_ID
        ids, stop = await _read_rank(caller, database, search, rank, after, page.size + 1 - len(found))
        found += [(rank, contact_id) for contact_id in ids]
        if len(found) > page.size:
            return found, ""
        if stop:
            return found, f"{rank}.{stop}"
    return found, ""


async def _read_rank(
    caller: Caller, database: Connection, search: _Search, rank: int, after: str, limit: int
) -> tuple[list[str], Stop]:
    """Return the next contacts of a rank."""
    if rank == EXACT:
        behind = search.exact.index(after) + 1 if after in search.exact else 0 if after == LOWEST_ID else limit
        return search.exact[behind:][:limit], ""
    name, most = "", limit + len(search.exact)
    if after != LOWEST_ID:
        row = await database.one(NAME_OF_CONTACT, customer_id=caller.customer_id, contact_id=after)
        name = row[0] if row else ""
    if rank == BEGINNING:
        if not search.terms.begins:
            return [], ""
        name, after = max((name, after), (search.terms.begins, LOWEST_ID))
        rows = await database.all(NAMES_THAT_BEGIN, **search.values, after_name=name, after=after, limit=most)
        return search.but_exact([str(row[0]) for row in rows], limit), ""
    words = await _words(caller, database, search, rank)
    if words is not None:
        ids, stop = await _read_by_words(caller, database, search, rank, words, (name, after), most)
        return search.but_exact(ids, limit), stop
    return await _read_by_terms(caller, database, search, rank, (name, after), limit)


async def _words(caller: Caller, database: Connection, search: _Search, rank: int) -> list[str] | None:
    """Return the words of a rank that begin with what is searched for; None where they are too many, or terms are."""
    if len(search.terms.terms) > 1 or search.shape.width == WIDTH:
        return None
    place = "name" if rank == IN_NAMES else "other"
    ranges = [(f"{place}_0_{j}", f"{place}_0_{j}_end") for j in range(len(search.terms.terms[0].words))]
    return await words_in(caller, database, [(str(search.values[a]), str(search.values[b])) for a, b in ranges])


async def _read_by_words(
    caller: Caller,
    database: Connection,
    search: _Search,
    rank: int,
    words: list[str],
    place: Place,
    most: int,
) -> tuple[list[str], Stop]:
    """Return the next contacts of a rank from the entries of words; those are left out whose name begins so."""
    begins = search.terms.begins
    stretches = [(place, LAST)]
    if begins and rank == IN_NAMES:
        behind = max(place, (begins + LAST, LOWEST_ID))
        stretches = [(place, begins), (behind, LAST)] if place < (begins,) else [(behind, LAST)]
    found, test = list[str](), (of_rank(search.shape, rank), search.values)
    for stretch in stretches:
        more, stop = await contacts_with(caller, database, words, stretch, test, most - len(found))
        found += more
        if stop or len(found) == most:
            return found, stop
    return found, ""


async def _read_by_terms(
    caller: Caller, database: Connection, search: _Search, rank: int, place: Place, limit: int
) -> tuple[list[str], Stop]:
    """Return the next contacts of a rank by their words."""
    name, after = place
    values = search.values | {"after_name": name, "after": after, "after_key": ContactKey(after)}
    values["limit"] = limit + len(search.exact)
    if not search.counts:
        search.counts.extend(await _counts(caller, database, search.shape, search.values))
    of_term = [name if rank == IN_NAMES else name + other for name, other in search.counts]
    if not min(of_term) or (rank == REST and not any(other for _, other in search.counts)):
        return [], ""
    fewest = min(of_term)
    if fewest <= MOST_CANDIDATES:
        values["most"] = MOST_CANDIDATES
        i = of_term.index(fewest)
        rare = _ranges_of_rare(search, i, rank) | _known_of_rare(search, i, rank)
        return search.but_exact(await _ids(caller, database, candidates(search.shape, rank), values | rare), limit), ""
    values["most"] = MOST_TESTED
    ids = search.but_exact(await _ids(caller, database, walk(search.shape, rank), values), limit)
    if len(ids) == limit:
        return ids, ""
    last = await database.one(LAST_TESTED, **values | {"most": MOST_TESTED - 1})
    return ids, str(last[0]) if last else ""


async def _counts(
    caller: Caller, database: Connection, shape: SearchShape, values: dict[str, object]
) -> list[tuple[int, int]]:
    """Return how many contacts have each term in the names, and elsewhere, as far as they are few."""
    values = values | {"customer_id": caller.customer_id, "most": MOST_CANDIDATES + 1}
    each = [int(count) for count in await database.one(counts(shape), **values) or ()]
    return list(zip(each[::2], each[1::2], strict=True))


async def ranges_of_rare(caller: Caller, database: Connection, terms: Terms) -> dict[str, object]:
    """Return the ranges of the rarest term, for with_rare_term; none where it is common, or not all is indexed."""
    shape = SearchShape(len(terms.terms), WIDTH)
    values = values_of_terms(caller, terms, shape)
    of_term = [sum(each) for each in await _counts(caller, database, shape, values)]
    if min(of_term) > MOST_CANDIDATES or not await search_index.is_complete(caller, database):
        return {}
    search = _Search(terms, shape, values, [], [])
    return {"customer_key": values["customer_key"], **_ranges_of_rare(search, of_term.index(min(of_term)), REST)}


def _ranges_of_rare(search: _Search, i: int, rank: int) -> dict[str, object]:
    """Return the ranges of the term that is read first; in the names alone where the rank wants it there."""
    ranges: dict[str, object] = {}
    for j in range(search.shape.width):
        for place in ("name", "other"):
            name, its = f"{place}_of_rare_{j}", f"{place}_{i}_{j}"
            ranges |= {name: search.values[its], f"{name}_end": search.values[f"{its}_end"]}
            if rank == IN_NAMES and place == "other":
                ranges |= _range(name, None)
    return ranges


def _known_of_rare(search: _Search, i: int, rank: int) -> dict[str, str]:
    """Return the patterns for a term that a candidate is known to have: what anything is like."""
    if any(len(word) > LONGEST_WORD for word in search.terms.terms[i].words):
        return {}
    return {f"any_like_{i}_0": "%"} | ({f"name_like_{i}_0": "%"} if rank == IN_NAMES else {})


async def _ids(caller: Caller, database: Connection, query: Query, values: dict[str, object]) -> list[str]:
    row = await database.one(query, **values | {"customer_id": caller.customer_id})
    ids: list[str] = msgspec.json.decode(row[0]) if row else []
    return ids
