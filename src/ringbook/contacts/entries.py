"""What a request says of a contact's addresses, in whichever notation, and what counts where it has both. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ringbook.contacts.kinds import Kind
from ringbook.errors import FieldProblem, InvalidArgument, Reason
from ringbook.values import email, phone


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
