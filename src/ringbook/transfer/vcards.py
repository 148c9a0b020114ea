"""vCard 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350) -> contacts, a card at a time; a broken card costs that card alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from ringbook.errors import InvalidArgument, Reason
from ringbook.transfer.charsets import Utf8File, bounded_lines
from ringbook.transfer.encodings import code_page_of
from ringbook.transfer.rows import ContactFile, FileRow, RowContact
from ringbook.transfer.vcard_contacts import CardReading
from ringbook.transfer.vcard_export import folded_line
from ringbook.transfer.vcard_lines import END, LONGEST_CARD, MARK, CardLines, split_cards, unfolded, with_line_feeds
from ringbook.transfer.vcard_properties import VcardProperty, in_utf8, read_property
from ringbook.transfer.vcard_text import OWN, escaped

MOST_UNKNOWN = 100
"""How many names of unknown properties are kept."""

LONGEST_ERROR = 2000
"""The most characters of an error that a file of rejects has."""

_ERROR = f"{OWN}ERROR"
_IS_ERROR = f";{_ERROR}=".encode()


def read_vcards(
    file: BinaryIO, *, encoding: str | None, default_type: str, keep_unknown: bool = False, region: str = ""
) -> ContactFile:
    """Return a file of vCards; of an encoding, None: the one that it shows. Raises InvalidArgument.

    What is in no UTF-8, and has no CHARSET, is in the code page of the `region` ('' for none). `default_type` is the
    type of a phone number of which the card says none. What a card says that Ringbook has no field for is named in
    `unknown`; with `keep_unknown` it goes into the notes as well.
    """
    return _VcardFile(Utf8File(file, encoding), code_page_of(region), default_type, keep_unknown=keep_unknown)


class _VcardFile:
    mapping: Mapping[str, str]
    unknown: Sequence[str]

    def __init__(self, file: Utf8File, page: str, default_type: str, *, keep_unknown: bool) -> None:
        self._file = file
        self._page = page
        self._default_type = default_type
        self._keep_unknown = keep_unknown
        self._is_transcoded = file.encoding != "utf-8"
        self.encoding = file.encoding
        self.mapping = {}
        self.unknown = ()

    def rows(self) -> Iterator[FileRow]:
        """Yield each card in order, and what stands between cards.

        Raises InvalidArgument where something is in the file, and no card begins.
        """
        lines = bounded_lines(with_line_feeds(self._file.chunks()), LONGEST_CARD)
        number = 0
        for number, card in enumerate(split_cards(lines), 1):
            yield self._row(number, card)
        if not number and self._file.bytes_read:
            raise InvalidArgument(Reason.MALFORMED_REQUEST, "this is no vCard file: no card begins in it (BEGIN:VCARD)")

    def _row(self, number: int, card: CardLines) -> FileRow:
        lines = list(unfolded(card.lines))
        raw = b"\r\n".join([*card.lines, b""])
        if _IS_ERROR in raw:  # of an import before
            lines = [line for line in lines if _IS_ERROR not in line.partition(b":")[0]]
        contact, problem = RowContact(), card.problem
        if not problem:
            try:
                contact = self._contact([self._property(line) for line in lines[1:-1]])
            except ValueError as error:
                problem = str(error)
        for name in card.dropped:
            self._say_unknown(name)
        return FileRow(number, self._in_utf8(raw, lines), contact, problem)

    def _property(self, line: bytes) -> VcardProperty:
        return read_property(line, is_transcoded=self._is_transcoded, page=self._page)

    def _in_utf8(self, raw: bytes, lines: Sequence[bytes]) -> bytes:
        """Return a card as it goes into a file of rejects: as it is where it is in UTF-8, else each line by itself."""
        if _IS_ERROR not in raw and (raw.isascii() or (b"CHARSET" not in raw.upper() and _is_utf8(raw))):
            return raw
        return b"\r\n".join(
            [*(in_utf8(line, is_transcoded=self._is_transcoded, page=self._page) for line in lines), b""]
        )

    def _contact(self, properties: Sequence[VcardProperty]) -> RowContact:
        reading = CardReading(properties, self._default_type)
        contact = reading.contact()
        if not self._is_transcoded and not all(one.is_utf8 or "CHARSET" in one.parameters for one in properties):
            self.encoding = self._page
        for name, _ in reading.left:
            self._say_unknown(name)
        if self._keep_unknown and reading.left:
            kept = [f"{name}: {text}" for name, text in reading.left if text]
            notes = "\n".join(filter(None, [contact.texts.get("notes", ""), *kept]))
            contact = contact._replace(texts={**contact.texts, "notes": notes})
        return contact

    def _say_unknown(self, name: str) -> None:
        if name not in self.unknown and len(self.unknown) < MOST_UNKNOWN:
            self.unknown = (*self.unknown, name[:100])

    def bytes_read(self) -> int:
        """Return how far the file is read."""
        return self._file.bytes_read

    def rejects_begin(self) -> bytes:
        """Return nothing: a file of cards has no beginning of its own."""
        return b""

    def rejected(self, row: FileRow, error: str) -> bytes:
        """Return the card with a NOTE that says the error, which is left out when the file is read again.

        It stands in front, where no value that is cut can swallow it. What is no card becomes one, to be mended.
        """
        lines = row.raw.rstrip(b"\r\n").split(b"\r\n")
        begin = MARK.fullmatch(lines[0])
        if not (begin and begin[2]):
            lines = [b"BEGIN:VCARD", *(line for line in lines if not END.fullmatch(line))]
        if len(lines) == 1 or not END.fullmatch(lines[-1]):
            lines.append(b"END:VCARD")
        at = 2 if lines[1].upper().startswith(b"VERSION") else 1
        note = folded_line(f"NOTE;{_ERROR}=1:{escaped(error[:LONGEST_ERROR])}".encode("utf-8", "replace"))
        return b"".join([*(line + b"\r\n" for line in lines[:at]), note, *(line + b"\r\n" for line in lines[at:])])


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
