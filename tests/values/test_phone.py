"""Numbers of many countries, in many spellings."""

import time

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringbook.values import callers, phone
from ringbook.values.renumberings import with_other_forms

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
FORMATS = [
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.RFC3966,
]


@given(st.from_regex(r"\+[1-9](?:[1-9]|0(?!0)){7,13}[1-9]", fullmatch=True))  # the 0 behind a country code goes off
def test_normalising_is_idempotent_and_the_short_cut_agrees(text):
    number = phone.to_e164(text, "")
    assert phone.to_e164(number, "") == number
    assert callers.readings(text, "")[0] == number


@given(st.sampled_from(REGIONS), st.sampled_from(FORMATS))
def test_every_spelling_of_a_number_is_read_as_that_number(region, form):
    example = phonenumbers.example_number(region)
    assert example is not None
    e164 = phone.to_e164(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164), "")
    assert e164 in callers.readings(phonenumbers.format_number(example, form), region)


@given(st.text(max_size=60), st.sampled_from(["", *REGIONS]))
def test_any_text_is_read_or_refused(text, region):
    for number in callers.readings(text, region):
        assert number.startswith("+")


@pytest.mark.parametrize("region", REGIONS)
def test_an_extension_of_a_pbx_is_no_number(region):
    with pytest.raises(phone.InvalidPhoneNumber):
        phone.to_e164("101", region)


STORED = [
    ("030 12345 Fax", "DE", "+493012345"),
    ("08-12 34 56 (Axel)", "SE", "+468123456"),
    ("030 123456 App. 12", "DE", "+4930123456"),
    ("1-800-FLOWERS", "US", "+18003569377"),
    ("+1 800 GO-FEDEX", "", "+18004633339"),
    ("0800 CALL NOW", "GB", "+448002255669"),
    ("13 CATS", "AU", "+61132287"),
    ("01\u202f23\u202f45\u202f67\u202f89", "FR", "+33123456789"),
    ("01\t23 45_67\u200945", "FR", "+33123456745"),
    ("٠١٢٣٤٥٦٧٨٩", "FR", "+33123456789"),
    ("0049 30 123456", "JP", "+4930123456"),
    ("00353 1 2345678", "AU", "+35312345678"),
    ("4930123456", "DE", "+4930123456"),
    ("+1 (0)415 555 2671", "", "+14155552671"),
    ("+39 (0)6 1234 5678", "", "+390612345678"),
    ("tel:4155552671;Phone-Context=+1", "DE", "+14155552671"),
    ("4915123456789:12@s.whatsapp.net", "US", "+4915123456789"),
    ("479_212_3456", "US", "+14792123456"),
    ("+917878787", "", "+917878787"),  # what libphonenumber does not know may be a number all the same
]


@pytest.mark.parametrize(("text", "region", "number"), STORED)
def test_a_spelling_is_stored_as_its_number_and_finds_it(text, region, number):
    assert phone.to_e164(text, region) == number
    assert callers.readings(text, region) == [number]


REFUSED = [
    ("+49 171 1234567 Chef", "DE", "'Chef' behind the number is not understood; leave it out"),
    ("+917878787xyz", "", "'xyz' behind the number is not understood"),
    ("800 XXX XXXX", "US", "'XXX XXXX' behind the number is not understood"),
    ("+1 555 123 XXXX", "", "'XXXX' behind the number is not understood"),
    ("+999 12 ABC 3456", "", "'ABC 3456' behind the number is not understood"),  # no country has 999
    ("030 123456 (12)", "DE", r"'\(12\)' behind the number is not understood"),
    ("030 12345 / 030 12346", "DE", "has two numbers; enter each of them by itself"),
    ("030 12345/46", "DE", "has two numbers"),
    ("+49 30 12345 +49 30 12346", "", "has two numbers"),
    ("00441212345678", "SG", r"may be \+41212345678 or \+441212345678; write it with a \+ and its country"),
    ("4915123456789", "DE", r"may be \+494915123456789 or \+4915123456789; write it with a \+"),
    ("49 (0)30 654321", "DE", r"may be \+4930654321 or \+4949030654321"),
    ("1234", "DE", "is not a phone number in DE"),
    ("5000", "AT", "is not a phone number in AT"),
    ("0800 123 Fax", "GB", "is not a phone number in GB"),
    ("479 212 Home", "US", "is not a phone number in US"),
    ("Ext. 123456", "DE", "is not a phone number"),
    ("john2025551234", "US", "is not a phone number"),
    ("*31#+493012345678", "DE", "is not a phone number"),
    ("+49 (30) 1234567890123", "", r"after \+ it must have 7 to 15 digits"),
    ("030 123456", "", "lacks its country"),
    ("030 •••456", "DE", "is not a phone number"),  # digits that are hidden, or lost
    ("030 123…", "DE", "is not a phone number"),
    ("030 12\ufffd456", "DE", "behind the number is not understood"),
    ("①5551234567", "US", "is not a phone number"),
]


@pytest.mark.parametrize(("text", "region", "message"), REFUSED)
def test_what_is_no_number_or_may_be_several_is_refused_with_what_to_do(text, region, message):
    with pytest.raises(phone.InvalidPhoneNumber, match=message):
        phone.to_e164(text, region)


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
    assert number in callers.readings(text, region)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "+", "anonymous", "unknown", "restricted", "unavailable", "101", "x22", "00", "%", "a@b", "<>"),
        *("sip:anonymous@anonymous.invalid", "sip:101@pbx", "tel:", "sip:", '"" <sip:>', "0" * 300, "(" * 300),
    ],
)
@pytest.mark.parametrize("region", ["", "US", "DE"])
def test_what_is_no_number_is_a_miss(text, region):
    assert callers.readings(text, region) == []


@pytest.mark.parametrize(
    ("number", "twin"),
    [
        ("+5511987654321", "+551187654321"),
        ("+5215512345678", "+525512345678"),
        ("+5491123456789", "+541123456789"),
    ],
)
def test_two_forms_of_a_mobile_find_one_another(number, twin):
    assert callers.readings(number, "") == [number, twin]
    assert callers.readings(twin, "") == [twin, number]
    assert {number, twin} <= set(callers.readings(number[1:], "US"))


RENUMBERED = [
    ("+22507123456", "+2250707123456"),  # Côte d'Ivoire
    ("+22505612345", "+2250505612345"),
    ("+22541234567", "+2250141234567"),
    ("+22520212345", "+2252720212345"),
    ("+22997123456", "+2290197123456"),  # Benin
    ("+24106031234", "+24166031234"),  # Gabon
    ("+24101441234", "+24111441234"),
    ("+23799123456", "+237699123456"),  # Cameroon
    ("+23722212345", "+237222212345"),
    ("+2307123456", "+23057123456"),  # Mauritius
    ("+5712345678", "+576012345678"),  # Colombia
    ("+841201234567", "+84701234567"),  # Vietnam
]


@pytest.mark.parametrize(("old", "new"), RENUMBERED)
def test_an_old_number_finds_the_new_one_and_is_found_by_it(old, new):
    assert callers.readings(old, "")[:2] == [old, new]
    assert callers.readings(new, "")[0] == new
    assert old in callers.readings(new, "")
    assert phone.is_valid(new)
    assert phone.to_e164(old, "") == old


def test_an_old_number_finds_the_new_one_as_it_was_dialled_at_home():
    assert "+2250707123456" in callers.readings("07 12 34 56", "CI")
    assert "+84701234567" in callers.readings("0120 123 4567", "VN")


def test_no_number_in_use_is_an_old_form_of_another():
    """But those of Brazil, Mexico and Argentina, where both forms are, and of Gabon, where libphonenumber has both."""
    for region in REGIONS:
        for kind in phonenumbers.PhoneNumberType.values():
            if number := phonenumbers.example_number_for_type(region, kind):
                e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
                others = [one for one in with_other_forms([e164]) if one != e164 and phone.is_valid(one)]
                assert not others or region in {"AR", "BR", "GA", "MX"}


@pytest.mark.parametrize("number", ["+551134567890", "+5511934567890", "+52551234567", "+15551234567"])
def test_a_number_that_is_no_such_mobile_has_no_other_form(number):
    assert callers.readings(number, "") == [number]


WRAPPINGS = ["sip:{}@host;user=phone", '"A" <sips:{}@host>;tag=1', "tel:{}", "{};ext=22", "{} x22", "{},,22", "{}@host"]


@given(st.sampled_from(REGIONS), st.sampled_from(FORMATS), st.sampled_from(WRAPPINGS), st.sampled_from("0٠０"))
def test_every_spelling_of_every_region_is_read_in_a_uri_with_an_extension_and_in_other_digits(
    region, form, wrapping, zero
):
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.FIXED_LINE)
    spelling = phonenumbers.format_number(example, form).removeprefix("tel:")
    digits = spelling.translate({ord(str(i)): chr(ord(zero) + i) for i in range(10)})
    e164 = phone.to_e164(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164), "")
    assert e164 in callers.readings(wrapping.format(digits), region)


@given(st.sampled_from(REGIONS), st.sampled_from(["{}", " {}", "00{}"]))
def test_digits_with_the_country_are_read_in_any_region(region, spelling):
    e164 = phone.to_e164(phonenumbers.format_number(phonenumbers.example_number("GB"), FORMATS[0]), "")
    assert e164 in callers.readings(spelling.format(e164[1:]), region)


FOUND = [
    ("4792123456", "US", ["+14792123456", "+4792123456"]),  # a national number that is valid comes first
    ("5551234567", "US", ["+5551234567", "+15551234567"]),  # one that is not, second
    (" 4792123456", "US", ["+4792123456", "+14792123456"]),  # a + that a URL has lost
    ("\u00a04792123456", "US", ["+14792123456", "+4792123456"]),
    ("479_212_3456", "US", ["+14792123456"]),
    ("479·212·3456", "US", ["+14792123456"]),
    ("\u202a4930123456\u202c", "", ["+4930123456"]),
    ("\ufeff4930123456", "", ["+4930123456"]),
    ("٤٩٣٠١٢٣٤٥٦", "", ["+4930123456"]),
    ("٠٠٩٧١٥٠١٢٣٤٥٦٧", "US", ["+971501234567"]),
    ("310-1234", "CA", []),  # signs tell no country
    ("4915123456789", "DE", ["+494915123456789", "+4915123456789"]),
    ("00441212345678", "SG", ["+441212345678", "+41212345678"]),  # 00 is a +, or 004 the prefix of a carrier
    ("sip:4155552671;phone-context=+1@gw.example.com;user=phone", "DE", ["+14155552671"]),
    ("SIP:4155552671;PHONE-CONTEXT=+1@gw.example.com", "DE", ["+14155552671"]),
    ("sip:030123456;phone-context=pbx.example.com@gw", "DE", ["+4930123456"]),
    ("sip:+14155552671;phone-context=+49@gw", "DE", ["+14155552671"]),
    ("sip:4155552671;rn=+14155550000;npdi;phone-context=+1@gw", "", ["+14155552671"]),
    ("+14155552671;rn=+14155550000;npdi", "", ["+14155552671"]),
    ("tel:863-1234;phone-context=+1-914-555", "", ["+19145558631234"]),
    ("TEL:4155552671;phone-context=+1", "DE", ["+14155552671"]),
    ("tel:4155552671;Phone-Context=%2B1;isub=12", "DE", ["+14155552671"]),
    ("tel:15551234567;phone-context=1", "US", []),
    ("4915123456789:12@s.whatsapp.net", "", ["+4915123456789"]),
    ("4792123456_1:12@s.whatsapp.net", "US", ["+4792123456"]),
    ("4915123456789@C.US", "", ["+4915123456789"]),
    ("whatsapp:+4915123456789", "", ["+4915123456789"]),
    ("4915123456789-1500000000@g.us", "", []),
    ("123456789012345@lid", "", []),
    ("sip:192.168.100.200", "", []),
    ("１５５５１２３４５６７", "", [US]),
    ("1-800-FLOWERS", "US", ["+18003569377"]),
    ("(030) 123456 Fax", "DE", ["+4930123456"]),
    ("00 0000000", "DE", []),
]


@pytest.mark.parametrize(("text", "region", "numbers"), FOUND)
def test_a_caller_may_be_these_numbers_in_this_order(text, region, numbers):
    assert callers.readings(text, region) == numbers


def test_no_text_takes_long_to_read():
    """The longest that is read, of what is worst for each pattern."""
    units = ["(", "1(", "a", "1 ", "+", "(0)", ";a=", ", 1", "x1", "tel ", "(a)", "1/", " ", "%2B", "<", "@", "1a", "é"]
    for head in ("", "030 123456 ", "+49"):
        for unit in units:
            started = time.process_time()
            callers.readings((head + unit * 500)[:500], "DE")
            assert time.process_time() - started < 0.05, unit
