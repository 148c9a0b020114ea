"""The cells of a row, under a header -> what they say of a contact."""

import re
from functools import lru_cache

from ringbook.transfer.cells import TEXT_MARK, mended, tags_of, unsafe, unwrapped
from ringbook.transfer.column_names import BETWEEN_VALUES, OWN_EXPORT, folded_name
from ringbook.transfer.headers import ONE_OF_EACH, TYPES_OF_EMAILS, TYPES_OF_PHONES, AddressColumn, Layout
from ringbook.transfer.rows import RowAddress, RowContact

_PHONE_WORDS = {
    **dict.fromkeys(("cell", "cellphone", "mobilephone", "handy", "iphone"), "mobile"),
    **dict.fromkeys(("office", "business", "company"), "work"),
    **dict.fromkeys(("main", "workmain", "internal"), "work"),
    **dict.fromkeys(("workfax", "homefax", "otherfax", "businessfax"), "fax"),
    "workmobile": "mobile",
}
_EMAIL_WORDS = {"home": "personal", "private": "personal", "business": "work", "office": "work"}
_SAYS_MORE = frozenset({"main", "workmain", "internal", "workfax", "homefax", "otherfax", "businessfax", "workmobile"})
"""Words that are kept as the label, since the type says less."""

_LONGEST_LABEL = 255
_PLAIN_NUMBER = re.compile(r"[+(]?[0-9][0-9 ()/-]*")
"""What no spreadsheet has touched."""

_EMAILS_IN_CELL = re.compile(r'(?:[^;,"]++|"[^"]*+"|")++')
"""A comma or a semicolon in quotation marks is of the address."""

_NO_TYPES = frozenset({"smtp", "ex"})
"""What Outlook says of an email: how it is sent."""

_STAR = "* "
"""What Google puts before the label of what is primary, and before groups of its own."""

_YES = frozenset({"yes", "true", "1", "x", "y", "wahr", "vrai", "verdadero"})


@lru_cache(maxsize=1024)
def typed_label(label: str, kind: str) -> tuple[str, str | None]:
    """Return the type that a label means, of a `phone` or an `email`, and the label where that says more."""
    word = folded_name(label)
    types, words = (TYPES_OF_PHONES, _PHONE_WORDS) if kind == "phone" else (TYPES_OF_EMAILS, _EMAIL_WORDS)
    if word in _NO_TYPES or not label:
        return "", None
    if word in types:
        return word, None
    if word in words:
        return words[word], label if word in _SAYS_MORE else None
    return "other", label


class RowReader:
    """Reads rows under one header."""

    def __init__(self, layout: Layout, *, keep_unknown: bool, default_type: str) -> None:
        self._layout = layout
        self.not_taken: tuple[str, ...] = ()
        """The columns of which a cell was not taken over, as another column of the same field says something else."""
        self._keeps_unknown = keep_unknown
        self._others = layout.others if keep_unknown else []
        self._default_type = default_type
        self._is_own = layout.product is OWN_EXPORT
        self._text = unsafe if self._is_own else _foreign_text
        self._texts = list(layout.texts.items())

    def contact(self, cells: list[str]) -> RowContact:
        """Return what the cells say, as many as the header has. Raises RoundedNumber."""
        layout = self._layout
        return RowContact(
            self._texts_of(cells),
            self._addresses(cells, layout.phones, "phone") if layout.phones else (),
            self._addresses(cells, layout.emails, "email") if layout.emails else (),
            self._tags_of(cells) if layout.tags else (),
            is_own=self._is_own,
        )

    def _texts_of(self, cells: list[str]) -> dict[str, str]:
        texts: dict[str, str] = {}
        text = self._text
        losing: list[tuple[str, int]] = []
        for field, places in self._texts:
            if len(places) == 1:
                value = cells[places[0]] and text(cells[places[0]])
            else:
                said = {at: value for at in places if (value := text(cells[at]))}
                value = self._joined(field, list(said.values()))
                if field in ONE_OF_EACH and len(said) > 1:
                    losing += [(self._layout.names[at], at) for at in said if said[at] != value]
            if value:
                texts[field] = value
        if "external_id" in texts and not (self._is_own and self._is_marked(cells, "external_id")):
            texts["external_id"] = mended(texts["external_id"])
        if not self._is_own:
            names = f"{texts.get('first_name', '')} {texts.get('last_name', '')}".strip()
            if names and texts.get("display_name") == names:
                del texts["display_name"]
        others = self._others
        if losing:
            self.not_taken = tuple(dict.fromkeys([*self.not_taken, *(name for name, _ in losing)]))
            others = [*others, *losing] if self._keeps_unknown else others
        if more := [f"{name}: {value}" for name, at in others if (value := _foreign_text(cells[at]))]:
            texts["notes"] = "\n".join([texts["notes"], *more] if "notes" in texts else more)
        return texts

    def _is_marked(self, cells: list[str], field: str) -> bool:
        """Tell whether our export has marked the only column of a field as text."""
        return cells[self._layout.texts[field][0]].startswith(TEXT_MARK)

    @staticmethod
    def _joined(field: str, values: list[str]) -> str:
        if field == "notes":
            return "\n".join(values)
        return " ".join(values) if field in ("first_name", "last_name") else next(iter(values), "")

    def _tags_of(self, cells: list[str]) -> list[str]:
        names = [name for at, separator in self._layout.tags for name in tags_of(self._text(cells[at]), separator)]
        if self._is_own:
            return names
        no_tags = self._layout.product.no_tags
        return [name for name in names if name not in no_tags and not name.startswith(_STAR)]

    def _addresses(self, cells: list[str], columns: list[AddressColumn], kind: str) -> list[RowAddress]:
        found: list[RowAddress] = []
        for column in columns:
            cell = cells[column.value]
            if not cell:
                continue
            if self._is_own:
                found.append(self._own_address(cells, cell, column, kind))
            elif not column.more:
                type_ = column.type or (self._default_type if kind == "phone" else "")
                found += [RowAddress(value, type_, column.is_primary, column.label) for value in _values(cell, kind)]
            else:
                found += self._labelled(cells, column, kind)
        return found

    def _labelled(self, cells: list[str], column: AddressColumn, kind: str) -> list[RowAddress]:
        """Return the numbers or emails of a column whose type another column says."""
        values = _values(cells[column.value], kind)
        if not values:
            return []
        label = column.more.get("label", column.more.get("type"))
        text = "" if label is None else cells[label].strip()[:_LONGEST_LABEL]
        is_primary = text.startswith(_STAR)
        type_, kept = typed_label(text.removeprefix(_STAR), kind)
        type_ = column.type or type_ or (self._default_type if kind == "phone" else "")
        if "extension" in column.more and (extension := cells[column.more["extension"]].strip()):
            values = [f"{value} ext. {extension}" for value in values]
        return [RowAddress(values[0], type_, is_primary, kept)] + [
            RowAddress(value, type_, label=kept) for value in values[1:]
        ]

    def _own_address(self, cells: list[str], cell: str, column: AddressColumn, kind: str) -> RowAddress:
        """Return a number or an email of our own export."""
        said = {what: unsafe(cells[at]) for what, at in column.more.items()}
        value = cell[1:] if cell.startswith(TEXT_MARK) else mended(cell)
        return RowAddress(
            value,
            column.type or said.get("type", "") or (self._default_type if kind == "phone" else ""),
            said.get("isprimary", "").strip().casefold() in _YES,
            said.get("label") or None,
            said.get("detail", ""),
            said.get("e164", "") if kind == "phone" else value,
        )


def _foreign_text(cell: str) -> str:
    text = cell.strip()
    return unwrapped(text).strip() if text.startswith("=") else text


def _values(cell: str, kind: str) -> list[str]:
    """Return the values of a cell: Google has several in one, of emails HubSpot too. Raises RoundedNumber."""
    if BETWEEN_VALUES in cell:
        return [value for part in cell.split(BETWEEN_VALUES) for value in _values(part, kind)]
    if kind == "email":
        return [value for part in _EMAILS_IN_CELL.findall(cell) if (value := part.strip())]
    value = cell.strip()
    if not _PLAIN_NUMBER.fullmatch(value):
        value = mended(value)
    return [value] if value else []
