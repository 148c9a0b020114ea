"""What a person typed -> E.164 (ITU-T E.164), by libphonenumber's Python port. Pure."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Self

import phonenumbers
from msgspec import Meta
from phonenumbers import PhoneMetadata, PhoneNumberType, ValidationResult

from ringbook.values import spelling
from ringbook.values.fields import Text
from ringbook.values.spelling import InvalidPhoneNumber, Spelling

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""What ITU-T E.164 allows: the country code's first digit is not 0; 15 digits at most; 7 is the least in use."""

VANITY_TYPES = {
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.UAN,
}
"""The numbers that are known by words: 1-800-FLOWERS, 13 CATS, 0700 VANITY."""

LONGEST_NATIONAL = 14
"""The most digits of a number behind its country code."""

SHORTEST_NATIONAL = 4
"""The fewest digits of one."""


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

    With its country (+, 00, or the region's dialling prefix) any number that E.164 allows; without, one that is
    possible in `region` ('' for none). What can be read as two numbers is refused.
    """
    return certain(spelling.read(text), region)


def certain(spelled: Spelling, region: str) -> str:
    """Return the E.164 number that is written. Raises InvalidPhoneNumber, also where it may be one of several."""
    numbers = likeliest(spelled, region)
    if len(numbers) > 1:
        raise InvalidPhoneNumber(f"'{spelled.text}' may be {' or '.join(numbers)}; write it with a + and its country")
    return numbers[0]


def likeliest(spelled: Spelling, region: str) -> list[str]:
    """Return the E.164 number that is written; several where the text may be any of them. Raises InvalidPhoneNumber."""
    found = _best(_candidates(spelled, region))
    if spelled.unknown:
        if not found and (number := _vanity_number(spelled, region)):
            return [number]
        raise InvalidPhoneNumber(_not_understood(spelled))
    if are_two(spelled, region, found):
        raise InvalidPhoneNumber(f"'{spelled.text}' has two numbers; enter each of them by itself")
    if not found:
        raise InvalidPhoneNumber(_complaint(spelled, region))
    return found


def _candidates(spelled: Spelling, region: str) -> list[str]:
    """Return the E.164 numbers that the digits may be, without and with a 0 that stands in brackets."""
    at = spelled.optional_zero
    if at < 0:
        return _readings(spelled.digits, region, plus=spelled.plus)
    without = spelled.digits[:at] + spelled.digits[at + 1 :]
    return [number for digits in (without, spelled.digits) for number in _readings(digits, region, plus=spelled.plus)]


def _readings(digits: str, region: str, *, plus: bool) -> list[str]:
    """Return the E.164 numbers that digits may be: behind a dialling prefix, of the region, with its country code."""
    if plus:
        return _existing([international(digits)])
    prefix = _dialling_prefix(region).match(digits)
    abroad = digits[prefix.end() :] if prefix else ""
    if abroad and not abroad.startswith("0"):
        found = _existing([international(abroad)])
    else:
        found = _existing([national(digits, region)])
        if digits.startswith("00"):
            found = [number for number in found if is_valid(number)]
    if digits.startswith("00"):
        found += _existing([international(digits[2:])])
    elif abroad or digits.startswith(country_code(region)):
        found += _existing([international(digits)])
    return found


def _existing(numbers: Iterable[str | None]) -> list[str]:
    return [number for number in numbers if number]


def _best(numbers: list[str]) -> list[str]:
    """Return the numbers that are likeliest to be somebody's, each once."""
    numbers = list(dict.fromkeys(numbers))
    if len(numbers) < 2:
        return numbers
    standings = [standing(number) for number in numbers]
    return [number for number, one in zip(numbers, standings, strict=True) if one == max(standings)]


def standing(number: str) -> int:
    """Return what libphonenumber knows of an E.164 number: 2 it is valid, 1 it is possible, 0 neither."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return 0
    if phonenumbers.is_valid_number(parsed):
        return 2
    return int(phonenumbers.is_possible_number_with_reason(parsed) == ValidationResult.IS_POSSIBLE)


def is_valid(number: str) -> bool:
    """Tell whether an E.164 number is of a range that is in use."""
    return standing(number) == 2


def international(digits: str) -> str | None:
    """Return the number whose digits begin with a country code, None where E.164 does not allow it.

    One that libphonenumber does not know to be possible is kept: plans change.
    """
    number = f"+{digits}"
    if E164.fullmatch(number) and not has_trunk_prefix(number):
        return number
    while (again := _parsed(number)) != number:  # a trunk zero behind a trunk zero
        number = again
    return number if E164.fullmatch(number) else None


def _parsed(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def national(digits: str, region: str) -> str | None:
    """Return the number that is possible in `region` ('' for none), as people there dial it; None where it is none."""
    if not region:
        return None
    try:
        parsed = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        return None
    if parsed.italian_leading_zero and _has_trunk_zero(region) and not phonenumbers.is_valid_number(parsed):
        return None  # the trunk zero is still there: what is behind it is no number
    return international(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)[1:])


def is_too_long(digits: str, region: str) -> bool:
    """Tell whether no number of `region` has so many digits; of none, whatever has any."""
    if not region:
        return True
    try:
        parsed = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return len(digits) > LONGEST_NATIONAL
    return phonenumbers.is_possible_number_with_reason(parsed) == ValidationResult.TOO_LONG


def are_two(spelled: Spelling, region: str, found: list[str]) -> bool:
    """Tell whether the digits before a slash are a number by themselves, or those before a blank and behind it."""

    def is_number(digits: str, *, plus: bool = False) -> bool:
        return any(is_valid(number) for number in _readings(digits, region, plus=plus))

    if spelled.before_slash:
        return is_number(spelled.before_slash, plus=spelled.plus)
    if len(spelled.digits) < 2 * SHORTEST_NATIONAL or len(spelled.groups) < 2 or any(map(is_valid, found)):
        return False
    parts = [("".join(spelled.groups[:i]), "".join(spelled.groups[i:])) for i in range(1, len(spelled.groups))]
    return any(
        is_number(head, plus=spelled.plus) and is_number(tail)
        for head, tail in parts
        if min(len(head), len(tail)) >= SHORTEST_NATIONAL
    )


def _vanity_number(spelled: Spelling, region: str) -> str | None:
    """Return the number that its letters stand for, where it is of the kind that is known by words."""
    numbers = _best(_readings(spelled.vanity, region, plus=spelled.plus)) if spelled.vanity else []
    if len(numbers) != 1 or not is_valid(numbers[0]):
        return None
    return numbers[0] if phonenumbers.number_type(phonenumbers.parse(numbers[0])) in VANITY_TYPES else None


def _not_understood(spelled: Spelling) -> str:
    if len(re.sub(r"\D", "", spelled.unknown)) > 4:
        return f"'{spelled.text}' has two numbers; enter each of them by itself"
    return (
        f"'{spelled.text}': '{spelled.unknown}' behind the number is not understood; leave it out, "
        "or put it into another field"
    )


def _complaint(spelled: Spelling, region: str) -> str:
    text = spelled.text
    if spelled.plus or spelled.digits.startswith("00"):
        return f"'{text}' is not a phone number: after + it must have 7 to 15 digits (ITU-T E.164)"
    if region:
        return (
            f"'{text}' is not a phone number in {region} (a short code or an extension is none); "
            "with its country it begins with +"
        )
    return f"'{text}' lacks its country, such as +15551234567, and the customer has no default region to read it in"


@cache
def country_code(region: str) -> str:
    """Return the country code of `region`; of none, what no digits begin with."""
    return str(phonenumbers.country_code_for_region(region)) if region else "+"


def forms(e164: str) -> list[str]:
    """Return the digits of an E.164 number as they are dialled: with its country code, at home, and in its own area.

    At home without the trunk zero, which a 0 in front of what somebody dials is; another trunk prefix is one form more.
    """
    length, _ = _trunk_prefix(e164[1:4])
    code, national_number = e164[1 : 1 + length], e164[1 + length :]
    found = [e164[1:], national_number]
    if not code:
        return found
    zeros = len(national_number) - len(national_number.lstrip("0"))
    number = phonenumbers.PhoneNumber(
        int(code), int(national_number), italian_leading_zero=zeros > 0, number_of_leading_zeros=zeros or None
    )
    groups = re.findall("[0-9]+", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))[1:]
    area = 2 if groups[:1] == [phonenumbers.country_mobile_token(int(code))] else 1
    found.append("".join(groups[area:]))
    trunk = _other_trunk_prefix(int(code))
    return found + ([trunk + national_number] if trunk else [])


def without_prefixes(digits: str, region: str) -> list[str]:
    """Return the beginning of a number without what is dialled before it in `region`: a trunk zero, a way abroad."""
    found = [digits.lstrip("0")] if digits.startswith("0") else []
    prefix = _dialling_prefix(region).match(digits)
    return found + ([digits[prefix.end() :]] if prefix else [])


@cache
def _other_trunk_prefix(code: int) -> str:
    """Return what is dialled at home before a number of the country, '' where it is nothing, a zero, or its code."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ("",))
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, regions[0])
    prefix = (metadata and metadata.national_prefix) or ""
    return "" if prefix in ("", "0", str(code)) else prefix


@cache
def _has_trunk_zero(region: str) -> bool:
    metadata = PhoneMetadata.metadata_for_region(region)
    return metadata is not None and metadata.national_prefix == "0"


@cache
def _dialling_prefix(region: str) -> re.Pattern[str]:
    metadata = PhoneMetadata.metadata_for_region(region) if region else None
    return re.compile(metadata.international_prefix if metadata and metadata.international_prefix else "(?!)")


def has_trunk_prefix(e164: str) -> bool:
    """Tell whether libphonenumber might cut something behind the country code; if not, the number stays as it is."""
    length, trunk_prefix = _trunk_prefix(e164[1:4])
    return trunk_prefix.match(e164, 1 + length) is not None


@cache
def _trunk_prefix(three_digits: str) -> tuple[int, re.Pattern[str]]:
    """Return the length of the country code that a number begins with, and what the library cuts off behind it."""
    for length in (1, 2, 3):
        code = int(three_digits[:length])
        if regions := phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code):
            metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, regions[0])
            return length, re.compile((metadata and metadata.national_prefix_for_parsing) or "(?!)")
    return 0, re.compile("(?!)")
