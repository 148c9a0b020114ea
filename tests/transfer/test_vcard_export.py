import io

import pytest
import vobject
from hypothesis import example, given, settings

from ringbook.transfer.vcard_export import LONGEST_FOLDED, vcard
from ringbook.transfer.vcards import read_vcards
from tests.transfer.contacts import as_read, contact, contacts, email, number

JANE = contact(
    {"first_name": "Jane", "last_name": "Doe", "company": "Acme, Inc; Ltd", "job_title": "CTO", "notes": "a\nb"}
    | {"external_id": "crm:7"},
    [
        number("(202) 555-0100", "+12025550100", "work", is_primary=True, name="Reception", detail="first floor"),
        number("+1 202 555 0101", "+12025550101"),
    ],
    [email("jane@example.com", "personal", is_primary=True)],
    ["Fair, 2026", "VIP"],
)


def read_back(data):
    (row,) = read_vcards(io.BytesIO(data), encoding=None, default_type="home").rows()
    assert row.problem == ""
    return row.contact._replace(phone_numbers=list(row.contact.phone_numbers), emails=list(row.contact.emails))


@pytest.mark.parametrize("version", ["4.0", "3.0"])
@settings(max_examples=200, deadline=None)
@given(contacts)
@example(contact())
@example(contact({"display_name": "Jane Doe", "first_name": "Jane", "last_name": "Doe"}))
@example(contact({"notes": " \r\n\x0b\x85 "}, tags=[" ", "a,b", "myContacts"]))
@example(contact({}, [number("1", "+12025550100", "fax", name="a", detail=" a ")]))
@example(contact({"notes": "a" + 300 * " " + "b" + 99 * "\n" + 300 * "\t" + "c"}))
@example(contact({}, [number("1\r2", "+12025550100", "fax", name="", detail='^n%0A"')]))
def test_a_contact_that_is_exported_is_read_back_as_it_was(version, one):
    assert read_back(vcard(one, version)) == as_read(one)


def test_a_card_says_in_standard_properties_what_it_can():
    entered = '"(202) 555-0100";X-RINGBOOK-DETAIL="first floor"'
    assert vcard(JANE).decode().replace("\r\n ", "").split("\r\n") == [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "PRODID:-//Ringbook//Ringbook//EN",
        "FN:Jane Doe",
        "N:Doe;Jane;;;",
        "ORG:Acme\\, Inc\\; Ltd",
        "TITLE:CTO",
        "NOTE:a\\nb",
        f"item1.TEL;TYPE=WORK;PREF=1;X-RINGBOOK-E164=+12025550100;X-RINGBOOK-NUMBER={entered}:+12025550100",
        "item1.X-ABLabel:Reception",
        'TEL;TYPE=CELL;X-RINGBOOK-E164=+12025550101;X-RINGBOOK-NUMBER="+1 202 555 0101":+12025550101',
        "EMAIL;TYPE=HOME;PREF=1:jane@example.com",
        "UID;VALUE=text:crm:7",
        "CATEGORIES:Fair\\, 2026,VIP",
        "X-RINGBOOK-SOURCE:manual",
        "END:VCARD",
        "",
    ]


def test_lines_are_folded_at_75_octets_and_no_character_is_cut():
    data = vcard(contact({"notes": "é€😀" * 100, "first_name": "x" * 100}))
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) == LONGEST_FOLDED
    assert all(line.decode() for line in lines[:-1])


@pytest.mark.parametrize(
    ("given", "formatted"),
    [
        (contact({"display_name": "J."} | {"first_name": "Jane"}), "J."),
        (contact({"first_name": "Jane"}), "Jane"),
        (contact({"company": "Acme"}), "Acme"),
        (contact({}, [number("0100", "+12025550100")]), "+12025550100"),
        (contact({}, [], [email("jane@example.com")]), "jane@example.com"),
        (contact(), ""),
    ],
)
def test_every_card_has_a_formatted_name_and_an_empty_display_name_stays_empty(given, formatted):
    data = vcard(given)
    assert f"\r\nFN:{formatted}\r\n".encode() in data
    assert read_back(data).texts.get("display_name", "") == given["display_name"]


def test_what_another_program_has_changed_is_not_undone_by_what_ringbook_says_beside_it():
    given = contact({"notes": "old ", "display_name": ""}, [number("0100", "+12025550100")], [], ["myContacts", "a"])
    data = vcard(given).replace(b"\r\n ", b"").replace(b"NOTE:old", b"NOTE:new")
    data = data.replace(b"CATEGORIES:myContacts,a", b"CATEGORIES:myContacts,b")
    data = data.replace(b'"0100":+12025550100', b'"0100":+12025550199')
    assert data.count(b"new") == data.count(b"0199") == 1
    read = read_back(data)
    assert read.texts["notes"] == "new"
    assert read.tags == ("b",)
    assert [(one.value, one.normalized) for one in read.phone_numbers] == [("+12025550199", "")]


@settings(max_examples=50, deadline=None)
@given(contacts)
@example(JANE)
def test_another_reader_reads_what_is_written_in_3_0(one):
    (card,) = vobject.readComponents(vcard(one, "3.0").decode())
    assert [tel.value for tel in card.contents.get("tel", [])] == [n["number_e164"] for n in one["phone_numbers"]]
    assert [mail.value for mail in card.contents.get("email", [])] == [mail["address"] for mail in one["emails"]]


def test_another_reader_reads_the_names_and_the_types_that_are_written_in_3_0():
    (card,) = vobject.readComponents(vcard(JANE, "3.0").decode())
    assert (card.n.value.family, card.n.value.given, card.fn.value) == ("Doe", "Jane", "Jane Doe")
    assert card.org.value == ["Acme, Inc; Ltd"]
    assert card.note.value == "a\nb"
    assert [tel.params["TYPE"] for tel in card.tel_list] == [["WORK", "PREF"], ["CELL"]]
    assert card.categories.value == ["Fair, 2026", "VIP"]
    assert card.uid.value == "crm:7"
