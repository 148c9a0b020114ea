"""The XML that each make of phone reads: from entries to text. Pure. docs/telephony/ says which phone reads which."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from ringbook.contacts.kinds import PHONE_NUMBERS
from ringbook.phonebooks.book import Entry, EntryNumber
from ringbook.values.names import name_of

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
TITLE = "Phone book"
LABELS = {**PHONE_NUMBERS.names, "other": "Other"}
NO_XML = re.compile("[^\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (section 2.2) has no place for, and the control characters that it only discourages."""


def xml(text: str) -> str:
    """Return `text` on one line as it stands between tags or in double quotes."""
    return escape(NO_XML.sub("", " ".join(text.split())), {'"': "&quot;"})


def element(tag: str, content: str) -> str:
    """Return the element with `content`, XML already; never self-closed, which some phones cannot read."""
    return f"<{tag}>{content}</{tag}>"


def shown(entry: Entry) -> str:
    """Return the entry's name as XML; its first number where it has none."""
    return xml(name_of(entry.display_name, entry.first_name, entry.last_name, entry.company)) or entry.numbers[0].e164


def first_and_last(entry: Entry) -> tuple[str, str]:
    """Return first and last name as XML, for phones that put them together; '' and the name shown if they differ."""
    first, last, name = xml(entry.first_name), xml(entry.last_name), shown(entry)
    return (first, last) if f"{first} {last}".strip() == name else ("", name)


def label_of(number: EntryNumber) -> str:
    """Return the label of a number as XML: its own, or that of its type."""
    return xml(number.label or "") or LABELS[number.type]


def labelled(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield each number with the name and, if it says more than Other, its label: where a line shows one number."""
    name = shown(entry)
    for number in entry.numbers:
        label = label_of(number)
        yield name if label == LABELS["other"] else f"{name} ({label})", number.e164


def in_three(numbers: Iterable[EntryNumber]) -> list[dict[str, str]]:
    """Return the numbers on rows of home, work and mobile, as few as can be.

    A number that is neither, or whose place is taken, is put under home, which phones show as the plain number.
    """
    rows: list[dict[str, str]] = []
    full = dict.fromkeys(("home", "work", "mobile"), 0)  # before which row a place is taken in all
    for number in numbers:
        own = number.type if number.type in ("work", "mobile") else "home"
        for place in (own, "home"):
            while full[place] < len(rows) and place in rows[full[place]]:
                full[place] += 1
        place = own if full[own] <= full["home"] else "home"
        if full[place] == len(rows):
            place = own
            rows.append({})
        rows[full[place]][place] = number.e164
    return rows


class Book(NamedTuple):
    """A form for a whole book: what stands before the entries, what is made of one, and what stands behind them.

    The entry's maker also takes a count that rises from 0, to be drawn from as often as it needs to.
    """

    head: str
    entry: Callable[[Entry, Iterator[int]], str]
    tail: str


def _yealink(entry: Entry, _count: Iterator[int]) -> str:
    numbers = "".join(f'<Telephone label="{label_of(number)}">{number.e164}</Telephone>' for number in entry.numbers)
    return element("DirectoryEntry", element("Name", shown(entry)) + numbers) + "\n"


def _tbook(entry: Entry, count: Iterator[int]) -> str:
    return "".join(
        f'<item context="active" type="" index="{next(count)}"><name>{name}</name><number>{e164}</number></item>\n'
        for name, e164 in labelled(entry)
    )


def _ipphone(entry: Entry, _count: Iterator[int]) -> str:
    return "".join(
        element(
            "DirectoryEntry",
            element("Name", shown(entry))
            + element("Telephone", row.get("home", ""))
            + element("Office", row.get("work", ""))
            + element("Mobile", row.get("mobile", "")),
        )
        + "\n"
        for row in in_three(entry.numbers)
    )


def _grandstream(entry: Entry, _count: Iterator[int]) -> str:
    first, last = first_and_last(entry)
    numbers = "".join(
        f'<Phone type="{LABELS[number.type]}"><phonenumber>{number.e164}</phonenumber>'
        "<accountindex>0</accountindex></Phone>"
        for number in entry.numbers
    )
    names = element("FirstName", first) + element("LastName", last)
    return element("Contact", f"{names}{numbers}<Group>0</Group>") + "\n"


YEALINK = Book(f"{DECLARATION}<YealinkIPPhoneDirectory>\n", _yealink, "</YealinkIPPhoneDirectory>\n")
SNOM_BOOK = Book(f'{DECLARATION}<tbook complete="true">\n', _tbook, "</tbook>\n")
IPPHONE = Book(f"{DECLARATION}<IPPhoneDirectory>\n", _ipphone, "</IPPhoneDirectory>\n")
GRANDSTREAM = Book(
    f"{DECLARATION}<AddressBook>\n<version>1</version>\n<pbgroup><id>0</id><name>{TITLE}</name></pbgroup>\n",
    _grandstream,
    "</AddressBook>\n",
)


def cisco_menu(search: str, everything: str) -> str:
    """Return the menu that Cisco's directory key opens; its two arguments are links."""
    items = "".join(
        element("MenuItem", element("Name", name) + element("URL", xml(link))) + "\n"
        for name, link in (("Search", search), ("All contacts", everything))
    )
    return f"{DECLARATION}<CiscoIPPhoneMenu>\n<Title>{TITLE}</Title>\n{items}</CiscoIPPhoneMenu>\n"


def search_input(make: str, link: str, parameter: str) -> str:
    """Return the form in which a Cisco or a Snom phone asks for `parameter`, to put it behind the link."""
    prompt = "Name or number"
    item = (
        element("DisplayName", prompt)
        + element("QueryStringParam", xml(parameter))
        + "<DefaultValue></DefaultValue><InputFlags>A</InputFlags>"
    )
    head = element("Title", TITLE) + element("Prompt", prompt) + element("URL", xml(link))
    return DECLARATION + element(f"{make}IPPhoneInput", head + element("InputItem", item)) + "\n"


def cisco_page(entries: Sequence[Entry], more: str) -> str:
    """Return a page of Cisco's directory; `more` is the next page's link, '' on the last one."""
    lines = [element("Name", name) + element("Telephone", e164) for entry in entries for name, e164 in labelled(entry)]
    keys = [("Dial", "SoftKey:Dial"), ("EditDial", "SoftKey:EditDial"), ("Exit", "SoftKey:Exit")]
    keys += [("Next", more)] if more else []
    soft_keys = "".join(
        element("SoftKeyItem", element("Name", name) + element("URL", xml(link)) + element("Position", str(position)))
        + "\n"
        for position, (name, link) in enumerate(keys, 1)
    )
    head = element("Title", TITLE) + element("Prompt", "Choose a contact" if lines else "No contact found")
    directory = "".join(element("DirectoryEntry", line) + "\n" for line in lines)
    return f"{DECLARATION}<CiscoIPPhoneDirectory>\n{head}\n{directory}{soft_keys}</CiscoIPPhoneDirectory>\n"


def snom_page(entries: Sequence[Entry], more: str) -> str:
    """Return a page of the menu in a Snom desk phone's minibrowser; `more` is the next page's link, '' for none."""
    items = "".join(
        f'<MenuItem name="{name}"><Url>snom://mb_nop#numberdial={e164}</Url></MenuItem>\n'
        for entry in entries
        for name, e164 in labelled(entry)
    )
    items = items or '<MenuItem name="No contact found"></MenuItem>\n'
    key = element("Label", "Next") + element("URL", xml(more)) + element("Name", "F4")
    return f"{DECLARATION}<SnomIPPhoneMenu>\n{items}{element('SoftKeyItem', key) if more else ''}</SnomIPPhoneMenu>\n"


def gigaset_list(entries: Sequence[Entry], first: int, total: int) -> str:
    """Return the part of a Gigaset's list that begins with its `first` entry, counted from 1, of `total`."""
    if not entries:
        return f'{DECLARATION}<list response="get_list" type="pr" notfound="hm" total="0"></list>\n'
    head = f'<list response="get_list" type="pr" total="{total}" first="{first}" last="{first + len(entries) - 1}">\n'
    return f"{DECLARATION}{head}{''.join(map(_gigaset, entries))}</list>\n"


def _gigaset(entry: Entry) -> str:
    first, last = first_and_last(entry)
    row = in_three(entry.numbers)[0]
    numbers = [
        element(tag, row[place]) for tag, place in (("hm", "home"), ("of", "work"), ("mb", "mobile")) if place in row
    ]
    names = element("ln", last or first) + element("fn", first if last else "")
    return f'<entry id="{entry.id}">{names}{"".join(numbers)}</entry>\n'
