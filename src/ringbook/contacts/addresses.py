"""The addresses of a contact, its phone numbers and its emails: two tables, one set of rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.clock import new_id, new_ids
from ringbook.database.engine import Query, Transaction, UniqueViolation
from ringbook.database.parameters import CONTACT_ID, CUSTOMER_ID, NOW, changes_of, values_of
from ringbook.database.rendering import json_list, json_object, json_values
from ringbook.database.schema import IdColumn, emails, phone_numbers
from ringbook.errors import AlreadyExists, FieldProblem, InvalidArgument, NotFound, Reason
from ringbook.tenants.caller import Caller
from ringbook.values import email, phone
from ringbook.values.fields import Id, Ignored, ReadOnlyKeys, Time

MOST_ADDRESSES = 100
"""How many of each kind a contact may have."""

PhoneType = Literal["mobile", "work", "home", "fax", "other"]
EmailType = Literal["work", "personal", "other"]


class PhoneNumber(msgspec.Struct):
    """A phone number of a contact, as it is answered."""

    id: Id
    number: Annotated[str, Meta(description="As entered.")]
    number_e164: Annotated[str, Meta(description="In the form of ITU-T E.164: + and 7 to 15 digits.")]
    type: PhoneType
    is_primary: bool
    tm_create: Time


class Email(msgspec.Struct):
    """An email address of a contact, as it is answered."""

    id: Id
    address: Annotated[str, Meta(description="In lower case.", extra_json_schema={"format": "email"})]
    type: EmailType
    is_primary: bool
    tm_create: Time


class AddressKeys(ReadOnlyKeys, kw_only=True):
    """The keys of an address that a client cannot set."""

    id: Annotated[
        Any, Meta(description="In a list that replaces another: the address to keep. Accepted and ignored elsewhere.")
    ] = None
    number_e164: Ignored = None


class ChangedPhoneNumber(AddressKeys, forbid_unknown_fields=True, kw_only=True):
    """What to change of a phone number."""

    number: phone.Number | None = None
    type: PhoneType | Literal[""] | None = None
    is_primary: bool | None = None


class PhoneNumberIn(AddressKeys, forbid_unknown_fields=True, kw_only=True):
    """A phone number to add."""

    number: phone.Number
    type: PhoneType | Literal[""] | None = None
    is_primary: bool | None = None

    @staticmethod
    def problems_between(given: "Sequence[PhoneNumberIn | None]") -> list[FieldProblem]:
        """Return what is wrong between the entries of a list, None for one that is wrong itself."""
        return doubled(PHONE_NUMBERS, given)


class ChangedEmail(AddressKeys, forbid_unknown_fields=True, kw_only=True):
    """What to change of an email address."""

    address: email.Address | None = None
    type: EmailType | Literal[""] | None = None
    is_primary: bool | None = None


class EmailIn(AddressKeys, forbid_unknown_fields=True, kw_only=True):
    """An email address to add."""

    address: email.Address
    type: EmailType | Literal[""] | None = None
    is_primary: bool | None = None

    @staticmethod
    def problems_between(given: "Sequence[EmailIn | None]") -> list[FieldProblem]:
        """Return what is wrong between the entries of a list, None for one that is wrong itself."""
        return doubled(EMAILS, given)


Changed = ChangedPhoneNumber | ChangedEmail
Given = PhoneNumberIn | EmailIn


@dataclass(frozen=True, eq=False)
class Kind:
    """Phone numbers, or emails: where they are kept, and the words for what can be wrong."""

    table: sa.Table
    """It is named as the list in a contact."""
    entered: str
    """The field of a request that holds what a person typed."""
    normalized: str
    """The column that a lookup asks for."""
    columns: Mapping[str, str]
    """What is kept of the entered value: its attribute for each column."""
    word: str
    duplicate: Reason
    exists: Reason
    unknown: Reason


PHONE_NUMBERS = Kind(
    table=phone_numbers,
    entered="number",
    normalized="number_e164",
    columns={"number": "entered", "number_e164": "e164"},
    word="phone number",
    duplicate=Reason.DUPLICATE_PHONE_NUMBER,
    exists=Reason.PHONE_NUMBER_EXISTS,
    unknown=Reason.PHONE_NUMBER_NOT_FOUND,
)
EMAILS = Kind(
    table=emails,
    entered="address",
    normalized="address",
    columns={"address": "normalized"},
    word="email address",
    duplicate=Reason.DUPLICATE_EMAIL_ADDRESS,
    exists=Reason.EMAIL_EXISTS,
    unknown=Reason.EMAIL_NOT_FOUND,
)
KINDS = (PHONE_NUMBERS, EMAILS)


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


def doubled(kind: Kind, given: Sequence[Given | None]) -> list[FieldProblem]:
    """Return a problem for each address that the list has before already; None stands for one that is refused."""
    problems = []
    seen: dict[str | None, int] = {}
    for i, one in enumerate(given):
        if one is None:
            continue
        value = _row(kind, one)[kind.normalized]
        if value in seen:
            message = f"{value} is the same {kind.word} as {kind.table.name}[{seen[value]}]"
            problems.append(FieldProblem(f"{kind.table.name}[{i}].{kind.entered}", message, kind.duplicate))
        seen.setdefault(value, i)
    return problems


def _row(kind: Kind, one: Given | Changed) -> dict[str, Any]:
    """Return what is kept of the entered value, by column: None where it was not given."""
    value = getattr(one, kind.entered)
    return {column: getattr(value, attribute, None) for column, attribute in kind.columns.items()}


def _of_contact(t: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    return t.c.customer_id == CUSTOMER_ID, t.c.contact_id == CONTACT_ID


def _of_address(t: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    return *_of_contact(t), t.c.id == sa.bindparam("address_id", type_=IdColumn)


def _each(statement: Callable[[Kind], sa.Executable]) -> dict[Kind, Query]:
    """Return the statement for each kind."""
    return {kind: Query(statement(kind)) for kind in KINDS}


INSERT_ADDRESS = _each(
    lambda kind: sa.insert(kind.table).values(
        values_of(kind.table, *kind.columns, "id", "type", "is_primary")
        | {"customer_id": CUSTOMER_ID, "contact_id": CONTACT_ID, "tm_create": NOW}
    )
)


async def add_all(
    caller: Caller, transaction: Transaction, kind: Kind, contact_id: str, now: datetime, given: Sequence[Given]
) -> None:
    """Add addresses to a contact that has none of the kind; the last primary one alone is primary."""
    await _insert(caller, transaction, kind, contact_id, given, [(id_, now) for id_ in new_ids(now, len(given))])


async def _insert(
    caller: Caller,
    transaction: Transaction,
    kind: Kind,
    contact_id: str,
    given: Sequence[Given],
    ids_and_times: Sequence[tuple[str, Any]],
) -> None:
    """Insert addresses, each with its id and tm_create. Raises UniqueViolation."""
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
    primary = max((i for i, one in enumerate(given) if one.is_primary), default=None)
    rows = [
        _row(kind, one) | ids | {"id": id_, "now": time, "type": one.type or "other", "is_primary": i == primary}
        for i, (one, (id_, time)) in enumerate(zip(given, ids_and_times, strict=True))
    ]
    if rows:
        await transaction.run_many(INSERT_ADDRESS[kind], rows)


ADDRESSES_OF_CONTACT = _each(
    lambda kind: (
        sa.select(kind.table.c.id, kind.table.c[kind.normalized], kind.table.c.tm_create)
        .where(*_of_contact(kind.table))
        .order_by(kind.table.c.id)
    )
)
DELETE_ADDRESSES = _each(lambda kind: sa.delete(kind.table).where(*_of_contact(kind.table)))


async def replace_all(
    caller: Caller, transaction: Transaction, kind: Kind, contact_id: str, now: datetime, given: Sequence[Given]
) -> None:
    """Give the contact, which is locked, these addresses of the kind and no others.

    One whose id is on the contact, else whose value is, keeps its id and tm_create.
    """
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
    there = {str(row[0]): row for row in await transaction.all(ADDRESSES_OF_CONTACT[kind], **ids)}
    by_value = {row[1]: address_id for address_id, row in there.items()}
    kept: dict[int, str] = {}
    for wanted in (
        [str(one.id).lower() for one in given],
        [by_value.get(_row(kind, one)[kind.normalized], "") for one in given],
    ):
        for i, address_id in enumerate(wanted):
            if i not in kept and address_id in there and address_id not in kept.values():
                kept[i] = address_id
    fresh = iter(new_ids(now, len(given)))
    ids_and_times = [(kept[i], there[kept[i]][2]) if i in kept else (next(fresh), now) for i in range(len(given))]
    await transaction.all(DELETE_ADDRESSES[kind], **ids)
    await _insert(caller, transaction, kind, contact_id, given, ids_and_times)


DEMOTE_PRIMARY = _each(
    lambda kind: (
        sa.update(kind.table).values(is_primary=sa.false()).where(*_of_contact(kind.table), kind.table.c.is_primary)
    )
)


async def add(
    caller: Caller, transaction: Transaction, kind: Kind, contact_id: str, now: datetime, given: Given
) -> None:
    """Add an address to a contact, which is locked. Raises InvalidArgument, AlreadyExists."""
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
    if len(await transaction.all(ADDRESSES_OF_CONTACT[kind], **ids)) >= MOST_ADDRESSES:
        message = f"a contact has at most {MOST_ADDRESSES} {kind.table.name.replace('_', ' ')}"
        raise InvalidArgument.of([FieldProblem(kind.entered, message, Reason.TOO_MANY_ENTRIES)])
    if given.is_primary:
        await transaction.all(DEMOTE_PRIMARY[kind], **ids)
    try:
        await _insert(caller, transaction, kind, contact_id, [given], [(new_id(now), now)])
    except UniqueViolation as error:
        raise _exists(kind, given) from error


UPDATE_ADDRESS = _each(
    lambda kind: (
        sa.update(kind.table)
        .values(changes_of(kind.table, *kind.columns, "type", "is_primary"))
        .where(*_of_address(kind.table))
        .returning(kind.table.c.id)
    )
)


async def update(
    caller: Caller, transaction: Transaction, kind: Kind, contact_id: str, address_id: str, change: Changed
) -> None:
    """Change an address of a contact, which is locked. Raises NotFound, AlreadyExists."""
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id}
    if change.is_primary:
        await transaction.all(DEMOTE_PRIMARY[kind], **ids)
    type_ = "other" if change.type == "" else change.type
    values = _row(kind, change) | {"type": type_, "is_primary": change.is_primary}
    changes = {f"new_{name}": value for name, value in values.items()}
    try:
        row = await transaction.one(UPDATE_ADDRESS[kind], **ids, address_id=address_id, **changes)
    except UniqueViolation as error:
        raise _exists(kind, change) from error
    if row is None:
        raise _not_found(kind)


DELETE_ADDRESS = _each(lambda kind: sa.delete(kind.table).where(*_of_address(kind.table)).returning(kind.table.c.id))


async def remove(caller: Caller, transaction: Transaction, kind: Kind, contact_id: str, address_id: str) -> None:
    """Take an address off a contact, which is locked. Raises NotFound."""
    ids = {"customer_id": caller.customer_id, "contact_id": contact_id, "address_id": address_id}
    if await transaction.one(DELETE_ADDRESS[kind], **ids) is None:
        raise _not_found(kind)


HIDE_ADDRESSES = _each(lambda kind: sa.update(kind.table).values(tm_delete=NOW).where(*_of_contact(kind.table)))


async def hide_all(caller: Caller, transaction: Transaction, contact_id: str, now: datetime) -> None:
    """Let no lookup find a contact that is being deleted."""
    for kind in KINDS:
        await transaction.all(HIDE_ADDRESSES[kind], customer_id=caller.customer_id, contact_id=contact_id, now=now)


def _exists(kind: Kind, one: Given | Changed) -> AlreadyExists:
    message = f"the contact already has the {kind.word} {_row(kind, one)[kind.normalized]}"
    return AlreadyExists(kind.exists, f"{kind.entered}: {message}", [FieldProblem(kind.entered, message)])


def _not_found(kind: Kind) -> NotFound:
    return NotFound(kind.unknown, f"the contact has no such {kind.word}")
