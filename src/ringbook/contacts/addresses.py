"""The phone numbers and emails of a contact: two tables, one set of rules."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.clock import new_id, new_ids
from ringbook.contacts.row import CUSTOMER_ID, NOW
from ringbook.database.engine import Query, Transaction, UniqueViolation
from ringbook.database.rendering import json_list, json_object, json_values
from ringbook.database.schema import emails, phone_numbers
from ringbook.errors import AlreadyExists, FieldProblem, InvalidArgument, NotFound, Reason
from ringbook.values import email, phone
from ringbook.values.fields import Id, ReadOnlyKeys, Text, Time

MOST = 100

PhoneType = Literal["mobile", "work", "home", "fax", "other"]
EmailType = Literal["work", "personal", "other"]
NumberText = Annotated[
    Text, Meta(description="As entered: with its country, or in the customer's default region.", max_length=50)
]
AddressText = Annotated[Text, Meta(max_length=email.LONGEST, extra_json_schema={"format": "email"})]


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


class ChangedPhoneNumber(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """What to change of a phone number."""

    number: NumberText | None = None
    type: PhoneType | Literal[""] | None = None
    is_primary: bool | None = None


class PhoneNumberIn(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """A phone number to add. In a list that replaces another, an `id` of that list keeps its entry."""

    number: NumberText
    type: PhoneType | Literal[""] | None = None
    is_primary: bool | None = None


class ChangedEmail(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """What to change of an email address."""

    address: AddressText | None = None
    type: EmailType | Literal[""] | None = None
    is_primary: bool | None = None


class EmailIn(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """An email address to add. In a list that replaces another, an `id` of that list keeps its entry."""

    address: AddressText
    type: EmailType | Literal[""] | None = None
    is_primary: bool | None = None


Changed = ChangedPhoneNumber | ChangedEmail
Given = PhoneNumberIn | EmailIn | Changed


class Checked(NamedTuple):
    """An entry that may be stored: `values` as entered and normalised, by column; None where not given."""

    id: str
    key: str | None
    values: dict[str, str | None]
    type: str | None
    is_primary: bool | None


class Kind:
    """Phone numbers, or emails: the table, its statements, and the words for what can be wrong."""

    def __init__(
        self,
        table: sa.Table,
        entered: str,
        normalized: str,
        normalize: Callable[[str, str], str],
        reasons: tuple[Reason, Reason, Reason, Reason],
    ) -> None:
        self.name, self.entered, self.normalized, self.normalize = table.name, entered, normalized, normalize
        self.invalid, self.duplicate, self.exists, self.unknown = reasons
        self.columns = tuple(dict.fromkeys((entered, normalized)))
        self.word = "phone number" if table is phone_numbers else "email address"
        self._table = t = table
        key = t.c.id
        self._contact_id = sa.bindparam("contact_id", type_=t.c.contact_id.type)
        of_contact = (t.c.customer_id == CUSTOMER_ID, t.c.contact_id == self._contact_id)
        of_entry = (*of_contact, key == sa.bindparam("id", type_=key.type))
        kept = {name: sa.bindparam(name, type_=t.c[name].type) for name in (*self.columns, "type", "is_primary")}
        self.insert = Query(
            sa.insert(t).values(
                kept
                | {"customer_id": CUSTOMER_ID, "contact_id": self._contact_id}
                | {"id": sa.bindparam("id", type_=key.type), "tm_create": NOW}
            )
        )
        given = {f"new_{name}": sa.bindparam(f"new_{name}", type_=t.c[name].type) for name in kept}
        self.update = Query(
            sa.update(t)
            .values({name: sa.func.coalesce(given[f"new_{name}"], t.c[name]) for name in kept})
            .where(*of_entry)
            .returning(key)
        )
        self.demote = Query(sa.update(t).values(is_primary=sa.false()).where(*of_contact, t.c.is_primary))
        self.remove = Query(sa.delete(t).where(*of_entry).returning(key))
        self.remove_all = Query(sa.delete(t).where(*of_contact))
        self.hide_all = Query(sa.update(t).values(tm_delete=NOW).where(*of_contact))
        self.list = Query(sa.select(key, t.c[normalized], t.c.tm_create).where(*of_contact).order_by(key))

    def json_of(self, contacts: sa.FromClause) -> sa.ColumnElement[Any]:
        """Return the JSON list of a contact's entries: the primary one first, then as added."""
        t = self._table
        rows = (
            sa.select(t)
            .where(t.c.customer_id == contacts.c.customer_id, t.c.contact_id == contacts.c.id)
            .order_by(t.c.is_primary.desc(), t.c.id)
            .correlate(contacts)
            .subquery()
        )
        return json_list(
            rows, json_object(**json_values(rows.c, "id", *self.columns, "type", "is_primary", "tm_create"))
        )

    def probe(self, parameter: str) -> sa.ScalarSelect[Any]:
        """Return the id of the contact that a lookup for the value of `parameter` answers."""
        return self.probe_of(sa.bindparam(parameter, type_=sa.Text))

    def probe_of(self, value: sa.ColumnElement[str]) -> sa.ScalarSelect[Any]:
        """Return the id of the contact that a lookup for `value` answers: an index's first entry."""
        t = self._table
        return (
            sa.select(t.c.contact_id)
            .where(
                t.c.customer_id == CUSTOMER_ID,
                t.c[self.normalized] == value,
                t.c.tm_delete.is_(None),
            )
            .order_by(t.c.is_primary.desc(), t.c.contact_id.desc())
            .limit(sa.literal_column("1"))
            .correlate_except(t)
            .scalar_subquery()
        )


PHONE_NUMBERS = Kind(
    phone_numbers,
    "number",
    "number_e164",
    phone.to_e164,
    (
        Reason.INVALID_PHONE_NUMBER,
        Reason.DUPLICATE_PHONE_NUMBER,
        Reason.PHONE_NUMBER_EXISTS,
        Reason.PHONE_NUMBER_NOT_FOUND,
    ),
)
EMAILS = Kind(
    emails,
    "address",
    "address",
    lambda text, _region: email.normalize(text),
    (
        Reason.INVALID_EMAIL_ADDRESS,
        Reason.DUPLICATE_EMAIL_ADDRESS,
        Reason.EMAIL_EXISTS,
        Reason.EMAIL_NOT_FOUND,
    ),
)


def chosen(numbers: int, mails: int = 0) -> sa.ColumnElement[Any]:
    """Return the id of the contact found by the first of so many numbers, else by the address if there is one.

    Parameters `number_0`, `number_1`, ... and `address`. Each probe is the first entry of an index.
    """
    probes = [PHONE_NUMBERS.probe(f"number_{i}") for i in range(numbers)]
    probes += [EMAILS.probe("address")] if mails else []
    return sa.func.coalesce(*probes) if len(probes) > 1 else probes[0]


def check_all(
    kind: Kind, entries: Sequence[Given] | None, region: str, problems: list[FieldProblem]
) -> list[Checked] | None:
    """Return the entries normalised, the last primary one alone primary; what is wrong goes to `problems`."""
    if entries is None:
        return None
    checked: list[Checked] = []
    keys: list[str | None] = []
    for i, entry in enumerate(entries):
        try:
            one = _checked(kind, entry, region)
        except ValueError as error:
            problems.append(FieldProblem(f"{kind.name}[{i}].{kind.entered}", str(error), kind.invalid))
            keys.append(None)
            continue
        keys.append(one.key)
        checked.append(one)
    problems += doubled(kind, keys)
    last = max((i for i, one in enumerate(checked) if one.is_primary), default=None)
    return [one._replace(is_primary=i == last) for i, one in enumerate(checked)]


def doubled(kind: Kind, keys: Sequence[str | None]) -> list[FieldProblem]:
    """Return a problem for each entry whose normalised value, None for one that has none, an entry before it has."""
    found = []
    seen: dict[str, int] = {}
    for i, key in enumerate(keys):
        if key in seen:
            message = f"{key} is the same {kind.word} as {kind.name}[{seen[key]}]"
            found.append(FieldProblem(f"{kind.name}[{i}].{kind.entered}", message, kind.duplicate))
        elif key is not None:
            seen[key] = i
    return found


def check_one(kind: Kind, entry: Given, region: str) -> Checked:
    """Return the entry normalised. Raises InvalidArgument."""
    try:
        return _checked(kind, entry, region)
    except ValueError as error:
        raise InvalidArgument.of([FieldProblem(kind.entered, str(error), kind.invalid)]) from error


def _checked(kind: Kind, entry: Given, region: str) -> Checked:
    text = getattr(entry, kind.entered)
    key = None if text is None else kind.normalize(text, region)
    values = {kind.entered: None if text is None else text.strip(), kind.normalized: key}
    entry_id = entry.id.lower() if isinstance(entry.id, str) else ""
    return Checked(entry_id, key, values, "other" if entry.type == "" else entry.type, entry.is_primary)


def _row(customer_id: str, contact_id: str, entry_id: str, tm_create: Any, one: Checked) -> dict[str, Any]:
    return one.values | {
        "customer_id": customer_id,
        "contact_id": contact_id,
        "id": entry_id,
        "now": tm_create,
        "type": one.type or "other",
        "is_primary": bool(one.is_primary),
    }


async def add_all(
    transaction: Transaction,
    kind: Kind,
    customer_id: str,
    contact_id: str,
    now: datetime,
    entries: Sequence[Checked],
) -> None:
    """Add checked entries to a contact that has none."""
    if entries:
        ids = new_ids(now, len(entries))
        rows = [_row(customer_id, contact_id, i, now, one) for i, one in zip(ids, entries, strict=True)]
        await transaction.run_many(kind.insert, rows)


async def replace_all(
    transaction: Transaction,
    kind: Kind,
    customer_id: str,
    contact_id: str,
    now: datetime,
    entries: Sequence[Checked],
) -> None:
    """Give the contact, which is locked, these entries and no others.

    One whose id is on the contact, else whose value is, keeps its id and tm_create.
    """
    ids = {"customer_id": customer_id, "contact_id": contact_id}
    there = {str(row[0]): row for row in await transaction.all(kind.list, **ids)}
    by_value = {row[1]: key for key, row in there.items()}
    kept: dict[int, str] = {}
    for identify in (lambda one: one.id, lambda one: by_value.get(one.key, "")):
        for i, one in enumerate(entries):
            key = identify(one)
            if i not in kept and key in there and key not in kept.values():
                kept[i] = key
    fresh = iter(new_ids(now, len(entries)))
    rows = []
    for i, one in enumerate(entries):
        key = kept.get(i) or next(fresh)
        rows.append(_row(customer_id, contact_id, key, there[key][2] if i in kept else now, one))
    await transaction.all(kind.remove_all, **ids)
    if rows:
        await transaction.run_many(kind.insert, rows)


async def add(
    transaction: Transaction, kind: Kind, customer_id: str, contact_id: str, now: datetime, entry: Checked
) -> None:
    """Add a checked entry to a contact, which is locked. Raises InvalidArgument, AlreadyExists."""
    ids = {"customer_id": customer_id, "contact_id": contact_id}
    there = await transaction.all(kind.list, **ids)
    if len(there) >= MOST:
        message = f"a contact has at most {MOST} {kind.name.replace('_', ' ')}"
        raise InvalidArgument.of([FieldProblem(kind.entered, message, Reason.TOO_MANY_ENTRIES)])
    if entry.is_primary:
        await transaction.all(kind.demote, **ids)
    try:
        await transaction.run_many(kind.insert, [_row(customer_id, contact_id, new_id(now), now, entry)])
    except UniqueViolation as error:
        raise _exists(kind, entry) from error


async def update(
    transaction: Transaction, kind: Kind, customer_id: str, contact_id: str, entry_id: str, entry: Checked
) -> None:
    """Change an entry of a contact, which is locked. Raises NotFound, AlreadyExists."""
    ids = {"customer_id": customer_id, "contact_id": contact_id}
    if entry.is_primary:
        await transaction.all(kind.demote, **ids)
    values = {f"new_{name}": value for name, value in entry.values.items()}
    try:
        row = await transaction.one(
            kind.update, **ids, id=entry_id, new_type=entry.type, new_is_primary=entry.is_primary, **values
        )
    except UniqueViolation as error:
        raise _exists(kind, entry) from error
    if row is None:
        raise _not_found(kind)


async def remove(transaction: Transaction, kind: Kind, customer_id: str, contact_id: str, entry_id: str) -> None:
    """Take an entry off a contact, which is locked. Raises NotFound."""
    if await transaction.one(kind.remove, customer_id=customer_id, contact_id=contact_id, id=entry_id) is None:
        raise _not_found(kind)


async def hide_all(transaction: Transaction, kind: Kind, customer_id: str, contact_id: str, now: datetime) -> None:
    """Keep lookups from finding a contact that is being deleted by its entries."""
    await transaction.all(kind.hide_all, customer_id=customer_id, contact_id=contact_id, now=now)


def _exists(kind: Kind, entry: Checked) -> AlreadyExists:
    message = f"the contact already has the {kind.word} {entry.key}"
    return AlreadyExists(kind.exists, f"{kind.entered}: {message}", [FieldProblem(kind.entered, message)])


def _not_found(kind: Kind) -> NotFound:
    return NotFound(kind.unknown, f"the contact has no such {kind.word}")
