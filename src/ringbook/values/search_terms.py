r"""The words by which a contact is found, and the terms of a query that ask for them. Pure.

A search text is what is kept of a contact: " john smith\t acme #15551234567 #5551234567 #1234567 <76543215551\n acme\n
manual", without the break: the words of its names, the other words, its company whole, its source. A term finds a text
in which a word begins so; within one of a script that writes no blanks it is found anywhere.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from ringbook.values import callers, email, phone
from ringbook.values.characters import plain
from ringbook.values.names import folded_words, name_of

FEWEST_DIGITS = 3
MOST_TERMS = 10
MOST_SPELLINGS = 12
"""Of how many words a term may be one: the readings of a number."""

MOST_INDEXED_WORDS = 1000
"""How many words of a contact are kept in the index: more than any but a contact made to be in the way has."""

LONGEST_WORD = 40
"""How many characters of a word are kept in the index; the whole word is in the search text."""

LONGEST_COMPANY = 200
OTHER, COMPANY, SOURCE = "*", "=", "!"
"""What is before a word in the index that is none of the names, a whole company, a source."""

NUMBER, BACKWARDS = "#", "<"
"""What is before a number, and before one written from its end."""

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Hangul in letters, Khmer, Kana and Han."""

_RUNS = re.compile(f"[{UNSPACED}]+|[^{UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{UNSPACED}]")
_LOOKS_LIKE_A_NUMBER = re.compile(r"[0-9 ()+./-]*[0-9][0-9 ()+./-]*")
_NUMBERS = re.compile(r"(?<!\w)[0-9]+(?:[ ()+./-]+[0-9]+)+(?!\w)", re.ASCII)
"""What stands in a text and would be one number in a query: 24/7, 1 800."""


class Searched(NamedTuple):
    """What a contact is found by."""

    display_name: str
    first_name: str
    last_name: str
    company: str
    job_title: str
    source: str
    numbers: Iterable[str]
    """In E.164."""
    addresses: Iterable[str]


class Term(NamedTuple):
    """What a text must have: one word that begins with any of these."""

    words: tuple[str, ...]
    is_unspaced: bool = False
    """Whether it may begin anywhere within a word."""

    @property
    def patterns(self) -> list[str]:
        """Return what a search text is like (SQL's LIKE) that has one of the words."""
        return [f"%{'' if self.is_unspaced else ' '}{word}%" for word in self.words]


class Terms(NamedTuple):
    """What a query asks for."""

    terms: tuple[Term, ...]
    begins: str
    """What the sort_name begins with whose name begins so; '' for nothing."""
    numbers: tuple[str, ...]
    """The numbers in E.164 that the whole query may be."""
    addresses: tuple[str, ...]
    """The address that the whole query is."""


def _runs(words: Iterable[str]) -> Iterator[str]:
    """Yield the words, cut where a script without blanks begins or ends."""
    for word in words:
        yield from (word,) if word.isascii() else _RUNS.findall(word)


def _spellings(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a text as they are compared: as their letters, and with a letter more for an umlaut."""
    first = list(_runs(folded_words(text)))
    if text.isascii():
        return first, first
    other = unicodedata.normalize("NFC", text).casefold().translate(UMLAUTS)
    return first, list(_runs(folded_words(other)))


def _words(texts: Collection[str]) -> dict[str, None]:
    first, other = _spellings(" ".join(texts))
    words = dict.fromkeys(first if other is first else [*first, *other])
    for text in texts:
        numbers = map(_digits, _NUMBERS.findall(text if text.isascii() else plain(text)))
        words |= dict.fromkeys(digits for digits in numbers if len(digits) >= FEWEST_DIGITS)
    return words


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


def folded_company(company: str) -> str:
    """Return a company as it is compared with another, '' for none."""
    return " ".join(folded_words(company))


def company_word(folded: str) -> str:
    """Return the word in the index of those who are of a company, as far as the index keeps it."""
    return COMPANY + folded[:LONGEST_COMPANY]


def search_text(contact: Searched) -> str:
    """Return what is kept of a contact to search it by."""
    names = (contact.display_name, contact.first_name, contact.last_name, contact.company)
    of_name = _words((name_of(*names), *names[:3]))
    others = _words((contact.company, contact.job_title, *contact.addresses))
    for number in contact.numbers:
        others |= dict.fromkeys(NUMBER + form for form in phone.forms(number) if form)
        others[BACKWARDS + number[:0:-1]] = None
    parts = (of_name, [word for word in others if word not in of_name])
    lines = ["".join(f" {word}" for word in part) for part in parts]
    return "\t".join(lines) + f"\n {folded_company(contact.company)}\n{contact.source}"


def index_words(text: str) -> set[str]:
    """Return the words of a search text as the index has them; of a script without blanks all that a word ends in."""
    if not text:
        return set()
    searched, company, source = text.split("\n")
    of_name, others = searched.split("\t")
    found: dict[str, None] = {SOURCE + source: None}
    if company != " ":
        found[company_word(company[1:])] = None
    for before, words in (("", of_name), (OTHER, others)):
        for word in words.split():
            if word.isascii() or not _IS_UNSPACED.match(word):
                found[before + word[:LONGEST_WORD]] = None
            else:
                found |= dict.fromkeys(before + word[i : i + LONGEST_WORD] for i in _starts(word))
            if len(found) > MOST_INDEXED_WORDS:
                break
    return set(list(found)[:MOST_INDEXED_WORDS])


def _starts(word: str) -> list[int]:
    """Return where a letter begins: not at a vowel or the end of a syllable of Hangul, nor at a mark."""
    return [i for i, c in enumerate(word) if not ("\u1160" <= c <= "\u11ff" or unicodedata.category(c)[0] == "M")]


def terms_of(query: str, region: str) -> Terms:
    """Return what a query asks for, of a customer in `region` ('' for none).

    Words that look like a number are one term with those that follow, where they have three digits.
    """
    found: list[Term] = []
    number: list[str] = []
    words = [*query.split(), ""]
    for word in words:
        plainly = plain(word)
        if word and _LOOKS_LIKE_A_NUMBER.fullmatch(plainly):
            number.append(plainly)
            continue
        if number:
            found += _number_terms(" ".join(number), region)
            number = []
        first, other = _spellings(word)
        for spellings in zip(first, other, strict=False):
            found.append(Term(tuple(dict.fromkeys(spellings)), bool(_IS_UNSPACED.match(spellings[0]))))
    folded = folded_words(query)
    address = email.reading(query) if "@" in query else None
    return Terms(
        tuple(dict.fromkeys(found)),
        "".join(f" {word}" for word in folded),
        tuple(callers.readings(query, region)) if len(found) == 1 and _is_number(query) else (),
        (address,) if address else (),
    )


def _is_number(text: str) -> bool:
    return _LOOKS_LIKE_A_NUMBER.fullmatch(plain(text)) is not None


def _number_terms(text: str, region: str) -> list[Term]:
    """Return the term for a number, or those for words of fewer digits than one has."""
    digits = _digits(text)
    if len(digits) < FEWEST_DIGITS:
        return [Term((word,)) for word in re.findall("[0-9]+", text)]
    both = [digits, _digits(text.replace("(0)", ""))]
    beginnings, from_end = both, []
    if not text.startswith("+"):
        beginnings = [one for each in both for one in (each, *phone.without_prefixes(each, region))]
        from_end = [BACKWARDS + digits[::-1]]
    beginnings += [number[1:] for number in callers.readings(text, region)]
    words = dict.fromkeys(NUMBER + one for one in beginnings if len(one) >= FEWEST_DIGITS)
    return [Term((digits, *from_end, *words)[:MOST_SPELLINGS])]
