"""What a person typed -> E.164 (ITU-T E.164), by libphonenumber's Python port. Pure."""

import re
from functools import cache
from typing import Annotated, Self
from urllib.parse import unquote

import phonenumbers
from msgspec import Meta
from phonenumbers import CountryCodeSource, PhoneMetadata, ValidationResult

from ringbook.errors import Reason
from ringbook.values.fields import Text

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""What ITU-T E.164 allows: the country code's first digit is not 0; 15 digits at most; 7 is the least in use."""

EXTENSION = re.compile(r"(?i);|,|#|~|x|ext")

DIGITS = re.compile(r"(?is)\d+(?:\s*(?:[;,#~x]|ext).*)?")
"""Digits alone, with an extension perhaps."""

LONGEST_CALLER = 500
"""The most characters of a number, or of a SIP address with one, that a lookup reads."""

TWINS = [
    (re.compile(form), other)
    for form, other in (
        (r"\+55([1-9]{2})9([6-9]\d{7})", r"+55\1\2"),  # Brazil: the ninth digit of mobiles, from 2012 on
        (r"\+55([1-9]{2})([6-9]\d{7})", r"+55\g<1>9\2"),
        (r"\+521([2-9]\d{9})", r"+52\1"),  # Mexico: the 1 of mobiles, until 2019
        (r"\+52([2-9]\d{9})", r"+521\1"),
        (r"\+549([1-8]\d{9})", r"+54\1"),  # Argentina: the 9 of mobiles, which not every network sends
        (r"\+54([1-8]\d{9})", r"+549\1"),
    )
]
"""Two forms of one mobile number: how each is written, and the other."""

WITH_TWINS = ("+52", "+54", "+55")


class InvalidPhoneNumber(ValueError):
    """The text is not a phone number that can be dialled from anywhere; the message says why."""

    reason = Reason.INVALID_PHONE_NUMBER


class Number:
    """A phone number of a contact: as a person entered it, blanks at the ends cut, and in E.164."""

    __slots__ = ("e164", "entered")
    text = Annotated[
        Text, Meta(description="As entered: with its country, or in the customer's default region.", max_length=50)
    ]

    def __init__(self, entered: str, e164: str) -> None:
        self.entered = entered
        self.e164 = e164

    @classmethod
    def read(cls, text: str, region: str) -> Self:
        """Return the number that a person typed in `region`, '' for none. Raises InvalidPhoneNumber."""
        return cls(text.strip(), to_e164(text, region))


def is_region(text: str) -> bool:
    """Tell whether `text` is a region (ISO 3166-1 alpha-2, in capitals) whose numbers are known."""
    return text in phonenumbers.SUPPORTED_REGIONS


def to_e164(text: str, region: str) -> str:
    """Return the E.164 form of a number as a person typed it. Raises InvalidPhoneNumber.

    With its country (+, or the region's dialling prefix) any number that E.164 allows; without, one that is possible
    in `region` ('' for none). An extension is left out.
    """
    number = _normalize(text.strip(), region)
    while (again := _normalize(number, "")) != number:  # a trunk zero behind a trunk zero
        number = again
    return number


def readings(text: str, region: str) -> list[str]:
    """Return the E.164 numbers that a caller's number may mean, the likeliest first; none where it is no number."""
    try:
        return read(text, region)
    except InvalidPhoneNumber:
        return []


def read(text: str, region: str) -> list[str]:
    """Return the E.164 numbers, at least one, that a caller's number may mean, the likeliest first.

    It may be a number as people write it, a tel: URI (RFC 3966), or a SIP URI or address (RFC 3261). Digits alone may
    be international without their +, or national. A leading blank is a + that a URL has lost. 00 is the prefix that
    ITU-T E.164 recommends, and stands for + also where the region has another. Raises InvalidPhoneNumber.
    """
    if len(text) > LONGEST_CALLER:
        raise InvalidPhoneNumber(f"this is not a phone number: it has more than {LONGEST_CALLER} characters")
    number = text if E164.fullmatch(text) else _without_uri(text)
    stripped = number.strip()
    if E164.fullmatch(stripped) and not _has_trunk_prefix(stripped):
        return _with_twins([stripped])
    national = stripped[:1].isdecimal() or stripped[:1] == "("
    lost_plus = number[:1] == " " and stripped[:1].isdecimal()
    spellings = [f"+{stripped}", stripped] if lost_plus or DIGITS.fullmatch(stripped) else [stripped]
    spellings += [f"+{stripped[2:]}"] if stripped.startswith("00") else []
    found = []
    refused = InvalidPhoneNumber(_complaint(text, region))
    for spelling in spellings:
        try:
            found.append(to_e164(spelling, region))
        except InvalidPhoneNumber as error:
            refused = error
    if found:
        return _with_twins(found)
    if national and not spellings[0].startswith("+"):  # 1-555-123-4567 where that is no national number
        return _with_twins([to_e164(f"+{stripped}", region)])
    raise refused


def _without_uri(text: str) -> str:
    """Return the number in a SIP URI or address; a tel: URI with its + put back; anything else as it is."""
    if "<" in text:
        text = text.rpartition("<")[2].partition(">")[0]
    if "%" in text:
        text = unquote(text)
    scheme, colon, rest = text.partition(":")
    scheme = scheme.strip().lower() if colon else ""
    if scheme == "tel" and rest.startswith(" "):
        return f"tel:+{rest.strip()}"
    if scheme in {"sip", "sips"}:
        return re.split("[:;@]", rest, maxsplit=1)[0]
    return text.partition("@")[0]


def _with_twins(numbers: list[str]) -> list[str]:
    """Return `numbers`, each followed by the other form in which its mobile is known, and none twice."""
    if len(numbers) == 1 and not numbers[0].startswith(WITH_TWINS):
        return numbers
    return list(dict.fromkeys(form for number in numbers for form in (number, _twin(number)) if form))


def _twin(number: str) -> str | None:
    for form, other in TWINS:
        if match := form.fullmatch(number):
            return match.expand(other)
    return None


def _normalize(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text, region or None, keep_raw_input=True)
    except phonenumbers.NumberParseException as error:
        return _unknown_to_library(text, region, error)
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == ValidationResult.IS_POSSIBLE:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.country_code_source in (
        CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN,
        CountryCodeSource.FROM_NUMBER_WITH_IDD,
    ):
        return _unknown_to_library(text, region, None)
    raise InvalidPhoneNumber(
        f"'{text}' is not a phone number in {region} (a short code or an extension is none); "
        "with its country it begins with +"
    )


def _unknown_to_library(text: str, region: str, error: phonenumbers.NumberParseException | None) -> str:
    """Return the digits of a number given with its country that libphonenumber does not know to be possible."""
    main = EXTENSION.split(text.removeprefix("tel:"), maxsplit=1)[0]
    digits = phonenumbers.normalize_digits_only(main)
    if not main.startswith(("+", "\uff0b")):
        dialling_prefix = _dialling_prefix(region).match(digits) if region else None
        if dialling_prefix is None:
            raise InvalidPhoneNumber(_complaint(text, region)) from error
        digits = digits[dialling_prefix.end() :]
    number = f"+{digits}"
    if not E164.fullmatch(number) or any(character.isalpha() for character in main):
        raise InvalidPhoneNumber(f"'{text}' is not a phone number: after + it must have 7 to 15 digits (ITU-T E.164)")
    return number


def _complaint(text: str, region: str) -> str:
    if region or not any(character.isdecimal() for character in text):
        return f"'{text}' is not a phone number; with its country it begins with +, such as +15551234567"
    return f"'{text}' lacks its country, such as +15551234567, and the customer has no default region to read it in"


@cache
def _dialling_prefix(region: str) -> re.Pattern[str]:
    metadata = PhoneMetadata.metadata_for_region(region)
    return re.compile(metadata.international_prefix if metadata and metadata.international_prefix else "(?!)")


def _has_trunk_prefix(e164: str) -> bool:
    """Tell whether libphonenumber might cut something behind the country code; if not, the number stays as it is."""
    length, trunk_prefix = _trunk_prefix(e164[1:4])
    return trunk_prefix.match(e164, 1 + length) is not None


@cache
def _trunk_prefix(three_digits: str) -> tuple[int, re.Pattern[str]]:
    """Return the length of the country code that a number begins with, and what the library cuts off behind it."""
    for length in (1, 2, 3):
        country_code = int(three_digits[:length])
        if regions := phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(country_code):
            metadata = PhoneMetadata.metadata_for_region_or_calling_code(country_code, regions[0])
            return length, re.compile((metadata and metadata.national_prefix_for_parsing) or "(?!)")
    return 0, re.compile("(?!)")
