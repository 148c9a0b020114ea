import io
import json
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringbook.errors import InvalidArgument
from ringbook.transfer.json_lines import LONGEST_JSON_CUT, LONGEST_JSON_LINE, json_line, read_json_lines
from ringbook.transfer.rows import RowAddress
from tests.transfer.contacts import ID, TIME, as_read, contact, contacts, email, number

JANE = contact(
    {"first_name": "Jane", "company": "Acme", "source": "api"},
    [number("(202) 555-0100", "+12025550100", "work", is_primary=True, name="Reception", detail="first floor")],
    [email("jane@example.com", "personal")],
    ["VIP"],
)


def opened(data, *, encoding=None, default_type=""):
    return read_json_lines(io.BytesIO(data), encoding=encoding, default_type=default_type)


def rows(*lines, **options):
    given = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return list(opened(b"\n".join(given), **options).rows())


def problem(line):
    (row,) = rows(line)
    assert row.contact == type(row.contact)()
    return row.problem


@settings(max_examples=200, deadline=None)
@given(st.lists(contacts, max_size=3))
def test_contacts_that_are_exported_are_read_back_as_they_were(given):
    found = list(opened(b"".join(map(json_line, given))).rows())
    assert [row.problem for row in found] == [""] * len(given)
    assert [row.number for row in found] == list(range(1, len(given) + 1))
    for row, one in zip(found, given, strict=True):
        expected = as_read(one)._replace(tags=one["tags"] or (), id=ID.format(1), tm_create=TIME)
        assert row.contact._replace(tags=row.contact.tags or ()) == expected


def test_a_line_is_the_contact_of_the_api_with_the_names_of_its_tags():
    line = json_line(JANE)
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert json.loads(line) == JANE


def test_a_line_may_say_as_little_as_it_likes():
    found = rows({}, {"first_name": None, "tags": None, "phone_numbers": None}, {"emails": [{"address": "a@b"}]})
    assert [row.contact.texts for row in found] == [{}] * 3
    assert found[2].contact.emails == [RowAddress("a@b")]


def test_a_number_of_which_a_line_says_no_type_has_the_one_that_is_asked_for():
    given = {"phone_numbers": [{"number": "1"}, {"number": "2", "type": ""}, {"number": "3", "type": "other"}]}
    given["addresses"] = [{"type": "email", "target": "a@b"}]
    (row,) = rows(given, default_type="fax")
    assert [one.type for one in row.contact.phone_numbers] == ["fax", "fax", "other"]
    assert [one.type for one in row.contact.emails] == [""]


@pytest.mark.parametrize(
    ("name", "type_", "label"),
    [
        (None, "", None),
        ("", "", None),
        ("Mobile", "mobile", None),
        ("mobile", "mobile", "mobile"),
        ("Reception", "other", "Reception"),
        ("Other", "other", "Other"),
    ],
)
def test_the_other_notation_alone_says_it_too(name, type_, label):
    address = {"type": "tel", "target": "+12025550100", "name": name, "detail": "d", "is_primary": True}
    (row,) = rows({"addresses": [address]})
    number_ = RowAddress("+12025550100", type_, is_primary=True, label=label, detail="d", normalized="+12025550100")
    assert row.contact.phone_numbers == [number_]


def test_where_both_notations_say_something_of_a_number_each_counts_for_what_it_alone_can_say():
    given = {
        "phone_numbers": [{"number": "0101", "number_e164": "+2"}, {"id": "b", "number": "0100", "type": "work"}],
        "addresses": [
            {"id": "b", "type": "tel", "target": "+1", "name": "Door", "detail": "d"},
            {"type": "tel", "target": "+2", "name": "Home"},
        ],
    }
    (row,) = rows(given)
    assert row.contact.phone_numbers == [
        RowAddress("0101", "home", normalized="+2"),
        RowAddress("0100", "work", label="Door", detail="d"),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"frist_name": "x"}, "unknown field `frist_name`"),
        ({"phone_numbers": [{"number": "1", "typ": "x"}]}, "unknown field `typ` - at `$.phone_numbers[0]`"),
        ({"first_name": 1}, "Expected `str | null`, got `int` - at `$.first_name`"),
        ({"phone_numbers": [{"number": "1", "type": "car"}]}, "Invalid enum value 'car'"),
        ({"phone_numbers": [{}]}, "missing required field `number`"),
        ({"addresses": [{"type": "fax", "target": "1"}]}, "Invalid enum value 'fax'"),
        ({"emails": "a@b"}, "$.emails"),
        ({"tags": [1]}, "$.tags"),
        ({"source": "x"}, "$.source"),
        ({"phone_numbers": [{"number": "1"}], "addresses": [{"type": "tel", "target": "2"}]}, "give one of the two"),
        (
            {"emails": [{"address": "a"}], "addresses": [{"type": "email", "target": t} for t in "ab"]},
            "give one of the two",
        ),
        (b'{"first_name": "x"', "truncated"),
        (b'{"first_name": "x"} {}', "malformed"),
        (b'{"first_name": "\xff"}', ""),
        (b'{"first_name": "\\ud800"}', ""),
        (b'{"tag_ids": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", ""),
        (b'{"first_name": ' + b"1" * 100_000 + b"}", ""),
        (b'{"a": ' * 100_000, ""),
    ],
)
def test_what_is_wrong_with_a_line_is_said(line, said):
    message = problem(line)
    assert message
    assert said in message


def test_keys_of_an_answer_that_no_client_can_set_may_say_anything():
    ignored = {key: {"x": [1, None]} for key in ("customer_id", "tm_delete", "tag_ids", "error")}
    (row,) = rows(ignored | {"first_name": "x"})
    assert (row.problem, row.contact.texts) == ("", {"first_name": "x"})


def test_a_broken_line_costs_that_line_alone():
    found = rows({"first_name": "a"}, b"", b"{", b" \t\r", b"x", {"first_name": "b"})
    assert [row.number for row in found] == [1, 2, 3, 4]
    assert [bool(row.problem) for row in found] == [False, True, True, False]
    assert found[3].contact.texts == {"first_name": "b"}


@pytest.mark.parametrize("data", [b"[{}]", b"BEGIN:VCARD", b"first_name\nx", b"\xff\xfe[\0"])
def test_what_are_no_lines_of_json_is_refused(data):
    with pytest.raises(InvalidArgument, match="no file of JSON lines"):
        list(opened(data).rows())


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_book_without_contacts_has_no_line(data):
    assert list(opened(data).rows()) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_a_file_is_read_in_any_encoding(encoding):
    data = '{"first_name": "Jörg"}\r\n{"first_name": "Zoë"}'.encode(encoding)
    file = opened(data, encoding="cp1252" if encoding == "cp1252" else None)
    assert [row.contact.texts["first_name"] for row in file.rows()] == ["Jörg", "Zoë"]
    assert file.bytes_read() == len(data)
    with pytest.raises(InvalidArgument, match="encoding"):
        opened(b"{}", encoding="hex")


def test_a_rejected_line_says_why_and_is_read_again_as_what_it_was():
    lines = [json.dumps({"first_name": "a", "error": "old"}).encode(), b'{"first_name": "x', b"{}{", b'{"b": "\xff"}']
    error = 'bad "number"\n\ud800'
    for line in lines:
        file = opened(line)
        (row,) = file.rows()
        rejected = file.rejected(row, error)
        assert rejected.endswith(b"}\n")
        assert rejected.count(b"\n") == 1
        assert b'bad \\"number\\"\\n?' in rejected
        again = opened(rejected)
        (after,) = again.rows()
        assert after.contact == row.contact
        assert bool(after.problem) == bool(row.problem)
        assert again.rejected(after, error) == rejected
    assert json.loads(opened(lines[0]).rejected(rows(lines[0])[0], "new")) == {"first_name": "a", "error": "new"}


def test_a_line_that_is_too_long_is_a_problem_and_little_of_it_is_kept():
    class Stream(io.RawIOBase):
        parts = (part for part in (b'{"notes": "', *[b"\xc3\xa9" * 500_000] * 64, b'"}\n{}\n'))

        def read(self, _=-1):
            return next(self.parts, b"")

    begun = time.monotonic()
    tracemalloc.start()
    try:
        long, short = read_json_lines(Stream(), encoding=None, default_type="").rows()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "longer than 1 MiB" in long.problem
    assert len(long.raw) <= LONGEST_JSON_CUT
    assert long.raw.decode()
    assert short.problem == ""
    assert peak < 32 << 20
    assert time.monotonic() - begun < 60
    full = b'{"notes": "' + b"x" * (LONGEST_JSON_LINE - 13) + b'"}'
    assert [bool(row.problem) for row in rows(full, full + b" ", full[:-2] + b'x"}')] == [False, False, True]


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*JANE, "number", "type", "target", "error", "x"]), inner, max_size=4)
        ),
        max_leaves=12,
    ),
    st.integers(0, 20),
)
def test_whatever_a_line_holds_it_is_a_row(value, cut):
    data = json.dumps({"first_name": value, "phone_numbers": value, "addresses": value}).encode()
    file = opened(data[: len(data) - cut])
    for row in file.rows():
        row.problem.encode()
        assert len(list(opened(file.rejected(row, row.problem or "x")).rows())) == 1
