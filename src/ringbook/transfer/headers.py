"""The header of a CSV file -> what each of its columns is read as, by the user's word first, then by its name.

Of a person's name nothing is lost without a word: a middle name joins the first name, a suffix the last name; a form of
address (Mr., Dr.), a nickname and phonetic names are among the unknown columns, which are named, and kept in the notes
if asked for. A name that says what first and last name say is no display name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from ringbook.contacts.notations import EmailType, PhoneType
from ringbook.errors import FieldProblem, InvalidArgument
from ringbook.transfer.column_names import (
    IGNORED_COLUMN,
    MEANINGS,
    NOWHERE,
    OTHER_PRODUCT,
    Meaning,
    Product,
    folded_name,
    product_of,
)

MOST_COLUMNS = 1200
"""Our own export of contacts with 100 numbers and 100 emails has 1,109."""

ONE_OF_EACH = ("display_name", "company", "job_title", "external_id")
TYPES_OF_PHONES: tuple[str, ...] = get_args(PhoneType)
TYPES_OF_EMAILS: tuple[str, ...] = get_args(EmailType)
MAPPED_FIELDS = (
    *("first_name", "last_name", *ONE_OF_EACH, "notes", "tags"),
    *("phone", *(f"phone:{one}" for one in TYPES_OF_PHONES)),
    *("email", *(f"email:{one}" for one in TYPES_OF_EMAILS)),
    "ignore",
)
"""What a column can be read as, and what a user may say of one."""

ERROR_COLUMN = "error"
"""The column of our own file of rejects that says what was wrong."""

_GROUPED = re.compile(
    r"(phone|email)([0-9]{1,3})"
    r"(value|number|address|type|label|e164|detail|isprimary|extension|flags|locale|speeddial)"
)
_DIGITS = re.compile(r"[0-9]+")
_VALUES = ("value", "number", "address")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{5,}[0-9]")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


@dataclass(frozen=True)
class AddressColumn:
    """Where a number or an email stands, and in which columns stands more of it."""

    value: int
    type: str = ""
    """Where no column says it."""
    label: str | None = None
    is_primary: bool = False
    more: Mapping[str, int] = field(default_factory=dict)
    """By what they say: type, label, e164, detail, isprimary, extension."""


@dataclass
class Layout:
    """Where in a row stands what. Columns are counted from 0."""

    names: list[str]
    """Each once: the second `Phone` is `Phone (2)`."""
    product: Product = OTHER_PRODUCT
    mapping: dict[str, str] = field(default_factory=dict)
    """The field that each column is read as. A column that says more of another one (`Phone 1 - Type`) is not in it."""
    unknown: list[str] = field(default_factory=list)
    texts: dict[str, list[int]] = field(default_factory=dict)
    phones: list[AddressColumn] = field(default_factory=list)
    emails: list[AddressColumn] = field(default_factory=list)
    tags: list[tuple[int, str]] = field(default_factory=list)
    """With what stands between the names in the column."""
    others: list[tuple[str, int]] = field(default_factory=list)
    """The unknown columns, by name."""


def is_known_column(name: str) -> bool:
    """Tell whether a column of this name is read without a user's word."""
    return bool(_meaning(name, OTHER_PRODUCT).field) or _GROUPED.fullmatch(folded_name(name)) is not None


def layout_of(header: list[str], mapping: Mapping[str, str]) -> Layout:
    """Return what the columns of a header are read as. `mapping` is the user's: a field for each of some columns.

    The name of a column in `mapping` counts in any case, and without blanks and punctuation.
    Raises InvalidArgument for an unknown field or column, and where nothing of the file would be read.
    """
    layout = Layout(_unique_names(header))
    layout.product = product_of(layout.names)
    said = _said(layout.names, mapping)
    meanings = [_meaning(name, layout.product) for name in layout.names]
    _free_title(layout.names, meanings)
    groups = _groups(layout.names)
    for at, (kind, _) in groups.items():
        meanings[at] = Meaning(kind)
    for at, meaning in said.items():
        meanings[at] = meaning
    of_others = {at for _, more in groups.values() for at in more.values()} - set(said)
    for at, (name, meaning) in enumerate(zip(layout.names, meanings, strict=True)):
        if at not in of_others:
            _place(layout, at, name, meaning, groups[at][1] if at in groups else {})
            if meaning.field == "tags":
                layout.tags.append((at, "," if at in said else layout.product.separator))
    for places in layout.texts.values():  # of columns of one rank, what the user says counts first
        places.sort(key=lambda at: (meanings[at].rank, at not in said))
    if not set(layout.mapping.values()) - {IGNORED_COLUMN.field}:
        raise _nothing_known(header)
    return layout


def _unique_names(header: list[str]) -> list[str]:
    """Return the names of the columns, without those at the end that have none."""
    names: list[str] = []
    cells = [cell.replace("\0", "").strip("\ufeff\"' \t\r\n\xa0") for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise InvalidArgument.of([FieldProblem("file", f"it has more than {MOST_COLUMNS:,} columns")])
    seen: dict[str, int] = {}
    for at, cell in enumerate(cells, 1):
        name = cell or f"column {at}"
        while name in seen:
            seen[cell] = seen.get(cell, 1) + 1
            name = f"{cell} ({seen[cell]})"
        seen[name] = 1
        names.append(name)
    return names


def _said(names: list[str], mapping: Mapping[str, str]) -> dict[int, Meaning]:
    """Return what the user says of columns, by their place. Raises InvalidArgument."""
    places = {folded_name(name): at for at, name in reversed(list(enumerate(names)))}
    places |= {name: at for at, name in enumerate(names)}
    said: dict[int, Meaning] = {}
    problems = []
    for column, name in mapping.items():
        at = places.get(column.strip(), places.get(folded_name(column) or column))
        if at is None:
            problems.append(f"there is no column '{column[:100]}'; there are {_listed(names)}")
        elif name not in MAPPED_FIELDS:
            problems.append(f"'{name[:100]}' is no field; use one of {', '.join(MAPPED_FIELDS)}")
        elif name in ONE_OF_EACH and any(meaning.field == name for meaning in said.values()):
            problems.append(f"{name} can be read from one column, and is given two")
        else:
            said[at] = Meaning(name)
    if problems:
        raise InvalidArgument.of([FieldProblem("map", problem) for problem in problems])
    return said


def _listed(names: list[str]) -> str:
    return ", ".join(f"'{name[:50]}'" for name in names[:20]) + (", …" if len(names) > 20 else "")


def _meaning(name: str, product: Product) -> Meaning:
    """Return what a column of this name is read as in a product's files, NOWHERE for nothing."""
    folded = folded_name(name)
    if folded == ERROR_COLUMN:
        return IGNORED_COLUMN
    for known in (product.known, MEANINGS):
        if folded in known:
            return known[folded]
    # the second number or email has a digit in its name: Mobile 2, E-mail 3 Address
    meaning = MEANINGS.get(_DIGITS.sub("", folded), NOWHERE)
    return meaning._replace(is_primary=False) if meaning.field.startswith(("phone", "email")) else NOWHERE


def _free_title(names: list[str], meanings: list[Meaning]) -> None:
    """Take `Title` as Mr. or Dr. where another column is the job."""
    jobs = [at for at, meaning in enumerate(meanings) if meaning.field == "job_title"]
    titles = [at for at in jobs if folded_name(names[at]) == "title"]
    if len(jobs) > len(titles):
        for at in titles:
            meanings[at] = NOWHERE


def _groups(names: list[str]) -> dict[int, tuple[str, dict[str, int]]]:
    """Return, by the column of a number or an email, its kind, and the columns that say more of it."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for at, name in enumerate(names):
        if match := _GROUPED.fullmatch(folded_name(name)):
            kind, number, what = match.groups()
            found.setdefault((kind, number), {}).setdefault("value" if what in _VALUES else what, at)
    return {group.pop("value"): (kind, group) for (kind, _), group in found.items() if "value" in group}


def _place(layout: Layout, at: int, name: str, meaning: Meaning, more: Mapping[str, int]) -> None:
    """Enter a column into the layout."""
    if not meaning.field:
        layout.unknown.append(name)
        layout.others.append((name, at))
        return
    layout.mapping[name] = meaning.field
    kind, _, type_ = meaning.field.partition(":")
    if kind in ("phone", "email"):
        if type_:
            more = {what: place for what, place in more.items() if what not in ("type", "label")}
        column = AddressColumn(at, type_, meaning.label, meaning.is_primary, more)
        (layout.phones if kind == "phone" else layout.emails).append(column)
    elif kind not in ("tags", IGNORED_COLUMN.field):
        layout.texts.setdefault(kind, []).append(at)


def _nothing_known(header: list[str]) -> InvalidArgument:
    cells = [cell.strip() for cell in header if len(cell) <= 100]  # longer ones would take _EMAIL for ever
    if any(_PHONE.fullmatch(cell) or _EMAIL.fullmatch(cell) for cell in cells):
        message = "the first line looks like a contact already: put a line above it that names the columns"
        return InvalidArgument.of([FieldProblem("file", message)])
    message = f"no column has a name that is known; say what each is. There are {_listed(_unique_names(header))}"
    return InvalidArgument.of([FieldProblem("map", message)])
