"""The properties of a card -> a contact. Pure."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import unquote

from ringbook.contacts.contact import SOURCES, TEXTS
from ringbook.contacts.kinds import EMAILS, PHONE_NUMBERS, Kind
from ringbook.transfer.rows import RowAddress, RowContact
from ringbook.transfer.vcard_properties import VcardProperty
from ringbook.transfer.vcard_text import (
    OWN,
    PRODUCT_ID,
    display_name_of,
    formatted_name,
    standard_text,
    uncoded,
)
from ringbook.values.names import name_of
from ringbook.values.phone import E164

_PHONE_WORDS = dict.fromkeys(("FAX", "HOMEFAX", "WORKFAX", "OTHERFAX"), "fax")
_PHONE_WORDS |= dict.fromkeys(("CELL", "MOBILE", "IPHONE"), "mobile")
_PHONE_WORDS |= {"WORK": "work", "MAIN": "work", "HOME": "home", "OTHER": "other"}
_EMAIL_WORDS = {"WORK": "work", "HOME": "personal", "PERSONAL": "personal", "OTHER": "other"}
_SAY_NOTHING = {"PREF", "VOICE", "INTERNET", "MSG", "TEXT"}
"""Words of TYPE that are no type, and no label either."""

_SILENT = {"VERSION", "REV", "KIND", "X-ABLABEL", "X-ABSHOWAS", "X-ABADR", "X-ABUID"}
_SILENT |= {"X-ADDRESSBOOKSERVER-KIND"}
"""Properties that say nothing of the contact itself, or are read with others."""

_OF_GOOGLE = {"myContacts", "* myContacts"}
"""The group that Google puts everybody into: no tag."""

_APPLE_LABEL = re.compile(r"_\$!<(.*)>!\$_", re.DOTALL)
_X = re.compile("x-", re.IGNORECASE)
_EXACT = f"{OWN}EXACT"


class _Words(NamedTuple):
    """What the words of TYPE mean for a kind of address."""

    types: Mapping[str, str]
    order: Sequence[str]
    """Which type counts where there are several."""


_WORDS: dict[Kind, _Words] = {
    PHONE_NUMBERS: _Words(_PHONE_WORDS, ("fax", "mobile", "work", "home", "other")),
    EMAILS: _Words(_EMAIL_WORDS, ("work", "personal", "other")),
}


class CardReading:
    """A card, as it is read into a contact."""

    def __init__(self, properties: Sequence[VcardProperty], default_type: str) -> None:
        """Take the properties of a card; the type of a phone number of which it says none. Raises ValueError."""
        self.left: list[tuple[str, str]] = []
        """What it says that a contact has no field for: the property and its text."""
        self._default_type = default_type
        self._first: dict[str, VcardProperty] = {}
        self._all: dict[str, list[VcardProperty]] = {"TEL": [], "EMAIL": [], "NOTE": [], "CATEGORIES": []}
        self._labels: dict[str, str] = {}
        self._exact: dict[str, str] = {}
        self._source = ""
        self._is_own = False
        if twice := _told_twice(properties):
            raise ValueError(f"the card has a second {twice}: there may be two cards in it")
        for one in properties:
            self._take(one)

    def _take(self, one: VcardProperty) -> None:
        if one.name in self._all:
            self._all[one.name].append(one)
        elif one.name == "X-ABLABEL":
            self._labels.setdefault(one.group, one.text())
        elif one.name.startswith(OWN):
            if one.name == _EXACT:
                self._exact[one.parameters.get(f"{OWN}FIELD", "")] = one.value
            elif one.name == f"{OWN}SOURCE" and one.value in SOURCES:
                self._source = one.value
        elif one.name == "PRODID":
            self._is_own = one.value.strip() == PRODUCT_ID
        elif one.name in _USED and one.name not in self._first:
            if one.value:
                self._first[one.name] = one
        elif one.name not in _SILENT:
            self._leave(one)

    def _leave(self, one: VcardProperty) -> None:
        text = ""
        with suppress(ValueError):
            text = ", ".join(filter(None, (" ".join(piece.split()) for piece in one.pieces(";"))))
        self.left.append((one.name, text))

    def _text(self, name: str) -> str:
        return self._first[name].text() if name in self._first else ""

    def contact(self) -> RowContact:
        """Return the contact. Raises ValueError where there is none."""
        if "group" in (self._text("KIND").lower(), self._text("X-ADDRESSBOOKSERVER-KIND").lower()):
            raise ValueError("the card is a group of contacts (KIND:group), not a contact")
        numbers, emails = self._addresses(PHONE_NUMBERS, "TEL"), self._addresses(EMAILS, "EMAIL")
        tags = dict.fromkeys(tag for one in self._all["CATEGORIES"] for tag in one.pieces(",") if tag)
        texts = self._texts(numbers, emails)
        return RowContact(
            texts={field: text for field, text in texts.items() if text},
            phone_numbers=numbers,
            emails=emails,
            tags=self._exact_tags(tuple(tags)),
            is_own=self._is_own,
        )

    def _exact_tags(self, read: Sequence[str]) -> Sequence[str]:
        if "tags" in self._exact:
            exact = tuple(map(uncoded, self._exact["tags"].split(",")))
            if tuple(dict.fromkeys(filter(None, map(standard_text, exact)))) == tuple(read):
                return exact
        return tuple(tag for tag in read if tag not in _OF_GOOGLE)

    def _texts(self, numbers: Sequence[RowAddress], emails: Sequence[RowAddress]) -> dict[str, str]:
        first_name, last_name, prefix = self._names()
        texts = {"first_name": first_name, "last_name": last_name, "company": self._company()}
        texts["job_title"] = self._text("TITLE") or self._text("ROLE")
        if self._text("TITLE") and "ROLE" in self._first:
            self._leave(self._first["ROLE"])
        texts["external_id"] = self._text("UID")
        texts["notes"] = "\n".join(filter(None, (one.text() for one in self._all["NOTE"])))
        texts["source"] = self._source
        formatted = self._formatted(texts, prefix)
        texts["display_name"] = display_name_of(formatted, first_name, last_name, texts["company"])
        if self._exact:
            self._make_exact(texts, formatted, [one.normalized or one.value for one in (*numbers, *emails)])
        return texts

    def _make_exact(self, texts: dict[str, str], formatted: str, addresses: Sequence[str]) -> None:
        """Put each text as it was in its place, where no other program has changed it since."""
        exact = {field: uncoded(self._exact[field]) for field in TEXTS if field in self._exact}
        for field in exact.keys() - {"display_name"}:
            if standard_text(exact[field]) == texts[field]:
                texts[field] = exact[field]
        if "display_name" in exact:
            names = (exact["display_name"], texts["first_name"], texts["last_name"], texts["company"])
            if formatted_name(names, addresses) == formatted:
                texts["display_name"] = exact["display_name"]

    def _names(self) -> tuple[str, str, str]:
        """Return the given names, the family name with what stands behind it (Jr.), and what stands in front (Dr.)."""
        pieces = self._first["N"].pieces(";") if "N" in self._first else []
        family, given, additional, prefix, suffix = (*pieces, *[""] * 5)[:5]
        return f"{given} {additional}".strip(), f"{family} {suffix}".strip(), prefix

    def _company(self) -> str:
        if "ORG" not in self._first:
            return ""
        company, *units = [piece for piece in self._first["ORG"].pieces(";") if piece] or [""]
        if units:
            self.left.append(("ORG", ", ".join(units)))
        return company

    def _formatted(self, texts: dict[str, str], prefix: str) -> str:
        """Return FN, or what stands for it; give the company its name where it is what the card is of."""
        formatted = self._text("FN")
        is_company = "COMPANY" in self._text("X-ABSHOWAS").upper() or self._text("KIND").lower() == "org"
        if is_company and not texts["company"]:
            texts["company"] = formatted
        name = name_of("", texts["first_name"], texts["last_name"], "")
        if prefix and not formatted:
            formatted = f"{prefix} {name}"
        elif prefix not in formatted:
            self.left.append(("N", prefix))
        if "NICKNAME" in self._first:
            if not formatted and not name:
                return self._text("NICKNAME")
            self._leave(self._first["NICKNAME"])
        return formatted

    def _addresses(self, kind: Kind, name: str) -> Sequence[RowAddress]:
        found: list[RowAddress] = []
        for one in self._all[name]:
            if address := self._address(kind, one):
                already = address.is_primary and any(before.is_primary for before in found)
                found.append(address._replace(is_primary=False) if already else address)
        return found

    def _address(self, kind: Kind, one: VcardProperty) -> RowAddress | None:
        value = _without_scheme(one.text())
        if not value:
            return None
        type_, label = self._type(kind, one)
        address = RowAddress(value, type_, is_primary=_is_preferred(one), label=label)
        if kind is EMAILS and self._source:
            address = address._replace(normalized=value)
        own = one.parameters
        if own.get(f"{OWN}E164") == value and E164.fullmatch(value):  # if not, another program has changed it since
            address = address._replace(value=uncoded(own.get(f"{OWN}NUMBER", value)), normalized=value)
        if f"{OWN}LABEL" in own:
            address = address._replace(label=uncoded(own[f"{OWN}LABEL"]))
        if f"{OWN}DETAIL" in own:
            address = address._replace(detail=uncoded(own[f"{OWN}DETAIL"]))
        return address

    def _type(self, kind: Kind, one: VcardProperty) -> tuple[str, str | None]:
        """Return the type of an address, and its label."""
        types, order = _WORDS[kind]
        words = [word for word in one.types if word.upper() not in _SAY_NOTHING]
        label = self._labels.get(one.group, "") if one.group else ""
        if builtin := _APPLE_LABEL.fullmatch(label):
            label = ""
            words.append(builtin[1])
        elif label.upper() in types and not words:
            words, label = [label], ""
        meant = {types.get(word.upper()) for word in words}
        if not words and not label:
            return self._default_type if kind is PHONE_NUMBERS else "", None
        label = label or " ".join(_X.sub("", word, count=1) for word in words if word.upper() not in types)
        type_ = next((type_ for type_ in order if type_ in meant), "other")
        return type_, None if label in ("", kind.names[type_]) else label


_USED = {"FN", "N", "NICKNAME", "ORG", "TITLE", "ROLE", "UID", "KIND", "X-ABSHOWAS", "X-ADDRESSBOOKSERVER-KIND"}
"""Properties of which the first counts; another is left over."""


def _told_twice(properties: Sequence[VcardProperty]) -> str:
    """Return what only a card within the card can say again; '' for nothing."""
    names = ["BEGIN", "END", *(one.name for one in properties if one.name in ("BEGIN", "END", "VERSION"))]
    return next((name for name in names if names.count(name) > 1), "")


def _is_preferred(one: VcardProperty) -> bool:
    return any(word.upper() == "PREF" for word in one.types) or one.parameters.get("PREF") == "1"


def _without_scheme(value: str) -> str:
    """Return what a URI names: tel: (RFC 3966) as a person writes it, mailto: (RFC 6068)."""
    scheme, colon, rest = value.partition(":")
    if not colon:
        return value
    if scheme.lower() == "mailto":
        return unquote(rest.partition("?")[0]).strip()
    if scheme.lower() != "tel":
        return value
    number, *parameters = rest.split(";")
    given = dict(one.lower().partition("=")[::2] for one in parameters)
    if "phone-context" in given:  # what is in front alone is another number
        return value
    extension = given.get("ext", "")
    return unquote(f"{number} ext. {extension}" if extension else number).strip()
