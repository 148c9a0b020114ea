import csv
import io
import time

import pytest

from ringbook.errors import InvalidArgument
from ringbook.transfer.column_names import MEANINGS, product_of
from ringbook.transfer.csv_files import read_csv
from ringbook.transfer.csv_rows import typed_label
from ringbook.transfer.headers import MAPPED_FIELDS, layout_of
from tests.transfer.files import FOLDER


def read(text, **options):
    default = {"region": "US", "encoding": None, "mapping": {}, "keep_unknown": False, "default_type": ""}
    return read_csv(io.BytesIO(text.encode()), **(default | options))


def contact(text, **options):
    (row,) = read(text, **options).rows()
    assert row.problem == ""
    return row.contact


def refused(header, mapping):
    with pytest.raises(InvalidArgument) as refusal:
        layout_of(header.split(","), mapping)
    assert {problem.field for problem in refusal.value.problems} == {"map"}
    return [problem.message for problem in refusal.value.problems]


@pytest.mark.parametrize("name", ["First Name", "FIRST_NAME", "first-name", "firstName", " First  Name ", "Fírst Näme"])
def test_a_column_is_known_however_its_name_is_written(name):
    assert layout_of([name], {}).mapping == {name.strip(): "first_name"}


@pytest.mark.parametrize(
    ("file", "product"),
    [
        ("google.csv", "Google"),
        ("google_old.csv", "Google"),
        ("outlook.csv", "Outlook"),
        ("outlook_com.csv", "Outlook"),
        ("salesforce_report.csv", "Salesforce"),
        ("salesforce_data_loader.csv", "Salesforce"),
        ("zoho.csv", "Zoho"),
        ("freepbx.csv", "FreePBX"),
        ("yealink.csv", "Yealink"),
        ("yeastar_p.csv", "Yeastar"),
        ("yeastar_s.csv", "Yeastar S"),
        ("ringbook.csv", "Ringbook"),
        ("hubspot.csv", ""),
        ("chatwoot.csv", ""),
        ("3cx.csv", ""),
    ],
)
def test_the_header_as_a_whole_tells_the_product(file, product):
    encoding = "utf-16" if file == "google_old.csv" else "utf-8-sig"
    text = (FOLDER / file).read_bytes().decode(encoding, "replace")
    names = next(csv.reader(io.StringIO(text)))
    assert product_of(names).name == product
    assert product_of([name.upper() for name in names]).name == (product if product != "Ringbook" else "")


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("First Name,Last Name,Title,Account Name,Account Owner", "job_title"),
        ("displayname,fname,lname,title", "job_title"),
        ("Record Id,Account Name,Title", "job_title"),
        ("Title,First Name,E-mail Address,Business Phone", None),
        ("Title,First Name,Job Title", None),
        ("Name,Title", "job_title"),
    ],
)
def test_a_title_is_the_job_but_where_the_header_says_that_it_is_a_form_of_address(header, field):
    layout = layout_of(header.split(","), {})
    name = next(one for one in layout.names if one.casefold() == "title")
    assert layout.mapping.get(name) == field
    assert (name in layout.unknown) == (field is None)


def test_outlook_is_known_in_german_too():
    names = [
        "Anrede",
        "Vorname",
        "Weitere Vornamen",
        "Nachname",
        "Telefon (privat)",
        "E-Mail-Adresse",
        "E-Mail 2: Adresse",
    ]
    layout = layout_of([*names, "Kategorien"], {})
    assert layout.product.name == "Outlook"
    assert list(layout.mapping.values()) == ["first_name"] * 2 + ["last_name", "phone:home"] + ["email"] * 2 + ["tags"]
    assert layout.unknown == ["Anrede"]


def test_no_part_of_a_persons_name_is_lost_without_a_word():
    text = "Prefix,Suffix,Middle Name,Last Name,First Name,Nickname,Phone\nDr.,Jr.,Q.,Example,Jane,Janie,1\n"
    assert contact(text).texts == {"first_name": "Jane Q.", "last_name": "Example Jr."}
    assert read(text).unknown == ("Prefix", "Nickname")
    assert contact(text, keep_unknown=True).texts["notes"] == "Prefix: Dr.\nNickname: Janie"


def test_a_name_that_says_what_first_and_last_name_say_is_no_display_name():
    assert "display_name" not in contact("Name,First Name,Last Name\nJane Example,Jane,Example\n").texts
    assert contact("Name,First Name,Last Name\nJanie,Jane,Example\n").texts["display_name"] == "Janie"
    assert contact("Name,First Name\nJane,\n").texts == {"display_name": "Jane"}


def test_unknown_columns_are_named_and_kept_in_the_notes_if_asked_for():
    text = "Name,Shoe Size,Notes,Pet\nJane,38,tall,\n"
    assert read(text).unknown == ("Shoe Size", "Pet")
    assert contact(text).texts["notes"] == "tall"
    assert contact(text, keep_unknown=True).texts["notes"] == "tall\nShoe Size: 38"


def test_columns_of_one_name_are_told_apart():
    file = read("Phone,Phone,Phone (2),Name\n1,2,3,Jane\n", mapping={"Phone (2)": "phone:fax"})
    assert file.mapping == {
        "Phone": "phone", "Phone (2)": "phone:fax", "Phone (2) (2)": "phone", "Name": "display_name"
    }  # fmt: skip
    (row,) = file.rows()
    assert [(one.value, one.type) for one in row.contact.phone_numbers] == [("1", ""), ("2", "fax"), ("3", "")]


def test_a_column_without_a_name_in_the_middle_has_its_place_for_one():
    text = "Name,,Phone\nJane,x,1\n"
    assert read(text).unknown == ("column 2",)
    assert contact(text, mapping={"column 2": "company"}).texts["company"] == "x"


def test_the_users_word_counts_before_the_name_of_a_column():
    text = "Name,Company,Phone,Notes\nJane,Buyer,1,Acme\n"
    said = {"company": "job_title", "NOTES": "company", "phone": "phone:mobile", "Name": "ignore"}
    assert contact(text, mapping=said).texts == {"job_title": "Buyer", "company": "Acme"}
    assert contact(text, mapping=said).phone_numbers[0].type == "mobile"
    assert read(text, mapping=said).mapping["Name"] == "ignore"


def test_a_column_that_the_user_names_counts_before_others_of_the_same_field():
    text = "Company,Firm,Phone\nOld Ltd,New Ltd,1\nOld Ltd,,2\n"
    rows = list(read(text, mapping={"Firm": "company"}).rows())
    assert [row.contact.texts["company"] for row in rows] == ["New Ltd", "Old Ltd"]


def test_several_columns_may_join_in_a_name_or_in_the_notes():
    text = "a,b,c,d,Phone\nJane,Q.,one,two,1\n"
    said = {"a": "first_name", "b": "first_name", "c": "notes", "d": "notes"}
    assert contact(text, mapping=said).texts == {"first_name": "Jane Q.", "notes": "one\ntwo"}


@pytest.mark.parametrize("field", MAPPED_FIELDS)
def test_every_field_can_be_said_of_a_column(field):
    assert layout_of(["Column", "Phone"], {"Column": field}).mapping["Column"] == field


def test_what_is_no_field_or_no_column_is_refused():
    assert refused("Name,Phone", {"Name": "nickname", "Tel": "phone", "Phone": "phone:pager"}) == [
        f"'nickname' is no field; use one of {', '.join(MAPPED_FIELDS)}",
        "there is no column 'Tel'; there are 'Name', 'Phone'",
        f"'phone:pager' is no field; use one of {', '.join(MAPPED_FIELDS)}",
    ]
    assert "source" not in MAPPED_FIELDS
    assert refused("a,b", {"a": "company", "b": "company"}) == ["company can be read from one column, and is given two"]
    assert refused("a,b", {"a": "ignore"}) == [
        "no column has a name that is known; say what each is. There are 'a', 'b'"
    ]


def test_a_header_of_the_largest_names_is_refused_in_few_words():
    began = time.perf_counter()
    messages = refused(",".join(f"{at}{'ﷺ' * 900}" for at in range(1000)), {"x" * 100_000: "y" * 100_000})
    assert max(map(len, messages)) < 2000
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize(
    ("label", "kind", "type_", "kept"),
    [
        ("Mobile", "phone", "mobile", None),
        ("CELL", "phone", "mobile", None),
        ("Work", "phone", "work", None),
        ("Main", "phone", "work", "Main"),
        ("Work Fax", "phone", "fax", "Work Fax"),
        ("homeFax", "phone", "fax", "homeFax"),
        ("Other", "phone", "other", None),
        ("Front desk", "phone", "other", "Front desk"),
        ("☎", "phone", "other", "☎"),
        ("", "phone", "", None),
        ("Home", "email", "personal", None),
        ("Work", "email", "work", None),
        ("SMTP", "email", "", None),
        ("Newsletter", "email", "other", "Newsletter"),
    ],
)
def test_a_label_becomes_a_type_and_is_kept_where_it_says_more(label, kind, type_, kept):
    assert typed_label(label, kind) == (type_, kept)


def test_a_number_has_the_default_type_only_where_the_file_says_none():
    header = "Phone,Mobile,Phone 1 - Value,Phone 1 - Label,Phone 2 - Value,Phone 2 - Label,Email"
    found = contact(f"{header}\n1,2,3,,4,Work,a@example.com\n", default_type="home")
    assert [one.type for one in found.phone_numbers] == ["home", "mobile", "home", "work"]
    assert [one.type for one in found.emails] == [""]


def test_several_values_in_a_cell_of_googles_are_several_numbers_of_which_one_is_primary():
    text = "Phone 1 - Label,Phone 1 - Value,Labels\n* Mobile,1 ::: 2:::3 ::: ,* myContacts ::: VIP ::: * starred\n"
    found = contact(text)
    assert [(one.value, one.is_primary) for one in found.phone_numbers] == [("1", True), ("2", False), ("3", False)]
    assert found.tags == ["VIP"]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("493023125000.0", "493023125000"),
        ("'+49 30 23125 000", "+49 30 23125 000"),
        ('"=""+493023125000"""', "+493023125000"),
        ('"=""030.0"""', "030"),
        ("030.23125.000", "030.23125.000"),
        (" 030 ", "030"),
    ],
)
def test_what_a_spreadsheet_did_to_a_number_is_mended(cell, number):
    assert contact(f"Name,Phone\nJane,{cell}\n").phone_numbers[0].value == number


@pytest.mark.parametrize("cell", ["4.9E+11", '"4,9E+11"', "4.9e+11", "5E+11", "'4.93023E+11", "+4.9E11"])
@pytest.mark.parametrize("column", ["Phone", "Record ID", "Phone 1 - Value"])
def test_a_number_that_a_spreadsheet_has_rounded_costs_its_row(cell, column):
    (row,) = read(f"Name,{column}\nJane,{cell}\n").rows()
    assert row.problem.startswith("a spreadsheet has rounded this number")


def test_a_formula_around_a_text_is_taken_off_and_an_apostrophe_is_part_of_a_name():
    assert contact('Name,Company,External ID\n\'=""0""\',"=""It """"is""""""",1\n').texts["company"] == 'It "is"'
    assert contact("Name,Phone\n't Hooft,1\n").texts["display_name"] == "'t Hooft"


def test_an_empty_cell_says_nothing():
    found = contact("Name,Phone,Email,Tags,Company,Phone 1 - Value,Phone 1 - Label\n, , ,, ,,Work\n")
    assert (found.texts, [*found.phone_numbers, *found.emails, *found.tags]) == ({}, [])


def test_tags_are_divided_by_commas_but_in_quotation_marks():
    assert contact('Name,Tags\nJane,"a, b ,""c, d"",a,,"\n').tags == ["a", "b", "c, d"]


def test_tags_in_a_column_that_the_user_names_are_divided_by_commas_in_every_file():
    text = 'Phone 1 - Value,Labels,Kind\n1,"a, b ::: c","d, e"\n'
    assert contact(text, mapping={"Kind": "tags"}).tags == ["a, b", "c", "d", "e"]


def test_a_source_is_that_of_our_own_files_alone():
    assert "source" not in contact("Name,Source,External ID\nJane,manual,1\n").texts


def test_every_meaning_is_a_field():
    assert {meaning.field for meaning in MEANINGS.values()} <= set(MAPPED_FIELDS)
