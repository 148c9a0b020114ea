"""The addresses of a contact, its phone numbers and its emails: two tables, one set of rules."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ringbook.clock import new_id, new_ids
from ringbook.contacts.change_log import FieldChange, changes_between
from ringbook.contacts.entries import AddressEntry, Kept, Stored, primary_of
from ringbook.contacts.kinds import KINDS, MOST_ADDRESSES, Kind
from ringbook.contacts.notations import Changed, ContactAddress, Given
from ringbook.database.engine import Connection, Query, Row, Transaction, UniqueViolation
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, NOW, values_of
from ringbook.database.rendering import json_list, json_object, json_values
from ringbook.database.schema import IdColumn
from ringbook.errors import AlreadyExists, FieldProblem, InvalidArgument, NotFound, Reason
from ringbook.tenants.caller import Caller

OF_REQUEST = ("type", "label", "detail", "is_primary")
"""The columns that a request sets, beside those of the value."""


def json_of(kind: Kind, contacts: sa.FromClause) -> sa.ColumnElement[Any]:
    """Return the JSON list of a contact's addresses of one kind: the primary one first, then as added."""
    t = kind.table
    shown = ("id", *kind.columns, "type", "is_primary", "tm_create")
    rows = (
        sa.select(*(t.c[name] for name in shown))
        .where(t.c.customer_id == CUSTOMER_ID, t.c.contact_id == contacts.c.id)
        .order_by(t.c.is_primary.desc(), t.c.id)
        .correlate(contacts)
        .subquery("ordered")
    )
    return json_list(rows, json_object(**json_values(rows.c, *shown)))


def json_of_all(contacts: sa.FromClause) -> sa.ColumnElement[Any]:
    """Return the JSON list `addresses` of a contact: its numbers, then its emails, each in their order."""
    rows = sa.union_all(*(_as_addresses(kind, contacts) for kind in KINDS))
    ordered = rows.order_by(sa.desc("type"), sa.desc("is_primary"), "id").subquery("ordered")
    return json_list(ordered, json_object(**json_values(ordered.c, *ContactAddress.__struct_fields__)))


def _as_addresses(kind: Kind, contacts: sa.FromClause) -> sa.Select[Any]:
    """Return the statement for a contact's addresses of one kind as the list `addresses` has them."""
    t = kind.table
    of_type = ((t.c.type == _text(type_), _text(name)) for type_, name in kind.names.items() if name)
    name = sa.func.coalesce(t.c.label, sa.case(*of_type, else_=_text("")))
    return (
        sa.select(
            *(t.c[column] for column in ("id", "customer_id", "contact_id")),
            _text(kind.address_type).label("type"),
            t.c[kind.normalized].label("target"),
            _text("").label("target_name"),
            name.label("name"),
            *(t.c[column] for column in ("detail", "is_primary", "tm_create")),
        )
        .where(t.c.customer_id == CUSTOMER_ID, t.c.contact_id == contacts.c.id)
        .correlate(contacts)
    )


def _text(word: str) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{word}'", sa.Text)


def _of_contact(t: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    return t.c.customer_id == CUSTOMER_ID, t.c.contact_id == CONTACT_ID


def _of_address(t: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    return *_of_contact(t), t.c.id == sa.bindparam("address_id", type_=IdColumn)


def _each(statement: Callable[[Kind], sa.Executable]) -> dict[Kind, Query]:
    """Return the statement for each kind."""
    return {kind: Query(statement(kind)) for kind in KINDS}


INSERT_ADDRESS = _each(
    lambda kind: sa.insert(kind.table).values(
        values_of(kind.table, *kind.columns, *OF_REQUEST, "id")
        | {"customer_id": CUSTOMER_ID, "contact_id": CONTACT_ID, "tm_create": NOW}
    )
)


def values_of_address(one: Stored) -> dict[str, Any]:
    """Return what is kept of an address, by column."""
    return {
        **one.kept.values,
        "type": one.kept.type,
        "label": one.kept.label,
        "detail": one.kept.detail,
        "is_primary": one.is_primary,
    }


def address_changes(kind: Kind, before: Sequence[Stored], after: Sequence[Stored]) -> list[FieldChange]:
    """Return what is other `after` a change of a contact's addresses of a kind than it was `before`."""

    def field(one: Stored) -> str:
        return f"{kind.table.name}[{one.kept.values[kind.normalized]}]"

    there, kept = {one.id: one for one in before}, {one.id for one in after}
    changes = [FieldChange(field(one), values_of_address(one), None) for one in before if one.id not in kept]
    for one in after:
        if (old := there.get(one.id)) is None:
            changes.append(FieldChange(field(one), None, values_of_address(one)))
        else:
            changes += changes_between(values_of_address(old), values_of_address(one), f"{field(old)}.")
    return changes


async def add_all(
    caller: Caller,
    transaction: Transaction,
    kind: Kind,
    contact_id: str,
    now: datetime,
    entries: Sequence[AddressEntry],
) -> None:
    """Add addresses to a contact that has none of the kind."""
    await _insert(caller, transaction, kind, contact_id, new_addresses(entries, now))


def new_addresses(entries: Sequence[AddressEntry], now: datetime) -> list[Stored]:
    """Return what entries make of nothing; the last primary one alone is primary."""
    return _applied(entries, [Stored(id_, now) for id_ in new_ids(now, len(entries))])


def _applied(entries: Sequence[AddressEntry], before: Sequence[Stored]) -> list[Stored]:
    """Return what the entries make of addresses as they were `before`."""
    primary = primary_of(entries)
    return [
        one._replace(is_primary=i == primary, kept=entry.applied_to(one.kept))
        for i, (entry, one) in enumerate(zip(entries, before, strict=True))
    ]


async def _insert(
    caller: Caller, transaction: Transaction, kind: Kind, contact_id: str, addresses: Sequence[Stored]
) -> None:
    """Insert addresses. Raises UniqueViolation."""
    if addresses:
        await transaction.run_many(INSERT_ADDRESS[kind], values_to_insert(caller, contact_id, addresses))


def values_to_insert(caller: Caller, contact_id: str, addresses: Sequence[Stored]) -> list[dict[str, Any]]:
    """Return the values of INSERT_ADDRESS for addresses of a contact."""
    customer_id = caller.customer_id
    return [
        values_of_address(one)
        | {"customer_id": customer_id, "contact_id": contact_id, "id": one.id, "now": one.tm_create}
        for one in addresses
    ]


def stored_columns(kind: Kind) -> list[sa.Column[Any]]:
    """Return the columns of which stored_of makes an address."""
    return [kind.table.c[name] for name in ("id", "tm_create", *OF_REQUEST, *kind.columns)]


def stored_of(kind: Kind, row: Row) -> Stored:
    """Return the address of a row of stored_columns."""
    id_, tm_create, type_, label, detail, is_primary, *values = row
    kept = Kept(dict(zip(kind.columns, values, strict=True)), type_, label, detail)
    return Stored(str(id_), tm_create, bool(is_primary), kept)


ADDRESSES_OF_CONTACT = _each(
    lambda kind: sa.select(*stored_columns(kind)).where(*_of_contact(kind.table)).order_by(kind.table.c.id)
)


async def stored(caller: Caller, transaction: Transaction, kind: Kind, contact_id: str) -> list[Stored]:
    """Return the addresses of the kind that a contact has."""
    rows = await transaction.all(ADDRESSES_OF_CONTACT[kind], customer_id=caller.customer_id, contact_id=contact_id)
    return [stored_of(kind, row) for row in rows]


DELETE_ADDRESSES = _each(lambda kind: sa.delete(kind.table).where(*_of_contact(kind.table)))


async def replace_all(
    caller: Caller,
    transaction: Transaction,
    kind: Kind,
    contact_id: str,
    now: datetime,
    entries: Sequence[AddressEntry],
    before: Sequence[Stored],
) -> list[FieldChange]:
    """Give the contact, which is locked, these addresses of the kind in place of those `before`; return the changes.

    One whose id is on the contact, else whose value is, keeps its id and tm_create, and what the entry does not say.
    """
    there = {one.id: one for one in before}
    by_value = {one.kept.values[kind.normalized]: one.id for one in before}
    kept: dict[int, str] = {}
    for wanted in (
        [entry.id for entry in entries],
        [by_value.get(entry.normalized, "") for entry in entries],
    ):
        for i, address_id in enumerate(wanted):
            if i not in kept and address_id in there and address_id not in kept.values():
                kept[i] = address_id
    fresh = new_ids(now, len(entries))
    await transaction.all(DELETE_ADDRESSES[kind], customer_id=caller.customer_id, contact_id=contact_id)
    after = _applied(entries, [there[kept[i]] if i in kept else Stored(id_, now) for i, id_ in enumerate(fresh)])
    await _insert(caller, transaction, kind, contact_id, after)
    return address_changes(kind, before, after)


DEMOTE_PRIMARY = _each(
    lambda kind: (
        sa.update(kind.table).values(is_primary=sa.false()).where(*_of_contact(kind.table), kind.table.c.is_primary)
    )
)


def _demoted(before: Sequence[Stored], entry: AddressEntry) -> list[Stored]:
    """Return the addresses as they are once a primary one takes the place of the one before."""
    return [one._replace(is_primary=False) if entry.is_primary else one for one in before]


async def add(
    caller: Caller, transaction: Transaction, contact_id: str, now: datetime, given: Given
) -> list[FieldChange]:
    """Add an address to a contact, which is locked; return the changes. Raises InvalidArgument, AlreadyExists."""
    entry = given.entry()
    kind = entry.kind
    before = await stored(caller, transaction, kind, contact_id)
    if len(before) >= MOST_ADDRESSES:
        message = f"a contact has at most {MOST_ADDRESSES} {kind.table.name.replace('_', ' ')}"
        raise InvalidArgument.of([FieldProblem(entry.field, message, Reason.TOO_MANY_ENTRIES)])
    if entry.is_primary:
        await transaction.all(DEMOTE_PRIMARY[kind], customer_id=caller.customer_id, contact_id=contact_id)
    added = _applied([entry], [Stored(new_id(now), now)])
    try:
        await _insert(caller, transaction, kind, contact_id, added)
    except UniqueViolation as error:
        raise _exists(entry) from error
    return address_changes(kind, before, _demoted(before, entry) + added)


KIND_OF_ADDRESS = Query(
    sa.union_all(
        *(
            sa.select(sa.literal_column(str(i), sa.Integer)).where(
                *_of_address(kind.table), kind.table.c.tm_delete.is_(None)
            )
            for i, kind in enumerate(KINDS)
        )
    )
)


async def kind_of(caller: Caller, database: Connection, contact_id: str, address_id: str) -> Kind | None:
    """Return of which kind an address of a live contact is, None where there is none."""
    row = await database.one(
        KIND_OF_ADDRESS, customer_id=caller.customer_id, contact_id=contact_id, address_id=address_id
    )
    return KINDS[row[0]] if row else None


UPDATE_ADDRESS = _each(
    lambda kind: (
        sa.update(kind.table).values(values_of(kind.table, *kind.columns, *OF_REQUEST)).where(*_of_address(kind.table))
    )
)


async def update(
    caller: Caller, transaction: Transaction, contact_id: str, address_id: str, change: Changed
) -> list[FieldChange]:
    """Change an address of a contact, which is locked; return the changes. Raises NotFound, AlreadyExists."""
    entry = change.entry()
    kind = entry.kind
    before = await stored(caller, transaction, kind, contact_id)
    there = next((one for one in before if one.id == address_id), None)
    if there is None:
        raise no_such(entry.unknown, kind.word)
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
    if entry.is_primary:
        await transaction.all(DEMOTE_PRIMARY[kind], **ids)
    is_primary = there.is_primary if entry.is_primary is None else entry.is_primary
    changed = there._replace(is_primary=is_primary, kept=entry.applied_to(there.kept))
    try:
        await transaction.run_many(
            UPDATE_ADDRESS[kind], [ids | values_of_address(changed) | {"address_id": address_id}]
        )
    except UniqueViolation as error:
        raise _exists(entry) from error
    return address_changes(kind, before, [*_demoted([one for one in before if one is not there], entry), changed])


DELETE_ADDRESS = _each(
    lambda kind: sa.delete(kind.table).where(*_of_address(kind.table)).returning(*stored_columns(kind))
)


async def remove(
    caller: Caller, transaction: Transaction, kind: Kind | None, contact_id: str, address_id: str
) -> list[FieldChange]:
    """Take an address of a kind, None for any, off a contact, which is locked; return the change. Raises NotFound."""
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id, "address_id": address_id}
    for one in KINDS if kind is None else (kind,):
        if row := await transaction.one(DELETE_ADDRESS[one], **ids):
            return address_changes(one, [stored_of(one, row)], [])
    raise no_such(kind.unknown, kind.word) if kind else no_such(Reason.ADDRESS_NOT_FOUND)


HIDE_ADDRESSES = _each(lambda kind: sa.update(kind.table).values(tm_delete=NOW).where(*_of_contact(kind.table)))


async def hide_all(caller: Caller, transaction: Transaction, contact_id: str, now: datetime) -> None:
    """Let no lookup find a contact that is being deleted."""
    await _set_deleted(caller, transaction, contact_id, now)


async def show_all(caller: Caller, transaction: Transaction, contact_id: str) -> None:
    """Let lookups find a contact again."""
    await _set_deleted(caller, transaction, contact_id, None)


async def _set_deleted(caller: Caller, transaction: Transaction, contact_id: str, time: datetime | None) -> None:
    for kind in KINDS:
        await transaction.all(HIDE_ADDRESSES[kind], customer_id=caller.customer_id, contact_id=contact_id, now=time)


def _exists(entry: AddressEntry) -> AlreadyExists:
    message = f"the contact already has the {entry.kind.word} {entry.normalized}"
    return AlreadyExists(entry.exists, f"{entry.field}: {message}", [FieldProblem(entry.field, message)])


def no_such(reason: Reason, word: str = "address") -> NotFound:
    """Return the error for an id that is no address of the contact."""
    return NotFound(reason, f"the contact has no such {word}")
