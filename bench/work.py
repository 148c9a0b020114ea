"""The requests of each kind of work, in an order without pattern."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from bench.book import JOHN, OTHER_SCRIPTS, START, TAGS, Book, address, number, person, row_id
from ringbook.api.description.examples import NEW_CONTACT


class Request(NamedTuple):
    """One request, its body '' for none, with the access key that it carries."""

    method: str
    path: str
    body: str
    token: str


HIT, MISS, CALLER_ID, BATCH = "lookup, hit", "lookup, miss", "caller id", "batch of 1,000"
PAGE = "page of 100"
PREFIX, TWO_WORDS, WORST = "one prefix", "two words", "common words that never meet"
CREATES = "batch of 1,000 creates"
IN_BATCH = 1000

CONTACT = NEW_CONTACT | {"tag_ids": TAGS[:2]}
CHANGE = {
    "first_name": "John",
    "last_name": "Smith",
    "company": "Acme Corporation",
    "job_title": "Senior Account Manager",
    "notes": "Promoted to senior role in January",
}


Call = tuple[str, str, object]


def _lookup_hit(_: Book, position: int, _turn: int) -> Call:
    return "GET", f"/contacts/lookup?phone={quote(number(position))}", None


def _lookup_miss(book: Book, position: int, _turn: int) -> Call:
    return "GET", f"/contacts/lookup?phone={quote(number(book.size + position))}", None


def _lookup_email(_: Book, position: int, _turn: int) -> Call:
    return "GET", f"/contacts/lookup?email={address(position)}", None


def _get(_: Book, position: int, _turn: int) -> Call:
    return "GET", f"/contacts/{row_id(position)}", None


def _page(_: Book, position: int, _turn: int) -> Call:
    before = START + timedelta(milliseconds=position)
    return "GET", f"/contacts?page_size=100&page_token={before:%Y-%m-%dT%H:%M:%S.%fZ}", None


def _create(*_: object) -> Call:
    return "POST", "/contacts", CONTACT


def _update(_: Book, position: int, turn: int) -> Call:
    return "PUT", f"/contacts/{row_id(position)}", CHANGE | {"display_name": f"John Smith (VIP {turn})"}


def _add(_: Book, position: int, turn: int) -> Call:
    entry = {"number": f"+447{turn:02}{position:07}", "type": "home", "is_primary": False}
    return "POST", f"/contacts/{row_id(position)}/phone-numbers", entry


def _caller_id(_: Book, position: int, _turn: int) -> Call:
    return "GET", f"/callerid?phone={quote(number(position))}", None


def _batch(book: Book, position: int, _turn: int) -> Call:
    positions = random.Random(position).choices(range(book.size), k=IN_BATCH)  # noqa: S311  no secret
    return "POST", "/contacts/lookup", {"phones": [number(one) for one in positions]}


def _creates(*_: object) -> Call:
    return "POST", "/contacts/batch", {"operations": [{"create": CONTACT}] * IN_BATCH}


def _search(words: str) -> Call:
    return "GET", f"/contacts/search?q={quote(words)}&page_size=20", None


def _prefix(_: Book, position: int, _turn: int) -> Call:
    return _search(person(position).last_name[:4])


def _letter(_: Book, position: int, _turn: int) -> Call:
    return _search(person(position).first_name[0])


def _two_words(_: Book, position: int, _turn: int) -> Call:
    names = person(position)
    return _search(f"{names.last_name[:4]} {names.first_name[:3]}")


def _part_of_number(_: Book, position: int, _turn: int) -> Call:
    return _search(number(position)[-4:] if position % 2 else f"({number(position)[2:5]}) {number(position)[5:8]}")


def _address(_: Book, position: int, _turn: int) -> Call:
    return _search(address(position).partition(".")[0])


def _han(_: Book, position: int, _turn: int) -> Call:
    firsts, lasts = OTHER_SCRIPTS[-1]
    return _search(lasts[position % len(lasts)] + firsts[position % len(firsts)] if position % 2 else "京科")


def _never_meet(_: Book, position: int, _turn: int) -> Call:
    lasts = [last for _, names in OTHER_SCRIPTS for last in names]
    return _search(f"{JOHN} {lasts[position % len(lasts)]}")


CallOf = Callable[[Book, int, int], Call]
"""What asks for something of the contact at a position, in one turn of a server."""

WORK: dict[str, CallOf] = {
    HIT: _lookup_hit,
    MISS: _lookup_miss,
    "lookup by email": _lookup_email,
    "get": _get,
    PAGE: _page,
    "create": _create,
    "update": _update,
    "add a number": _add,
}
SEARCHES: dict[str, CallOf] = {
    PREFIX: _prefix,
    "one letter": _letter,
    TWO_WORDS: _two_words,
    "a part of a number": _part_of_number,
    "an address": _address,
    "two letters of Han": _han,
    WORST: _never_meet,
}
"""For what is in the names, numbers and addresses of a contact anywhere in the book."""

MORE_WORK: dict[str, CallOf] = {CALLER_ID: _caller_id, BATCH: _batch, CREATES: _creates, **SEARCHES}
"""What only Ringbook does; of the batch the ceiling runs the statement."""

WRITES = ("create", "update", "add a number")


def requests(name: str, book: Book, turn: int = 0) -> Iterator[Request]:
    """Yield some thousand requests of a kind, each for another contact; what one `turn` adds, no other does."""
    count = 50 if name in (BATCH, CREATES) else 4_000
    for position in random.Random(turn).sample(range(book.size), min(count, book.size)):  # noqa: S311  no secret
        method, path, body = (WORK | MORE_WORK)[name](book, position, turn)
        text = "" if body is None else msgspec.json.encode(body).decode()
        yield Request(method, f"/v1.0{path}", text, book.token(position))


def with_writes(book: Book, reads: int) -> Iterator[Request]:
    """Yield lookups by phone, and a contact to create after every `reads` of them."""
    writes = requests("create", book)
    for position, request in enumerate(requests(HIT, book), 1):
        yield request
        if position % reads == 0:
            yield next(writes)
