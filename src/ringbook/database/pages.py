"""Pages of what is newest first: page_size, page_token, and the statement's part in them.

Ids rise with tm_create (see clock.new_id), so a page is a range of ids, read straight off an index.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from ringbook.clock import EPOCH, LATEST, lowest_id, parse_time, rfc_3339
from ringbook.database.engine import Database, Query, Row
from ringbook.database.parameters import LIMIT
from ringbook.database.rendering import json_values
from ringbook.errors import FieldProblem, InvalidArgument, Reason
from ringbook.values.fields import UUID

PAGE_SIZE = 100
MOST_CHARACTERS = 1_000_000
"""How much JSON a page of more than one item holds: others would notice what it takes to make more. The page then has
fewer items than were asked for, and the next one goes on behind them."""

LOWEST_ID = "00000000-0000-0000-0000-000000000000"
HIGHEST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"


class Page(NamedTuple):
    """Which part of a list is asked for: at most `size` items, those with an id below `below`."""

    size: int
    below: str


def parse_page(page_size: str, page_token: str) -> Page:
    """Return the page that the two query parameters ask for, each '' where absent. Raises InvalidArgument."""
    problems = []
    size, below = PAGE_SIZE, HIGHEST_ID
    try:
        size = _parse_page_size(page_size)
    except ValueError as error:
        problems.append(FieldProblem("page_size", str(error), Reason.INVALID_PAGE_SIZE))
    try:
        below = _parse_page_token(page_token)
    except ValueError as error:
        problems.append(FieldProblem("page_token", str(error), Reason.INVALID_PAGE_TOKEN))
    if problems:
        raise InvalidArgument.of(problems)
    return Page(size, below)


def parse_time_and_id(page_token: str) -> tuple[datetime, str]:
    """Return behind which time and id a page goes on, of a list by another time than that of creation.

    Raises InvalidArgument.
    """
    if not page_token:
        return LATEST, HIGHEST_ID
    time, last_id = page_token[:-37], page_token[-36:]
    if not (page_token[-37:-36] == "_" and UUID.fullmatch(last_id)):
        time, last_id = page_token, LOWEST_ID
    try:
        return _time_of(time), last_id.lower()
    except ValueError as error:
        raise InvalidArgument.of([FieldProblem("page_token", str(error), Reason.INVALID_PAGE_TOKEN)]) from error


def newest_first(statement: sa.Select, table: sa.FromClause) -> sa.Select:  # type: ignore[type-arg]
    """Return `statement`, which selects an item's JSON, with its id and tm_create, for one page of the live rows.

    The parameters are `below` and `limit`. The caller asks for one row more than the page holds: that tells whether
    there is a next page.
    """
    below = sa.bindparam("below", type_=table.c.id.type)
    statement = statement.add_columns(table.c.id, json_values(table.c, "tm_create")["tm_create"].label("time"))
    return statement.where(table.c.id < below, table.c.tm_delete.is_(None)).order_by(table.c.id.desc()).limit(LIMIT)


async def read_page(database: Database, query: Query, customer_id: str, page: Page) -> bytes:
    """Return the JSON of one page of a customer's items, by a statement made by newest_first."""
    values = {"customer_id": customer_id, "below": page.below, "limit": page.size + 1}
    return render_page(await database.first(query, MOST_CHARACTERS, **values), page.size)


def that_fit(rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows (json, …), as Database.first reads them, without one that goes over MOST_CHARACTERS."""
    return rows[:-1] if len(rows) > 1 and sum(len(row[0]) for row in rows) > MOST_CHARACTERS else rows


def render_page(rows: Sequence[Row], size: int, next_page_token: str = "") -> bytes:
    """Return the JSON of a page from the `rows` (json, id, tm_create), the last of which may be the next page's.

    `next_page_token` is that behind all of them.
    """
    size = min(size, len(that_fit(rows)))
    items = ",".join([row[0] for row in rows[:size]])
    return f'{{"result":[{items}],"next_page_token":"{_next_page_token(rows, size) or next_page_token}"}}'.encode()


def _next_page_token(rows: Sequence[Row], size: int) -> str:
    if len(rows) <= size:
        return ""
    (_, last_id, last_time), (_, _, next_time) = rows[size - 1], rows[size]
    return f"{last_time}_{last_id}" if last_time == next_time else str(last_time)


def token_below(last_id: str) -> str:
    """Return the page token behind an id; its time counts for nothing."""
    return f"{rfc_3339(EPOCH)}_{last_id}"


def _parse_page_size(text: str) -> int:
    if not re.fullmatch("[0-9]{0,1000}", text):
        raise ValueError("must be a whole number, 0 or more")
    digits = text.lstrip("0")
    return min(int(digits[:4] or PAGE_SIZE), PAGE_SIZE)


def lowest_id_since(name: str, text: str) -> str:
    """Return the lowest id of what is made at the time that a parameter says, or later; '' is any time.

    Raises InvalidArgument.
    """
    try:
        return lowest_id(parse_time(text)) if text else LOWEST_ID
    except ValueError as error:
        raise InvalidArgument.of([FieldProblem(name, str(error), Reason.INVALID_QUERY_PARAMETER)]) from error


def _parse_page_token(text: str) -> str:
    """Return the id below which the page begins."""
    if not text:
        return HIGHEST_ID
    time, tie, last_id = text.partition("_")
    if tie and not UUID.fullmatch(last_id):
        raise ValueError("must be the next_page_token of the page before")
    created_before = _time_of(time)
    return last_id.lower() if tie else lowest_id(created_before)


def _time_of(page_token: str) -> datetime:
    try:
        return parse_time(page_token)
    except ValueError as error:
        raise ValueError("must be a next_page_token, or a time such as 2026-02-07T14:45:59.038962Z") from error
