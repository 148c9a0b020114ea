import codecs
import random
import time

import pytest

from ringbook.errors import InvalidArgument
from ringbook.transfer.encodings import LOST, decoder_of, encoding_of, known_encoding

WRITTEN = {
    "PL": ("cp1250", "Imię;Telefon\nŁukasz Żółty;1\nGrzegorz Gęśla;2\nŚwięto\n"),
    "RU": ("cp1251", "Имя;Телефон\nИван Примеров;1\nМария\n"),
    "DE": ("cp1252", "Name;Telefon\nJürgen Müßig;1\nFrançois Exemple;2\n“Zoë” – naïve;£5\n"),
    "GR": ("cp1253", "Όνομα;Τηλέφωνο\nΓιώργος Παράδειγμα;1\n"),
    "TR": ("cp1254", "Ad;Telefon\nŞükrü Gökçe Iğdır;1\nİbrahim\n"),
    "IL": ("cp1255", "שם;טלפון\nדוד דוגמה;1\n"),
    "SA": ("cp1256", "الاسم;الهاتف\nمحمد مثال;1\n"),
    "LT": ("cp1257", "Vardas;Tel\nŽydrūnas Šarūnas Ąžuolas;1\n"),
    "TH": ("cp874", "ชื่อ;โทร\nสมชาย;1\n"),
    "JP": ("cp932", "名前,電話\n例田太郎,03\n見本 花子,04\nカタカナ\n"),
    "KR": ("cp949", "이름,전화\n김예시,1\n"),
    "CN": ("gb18030", "姓名,电话\n王小明,1\n张伟\n"),
    "TW": ("cp950", "姓名,電話\n王小明,1\n"),
}


@pytest.mark.parametrize("region", WRITTEN)
def test_the_code_page_of_the_region_is_seen(region):
    page, text = WRITTEN[region]
    assert encoding_of(text.encode(page), region) == page


@pytest.mark.parametrize("written", ["PL", "RU", "DE", "SA", "TH", "JP", "KR", "CN"])
@pytest.mark.parametrize("region", ["US", ""])
def test_where_the_words_look_wrong_in_the_regions_page_another_one_is_seen(written, region):
    page, text = WRITTEN[written]
    assert encoding_of(text.encode(page), region) == page


@pytest.mark.parametrize("region", ["RU", "JP", "GR", "KR"])
def test_western_words_are_seen_where_another_script_is_written(region):
    assert encoding_of(WRITTEN["DE"][1].encode("cp1252"), region) == "cp1252"


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_seen_with_its_mark_and_without(written, encoding):
    text = WRITTEN[written][1]
    found = encoding_of(text.encode(encoding), "PL")
    assert found == encoding
    assert text.encode(encoding).decode(found) == text


def test_each_mark_is_seen_in_both_orders():
    for mark, name in ((codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF32_BE, "utf-32")):
        assert encoding_of(mark + "Name".encode(f"{name}-be"), "US") == name


def test_a_character_cut_at_the_end_of_the_beginning_is_no_fault():
    text = "é" * 1000
    assert encoding_of(text.encode()[:-1], "US") == "utf-8"
    assert encoding_of(("日本" * 1000).encode("cp932")[:-1], "JP") == "cp932"


def test_the_old_macintosh_is_seen_by_its_line_ends():
    assert encoding_of("Name,Phone\rJosé Muestra,1\r".encode("mac_roman"), "US") == "mac_roman"
    assert encoding_of("Имя,Phone\rИван,1\r".encode("mac_cyrillic"), "RU") == "mac_cyrillic"


def test_bytes_that_are_no_text_are_read_as_something_in_little_time():
    began = time.perf_counter()
    for region in ("US", "PL", "JP", "CN"):
        for data in (bytes(range(256)) * 4096, b"\x81\n" * (1 << 19), b"\0" * (1 << 20), b"\xff" * (1 << 20), b""):
            assert known_encoding(encoding_of(data, region), data)
    assert time.perf_counter() - began < 20


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("UTF8", "utf-8"), ("latin1", "iso8859-1"), ("Windows-1252", "cp1252"), ("SJIS", "shift_jis")],
)
def test_an_encoding_is_known_by_all_its_names(name, encoding):
    assert known_encoding(name, b"") == encoding


def test_utf_16_is_read_in_the_order_in_which_it_is_written():
    assert known_encoding("utf-16", "Name".encode("utf-16-be")) == "utf-16-be"
    assert known_encoding("utf-16", "Name".encode("utf-16-le")) == "utf-16-le"
    assert known_encoding("utf-16", "Name".encode("utf-16")) == "utf-16"
    assert known_encoding("utf-32", b"") == "utf-32-le"


@pytest.mark.parametrize(
    "name",
    [
        "klingon",
        "base64",
        "hex",
        "rot13",
        "idna",
        "punycode",
        "unicode_escape",
        "utf-7",
        "charmap",
        "a\0b",
        "é",
        "x" * 9999,
        "..",
    ],
)
def test_what_is_no_encoding_of_text_is_refused_by_name(name):
    with pytest.raises(InvalidArgument) as refusal:
        known_encoding(name, b"")
    assert refusal.value.problems[0].field == "encoding"
    assert len(refusal.value.message) < 300


def test_each_byte_that_does_not_fit_is_marked_and_nothing_else_is_lost():
    assert decoder_of("utf-8").decode(b"a\xffb\xfe", final=True) == f"a{LOST}b{LOST}"
    assert decoder_of("utf-16-le").decode(b"a\0\0\xd8b\0", final=True) == f"a{LOST}b"


def test_a_sign_within_a_word_is_a_letter_of_another_code_page():
    assert encoding_of("Name;Tel\nGrażyna;1\nBożena\n".encode("cp1250"), "US") == "cp1250"
    assert encoding_of("Name;Tel\nJürgen · Beispiel;1\n¿José?\n".encode("cp1252"), "US") == "cp1252"


@pytest.mark.parametrize(
    "data",
    [
        "".join(f"José {i},Müller\n" for i in range(60)).encode() + "José,Müller\n".encode("cp1252"),
        "Name,Last\nJosé,Cort\u00e9".encode()[:-1] + b"s\n",
        "Name\nJosé Cort\u00e9".encode()[:-1] + b",1\n",
        "ชื่อ\nสมชาย".encode() + b"\xff\n",
    ],
)
def test_utf_8_with_a_stray_byte_stays_utf_8(data):
    assert encoding_of(data, "US") == "utf-8"


@pytest.mark.parametrize(
    "page", ["cp932", "cp949", "cp950", "gb18030", "cp874", "cp1251", "cp1253", "cp1255", "cp1256"]
)
def test_no_script_of_another_code_page_is_taken_for_damaged_utf_8(page):
    letters = {"cp932": (0x3041, 0x9FA0), "cp949": (0xAC00, 0xD7A4), "cp950": (0x4E00, 0x9FA0)}
    letters |= {"gb18030": (0x4E00, 0x9FA0), "cp874": (0xE01, 0xE4F), "cp1251": (0x410, 0x450)}
    letters |= {"cp1253": (0x391, 0x3CF), "cp1255": (0x5D0, 0x5EB), "cp1256": (0x621, 0x64B)}
    rng = random.Random(1)
    for _ in range(200):
        text = "".join(chr(rng.randrange(*letters[page])) for _ in range(200)).encode(page, "ignore")
        assert encoding_of(b"Name,Phone\n%b,1\n" % text[:30], "US") != "utf-8"
