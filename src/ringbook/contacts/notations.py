"""The two notations of a contact's addresses, and which of them counts where a request has both. Pure.

The API's tutorial has the lists `phone_numbers` and `emails`; its clients of today have one list, `addresses`. An entry
of the one is an entry of the other, with the same id: see docs/api.md, "Two notations".
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.database.schema import emails, phone_numbers
from ringbook.errors import FieldProblem, InvalidArgument, Reason
from ringbook.values import email, phone
from ringbook.values.fields import Id, Ignored, ReadOnlyKeys, Text, Time

MOST_ADDRESSES = 100
"""How many of each kind a contact may have."""

PhoneType = Literal["mobile", "work", "home", "fax", "other"]
EmailType = Literal["work", "personal", "other"]


@dataclass(frozen=True, eq=False)
class Kind:
    """Phone numbers, or emails: where they are kept, and the words of both notations for them."""

    table: sa.Table
    """It is named as the list in the tutorial's notation."""
    entered: str
    """The field of the tutorial's notation that holds what a person typed."""
    normalized: str
    """The column that a lookup asks for."""
    columns: Mapping[str, str]
    """What is kept of the entered value: its attribute for each column."""
    address_type: str
    """The `type` in the list `addresses`."""
    names: Mapping[str, str]
    """The `name` that each type has in the list `addresses`."""
    word: str
    duplicate: Reason
    exists: Reason
    unknown: Reason


PHONE_NUMBERS = Kind(
    table=phone_numbers,
    entered="number",
    normalized="number_e164",
    columns={"number": "entered", "number_e164": "e164"},
    address_type="tel",
    names={"mobile": "Mobile", "work": "Work", "home": "Home", "fax": "Fax", "other": ""},
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
    address_type="email",
    names={"work": "Work", "personal": "Personal", "other": ""},
    word="email address",
    duplicate=Reason.DUPLICATE_EMAIL_ADDRESS,
    exists=Reason.EMAIL_EXISTS,
    unknown=Reason.EMAIL_NOT_FOUND,
)
KINDS = (PHONE_NUMBERS, EMAILS)


class Kept(NamedTuple):
    """What is kept of an address, whether it is the primary one aside."""

    values: Mapping[str, str]
    """Of what was entered, by column."""
    type: str
    label: str | None
    """A name that is not the type's own; None where it is."""
    detail: str


class Stored(NamedTuple):
    """An address of a contact, as it is stored."""

    id: str
    tm_create: Any
    is_primary: bool = False
    kept: Kept = Kept({}, "other", None, "")
    """Of a new one nothing yet."""


class AddressEntry(NamedTuple):
    """What a request says of an address, in either notation; None is what it does not say."""

    kind: Kind
    id: str
    value: phone.Number | email.Address | None
    type: str | None
    is_primary: bool | None
    by_target: bool = False
    """Whether it is in the notation of the list `addresses`, which alone has what follows."""
    is_named: bool = False
    """Whether it says which label there is to be."""
    label: str | None = None
    detail: str | None = None

    @property
    def values(self) -> Mapping[str, str]:
        """What is kept of the entered value, by column."""
        return {column: getattr(self.value, attribute) for column, attribute in self.kind.columns.items()}

    @property
    def normalized(self) -> str:
        """The value as a lookup asks for it."""
        return self.values[self.kind.normalized]

    @property
    def field(self) -> str:
        """The field with what a person typed."""
        return "target" if self.by_target else self.kind.entered

    @property
    def exists(self) -> Reason:
        """The reason where the contact has the address already."""
        return Reason.ADDRESS_ALREADY_EXISTS if self.by_target else self.kind.exists

    @property
    def unknown(self) -> Reason:
        """The reason where the contact has no such address."""
        return Reason.ADDRESS_NOT_FOUND if self.by_target else self.kind.unknown

    def applied_to(self, before: Kept) -> Kept:
        """Return what is kept of an address of which `before` is kept."""
        type_ = before.type if self.type is None else self.type
        unnamed = before.label if type_ == before.type else None
        values = before.values if self.value is None else self.values
        if self.by_target and values.get(self.kind.entered) == before.values.get(self.kind.normalized):
            values = before.values  # as an answer shows it, in E.164: what was entered stays
        return Kept(
            values,
            type_,
            self.label if self.is_named else unnamed,
            before.detail if self.detail is None else self.detail,
        )


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


class ContactAddress(msgspec.Struct):
    """A phone number or an email address of a contact, as the list `addresses` has it."""

    id: Annotated[str, Meta(description="The same as in the other notation.", extra_json_schema={"format": "uuid"})]
    customer_id: Id
    contact_id: Id
    type: Literal["tel", "email"]
    target: Annotated[str, Meta(description="The number in E.164, or the email address.")]
    target_name: Annotated[str, Meta(description="Always empty.")]
    name: Annotated[str, Meta(description="As it was given; else that of its type.")]
    detail: str
    is_primary: bool
    tm_create: Time


class AddressKeys(ReadOnlyKeys, kw_only=True):
    """The keys of an address that a client cannot set."""

    id: Annotated[
        Any, Meta(description="In a list that replaces another: the address to keep. Accepted and ignored elsewhere.")
    ] = None
    number_e164: Ignored = None
    target_name: Ignored = None


class _InTutorial(AddressKeys, kw_only=True):
    """An address in the tutorial's notation."""

    kind: ClassVar[Kind]
    absent_type: ClassVar[str | None] = "other"
    """What it is where its type is absent; None for what it is already."""
    type: Any = None
    is_primary: bool | None = None

    def entry(self) -> AddressEntry:
        """Return what is said of the address."""
        return AddressEntry(
            kind=self.kind,
            id=str(self.id or "").lower(),
            value=getattr(self, self.kind.entered),
            type=self.absent_type if self.type is None else self.type or "other",
            is_primary=self.is_primary,
        )


class ChangedPhoneNumber(_InTutorial, forbid_unknown_fields=True, kw_only=True):
    """What to change of a phone number."""

    kind: ClassVar[Kind] = PHONE_NUMBERS
    absent_type: ClassVar[None] = None
    number: phone.Number | None = None
    type: PhoneType | Literal[""] | None = None


class PhoneNumberIn(_InTutorial, forbid_unknown_fields=True, kw_only=True):
    """A phone number to add."""

    kind: ClassVar[Kind] = PHONE_NUMBERS
    number: phone.Number
    type: PhoneType | Literal[""] | None = None

    @staticmethod
    def problems_between(given: "Sequence[PhoneNumberIn | None]") -> list[FieldProblem]:
        """Return what is wrong between the entries of a list, None for one that is wrong itself."""
        return _problems_between("phone_numbers", given)


class ChangedEmail(_InTutorial, forbid_unknown_fields=True, kw_only=True):
    """What to change of an email address."""

    kind: ClassVar[Kind] = EMAILS
    absent_type: ClassVar[None] = None
    address: email.Address | None = None
    type: EmailType | Literal[""] | None = None


class EmailIn(_InTutorial, forbid_unknown_fields=True, kw_only=True):
    """An email address to add."""

    kind: ClassVar[Kind] = EMAILS
    address: email.Address
    type: EmailType | Literal[""] | None = None

    @staticmethod
    def problems_between(given: "Sequence[EmailIn | None]") -> list[FieldProblem]:
        """Return what is wrong between the entries of a list, None for one that is wrong itself."""
        return _problems_between("emails", given)


class _ByTarget(AddressKeys, kw_only=True):
    """An address in the notation of the list `addresses`."""

    kind: ClassVar[Kind]
    target: Any
    name: (
        Annotated[
            Text,
            Meta(
                max_length=255, description="A type of the kind, in any case, sets the type; any other text, `other`."
            ),
        ]
        | None
    ) = None
    detail: Annotated[Text, Meta(max_length=255)] | None = None
    is_primary: bool | None = None

    def entry(self) -> AddressEntry:
        """Return what is said of the address."""
        type_ = label = None
        if self.name is not None:
            name = self.name.strip()
            type_ = name.casefold() if name.casefold() in self.kind.names else "other"
            label = None if name == self.kind.names[type_] else name
        return AddressEntry(
            kind=self.kind,
            by_target=True,
            id=str(self.id or "").lower(),
            value=self.target,
            type=type_,
            label=label,
            is_named=self.name is not None,
            detail=self.detail,
            is_primary=self.is_primary,
        )

    @staticmethod
    def problems_between(given: "Sequence[_ByTarget | None]") -> list[FieldProblem]:
        """Return what is wrong between the entries of a list, None for one that is wrong itself."""
        counts = Counter(one.kind for one in given if one)
        many = [
            FieldProblem(
                "addresses", f"has more than {MOST_ADDRESSES} of the type {kind.address_type}", Reason.TOO_MANY_ENTRIES
            )
            for kind in KINDS
            if counts[kind] > MOST_ADDRESSES
        ]
        return many + _problems_between("addresses", given)


class TelAddressIn(_ByTarget, tag_field="type", tag="tel", forbid_unknown_fields=True, kw_only=True):
    """A phone number to add, in the notation of the list `addresses`."""

    kind: ClassVar[Kind] = PHONE_NUMBERS
    target: phone.Number


class EmailAddressIn(_ByTarget, tag_field="type", tag="email", forbid_unknown_fields=True, kw_only=True):
    """An email address to add, in the notation of the list `addresses`."""

    kind: ClassVar[Kind] = EMAILS
    target: email.Address


class ChangedTelAddress(_ByTarget, forbid_unknown_fields=True, kw_only=True):
    """What to change of a phone number, in the notation of the list `addresses`."""

    kind: ClassVar[Kind] = PHONE_NUMBERS
    type: Annotated[Literal["tel"], Meta(description="Cannot be changed.")] | None = None
    target: phone.Number | None = None


class ChangedEmailAddress(_ByTarget, forbid_unknown_fields=True, kw_only=True):
    """What to change of an email address, in the notation of the list `addresses`."""

    kind: ClassVar[Kind] = EMAILS
    type: Annotated[Literal["email"], Meta(description="Cannot be changed.")] | None = None
    target: email.Address | None = None


Given = PhoneNumberIn | EmailIn | TelAddressIn | EmailAddressIn
Changed = ChangedPhoneNumber | ChangedEmail | ChangedTelAddress | ChangedEmailAddress


def _problems_between(list_name: str, given: Sequence[_InTutorial | _ByTarget | None]) -> list[FieldProblem]:
    """Return a problem for each address that the list has before already; None stands for one that is refused."""
    problems = []
    seen: dict[tuple[Kind, str], int] = {}
    for i, one in enumerate(given):
        if one is None:
            continue
        entry = one.entry()
        first = seen.setdefault((entry.kind, entry.normalized), i)
        if first != i:
            message = f"{entry.normalized} is the same {entry.kind.word} as {list_name}[{first}]"
            problems.append(FieldProblem(f"{list_name}[{i}].{entry.field}", message, entry.kind.duplicate))
    return problems


def primary_of(entries: Sequence[AddressEntry]) -> int | None:
    """Return which entry is the primary one, the last that says so, None for none."""
    return max((i for i, entry in enumerate(entries) if entry.is_primary), default=None)


Entries = Sequence[AddressEntry]
InBoth = tuple[Entries | None, Entries | None]
"""The addresses of a kind in the tutorial's notation, and in the other; None for a list that is not given."""


def that_count(given: Mapping[Kind, InBoth], stored: Mapping[Kind, Sequence[Stored]]) -> dict[Kind, Entries]:
    """Return the entries that count, of each kind that is given. Raises InvalidArgument where the notations conflict.

    A list that says what is stored is one that was read and sent back: the other one counts. Where both say something
    new of the same values, each counts for what it alone can say.
    """
    counting = {kind: _that_counts(kind, *lists, stored.get(kind, ())) for kind, lists in given.items()}
    if problems := [problem for kind, entries in counting.items() if entries is None for problem in _conflict(kind)]:
        raise InvalidArgument.of(problems)
    return {kind: entries for kind, entries in counting.items() if entries is not None}


def _that_counts(
    kind: Kind, in_tutorial: Entries | None, by_target: Entries | None, stored: Sequence[Stored]
) -> Entries | None:
    """Return the entries of a kind that count; None where the values of the two lists differ."""
    if in_tutorial is None or by_target is None:
        return in_tutorial or by_target or []
    there = {one.kept.values[kind.normalized]: one for one in stored}
    if _says_what_is_stored(by_target, there):
        return in_tutorial
    if _says_what_is_stored(in_tutorial, there):
        return by_target
    targets = {entry.normalized: entry for entry in by_target}
    if targets.keys() != {entry.normalized for entry in in_tutorial}:
        return None
    return [_together(entry, targets[entry.normalized]) for entry in in_tutorial]


def _says_what_is_stored(entries: Sequence[AddressEntry], there: Mapping[str, Stored]) -> bool:
    """Tell whether a list says of what is `there`, by value, what is stored of it: nothing else, and nothing less."""
    primary = primary_of(entries)
    return len(entries) == len(there) and all(
        (one := there.get(entry.normalized)) is not None
        and entry.applied_to(one.kept) == one.kept
        and one.is_primary == (i == primary)
        for i, entry in enumerate(entries)
    )


def _together(in_tutorial: AddressEntry, by_target: AddressEntry) -> AddressEntry:
    """Return what two entries of one value say: value, type and primary the one, detail and a fitting label the other.

    A label fits a type where its own type is that one.
    """
    fits = by_target.is_named and by_target.type == in_tutorial.type
    id_ = in_tutorial.id or by_target.id
    return in_tutorial._replace(id=id_, label=by_target.label, is_named=fits, detail=by_target.detail)


def _conflict(kind: Kind) -> list[FieldProblem]:
    both = (kind.table.name, "addresses")
    message = (
        f"{' and '.join(both)} give this contact different {kind.table.name.replace('_', ' ')}; send one of the two"
    )
    return [FieldProblem(name, message, Reason.CONFLICTING_NOTATIONS) for name in both]
