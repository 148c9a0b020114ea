"""The names that files give their encodings, and the bytes of a file in UTF-8, piece by piece. Pure."""

import codecs
import encodings
import pkgutil
from collections.abc import Iterator
from encodings.aliases import aliases
from typing import BinaryIO

from ringbook.errors import FieldProblem, InvalidArgument

CHUNK_BYTES = 1 << 18
LONGEST_CHARSET = 40
"""The most characters of an encoding's name."""

_NO_TEXT = {"aliases", "base64_codec", "bz2_codec", "charmap", "hex_codec", "idna", "mbcs", "oem", "punycode"}
_NO_TEXT |= {"quopri_codec", "raw_unicode_escape", "rot_13", "undefined", "unicode_escape", "utf_7", "uu_codec"}
_NO_TEXT |= {"zlib_codec"}
_CODECS = {module.name for module in pkgutil.iter_modules(encodings.__path__)} - _NO_TEXT
"""Python remembers every name that it has looked for: only those that it has are looked up."""

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""UTF-32's stand before UTF-16's, with which the one of them begins."""


def charset(name: str) -> str | None:
    """Return the text encoding of this name, as Python calls it, None where there is none."""
    if len(name) > LONGEST_CHARSET or not name.isascii():
        return None
    word = encodings.normalize_encoding(name).lower()
    module = aliases.get(word, word)
    return codecs.lookup(module).name if module in _CODECS else None


class Utf8File:
    """A file whose bytes are read as UTF-8, whatever they are."""

    def __init__(self, file: BinaryIO, encoding: str | None) -> None:
        """Take a file of an encoding; None: it is seen from its first bytes. Raises InvalidArgument."""
        self._file = file
        self._start = file.read(CHUNK_BYTES)
        while 0 < len(self._start) < len(codecs.BOM_UTF32_LE) and (more := file.read(CHUNK_BYTES)):
            self._start += more
        self.bytes_read = 0
        if encoding is None:
            found = _seen_from(self._start)
        elif known := charset(encoding):
            found = _with_order(known, self._start)
        else:
            message = f"'{encoding[:LONGEST_CHARSET]}' is no text encoding, such as utf-8, utf-16 or cp1252"
            raise InvalidArgument.of([FieldProblem("encoding", message)])
        self.encoding = found.removesuffix("-sig")  # chunks() takes the mark off

    def chunks(self) -> Iterator[bytes]:
        """Yield the file in UTF-8; where it says to be that already, as it is but for its byte-order mark."""
        decoder = None
        if self.encoding != "utf-8":
            decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        chunk, self._start = self._start, b""
        while chunk:
            is_first, self.bytes_read = not self.bytes_read, self.bytes_read + len(chunk)
            if decoder:
                yield decoder.decode(chunk).encode("utf-8", "replace")
            else:
                yield chunk.removeprefix(codecs.BOM_UTF8) if is_first else chunk
            chunk = self._file.read(CHUNK_BYTES)
        if decoder and (rest := decoder.decode(b"", final=True)):
            yield rest.encode("utf-8", "replace")


def _seen_from(start: bytes) -> str:
    for mark, name in BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return name
    if len(start) > 1 and 0 in start[:2] and start[:2] != b"\0\0":  # the first character of either form is ASCII
        return "utf-16-le" if start[1] == 0 else "utf-16-be"
    return "utf-8"


def _with_order(name: str, start: bytes) -> str:
    """Return an encoding; where its name leaves the order of bytes to a mark that is not there, that of the bytes."""
    if name not in ("utf-16", "utf-32"):
        return name
    seen = _seen_from(start)
    return seen if seen.startswith(name) else f"{name}-le"


def bounded_lines(chunks: Iterator[bytes], longest: int) -> Iterator[bytes]:
    r"""Yield the lines without their \n; of one with more than `longest` bytes the first `longest` + 1."""
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        *lines, last = chunk.split(b"\n")
        for line in lines:
            if parts:
                line = b"".join([*parts, line])  # noqa: PLW2901  what the chunk before has of it
                parts, size = [], 0
            yield line[: longest + 1]
        if last and size <= longest:
            parts.append(last)
            size += len(last)
    if parts:
        yield b"".join(parts)[: longest + 1]
