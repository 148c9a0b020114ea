"""A search finds the same contacts in the same order on both databases, in every script: those that a plain reading of
the contract finds.
"""

import asyncio
import json
import random

import pytest

from ringbook.clock import utc_now
from ringbook.contacts import contact, search
from ringbook.contacts.change_log import changing
from ringbook.contacts.notations import EmailIn, PhoneNumberIn
from ringbook.contacts.search import SearchPage, parse_query, parse_search_page
from ringbook.database.opening import database_at
from ringbook.tenants.caller import Caller
from ringbook.values import names
from ringbook.values.email import Address
from ringbook.values.phone import Number

WORDS = {
    "latin": [
        "John",
        "Smith",
        "Søren",
        "Müller",
        "Mueller",
        "Muller",
        "Wałęsa",
        "Đặng",
        "O'Brien",
        "Weiß",
        "Joh",
        "zoë",
    ],
    "cyrillic": ["Иван", "Иванов", "Пётр", "Щербаков"],
    "greek": ["Γιώργος", "Νίκος", "Νικολάου"],
    "arabic": ["محمد", "فاطمة", "أحمد"],
    "han": ["北京", "王伟", "张小明"],
    "kana": ["たろう", "タロウ"],
    "thai": ["สมชาย", "ใจดี"],
    "hangul": ["김민수", "박지영"],
    "beyond": ["\U00010437\U00010428", "\U0001f600", "\U00020000"],
}
COMPANIES = ["", "Acme", "Müller & Söhne", "北京科技", "Smith Corp"]
SIZE = 120


def book(rng):
    """Return what is asked to be created: names of several scripts, numbers and addresses, some of them shared."""
    made = []
    for i in range(SIZE):
        some = [rng.choice(WORDS[rng.choice(list(WORDS))]) for _ in range(2)]
        numbers = [f"+1555{rng.randrange(30):03}{rng.randrange(20):04}", f"+4930{rng.randrange(40):06}"][
            : rng.randrange(3)
        ]
        made.append(
            contact.NewContact(
                display_name=rng.choice(["", " ".join(some), "".join(some)]),
                first_name=some[0],
                last_name=rng.choice(["", some[1]]),
                company=rng.choice(COMPANIES),
                job_title=rng.choice(["", "Chef"]),
                phone_numbers=[PhoneNumberIn(number=Number(one, one)) for one in dict.fromkeys(numbers)],
                emails=[EmailIn(address=Address(f"p{rng.randrange(20)}.{i % 7}@acme.example"))] if i % 3 else [],
            )
        )
    return made


def queries(rng, made):
    """Yield beginnings of words of the book, one or two together, parts of its numbers, and addresses."""
    for _ in range(60):
        one = rng.choice(made)
        words = names.folded_words(f"{one.display_name} {one.first_name} {one.company}") or ["x"]
        yield " ".join(word[: rng.randint(1, 5)] for word in rng.choices(words, k=rng.randint(1, 2)))
        for number in one.phone_numbers:
            digits = number.number.e164[1:]
            yield digits[rng.randrange(4) :][: rng.randint(3, 8)]
            yield f"{words[0][:2]} {digits[-4:]}"
            yield number.number.e164
        for mail in one.emails:
            yield mail.address.normalized
    yield from ("müller", "mueller", "muller", "acme", "p1", "chef jo")


async def answers(url, customer_id, made, wanted):
    """Return for each query what is found page by page, contacts by their place in the book."""
    database, caller = database_at(url, 2), Caller(customer_id, "US", "")
    await database.open()
    places = {}
    for i, new in enumerate(made):
        async with changing(caller, database) as transaction:
            made_of_it = await contact.create(caller, transaction, utc_now(), new)
        places[json.loads(made_of_it.json)["id"]] = i
    found = {}
    for query in wanted:
        page, seen = SearchPage(7), []
        while page:
            answer = json.loads(await search.search_contacts(caller, database, parse_query(query, "US"), page))
            seen += [places[one["id"]] for one in answer["result"]]
            page = answer["next_page_token"] and parse_search_page(7, answer["next_page_token"])
        found[query] = seen
    await database.close()
    return found


KEPT = {}
"""What the database before answered."""


@pytest.mark.parametrize("few", [0, 4000], ids=["common terms", "rare terms"])
@pytest.mark.parametrize("seed", [1, 2])
def test_both_databases_find_the_same_in_the_same_order_in_every_script(database_url, alice, seed, few, monkeypatch):
    """However a rank is read: each query is read from candidates and by name, which must be the same, too."""
    monkeypatch.setattr(search, "MOST_CANDIDATES", few)
    rng = random.Random(seed)
    made = book(rng)
    wanted = list(dict.fromkeys(queries(rng, made)))
    found = asyncio.run(answers(database_url, alice.customer_id, made, wanted))
    assert all(len(set(seen)) == len(seen) for seen in found.values())
    assert sum(map(bool, found.values())) > len(found) / 2
    assert KEPT.setdefault(seed, found) == found
