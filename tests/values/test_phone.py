"""Numbers of many countries, in many spellings."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringbook.values import phone

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
    assert phone.readings(text, "")[0] == number


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


US = "+15551234567"
SPELLINGS = [
    (" 15551234567", "", US),  # the raw + of a URL
    ("15551234567", "", US),
    ("15551234567", "DE", US),
    ("1 (555) 123-4567", "", US),
    ("1-555-123-4567", "GB", US),
    ("5551234567", "US", US),
    ("(555) 123.4567", "US", US),
    ("1 555 123 4567", "US", US),
    ("01115551234567", "US", US),
    ("011 1 555 123 4567", "US", US),
    ("0015551234567", "DE", US),
    ("0015551234567", "US", US),
    ("00 1 555 123 4567", "", US),
    ("0011 1 555 123 4567", "AU", US),
    ("010 1 555 123 4567", "JP", US),
    ("8~10 1 555 123 4567", "RU", US),
    ("tel:+15551234567", "", US),
    ("tel: 15551234567", "", US),
    ("TEL:+1-555-123-4567;ext=22", "", US),
    ("tel:555-123-4567;phone-context=+1", "", US),
    ("tel:5551234567;phone-context=pbx.example.com", "US", US),
    ("sip:+15551234567@10.0.0.1;user=phone", "", US),
    ("sip: 15551234567@10.0.0.1", "", US),
    ("sips:15551234567@pbx.example.com:5061;transport=tls", "", US),
    ("sip:%2B15551234567@pbx", "", US),
    ("sip:+15551234567;npdi;ext=22@pbx;user=phone", "", US),
    ("sip:+15551234567:secret@pbx", "", US),
    ("sip:5551234567@pbx", "US", US),
    ('"John <3 Smith" <sip:+15551234567@pbx;user=phone>;tag=a1', "", US),
    ("<tel:+15551234567>", "", US),
    ("+15551234567@pbx", "", US),
    ("%2B15551234567", "", US),
    ("+15551234567;ext=22", "", US),
    ("+1 555 123 4567 x22", "", US),
    ("15551234567 x22", "", US),
    (" 15551234567 x22", "", US),
    ("15551234567,,22", "", US),
    ("5551234567#22", "US", US),
    ("(555) 123-4567 ext. 22", "US", US),
    ("+１５５５１２３４５６７", "", US),
    ("１５５５１２３４５６７", "", US),
    ("١٥٥٥١٢٣٤٥٦٧", "", US),
    ("+۱۵۵۵۱۲۳۴۵۶۷", "", US),
    ("030 123456", "DE", "+4930123456"),
    ("30 123456", "DE", "+4930123456"),
    ("+49 (0)30 123456", "", "+4930123456"),
    ("49030123456", "", "+4930123456"),
    ("+44 (0)20 7946 0958", "", "+442079460958"),
    ("06 1234 5678", "IT", "+390612345678"),  # Italy keeps its zero
    ("+39 06 1234 5678", "", "+390612345678"),
    ("8 495 123-45-67", "RU", "+74951234567"),
    ("06 1 234 5678", "HU", "+3612345678"),
    ("011 15 2345-6789", "AR", "+5491123456789"),  # Argentina: 15 at home is 9 from abroad
    ("0 21 11 8765 4321", "BR", "+551187654321"),  # Brazil: 21 chooses the carrier
    ("+800 1234 5678", "", "+80012345678"),  # a freephone number of no country
]


@pytest.mark.parametrize(("text", "region", "number"), SPELLINGS)
def test_what_phone_systems_send_is_read_as_the_number(text, region, number):
    assert number in phone.readings(text, region)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "+", "anonymous", "unknown", "restricted", "unavailable", "101", "x22", "00", "%", "a@b", "<>"),
        *("sip:anonymous@anonymous.invalid", "sip:101@pbx", "tel:", "sip:", '"" <sip:>', "0" * 300, "(" * 300),
    ],
)
@pytest.mark.parametrize("region", ["", "US", "DE"])
def test_what_is_no_number_is_a_miss(text, region):
    assert phone.readings(text, region) == []


@pytest.mark.parametrize(
    ("number", "twin"),
    [
        ("+5511987654321", "+551187654321"),
        ("+5215512345678", "+525512345678"),
        ("+5491123456789", "+541123456789"),
    ],
)
def test_two_forms_of_a_mobile_find_one_another(number, twin):
    assert phone.readings(number, "") == [number, twin]
    assert phone.readings(twin, "") == [twin, number]
    assert {number, twin} <= set(phone.readings(number[1:], "US"))


@pytest.mark.parametrize("number", ["+551134567890", "+5511934567890", "+52551234567", "+15551234567"])
def test_a_number_that_is_no_such_mobile_has_no_other_form(number):
    assert phone.readings(number, "") == [number]


WRAPPINGS = ["sip:{}@host;user=phone", '"A" <sips:{}@host>;tag=1', "tel:{}", "{};ext=22", "{} x22", "{},,22", "{}@host"]


@given(st.sampled_from(REGIONS), st.sampled_from(FORMATS), st.sampled_from(WRAPPINGS), st.sampled_from("0٠０"))
def test_every_spelling_of_every_region_is_read_in_a_uri_with_an_extension_and_in_other_digits(
    region, form, wrapping, zero
):
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.FIXED_LINE)
    spelling = phonenumbers.format_number(example, form).removeprefix("tel:")
    digits = spelling.translate({ord(str(i)): chr(ord(zero) + i) for i in range(10)})
    e164 = phone.to_e164(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164), "")
    assert e164 in phone.readings(wrapping.format(digits), region)


@given(st.sampled_from(REGIONS), st.sampled_from(["{}", " {}", "00{}"]))
def test_digits_with_the_country_are_read_in_any_region(region, spelling):
    e164 = phone.to_e164(phonenumbers.format_number(phonenumbers.example_number("GB"), FORMATS[0]), "")
    assert e164 in phone.readings(spelling.format(e164[1:]), region)
