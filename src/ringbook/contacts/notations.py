"""The two notations of a contact's addresses: what is answered, and what may be sent.

The API's tutorial has the lists `phone_numbers` and `emails`; its clients of today have one list, `addresses`. An entry
of the one is an entry of the other, with the same id: see docs/api.md, "Two notations".
"""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta, field

from ringbook.contacts.entries import AddressEntry
from ringbook.contacts.kinds import EMAILS, KINDS, MOST_ADDRESSES, PHONE_NUMBERS, Kind
from ringbook.errors import FieldProblem, Reason
from ringbook.values import email, phone
from ringbook.values.fields import Id, Ignored, ReadOnlyKeys, Text, Time

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
        msgspec.Raw,
        Meta(description="In a list that replaces another: the address to keep. Accepted and ignored elsewhere."),
    ] = field(default_factory=msgspec.Raw)
    number_e164: Ignored = field(default_factory=msgspec.Raw)
    target_name: Ignored = field(default_factory=msgspec.Raw)


LONGEST_ID = 300
"""Bytes of a UUID in JSON, whatever is escaped in it."""


def _id(raw: msgspec.Raw) -> str:
    """Return the id that a client has sent, '' for what is none."""
    is_text = bytes(memoryview(raw)[:1]) == b'"' and len(memoryview(raw)) <= LONGEST_ID
    return str(msgspec.json.decode(raw)).lower() if is_text else ""


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
            id=_id(self.id),
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
            id=_id(self.id),
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
