"""What Ringbook must answer, in plain dicts, one Book a customer; tests/api/test_model.py plays it against a server."""

from typing import Any, NamedTuple


class Id:
    """In an answer: an id that is new."""


NOW = object()
"""In an answer: the time of the request."""


class Kind(NamedTuple):
    """Phone numbers, or emails: their list in a contact, what a person enters, and their `type` among the addresses."""

    list: str
    entered: str
    address_type: str
    names: dict[str, str]
    """What an address of each type is called where it has no label."""
    invalid: str
    duplicate: str


TEXTS = ("first_name", "last_name", "display_name", "company", "job_title")
NAME_FIELDS = ("display_name", "first_name", "last_name", "company")
PHONE_TYPES = {"mobile": "Mobile", "work": "Work", "home": "Home", "fax": "Fax", "other": ""}
EMAIL_TYPES = {"work": "Work", "personal": "Personal", "other": ""}
KINDS = {
    "phone-numbers": Kind(
        "phone_numbers", "number", "tel", PHONE_TYPES, "INVALID_PHONE_NUMBER", "DUPLICATE_PHONE_NUMBER"
    ),
    "emails": Kind("emails", "address", "email", EMAIL_TYPES, "INVALID_EMAIL_ADDRESS", "DUPLICATE_EMAIL_ADDRESS"),
}
"""By the path below a contact."""

EXISTS = {"phone-numbers": "PHONE_NUMBER_EXISTS", "emails": "EMAIL_EXISTS", "addresses": "ADDRESS_ALREADY_EXISTS"}
NOT_FOUND = {"phone-numbers": "PHONE_NUMBER_NOT_FOUND", "emails": "EMAIL_NOT_FOUND", "addresses": "ADDRESS_NOT_FOUND"}

READINGS = {
    "+15551234567": ["+15551234567"],
    " (555) 123-4567": ["+15551234567"],
    "tel:+1-555-123-4567": ["+15551234567"],
    "+5551234567": ["+5551234567"],
    "011 55 5123 4567": ["+5551234567"],
    "+49 30 123456": ["+4930123456"],
    "+4930123456 ext. 7": ["+4930123456"],
    "(555)_123\u202f4567 Fax": ["+15551234567"],
    "1-800-FLOWERS": ["+18003569377"],
    "555 123 4567 Chef": [],
    "+15551234567 / +15559876543": [],
    "12": [],
    "john": [],
    "John@Acme.com ": ["john@acme.com"],
    "john@acme.com": ["john@acme.com"],
    "RECEPTION@pbx.local": ["reception@pbx.local"],
    "reception@pbx.local": ["reception@pbx.local"],
    "x@": [],
}
READINGS |= {
    as_answered: [value]
    for text, values in READINGS.items()
    for value in values
    for as_answered in (text.strip(), value)
}
"""What each text is as a number or an address of a customer in the US; an invalid one is nothing."""

ONLY_LOOKED_UP = {
    "5551234567": ["+5551234567", "+15551234567"],
    "15551234567": ["+15551234567"],
    "8003569377": ["+18003569377", "+8003569377"],
}

CALLED = READINGS | ONLY_LOOKED_UP

NAMES = ["", "John", "Łukasz \U0001f600", ' Zoë\n"Z" 5%', "%"]
IN_CALLERID = {' Zoë\n"Z" 5%': "Zoë “Z” 5", "%": ""}
"""What a caller id makes of a name where that is not the name itself."""

IN_PHONEBOOK = {' Zoë\n"Z" 5%': 'Zoë "Z" 5%'}
WORDS = {"John": ["john"], "Łukasz \U0001f600": ["lukasz"], ' Zoë\n"Z" 5%': ["zoe", "z", "5"]}
"""The words of each name, as they are sorted and searched."""

FORMS = {
    "+15551234567": ["#15551234567", "#5551234567", "#1234567"],
    "+5551234567": ["#5551234567", "#51234567"],
    "+4930123456": ["#4930123456", "#30123456", "#123456"],
    "+18003569377": ["#18003569377", "#8003569377", "#3569377"],
}
"""The digits of each number as they are dialled: from abroad, at home, and in its own area."""

SEARCHES: dict[str, tuple[str, list[list[str]]]] = {
    "": ("", []),
    "jo": (" jo", [["jo"]]),
    "ZO 5": (" zo 5", [["zo"], ["5"]]),
    "5 ZO": (" 5 zo", [["5"], ["zo"]]),
    "łuk": (" luk", [["luk"]]),
    "(555) 123": (" 555 123", [["555123", "#555123", "<321555"]]),
    "030 12": (" 030 12", [["03012", "#3012", "<21030"]]),
    "4567": (" 4567", [["4567", "#4567", "<7654"]]),
    "jo 4567": (" jo 4567", [["jo"], ["4567", "#4567", "<7654"]]),
    "john@acme.com": (" john acme com", [["john"], ["acme"], ["com"]]),
    "+1 555 123 4567": (" 1 555 123 4567", [["15551234567", "#15551234567"]]),
}
"""How the name of one whose name begins so begins, and of each term the words with one of which another must begin."""


class Refused(Exception):
    """The answer is an error: its HTTP status, its reason or one of several, and the fields that it names."""

    def __init__(self, status: int, reason: str = "", problems: dict[str, str] | None = None) -> None:
        self.status = status
        self.reasons = set((problems or {}).values()) or {reason}
        self.fields = set(problems or {})


def text_of(kind: str, given: dict[str, Any]) -> tuple[str, str | None]:
    """Return what was entered, None if nothing was, and the name of its field."""
    field = KINDS[kind].entered if KINDS[kind].entered in given else "target"
    return field, given.get(field)


def values(kind: str, text: str | None) -> list[str]:
    """Return what a text is as a value of the kind: one, or nothing."""
    return [value for value in READINGS[text or ""] if value.startswith("+") == (kind == "phone-numbers")]


def problems_of(kind: str, given: list[tuple[str, dict[str, Any]]]) -> dict[str, str]:
    """Return the reason for each field that is wrong, of entries with the places where they stand."""
    problems, before = {}, set()
    for place, one in given:
        field, text = text_of(kind, one)
        if text is None:
            continue
        if not values(kind, text):
            problems[place + field] = KINDS[kind].invalid
        elif values(kind, text)[0] in before:
            problems[place + field] = KINDS[kind].duplicate
        before.update(values(kind, text))
    return problems


def check(problems: dict[str, str]) -> None:
    if problems:
        raise Refused(400, problems=problems)


def of_kind(kind: str, addresses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in addresses if one.get("type") == KINDS[kind].address_type]


def value_of(entry: dict[str, Any]) -> str:
    return entry.get("number_e164") or entry["address"]


def fresh(kind: str) -> dict[str, Any]:
    values = {"number": "", "number_e164": ""} if kind == "phone-numbers" else {"address": ""}
    rest = {"type": "other", "is_primary": False, "tm_create": NOW, "label": None, "detail": ""}
    return {"id": Id()} | values | rest


def named(kind: str, name: str) -> dict[str, Any]:
    """Return what a name makes of an address: its type, and the name as its label where the type alone says less."""
    name = name.strip()
    type_ = name.lower() if name.lower() in KINDS[kind].names else "other"
    return {"type": type_, "label": None if name == KINDS[kind].names[type_] else name}


def name_of(kind: str, entry: dict[str, Any]) -> str:
    return KINDS[kind].names[entry["type"]] if entry["label"] is None else entry["label"]


def changed(kind: str, old: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return what an entry of a request, in either notation, makes of `old`."""
    new = dict(old)
    field, text = text_of(kind, given)
    if text is not None and not (field == "target" and text.strip() == old.get("number_e164")):
        value = values(kind, text)[0]
        new |= {"address": value} if kind == "emails" else {"number": text.strip(), "number_e164": value}
    type_ = given.get("type")
    if type_ is not None and type_ != KINDS[kind].address_type:
        new["type"] = type_ or "other"
        new["label"] = old["label"] if new["type"] == old["type"] else None
    if given.get("name") is not None:
        new |= named(kind, given["name"])
    return new | {key: given[key] for key in ("detail", "is_primary") if given.get(key) is not None}


def replaced(kind: str, old: list[dict[str, Any]], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the list that one notation's list makes of `old`.

    What stays, by its id, else by its value, keeps its place and whatever the list does not say.
    """
    absent = {"is_primary": False} if is_address(kind, given) else {"is_primary": False, "type": "other"}
    wanted = [values(kind, text_of(kind, one)[1])[0] for one in given]
    kept: list[Any] = [None] * len(given)
    for same in (lambda i, one: one["id"] == given[i].get("id"), lambda i, one: value_of(one) == wanted[i]):
        for i in range(len(given)):
            match = next((one for one in old if same(i, one)), None)
            if kept[i] is None and match is not None and match not in kept:
                kept[i] = match
    new = [changed(kind, kept[i] or fresh(kind), absent | given[i]) for i in range(len(given))]
    for i, one in enumerate(new):
        one["is_primary"] &= not any(later["is_primary"] for later in new[i + 1 :])
    place = {one["id"]: i for i, one in enumerate(old)}
    return sorted(new, key=lambda one: place.get(one["id"], len(old)))


def is_address(kind: str, given: list[dict[str, Any]]) -> bool:
    return any(text_of(kind, one)[0] == "target" for one in given)


def is_as_stored(kind: str, old: list[dict[str, Any]], given: list[dict[str, Any]]) -> bool:
    return replaced(kind, old, [one | {"id": None} for one in given]) == old


def given_in_both(kind: str, old: list[dict[str, Any]], ours: Any, theirs: Any) -> list[dict[str, Any]]:
    """Return what becomes of `old`, given as the tutorial has it and as addresses; None where it is not given so."""
    if ours is None and theirs is None:
        return old
    if theirs is None or (ours is not None and is_as_stored(kind, old, theirs)):
        return replaced(kind, old, ours)
    if ours is None or is_as_stored(kind, old, ours):
        return replaced(kind, old, theirs)
    beside = {values(kind, one["target"])[0]: one for one in theirs}
    told = {values(kind, text_of(kind, one)[1])[0]: one for one in ours}
    if told.keys() != beside.keys():
        raise Refused(400, problems=dict.fromkeys((KINDS[kind].list, "addresses"), "CONFLICTING_NOTATIONS"))
    new = replaced(kind, old, [one | {"id": one.get("id") or beside[value].get("id")} for value, one in told.items()])
    for entry in new:
        its = beside[value_of(entry)]
        also = changed(kind, entry, {key: its[key] for key in ("name", "detail") if key in its})
        entry["detail"] = also["detail"]
        if also["type"] == entry["type"]:
            entry["label"] = also["label"]
    return new


def in_order(contact: dict[str, Any]) -> dict[str, Any]:
    """Return the contact, of each list what is primary first, then as added."""
    names = [kind.list for kind in KINDS.values()]
    return contact | {name: sorted(contact[name], key=lambda one: not one["is_primary"]) for name in names}


def looked_up(contact: dict[str, Any]) -> dict[str, Any]:
    """Return the contact as the tutorial shows it."""
    ordered = in_order(contact)
    return ordered | {
        kind.list: [
            {key: value for key, value in one.items() if key not in ("label", "detail")} for one in ordered[kind.list]
        ]
        for kind in KINDS.values()
    }


def shown(contact: dict[str, Any]) -> dict[str, Any]:
    """Return the contact in both notations."""
    addresses = [
        {"id": one["id"], "customer_id": contact["customer_id"], "contact_id": contact["id"]}
        | {"type": KINDS[kind].address_type, "target": value_of(one), "target_name": ""}
        | {"name": name_of(kind, one), "detail": one["detail"]}
        | {"is_primary": one["is_primary"], "tm_create": one["tm_create"]}
        for kind in KINDS
        for one in in_order(contact)[KINDS[kind].list]
    ]
    answer: dict[str, Any] = {}
    for key, value in looked_up(contact).items():
        answer |= {key: value} | ({"addresses": addresses} if key == "emails" else {})
    return answer


def called(contact: dict[str, Any], show: dict[str, str]) -> str:
    """Return what the contact is called: display_name, else first and last name, else company, as `show` has each."""
    display, first, last, company = (show.get(contact[name], contact[name]) for name in NAME_FIELDS)
    return display or f"{first} {last}".strip() or company


def words(contact: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    return [word for name in names for word in WORDS.get(contact[name], [])]


def sorting(contact: dict[str, Any]) -> tuple[list[str], str]:
    """Return what a phone book sorts by: the words of the name shown, then the age."""
    in_turn = (NAME_FIELDS[:1], NAME_FIELDS[1:3], NAME_FIELDS[3:])
    main = next((words(contact, names) for names in in_turn if any(contact[name] for name in names)), [])
    return main, contact["id"]


def name_words(contact: dict[str, Any]) -> list[str]:
    has_name = any(contact[name].strip() for name in NAME_FIELDS[:3])
    return words(contact, NAME_FIELDS[:3] if has_name else NAME_FIELDS)


def has(term: list[str], its_words: list[str]) -> bool:
    return any(word.startswith(begin) for word in its_words for begin in term)


def rank(contact: dict[str, Any], q: str) -> int | None:
    """Return how good a contact is an answer to a search, 0 the best, None for one that is none."""
    begins, terms = SEARCHES[q]
    values = [value_of(one) for kind in KINDS.values() for one in contact[kind.list]]
    others = [*words(contact, NAME_FIELDS), *(part for one in values for part in one.replace("@", ".").split("."))]
    others += [form for one in values for form in [*FORMS.get(one, []), *["<" + one[:0:-1]] * (one in FORMS)]]
    if not terms or not all(has(term, name_words(contact) + others) for term in terms):
        return None
    if {"john@acme.com": q, "+1 555 123 4567": "+15551234567"}.get(q) in values:
        return 0
    if "".join(f" {word}" for word in sorting(contact)[0]).startswith(begins):
        return 1
    return 2 if all(has(term, name_words(contact)) for term in terms) else 3


def page(rows: list[dict[str, Any]], size: int, before: str) -> dict[str, Any]:
    there = [row for row in reversed(rows) if not before or row["tm_create"] < before]
    return {"result": there[:size], "next_page_token": there[size - 1]["tm_create"] if len(there) > size else ""}


class Book:
    """One customer's contacts and tags, the oldest first."""

    def __init__(self, customer_id: str) -> None:
        self.customer_id = customer_id
        self.contacts: list[dict[str, Any]] = []
        self.tags: list[dict[str, Any]] = []

    def contact(self, contact_id: str) -> dict[str, Any]:
        return found(self.contacts, contact_id, "CONTACT_NOT_FOUND")

    def changed(self, contact_id: str) -> dict[str, Any]:
        contact = self.contact(contact_id)
        contact["tm_update"] = NOW
        return contact

    def check(self, body: dict[str, Any]) -> None:
        problems = {}
        for kind, (name, *_) in KINDS.items():
            theirs = [(f"addresses[{i}].", one) for i, one in enumerate(body.get("addresses", []))]
            problems |= problems_of(kind, [(f"{name}[{i}].", one) for i, one in enumerate(body.get(name, []))])
            problems |= problems_of(kind, [one for one in theirs if of_kind(kind, [one[1]])])
        check(problems)

    def lists(self, body: dict[str, Any], old: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what becomes of both lists; in a new contact an empty one says nothing."""
        new, conflicts = {}, {}
        for kind, (name, *_) in KINDS.items():
            ours, theirs = body.get(name), body.get("addresses")
            theirs = None if theirs is None else of_kind(kind, theirs)
            if old is None:
                ours, theirs = ours or None, theirs or None
            try:
                new[name] = given_in_both(kind, old[name] if old else [], ours, theirs)
            except Refused as conflict:
                conflicts |= dict.fromkeys(conflict.fields, "CONFLICTING_NOTATIONS")
        check(conflicts)
        return new

    def holder(self, external_id: str) -> dict[str, Any] | None:
        return next((one for one in self.contacts if external_id and one["external_id"] == external_id), None)

    def give(self, body: dict[str, Any], contact: dict[str, Any] | None = None) -> None:
        """Refuse an external_id that another contact has."""
        if self.holder(body.get("external_id", "")) not in (None, contact):
            raise Refused(409, problems={"external_id": "EXTERNAL_ID_EXISTS"})

    def upsert(self, external_id: str, body: dict[str, Any]) -> dict[str, Any]:
        self.check(body)
        check({} if body.get("external_id", external_id) == external_id else {"external_id": "INVALID_FIELD"})
        holder = self.holder(external_id)
        return self.update(holder["id"], body) if holder else self.create(body | {"external_id": external_id})

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        self.check(body)
        lists = self.lists(body)
        self.give(body)
        texts = {name: body.get(name, "") for name in TEXTS}
        rest = {
            "source": body.get("source") or "manual",
            "external_id": body.get("external_id", ""),
            "notes": "",
        } | lists
        rest |= {"tag_ids": list(dict.fromkeys(body.get("tag_ids", [])))}
        times = {"tm_create": NOW, "tm_update": None, "tm_delete": None}
        self.contacts.append({"id": Id(), "customer_id": self.customer_id} | texts | rest | times)
        return shown(self.contacts[-1])

    def update(self, contact_id: str, body: dict[str, Any]) -> dict[str, Any]:
        self.check(body)
        self.give(body, self.contact(contact_id))
        lists = self.lists(body, self.contact(contact_id))
        contact = self.changed(contact_id)
        contact.update({name: body[name] for name in (*TEXTS, "external_id") if name in body} | lists)
        if "tag_ids" in body:
            contact["tag_ids"] = list(dict.fromkeys(body["tag_ids"]))
        return shown(contact)

    def delete(self, contact_id: str) -> dict[str, Any]:
        contact = self.changed(contact_id)
        self.contacts.remove(contact)
        contact["tm_delete"] = NOW
        return shown(contact)

    def first(self, values: list[str]) -> dict[str, Any] | None:
        """Return who has the first of the values that somebody has: as primary, else the newest."""
        for wanted in values:
            having = [
                (one["is_primary"], contact["id"], contact)
                for contact in self.contacts
                for one in contact["phone_numbers"] + contact["emails"]
                if value_of(one) == wanted
            ]
            if having:
                return looked_up(max(having, key=lambda one: one[:2])[2])
        return None

    def lookup(self, phone: str, address: str) -> dict[str, Any]:
        contact = self.first([*CALLED[phone], *READINGS[address]])
        if contact is None:
            raise Refused(404, "CONTACT_NOT_FOUND")
        return contact

    def lookups(self, phones: list[str], addresses: list[str]) -> list[dict[str, Any]]:
        reasons = [KINDS["phone-numbers"].invalid] * len(phones) + [KINDS["emails"].invalid] * len(addresses)
        return [
            {"value": text, "contact": self.first(CALLED[text]), "error": None if CALLED[text] else reason}
            for text, reason in zip(phones + addresses, reasons, strict=True)
        ]

    def callerid(self, phone: str, given_name: str, most: int) -> dict[str, Any]:
        contact = self.first(CALLED[phone])
        if contact is None:
            name = IN_CALLERID.get(given_name, given_name)
            return {"name": name[:most].rstrip(), "company": "", "contact_id": "", "tags": []}
        names = {tag["id"]: tag["name"] for tag in self.tags}
        return {
            "name": called(contact, IN_CALLERID)[:most].rstrip(),
            "company": IN_CALLERID.get(contact["company"], contact["company"]),
            "contact_id": contact["id"],
            "tags": [names.get(tag_id, tag_id) for tag_id in contact["tag_ids"]],
        }

    def search(self, q: str) -> dict[str, Any]:
        ranks = [(rank(contact, q), sorting(contact), contact) for contact in self.contacts]
        found = sorted(((*best, one) for *best, one in ranks if best[0] is not None), key=lambda one: one[:2])
        return {"result": [shown(one) for *_, one in found], "next_page_token": "", "complete": True}

    def filtered(self, given: dict[str, str]) -> dict[str, Any]:
        """Return the first page of the contacts that all of some filters find."""

        def fits(contact: dict[str, Any]) -> bool:
            return (
                all(
                    any(value_of(one) in CALLED[given[name]] for one in contact[KINDS[kind].list])
                    for name, kind in (("phone", "phone-numbers"), ("email", "emails"))
                    if name in given
                )
                and given.get("source", contact["source"]) == contact["source"]
                and given.get("tag_id", "") in ["", *contact["tag_ids"]]
                and given.get("external_id", contact["external_id"]) == contact["external_id"]
                and ("company" not in given or words(contact, ("company",)) == WORDS.get(given["company"], [""]))
            )

        return page([shown(contact) for contact in self.contacts if fits(contact)], 100, "")

    def phonebook(self, q: str) -> list[dict[str, Any]]:
        """Return the contacts with a number, by name, that have all words of `q`, or its digits in a number."""

        def is_found(contact: dict[str, Any]) -> bool:
            return not SEARCHES[q][1] or rank(contact, q) is not None

        there = [in_order(contact) for contact in self.contacts if contact["phone_numbers"]]
        return sorted(filter(is_found, there), key=sorting)

    def yealink(self, q: str) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the name of each entry, and its numbers with their labels."""
        return [
            (
                called(contact, IN_PHONEBOOK) or contact["phone_numbers"][0]["number_e164"],
                [(one["label"] or one["type"].title(), one["number_e164"]) for one in contact["phone_numbers"]],
            )
            for contact in self.phonebook(q)
        ]

    def gigaset(self, q: str, first: int, count: int) -> tuple[dict[str, str], list[dict[str, str]]]:
        """Return what the list says of itself, and its entries."""
        found = self.phonebook(q)
        part = found[first - 1 :][:count]
        about = {"total": str(len(found)), "first": str(first), "last": str(first + len(part) - 1)}
        return about if part else {"notfound": "hm", "total": "0"}, [in_gigaset(contact) for contact in part]

    def at(self, path: str, contact_id: str) -> list[tuple[str, dict[str, Any]]]:
        """Return what is at a path below a contact, each with its kind."""
        contact = self.contact(contact_id)
        return [(kind, one) for kind in KINDS if path in (kind, "addresses") for one in contact[KINDS[kind].list]]

    def find(self, path: str, contact_id: str, entry_id: str) -> tuple[str, dict[str, Any]]:
        for kind, one in self.at(path, contact_id):
            if one["id"] == entry_id:
                return kind, one
        raise Refused(404, NOT_FOUND[path])

    def put(self, path: str, kind: str, contact_id: str, new: dict[str, Any]) -> dict[str, Any]:
        """Put an entry in the place of the one of its id, or behind the others."""
        name = KINDS[kind].list
        there = self.contact(contact_id)[name]
        if value_of(new) in [value_of(one) for one in there if one["id"] != new["id"]]:
            raise Refused(409, EXISTS[path])
        contact = self.changed(contact_id)
        ids = [one["id"] for one in there]
        for one in there:
            one["is_primary"] &= not new["is_primary"]
        at = ids.index(new["id"]) if new["id"] in ids else len(ids)
        contact[name][at : at + 1] = [new]
        return shown(contact)

    def add(self, path: str, contact_id: str, given: dict[str, Any]) -> dict[str, Any]:
        kind = next(kind for kind in KINDS if path == kind or of_kind(kind, [given]))
        check(problems_of(kind, [("", given)]))
        return self.put(path, kind, contact_id, changed(kind, fresh(kind), given))

    def change(self, path: str, contact_id: str, entry_id: str, given: dict[str, Any]) -> dict[str, Any]:
        if path in KINDS:
            check(problems_of(path, [("", given)]))
        kind, old = self.find(path, contact_id, entry_id)
        check(
            {"type": "INVALID_FIELD"}
            if path == "addresses" and not of_kind(kind, [{"type": KINDS[kind].address_type} | given])
            else {}
        )
        check(problems_of(kind, [("", given)]))
        return self.put(path, kind, contact_id, changed(kind, old, given))

    def remove(self, path: str, contact_id: str, entry_id: str) -> dict[str, Any]:
        kind, old = self.find(path, contact_id, entry_id)
        contact = self.changed(contact_id)
        contact[KINDS[kind].list].remove(old)
        return shown(contact)

    def tag(self, contact_id: str, tag_id: str) -> dict[str, Any]:
        contact = self.contact(contact_id)
        if tag_id not in contact["tag_ids"]:
            self.changed(contact_id)["tag_ids"].append(tag_id)
        return shown(contact)

    def untag(self, contact_id: str, tag_id: str) -> dict[str, Any]:
        contact = self.contact(contact_id)
        if tag_id not in contact["tag_ids"]:
            raise Refused(404, "TAG_NOT_FOUND")
        contact["tag_ids"].remove(tag_id)
        return shown(self.changed(contact_id))

    def create_tag(self, body: dict[str, Any]) -> dict[str, Any]:
        self.unused(body["name"])
        times = {"tm_create": NOW, "tm_update": None, "tm_delete": None}
        texts = {"name": body["name"], "detail": body.get("detail", "")}
        self.tags.append({"id": Id(), "customer_id": self.customer_id} | texts | times)
        return self.tags[-1]

    def get_tag(self, tag_id: str) -> dict[str, Any]:
        return found(self.tags, tag_id, "TAG_NOT_FOUND")

    def update_tag(self, tag_id: str, body: dict[str, Any]) -> dict[str, Any]:
        tag = self.get_tag(tag_id)
        self.unused(body.get("name"), but=tag)
        tag.update(body | {"tm_update": NOW})
        return tag

    def delete_tag(self, tag_id: str) -> dict[str, Any]:
        tag = self.get_tag(tag_id)
        self.tags.remove(tag)
        for contact in self.contacts:
            if tag_id in contact["tag_ids"]:
                contact["tag_ids"].remove(tag_id)
                contact["tm_update"] = NOW
        tag.update({"tm_update": NOW, "tm_delete": NOW})
        return tag

    def unused(self, name: str | None, but: dict[str, Any] | None = None) -> None:
        if name is not None and any(tag is not but and tag["name"].casefold() == name.casefold() for tag in self.tags):
            raise Refused(409, "TAG_NAME_EXISTS")


def in_gigaset(contact: dict[str, Any]) -> dict[str, str]:
    """Return the names, and a number for each of three places: that of its type, or home while that is free."""
    numbers: dict[str, str] = {}
    for one in contact["phone_numbers"]:
        for place in ({"work": "of", "mobile": "mb"}.get(one["type"], "hm"), "hm"):
            if place not in numbers:
                numbers[place] = one["number_e164"]
                break
    name = called(contact, IN_PHONEBOOK) or contact["phone_numbers"][0]["number_e164"]
    first, last = (IN_PHONEBOOK.get(contact[key], contact[key]) for key in ("first_name", "last_name"))
    if f"{first} {last}".strip() != name:
        first, last = "", name
    return {"id": contact["id"], "ln": last or first, "fn": first if last else ""} | numbers


def found(rows: list[dict[str, Any]], row_id: str, reason: str) -> dict[str, Any]:
    for row in rows:
        if row["id"] == row_id:
            return row
    raise Refused(404, reason)
