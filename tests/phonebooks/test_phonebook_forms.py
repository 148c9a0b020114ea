"""Each form, against what its phones read, by a real XML parser (expat), for any name and any numbers."""

import itertools
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringbook.phonebooks import forms
from ringbook.phonebooks.book import Entry, EntryNumber
from ringbook.values.names import LONGEST_SORT_NAME, folded_words, name_of, sort_name
from ringbook.values.search_terms import LONGEST_COMPANY

TYPES = ["mobile", "work", "home", "fax", "other"]
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NUMBERS = st.integers(10**7, 10**9).map("+{}".format)
ENTRIES = st.lists(
    st.builds(
        Entry,
        id=st.uuids().map(str),
        sort_name=st.just(""),
        display_name=NAMES,
        first_name=NAMES,
        last_name=NAMES,
        company=NAMES,
        numbers=st.lists(
            st.builds(EntryNumber, type=st.sampled_from(TYPES), label=st.none() | NAMES, e164=NUMBERS),
            min_size=1,
            max_size=8,
        ),
    ),
    max_size=5,
)


def names(entry):
    return entry.display_name, entry.first_name, entry.last_name, entry.company


def shown(entry):
    """Return the name that a phone must show: on one line, of characters that XML has."""
    return on_one_line(name_of(*names(entry))) or entry.numbers[0].e164


def on_one_line(text):
    line = " ".join(text.split())
    return "".join(c for c in line if c.isprintable() or (ord(c) > 0x9F and c not in "\ufffe\uffff"))


def label_of(number):
    """Return the label that a phone must show where it has room for one."""
    return on_one_line(number.label or "") or number.type.title()


def lines(entry):
    """Return what a phone of one number a line must show of the entry."""
    for number in entry.numbers:
        label = label_of(number)
        yield shown(entry) + ("" if label == "Other" else f" ({label})"), number.e164


def parsed(book, entries):
    count = itertools.count()
    return ET.fromstring((book.head + "".join(book.entry(e, count) for e in entries) + book.tail).encode())


def texts(element):
    return [(child.tag, child.text or "") for child in element]


@given(ENTRIES)
def test_yealink_has_a_telephone_with_its_label_for_each_number(entries):
    root = parsed(forms.YEALINK, entries)
    assert (root.tag, {child.tag for child in root} - {"DirectoryEntry"}) == ("YealinkIPPhoneDirectory", set())
    for element, entry in zip(root, entries, strict=True):
        name, *numbers = element
        assert (name.tag, name.text) == ("Name", shown(entry))
        assert {number.tag for number in numbers} == {"Telephone"}
        assert [(n.get("label"), n.text) for n in numbers] == [(label_of(n), n.e164) for n in entry.numbers]


@given(ENTRIES)
def test_snoms_book_has_an_item_of_its_own_index_for_each_number(entries):
    root = parsed(forms.SNOM_BOOK, entries)
    assert (root.tag, root.attrib) == ("tbook", {"complete": "true"})
    wanted = [line for entry in entries for line in lines(entry)]
    assert [texts(item) for item in root] == [[("name", name), ("number", number)] for name, number in wanted]
    assert [item.attrib for item in root] == [
        {"context": "active", "type": "", "index": str(i)} for i in range(len(wanted))
    ]


@given(ENTRIES)
def test_ipphone_has_exactly_four_elements_in_their_order_and_every_number_once(entries):
    root = parsed(forms.IPPHONE, entries)
    assert root.tag == "IPPhoneDirectory"
    assert {tuple(tag for tag, _ in texts(element)) for element in root} <= {("Name", "Telephone", "Office", "Mobile")}
    found = [(name, number) for (_, name), *rest in map(texts, root) for _, number in rest if number]
    assert sorted(found) == sorted((shown(entry), number.e164) for entry in entries for number in entry.numbers)


@pytest.mark.parametrize(("number", "place"), [("mobile", "Mobile"), ("work", "Office"), ("home", "Telephone")])
def test_ipphone_puts_a_number_where_its_type_says_and_closes_no_empty_element_itself(number, place):
    entry = Entry("", "", "Ann", "", "", "", [EntryNumber(number, None, "+15551234567")])
    text = forms.IPPHONE.entry(entry, itertools.count())
    assert f"<{place}>+15551234567</{place}>" in text
    assert "/>" not in text
    assert text.count("></") == 2 + 1  # two empty ones, and the last closing tag


@given(ENTRIES)
def test_grandstream_has_a_contact_with_typed_numbers(entries):
    version, group, *contacts = root = parsed(forms.GRANDSTREAM, entries)
    assert (root.tag, version.tag, version.text) == ("AddressBook", "version", "1")
    assert texts(group) == [("id", "0"), ("name", "Phone book")]
    for element, entry in zip(contacts, entries, strict=True):
        first, last, *numbers, of_group = element
        assert [first.tag, last.tag, of_group.tag] == ["FirstName", "LastName", "Group"]
        assert " ".join(filter(None, (first.text, last.text))) == shown(entry)
        assert [(n.tag, n.get("type"), texts(n)) for n in numbers] == [
            ("Phone", n.type.title(), [("phonenumber", n.e164), ("accountindex", "0")]) for n in entry.numbers
        ]


@given(ENTRIES, NAMES)
def test_cisco_and_snom_show_a_line_for_each_number_and_lead_to_the_next_page(entries, token):
    link = f"http://ringbook.example/?token={token}" if token else ""
    wanted = [line for entry in entries for line in lines(entry)]
    page = ET.fromstring(forms.cisco_page(entries, link).encode())
    found = [texts(element) for element in page.iter("DirectoryEntry")]
    assert found == [[("Name", name), ("Telephone", number)] for name, number in wanted]
    keys = [[text for _, text in texts(key)] for key in page.iter("SoftKeyItem")]
    assert [key[0] for key in keys] == ["Dial", "EditDial", "Exit", *(["Next"] if link else [])]
    menu = ET.fromstring(forms.snom_page(entries, link).encode())
    items = [(item.get("name"), item.findtext("Url")) for item in menu.iter("MenuItem")]
    assert items == [(name, f"snom://mb_nop#numberdial={number}") for name, number in wanted] or [
        ("No contact found", None)
    ]
    assert [key.findtext("Name") for key in menu.iter("SoftKeyItem")] == (["F4"] if link else [])


@given(ENTRIES)
def test_gigaset_has_a_last_name_and_at_most_one_number_of_each_kind(entries):
    root = ET.fromstring(forms.gigaset_list(entries, 5, 40).encode())
    assert (root.get("response"), root.get("type")) == ("get_list", "pr")
    if not entries:
        assert (root.get("notfound"), root.get("total"), len(root)) == ("hm", "0", 0)
        return
    assert [root.get(name) for name in ("total", "first", "last")] == ["40", "5", str(4 + len(entries))]
    for element, entry in zip(root, entries, strict=True):
        (_, last), (_, first), *numbers = texts(element)
        assert " ".join(filter(None, (first, last))) == shown(entry)
        assert last
        assert [tag for tag, _ in numbers] == [tag for tag in ("hm", "of", "mb") if tag in dict(numbers)]
        assert {number for _, number in numbers} <= {number.e164 for number in entry.numbers}
        assert numbers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Müller-Weiß", ["muller", "weiss"]),
        ("O'Brien & Söhne", ["obrien", "sohne"]),
        ("\uff2a\uff0e\uff30\uff0e \u00c5NGSTR\u00d6M", ["j", "p", "angstrom"]),
        ("100% _x_", ["100", "x"]),
        ("हिन्दी", ["हिनदी"]),
        ("***", []),
    ],
)
def test_names_are_compared_without_case_accents_and_signs(text, words):
    assert folded_words(text) == words


def test_a_sort_name_is_never_too_long_for_an_index_of_postgresql():
    kept = sort_name("\ufdfa" * 200, "\U00010437" * 100, "\uac01" * 100, "x" * 200)
    assert len(kept.encode()) + 4 * (LONGEST_COMPANY + 1) < 2704 - 2 * 16 - 32
    assert sort_name("\U00010437" * 200, "", "", "") == " " + "\U00010437" * (LONGEST_SORT_NAME - 1)


@given(NAMES)
def test_folding_a_folded_name_changes_nothing(text):
    assert folded_words(" ".join(folded_words(text))) == folded_words(text)


def test_a_name_stands_before_a_longer_one():
    order = ["", "24h Taxi", "Ann", "Ann Miller", "Änne", "Bob", "Ω"]
    keys = [sort_name(name, "", "", "Zed Corp") if name else "" for name in order]
    assert keys == sorted(keys)
    assert sort_name("Jonny", "John", "Smith", "Acme John") == " jonny"
