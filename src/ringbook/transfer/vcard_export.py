"""Contacts -> vCard 4.0 (RFC 6350) or 3.0 (RFC 2426). Pure.

What a vCard has no place for stands in properties and parameters of Ringbook's own, which other programs ignore; a
number is written in E.164, which every phone can dial, and as it was entered beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from ringbook.contacts.contact import TEXTS
from ringbook.contacts.kinds import EMAILS, PHONE_NUMBERS, Kind
from ringbook.transfer.vcard_text import (
    OWN,
    PRODUCT_ID,
    coded,
    display_name_of,
    escaped,
    formatted_name,
    standard_text,
)

LONGEST_FOLDED = 75
"""The most octets of a line."""

VcardVersion = Literal["4.0", "3.0"]

_TYPES = {"mobile": "CELL", "work": "WORK", "home": "HOME", "fax": "FAX", "personal": "HOME", "other": "OTHER"}


def vcard(contact: Mapping[str, Any], version: VcardVersion = "4.0") -> bytes:
    """Return the card of a contact: the API's JSON, decoded, and the names of its tags in `tags`."""
    lines = _lines(contact, version)
    return b"".join(folded_line(line.encode()) for line in lines)


def folded_line(line: bytes) -> bytes:
    """Return a line folded, with its line end; no character is cut."""
    if len(line) <= LONGEST_FOLDED:
        return line + b"\r\n"
    parts = []
    at, room = 0, LONGEST_FOLDED
    while at < len(line):
        end = at + room
        while end < len(line) and line[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(line[at:end])
        at, room = end, LONGEST_FOLDED - 1
    return b"\r\n ".join(parts) + b"\r\n"


def _lines(contact: Mapping[str, Any], version: VcardVersion) -> Iterator[str]:
    names = [contact[field] for field in ("display_name", "first_name", "last_name", "company")]
    addresses = [one["number_e164"] for one in contact["phone_numbers"]] + [one["address"] for one in contact["emails"]]
    formatted = formatted_name(names, addresses)
    yield "BEGIN:VCARD"
    yield f"VERSION:{version}"
    yield f"PRODID:{PRODUCT_ID}"
    yield f"FN:{escaped(formatted)}"
    yield f"N:{escaped(contact['last_name'])};{escaped(contact['first_name'])};;;"
    for name, field in (("ORG", "company"), ("TITLE", "job_title"), ("NOTE", "notes")):
        if standard_text(contact[field]):
            yield f"{name}:{escaped(contact[field])}"
    yield from _address_lines(contact, version)
    if standard_text(contact["external_id"]):
        yield f"UID{';VALUE=text' if version == '4.0' else ''}:{escaped(contact['external_id'])}"
    if tags := [escaped(tag) for tag in contact["tags"] if standard_text(tag)]:
        yield f"CATEGORIES:{','.join(tags)}"
    yield f"{OWN}SOURCE:{contact['source']}"
    yield from _exact_lines(contact, formatted)
    yield "END:VCARD"


def _address_lines(contact: Mapping[str, Any], version: VcardVersion) -> Iterator[str]:
    by_id = {one["id"]: one for one in contact["addresses"]}
    labelled = 0
    for one in contact["phone_numbers"]:
        own = "" if one["number"] == one["number_e164"] else f';{OWN}NUMBER="{coded(one["number"])}"'
        head = f"TEL{_parameters(one, version)};{OWN}E164={one['number_e164']}{own}"
        label, more = _label_and_detail(PHONE_NUMBERS, one, by_id[one["id"]])
        labelled += bool(label)
        yield from _grouped(f"{head}{more}:{one['number_e164']}", label, labelled)
    for one in contact["emails"]:
        label, more = _label_and_detail(EMAILS, one, by_id[one["id"]])
        labelled += bool(label)
        yield from _grouped(f"EMAIL{_parameters(one, version)}{more}:{escaped(one['address'])}", label, labelled)


def _parameters(one: Mapping[str, Any], version: VcardVersion) -> str:
    preferred = "" if not one["is_primary"] else ";PREF=1" if version == "4.0" else ";TYPE=PREF"
    return f";TYPE={_TYPES[one['type']]}{preferred}"


def _label_and_detail(kind: Kind, one: Mapping[str, Any], address: Mapping[str, Any]) -> tuple[str, str]:
    """Return the label of an address as Apple and Google write it, and the parameters of what that cannot say."""
    label, more = address["name"], ""
    if label == kind.names[one["type"]]:
        label = ""
    elif not label or label != standard_text(label) or label.startswith("_$!<"):  # Apple's mark of its own labels
        label, more = "", f';{OWN}LABEL="{coded(label)}"'
    if address["detail"]:
        more += f';{OWN}DETAIL="{coded(address["detail"])}"'
    return label, more


def _grouped(line: str, label: str, number: int) -> Sequence[str]:
    if not label:
        return [line]
    return [f"item{number}.{line}", f"item{number}.X-ABLabel:{escaped(label)}"]


def _exact_lines(contact: Mapping[str, Any], formatted: str) -> Iterator[str]:
    """Yield a line for each text that would come back otherwise."""
    read = {field: standard_text(contact[field]) for field in TEXTS}
    read["display_name"] = display_name_of(formatted, read["first_name"], read["last_name"], read["company"])
    for field in TEXTS:
        if contact[field] != read[field]:
            yield f"{OWN}EXACT;{OWN}FIELD={field}:{coded(contact[field])}"
    tags = contact["tags"]
    if any(tag != standard_text(tag) or tag.endswith("myContacts") for tag in tags):
        yield f"{OWN}EXACT;{OWN}FIELD=tags:{','.join(map(coded, tags))}"
