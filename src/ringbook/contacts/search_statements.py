"""The statements by which search reads the contacts of a rank: for any count of terms, and of words a term may be."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import sqlalchemy as sa

from ringbook.contacts.contact import WHOLE
from ringbook.database.engine import Query
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, CUSTOMER_KEY, LIMIT
from ringbook.database.rendering import each_text, id_of_key, json_group
from ringbook.database.schema import IdColumn, emails, phone_numbers
from ringbook.database.schema import contacts as t
from ringbook.database.schema import search_words as words
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


_AFTER = sa.tuple_(sa.bindparam("after_name", type_=t.c.sort_name.type), sa.bindparam("after", type_=IdColumn))
_BEGINS = (t.c.sort_name >= _text("begins"), t.c.sort_name < _text("begins_end"))


def _ranges(names: Sequence[str]) -> sa.CompoundSelect[tuple[bytes]]:
    """Return the statement for the keys of contacts that have a word in one of the ranges `FROM` to `FROM_end`."""
    return sa.union_all(
        *(
            sa.select(words.c.contact_id).where(
                words.c.customer_id == CUSTOMER_KEY, words.c.word >= _text(name), words.c.word < _text(f"{name}_end")
            )
            for name in names
        )
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


def with_rare_term(width: int) -> sa.Select[tuple[str]]:
    """Return the statement for the ids of contacts with one term, which is given as the ranges of its words."""
    names = [f"{place}_of_rare_{j}" for place in ("name", "other") for j in range(width)]
    having = _ranges(names).subquery("having")
    return sa.select(id_of_key(having.c.contact_id))


@cache
def candidates(shape: SearchShape, rank: int) -> Query:
    """Return the statement for the next contacts of a rank, of those with one term, which is given as ranges.

    They are sorted by name first, and then tested one by one, until enough are found: by a subquery for each, as a join
    would test them all, in any order. What is said of tm_delete and sort_name is said so that no index by name is
    thought of: the candidates come first.
    """
    named = (
        sa.select(sa.func.coalesce(t.c.sort_name, t.c.sort_name).label("sort_name"), t.c.id)
        .where(
            t.c.customer_id == CUSTOMER_ID,
            t.c.id.in_(with_rare_term(shape.width)),
            sa.func.coalesce(t.c.tm_delete.is_(None), sa.false()),
        )
        .subquery("named")
    )
    in_order = (
        sa.select(named.c.id)
        .where(sa.tuple_(named.c.sort_name, named.c.id) > _AFTER)
        .order_by(named.c.sort_name, named.c.id)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .subquery("in_order")
    )
    is_of_rank = (
        sa.select(_ONE)
        .where(t.c.customer_id == CUSTOMER_ID, t.c.id == in_order.c.id, _tests(t.c, shape, rank))
        .correlate(in_order)
        .scalar_subquery()
    )
    return Query(_as_list(sa.select(in_order.c.id).where(is_of_rank == _ONE).limit(LIMIT)), long=True)


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
    .where(*_is_live(), *_BEGINS, sa.tuple_(t.c.sort_name, t.c.id) > _AFTER)
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
_ASKED = each_text(sa.bindparam("wanted", type_=sa.Text)).table_valued(sa.column("value", sa.Text), name="asked")
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
