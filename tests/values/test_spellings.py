"""Every example number of libphonenumber, in all spellings: stored right or refused, found or missed, never another."""

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from ringbook.values import phone
from ringbook.values.callers import readings
from ringbook.values.characters import plain
from ringbook.values.spelling import InvalidPhoneNumber

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


def examples(kinds):
    """Return of each region and kind that has one: the region, the number in E.164, and as libphonenumber has it."""
    found = [
        (region, phonenumbers.format_number(number, PhoneNumberFormat.E164), number)
        for region in REGIONS
        for kind in kinds
        if (number := phonenumbers.example_number_for_type(region, kind))
    ]
    return [example for example in found if phone.E164.fullmatch(example[1])]


EXAMPLES = examples(PhoneNumberType.values())
LINES = examples((PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE))
FEW = LINES[::5]


def stored(text, region):
    try:
        return phone.to_e164(text, region)
    except InvalidPhoneNumber:
        return None


def wrong(spelled, numbers=FEW):
    """Return what is stored as another number, found under another, or stored and not found; and how many are right."""
    problems, right = [], 0
    for region, e164, number in numbers:
        text = spelled(e164, number)
        kept, found = stored(text, region), readings(text, region)
        right += kept == e164
        if kept not in (None, e164) or (found and e164 not in found) or (kept and kept not in found):
            problems.append((region, text, e164, kept, found))
    return problems, right


def national(_, number):
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)


def international(_, number):
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def digits(text):
    return re.sub(r"\D", "", text)


SHAPES = {
    "E.164": lambda e164, _: e164,
    "international": international,
    "RFC 3966": lambda _, number: phonenumbers.format_number(number, PhoneNumberFormat.RFC3966),
    "national": national,
    "national digits": lambda e164, number: digits(national(e164, number)),
    "without the trunk prefix": lambda _, number: phonenumbers.national_significant_number(number),
    "country code without +": lambda e164, _: e164[1:],
    "in brackets": lambda e164, number: f"({national(e164, number)})",
    "SIP": lambda e164, _: f"sip:{e164}@pbx.example.com;user=phone",
    "bidi marks around": lambda e164, _: f"\u202a{e164}\u202c",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_number_of_any_kind_is_read_in_any_shape(shape):
    problems, right = wrong(SHAPES[shape], EXAMPLES)
    assert [problem for problem in problems if problem[0] != "CA"] == []  # 310-1234 is a number in Canada alone
    assert right > len(EXAMPLES) - 20  # digits with their own country code may be two numbers


@pytest.mark.parametrize("code", ["+{} (0){}", "+{}(0) {}", "00{} (0){}", "+({}) ( 0 ) {}", "{} (0){}"])
def test_a_trunk_zero_in_brackets_is_left_out_where_the_number_has_none(code):
    problems, right = wrong(
        lambda _, n: code.format(n.country_code, phonenumbers.national_significant_number(n)), LINES
    )
    assert problems == []
    assert right > 430


LEFT_OUT = ["Fax", "(Fax)", "- Fax", ", mobile", "/ home", "Büro", "(Axel)", "(Herr Müller)", "fax.", "WORK", "携帯"]
LEFT_OUT += ["x22", "ext. 5", "ext 5", "EXTENSION 5", "(ext. 5)", "#22", ",,22", ";ext=22", ";22", "доб. 12"]
LEFT_OUT += [
    "内線12",
    "Durchwahl 7",
    "App. 12",
    "~22",
    "x 22 (mobile)",
    "Fax (Axel)",
    "\u200eFax",
    "\ufeff",
    "ｅｘｔ．５",
]
NOT_UNDERSTOOD = ["Chef", "xyz", "Zimmer 4", "(Raum 12)", "CALL", "or 22", "/ 12", "(12)", "½", "²", "?", "*22", "= 5"]
NOT_UNDERSTOOD += ["office hours 9-17", "XXX", "und Frau Meier", "€", "12:30", "\U0001f600 5 Uhr", "ab 18 Uhr"]


@pytest.mark.parametrize("words", LEFT_OUT)
def test_what_only_says_what_the_number_is_is_left_out(words):
    for spelled in (national, international, lambda e164, _: e164):
        problems, right = wrong(lambda *number, spelled=spelled: f"{spelled(*number)} {words}")
        assert (problems, right) == ([], len(FEW))


@pytest.mark.parametrize("words", NOT_UNDERSTOOD)
def test_other_words_behind_a_number_are_refused_and_no_digits(words):
    for glue in ("", " ", "\u202f", "\t-\t"):
        for spelled in (national, lambda e164, _: e164):
            problems, right = wrong(lambda *number, s=spelled, g=glue: f"{s(*number)}{g}{words}")
            assert (problems, right) == ([], 0), glue


@pytest.mark.parametrize("words", ["Fax", "home", "xyz", "CALL", "Chef", "(Axel)"])
def test_words_behind_any_landline_and_mobile_are_never_digits(words):
    for spelled in (national, lambda e164, _: e164):
        assert wrong(lambda *number, s=spelled: f"{s(*number)} {words}", LINES)[0] == []


@pytest.mark.parametrize("words", ["Fax", "home", "xyz", "CALL", "Chef", "(Axel)", "fax2", "p22", "w22"])
def test_words_at_a_number_without_a_blank_are_no_digits(words):
    assert wrong(lambda e164, number: national(e164, number) + words)[0] == []
    assert wrong(lambda e164, number: words + national(e164, number))[0] == []


BLANKS = [chr(code) for code in range(0x3100) if plain(chr(code)) == " "]
NOTHING = ["\u200b", "\u200e", "\u2060", "\u00ad", "\ufeff", "\ufe0f", "\u20e3", "\u202a", "\u034f", "\u3164"]
OTHERS = ["-", "\u2011", "\u2013", "\u2212", "\uff0d", "\u30fc", ".", "\uff0e", "\u2024", "'", "\u2019", "\u02bc"]
OTHERS += ["\uff3f", "\U0001f4de"]


def test_the_blanks_of_unicode_and_signs_like_them_are_blanks():
    unicode_blanks = set("\t\n\u00a0\u1680\u2000\u2004\u2007\u2009\u200a\u2028\u202f\u205f\u3000")
    assert unicode_blanks | set("_·•‧∙⋅・'’‘`´\"“”„«»") <= set(BLANKS)


@pytest.mark.parametrize("sign", [*"\t\u00a0\u2009\u202f\u3000_·•", *NOTHING, *OTHERS], ids=ascii)
def test_signs_between_the_digits_change_nothing(sign):
    for spelled in (national, international):
        problems, right = wrong(lambda *number, spelled=spelled: sign.join(spelled(*number).split()))
        assert (problems, right) == ([], len(FEW))
    problems, right = wrong(lambda *number: f"{sign}{national(*number)}{sign}")
    assert (problems, right) == ([], len(FEW))


@pytest.mark.parametrize("sign", ["/", "\uff0f", "\u2215", "\u2044"])
def test_a_slash_between_the_digits_is_a_sign_unless_it_parts_two_numbers(sign):
    problems, right = wrong(lambda *number: sign.join(national(*number).split()), LINES)
    assert problems == []
    assert right >= len(LINES) - 3


@pytest.mark.parametrize("zero", "٠۰०๐០０𝟎𝟘𝟶")
def test_digits_of_any_script_are_digits(zero):
    scripted = {ord("0") + i: chr(ord(zero) + i) for i in range(10)}
    for spelled in (national, international, lambda e164, _: e164):
        problems, right = wrong(lambda *number, spelled=spelled: spelled(*number).translate(scripted))
        assert (problems, right) == ([], len(FEW))


def test_keycaps_are_digits():
    problems, right = wrong(lambda *number: re.sub(r"(\d)", "\\1\ufe0f\u20e3", national(*number)))
    assert (problems, right) == ([], len(FEW))


LABELS = ["Tel.: ", "tel.:", "Tel ", "TEL:", "phone: ", "Phone - ", "☎ ", "☎\ufe0f", "📞", "電話：", "T: "]


@pytest.mark.parametrize("label", LABELS)
def test_a_word_or_sign_in_front_of_a_number_is_left_out(label):
    problems, right = wrong(lambda *number: label + national(*number))
    assert (problems, right) == ([], len(FEW))


PARTS = [
    " / ",
    "/",
    " or ",
    " und ",
    ", ",
    "; ",
    ";",
    " ",
    "\n",
    "\u2028",
    " | ",
    " & ",
    " u. ",
    " - Fax: ",
    "  ",
    "、",
]


@pytest.mark.parametrize("parted", PARTS)
def test_two_numbers_in_one_field_are_refused(parted):
    for spelled in (national, lambda e164, _: e164):
        problems, right = wrong(lambda *number, s=spelled: f"{s(*number)}{parted}{s(*number)}", LINES)
        assert problems == []
        assert right <= (4 if parted.strip() in {",", ";"} else 0)  # behind a comma four digits are an extension


def test_of_two_numbers_the_message_says_that_they_are_two():
    for text in ("030 12345 / 030 12346", "030 12345/46", "+4930123456 or +49 171 1234567", "030 123456, 030 123457"):
        with pytest.raises(InvalidPhoneNumber, match="has two numbers; enter each of them by itself"):
            phone.to_e164(text, "DE")


AMBIGUOUS = {"TH", "KR", "HK", "SG", "TW", "KH", "BO", "MN", "GY", "TZ", "UG", "JP", "AU", "NG", "ID", "BR", "CO", "BY"}
PLAIN_00 = {"DE", "US", "GB", "FR", "IT", "RU", "KZ", "IL", "MX", "CN", "FI", "CL", ""}


def abroad(prefix, region):
    """Return what is wrong with foreign numbers behind a dialling prefix, and how many are stored right."""
    foreign = [example for example in LINES if example[0] != region]
    problems, right = [], 0
    for i, (_, e164, _) in enumerate(foreign):
        text = f"{prefix}{e164[1:]}" if i % 2 else f"{prefix} {e164[1:4]} {e164[4:]}"
        kept, found = stored(text, region), readings(text, region)
        right += kept == e164
        if kept not in (None, e164) or (found and e164 not in found) or (kept and kept not in found):
            problems.append((region, text, kept, found))
    return problems, right


@pytest.mark.parametrize("region", sorted(AMBIGUOUS | PLAIN_00))
def test_00_stands_for_a_plus_in_every_region_or_is_refused(region):
    problems, right = abroad("00", region)
    assert problems == []
    assert right > (len(LINES) - 75 if region in AMBIGUOUS else len(LINES) - 7)


PREFIXES = {"US": "011", "JP": "010", "AU": "0011", "RU": "810", "HK": "001", "SG": "001", "TH": "001", "KR": "001"}
PREFIXES |= {"TW": "002", "KH": "001", "NG": "009", "ID": "008", "KE": "000", "TZ": "000", "UG": "000", "BR": "0021"}
PREFIXES |= {"CO": "009", "CU": "119"}


@pytest.mark.parametrize("region", PREFIXES)
def test_a_regions_own_dialling_prefix_is_read_or_refused(region):
    problems, right = abroad(PREFIXES[region], region)
    assert problems == []
    assert right > len(LINES) - 100


def test_the_country_code_is_never_stored_twice():
    problems, right = wrong(lambda e164, _: e164[1:], EXAMPLES)
    assert problems == []
    assert right > len(EXAMPLES) - 20


around = st.sampled_from(["", " ", "\u00a0", "\t", "\u202a", "\ufeff", "Tel. ", "☎ ", "("])
between = st.sampled_from([" ", "\u202f", "-", "_", "·", "\u200b ", ".", "\u2011", ""])
behind = st.sampled_from(["", *LEFT_OUT, *NOT_UNDERSTOOD, " ", "\u202c", ")", "/ 030 12345", "+"])
zeros = st.sampled_from("00٠０𝟎")


@given(st.sampled_from(EXAMPLES), st.sampled_from(list(SHAPES)), around, between, behind, zeros)
def test_whatever_stands_around_and_between_a_number_is_never_another(example, shape, front, sign, words, zero):
    region, e164, number = example
    text = SHAPES[shape](e164, number).replace(" ", sign)
    text = text.translate({ord("0") + i: chr(ord(zero) + i) for i in range(10)})
    text = f"{front}{text} {words}"
    kept, found = stored(text, region), readings(text, region)
    assert kept in (None, e164), text
    assert not found or e164 in found or e164 == "+13101234", text  # 310-1234 is a number in Canada alone
    assert not kept or kept in found, text


@given(st.text(alphabet="+0123456789 ()-./;,x#aF٣\u202a_", max_size=25), st.sampled_from(["", *REGIONS]))
def test_what_is_stored_finds_itself_and_has_7_to_15_digits(text, region):
    kept = stored(text, region)
    if kept:
        assert phone.E164.fullmatch(kept)
        assert kept in readings(text, region)
        assert readings(kept, region)[0] == kept
