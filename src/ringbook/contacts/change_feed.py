"""The feed of changes: which contacts have changed behind a token, each as it is now. See decision 24.

A token is a position in each of the 64 slots of the log. The changes of a slot are committed in the order of their
versions, so that none can appear behind a position that a reader has gone past.
"""

import random
import re
import uuid
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec import UNSET, Meta, UnsetType

from ringbook.contacts.book_versions import SLOTS
from ringbook.contacts.contact import WHOLE, Contact
from ringbook.database.engine import Connection, Database, Query
from ringbook.database.pages import MOST_CHARACTERS, that_fit
from ringbook.database.parameters import CUSTOMER_ID, LIMIT, SLOT
from ringbook.database.rendering import each_wanted, encoded_list, json_object, json_values
from ringbook.database.schema import book_versions, contacts
from ringbook.database.schema import contact_changes as t
from ringbook.errors import FieldProblem, InvalidArgument, Reason, TokenExpired
from ringbook.tenants.caller import Caller
from ringbook.values.fields import Id, Time

TOKEN_FORMAT = 1
LONGEST_TOKEN = 1200
"""In characters: 64 positions of the highest version take less."""

Positions = tuple[int, ...]
"""Of each slot the version of the last change that is known."""


class Tombstone(msgspec.Struct):
    """What is left of a contact that was deleted."""

    id: Id
    tm_delete: Time
    merged_into: Id | None


class FeedEntry(msgspec.Struct):
    """A contact that has changed: as it is now, or that it is deleted."""

    contact: Contact | UnsetType = UNSET
    deleted: Tombstone | UnsetType = UNSET


class ChangePage(msgspec.Struct):
    """The contacts that have changed, each once."""

    result: Annotated[list[FeedEntry], Meta(description="Of each entry either key is there.")]
    next: Annotated[str, Meta(description="The token to go on with, as `since`.")]
    more: Annotated[bool, Meta(description="There is more behind `next` already.")]


class Change(NamedTuple):
    """A change in the log."""

    slot: int
    version: int
    contact_id: str
    action: str
    tm: str


class Feed(NamedTuple):
    """What has changed behind a token."""

    entries: Sequence[str]
    """JSON of a FeedEntry each."""
    positions: Positions
    """Where to go on."""
    front: Positions
    """Where the book stands."""

    def json(self, caller: Caller, now: datetime) -> bytes:
        """Return the JSON of a ChangePage."""
        token = make_token(caller, now, self.positions)
        more = any(known < version for known, version in zip(self.positions, self.front, strict=True))
        return f'{{"result":[{",".join(self.entries)}],"next":"{token}","more":{"true" if more else "false"}}}'.encode()


def _varints(values: Sequence[int]) -> Iterator[int]:
    """Yield the bytes of each number, seven bits in each, the lowest first."""
    for value in values:
        while value > 127:
            yield value & 127 | 128
            value >>= 7  # noqa: PLW2901
        yield value


def _numbers(encoded: bytes) -> list[int]:
    """Return what _varints has written. Raises ValueError."""
    numbers, value, shift = [], 0, 0
    for byte in encoded:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(value)
            value = shift = 0
    if shift:
        raise ValueError("the last number has no end")
    return numbers


def make_token(caller: Caller, now: datetime, positions: Positions) -> str:
    """Return the token of what is known `now`: text that needs no encoding in a URL."""
    body = bytes([TOKEN_FORMAT, *uuid.UUID(caller.customer_id).bytes, *_varints([int(now.timestamp()), *positions])])
    return urlsafe_b64encode(body + zlib.crc32(body).to_bytes(4)).decode().rstrip("=")


def read_token(caller: Caller, now: datetime, days: int, token: str) -> Positions:
    """Return the positions of a token that is at most so many days old. Raises InvalidArgument, TokenExpired."""
    try:
        customer_id, seconds, positions = _token_parts(token)
    except ValueError as error:
        problem = FieldProblem("since", "must be the `next` of an answer before", Reason.INVALID_CHANGES_TOKEN)
        raise InvalidArgument.of([problem]) from error
    if customer_id != caller.customer_id or seconds < (now - timedelta(days=days)).timestamp():
        raise _expired()
    return positions


def _token_parts(token: str) -> tuple[str, int, Positions]:
    """Return whose the token is, of which second, and its positions. Raises ValueError."""
    if len(token) > LONGEST_TOKEN or not re.fullmatch("[A-Za-z0-9_-]+", token):
        raise ValueError("no token by its characters")
    whole = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    body, check = whole[:-4], whole[-4:]
    if body[:1] != bytes([TOKEN_FORMAT]) or zlib.crc32(body).to_bytes(4) != check:
        raise ValueError("no token by its checksum")
    seconds, *positions = _numbers(body[17:])
    if len(positions) != SLOTS:
        raise ValueError("no token by its positions")
    return str(uuid.UUID(bytes=body[1:17])), seconds, tuple(positions)


def _expired() -> TokenExpired:
    return TokenExpired(
        Reason.TOKEN_EXPIRED,
        "since: what has changed behind this token is not known any more; get a new token, then list all contacts",
    )


BOOK_FRONT = Query(
    sa.select(book_versions.c.slot, book_versions.c.version).where(book_versions.c.customer_id == CUSTOMER_ID)
)


async def front(caller: Caller, database: Connection) -> Positions:
    """Return where the book stands."""
    versions = dict[int, int](map(tuple, await database.all(BOOK_FRONT, customer_id=caller.customer_id)))
    return tuple(versions.get(slot, 0) for slot in range(SLOTS))


CHANGES_OF_SLOT = Query(
    sa.select(t.c.version, t.c.previous, t.c.contact_id, t.c.action, json_values(t.c, "tm")["tm"])
    .where(
        t.c.customer_id == CUSTOMER_ID,
        t.c.slot == SLOT,
        t.c.version > sa.bindparam("behind", type_=t.c.version.type),
    )
    .order_by(t.c.version)
    .limit(LIMIT)
)


async def changes_behind(
    caller: Caller, database: Connection, positions: Positions, book_front: Positions, most: int
) -> list[Change]:
    """Return up to so many changes behind the `positions`, those of each slot in their order.

    They begin with any slot: none waits for ever behind one that is always changed. Raises TokenExpired where a change
    behind the positions is not in the log any more, or they are of another book than this one.
    """
    if any(known > version for known, version in zip(positions, book_front, strict=True)):
        raise _expired()
    moved = [slot for slot in range(SLOTS) if positions[slot] < book_front[slot]]
    random.shuffle(moved)
    changes: list[Change] = []
    for slot in moved:
        at = {"customer_id": caller.customer_id, "slot": slot, "behind": positions[slot]}
        rows = await database.all(CHANGES_OF_SLOT, **at, limit=most - len(changes))
        if not rows or [row[1] for row in rows] != [positions[slot], *(row[0] for row in rows[:-1])]:
            raise _expired()
        changes += [Change(slot, version, str(contact_id), action, tm) for version, _, contact_id, action, tm in rows]
        if len(changes) >= most:
            break
    return changes


def moved_to(positions: Positions, changes: Sequence[Change]) -> Positions:
    """Return the positions when these changes are known too."""
    moved = list(positions)
    for change in changes:
        moved[change.slot] = change.version
    return tuple(moved)


_ASKED = each_wanted()
TOMBSTONE = json_object(**json_values(contacts.c, "id", "tm_delete"), merged_into=sa.null())
_IS_LIVE = contacts.c.tm_delete.is_(None)


def _of_asked(value: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    """Return a value of the contact that is asked for."""
    is_asked = contacts.c.id == sa.cast(_ASKED.c.value, contacts.c.id.type)
    return WHOLE.with_only_columns(value).where(is_asked).correlate(_ASKED).scalar_subquery()


FEED_ENTRIES = Query(
    sa.select(
        _of_asked(sa.case((_IS_LIVE, next(iter(WHOLE.selected_columns))), else_=TOMBSTONE)),
        _of_asked(_IS_LIVE),
        _ASKED.c.value,
    ).select_from(_ASKED)
)


async def read_feed(caller: Caller, database: Database, positions: Positions, most: int) -> Feed:
    """Return up to so many contacts that have changed behind the `positions`. Raises TokenExpired.

    The contacts are read after the log: each is told at least as new as the changes that are gone past.
    """
    book_front = await front(caller, database)
    changes = await changes_behind(caller, database, positions, book_front, most)
    ids = list(dict.fromkeys(change.contact_id for change in changes))
    if not ids:
        return Feed([], positions, book_front)
    wanted = encoded_list(ids)
    rows = await database.first(FEED_ENTRIES, MOST_CHARACTERS, customer_id=caller.customer_id, wanted=wanted)
    rows = that_fit(rows)
    told = {contact_id for _, _, contact_id in rows}
    entries = [f'{{"{"contact" if is_live else "deleted"}":{json}}}' for json, is_live, _ in rows]
    end = next((i for i, change in enumerate(changes) if change.contact_id not in told), len(changes))
    return Feed(entries, moved_to(positions, changes[:end]), book_front)
