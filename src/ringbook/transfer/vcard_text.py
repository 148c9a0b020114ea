"""What a vCard can say of a text, and what Ringbook says beside it, so that the text comes back as it was. Pure."""

import re
from collections.abc import Sequence

from ringbook.values.names import name_of

OWN = "X-RINGBOOK-"
"""Begins the names of Ringbook's own properties and parameters."""

PRODUCT_ID = "-//Ringbook//Ringbook//EN"
"""PRODID of the cards that Ringbook writes; a program that changes one puts its own there."""

_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
"""The control characters that no text of a vCard may have (RFC 6350, 3.3); a line break is \\n."""

_CODED = re.compile('[%\x00-\x1f\x7f\\\\,;:"^]|\\A\\s+|(?<!\\s)\\s+\\Z')
_OCTETS = re.compile("(?:%[0-9A-F]{2})++")
_SPECIAL = re.compile(r"[\\,;\n]")


def standard_text(text: str) -> str:
    """Return what any reader of vCards gets of a text."""
    return _NO_TEXT.sub("", text).strip()


def escaped(text: str) -> str:
    """Return a text as it stands in a value (RFC 6350, 3.4)."""
    return _SPECIAL.sub(lambda match: "\\n" if match[0] == "\n" else f"\\{match[0]}", standard_text(text))


def coded(text: str) -> str:
    """Return a text, whatever its characters, as it stands in Ringbook's own properties and parameters."""
    return _CODED.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), text)


def uncoded(value: str) -> str:
    """Return the text that `coded` was given."""
    return _OCTETS.sub(lambda match: bytes.fromhex(match[0].replace("%", "")).decode(errors="replace"), value)


def formatted_name(names: Sequence[str], addresses: Sequence[str]) -> str:
    """Return FN, which every card must have: the name shown of NAMES, else the first address, else ''."""
    return standard_text(name_of(*names)) or next(iter(addresses), "")


def display_name_of(formatted: str, first_name: str, last_name: str, company: str) -> str:
    """Return the display_name that FN stands for: '' where it says what the other names say."""
    shown = name_of("", first_name, last_name, company)
    return "" if formatted.split() == shown.split() else formatted
