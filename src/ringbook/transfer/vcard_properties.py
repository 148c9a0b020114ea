"""A line of a vCard -> its name, its parameters and its value. Pure."""

import binascii
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from ringbook.transfer.charsets import charset
from ringbook.transfer.encodings import WESTERN, written_in

LONGEST_KNOWN_HEAD = 64
"""What stands before a value is the same in most cards: so long a head is read once."""

_HEAD = re.compile(r"[ \t]*+(?:([\w-]++)\.)?([\w-]++)[ \t]*+(;.*)?", re.ASCII | re.DOTALL)
_QUOTED_HEAD = re.compile(r'[^:"]*+(?:"[^"]*+"[^:"]*+)*+(?=:)')
_PARAMETER = re.compile(r';([^:;"]*+(?:"[^"]*+"[^:;"]*+)*+)')
_ENCODINGS = {"QUOTED-PRINTABLE": "Q", "Q": "Q", "BASE64": "B", "B": "B", "8BIT": "", "7BIT": ""}
_ESCAPED = re.compile(r"\\([\\;,:nN])")
_ESCAPED_IN_QUOTED = re.compile(r"\\([;,:])")
_PIECES = {sign: re.compile(rf"((?:[^{sign}\\]++|\\.?)*+)(?:{sign}|\Z)", re.DOTALL) for sign in ";,"}


class VcardProperty(NamedTuple):
    """A property of a card."""

    group: str
    name: str
    """In capitals."""
    types: Sequence[str]
    """What TYPE says, and what stands among the parameters without its name."""
    parameters: Mapping[str, str]
    """By name in capitals: the others."""
    value: str
    """As it stands in the file; bytes that are no UTF-8 are surrogates."""
    is_utf8: bool = True
    page: str = WESTERN
    """The code page in which it is read where it is not in UTF-8, and does not say in which."""

    def pieces(self, sign: str) -> list[str]:
        """Return the texts between the signs that are not escaped, blanks around each cut. Raises ValueError."""
        if self.parameters.get("ENCODING") == "Q":  # a sign that is encoded is of the text
            return [self._unescaped(self._decoded(one)).strip() for one in _split(self.value, sign)]
        return [self._unescaped(one).strip() for one in _split(self._decoded(self.value), sign)]

    def text(self) -> str:
        """Return the value as a text, blanks around it cut. Raises ValueError."""
        return self._unescaped(self._decoded(self.value)).strip()

    def _decoded(self, value: str) -> str:
        encoding, said = self.parameters.get("ENCODING"), self.parameters.get("CHARSET", "")
        if not encoding and (value.isascii() or (self.is_utf8 and not said)):
            return value
        data = value.encode("utf-8", "surrogateescape")
        if encoding == "Q":
            data = binascii.a2b_qp(data).replace(b"\r\n", b"\n")
        elif encoding == "B":
            data = _from_base64(self.name, data)
        return _as_text(data, said, self.page)

    def _unescaped(self, value: str) -> str:
        r"""Return the text without its escapes; in quoted-printable, where a line break is =0A, `C:\new` is a path."""
        if "\\" not in value:
            return value
        pattern = _ESCAPED_IN_QUOTED if self.parameters.get("ENCODING") == "Q" else _ESCAPED
        return pattern.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def read_property(line: bytes, *, is_transcoded: bool = False, page: str = WESTERN) -> VcardProperty:
    """Return what an unfolded line says; one that is transcoded has no CHARSET. Raises ValueError for no property."""
    try:
        text, is_utf8 = line.decode(), True
    except UnicodeDecodeError:
        text, is_utf8 = line.decode("utf-8", "surrogateescape"), False
    head, colon, value = text.partition(":")
    if '"' in head:
        if quoted := _QUOTED_HEAD.match(text):
            head, value = quoted[0], text[quoted.end() + 1 :]
        else:  # a quotation mark stands alone
            head = head.replace('"', "")
    if not is_utf8:
        head = head.encode("utf-8", "surrogateescape").decode(WESTERN, "replace")
    found = (_known_head(head) if len(head) <= LONGEST_KNOWN_HEAD else _head(head)) if colon else None
    if found is None:
        shown = text[:60].encode("utf-8", "replace").decode()
        raise ValueError(f"the line '{shown}' is no property: it has no name and colon")
    group, name, types, parameters = found
    if is_transcoded and "CHARSET" in parameters and not parameters.get("ENCODING"):
        parameters = {key: value for key, value in parameters.items() if key != "CHARSET"}
    return VcardProperty(group, name, types, parameters, value, is_utf8, page)


def _head(head: str) -> tuple[str, str, Sequence[str], Mapping[str, str]] | None:
    match = _HEAD.fullmatch(head)
    if match is None:
        return None
    group, name, given = match.groups("")
    return group.upper(), name.upper(), *_parameters(given)


_known_head = lru_cache(maxsize=1024)(_head)


def _parameters(given: str) -> tuple[Sequence[str], Mapping[str, str]]:
    types: list[str] = []
    parameters: dict[str, str] = {}
    for one in _PARAMETER.findall(given):
        key, equals, value = one.partition("=")
        key, value = key.strip(), value.replace('"', "").strip()
        if not equals:
            if key.upper() in _ENCODINGS:
                parameters["ENCODING"] = _ENCODINGS[key.upper()]
            elif key:
                types.append(key.strip('"'))
        elif key.upper() == "TYPE":
            types += [word for word in map(str.strip, value.split(",")) if word]
        elif key.upper() == "ENCODING":
            parameters["ENCODING"] = _ENCODINGS.get(value.upper(), "")
        else:
            parameters[key.upper()] = value
    return types, parameters


def _split(value: str, sign: str) -> list[str]:
    if "\\" not in value:
        return value.split(sign)
    return _PIECES[sign].findall(value)


def _from_base64(name: str, data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        raise ValueError(f"the value of {name} is no base64") from None


def _as_text(data: bytes, said: str, page: str) -> str:
    """Return the text of bytes whose encoding is `said`, '' where it is not: then UTF-8, else as Windows writes it."""
    known = charset(said) if said else "ascii"
    if known is None:
        if data.isascii():
            return data.decode("ascii")
        raise ValueError(f"CHARSET={said[:40]} is no text encoding")
    if known in ("ascii", "utf-8"):
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            if known == "utf-8" and error.reason == "unexpected end of data":  # an old phone has cut it in a character
                return data[: error.start].decode()
            return written_in(data, page)
    return data.decode(WESTERN if known == "iso8859-1" else known, "replace")


def in_utf8(line: bytes, *, is_transcoded: bool, page: str) -> bytes:
    """Return an unfolded line in UTF-8, without a CHARSET that it is not of."""
    if line.isascii():
        return line
    try:
        one = read_property(line, is_transcoded=is_transcoded)
        text = _as_text(one.value.encode("utf-8", "surrogateescape"), one.parameters.get("CHARSET", ""), page)
    except ValueError:
        return _as_text(line, "", page).encode()
    whole = line.decode("utf-8", "surrogateescape")
    head = re.sub(r";CHARSET=[^;:]*", "", whole[: len(whole) - len(one.value)], flags=re.IGNORECASE)
    return f"{head}{text}".encode("utf-8", "replace")
