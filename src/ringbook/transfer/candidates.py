"""What a row of a file says of a contact -> what is to be kept of it, or why that cannot be."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import phonenumbers

from ringbook.contacts.contact import TEXTS, NewContact
from ringbook.contacts.contact_tags import MOST_TAGS
from ringbook.contacts.entries import Kept
from ringbook.contacts.kinds import EMAILS, KINDS, MOST_ADDRESSES, PHONE_NUMBERS, Kind
from ringbook.contacts.search_index import NOTHING, Indexed, indexed_as
from ringbook.contacts.tags import NewTag
from ringbook.transfer.rows import FileRow, RowAddress, RowContact
from ringbook.values import email, phone, spelling
from ringbook.values.fields import UUID
from ringbook.values.spelling import InvalidPhoneNumber

ENTERED: dict[Kind, Any] = {PHONE_NUMBERS: phone.Number, EMAILS: email.Address}
LONGEST_LABEL = 255
SOURCE_OF_IMPORT = "import"
"""Of a contact of which the file does not say where it is from."""

NO_ADDRESSES: Mapping[Kind, Mapping[str, "CandidateAddress"]] = {kind: {} for kind in KINDS}


class CandidateAddress(NamedTuple):
    """A number or an email to keep."""

    kept: Kept
    is_primary: bool


class Candidate(NamedTuple):
    """A row that can be kept, or the problem that it has."""

    row: FileRow
    problem: str = ""
    texts: Mapping[str, str] = {}
    """Those that are not empty."""
    addresses: Mapping[Kind, Mapping[str, CandidateAddress]] = NO_ADDRESSES
    """By normalized value."""
    tags: Sequence[str] = ()
    found_by: Indexed = NOTHING
    """What a contact that is made of it is in the index by."""
    id: str = ""
    tm_create: datetime | None = None
    tm_update: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the row says nothing of a contact."""
        said = {name for name in self.texts if name != "source"}
        return not (self.problem or said or self.tags or any(self.addresses.values()))


def candidate(row: FileRow, region: str, *, keep_ids: bool) -> Candidate:
    """Return what is to be kept of a row; numbers without a country are read in `region`."""
    if row.problem:
        return Candidate(row, row.problem)
    given = row.contact
    try:
        texts = _texts(given)
        addresses = {
            PHONE_NUMBERS: _addresses(PHONE_NUMBERS, given.phone_numbers, region),
            EMAILS: _addresses(EMAILS, given.emails, region),
        }
        tags = [msgspec.convert({"name": name}, NewTag).name for name in dict.fromkeys(given.tags)]
        if len(tags) > MOST_TAGS:
            return Candidate(row, f"has more than {MOST_TAGS} tags")
        kept = _id_and_times(given) if keep_ids else ("", None, None)
    except (msgspec.ValidationError, ValueError) as error:
        return Candidate(row, str(error).replace(" - at `$.", " in `"))
    return Candidate(row, "", texts, addresses, tags, _found_by(texts, addresses), *kept)


def _found_by(texts: Mapping[str, str], addresses: Mapping[Kind, Mapping[str, CandidateAddress]]) -> Indexed:
    """Return what the contact is to be in the index by, a tenth of an import's time: here the database is not held."""
    numbers, mails = (
        sorted(addresses[kind], key=lambda value: not addresses[kind][value].is_primary) for kind in KINDS
    )
    return indexed_as({"source": SOURCE_OF_IMPORT} | dict(texts), numbers, mails)


def _texts(given: RowContact) -> dict[str, str]:
    """Return the texts that are not empty. Raises ValidationError, whose place is the field."""
    said = {name: text for name, text in given.texts.items() if text}
    contact = msgspec.convert(said, NewContact)
    return {name: getattr(contact, name) for name in (*TEXTS, "source") if name in said}


def _addresses(kind: Kind, given: Sequence[RowAddress], region: str) -> dict[str, CandidateAddress]:
    """Return the numbers or emails by value; one that is there twice counts once, the last primary one is it.

    Raises ValueError.
    """
    found: dict[str, CandidateAddress] = {}
    for one in given:
        try:
            kept = _kept(kind, one, region)
        except (msgspec.ValidationError, ValueError) as error:
            raise ValueError(f"{kind.word}: {error}") from error
        value = kept.values[kind.normalized]
        if value in found:
            found[value] = found[value]._replace(is_primary=found[value].is_primary or one.is_primary)
        else:
            found[value] = CandidateAddress(kept, one.is_primary)
    if len(found) > MOST_ADDRESSES:
        message = f"has more than {MOST_ADDRESSES} {kind.table.name.replace('_', ' ')}"
        raise ValueError(message)
    for value in [value for value, one in found.items() if one.is_primary][:-1]:
        found[value] = found[value]._replace(is_primary=False)
    return found


def _kept(kind: Kind, one: RowAddress, region: str) -> Kept:
    """Return what is kept of a number or an email. Raises ValueError."""
    entered = ENTERED[kind]
    text = msgspec.convert(one.value, entered.text)
    value = None
    if one.normalized:  # of Ringbook's own files: what it was kept as counts, whatever the region is now
        value = entered.read(one.normalized, "")
        if isinstance(value, phone.Number):  # unless somebody has corrected the number beside it
            value = phone.Number(text.strip(), value.e164) if _is_spelling_of(text, value.e164, region) else None
    if value is None:
        value = entered.read(text, region)
    values = {column: getattr(value, attribute) for column, attribute in kind.columns.items()}
    type_ = one.type or "other"
    label = None if one.label == kind.names[type_] else one.label
    if max(len(label or ""), len(one.detail)) > LONGEST_LABEL or "\0" in f"{label}{one.detail}":
        message = f"the label or the detail of {one.value} is longer than {LONGEST_LABEL} characters, or has a NUL"
        raise ValueError(message)
    return Kept(values, type_, label, one.detail)


def _region_of(e164: str) -> str:
    """Return a region of the number's country code, '' for none."""
    try:
        region = phonenumbers.region_code_for_country_code(phonenumbers.parse(e164).country_code or 0)
    except phonenumbers.NumberParseException:
        return ""
    return region if phone.is_region(region) else ""


def _is_spelling_of(text: str, e164: str, region: str) -> bool:
    """Tell whether a text may be the number as somebody dials it: with its country or without, in whichever region."""
    digits = "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())
    bare = digits.lstrip("0")
    if digits.endswith(e164[1:]) or e164 == f"+{phone.country_code(region)}{bare}":
        return True
    if bare in [form.lstrip("0") for form in phone.forms(e164)[:2]]:
        return True
    try:
        return e164 in phone.likeliest(spelling.read(text), _region_of(e164))
    except InvalidPhoneNumber:
        return False


def _id_and_times(given: RowContact) -> tuple[str, datetime | None, datetime | None]:
    if given.id and not UUID.fullmatch(given.id):
        message = f"'{given.id[:50]}' is no id"
        raise ValueError(message)
    times = [msgspec.convert(text, datetime) if text else None for text in (given.tm_create, given.tm_update)]
    if any(time is not None and time.tzinfo is None for time in times):
        message = "the times must say their zone"
        raise ValueError(message)
    return given.id.lower(), times[0], times[1]
