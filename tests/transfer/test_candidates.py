"""What is to be kept of a row's numbers."""

import io

import pytest

from ringbook.contacts.kinds import PHONE_NUMBERS
from ringbook.transfer.candidates import candidate
from ringbook.transfer.csv_export import CsvExport
from ringbook.transfer.csv_files import read_csv
from ringbook.transfer.json_lines import json_line, read_json_lines
from ringbook.transfer.rows import FileRow, RowAddress, RowContact
from tests.transfer.contacts import contact, number


def kept(entered, e164, region="US"):
    """Return the numbers that are kept of a row, with what was entered; or its problem."""
    row = FileRow(1, b"", RowContact(phone_numbers=[RowAddress(entered, normalized=e164)]))
    found = candidate(row, region, keep_ids=False)
    return found.problem or [
        (one.kept.values["number"], value) for value, one in found.addresses[PHONE_NUMBERS].items()
    ]


@pytest.mark.parametrize(
    ("entered", "e164"),
    [
        ("(202) 555-0100", "+12025550100"),
        ("+1 202 555 0100", "+12025550100"),
        ("011 49 30 23125000", "+493023125000"),
        ("0049 (0)30 23125000", "+493023125000"),
        ("+49 (0)30 23125000", "+493023125000"),
        ("030 23125000", "+493023125000"),
        ("06 6982 1234", "+390669821234"),
        ("8 912 345-67-89", "+79123456789"),
        ("011 15-2345-6789", "+5491123456789"),
        ("1-800-FLOWERS", "+18003569377"),
        ("٢٠٢٥٥٥٠١٠٠", "+12025550100"),
    ],
)
def test_a_number_of_an_export_is_what_it_was_kept_as_whatever_the_region_is_now(entered, e164):
    assert kept(entered, e164) == kept(entered, e164, "GB") == [(entered, e164)]


@pytest.mark.parametrize(
    ("entered", "e164"), [("(202) 555-0199", "+12025550199"), ("+49 30 23125001", "+493023125001"), ("555-0100", None)]
)
def test_a_number_that_was_corrected_in_an_export_is_read_anew(entered, e164):
    found = kept(entered, "+13015550100")
    assert found == [(entered, e164)] if e164 else "is not a phone number" in found


def test_a_corrected_number_counts_in_both_forms_that_have_it_twice():
    jane = contact({"first_name": "Jane"}, [number("(202) 555-0100", "+12025550100")], [], [])
    export = CsvExport(1, 0)
    options = {"region": "US", "mapping": {}, "keep_unknown": False}
    csv, lines = export.header() + export.lines([jane]), json_line(jane)
    for data, read in ((csv, read_csv), (lines, read_json_lines)):
        corrected = io.BytesIO(data.replace(b"(202) 555-0100", b"(202) 555-0199"))
        file = read(corrected, encoding=None, default_type="", **(options if read is read_csv else {}))
        [row] = file.rows()
        assert list(candidate(row, "US", keep_ids=False).addresses[PHONE_NUMBERS]) == ["+12025550199"]
