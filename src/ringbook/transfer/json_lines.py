"""JSON lines: the API's contact, one a line, with the names of its tags; read and written. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Literal

import msgspec
from msgspec import field

from ringbook.contacts.contact import TEXTS, Source
from ringbook.contacts.kinds import EMAILS, PHONE_NUMBERS, Kind
from ringbook.contacts.notations import EmailType, PhoneType
from ringbook.errors import InvalidArgument, Reason
from ringbook.transfer.charsets import Utf8File, bounded_lines
from ringbook.transfer.rows import ContactFile, FileRow, RowAddress, RowContact
from ringbook.values.fields import Ignored
from ringbook.values.phone import E164

LONGEST_JSON_LINE = 1 << 20
"""The most bytes of a line."""

LONGEST_JSON_CUT = 1 << 14
"""The most bytes that are kept of a line that is longer."""


class _Keys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    id: str | None = None
    customer_id: Ignored = field(default_factory=msgspec.Raw)
    tm_create: str | None = None
    tm_update: str | None = None
    tm_delete: Ignored = field(default_factory=msgspec.Raw)


class _NumberLine(_Keys, forbid_unknown_fields=True, kw_only=True):
    contact_id: Ignored = field(default_factory=msgspec.Raw)
    number: str
    number_e164: str | None = None
    type: PhoneType | Literal[""] | None = None
    is_primary: bool | None = None

    def said(self) -> tuple[str, str]:
        """Return the value, and what Ringbook has kept it as, '' for what is not said."""
        return self.number, self.number_e164 or ""


class _EmailLine(_Keys, forbid_unknown_fields=True, kw_only=True):
    contact_id: Ignored = field(default_factory=msgspec.Raw)
    address: str
    type: EmailType | Literal[""] | None = None
    is_primary: bool | None = None

    def said(self) -> tuple[str, str]:
        """Return the value, and what Ringbook has kept it as where the line is of its own."""
        return self.address, self.address if self.tm_create else ""


class _AddressLine(_Keys, forbid_unknown_fields=True, kw_only=True):
    contact_id: Ignored = field(default_factory=msgspec.Raw)
    type: Literal["tel", "email"]
    target: str
    target_name: Ignored = field(default_factory=msgspec.Raw)
    name: str | None = None
    detail: str | None = None
    is_primary: bool | None = None

    def type_of(self, kind: Kind) -> str:
        """Return the type that the name says, '' where it says none."""
        named = (self.name or "").strip().casefold()
        return named if named in kind.names else "other" if named else ""

    def address(self, kind: Kind, default_type: str) -> RowAddress:
        """Return what is said of the address in this notation alone."""
        normalized = self.target if self.tm_create or E164.fullmatch(self.target) else ""
        type_ = self.type_of(kind) or default_type
        return self.described(kind, self.target, type_, normalized, is_primary=bool(self.is_primary))

    def described(self, kind: Kind, value: str, type_: str, normalized: str, *, is_primary: bool) -> RowAddress:
        """Return an address with its label and its detail."""
        label = None if self.name in (None, kind.names.get(type_, "")) else self.name
        return RowAddress(value, type_, is_primary, label, self.detail or "", normalized)


class _ContactLine(_Keys, forbid_unknown_fields=True, kw_only=True):
    first_name: str | None = None
    last_name: str | None = None
    display_name: str | None = None
    company: str | None = None
    job_title: str | None = None
    external_id: str | None = None
    notes: str | None = None
    source: Literal["", Source] | None = None
    phone_numbers: list[_NumberLine] | None = None
    emails: list[_EmailLine] | None = None
    addresses: list[_AddressLine] | None = None
    tag_ids: Ignored = field(default_factory=msgspec.Raw)
    tags: list[str] | None = None
    error: Ignored = field(default_factory=msgspec.Raw)
    """What a file of rejects says of the line."""


_TEXTS = (*TEXTS, "source")
_ERROR_BEHIND = b' {"error":"'
_DECODER = msgspec.json.Decoder(_ContactLine)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def json_line(contact: Mapping[str, Any]) -> bytes:
    """Return the line of a contact: the API's JSON, decoded, and the names of its tags in `tags`."""
    return msgspec.json.encode(contact) + b"\n"


def read_json_lines(file: BinaryIO, *, encoding: str | None, default_type: str) -> ContactFile:
    """Return a file of JSON lines; of an encoding, None: the one that it shows. Raises InvalidArgument.

    `default_type` is the type of a phone number of which a line says none.
    """
    return _JsonLinesFile(Utf8File(file, encoding), default_type)


class _JsonLinesFile:
    mapping: Mapping[str, str]
    unknown: Sequence[str]

    def __init__(self, file: Utf8File, default_type: str) -> None:
        self._file = file
        self._default_type = default_type
        self.encoding = file.encoding
        self.mapping = {}
        self.unknown = ()

    def rows(self) -> Iterator[FileRow]:
        """Yield each line that is not blank. Raises InvalidArgument where the first one is no JSON object."""
        number = 0
        for line in bounded_lines(self._file.chunks(), LONGEST_JSON_LINE):
            raw = line.strip()
            if not raw:
                continue
            number += 1
            if number == 1 and not raw.startswith(b"{"):
                message = "this is no file of JSON lines: its first line must be one contact, a JSON object"
                raise InvalidArgument(Reason.MALFORMED_REQUEST, message)
            yield self._row(number, raw)

    def _row(self, number: int, raw: bytes) -> FileRow:
        if len(raw) > LONGEST_JSON_LINE:
            cut = raw[:LONGEST_JSON_CUT].decode("utf-8", "ignore").encode()
            return FileRow(number, cut, RowContact(), f"the line is longer than {LONGEST_JSON_LINE >> 20} MiB")
        try:
            return FileRow(number, raw, self._contact(_DECODER.decode(raw)))
        except (ValueError, RecursionError) as error:
            mended, mark, _ = raw.rpartition(_ERROR_BEHIND)
            if mark:
                return self._row(number, mended)
            return FileRow(number, raw.decode("utf-8", "replace").encode(), RowContact(), str(error))

    def _contact(self, line: _ContactLine) -> RowContact:
        numbers = [one for one in line.addresses or () if one.type == "tel"]
        emails = [one for one in line.addresses or () if one.type == "email"]
        return RowContact(
            texts={name: text for name in _TEXTS if (text := getattr(line, name))},
            phone_numbers=_joined(PHONE_NUMBERS, line.phone_numbers or (), numbers, self._default_type),
            emails=_joined(EMAILS, line.emails or (), emails, ""),
            tags=line.tags or (),
            id=line.id or "",
            tm_create=line.tm_create or "",
            tm_update=line.tm_update or "",
            is_own=bool(line.id),
        )

    def bytes_read(self) -> int:
        """Return how far the file is read."""
        return self._file.bytes_read

    def rejects_begin(self) -> bytes:
        """Return nothing: a file of lines has no beginning of its own."""
        return b""

    def rejected(self, row: FileRow, error: str) -> bytes:
        """Return the line with a key `error`; behind one that is broken, so that it can still be mended."""
        said = msgspec.json.encode(error.encode("utf-8", "replace").decode())
        try:
            keys = _OBJECT.decode(row.raw)
        except (ValueError, RecursionError):
            return row.raw + _ERROR_BEHIND + said[1:] + b"}\n"
        keys["error"] = msgspec.Raw(said)
        return msgspec.json.encode(keys) + b"\n"


def _joined(
    kind: Kind, listed: Sequence[_NumberLine | _EmailLine], by_target: Sequence[_AddressLine], default_type: str
) -> Sequence[RowAddress]:
    """Return the addresses of a kind that a line has in either notation, or in both. Raises ValueError."""
    if not listed:
        return [one.address(kind, default_type) for one in by_target]
    others = {one.target: one for one in by_target} | {one.id: one for one in by_target if one.id}
    joined = []
    for one in listed:
        value, normalized = one.said()
        is_primary = bool(one.is_primary)
        if not others:
            joined.append(RowAddress(value, one.type or default_type, is_primary, normalized=normalized))
            continue
        other = others.get(one.id or "") or others.get(normalized or value)
        if other is None or len(listed) != len(by_target):
            name = kind.table.name
            raise ValueError(f"{name} and addresses have different {name.replace('_', ' ')}; give one of the two")
        type_ = one.type or other.type_of(kind) or default_type
        joined.append(other.described(kind, value, type_, normalized, is_primary=is_primary))
    return joined
