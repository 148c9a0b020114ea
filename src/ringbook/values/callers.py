"""What a caller's number may mean: the E.164 numbers to look for, the likeliest first. Pure."""

from ringbook.values import phone, spelling
from ringbook.values.renumberings import with_other_forms
from ringbook.values.spelling import InvalidPhoneNumber, Spelling


def readings(text: str, region: str) -> list[str]:
    """Return the E.164 numbers that a caller's number may mean, the likeliest first; none where it is no number."""
    try:
        return read(text, region)
    except InvalidPhoneNumber:
        return []


def read(text: str, region: str) -> list[str]:
    """Return the E.164 numbers, at least one, that a caller's number may mean, the likeliest first.

    What storing reads as one number is that number. Digits alone may be international without their +, too: the
    national reading comes first where it is valid in `region`. A leading blank is a + that a URL has lost. Each number
    is followed by its other forms. Raises InvalidPhoneNumber.
    """
    if phone.E164.fullmatch(text) and not phone.has_trunk_prefix(text):
        return with_other_forms([text])
    return with_other_forms(_numbers(spelling.read(text), region))


def _numbers(spelled: Spelling, region: str) -> list[str]:
    if spelled.digits.startswith("00") and not spelled.plus:
        recommended = phone.international(spelled.digits[2:])
        return sorted(phone.likeliest(spelled, region), key=lambda number: number != recommended)
    abroad = _abroad(spelled, region)
    try:
        numbers = phone.likeliest(spelled, region)
    except InvalidPhoneNumber:
        if spelled.unknown or phone.are_two(spelled, region, []):
            raise
        numbers = _as_it_was(spelled.digits, region)
        if not numbers and abroad is None:
            raise
        return list(dict.fromkeys([*numbers, *([abroad] if abroad else [])]))
    if spelled.lost_plus:
        return list(dict.fromkeys([*([abroad] if abroad else []), *numbers]))
    if not spelled.bare or abroad is None or numbers == [abroad]:
        return numbers
    valid = [number for number in numbers if phone.is_valid(number)]
    return list(dict.fromkeys([*valid, abroad, *numbers]))


def _abroad(spelled: Spelling, region: str) -> str | None:
    """Return the number that the digits are with a + in front.

    What is not digits alone is no such number, unless it is too long for `region`: signs tell no country.
    """
    if spelled.plus or spelled.digits.startswith("0"):
        return None
    if spelled.bare or spelled.lost_plus or phone.is_too_long(spelled.digits, region):
        return phone.international(spelled.digits)
    return None


def _as_it_was(digits: str, region: str) -> list[str]:
    """Return the number that was possible in `region` before a renumbering."""
    number = phone.international(phone.country_code(region) + digits) if region else None
    return [number] if number and len(with_other_forms([number])) > 1 else []
