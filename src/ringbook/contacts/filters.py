"""Pages of the contacts that all of some filters find, newest first.

One filter gives the contacts in the order of their ids, and the others test them: of those that are given the one that
as a rule finds the fewest, in the order of Filters.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from ringbook.contacts import external_ids, search_index
from ringbook.contacts.contact import SOURCES
from ringbook.contacts.contact_tags import MOST_TAGS
from ringbook.contacts.search_statements import CONTACTS_OF_IDS
from ringbook.database.engine import Connection, Database, Query
from ringbook.database.pages import MOST_CHARACTERS, Page, render_page, token_below
from ringbook.database.parameters import CUSTOMER_ID, CUSTOMER_KEY, LIMIT
from ringbook.database.rendering import encoded_list, id_of_key, json_group
from ringbook.database.schema import (
    ContactKey,
    ContactKeyColumn,
    CustomerKey,
    IdColumn,
    contact_tags,
    emails,
    phone_numbers,
)
from ringbook.database.schema import contacts as t
from ringbook.database.schema import search_index as entries
from ringbook.errors import FieldProblem, InvalidArgument, Reason
from ringbook.tenants.caller import Caller
from ringbook.values import callers, email
from ringbook.values.fields import UUID
from ringbook.values.search_terms import SOURCE, company_word, folded_company

LOOKED_AT = (1_000, 10_000)
"""How many contacts of the first filter are looked at for a page, in turn, where the others have found too few: one
that is given only by looking at more is found by a later page."""


class Filters(NamedTuple):
    """What contacts must have; None and () are what is not asked for."""

    external_id: str | None = None
    numbers: Sequence[str] | None = None
    """The numbers, one of which they have."""
    address: str | None = None
    company: str | None = None
    """Folded."""
    tag_ids: Sequence[str] = ()
    source: str | None = None

    @property
    def shape(self) -> "FilterShape":
        """Which filters there are, and how many values they have."""
        return FilterShape(
            external_id=self.external_id is not None,
            numbers=len(self.numbers or ()),
            address=self.address is not None,
            company=self.company is not None,
            tags=len(self.tag_ids),
            source=self.source is not None,
        )

    @property
    def is_hopeless(self) -> bool:
        """Whether a value is none that a contact can have."""
        return self.numbers == () or "" in (self.address, self.company) or "\0" in (self.external_id or "")


class FilterShape(NamedTuple):
    """Which filters there are, and how many numbers and tags."""

    external_id: bool
    numbers: int
    address: bool
    company: bool
    tags: int
    source: bool


def parse_filters(region: str, given: dict[str, str]) -> Filters:
    """Return the filters that query parameters ask for, of a customer in `region`. Raises InvalidArgument."""
    tag_ids = [one.strip().lower() for one in given["tag_id"].split(",")] if "tag_id" in given else []
    problems = []
    if not all(UUID.fullmatch(one) for one in tag_ids):
        problems.append(FieldProblem("tag_id", "must be a UUID, or several with commas between"))
    if len(tag_ids) > MOST_TAGS:
        problems.append(FieldProblem("tag_id", f"has more than {MOST_TAGS} UUIDs"))
    if given.get("source", "manual") not in SOURCES:
        problems.append(FieldProblem("source", f"must be one of {', '.join(SOURCES)}"))
    if problems:
        raise InvalidArgument.of([problem._replace(reason=Reason.INVALID_QUERY_PARAMETER) for problem in problems])
    number, address, company = (given.get(name) for name in ("phone", "email", "company"))
    return Filters(
        external_id=given.get("external_id"),
        numbers=None if number is None else tuple(callers.readings(number, region)),
        address=None if address is None else email.reading(address) or "",
        company=None if company is None else folded_company(company),
        tag_ids=tuple(dict.fromkeys(tag_ids)),
        source=given.get("source"),
    )


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text)


_BELOW = sa.bindparam("below", type_=IdColumn)
_BELOW_KEY = sa.bindparam("below_key", type_=ContactKeyColumn)
_LOOKED_AT = sa.bindparam("looked_at", type_=sa.Integer)
Test = sa.ColumnElement[bool]


def _with_word(name: str) -> sa.Select[Any]:
    """Return the statement for the contacts with a word of the index."""
    return sa.select(id_of_key(entries.c.contact_id).label("id"), entries.c.contact_id.label("place")).where(
        entries.c.customer_id == CUSTOMER_KEY,
        entries.c.word == _text(name),
        entries.c.sort_name == sa.literal_column("''"),
        entries.c.contact_id < _BELOW_KEY,
    )


def _has(table: sa.Table, *are: Test) -> Test:
    """Return the test whether a contact has a row in a table."""
    of_contact = (table.c.customer_id == CUSTOMER_ID, table.c.contact_id == t.c.id)
    return sa.select(sa.literal_column("1")).where(*of_contact, *are).correlate(t).exists()


def _sharing(table: sa.Table, has_value: Test) -> tuple[sa.Select[Any], Test]:
    """Return the statement for the contacts with a number or an address, which are few, and the test of one.

    No index has what they are sorted by: else a planner might read the contacts in their order, to look for the value.
    """
    contact_id = sa.func.coalesce(table.c.contact_id, table.c.contact_id)
    having = sa.select(contact_id.label("id"), contact_id.label("place"))
    return having.where(table.c.customer_id == CUSTOMER_ID, has_value, table.c.tm_delete.is_(None)), _has(
        table, has_value
    )


def _each(shape: FilterShape) -> list[tuple[sa.Select[Any], Test]]:
    """Return of each filter the statement for the contacts that it finds, and its test of one."""
    each: list[tuple[sa.Select[Any], Test]] = []
    if shape.external_id:
        is_one = t.c.id == external_ids.holder()
        having: sa.Select[Any] = sa.select(t.c.id, t.c.id.label("place"))
        each.append((having.where(t.c.customer_id == CUSTOMER_ID, is_one, t.c.id < _BELOW), is_one))
    if shape.numbers:
        numbers = phone_numbers.c.number_e164.in_([_text(f"number_{i}") for i in range(shape.numbers)])
        having, has = _sharing(phone_numbers, numbers)
        each.append((having.distinct(), has))
    if shape.address:
        each.append(_sharing(emails, emails.c.address == _text("address")))
    if shape.company:
        each.append((_with_word("company_word"), t.c.search_text.like(_text("company_like"))))
    for i in range(shape.tags):
        has_tag = contact_tags.c.tag_id == sa.bindparam(f"tag_{i}", type_=IdColumn)
        contact_id = contact_tags.c.contact_id
        tagged = sa.select(contact_id.label("id"), contact_id.label("place"))
        is_next = contact_tags.c.customer_id == CUSTOMER_ID, has_tag, contact_id < _BELOW
        each.append((tagged.where(*is_next), _has(contact_tags, has_tag)))
    if shape.source:
        each.append((_with_word("source_word"), t.c.source == _text("source")))
    return each


@cache
def filtered(shape: FilterShape) -> Query:
    """Return the statement that looks at the next contacts of the first filter, newest first, for those of all filters.

    It gives the ids of those as a JSON list, and that of the last one looked at; null where there are no more.
    """
    each = _each(shape)
    looked_at = each[0][0].order_by(sa.desc("place")).limit(_LOOKED_AT).cte("looked_at")
    found = (
        sa.select(sa.literal_column("1"))
        .where(
            t.c.customer_id == CUSTOMER_ID,
            t.c.id == looked_at.c.id,
            t.c.tm_delete.is_(None),
            t.c.id < _BELOW,
            *(test for _, test in each),
        )
        .correlate(looked_at)
        .exists()
    )
    in_order = sa.select(looked_at.c.id).order_by(looked_at.c.place.desc())
    chosen = in_order.where(found).limit(LIMIT).subquery("chosen")
    last = in_order.limit(sa.literal_column("1")).offset(_LOOKED_AT - sa.literal_column("1")).scalar_subquery()
    ids = sa.select(json_group(chosen.c.id)).select_from(chosen).scalar_subquery()
    return Query(sa.select(ids, last), long=True)


def values_of_filters(caller: Caller, filters: Filters, below: str, looked_at: int, limit: int) -> dict[str, Any]:
    """Return the values for `filtered`: to find at most `limit` contacts among so many whose ids are below one."""
    values: dict[str, Any] = {
        "customer_id": caller.customer_id,
        "customer_key": CustomerKey(caller.customer_id),
        "below": below,
        "below_key": ContactKey(below),
        "looked_at": looked_at,
        "limit": limit,
        "external_id": filters.external_id,
        "address": filters.address,
        "company_word": company_word(filters.company or ""),
        "company_like": f"%\n {filters.company}\n%",
        "source": filters.source,
        "source_word": f"{SOURCE}{filters.source}",
    }
    values |= {f"number_{i}": number for i, number in enumerate(filters.numbers or ())}
    values |= {f"tag_{i}": tag_id for i, tag_id in enumerate(filters.tag_ids)}
    return values


async def next_ids(
    caller: Caller, database: Connection, filters: Filters, below: str, limit: int
) -> tuple[list[str], str]:
    """Return the ids of the next contacts that all filters find, newest first, and below which others go on.

    They are fewer than `limit` where many contacts were looked at; '' is said where there are no others.
    """
    found: list[str] = []
    if filters.is_hopeless:
        return found, ""
    for looked_at in (limit, *LOOKED_AT):
        values = values_of_filters(caller, filters, below, looked_at, limit - len(found))
        ids, last = await database.one(filtered(filters.shape), **values) or ("[]", None)
        found += msgspec.json.decode(ids)
        if len(found) == limit:
            return found, found[-1]
        if last is None:
            return found, ""
        below = str(last)
    return found, below


class _Row(msgspec.Struct):
    id: str
    tm_create: str


async def page(caller: Caller, database: Database, filters: Filters, page: Page) -> bytes:
    """Return the JSON of one page of the contacts that all filters find, newest first."""
    found, below = await next_ids(caller, database, filters, page.below, page.size + 1)
    wanted = encoded_list(found)
    rows = await database.first(CONTACTS_OF_IDS, MOST_CHARACTERS, customer_id=caller.customer_id, wanted=wanted)
    there = [row[0] for row in rows if row[0] != "null"]
    keys = [msgspec.json.decode(json, type=_Row) for json in there]
    shown = [(json, key.id, key.tm_create) for json, key in zip(there, keys, strict=True)]
    json = render_page(shown, page.size, token_below(below) if below and len(found) <= page.size else "")
    if (filters.company is None and filters.source is None) or await search_index.is_complete(caller, database):
        return json
    return json[:-1] + b',"complete":false}'
