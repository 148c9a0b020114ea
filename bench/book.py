"""The book that is measured: customers whose contacts are shaped like the tutorial's, each known by its position."""

from datetime import UTC, datetime
from typing import NamedTuple

START = datetime(2026, 1, 1, tzinfo=UTC)
"""When the first contact was created; each of the others one millisecond after the one before."""

START_MS = int(START.timestamp() * 1000)
SPREAD = 6_700_417
"""Shares no factor with the count of numbers, so that neighbouring contacts have numbers far apart in the index."""

JOHN = "John"
"""What every third contact with a Latin name is called."""

FIRST_NAMES = (
    "María",
    "Jürgen",
    "Aïcha",
    "Noah",
    "Amara",
    "Søren",
    "Zoë",
    "Łucja",
    "Priya",
    "Diego",
    "Ingrid",
    "Tomás",
)
LAST_NAMES = ("Smith", "García", "Müller", "Larsen", "Rossi", "Okafor", "Benali", "Wałęsa", "Nguyễn", "O'Brien", "Weiß")
STEMS = ("Berg", "Hart", "Lind", "Sand", "Brun", "Mart", "Wald", "Roth", "Stein", "Holm", "Kast", "Fjeld", "Dun", "Pet")
ENDINGS = ("er", "son", "ey", "mann", "ini", "ez", "owska", "strand", "quist", "ford", "ley", "haus", "eau", "ović")
"""Of the Latin last names every third is a common one, and the others are a stem and an ending."""

OTHER_SCRIPTS = (
    (("Иван", "Ольга", "Пётр", "Юлия"), ("Иванов", "Щербакова", "Королёв", "Зайцева")),
    (("Γιώργος", "Μαρία", "Ελένη"), ("Παπαδόπουλος", "Νικολάου", "Γεωργίου")),
    (("محمد", "ليلى", "أحمد"), ("الحسن", "منصور", "حداد")),
    (("สมชาย", "มาลี", "สุดา"), ("ใจดี", "ศรีสุข", "แสงทอง")),
    (("민수", "지영", "서연"), ("김", "이", "박")),
    (("伟", "秀英", "建国", "小明"), ("王", "李", "张", "陈")),
)
"""First and last names of those who have no Latin ones; the last two scripts write a name in one word."""

BRANDS = ("Acme", "Northwind", "Halcyon", "Bluebird", "Kestrel", "Juniper", "Orchard", "Meridian", "Harbour", "Lantern")
TRADES = ("Foods", "Travel", "Books", "Textiles", "Optics", "Motors", "Gardens", "Shipping", "Insurance", "北京科技")
TAGS = [f"d4e5f6a7-b8c9-4123-8efa-{i:012x}" for i in range(50)]


class Book(NamedTuple):
    """`customers` customers of `contacts` contacts each."""

    customers: int
    contacts: int

    @property
    def size(self) -> int:
        """How many contacts there are in all; each has a position below this."""
        return self.customers * self.contacts

    def customer(self, position: int) -> str:
        """Return the id of the customer whose contact it is."""
        return customer_id(position // self.contacts)

    def token(self, position: int) -> str:
        """Return an access key of the customer whose contact it is."""
        return token(position // self.contacts)


class Person(NamedTuple):
    """What a contact is called."""

    first_name: str
    last_name: str
    display_name: str
    company: str


def person(position: int) -> Person:
    """Return what a contact is called: most names are Latin, and two contacts of the same name may be anywhere."""
    mixed = (position * 0x9E3779B97F4A7C15 + 0x7F4A7C15) % 2**64
    a, b, c, d = (mixed >> shift & 0xFFFF for shift in (48, 36, 24, 12))
    company = f"{BRANDS[d % 10]} {TRADES[c % 10]} {position % 100}"
    if a % 10 < 7:
        first = JOHN if b % 3 == 0 else FIRST_NAMES[b % 12]
        last = LAST_NAMES[c % 11] if d % 3 == 0 else STEMS[c % 14] + ENDINGS[d % 14]
        return Person(first, last, f"{first} {last}", company)
    script = b % len(OTHER_SCRIPTS)
    first, last = (names[part % len(names)] for names, part in zip(OTHER_SCRIPTS[script], (c, d), strict=True))
    return Person(first, last, f"{last}{first}" if script > 3 else f"{first} {last}", company)


def row_id(position: int, part: int = 0) -> str:
    """Return the id of a contact, or of a row in it: a UUID version 7 of the contact's own millisecond."""
    ms = START_MS + position
    return f"{ms >> 16:08x}-{ms & 0xFFFF:04x}-7{part:03x}-8000-{position:012x}"


def customer_id(customer: int) -> str:
    """Return the id of a customer."""
    return f"5e4a0680-804e-71ec-8477-{customer:012x}"


def token(customer: int) -> str:
    """Return an access key of a customer."""
    return f"rb_{customer:032}"


def number(position: int) -> str:
    """Return a contact's primary phone number; of a position beyond the book, one that no contact has."""
    return f"+1{2_000_000_000 + position * SPREAD % 8_000_000_000}"


def address(position: int) -> str:
    """Return a contact's email address."""
    return f"person{position}@company{position % 1000}.example"


BOOKS = {
    "10,000": Book(1, 10_000),
    "100,000": Book(1, 100_000),
    "1,000,000": Book(1, 1_000_000),
    "1,000 customers of 1,000": Book(1000, 1000),
}
ONLY_IN_FULL = "1,000 customers of 1,000"
MAIN = "100,000"
"""The book of which everything is measured."""
