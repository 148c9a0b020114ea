"""Contacts as the API answers them, with the names of their tags, and as a file of them is to be read."""

from hypothesis import strategies as st

from ringbook.contacts.kinds import EMAILS, KINDS, PHONE_NUMBERS
from ringbook.transfer.rows import RowAddress, RowContact

ID = "0190a1b2-0000-7000-8000-{:012d}"
TIME = "2026-02-07T14:45:59.038962Z"
TEXTS = ("first_name", "last_name", "display_name", "company", "job_title", "external_id", "notes")
EMPTY = dict.fromkeys(TEXTS, "") | {"source": "manual"}


def contact(texts=(), phone_numbers=(), emails=(), tags=()):
    """Return the JSON of a contact, decoded; addresses are pairs of their keys in the one list and in the other."""
    listed = {"phone_numbers": [], "emails": []}
    addresses = []
    for kind, given in ((PHONE_NUMBERS, phone_numbers), (EMAILS, emails)):
        for one, more in given:
            shared = {"id": ID.format(100 + len(addresses)), "tm_create": TIME, "is_primary": one["is_primary"]}
            listed[kind.table.name].append(one | shared)
            target = one[kind.normalized]
            addresses.append({"type": kind.address_type, "target": target, "target_name": "", **more, **shared})
    ids = {"id": ID.format(1), "customer_id": ID.format(2)}
    times = {"tm_create": TIME, "tm_update": None, "tm_delete": None}
    return {**ids, **EMPTY, **dict(texts), **listed, "addresses": addresses, "tag_ids": [], **times, "tags": list(tags)}


def number(entered, e164, type_="mobile", *, is_primary=False, name=None, detail=""):
    name = PHONE_NUMBERS.names[type_] if name is None else name
    one = {"number": entered, "number_e164": e164, "type": type_, "is_primary": is_primary}
    return one, {"name": name, "detail": detail}


def email(address, type_="work", *, is_primary=False, name=None, detail=""):
    name = EMAILS.names[type_] if name is None else name
    return {"address": address, "type": type_, "is_primary": is_primary}, {"name": name, "detail": detail}


def as_read(one):
    """Return what a file with this contact alone is to be read as."""
    by_id = {address["id"]: address for address in one["addresses"]}
    lists = {
        kind.table.name: [
            RowAddress(
                value=entry[kind.entered],
                type=entry["type"],
                is_primary=entry["is_primary"],
                label=label if (label := by_id[entry["id"]]["name"]) != kind.names[entry["type"]] else None,
                detail=by_id[entry["id"]]["detail"],
                normalized=entry[kind.normalized],
            )
            for entry in one[kind.table.name]
        ]
        for kind in KINDS
    }
    return RowContact(
        texts={field: one[field] for field in (*TEXTS, "source") if one[field]},
        **lists,
        tags=tuple(one["tags"]),
        is_own=True,
    )


characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
words = st.text(
    st.one_of(characters, st.sampled_from("\n\r\t ;,:\\\"^%='$!<>_ab\x0b\x1f\x7f\x85\u2028\ufeff")), max_size=12
)
names = st.one_of(words, st.sampled_from(["myContacts", "Mobile", "_$!<Home>!$_", "Jane", "Doe", "Jane Doe"]))
labels = names.map(str.strip)


def _primary_first(entries, primary):
    return [({**one, "is_primary": primary and i == 0}, more) for i, (one, more) in enumerate(entries)]


numbers = st.builds(
    number,
    words.map(lambda text: f"1{text}2"),
    st.integers(0, 99).map(lambda n: f"+120255501{n:02d}"),
    st.sampled_from(list(PHONE_NUMBERS.names)),
    name=st.one_of(st.none(), labels),
    detail=names,
)
emails = st.builds(
    email,
    st.sampled_from(
        ["jane@example.com", '"a;b\\\\,c d"@example.org', "jöé+x@例え.example.net", "mailto%41@example.com"]
    ),
    st.sampled_from(list(EMAILS.names)),
    name=st.one_of(st.none(), labels),
    detail=names,
)
contacts = st.builds(
    contact,
    st.fixed_dictionaries(
        dict.fromkeys(TEXTS, names) | {"source": st.sampled_from(["manual", "import", "api", "sync"])}
    ),
    st.builds(_primary_first, st.lists(numbers, max_size=3), st.booleans()),
    st.builds(_primary_first, st.lists(emails, max_size=3), st.booleans()),
    st.lists(names.filter(bool), max_size=3, unique=True),
)
