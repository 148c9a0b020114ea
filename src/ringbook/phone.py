"""What a person typed -> E.164 (ITU-T E.164), by libphonenumber's Python port. Pure."""

import re
from functools import cache

import phonenumbers
from phonenumbers import CountryCodeSource, PhoneMetadata, ValidationResult

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""What ITU-T E.164 allows: the country code's first digit is not 0; 15 digits at most; 7 is the least in use."""

EXTENSION = re.compile(r"(?i);|,|#|~|x|ext")


class InvalidPhoneNumber(ValueError):
    """The text is not a phone number that can be dialled from anywhere; the message says why."""


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
    """Return the E.164 numbers that a caller's number may mean, the likeliest first; none where it is no number.

    Digits alone may be international without their +, or national. A leading blank is a + that a URL has lost.
    """
    stripped = text.strip()
    if E164.fullmatch(stripped) and not _has_trunk_prefix(stripped):
        return [stripped]
    digits = phonenumbers.normalize_digits_only(stripped)
    international = stripped.isdecimal() or (text[:1] == " " and stripped[:1].isdecimal())
    spellings = [f"+{digits}", stripped] if international else [stripped]
    found = []
    for spelling in spellings:
        try:
            found.append(to_e164(spelling, region))
        except InvalidPhoneNumber:
            continue
    return list(dict.fromkeys(found))


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
    for length in (1, 2, 3):
        if int(e164[1 : 1 + length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return _trunk_prefix(int(e164[1 : 1 + length])).match(e164, 1 + length) is not None
    return False


@cache
def _trunk_prefix(country_code: int) -> re.Pattern[str]:
    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[country_code][0]
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
    return re.compile(
        metadata.national_prefix_for_parsing if metadata and metadata.national_prefix_for_parsing else "(?!)"
    )
