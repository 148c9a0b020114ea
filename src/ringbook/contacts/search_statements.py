"""The statements by which search reads the contacts of a rank: for any count of terms, and of words a term may be."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import sqlalchemy as sa

from ringbook.contacts.contact import WHOLE
from ringbook.database.engine import Query
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, CUSTOMER_KEY, LIMIT
from ringbook.database.rendering import each_wanted, id_of_key, json_group, json_of_text
from ringbook.database.schema import ContactKeyColumn, IdColumn, emails, phone_numbers
from ringbook.database.schema import contacts as t
from ringbook.database.schema import search_index as entries
from ringbook.values.search_terms import MOST_SPELLINGS, Term

NUMBERS = 6
"""How many numbers a whole one may be."""

WIDTH = MOST_SPELLINGS
"""The most words that a term may be one of."""

EXACT, BEGINNING, IN_NAMES, REST = RANKS = (1, 2, 3, 4)
_ONE: sa.ColumnElement[int] = sa.literal_column("1", sa.Integer)


class SearchShape(NamedTuple):
    """How many terms a statement tests, and of how many words each may be one."""

    terms: int
    width: int

    @classmethod
    def of(cls, terms: Sequence[Term]) -> "SearchShape":
        """Return the shape for these terms."""
        return cls(len(terms), 2 if all(len(term.words) <= 2 for term in terms) else WIDTH)


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text)


def _is_live() -> tuple[sa.ColumnElement[bool], ...]:
    return t.c.customer_id == CUSTOMER_ID, t.c.tm_delete.is_(None)


_AFTER_NAME = sa.bindparam("after_name", type_=t.c.sort_name.type)
_AFTER = sa.tuple_(_AFTER_NAME, sa.bindparam("after", type_=IdColumn))
_AFTER_KEY = sa.tuple_(_AFTER_NAME, sa.bindparam("after_key", type_=ContactKeyColumn))
_ASKED = each_wanted()


def _in_range(name: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions on an entry of the index whose word is in the range `name` to `name_end`."""
    e = entries.c
    return e.customer_id == CUSTOMER_KEY, e.word >= _text(name), e.word < _text(f"{name}_end")


def _ranges(names: Sequence[str]) -> sa.CompoundSelect[tuple[bytes, str]]:
    """Return the statement for the keys and names of contacts that have a word in one of the ranges."""
    return sa.union_all(
        *(sa.select(entries.c.contact_id, entries.c.sort_name).where(*_in_range(name)) for name in names)
    )


@cache
def counts(shape: SearchShape) -> Query:
    """Return the statement for how many contacts have each term in the names, and elsewhere, as far as `most`."""
    most = sa.bindparam("most", type_=sa.Integer)
    columns = []
    for i in range(shape.terms):
        for place in ("name", "other"):
            some = _ranges([f"{place}_{i}_{j}" for j in range(shape.width)]).limit(most).subquery(f"{place}_{i}")
            columns.append(sa.select(sa.func.count()).select_from(some).scalar_subquery())
    return Query(sa.select(*columns), long=True)


def _has_all(text: sa.ColumnElement[str], shape: SearchShape, place: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        *(sa.or_(*(text.like(_text(f"{place}_like_{i}_{j}")) for j in range(shape.width))) for i in range(shape.terms))
    )


def _tests(c: sa.ColumnCollection[str, sa.ColumnElement[str]], shape: SearchShape, rank: int) -> sa.ColumnElement[bool]:
    """Return whether a contact is of a rank, by its columns; one of a rank before is none."""
    begins = sa.and_(c["sort_name"] >= _text("begins"), c["sort_name"] < _text("begins_end"))
    named = _has_all(c["search_text"], shape, "name")
    if rank == IN_NAMES:
        return sa.and_(named, sa.not_(begins))
    return sa.and_(_has_all(c["search_text"], shape, "any"), sa.not_(named), sa.not_(begins))


def _as_list(chosen: sa.Select[tuple[str]]) -> sa.Select[tuple[str]]:
    rows = chosen.subquery("chosen")
    return sa.select(json_group(rows.c.id))


def _having_rare_term(width: int) -> sa.Subquery:
    return _ranges([f"{place}_of_rare_{j}" for place in ("name", "other") for j in range(width)]).subquery("having")


def with_rare_term(width: int) -> sa.Select[tuple[str]]:
    """Return the statement for the ids of contacts with one term, which is given as the ranges of its words."""
    having = _having_rare_term(width)
    return sa.select(id_of_key(having.c.contact_id))


def _is_of_rank(entry: sa.FromClause, shape: SearchShape, rank: int) -> sa.ColumnElement[bool]:
    """Return whether an entry of the index, of an `id` and a `sort_name`, is of a contact of the rank.

    That is a subquery for each: a join would test them all, in any order. An entry that a server of the version before
    has left behind has another name than the contact.
    """
    its = sa.select(_ONE).where(
        t.c.customer_id == CUSTOMER_ID,
        t.c.id == entry.c.id,
        t.c.tm_delete.is_(None),
        t.c.sort_name == entry.c.sort_name,
        _tests(t.c, shape, rank),
    )
    return its.correlate(entry).scalar_subquery() == _ONE


@cache
def candidates(shape: SearchShape, rank: int) -> Query:
    """Return the statement for the next contacts of a rank, of those with one term, which is given as ranges.

    The index alone sorts them by name; then they are tested one by one, until enough are found.
    """
    having = _having_rare_term(shape.width)
    named = (
        sa.select(having.c.sort_name, having.c.contact_id)
        .where(sa.tuple_(having.c.sort_name, having.c.contact_id) > _AFTER_KEY)
        .distinct()
        .order_by(having.c.sort_name, having.c.contact_id)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .subquery("named")
    )
    in_order = sa.select(named.c.sort_name, id_of_key(named.c.contact_id).label("id")).subquery("in_order")
    found = sa.select(in_order.c.id).where(_is_of_rank(in_order, shape, rank)).limit(LIMIT)
    return Query(_as_list(found), long=True)


def _words_in_range() -> sa.Select[tuple[str]]:
    """Return the statement for the first words of a range, each by a step of its own through the index."""
    first = sa.select(
        sa.select(sa.func.min(entries.c.word)).where(*_in_range("words")).scalar_subquery().label("word"),
        _ONE.label("place"),
    ).cte("words", recursive=True)
    behind = sa.select(sa.func.min(entries.c.word)).where(
        entries.c.customer_id == CUSTOMER_KEY,
        entries.c.word > first.c.word,
        entries.c.word < _text("words_end"),
    )
    steps = first.union_all(
        sa.select(behind.correlate(first).scalar_subquery(), first.c.place + _ONE).where(
            first.c.word.is_not(None), first.c.place < sa.bindparam("most", type_=sa.Integer)
        )
    )
    return sa.select(json_group(steps.c.word)).where(steps.c.word.is_not(None))


WORDS_IN_RANGE = Query(_words_in_range(), long=True)
_WORD = each_wanted("each_word")
_NEXT = (
    sa.select(entries.c.sort_name, entries.c.contact_id)
    .where(
        entries.c.customer_id == CUSTOMER_KEY,
        entries.c.word == _WORD.c.value,
        sa.tuple_(entries.c.sort_name, entries.c.contact_id) > _AFTER_KEY,
        entries.c.sort_name < _text("until"),
    )
    .order_by(entries.c.sort_name, entries.c.contact_id)
    .limit(LIMIT)
    .correlate(_WORD)
    .subquery("next")
)
_NEXT_OF_WORD = (
    sa.select(json_group(sa.cast(id_of_key(_NEXT.c.contact_id), sa.Text) + _NEXT.c.sort_name))
    .select_from(_NEXT)
    .correlate(_WORD)
    .scalar_subquery()
)
NEXT_OF_WORDS = Query(sa.select(json_group(json_of_text(_NEXT_OF_WORD))).select_from(_WORD), long=True)
"""For each word a list of its next entries by name: the contact's id, and behind its 36 characters the name."""


@cache
def of_rank(shape: SearchShape, rank: int) -> Query:
    """Return the statement for those contacts of a rank that are the first of entries, which are in order."""
    entry = (
        sa.select(
            sa.cast(sa.func.substr(_ASKED.c.value, sa.literal_column("1"), sa.literal_column("36")), IdColumn).label(
                "id"
            ),
            sa.func.substr(_ASKED.c.value, sa.literal_column("37")).label("sort_name"),
        )
        .select_from(_ASKED)
        .subquery("entry")
    )
    found = sa.select(entry.c.id).where(_is_of_rank(entry, shape, rank)).limit(LIMIT)
    return Query(_as_list(found), long=True)


_TESTED = (
    sa.select(t.c.sort_name, t.c.id, t.c.search_text)
    .where(*_is_live(), sa.tuple_(t.c.sort_name, t.c.id) > _AFTER)
    .order_by(t.c.sort_name, t.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .subquery("tested")
)


@cache
def walk(shape: SearchShape, rank: int) -> Query:
    """Return the statement for the next contacts of a rank among the next `most` by name.

    They come in that order, and testing ends with the last that is wanted; to say the order twice would test them all.
    """
    chosen = sa.select(_TESTED.c.id).where(_tests(_TESTED.c, shape, rank)).limit(LIMIT)
    return Query(_as_list(chosen), long=True)


LAST_TESTED = Query(
    sa.select(t.c.id)
    .where(*_is_live(), sa.tuple_(t.c.sort_name, t.c.id) > _AFTER)
    .order_by(t.c.sort_name, t.c.id)
    .limit(_ONE)
    .offset(sa.bindparam("most", type_=sa.Integer)),
    long=True,
)
NAMES_THAT_BEGIN = Query(
    sa.select(t.c.id)
    .where(*_is_live(), sa.tuple_(t.c.sort_name, t.c.id) > _AFTER, t.c.sort_name < _text("begins_end"))
    .order_by(t.c.sort_name, t.c.id)
    .limit(LIMIT)
)
NAME_OF_CONTACT = Query(sa.select(t.c.sort_name).where(t.c.customer_id == CUSTOMER_ID, t.c.id == CONTACT_ID))


def _holders(table: sa.Table, column: str, names: Sequence[str]) -> sa.Select[tuple[str]]:
    return sa.select(table.c.contact_id).where(
        table.c.customer_id == CUSTOMER_ID,
        table.c[column].in_([_text(name) for name in names]),
        table.c.tm_delete.is_(None),
    )


_EXACT = (
    sa.union_all(
        _holders(phone_numbers, "number_e164", [f"number_{i}" for i in range(NUMBERS)]),
        _holders(emails, "address", ["email"]),
    )
    .limit(LIMIT)
    .subquery("holders")
)
EXACT_CONTACTS = Query(
    sa.select(t.c.id)
    .where(
        t.c.customer_id == CUSTOMER_ID,
        t.c.id.in_(sa.select(_EXACT.c.contact_id)),
        sa.func.coalesce(t.c.tm_delete.is_(None), sa.false()),
    )
    .order_by(t.c.sort_name, t.c.id)
)
CONTACTS_OF_IDS = Query(
    sa.select(
        sa.func.coalesce(
            WHOLE.where(t.c.id == sa.cast(_ASKED.c.value, IdColumn), t.c.tm_delete.is_(None))
            .correlate(_ASKED)
            .scalar_subquery(),
            sa.literal_column("'null'"),
        )
    ).select_from(_ASKED)
)
