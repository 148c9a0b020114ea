"""Contacts -> a CSV file (RFC 4180, in UTF-8) that no spreadsheet runs or changes, and that read_csv gives back."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ringbook.contacts.kinds import EMAILS, PHONE_NUMBERS, Kind
from ringbook.transfer.cells import joined_tags, safe
from ringbook.transfer.column_names import TEXT_COLUMNS

NUMBER_COLUMNS = ("number", "e164", "type", "label", "detail", "is_primary")
EMAIL_COLUMNS = ("address", "type", "label", "detail", "is_primary")


class CsvExport:
    """Writes contacts of at most so many phone numbers and emails each."""

    def __init__(self, most_numbers: int, most_emails: int) -> None:
        self._most_numbers = most_numbers
        self._most_emails = most_emails

    def header(self) -> bytes:
        """Return what the file begins with: the names of its columns."""
        numbers = [f"phone_{at}_{name}" for at in range(1, self._most_numbers + 1) for name in NUMBER_COLUMNS]
        emails = [f"email_{at}_{name}" for at in range(1, self._most_emails + 1) for name in EMAIL_COLUMNS]
        return "\ufeff".encode() + _lines([[*TEXT_COLUMNS, *numbers, *emails]])

    def lines(self, contacts: Iterable[Mapping[str, Any]]) -> bytes:
        """Return the rows of some contacts: each the API's JSON of one, decoded, with the names of its `tags`.

        Raises ValueError where one has more numbers or emails than the header has columns for.
        """
        return _lines(map(self._cells, contacts))

    def _cells(self, contact: Mapping[str, Any]) -> list[str]:
        cells = [safe(joined_tags(contact["tags"]) if name == "tags" else contact[name]) for name in TEXT_COLUMNS]
        named = {one["id"]: one for one in contact.get("addresses", ())}
        for kind, most in ((PHONE_NUMBERS, self._most_numbers), (EMAILS, self._most_emails)):
            entries: Sequence[Mapping[str, Any]] = contact[kind.table.name]
            if len(entries) > most:
                raise ValueError(f"a contact has {len(entries)} {kind.table.name}, and the header was made for {most}")
            written = [_address(kind, one, named.get(one["id"], {})) for one in entries]
            cells += [cell for address in written for cell in address]
            width = len(NUMBER_COLUMNS if kind is PHONE_NUMBERS else EMAIL_COLUMNS)
            cells += [""] * (width * (most - len(entries)))
        return cells


def _address(kind: Kind, entry: Mapping[str, Any], named: Mapping[str, Any]) -> list[str]:
    """Return the cells of a number or an email. Its label and detail are said by the list `addresses` alone."""
    name = named.get("name", "")
    label = "" if name == kind.names[entry["type"]] else name
    is_primary = "yes" if entry["is_primary"] else ""  # a spreadsheet would make WAHR or VRAI of true
    more = [entry["type"], safe(label), safe(named.get("detail", "")), is_primary]
    if kind is PHONE_NUMBERS:
        return [safe(entry["number"], is_number=True), safe(entry["number_e164"], is_number=True), *more]
    return [safe(entry["address"]), *more]


def _lines(rows: Iterable[list[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue().encode()
