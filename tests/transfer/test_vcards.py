import io
import json
from pathlib import Path

import pytest
import vobject

from ringbook.errors import InvalidArgument
from ringbook.transfer.charsets import charset
from ringbook.transfer.rows import RowAddress
from ringbook.transfer.vcards import read_vcards

FILES = Path(__file__).parent.parent / "files"
NAMES = sorted(path.stem for path in FILES.glob("vcard-*.vcf"))
WELL_FORMED = ["vcard-google", "vcard-apple", "vcard-nextcloud", "vcard-thunderbird"]


def opened(data, *, encoding=None, default_type="", **more):
    return read_vcards(io.BytesIO(data), encoding=encoding, default_type=default_type, **more)


def rows(data, **options):
    return list(opened(data, **options).rows())


def lines(*given):
    return "".join(f"{line}\r\n" for line in ("BEGIN:VCARD", *given, "END:VCARD")).encode()


def contact(*given, **options):
    (row,) = rows(lines(*given), **options)
    assert row.problem == ""
    return row.contact


def numbers(*given, **options):
    return [(one.value, one.type, one.label) for one in contact(*given, **options).phone_numbers]


def shown(row):
    """Return what a row says in the form of the files of what is expected."""
    if row.problem:
        return {"problem": row.problem}
    lists = {
        "phone_numbers": [("number", one) for one in row.contact.phone_numbers],
        "emails": [("address", one) for one in row.contact.emails],
    }
    addresses = {
        name: [
            {key: one.value}
            | ({"type": one.type} if one.type else {})
            | ({"label": one.label} if one.label else {})
            | ({"is_primary": True} if one.is_primary else {})
            for key, one in found
        ]
        for name, found in lists.items()
    }
    parts = {**row.contact.texts, **addresses, "tags": list(row.contact.tags)}
    return {key: value for key, value in parts.items() if value}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_each_program_gives_the_contacts_that_it_holds(name):
    expected = json.loads((FILES / f"{name}.vcf.json").read_text())
    file = opened((FILES / f"{name}.vcf").read_bytes())
    found = list(file.rows())
    assert file.encoding == expected["encoding"]
    assert [row.number for row in found] == list(range(1, len(expected["contacts"]) + 1))
    for row, one in zip(found, expected["contacts"], strict=True):
        if "problem" in one:
            assert one["problem"] in row.problem
            assert row.contact == type(row.contact)()
        else:
            assert shown(row) == one


@pytest.mark.parametrize("name", WELL_FORMED)
def test_another_reader_finds_the_same_in_well_formed_files(name):
    data = (FILES / f"{name}.vcf").read_bytes()
    ours = [row for row in rows(data) if not row.problem]
    theirs = [
        card
        for card in vobject.readComponents(data.decode())
        if "group"
        not in [one.value for key in ("kind", "x-addressbookserver-kind") for one in card.contents.get(key, [])]
    ]
    assert len(ours) == len(theirs)
    for row, card in zip(ours, theirs, strict=True):
        if name != "vcard-nextcloud":  # it leaves URIs as they are
            assert [one.value for one in row.contact.phone_numbers] == [t.value for t in card.contents.get("tel", [])]
            assert [one.value for one in row.contact.emails] == [m.value for m in card.contents.get("email", [])]
        if "n" in card.contents:
            name_parts = (f"{card.n.value.given} {card.n.value.additional}".strip(), card.n.value.family)
            assert tuple(row.contact.texts.get(key, "") for key in ("first_name", "last_name")) == name_parts


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "utf-16", "utf-8", "UTF8", "mac_cyrillic", "iso-2022-jp"])
def test_a_file_is_read_as_the_encoding_that_is_named(encoding):
    name = "日本" if encoding == "iso-2022-jp" else "Иван"
    (row,) = rows(lines(f"FN:{name}").decode().encode(encoding), encoding=encoding)
    assert row.contact.texts == {"display_name": name}
    assert row.raw.decode().splitlines()[1] == f"FN:{name}"


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be", "utf-16", "utf-32-le"])
def test_a_file_of_wide_characters_needs_no_byte_order_mark(order):
    (row,) = rows(lines("FN:Иван").decode().encode(order), encoding=order[:6])
    assert row.contact.texts == {"display_name": "Иван"}


@pytest.mark.parametrize(
    "encoding", ["", "x", "hex", "rot13", "punycode", "a\0b", "é", "undefined", "x" * 100_000, ".."]
)
def test_what_is_no_text_encoding_is_refused_by_its_name(encoding):
    with pytest.raises(InvalidArgument) as refusal:
        opened(b"BEGIN:VCARD\r\n", encoding=encoding)
    assert [problem.field for problem in refusal.value.problems] == ["encoding"]
    assert charset(encoding) is None


@pytest.mark.parametrize(
    "data", [b"\r\n \r\n", b"Name,Phone\r\nJane,123\r\n", b"END:VCARD\n", b"\0\0\0\0", b"\xff\xfe"]
)
def test_what_has_no_card_in_it_is_refused(data):
    with pytest.raises(InvalidArgument, match="no vCard file: no card begins in it"):
        rows(data)


def test_an_empty_file_is_a_book_of_nobody_as_an_export_writes_it():
    assert rows(b"") == []


@pytest.mark.parametrize(
    ("line", "type_", "label"),
    [
        ("TEL:1", "", None),
        ("TEL;VOICE:1", "", None),
        ("TEL;CELL:1", "mobile", None),
        ("tel;type=mobile:1", "mobile", None),
        ("TEL;TYPE=iphone;TYPE=cell:1", "mobile", None),
        ("TEL;TYPE=WORK,FAX:1", "fax", None),
        ("TEL;HOME;FAX:1", "fax", None),
        ('TEL;TYPE="home,voice":1', "home", None),
        ("TEL;TYPE=MAIN:1", "work", None),
        ("TEL;TYPE=work;TYPE=cell:1", "mobile", None),
        ("TEL;TYPE=other:1", "other", None),
        ("TEL;TYPE=pager:1", "other", "pager"),
        ("TEL;TYPE=x-Front-Desk:1", "other", "Front-Desk"),
        ("TEL;TYPE=work,x-door:1", "work", "door"),
        ("a.TEL:1\r\na.X-ABLabel:Door", "other", "Door"),
        ("a.X-ABLabel:Door\r\nA.TEL;TYPE=WORK:1", "work", "Door"),
        ("a.TEL:1\r\na.X-ABLabel:_$!<HomeFAX>!$_", "fax", None),
        ("a.TEL:1\r\na.X-ABLabel:_$!<Work>!$_", "work", None),
        ("a.TEL:1\r\na.X-ABLabel:Mobile", "mobile", None),
        ("a.TEL;TYPE=CELL:1\r\na.X-ABLabel:Mobile", "mobile", None),
        ("a.TEL;TYPE=CELL:1\r\nb.X-ABLabel:Door", "mobile", None),
    ],
)
def test_a_number_has_the_type_and_the_label_that_the_card_says(line, type_, label):
    assert numbers(line) == [("1", type_, label)]


@pytest.mark.parametrize(
    ("line", "type_"),
    [
        ("EMAIL:a@example.com", ""),
        ("EMAIL;INTERNET:a@example.com", ""),
        ("EMAIL;TYPE=INTERNET;TYPE=WORK:a@example.com", "work"),
        ("EMAIL;TYPE=home:a@example.com", "personal"),
        ("EMAIL;TYPE=other:mailto:a@example.com?subject=x", "other"),
        ("i.EMAIL:a%40example.com\r\ni.X-ABLabel:_$!<Home>!$_".replace("%40", "@"), "personal"),
    ],
)
def test_an_email_has_the_type_that_the_card_says_and_never_that_of_numbers(line, type_):
    assert contact(line, default_type="mobile").emails == [RowAddress("a@example.com", type_)]


def test_a_number_of_which_the_card_says_no_type_has_the_one_that_is_asked_for():
    assert numbers("TEL:1", "TEL;VOICE:2", "TEL;HOME:3", "TEL;X-Y:4", default_type="fax") == [
        ("1", "fax", None),
        ("2", "fax", None),
        ("3", "home", None),
        ("4", "other", "Y"),
    ]


def test_only_what_is_marked_is_primary_and_only_the_first():
    found = contact(
        "TEL:1", "TEL;PREF=1:2", "TEL;TYPE=cell,pref:3", "EMAIL;PREF=2:a@b", "EMAIL;PREF:c@d", "TEL;PREF=50:4"
    )
    assert [one.is_primary for one in found.phone_numbers] == [False, True, False, False]
    assert [one.is_primary for one in found.emails] == [False, True]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("tel:+1-202-555-0100", "+1-202-555-0100"),
        ("TEL:+1%20202%20555%200100", "+1 202 555 0100"),
        ("tel:+1-202-555-0100;ext=12", "+1-202-555-0100 ext. 12"),
        ("tel:+1-202-555-0100\\;ext=12", "+1-202-555-0100 ext. 12"),
        ("tel:0100;phone-context=+1202555", "tel:0100;phone-context=+1202555"),
        ("sip:jane@example.com", "sip:jane@example.com"),
        (" +1 202 555 0100\\, ask Jane ", "+1 202 555 0100, ask Jane"),
    ],
)
def test_a_number_that_is_a_uri_is_read_as_a_person_writes_it(value, number):
    assert [found for found, _, _ in numbers(f"TEL;VALUE=uri:{value}")] == [number]


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        (["N:Doe;Jane", "FN:Jane Doe"], {"first_name": "Jane", "last_name": "Doe"}),
        (["N:Doe;Jane", "FN:Jane  Doe "], {"first_name": "Jane", "last_name": "Doe"}),
        (["N:Doe;Jane", "FN:J. Doe"], {"first_name": "Jane", "last_name": "Doe", "display_name": "J. Doe"}),
        (["FN:Jane Doe"], {"display_name": "Jane Doe"}),
        (
            ["N:Doe;Jane;Quinn;Dr.;Jr."],
            {"first_name": "Jane Quinn", "last_name": "Doe Jr.", "display_name": "Dr. Jane Quinn Doe Jr."},
        ),
        (["N:Doe;Jane;Quinn", "FN:Jane Quinn Doe"], {"first_name": "Jane Quinn", "last_name": "Doe"}),
        (
            ["N:Doe;Jane;Quinn", "FN:Jane Doe"],
            {"first_name": "Jane Quinn", "last_name": "Doe", "display_name": "Jane Doe"},
        ),
        (["N:a\\;b;c\\\\;;;"], {"last_name": "a;b", "first_name": "c\\"}),
        (["NICKNAME:Janie"], {"display_name": "Janie"}),
        (["NICKNAME:Janie", "N:;Jane"], {"first_name": "Jane"}),
        (["ORG:Acme;Sales"], {"company": "Acme"}),
        (["ORG:;Sales"], {"company": "Sales"}),
        (["FN:Acme", "ORG:Acme"], {"company": "Acme"}),
        (["FN:Acme", "KIND:ORG"], {"company": "Acme"}),
        (["FN:Acme", "X-ABShowAs:COMPANY"], {"company": "Acme"}),
        (["TITLE:CTO", "ROLE:Boss"], {"job_title": "CTO"}),
        (["ROLE:Boss"], {"job_title": "Boss"}),
        (["NOTE:a\\nb", "NOTE:c\\N\\x\\,"], {"notes": "a\nb\nc\n\\x,"}),
        (["UID: urn:uuid:1 "], {"external_id": "urn:uuid:1"}),
        (["item1.FN:Jane"], {"display_name": "Jane"}),
        (["FN:", "FN:Jane"], {"display_name": "Jane"}),
        ([" NOTE:folded into BEGIN", "FN:x"], {"display_name": "x"}),
    ],
)
def test_names_and_texts_go_where_they_belong(given, texts):
    if given[0].startswith(" "):
        given = ["VERSION:3.0", *given]
    assert contact(*given).texts == texts


def test_tags_are_the_categories_each_once_without_the_group_that_google_puts_everybody_into():
    assert contact("CATEGORIES:a,b\\,c,, a ,myContacts", "CATEGORIES:d,b\\,c").tags == ("a", "b,c", "d")


UNKNOWN = (
    *("N:Doe;Jane;;Dr.", "FN:Jane Doe", "NICKNAME:Janie", "ORG:Acme;Sales;West", "TITLE:CTO", "ROLE:Boss"),
    *("item1.ADR;TYPE=HOME:;;1 Main St\\nBack;Town", "BDAY:1980-01-01", "URL:https\\://www.example.com", "NOTE:kept"),
    *("PHOTO;ENCODING=b:AAAA", " BBBB", "SOUND:https://www.example.com/s", "X-EMPTY:", "UID:1", "UID:2"),
    "X-BAD;ENCODING=b:A",
)


def test_what_ringbook_has_no_field_for_is_named():
    file = opened(lines(*UNKNOWN) * 2)
    assert [row.contact.texts["notes"] for row in file.rows()] == ["kept"] * 2
    names = "ADR BDAY URL X-EMPTY UID X-BAD ORG ROLE N NICKNAME PHOTO SOUND"
    assert sorted(file.unknown) == sorted(names.split())


def test_what_ringbook_has_no_field_for_goes_into_the_notes_where_it_is_asked_for():
    notes = contact(*UNKNOWN, keep_unknown=True).texts["notes"].split("\n")
    assert notes[0] == "kept"
    assert sorted(notes[1:]) == [
        "ADR: 1 Main St Back, Town",
        "BDAY: 1980-01-01",
        "N: Dr.",
        "NICKNAME: Janie",
        "ORG: Sales, West",
        "ROLE: Boss",
        "UID: 2",
        "URL: https://www.example.com",
    ]


def test_an_empty_card_is_a_row_without_any_value():
    (row,) = rows(lines("VERSION:3.0", "FN:", "N:;;;;", "TEL:", "NOTE: "))
    assert row.problem == ""
    assert row.contact == type(row.contact)({}, [], [], ())


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_read_again_gives_the_same_rows(name):
    data = (FILES / f"{name}.vcf").read_bytes()
    assert rows(data) == rows(data)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_rejected_is_read_again_as_what_it_was_and_without_the_error(name):
    file = opened((FILES / f"{name}.vcf").read_bytes())
    found = list(file.rows())
    error = "bad, \"number\"; 'é'\r\n" * 20
    rejects = file.rejects_begin() + b"".join(file.rejected(row, error) for row in found)
    assert rejects.decode().count("X-RINGBOOK-ERROR") == len(found)
    again = opened(rejects)
    for before, after in zip(found, again.rows(), strict=True):
        if "END:VCARD" not in before.problem and "stands in no card" not in before.problem:
            assert (after.contact, after.problem) == (before.contact, before.problem)
        assert b"X-RINGBOOK-ERROR" not in after.raw
        assert again.rejected(after, error).count(b"X-RINGBOOK-ERROR") == 1


def test_a_rejected_card_says_why_in_a_note():
    file = opened(b"BEGIN:VCARD\nVERSION:4.0\nFN:Jane\nTEL:x\nEND:VCARD\nBEGIN:VCARD\nTEL:y")
    wrong, cut = file.rows()
    note = "NOTE;X-RINGBOOK-ERROR=1:no number\\, or\\ntwo"
    assert file.rejected(wrong, "no number, or\ntwo").decode().split("\r\n") == [
        *("BEGIN:VCARD", "VERSION:4.0", note, "FN:Jane", "TEL:x", "END:VCARD", ""),
    ]
    assert file.rejected(cut, "no number, or\ntwo").decode().split("\r\n") == [
        *("BEGIN:VCARD", note, "TEL:y", "END:VCARD", ""),
    ]


def test_a_rejected_card_is_in_utf_8_whatever_it_was_in():
    data = lines("FN;CHARSET=ISO-8859-1:Jörg", "TEL:x").decode().encode("latin-1") + lines("FN:Jörg").decode().encode(
        "cp1252"
    )
    for row in rows(data):
        assert row.contact.texts == {"display_name": "Jörg"}
        (again,) = rows(row.raw)
        assert again.contact == row.contact
        assert "FN:Jörg" in row.raw.decode()


def test_bytes_that_are_of_no_utf_8_are_read_as_windows_writes_them():
    data = lines("FN;CHARSET=ISO-8859-1:5 \x80", "TEL;TYPE=x-B\xfcro:1").decode().encode("latin-1")
    (row,) = rows(data)
    assert row.contact.texts == {"display_name": "5 €"}
    assert [one.label for one in row.contact.phone_numbers] == ["Büro"]
    row.raw.decode()


def test_a_file_that_is_cut_within_a_character_is_read_to_its_end():
    (row,) = rows(b"\xff\xfe" + "BEGIN:VCARD\nFN:x".encode("utf-16-le") + b"y")
    assert row.raw.decode() == "BEGIN:VCARD\r\nFN:x\ufffd\r\n"


@pytest.mark.parametrize("between", ["", " ", "\t ", "\ufeff", " \ufeff "])
def test_files_that_were_joined_without_a_line_break_have_all_their_cards(between):
    ann, bob = lines("VERSION:3.0", "FN:Ann"), lines("VERSION:3.0", "FN:Bob")
    found = rows(ann.rstrip() + between.encode() + bob.rstrip() + between.encode() + ann)
    assert [(row.problem, row.contact.texts) for row in found] == [
        ("", {"display_name": name}) for name in ("Ann", "Bob", "Ann")
    ]


@pytest.mark.parametrize("second", ["BEGIN:VCARD and more", "END:VCARD X", "VERSION:3.0", "END;X=1:VCARD"])
def test_a_card_in_which_there_may_be_two_is_rejected(second):
    (row,) = rows(lines("VERSION:3.0", "FN:Ann", second, "FN:Bob"))
    assert "there may be two cards in it" in row.problem


@pytest.mark.parametrize("blank", ["", "\r\n"])
def test_a_stray_sign_at_the_end_of_a_quoted_text_takes_no_property_with_it(blank):
    note = f"NOTE;ENCODING=QUOTED-PRINTABLE:call=0D=0A={blank}"
    found = contact("VERSION:2.1", "FN:Ann", note, "TEL;CELL:1", note, "X-ABC:y", note, "EMAIL:a@b", note, "N:;Ann;;;")
    assert [one.value for one in (*found.phone_numbers, *found.emails)] == ["1", "a@b"]
    assert found.texts == {"first_name": "Ann", "notes": "\n".join(["call"] * 4)}


def test_a_text_goes_on_behind_the_sign_where_its_next_line_only_looks_like_a_property():
    note = "NOTE;ENCODING=QUOTED-PRINTABLE:x=0D=0A="
    assert contact("FN:A", note, "TEL: 1=0D=0A=", "Tel:2=0D=0A=", "NB:3").texts["notes"] == "x\nTEL: 1\nTel:2\nNB:3"


def test_a_picture_behind_a_stray_sign_is_left_out():
    picture = ["PHOTO;ENCODING=BASE64:AAAA", " BBBB", "CCCC"]
    assert contact("FN:A", "NOTE;ENCODING=QUOTED-PRINTABLE:x=", *picture).texts == {"display_name": "A", "notes": "x"}


@pytest.mark.parametrize(
    ("region", "page", "name"),
    [
        ("PL", "cp1250", "Łukasz Żółty"),
        ("RU", "cp1251", "Иван Примеров"),
        ("GR", "cp1253", "Γιώργος Παράδειγμα"),
        ("JP", "cp932", "例田太郎"),
        ("US", "cp1252", "José Müller"),
    ],
)
def test_a_card_in_no_utf_8_is_in_the_code_page_of_the_region(region, page, name):
    quoted = "".join(f"={byte:02X}" for byte in name.encode(page))
    cards = lines("VERSION:2.1", f"FN;ENCODING=QUOTED-PRINTABLE:{quoted}", "TEL:x")
    cards += f"BEGIN:VCARD\r\nFN:{name}\r\nNOTE:José\r\nEND:VCARD\r\n".encode(page, "replace")
    file = opened(cards, region=region)
    found = list(file.rows())
    assert [row.contact.texts["display_name"] for row in found] == [name, name]
    assert file.encoding == page
    [again] = rows(file.rejected(found[1], "no"))
    assert again.contact.texts["display_name"] == name


def test_a_western_name_is_read_as_such_in_every_region():
    for region in ("RU", "JP", "GR", "KR"):
        [row] = rows("BEGIN:VCARD\nN:Müßig;Jürgen;;;\nEND:VCARD\n".encode("cp1252"), region=region)
        assert row.contact.texts == {"first_name": "Jürgen", "last_name": "Müßig"}
