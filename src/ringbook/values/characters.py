"""The characters that phone numbers come in -> the few of ASCII that they are written in. Pure."""

import unicodedata

_CATEGORIES = (
    dict.fromkeys(["Cf", "Cc", "Cs", "Mn", "Mc", "Me"], "")
    | dict.fromkeys(["Zs", "Zl", "Zp", "Pc", "Pi", "Pf", "So", "Sk", "Lm"], " ")
    | {"Pd": "-", "Ps": "(", "Pe": ")", "No": "?", "Nl": "?"}
)
"""What the characters of a category of Unicode stand for; `?` is a sign that no number has."""

_MIDDLE_DOTS = "\u00b7\u2022\u2023\u2027\u2219\u22c5\u2024\u3002\u30fb\u0387"
_OTHER_MARKS = "\u05be\u05f3\u05f4\u2032\u2033\u2016\u066b\u066c\u2e31\u2e33\u3001"
_SIGNS = (
    dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2800", " ")
    | dict.fromkeys("'\"\\\u201a\u201e" + _MIDDLE_DOTS + _OTHER_MARKS, " ")
    | dict.fromkeys("\u02d7\u2043\u2212\u30fc\uff70", "-")  # the minus sign, the long vowel of Japanese
    | dict.fromkeys("\u2044\u2215\u29f8\u2571", "/")
    | dict.fromkeys("\u115f\u1160\u3164\uffa0", "")  # fillers of Hangul: letters to Unicode, nothing to the eye
    | {"\u2795": "+", "\u066a": "%"}
    | {"\ufffd": "?", "\U0001f51f": "?"}  # a character that was lost, and a ten that is none of our digits
)
"""Characters that stand for something else than their category."""


class _Plain(dict[int, str]):
    """What each character stands for; that of ASCII is known, that of others is found out, and not kept."""

    def __missing__(self, code: int) -> str:
        return _stands_for(chr(code))


def _stands_for(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    known = _SIGNS.get(character, _CATEGORIES.get(category))
    if known is not None:
        return known
    compatible = unicodedata.normalize("NFKC", character)
    return character if compatible == character else compatible.translate(_PLAIN)


_PLAIN = _Plain({code: _stands_for(chr(code)) for code in range(128)})


def plain(text: str) -> str:
    """Return `text` in the few signs that a number is written in.

    Digits of any script are those of ASCII. Blanks of any kind, quotation marks, `_ · •` and their kind are a blank,
    dashes a dash, slashes a slash, brackets round. Format characters, variation selectors and other marks are nothing.
    """
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).translate(_PLAIN)
