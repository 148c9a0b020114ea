"""Numbers of many countries, in many spellings."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringbook import phone

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
FORMATS = [
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.RFC3966,
]


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_normalising_is_idempotent_and_the_short_cut_agrees(text):
    number = phone.to_e164(text, "")
    assert phone.to_e164(number, "") == number
    assert phone.readings(text, "") == [number]


@given(st.sampled_from(REGIONS), st.sampled_from(FORMATS))
def test_every_spelling_of_a_number_is_read_as_that_number(region, form):
    example = phonenumbers.example_number(region)
    assert example is not None
    e164 = phone.to_e164(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164), "")
    assert e164 in phone.readings(phonenumbers.format_number(example, form), region)


@given(st.text(max_size=60), st.sampled_from(["", *REGIONS]))
def test_any_text_is_read_or_refused(text, region):
    for number in phone.readings(text, region):
        assert number.startswith("+")


@pytest.mark.parametrize("region", REGIONS)
def test_an_extension_of_a_pbx_is_no_number(region):
    with pytest.raises(phone.InvalidPhoneNumber):
        phone.to_e164("101", region)
