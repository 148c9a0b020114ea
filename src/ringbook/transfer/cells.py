"""A cell of a spreadsheet: what it makes of a number, what it would run, and names of tags within one. Pure."""

import re

TEXT_MARK = "'"
"""In front of a cell it tells a spreadsheet that the cell is text."""

_RUN = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What begins a formula, or what a spreadsheet skips before one; the last four are the same signs, full width."""

_CHANGED = re.compile(r"0[0-9]+|[0-9]+[.,][0-9]*0|[0-9]{12,}|[0-9.,]*[0-9][eE][+-]?[0-9]+")
"""Digits that a spreadsheet would not give back as they were: 0049, 7.0, 493023125000, 12E5."""

_FORMULA = re.compile(r'="((?:[^"]|"")*+)"')
_ROUNDED = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_DECIMAL = re.compile(r"\+?[0-9]+\.0")
_TAG = re.compile(r'\s*+"([^"]*+(?:""[^"]*+)*+)"\s*')


class RoundedNumber(ValueError):
    """A spreadsheet has rounded the number in a cell: its digits are lost."""


def safe(text: str, *, is_number: bool = False) -> str:
    """Return a text as a cell that no spreadsheet runs or changes; `unsafe` gives it back.

    An apostrophe goes before what would be run or read as a number, before an apostrophe, and before phone numbers.
    """
    if text and (is_number or text[0] in _RUN or text[0] == TEXT_MARK or _CHANGED.fullmatch(text)):
        return TEXT_MARK + text
    return text


def unsafe(cell: str) -> str:
    """Return the text of a cell that `safe` has made; an apostrophe that somebody typed since is part of it."""
    rest = cell[1:]
    return rest if cell.startswith(TEXT_MARK) and safe(rest) != rest else cell


def unwrapped(cell: str) -> str:
    """Return the text of a cell like `="0049"`, which only keeps it from being read as a number."""
    formula = _FORMULA.fullmatch(cell)
    return formula[1].replace('""', '"') if formula else cell


def mended(cell: str) -> str:
    """Return the number or the id in a cell without what a spreadsheet has added to it. Raises RoundedNumber."""
    cell = unwrapped(cell).lstrip(TEXT_MARK)
    if _ROUNDED.fullmatch(cell):
        raise RoundedNumber(f"a spreadsheet has rounded this number: {cell[:50]}")
    return cell[:-2] if _DECIMAL.fullmatch(cell) else cell


def tags_of(cell: str, separator: str) -> list[str]:
    """Return the names of tags in a cell, without blanks at their ends; what is in quotation marks is one as it is."""
    names, at = [], 0
    while at < len(cell):
        quoted = _TAG.match(cell, at)
        if quoted and (quoted.end() == len(cell) or cell.startswith(separator, quoted.end())):
            names.append(quoted[1].replace('""', '"'))
            at = quoted.end() + len(separator)
            continue
        end = cell.find(separator, at)
        end = len(cell) if end < 0 else end
        names.append(cell[at:end].strip())
        at = end + len(separator)
    return [name for name in dict.fromkeys(names) if name]


def joined_tags(names: list[str]) -> str:
    """Return the names of tags as one cell, with commas between them; `tags_of` gives them back."""
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    return ", ".join(
        mark if "," in name or '"' in name or name != name.strip() else name
        for name, mark in zip(names, quoted, strict=True)
    )
