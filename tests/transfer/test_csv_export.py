import csv
import io
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringbook.contacts.kinds import EMAILS, PHONE_NUMBERS
from ringbook.transfer.cells import safe, unsafe
from ringbook.transfer.csv_export import CsvExport
from ringbook.transfer.csv_files import read_csv

RUN = tuple("=+-@\t\r＝＋－＠")
TEXTS = ("first_name", "last_name", "display_name", "company", "job_title", "source", "external_id", "notes")
TRICKY = st.text(st.sampled_from("=+-@\t\r\n\"',;':0123456789E. \xa0\ufeff\u2028\x85\x1a\x0b＝＋a*"), max_size=12)
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
TEXT = TRICKY | ANY


def contact(**given):
    return dict.fromkeys(TEXTS, "") | {"tags": [], "phone_numbers": [], "emails": [], "addresses": []} | given


def number(value, e164, **given):
    return {"id": str(uuid.uuid4()), "number": value, "number_e164": e164, "type": "other", "is_primary": False} | given


def email(address, **given):
    return {"id": str(uuid.uuid4()), "address": address, "type": "other", "is_primary": False} | given


def named(entry, name, detail=""):
    return {"id": entry["id"], "name": name, "detail": detail}


def written(contacts, most_numbers=3, most_emails=2):
    export = CsvExport(most_numbers, most_emails)
    return export.header() + export.lines(contacts)


def cells(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def read_back(data):
    file = read_csv(io.BytesIO(data), region="US", encoding=None, mapping={}, keep_unknown=True, default_type="mobile")
    assert file.unknown == ()
    return list(file.rows())


def test_the_header_has_columns_for_so_many_numbers_and_emails():
    (header,) = cells(CsvExport(2, 1).header())
    assert header[:9] == [*TEXTS[:7], "tags", "notes"]
    assert header[9:15] == [f"phone_1_{one}" for one in ("number", "e164", "type", "label", "detail", "is_primary")]
    assert header[21:] == [f"email_1_{one}" for one in ("address", "type", "label", "detail", "is_primary")]
    assert len(header) == 26


def test_a_contact_is_a_row_with_what_it_has():
    desk = number("(202) 555-0101", "+12025550101", type="work", is_primary=True)
    mail = email("jane@example.com", type="personal")
    one = contact(
        first_name="Jane", notes="a\nb", tags=["VIP", "Fair, Berlin"], phone_numbers=[desk], emails=[mail],
        addresses=[named(desk, "Front desk", "ask for Al"), named(mail, "Personal")],
    )  # fmt: skip
    header, row = cells(written([one]))
    assert {name: cell for name, cell in zip(header, row, strict=True) if cell} == {
        "first_name": "Jane",
        "notes": "a\nb",
        "tags": 'VIP, "Fair, Berlin"',
        "phone_1_number": "'(202) 555-0101",
        "phone_1_e164": "'+12025550101",
        "phone_1_type": "work",
        "phone_1_label": "Front desk",
        "phone_1_detail": "ask for Al",
        "phone_1_is_primary": "yes",
        "email_1_address": "jane@example.com",
        "email_1_type": "personal",
    }


def test_more_numbers_than_the_header_has_columns_for_are_not_left_out():
    many = contact(phone_numbers=[number(f"202 555 010{at}", f"+1202555010{at}") for at in range(4)])
    with pytest.raises(ValueError, match="4 phone_numbers"):
        written([many])


@given(TEXT)
@settings(max_examples=200, deadline=None)
def test_a_cell_is_never_one_that_a_spreadsheet_runs_and_comes_back_as_it_was(text):
    cell = safe(text)
    assert not cell.startswith(RUN)
    assert unsafe(cell) == text
    assert unsafe(safe(text, is_number=True)).lstrip("'") == text.lstrip("'")


@pytest.mark.parametrize(
    "text", ["0049", "0.0", "12.50", "493023125000", "12E5", "1.5e10", "=1+1", "'t Hooft", "\tx", "＝1"]
)
def test_what_a_spreadsheet_would_change_is_text(text):
    assert safe(text) == "'" + text


@pytest.mark.parametrize("text", ["Jane", "4711", "", "a=b", "O'Neil", "12 Main Street"])
def test_what_it_would_leave_alone_stays_as_it_is(text):
    assert safe(text) == text


def is_no_type(name):
    return name.strip().casefold() not in {*PHONE_NUMBERS.names, *EMAILS.names}


@st.composite
def contacts(draw):
    found = contact(**{name: draw(TEXT) for name in TEXTS})
    found["tags"] = draw(st.lists(TEXT.filter(bool), max_size=3, unique=True))
    for kind, most in ((PHONE_NUMBERS, 3), (EMAILS, 2)):
        for at in range(draw(st.integers(0, most))):
            value = draw(TEXT.filter(str.strip))
            types = st.sampled_from(sorted(kind.names))
            entry = number(value, f"+1202555010{at}") if kind is PHONE_NUMBERS else email(value)
            entry |= {"type": draw(types), "is_primary": draw(st.booleans())}
            found[kind.table.name].append(entry)
            label = draw(st.none() | TEXT.filter(is_no_type))
            name = kind.names[entry["type"]] if label is None else label
            found["addresses"].append(named(entry, name, draw(TEXT)))
    return found


def said(entry, kind, addresses):
    name, detail = next((one["name"], one["detail"]) for one in addresses if one["id"] == entry["id"])
    value, normalized = (entry["number"], entry["number_e164"]) if kind == "phone_numbers" else (entry["address"],) * 2
    label = name if name != (PHONE_NUMBERS if kind == "phone_numbers" else EMAILS).names[entry["type"]] else None
    return (value, entry["type"], entry["is_primary"], label or None, detail, normalized)


@given(st.lists(contacts(), max_size=3))
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back_as_it_was(given_contacts):
    rows = read_back(written(given_contacts))
    assert [row.problem for row in rows] == [""] * len(given_contacts)
    for row, one in zip(rows, given_contacts, strict=True):
        assert row.contact.texts == {name: one[name] for name in TEXTS if one[name]}
        assert list(row.contact.tags) == one["tags"]
        for kind in ("phone_numbers", "emails"):
            entries = [said(entry, kind, one["addresses"]) for entry in one[kind]]
            assert [tuple(entry) for entry in getattr(row.contact, kind)] == entries


def test_every_character_of_unicode_comes_back():
    points = [code for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000]
    texts = ["".join(map(chr, points[at : at + 50_000])) for at in range(0, len(points), 50_000)]
    rows = read_back(written([contact(notes=text, first_name=text[:100]) for text in texts]))
    assert [row.contact.texts["notes"] for row in rows] == texts
    assert [row.contact.texts["first_name"] for row in rows] == [text[:100] for text in texts]


def test_a_hundred_numbers_and_a_hundred_emails_come_back():
    numbers = [number(f"202 555 {at:04}", f"+1202555{at:04}", type="work") for at in range(100)]
    emails = [email(f"jane{at}@example.com") for at in range(100)]
    (row,) = read_back(written([contact(phone_numbers=numbers, emails=emails)], 100, 100))
    assert [one.value for one in row.contact.phone_numbers] == [one["number"] for one in numbers]
    assert [one.value for one in row.contact.emails] == [one["address"] for one in emails]


def test_what_is_rejected_of_our_own_file_is_our_own_file_still():
    data = written([contact(last_name="'t Hooft", first_name=" Jane", source="sync")])
    file = read_csv(io.BytesIO(data), region="US", encoding=None, mapping={}, keep_unknown=False, default_type="")
    (row,) = file.rows()
    (again,) = read_back(file.rejects_begin() + file.rejected(row, "too late"))
    assert again.contact == row.contact
    assert again.contact.texts == {"last_name": "'t Hooft", "first_name": " Jane", "source": "sync"}


def test_a_row_that_somebody_adds_to_our_file_is_read_like_any_other():
    data = CsvExport(1, 0).header() + b"Jane,'t Hooft,,,,,,VIP;Fair,,2025550101.0,,,,,TRUE\r\n"
    (row,) = read_back(data)
    assert row.contact.texts == {"first_name": "Jane", "last_name": "'t Hooft"}
    assert row.contact.phone_numbers[0][:3] == ("2025550101", "mobile", True)
