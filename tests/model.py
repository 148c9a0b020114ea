"""What Ringbook must answer, in plain dicts, one Book a customer; tests/api/test_model.py plays it against a server."""

from typing import Any

ID, NOW = object(), object()
"""In an answer: a new id, and the time of the request."""

TEXTS = ("first_name", "last_name", "display_name", "company", "job_title")
NAME_FIELDS = ("display_name", "first_name", "last_name", "company")
KINDS = {"phone-numbers": ("phone_numbers", "number", "PHONE_NUMBER"), "emails": ("emails", "address", "EMAIL")}
INVALID = {"phone-numbers": "INVALID_PHONE_NUMBER", "emails": "INVALID_EMAIL_ADDRESS"}
DUPLICATE = {"phone-numbers": "DUPLICATE_PHONE_NUMBER", "emails": "DUPLICATE_EMAIL_ADDRESS"}

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
WORDS = {"John": ["john"], "Łukasz \U0001f600": ["łukasz"], ' Zoë\n"Z" 5%': ["zoe", "z", "5"]}
"""The words of each name, as they are sorted and searched."""


class Refused(Exception):
    """The answer is an error: its HTTP status and its reason."""


def key(kind: str, text: str) -> str:
    if not READINGS[text]:
        raise Refused(400, INVALID[kind])
    return READINGS[text][0]


def value(kind: str, text: str) -> dict[str, Any]:
    if kind == "emails":
        return {"address": key(kind, text)}
    return {"number": text.strip(), "number_e164": key(kind, text)}


def value_of(entry: dict[str, Any]) -> str:
    return entry.get("number_e164") or entry["address"]


def entry(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    rest = {"type": given.get("type") or "other", "is_primary": given.get("is_primary") or False, "tm_create": NOW}
    return {"id": ID} | value(kind, given[KINDS[kind][1]]) | rest


def entries(kind: str, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made = [entry(kind, one) for one in given]
    if len(set(map(value_of, made))) < len(made):
        raise Refused(400, DUPLICATE[kind])
    for one in made[:-1]:
        one["is_primary"] &= not any(later["is_primary"] for later in made[made.index(one) + 1 :])
    return made


def shown(contact: dict[str, Any]) -> dict[str, Any]:
    """Return the contact as it is answered: what is primary first, then as added."""
    lists = {name: sorted(contact[name], key=lambda one: not one["is_primary"]) for name, _, _ in KINDS.values()}
    return contact | lists


def called(contact: dict[str, Any], show: dict[str, str]) -> str:
    """Return what the contact is called: display_name, else first and last name, else company, as `show` has each."""
    display, first, last, company = (show.get(contact[name], contact[name]) for name in NAME_FIELDS)
    return display or f"{first} {last}".strip() or company


def words(contact: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    return [word for name in names for word in WORDS.get(contact[name], [])]


def sorting(contact: dict[str, Any]) -> tuple[list[str], list[str], str]:
    """Return what a phone book sorts by: the words of the name shown, then those of the other names, then the age."""
    in_turn = (NAME_FIELDS[:1], NAME_FIELDS[1:3], NAME_FIELDS[3:])
    main = next((words(contact, names) for names in in_turn if any(contact[name] for name in names)), [])
    others = [word for word in words(contact, NAME_FIELDS[1:]) if word not in main]
    return main, list(dict.fromkeys(others)), contact["id"]


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

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        lists = {KINDS[kind][0]: entries(kind, body.get(KINDS[kind][0], [])) for kind in KINDS}
        texts = {name: body.get(name, "") for name in TEXTS}
        rest = {"source": body.get("source") or "manual", "external_id": "", "notes": ""} | lists
        rest |= {"tag_ids": list(dict.fromkeys(body.get("tag_ids", [])))}
        times = {"tm_create": NOW, "tm_update": None, "tm_delete": None}
        self.contacts.append({"id": ID, "customer_id": self.customer_id} | texts | rest | times)
        return shown(self.contacts[-1])

    def update(self, contact_id: str, body: dict[str, Any]) -> dict[str, Any]:
        lists = {kind: entries(kind, body[KINDS[kind][0]]) for kind in KINDS if KINDS[kind][0] in body}
        contact = self.changed(contact_id)
        contact.update({name: body[name] for name in TEXTS if name in body})
        for kind, new in lists.items():
            self.replace(contact, KINDS[kind][0], body[KINDS[kind][0]], new)
        if "tag_ids" in body:
            contact["tag_ids"] = list(dict.fromkeys(body["tag_ids"]))
        return shown(contact)

    def replace(self, contact: dict[str, Any], name: str, given: list[dict[str, Any]], new: list[Any]) -> None:
        """Keep the id, the tm_create and the place of what stays: by its id, else by its value."""
        old = contact[name]
        kept: list[Any] = [None] * len(new)
        for same in (lambda i, one: one["id"] == given[i].get("id"), lambda i, one: value_of(one) == value_of(new[i])):
            for i in range(len(new)):
                match = next((one for one in old if same(i, one)), None)
                if kept[i] is None and match is not None and match not in kept:
                    kept[i] = match
                    new[i] |= {"id": match["id"], "tm_create": match["tm_create"]}
        place = {one["id"]: i for i, one in enumerate(old)}
        contact[name] = sorted(new, key=lambda one: place.get(one["id"], len(old)))

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
                return shown(max(having, key=lambda one: one[:2])[2])
        return None

    def lookup(self, phone: str, address: str) -> dict[str, Any]:
        contact = self.first([*CALLED[phone], *READINGS[address]])
        if contact is None:
            raise Refused(404, "CONTACT_NOT_FOUND")
        return contact

    def lookups(self, phones: list[str], addresses: list[str]) -> list[dict[str, Any]]:
        reasons = [INVALID["phone-numbers"]] * len(phones) + [INVALID["emails"]] * len(addresses)
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

    def phonebook(self, q: str) -> list[dict[str, Any]]:
        """Return the contacts with a number, by name, that have all words of `q`, or its digits in a number."""

        def is_found(contact: dict[str, Any]) -> bool:
            if any(map(str.isalpha, q)):
                its_words = words(contact, NAME_FIELDS)
                return all(any(word.startswith(begin) for word in its_words) for begin in q.casefold().split())
            digits = "".join(filter(str.isdigit, q)).lstrip("0")
            return any(digits in one["number_e164"] for one in contact["phone_numbers"])

        there = [shown(contact) for contact in self.contacts if contact["phone_numbers"]]
        return sorted(filter(is_found, there), key=sorting)

    def yealink(self, q: str) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the name of each entry, and its numbers with their labels."""
        return [
            (
                called(contact, IN_PHONEBOOK) or contact["phone_numbers"][0]["number_e164"],
                [(one["type"].title(), one["number_e164"]) for one in contact["phone_numbers"]],
            )
            for contact in self.phonebook(q)
        ]

    def gigaset(self, q: str, first: int, count: int) -> tuple[dict[str, str], list[dict[str, str]]]:
        """Return what the list says of itself, and its entries."""
        found = self.phonebook(q)
        part = found[first - 1 :][:count]
        about = {"total": str(len(found)), "first": str(first), "last": str(first + len(part) - 1)}
        return about if part else {"notfound": "hm", "total": "0"}, [in_gigaset(contact) for contact in part]

    def add(self, kind: str, contact_id: str, given: dict[str, Any]) -> dict[str, Any]:
        new, there = entry(kind, given), self.contact(contact_id)[KINDS[kind][0]]
        if value_of(new) in map(value_of, there):
            raise Refused(409, f"{KINDS[kind][2]}_EXISTS")
        demote(there, new)
        there.append(new)
        return shown(self.changed(contact_id))

    def change(self, kind: str, contact_id: str, entry_id: str, given: dict[str, Any]) -> dict[str, Any]:
        name, entered, word = KINDS[kind]
        new = value(kind, given[entered]) if entered in given else {}
        there = self.contact(contact_id)[name]
        old = found(there, entry_id, f"{word}_NOT_FOUND")
        if new and value_of(new) in [value_of(one) for one in there if one is not old]:
            raise Refused(409, f"{word}_EXISTS")
        new |= {"type": given["type"] or "other"} if "type" in given else {}
        new |= {"is_primary": given["is_primary"]} if "is_primary" in given else {}
        demote(there, new)
        old.update(new)
        return shown(self.changed(contact_id))

    def remove(self, kind: str, contact_id: str, entry_id: str) -> dict[str, Any]:
        there = self.contact(contact_id)[KINDS[kind][0]]
        there.remove(found(there, entry_id, f"{KINDS[kind][2]}_NOT_FOUND"))
        return shown(self.changed(contact_id))

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
        self.tags.append({"id": ID, "customer_id": self.customer_id} | texts | times)
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


def demote(there: list[dict[str, Any]], new: dict[str, Any]) -> None:
    for one in there:
        one["is_primary"] &= not new.get("is_primary")
