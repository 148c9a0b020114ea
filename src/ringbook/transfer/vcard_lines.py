"""The lines of a vCard file -> its cards, each as its lines, and what stands between them. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

LONGEST_CARD = 1 << 21
"""The most bytes of a card, its pictures aside: one with all that a contact may have is shorter."""

MOST_LINES_OF_CARD = 50_000

LONGEST_CUT = 1 << 14
"""The most bytes that are kept of a card that is longer, or of what is no card."""

END = re.compile(rb"END[ \t]*:[ \t]*VCARD[ \t]*", re.IGNORECASE)
HAS_TEXT = ("FN", "N", "NICKNAME", "ORG", "TITLE", "ROLE", "TEL", "EMAIL", "NOTE", "UID", "CATEGORIES", "X-ABLABEL")
"""The properties of which a value in base64 is a text."""

MARK = re.compile(rb"((?:\xef\xbb\xbf)?[ \t]*)(?:(BEGIN)|END)[ \t]*:[ \t]*VCARD[ \t]*", re.IGNORECASE)
"""Where a card begins or ends; within a card, behind a blank, it is of the line before."""

_JOINED = re.compile(
    rb"(END[ \t]*:[ \t]*VCARD)[ \t]*((?:\xef\xbb\xbf)?[ \t]*BEGIN[ \t]*:[ \t]*VCARD[ \t]*)", re.IGNORECASE
)
"""Where the last line of a file and the first one of the next became one."""

_AGENT = re.compile(rb"(?:[\w-]++\.)?AGENT[ \t]*(?:;[^:]*+)?:[ \t]*", re.IGNORECASE)
_BINARY = re.compile(
    rb"(?:[\w-]++\.)?(?:(PHOTO|LOGO|SOUND|KEY)[ \t]*[;:]|([\w-]++)[^:]*?;(?:ENCODING=)?(?:B|BASE64)[;:])", re.IGNORECASE
)
_QUOTED_PRINTABLE = re.compile(rb"[^:]*?QUOTED-PRINTABLE", re.IGNORECASE)
_PROPERTY = re.compile(
    rb"(?:[\w-]++\.)?(?:FN|N|NICKNAME|ORG|TITLE|ROLE|TEL|EMAIL|NOTE|UID|CATEGORIES|ADR|LABEL|URL|BDAY|ANNIVERSARY|REV"
    rb"|PHOTO|LOGO|SOUND|KEY|IMPP|GEO|TZ|MAILER|AGENT|SORT-STRING|CLASS|PRODID|KIND|GENDER|LANG|X-[A-Z-]++)"
    rb"(?:;|:(?![ \t]))"
)
"""How a line begins that is a property, and not the rest of a text: in capitals, without a blank behind the colon."""


class CardLines(NamedTuple):
    """A card, or what stands where one should."""

    lines: Sequence[bytes]
    """With BEGIN and END, where they are there; without empty ones, pictures and cards within the card."""
    dropped: Sequence[str]
    """The properties that are left out."""
    is_card: bool
    problem: str


def with_line_feeds(chunks: Iterable[bytes]) -> Iterator[bytes]:
    r"""Yield the pieces of a text with \n at the end of each line, whichever it had: \r\n, \n or \r."""
    held = b""
    for chunk in chunks:
        text = held + chunk
        held = b"\r" if text.endswith(b"\r") else b""
        yield text[: len(text) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if held:
        yield b"\n"


def apart(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines, as two where the end of a card and the beginning of the next stand in one."""
    for line in lines:
        joined = _JOINED.fullmatch(line)
        if joined:
            yield from joined.groups()
        else:
            yield line


def split_cards(lines: Iterable[bytes]) -> Iterator[CardLines]:
    """Yield each card, and between cards what is no blank line; nothing where no card begins at all."""
    piece = _Piece()
    cards = 0
    for line in apart(lines):
        mark = MARK.fullmatch(line)
        if mark is None or (mark[1] and piece.is_card):
            if piece.depth:
                piece.add_nested(line, 0)
            else:
                piece.add(line)
        elif mark[2] and not piece.is_at_agent():
            yield from piece.closed("the card has no END:VCARD before the next one begins")
            piece = _Piece(line)
            cards += 1
        elif mark[2] or piece.depth:
            piece.add_nested(line, 1 if mark[2] else -1)
        elif piece.is_card:
            piece.lines.append(line)
            yield from piece.closed("")
            piece = _Piece()
        else:
            piece.add(line)
    if cards:
        yield from piece.closed("the card has no END:VCARD")


class _Piece:
    """A card that is being read, or what is none."""

    def __init__(self, begin: bytes | None = None) -> None:
        self.is_card = begin is not None
        self.lines = [] if begin is None else [begin.removeprefix(b"\xef\xbb\xbf").strip()]
        self.depth = 0
        """In how many cards within the card the line stands."""
        self._size = 0
        self._longest = LONGEST_CARD if self.is_card else LONGEST_CUT
        self._previous = b""
        self._dropped: dict[str, None] = {}
        self._drops = self._is_soft = False

    def is_at_agent(self) -> bool:
        """Tell whether a card that begins now is the value of the line before."""
        return self.is_card and _AGENT.fullmatch(self._previous) is not None

    def add(self, line: bytes) -> None:
        """Take the next line."""
        found = _BINARY.match(line) if self.is_card else None
        self._is_soft = self._is_soft and not _PROPERTY.match(line)
        if (found or self._drops) and self._is_dropped(line, found):
            return
        self._size += len(line) + 1
        if not line or (not self.is_card and line.isspace()):
            return
        self._previous = line
        if len(self.lines) == MOST_LINES_OF_CARD:
            self._size = LONGEST_CARD + 1
        if self._size <= self._longest or not self.lines:
            self.lines.append(line[: self._longest])
        self._is_soft = line.endswith(b"=") and (self._is_soft or _QUOTED_PRINTABLE.match(line) is not None)

    def add_nested(self, line: bytes, deeper: int) -> None:
        """Take the next line of a card within the card (AGENT in 2.1), which begins with it (1), or ends (-1)."""
        if not self.depth and _AGENT.fullmatch(self.lines[-1]):
            self.lines.pop()
        self.depth += deeper
        self._dropped["AGENT"] = None
        self._size += len(line) + 1
        self._previous = line

    def _is_dropped(self, line: bytes, found: re.Match[bytes] | None) -> bool:
        """Tell whether the line is of a picture, a sound or a key; where one goes on unfolded, there is no `:`."""
        if self._drops and (line.startswith((b" ", b"\t")) or (line and b":" not in line)):
            return True
        self._drops = False
        if found and not self._is_soft:
            name = (found[1] or found[2]).upper().decode()
            if name not in HAS_TEXT:
                self._drops = True
                self._dropped[name] = None
        return self._drops

    def closed(self, problem: str) -> Iterator[CardLines]:
        """Yield what it is, where it is anything; the problem is that of a card that is no other way wrong."""
        if not self.lines:
            return
        lines: Sequence[bytes] = self.lines
        if not self.is_card:
            start = lines[0][:60].decode("utf-8", "replace")
            problem = f"'{start}' stands in no card: before it there is no BEGIN:VCARD"
        elif self._size > LONGEST_CARD:
            problem = f"the card is longer than {LONGEST_CARD >> 20} MiB or {MOST_LINES_OF_CARD} lines"
            lines = _cut(lines)
        yield CardLines(lines, list(self._dropped)[:100], self.is_card, problem)


def _cut(lines: Sequence[bytes]) -> Sequence[bytes]:
    """Return the first lines, LONGEST_CUT bytes of them."""
    size = 0
    for i, line in enumerate(lines):
        size += len(line) + 2
        if size > LONGEST_CUT:
            return lines[:i]
    return lines


def unfolded(lines: Sequence[bytes]) -> Iterator[bytes]:
    """Yield a card's lines unfolded (RFC 6350, 3.2): as bytes, since a fold may stand within a character.

    A value in quoted-printable goes on behind a `=` at the end of its line, which is a slip where a property follows.
    """
    data = b"\n".join(lines)
    if b"QUOTED-PRINTABLE" not in data.upper():
        yield from data.replace(b"\n ", b"").replace(b"\n\t", b"").split(b"\n")
        return
    parts: list[bytes] = []
    is_quoted = is_soft = False
    for line in lines:
        if is_soft and not END.fullmatch(line) and not _PROPERTY.match(line):
            parts[-1] = parts[-1].rstrip(b" \t")[:-1]
            parts.append(line)
        elif parts and line.startswith((b" ", b"\t")):
            parts.append(line[1:])
        else:
            if parts:
                yield b"".join(parts)
            parts = [line]
            is_quoted = _QUOTED_PRINTABLE.match(line) is not None
        is_soft = is_quoted and line.rstrip(b" \t").endswith(b"=")
    yield b"".join(parts)
