"""A phone number as it is written -> its digits, and what stands around them. Pure: it knows no country."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from ringbook.errors import Reason
from ringbook.values.characters import plain

LONGEST_SPELLING = 500
"""The most characters of a number, or of a SIP address with one, that are read."""

MOST_DIGITS = 32
"""The most digits that are read: those of two numbers, so that it can be said that they are two."""


class InvalidPhoneNumber(ValueError):
    """The text is not a phone number that can be dialled from anywhere; the message says why."""

    reason = Reason.INVALID_PHONE_NUMBER


class Spelling(NamedTuple):
    """What is written."""

    text: str
    """All of it."""
    plus: bool
    """Whether the digits begin with a country code."""
    digits: str
    """In ASCII, without an extension."""
    optional_zero: int = -1
    """Where among the digits the 0 of a `(0)` stands; -1 where there is none."""
    lost_plus: bool = False
    """Whether a blank stands in front, as a + that a URL has lost."""
    bare: bool = False
    """Whether nothing but an extension stands beside the digits, not even a +."""
    before_slash: str = ""
    """The digits before a slash that may part two numbers."""
    groups: tuple[str, ...] = ()
    """The digits between blanks."""
    unknown: str = ""
    """What stands behind the number and is not understood."""
    vanity: str = ""
    """The digits with all letters behind them as on a keypad; '' where there is no such word."""


def _any_of(words: str) -> str:
    return "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True))


_LABELS = _any_of("""
    tel telephone téléphone telefon telefono teléfono telefone phone ph fon festnetz landline fixe fixed fisso fijo
    mobile mobil móvil movil cell cellular cellulare celular handy portable gsm iphone home casa maison domicile hem
    privat private privé personal perso work office büro buero bureau oficina ufficio business arbeit dienstlich
    geschäftlich firma fax telefax direct direkt main zentrale switchboard reception primary other whatsapp viber
    signal telegram sms voip mob тел телефон моб мобильный дом домашний раб рабочий факс 電話 携帯 自宅 会社 电话
    手机 传真 傳真
""")  # noqa: RUF001  words of Russia
_EXTENSIONS = _any_of("""
    ext extn extension extensión extensao extensão anexo ramal int interno dw durchwahl app apparat nst nebenstelle
    poste dahili wewn tst toestel anknytning lokal klappe доб добавочный доп вн внутр 内線 内线 分机 分機 내선
""")
_NUMBER = re.compile(r"([^+\d]*)((?:\+[+ ()]*)?\d(?:(?:[ ().\-/+]|(?<=8)~(?=10))*\d)*)(.*)", re.DOTALL)
_BEFORE = re.compile(rf"(?:.*[^\w])?(?:{_EXTENSIONS})[ .:=#-]*|.*[*=@%$?<>^~].*|.*[a-z]", re.IGNORECASE)
_EXTENSION = re.compile(
    rf"[ ,;.:(/\-]*(?:(?:{_EXTENSIONS})[ .:=]*#?|[x\u0445\u00d7#~]+[ .:]*)\d{{1,9}}(?!\d)[ #)]*"
    r"|[pw]\d{1,9}(?!\d)| *(?:[,;] *\d{1,4}|[,;]{2,} *\d{1,9})#?[ )]*$| *#[ )]*$",
    re.IGNORECASE,
)
_KNOWN = re.compile(rf"[ ,;.:/&\-)]*(?:\([^()\d]*(?:\)|$)|(?:{_LABELS})(?![^\W\d_]))[ .:)]*", re.IGNORECASE)
_MASK = re.compile("[\u2022\u25cf\u2219\u2b24_]{3}")
"""What hides digits: three dots of a kind."""

_PARAMETER = re.compile(r" *([a-z][a-z0-9-]*) *(?:=(.*))?", re.IGNORECASE | re.DOTALL)
_PUNCTUATION = " ,;.:/-)("
_VANITY = re.compile(r"[a-z0-9 ().\-/]*[a-z]{3}[a-z0-9 ().\-/]*", re.IGNORECASE | re.ASCII)
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_E164_DIGITS = re.compile(r"\+\d+")
_DIGITS = re.compile(r"\D+")
_ZERO_IN_BRACKETS = re.compile(r"\( *0 *\)")
_LAST_IN_BRACKETS = re.compile(r".*\d.*\(\d{1,4}", re.DOTALL)
_CONTEXT = re.compile(r"[+ ]\s*\d[\d .()-]*|(?P<no_domain>[\d .()-]+)")
_IP_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_WHATSAPP = ("s.whatsapp.net", "c.us")
_NO_NUMBERS = ("g.us", "lid", "broadcast", "newsletter")
"""Groups, hidden numbers and lists of WhatsApp."""


def read(text: str) -> Spelling:
    """Return what is written: a number, a tel: URI (RFC 3966), or a SIP URI or address (RFC 3261).

    Words that say what the number is (Fax, home), or a name in brackets behind it, are left out, and so is an
    extension. Raises InvalidPhoneNumber.
    """
    if len(text) > LONGEST_SPELLING:
        raise InvalidPhoneNumber(f"this is not a phone number: it has more than {LONGEST_SPELLING} characters")
    address, context = _unwrap(plain(text))
    if _E164_DIGITS.fullmatch(address):
        return Spelling(text, plus=True, digits=address[1:])
    match = None if "..." in address or _MASK.search(text) else _NUMBER.fullmatch(address)
    if match is None or _BEFORE.fullmatch(match[1]):
        raise InvalidPhoneNumber(
            f"'{text}' is not a phone number; with its country it begins with +, such as +15551234567"
        )
    before, number, behind = match.groups()
    unknown, described = _behind(behind)
    plus = number.startswith("+")
    number = number.lstrip("+ ")
    if "+" in number or "+" in unknown:
        raise InvalidPhoneNumber(f"'{text}' has two numbers; enter each of them by itself")
    if _LAST_IN_BRACKETS.fullmatch(number) and behind.startswith(")"):
        number, unknown = number.rpartition("(")[0], f"({number.rpartition('(')[2]})"
    digits = _DIGITS.sub("", number)
    if len(digits) > MOST_DIGITS:
        raise InvalidPhoneNumber(f"'{text}' is not a phone number: it has more than {MOST_DIGITS} digits")
    if context and not plus:
        digits, plus = context + digits, True
    return Spelling(
        text=text,
        plus=plus,
        digits=digits,
        optional_zero=_optional_zero(number, digits),
        lost_plus=before.isspace() and _has_blank_in_front(text),
        bare=number.isdigit() and not described and before.strip() == "",
        before_slash=_before_slash(number),
        groups=tuple(_DIGITS.sub("", group) for group in number.split()),
        unknown=unknown,
        vanity=_vanity(number, behind) if unknown else "",
    )


def _unwrap(text: str) -> tuple[str, str]:
    """Return the number of a URI or an address, and the digits of its phone-context; other texts as they are."""
    if "<" in text:
        text = text.rpartition("<")[2].partition(">")[0]
    if "%" in text:
        text = plain(unquote(text))
    scheme, colon, rest = text.partition(":")
    scheme = scheme.strip().lower() if colon else ""
    if scheme in {"sip", "sips", "tel", "whatsapp"}:
        text = rest
    user, at, host = text.partition("@")
    if at:
        host = re.split("[:;?/ ]", host.strip().lower(), maxsplit=1)[0]
        if host in _NO_NUMBERS:
            raise InvalidPhoneNumber(f"'{text}' is an address of WhatsApp without a phone number")
        if host in _WHATSAPP:
            return re.sub(r"^\D*(\d+).*", r"+\1", user), ""
    if scheme.startswith("sip"):
        user = re.split("[:?]", user, maxsplit=1)[0]
        if not at and _IP_ADDRESS.match(user):
            raise InvalidPhoneNumber(f"'{text}' is an address without a phone number")
    return _without_parameters(user, is_address=bool(at) or scheme in {"sip", "sips", "tel"})


def _without_parameters(text: str, *, is_address: bool) -> tuple[str, str]:
    """Return `text` without the parameters of a telephone-subscriber, and the digits of its phone-context."""
    if ";" not in text:
        return text, ""
    main, *parameters = text.split(";")
    is_address = is_address or any("=" in parameter for parameter in parameters)
    context = ""
    while is_address and parameters and (match := _PARAMETER.fullmatch(parameters[-1])):
        name, value = match[1].lower(), match[2] or ""
        if name == "phone-context" and (digits := _CONTEXT.fullmatch(value)):
            if digits["no_domain"]:
                raise InvalidPhoneNumber(f"'{text}': phone-context is neither a domain nor digits with a +")
            context = _DIGITS.sub("", value)
        parameters.pop()
    return ";".join([main, *parameters]), context


def _behind(text: str) -> tuple[str, bool]:
    """Return what stands behind a number and is not understood, and whether there was a word for what it is."""
    described = False
    while rest := text.strip(_PUNCTUATION):
        if match := _EXTENSION.match(text):
            text = text[match.end() :]
        elif match := _KNOWN.match(text):
            text, described = text[match.end() :], True
        else:
            return rest, True
    return "", described


def _has_blank_in_front(text: str) -> bool:
    """Tell whether the first blank of a text is that of ASCII, which a URL makes of a +."""
    first = next((character for character in text if plain(character)), "")
    return first == " " or not first.isspace()


def _optional_zero(number: str, digits: str) -> int:
    """Return where among `digits` the 0 of a `(0)` stands, -1 where there is none."""
    match = _ZERO_IN_BRACKETS.search(number)
    return len(digits) - len(_DIGITS.sub("", number[match.end() :])) - 1 if match else -1


def _before_slash(number: str) -> str:
    """Return the digits before the last slash, where those behind it may be another number, or its other ending."""
    head, slash, tail = number.rpartition("/")
    if not slash:
        return ""
    spaced = head.endswith(" ") or tail.startswith(" ")
    head, tail = _DIGITS.sub("", head), _DIGITS.sub("", tail)
    return head if spaced or len(tail) <= 2 or len(tail) >= 5 or len(tail) == len(head) else ""


def _vanity(number: str, behind: str) -> str:
    letters = re.sub("[^a-z]", "", behind.lower())
    if not _VANITY.fullmatch(behind) or "xxx" in letters or len(set(letters)) == 1:  # a mask hides digits
        return ""
    return _DIGITS.sub("", (number + behind).lower().translate(_KEYPAD))
