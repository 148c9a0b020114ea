"""Files that nobody writes but to do harm: whatever they hold, time and memory are bounded."""

import encodings
import io
import json
import pkgutil
import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringbook.errors import InvalidArgument
from ringbook.transfer.charsets import charset
from ringbook.transfer.vcard_lines import LONGEST_CUT
from ringbook.transfer.vcard_text import coded, uncoded
from ringbook.transfer.vcards import read_vcards
from tests.transfer.test_vcards import lines, opened, rows

MIB = 1 << 20
SECONDS = 60
"""What a slow machine that is busy otherwise may take for what takes a few seconds."""


class Stream(io.RawIOBase):
    """A file that is made as it is read: a beginning, one block many times, and an end."""

    def __init__(self, begin, block, times, end):
        self.parts = (part for parts in ([begin], (block for _ in range(times)), [end]) for part in parts)

    def read(self, _=-1):
        return next(self.parts, b"")


def timed(*stream, **options):
    """Return the rows of a stream; it is read in bounded memory and time."""
    begun = time.monotonic()
    tracemalloc.start()
    try:
        file = read_vcards(Stream(*stream), encoding=None, default_type="", **options)
        found = list(file.rows())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 96 * MIB
    assert time.monotonic() - begun < SECONDS
    return found


BEGIN = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jane\r\n"
END = b"\r\nEND:VCARD\r\n"


def test_a_long_picture_is_dropped_as_it_is_read():
    block = (b" " + b"A" * 76 + b"\r\n") * 3000
    (row,) = timed(BEGIN + b"PHOTO;ENCODING=b:AA\r\n", block, 20 * MIB // len(block), END)
    assert (row.problem, row.contact.texts) == ("", {"display_name": "Jane"})
    assert len(row.raw) < 100


def test_a_picture_on_one_line_of_64_mb_is_dropped_as_it_is_read():
    (row,) = timed(BEGIN + b"PHOTO;ENCODING=b:", b"A" * MIB, 64, END)
    assert (row.problem, row.contact.texts) == ("", {"display_name": "Jane"})


@pytest.mark.parametrize(
    ("begin", "block", "times"),
    [
        (b"", b"TEL:+12025550100\r\n" * 60_000, 3),
        (b"NOTE:", b"x" * MIB, 100),
        (b"NOTE:", b"x" * 70 + b"\r\n " + b"x" * (MIB - 73), 64),
        (b"NOTE;ENCODING=QUOTED-PRINTABLE:", b"=41=\r\n" * 50_000, 2),
        (b"NOTE:", b"\r\n \r\n\t" * 30_000, 1),
        (b"", b"A:\r\n" * 60_000, 1),
        (b"X-LONG;A=", b"c;" * 500_000, 64),
    ],
)
def test_a_card_that_is_too_long_costs_that_card_alone_and_little_of_it_is_kept(begin, block, times):
    first, second = timed(BEGIN + begin, block, times, END + BEGIN + END)
    assert "longer than 2 MiB" in first.problem
    assert first.raw.startswith(b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jane\r\n")
    assert len(first.raw) <= LONGEST_CUT + 1000
    assert second.contact.texts == {"display_name": "Jane"}


def test_much_junk_before_a_card_is_one_row_and_little_of_it_is_kept():
    junk, row = timed(b"junk", b"x" * MIB, 50, b"\r\n" + BEGIN + END)
    assert "'junkxxx" in junk.problem
    assert len(junk.raw) <= LONGEST_CUT + 1000
    assert row.contact.texts == {"display_name": "Jane"}
    with pytest.raises(InvalidArgument):
        timed(b"junk", b"x\r\n" * 300_000, 1, b"")


FULL = 400_000


@pytest.mark.parametrize(
    "line",
    [
        b"TEL" + b";a" * (FULL // 2) + b":1",
        b"TEL" + b";a=b" * 100_000 + b":1",
        b"TEL" + b';a="b"' * 100_000 + b":1",
        b"TEL" + b';"' * 300_000 + b":1",
        b"TEL;TYPE=" + b"a," * 300_000 + b":1",
        b"NOTE:" + b"\\" * FULL,
        b"N:" + b"\\;" * (FULL // 2),
        b"N:" + b";" * FULL,
        b"CATEGORIES:" + b",a" * (FULL // 2),
        b"NOTE;ENCODING=QUOTED-PRINTABLE:" + b"=" * FULL,
        b"NOTE;ENCODING=QUOTED-PRINTABLE:" + b"=\n" * 20_000,
        b"NOTE:" + b"\n " * 20_000,
        b"NOTE;ENCODING=b:" + b"=" * FULL,
        b"X-ABLabel:_$!<" + b">!$" * (FULL // 3),
        b"NOTE: " + b" " * FULL + b"x",
        b"A." * (FULL // 2) + b":1",
        b"-" * FULL,
        b"X-RINGBOOK-EXACT;X-RINGBOOK-FIELD=notes:" + b"%" * FULL,
        b"X-RINGBOOK-EXACT;X-RINGBOOK-FIELD=tags:" + b"," * FULL,
        b"TEL:tel:1" + b";ext=1" * 100_000,
        b"TEL:1\n" * 20_000,
        b"TEL;PREF:1\n" * 20_000,
        b"FN:\n" * 20_000,
        b"a.X-ABLabel:x\na.TEL:1\n" * 10_000,
        b"X-" + b"A" * FULL + b":1",
        b"".join(b"X-%d:1\n" % i for i in range(20_000)),
    ],
    ids=range(26),
)
def test_no_line_takes_more_than_its_share_of_time(line):
    (row,) = timed(BEGIN, line, 1, END, keep_unknown=True)
    assert "longer" not in row.problem


def test_cards_within_cards_are_left_out_however_deep():
    nested = b"AGENT:\r\nBEGIN:VCARD\r\n"
    (row,) = timed(BEGIN, nested * 1000, 5, b"END:VCARD\r\n" * 5000 + b"TEL:1" + END)
    assert [one.value for one in row.contact.phone_numbers] == ["1"]
    (row,) = timed(BEGIN, nested * 1000, 120, END)
    assert "longer than 2 MiB" in row.problem


def test_names_of_encodings_that_do_not_exist_are_not_kept():
    data = b"".join(lines(f"FN;CHARSET=x-{i};ENCODING=Q:=C3=BC") for i in range(1000))
    assert {row.problem[:10] for row in timed(data, data, 2, b"")} == {"CHARSET=x-"}


SIGNS = r"""
BEGIN:VCARD|END:VCARD|\r\n|\n|\r|\r\n |\n\t|:|;|=|=\r\n|"|\\|,|TEL|FN:|N:|NOTE|EMAIL|ORG:|AGENT:|PHOTO:|ENCODING=|
QUOTED-PRINTABLE|b|CHARSET=|UTF-16|utf-7|shift_jis|TYPE=|PREF|item1.|X-ABLabel:|_$!<|>!$_|x|\xc3|\xbc|\xff|\0|=C3|tel:|
mailto:|X-RINGBOOK-EXACT;X-RINGBOOK-FIELD=notes:%|VERSION:2.1\r\n|BEGIN:VCARD\r\n|\r\nEND:VCARD\r\n|CATEGORIES:|KIND:|
X-RINGBOOK-ERROR="""
pieces = st.sampled_from(
    [sign.encode().decode("unicode_escape").encode("latin-1") for sign in SIGNS.replace("\n", "").split("|")]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(pieces, max_size=40).map(b"".join), st.sampled_from([b"", b"\xff\xfe", b"\xef\xbb\xbf"]))
def test_whatever_a_file_holds_each_row_is_text_and_what_is_rejected_can_be_read_again(data, mark):
    file = opened(mark + b"BEGIN:VCARD\r\n" + data + b"\r\nBEGIN:VCARD", keep_unknown=True)
    try:
        found = list(file.rows())
    except InvalidArgument:
        return
    for row in found:
        json.dumps(row.contact).encode()
        str(row.contact).encode()
        row.problem.encode()
        row.raw.decode()
    rejects = b"".join(file.rejected(row, row.problem or "é") for row in found)
    assert len(list(opened(rejects).rows())) == len(found)


@settings(max_examples=100, deadline=None)
@given(st.lists(pieces, max_size=40).map(b"".join), st.integers(1, 7))
def test_it_does_not_matter_in_which_pieces_a_file_comes(data, size):
    class Slow(io.BytesIO):
        def read(self, _=-1):
            return super().read(size)

    data = b"BEGIN:VCARD\r\n" + data
    assert list(read_vcards(Slow(data), encoding="utf-8", default_type="").rows()) == rows(data, encoding="utf-8")


@pytest.mark.parametrize("data", [b"BEGIN:VCARD\nFN:" + bytes(range(256)), b"\xff" * 999, b"\x1b$B~{" * 99, b"\0"])
def test_bytes_that_are_not_of_the_encoding_that_is_named_are_still_text(data):
    names = [module.name for module in pkgutil.iter_modules(encodings.__path__) if charset(module.name)]
    assert len(names) > 90
    for name in names:
        found = []
        with suppress(InvalidArgument):
            found = list(opened(data, encoding=name).rows())
        (row,) = opened(lines(f"FN;CHARSET={name};ENCODING=Q:=1B$B~{{=FF=00=D8", f"N;CHARSET={name}:é")).rows()
        for one in (*found, row):
            str(one.contact).encode()
            one.raw.decode()


def test_a_text_of_blanks_is_coded_in_no_time():
    text = 65_000 * " " + "x" + 65_000 * " " + "x" + 65_000 * "\u2028"
    begun = time.monotonic()
    assert uncoded(coded(text)) == text
    assert time.monotonic() - begun < 5
