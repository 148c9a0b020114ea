"""CSV files that people bring: which file it is, how it is read, and its rows (rows.py says in what shape)."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from ringbook.errors import FieldProblem, InvalidArgument
from ringbook.transfer.cells import RoundedNumber, safe
from ringbook.transfer.csv_records import CsvRecord, CsvRecords, dialect_of
from ringbook.transfer.csv_rows import RowReader
from ringbook.transfer.encodings import LOST, START_BYTES, decoder_of, encoding_of, known_encoding
from ringbook.transfer.headers import ERROR_COLUMN, is_known_column, layout_of
from ringbook.transfer.rows import FileRow, RowContact

OTHER_FILES = (
    (b"PK\x03\x04", "is a ZIP or Excel workbook (.xlsx): save it as CSV"),
    (b"PK\x05\x06", "is a ZIP or Excel workbook (.xlsx): save it as CSV"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel workbook (.xls): save it as CSV"),
    (b"\x1f\x8b", "is compressed by gzip: unpack it"),
    (b"BZh", "is compressed by bzip2: unpack it"),
    (b"\xfd7zXZ\0", "is compressed by xz: unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive: unpack it"),
    (b"%PDF-", "is a PDF: take the CSV that it was made of"),
    (b"SQLite format 3\0", "is an SQLite database: export it as CSV"),
    (b"\x89PNG\r\n\x1a\n", "is an image"),
    (b"\xff\xd8\xff", "is an image"),
    (b"GIF8", "is an image"),
    (b"{\\rtf", "is a text with formats (.rtf): save it as CSV"),
)
"""By their first bytes; none of them begins a text."""

_EMPTY = RowContact()


def read_csv(
    file: BinaryIO,
    *,
    region: str,
    encoding: str | None,
    mapping: Mapping[str, str],
    keep_unknown: bool,
    default_type: str,
) -> "CsvFile":
    """Return a CSV file that is to be read, for a customer in a region.

    `encoding` is as what it is read, None for what it looks like. `mapping` names the field of some columns,
    `default_type` is the type of phone numbers of which the file says none, '' for no type. With `keep_unknown` what
    unknown columns have goes into the notes.

    The first line that is not empty names the columns. Where it looks like a contact already the file is refused, and
    not read by position: nobody could say whether the first contact is one.

    Raises InvalidArgument: naming `file` for what is no CSV file, `encoding`, or `map`.
    """
    start = _start_of(file)
    for beginning, what in OTHER_FILES:
        if start.startswith(beginning):
            raise _is_no_csv(f"it {what}")
    if not start.strip(b"\xef\xbb\xbf\xfe\xff \t\r\n\0\x1a"):
        raise _is_no_csv("it is empty")
    name = known_encoding(encoding, start) if encoding else encoding_of(start, region)
    text = decoder_of(name).decode(start).lstrip("\ufeff")
    records = CsvRecords(file, start, name, dialect_of(text, is_known_column))
    return CsvFile(records, name, mapping, keep_unknown=keep_unknown, default_type=default_type)


def _start_of(file: BinaryIO) -> bytes:
    """Return the beginning of the file, however little of it each read gives."""
    start = b""
    while len(start) < START_BYTES and (more := file.read(START_BYTES - len(start))):
        start += more
    return start


def _is_no_csv(message: str) -> InvalidArgument:
    return InvalidArgument.of([FieldProblem("file", message)])


class CsvFile:
    """A CSV file that is being read: a ContactFile. Its rows can be asked for once."""

    def __init__(
        self, records: CsvRecords, encoding: str, mapping: Mapping[str, str], *, keep_unknown: bool, default_type: str
    ) -> None:
        self.encoding = encoding
        self._source = records
        self._records = iter(records)
        if records.dialect.has_separator_line:
            next(self._records, None)
        header = next(self._records, None)
        if header is None:
            raise _is_no_csv("it is empty")
        if header.problem:
            problem = _readable(header.problem).replace("\0", "")
            raise _is_no_csv(f"its first line, which is to name the columns, cannot be read: {problem}")
        if not any(cell.strip() for cell in header.cells):
            raise _is_no_csv("its first line, which is to name the columns, names none")
        layout = layout_of([_readable(cell) for cell in header.cells], mapping)
        self.mapping: Mapping[str, str] = layout.mapping
        self._unknown = tuple(layout.unknown)
        self._header = _readable(header.text).rstrip("\r\n")
        self._width = len(layout.names)
        self._has_footer = layout.product.name == "Salesforce"
        self._reader = RowReader(layout, keep_unknown=keep_unknown, default_type=default_type)
        # a row is rejected with its error before it, so that it stays as it is, however many cells it has
        self._has_error_first = layout.names[0].casefold() == ERROR_COLUMN

    @property
    def unknown(self) -> tuple[str, ...]:
        """Columns that are not taken over: of no field, or of one of which another column says something else."""
        return self._unknown + self._reader.not_taken

    def rows(self) -> Iterator[FileRow]:
        """Yield each row in order, a broken one with its problem; an empty line is none.

        Missing cells at the end of a row are empty; more cells than columns are none if they are empty, else the row
        is rejected. Behind a row that its quotation marks break, rows that may be the rest of it are rejected too.
        """
        contact, width, is_behind_broken = self._reader.contact, self._width, False
        for number, record in enumerate(self._records, 1):
            cells, text, problem = record
            raw = text.rstrip("\r\n")
            problem = problem or self._problem_of(record)
            if is_behind_broken and not problem:
                is_behind_broken = len(cells) < width or text.count('"') % 2 == 1
                if is_behind_broken:
                    problem = "it may be the rest of the row before, whose quotation marks are broken"
            if record.problem:
                is_behind_broken = True
            found = _EMPTY
            if not problem:
                if len(cells) < width:
                    cells = [] if self._has_footer and len(cells) == 1 else cells
                    cells = cells + [""] * (width - len(cells))
                try:
                    found = contact(cells)
                except RoundedNumber as error:
                    problem = str(error)
            if problem:
                raw, problem = _readable(raw), _readable(problem).replace("\0", "")
            yield FileRow(number, raw.encode(), found, problem)

    def _problem_of(self, record: CsvRecord) -> str:
        cells, text, _ = record
        if LOST in text:
            return f"it has bytes that are no {self.encoding}; say as what the file is to be read, with encoding"
        if "\0" in text:
            return "it has a NUL character"
        if len(cells) > self._width and any(cell.strip() for cell in cells[self._width :]):
            return f"it has {len(cells)} cells, and the header names {self._width} columns"
        return ""

    def bytes_read(self) -> int:
        """Return how far it is read, about."""
        return self._source.bytes_read

    def rejects_begin(self) -> bytes:
        """Return the beginning of a file of rejects: the header, with a column `error` before the others."""
        delimiter = self._source.dialect.delimiter
        separator_line = f"sep={delimiter}\r\n" if self._source.dialect.has_separator_line else ""
        error = "" if self._has_error_first else f"{ERROR_COLUMN}{delimiter}"
        return f"\ufeff{separator_line}{error}{self._header}\r\n".encode()

    def rejected(self, row: FileRow, error: str) -> bytes:
        """Return the row with its error, as it goes into a file of rejects, in UTF-8."""
        delimiter = self._source.dialect.delimiter
        raw = row.raw
        if self._has_error_first:
            raw = raw[self._length_of_first(raw) :]
        line = io.StringIO()
        csv.writer(line, delimiter=delimiter, lineterminator="").writerow([safe(_readable(error)), ""])
        return line.getvalue().encode() + raw + b"\r\n"

    def _length_of_first(self, raw: bytes) -> int:
        """Return where the second cell of a row begins: the first is the error that it was rejected with before."""
        text = raw.decode()
        first = self._source.first_cell.match(text)
        return len(text[: first.end()].encode()) if first else 0


def _readable(text: str) -> str:
    """Return a text that was decoded with a sign for each byte that is lost."""
    return text.replace(LOST, "\ufffd")
