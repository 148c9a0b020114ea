"""The bytes of a CSV file -> its records (RFC 4180), however its cells are delimited and its lines end.

A record that breaks the rules costs itself and no other. Nothing is kept in memory but the record at hand.
"""

import csv
import io
import itertools
import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from ringbook.transfer.encodings import decoder_of

LONGEST_RECORD = 1 << 20
"""How many characters a record may have."""

SHOWN_OF_LONGER = 1000
"""How many characters are kept of a longer one."""

PIECE_BYTES = 1 << 16
DELIMITERS = ",;\t|^~"
JUDGED_LINES = 50
"""By how many lines the delimiter is judged."""

csv.field_size_limit(LONGEST_RECORD)  # else a cell of more than 131,072 characters, which may be ignored, is refused

_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=([^"\r\n\w\0\udcff])"?[ \t]*[\r\n]', re.IGNORECASE)
_FIRST_LINE_END = re.compile(r'(?:[^"\r\n]++|"[^"]*+")*+(\r\n?|\n)')


class Dialect(NamedTuple):
    """How the cells of a file stand beside each other."""

    delimiter: str
    line_end: str
    """The last character of each line: "\\n", or "\\r" where there is no other."""
    has_separator_line: bool = False
    """Whether its first line is `sep=;`, which tells Excel the delimiter."""
    has_blanks: bool = False
    """Whether a blank stands between a delimiter and a quotation mark."""


class CsvRecord(NamedTuple):
    """A record: its cells, or why it has none."""

    cells: list[str]
    text: str
    """As it stands in the file."""
    problem: str = ""


class _TooLong(Exception):
    pass


def dialect_of(start: str, is_known: Callable[[str], bool]) -> Dialect:
    """Return the dialect of a file that begins so.

    The delimiter is the one that gives the most names of columns that are known, then the most rows of one width.
    """
    found = _FIRST_LINE_END.match(start)
    ends_in_cr = found[1] == "\r" if found else "\n" not in start
    line_end = "\r" if ends_in_cr and "\r" in start else "\n"
    if separator := _SEPARATOR_LINE.match(start):
        delimiter = separator[1]
        start = start[separator.end() :]
    else:
        delimiter = max(DELIMITERS, key=lambda one: _fits(start, one, is_known))
    first_line = start[: found.end() if found else PIECE_BYTES]
    return Dialect(delimiter, line_end, separator is not None, delimiter != " " and f'"{delimiter} "' in first_line)


def _fits(start: str, delimiter: str, is_known: Callable[[str], bool]) -> tuple[int, float, int]:
    lines = itertools.islice(io.StringIO(start[:PIECE_BYTES], newline=""), JUDGED_LINES)
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        rows = []
    if not rows or len(rows[0]) == 1:
        return 0, 0, 0
    same_width = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
    return sum(map(is_known, rows[0])), same_width, len(rows[0])


class CsvRecords:
    """The records of a file, one after the other."""

    def __init__(self, file: BinaryIO, start: bytes, encoding: str, dialect: Dialect) -> None:
        self.bytes_read = 0
        self.dialect = dialect
        self._file = file
        self._start = start
        self._encoding = encoding
        self._lines = self._all_lines()
        self._taken: list[str] = []
        """The lines of the record at hand."""
        self._waiting: deque[str] = deque()
        """Lines that were taken for a record that broke before them."""
        delimiter, blanks = re.escape(dialect.delimiter), " *+" if dialect.has_blanks else ""
        cell = rf'(?:{blanks}"[^"]*+(?:""[^"]*+)*+"|(?!{blanks}")[^{delimiter}]*+){delimiter}'
        self.first_cell = re.compile(cell)
        """The first cell of a record, with the delimiter behind it."""
        self._whole_cells = re.compile(f"(?:{cell})*+")

    def __iter__(self) -> Iterator[CsvRecord]:
        """Yield each record in order, a broken one with its problem; of an empty line nothing."""
        while True:
            taken = self._taken
            reader = csv.reader(
                self._fed(), delimiter=self.dialect.delimiter, skipinitialspace=self.dialect.has_blanks, strict=True
            )
            try:
                for cells in reader:
                    text = taken[0] if len(taken) == 1 else "".join(taken)
                    taken.clear()
                    if cells and (len(cells) > 1 or cells[0].strip(" \t\xa0\ufeff\0\x1a")):
                        yield CsvRecord(cells, text)
            except (csv.Error, _TooLong) as error:
                yield self._broken(str(error))
            else:
                return

    def _fed(self) -> Iterator[str]:
        """Yield line after line to the reader of a record."""
        taken, waiting, size = self._taken, self._waiting, 0
        while True:
            line = waiting.popleft() if waiting else next(self._lines, "")
            if not line:
                return
            size = size + len(line) if taken else len(line)
            taken.append(line)
            if size > LONGEST_RECORD:
                raise _TooLong
            yield line

    def _broken(self, error: str) -> CsvRecord:
        """Return the record that cannot be read, up to the line where its last quotation mark opens a cell.

        What comes behind that line is read anew: the mark may be a slip, and all other lines be good.
        """
        text = "".join(self._taken)
        count, problem = len(self._taken), "a line break stands in a cell that has no quotation marks around it"
        if len(self._taken[0]) > LONGEST_RECORD:
            count, problem = 1, f"the row is longer than {LONGEST_RECORD:,} characters"
        elif not error.startswith("new-line"):
            whole_cells = self._whole_cells.match(text)
            opened = whole_cells.end() if whole_cells else 0
            count = text.count(self.dialect.line_end, 0, opened) + 1
            cell = text[opened : opened + 30].lstrip(' "').partition(self.dialect.line_end)[0]
            problem = f"the quotation mark before '{cell}' is not closed, or one behind it is not doubled"
        self._waiting.extendleft(reversed(self._taken[count:]))
        text = "".join(self._taken[:count])
        self._taken.clear()
        return CsvRecord([], text if len(text) <= LONGEST_RECORD else text[:SHOWN_OF_LONGER], problem)

    def _all_lines(self) -> Iterator[str]:
        """Yield each line with its end; of one that is too long only the beginning, one character too long."""
        end = self.dialect.line_end
        lines = re.compile(f"[^{end}]*+{end}|[^{end}]++")
        begun, is_skipping = "", False
        for piece in self._pieces():
            if is_skipping and end not in piece:
                continue
            found = lines.findall(piece.partition(end)[2] if is_skipping else begun + piece)
            is_skipping = False
            begun = found.pop() if found and not found[-1].endswith(end) else ""
            yield from found
            if len(begun) > LONGEST_RECORD:
                yield begun[: LONGEST_RECORD + 1]
                begun, is_skipping = "", True
        if begun:
            yield begun

    def _pieces(self) -> Iterator[str]:
        """Yield the text of the file piece by piece."""
        decoder = decoder_of(self._encoding)
        begins = True
        for data in self._data():
            self.bytes_read += len(data)
            text = decoder.decode(data, final=not data)
            if begins:
                text = text.lstrip("\ufeff")
            begins = begins and not text
            if text:
                yield text

    def _data(self) -> Iterator[bytes]:
        """Yield the bytes of the file, and at last none."""
        for at in range(0, len(self._start), PIECE_BYTES):
            yield self._start[at : at + PIECE_BYTES]
        while data := self._file.read(PIECE_BYTES):
            yield data
        yield b""
