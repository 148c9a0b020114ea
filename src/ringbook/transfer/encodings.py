"""The bytes of a file -> as which encoding they are read: by facts first, by guesses last. Pure."""

import codecs
import itertools
import re
import unicodedata

import charset_normalizer

from ringbook.errors import FieldProblem, InvalidArgument
from ringbook.transfer.charsets import BYTE_ORDER_MARKS, charset

START_BYTES = 1 << 20
"""How much of a file its encoding is judged by; what comes later may turn out not to fit."""

JUDGED_BYTES = 1 << 12
"""How much of a text that is judged by itself."""

LOST = "\udcff"
"""What an undecodable byte is read as: no encoding has this character, so that no row with it passes for a good one."""

_MARKS_OF = {name: tuple(mark for mark, of in BYTE_ORDER_MARKS if of == name) for name in ("utf-16", "utf-32")}

WESTERN = "cp1252"
CODE_PAGES = {
    region: page
    for page, regions in {
        "cp1250": "PL CZ SK HU SI HR RO AL BA ME",
        "cp1251": "RU UA BY BG RS MK KZ KG TJ MN",
        "cp1253": "GR CY",
        "cp1254": "TR AZ",
        "cp1255": "IL",
        "cp1256": "SA AE EG MA DZ TN LY IQ JO KW LB IR PK QA BH OM YE SY SD PS AF",
        "cp1257": "LT LV EE",
        "cp1258": "VN",
        "cp874": "TH",
        "cp932": "JP",
        "cp949": "KR",
        "cp950": "TW HK MO",
        "gb18030": "CN SG",
    }.items()
    for region in regions.split()
}
"""What Windows writes into a CSV file in a region; cp1252 in all others."""

OF_MACINTOSH = {"cp1252": "mac_roman", "cp1250": "mac_latin2", "cp1251": "mac_cyrillic", "cp1253": "mac_greek"}
"""What the old Macintosh, whose lines end with CR alone, wrote instead."""

MANY_BYTES = ("cp932", "cp949", "cp950", "gb18030")
MOST_LINES = 500
_WORD = re.compile(r"[^\W\d_]+")
_OF_UTF_8 = re.compile(rb"([\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})|([\x80-\xff])")
"""Beyond ASCII: the bytes of a character as UTF-8 has it, or else one byte."""
_SIGN_IN_WORD = re.compile(r"[^\W\d_][^\w\s\x00-\x7f\u2010-\u2027\xb7\xad\xb0\xaa\xba\xb4\xab\xbb][^\W\d_]")
"""A sign that stands in no word, such as that of a currency, between two letters: they are of another code page."""

_ORDINARY_SIGNS = frozenset(
    "\u2010\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u2022\u2026\u2039\u203a\u20ac\u2116\u2122"
    "\xa0\xa1\xa3\xa7\xa9\xaa\xab\xad\xae\xb0\xb1\xb2\xb3\xb4\xb7\xba\xbb\xbc\xbd\xbe\xbf"
)


def _mark_lost(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return LOST, error.end


codecs.register_error("ringbook.lost", _mark_lost)


def decoder_of(encoding: str) -> codecs.IncrementalDecoder:
    """Return what decodes a file piece by piece, with LOST for what does not fit the encoding."""
    return codecs.getincrementaldecoder(encoding)("ringbook.lost")


def known_encoding(name: str, start: bytes) -> str:
    """Return the encoding of this name, as Python calls it, for a file that begins so.

    UTF-16 and UTF-32 without their mark are read as what they look like. Raises InvalidArgument where no text file
    can have the encoding.
    """
    found = charset(name)
    if found is None:
        message = f"'{name[:50]}' is no encoding of text; use utf-8, utf-16, cp1252 or another that Python knows"
        raise InvalidArgument.of([FieldProblem("encoding", message)])
    if found in ("utf-16", "utf-32") and not start.startswith(_MARKS_OF[found]):
        return (found == "utf-16" and _utf_16(start)) or f"{found}-le"
    return found


def encoding_of(start: bytes, region: str) -> str:
    """Return as what a file is to be read that begins so, for a customer in a region ('' for none).

    It is never refused: what nothing fits is read as the region's code page, and a dry run shows it.
    """
    for mark, name in BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return name
    if wide := _utf_16(start):
        return wide
    if _decoded(start, "utf-8") is not None or _is_damaged_utf_8(start):  # other text is so by chance hardly ever
        return "utf-8"
    return _code_page(start, code_page_of(region))


def code_page_of(region: str) -> str:
    """Return what Windows writes in a region, '' for none."""
    return CODE_PAGES.get(region, WESTERN)


def written_in(data: bytes, page: str) -> str:
    """Return a short text that is in a code page, or in that of the West where it looks so."""
    found = next((name for name in (page, WESTERN) if _looks_written(data[:JUDGED_BYTES], name)), page)
    return data.decode(found, "replace")


def _decoded(data: bytes, encoding: str) -> str | None:
    """Return the text, or None where the bytes are not of the encoding; a character cut at the end does not count."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return None


def _is_damaged_utf_8(start: bytes) -> bool:
    """Tell whether a text is in UTF-8 but for one byte, or few."""
    good = bad = 0
    for character, byte in _OF_UTF_8.findall(start):
        good += bool(character)
        bad += bool(byte)
    return bad <= max(1, good / 3) and good > 0


def _utf_16(start: bytes) -> str:
    """Return which UTF-16 without its mark it is, '' for none.

    Half the bytes of ASCII are NUL in it, always the one half; of other scripts at least those of line ends are.
    """
    at_even, at_odd = start[::2].count(0), start[1::2].count(0)
    for name, nul, others in (("utf-16-le", at_odd, at_even), ("utf-16-be", at_even, at_odd)):
        if nul * 50 > len(start) and nul > 9 * others:
            text = _decoded(start, name)
            if text is not None and (nul * 3 > len(start) or "\n" in text or "\r" in text):
                return name
    return ""


def _code_page(start: bytes, own: str) -> str:
    """Return the code page in which the words of a file look written."""
    odd = b"\n".join([line for line in start.splitlines() if not line.isascii()][:MOST_LINES])[: START_BYTES // 8]
    likely = [own, WESTERN]
    if b"\r" in start and b"\n" not in start:
        likely = [OF_MACINTOSH[page] for page in likely if page in OF_MACINTOSH] + likely
    for name in dict.fromkeys(likely):
        if _looks_written(odd, name):
            return name
    others = [page for page in dict.fromkeys([*CODE_PAGES.values(), "koi8_r", "mac_roman"]) if page not in likely]
    found = charset_normalizer.from_bytes(odd, cp_isolation=others, enable_fallback=False)
    guesses = [match.encoding for match in found] + others
    return next((name for name in guesses if _looks_written(odd, name)), likely[0])


def _looks_written(data: bytes, encoding: str) -> bool:
    """Tell whether the bytes, read as that code page, have words that somebody could have written."""
    text = _decoded(data, encoding)
    if text is None:
        return False
    odd = [character for character in text if character > "\x7f"]
    if encoding in MANY_BYTES:  # rare characters and half-width kana are what other bytes become
        rare = sum(c > "\uffff" or "\uff61" <= c <= "\uff9f" or "\ue000" <= c <= "\uf8ff" for c in odd)
        mixed = sum(map(_is_mixed, _WORD.findall(text)))
        return (rare + mixed) * 10 <= len(odd)
    if any(unicodedata.category(c)[0] not in "LM" and c not in _ORDINARY_SIGNS for c in odd):
        return False
    if _SIGN_IN_WORD.search(text):
        return False
    words = [word for word in _WORD.findall(text) if not word.isascii() and len(word) > 2]
    return sum(map(_is_unlikely, words)) <= len(words) * 0.4


def _script(character: str) -> str:
    return unicodedata.name(character, "?").partition(" ")[0]


def _is_mixed(word: str) -> bool:
    return any(c.isascii() for c in word) and any(not c.isascii() and _script(c) != "LATIN" for c in word)


def _is_unlikely(word: str) -> bool:
    """Tell whether nobody writes such a word: of two scripts, with a capital inside, or of hardly a plain letter."""
    if len({_script(character) for character in word}) > 1:
        return True
    capital_inside = any(a.islower() and b.isupper() and not b.isascii() for a, b in itertools.pairwise(word))
    return capital_inside or (_script(word[0]) == "LATIN" and sum(c > "\x7f" for c in word) * 2 > len(word))
