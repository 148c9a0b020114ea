"""Two customers do whatever they can, in any order: every answer of a live server is the model's (tests/model.py)."""

import asyncio
import json
import re
import uuid
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import httpx
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ringbook.clock import EPOCH
from tests.conftest import _customer
from tests.contacts import test_changes
from tests.model import CALLED, KINDS, NAMES, NOW, READINGS, SEARCHES, Book, Id, Refused, page, shown

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
NUMBERS = [text for text in READINGS if re.search(r"\d", text)]
ADDRESSES = [text for text in READINGS if text not in NUMBERS]


def mostly_right(texts):
    return st.sampled_from([text for text in texts if READINGS[text]] * 4 + texts)


who, nth = st.integers(0, 1), st.integers(0, 9)
name, names = st.sampled_from(NAMES), ("display_name", "first_name", "last_name", "company")
caller, address = st.sampled_from([text for text in CALLED if text not in ADDRESSES]), st.sampled_from(ADDRESSES)
searched = st.sampled_from(list(SEARCHES))
filters = {"phone": caller, "email": address, "source": st.sampled_from(["manual", "sync"]), "tag_id": nth}
external_id = st.sampled_from(["crm-1", "crm-2", "crm 3%"])
filters |= {"external_id": external_id, "company": st.sampled_from([one for one in NAMES if one])}
texts = {"phone-numbers": mostly_right(NUMBERS), "emails": mostly_right(ADDRESSES)}
types = {"phone-numbers": ["", "work", "mobile", "other"], "emails": ["", "work", "personal"]}
label = st.sampled_from(["", "Mobile", "work ", "Personal", "Boat", "other", None])
beside_target = {"name": label, "detail": st.sampled_from(["", "3rd floor", None])}


def one_entry(path, kind, *, new):
    """Return what a request may say of a number or an email at a path below a contact."""
    rest = {"is_primary": st.booleans(), "id": nth}
    if path == kind:
        value, rest = {KINDS[kind].entered: texts[kind]}, {"type": st.sampled_from(types[kind])} | rest
    else:
        value, rest = {"target": texts[kind]}, beside_target | rest
    if not new:
        return st.fixed_dictionaries({}, optional=value | rest)
    type_ = {} if path == kind else {"type": st.just(KINDS[kind].address_type)}
    return st.fixed_dictionaries(type_ | value, optional=rest)


places = st.sampled_from([(path, kind) for kind in KINDS for path in (kind, "addresses")])
new_at_place = places.flatmap(lambda at: st.tuples(st.just(at), one_entry(*at, new=True)))
change_at_place = places.flatmap(lambda at: st.tuples(st.just(at), one_entry(*at, new=False)))
address_type = {"type": st.sampled_from(["tel", "email"])}
lists = {KINDS[kind].list: st.lists(one_entry(kind, kind, new=True), max_size=3) for kind in KINDS}
lists["addresses"] = st.lists(st.one_of([one_entry("addresses", kind, new=True) for kind in KINDS]), max_size=3)
edit = st.tuples(
    st.sampled_from(list(lists)),
    st.integers(0, 3),
    st.none()
    | st.fixed_dictionaries(
        {},
        optional={KINDS[kind].entered: texts[kind] for kind in KINDS}
        | {"type": st.sampled_from(["", "work"]), "is_primary": st.booleans()}
        | beside_target,
    ),
)
"""In which list, at which place, and what to say there; None takes the entry out."""

edits = st.tuples(st.lists(edit, max_size=3), st.booleans(), st.sampled_from([False, False, True]))
"""What to say, whether addresses are sent in the other order, and whether they are another contact's."""

changed_contact = (
    dict.fromkeys(names, name)
    | {"external_id": st.just("") | external_id}
    | {"tag_ids": st.lists(nth, max_size=3)}
    | lists
)
source = {"source": st.sampled_from(["", "manual", "sync"])}
tag_name = st.sampled_from(["VIP", "vip", "Straße", "STRASSE", "É"])
EVERYTHING = {
    "company": "John",
    "addresses": [
        {"type": "tel", "target": " (555) 123-4567", "name": "Boat", "detail": "3rd floor"},
        {"type": "tel", "target": "+5551234567", "name": "mobile", "is_primary": True},
        {"type": "email", "target": "john@acme.com", "name": "Work", "is_primary": True},
        {"type": "email", "target": "reception@pbx.local"},
    ],
    "tag_ids": [0],
}


class Play(RuleBasedStateMachine):
    """The rules are the calls of the API; a `contact`, `tag` or `entry` is the nth-last that either customer made."""

    def __init__(self, server, database_url):
        super().__init__()
        self.players, self.copies = [], []
        for customer_id, token in (asyncio.run(_customer(database_url, name)) for name in ("Alice", "Bob")):
            api = httpx.Client(base_url=f"{server}/v1.0", params={"token": token}, timeout=20, verify=False)
            self.players.append((Book(customer_id), api))
            self.copies.append(({}, test_changes.feed(api)["next"]))
        self.last = ""
        self.books = {}
        nobody = str(uuid.uuid4())
        self.ids = {"contacts": [nobody], "phone-numbers": [nobody], "emails": [nobody], "tags": [nobody]}

    def made(self, kind, n, own):
        """Return an id of `own`, which would do; or for a high `n` any that was ever made, or nobody's."""
        ids = self.ids[kind] if n > 6 or not own else [one["id"] for one in own]
        return ids[-1 - n % len(ids)]

    def entry(self, who, kind, contact, n):
        """Return the id of an entry, likely one of its kind that the contact has."""
        own = [one for one in self.players[who][0].contacts if one["id"] == contact]
        kind = {"phone-numbers": "emails", "emails": "phone-numbers"}[kind] if n == 9 else kind
        return self.made(kind, n % 9, [entry for one in own for entry in one[KINDS[kind].list]])

    def contact(self, who, n):
        return self.made("contacts", n, self.players[who][0].contacts)

    def tag_id(self, who, n):
        return self.made("tags", n, self.players[who][0].tags)

    def body(self, given, who, contact=None):
        """Return a body whose ids, each a number so far, are ids that were made."""
        body = dict(given)
        for key in lists:
            if key in body:
                body[key] = [
                    one | {"id": self.entry(who, kind_of(key, one), contact, one["id"])} if "id" in one else one
                    for one in body[key]
                ]
        if "tag_ids" in body:
            body["tag_ids"] = [self.tag_id(who, n) for n in body["tag_ids"]]
        return body

    def play(self, who, method, path, expect, body=None, **query):
        book, api = self.players[who]
        self.see(book, expect, api.request(method, path, json=body, params=api.params.merge(query)), method == "POST")

    def see(self, book, expect, got, is_new=None):
        """See that an answer is the model's; None where a contact may be new or not."""
        refused = None
        try:
            expected = expect(book)
        except Refused as error:
            refused = error
        if refused:
            refusal = got.json()["error"]
            assert (got.status_code, refusal["reason"] in refused.reasons) == (refused.status, True), refusal
            assert not refused.fields or {one["field"] for one in refusal["details"]} == refused.fields
            return
        assert got.status_code in ((200, 201) if is_new is None else (201,) if is_new else (200,)), got.text
        answer = got.json()
        new = self.new(expected, answer)
        assert json.dumps(answer) == json.dumps(settled(expected, new))
        for rows in (book.contacts, book.tags):
            rows[:] = settled(rows, new)
        self.last = max(new.get(NOW, ""), self.last)
        self.remember(answer)

    def new(self, expected, answer):
        """Return what stands for each id and the time that are new, having looked at them."""
        new = {}
        for one, value in pairs(expected, answer):
            assert new.setdefault(one, value) == value
        now, ids = new.get(NOW, ""), [value for one, value in new.items() if one is not NOW]
        assert not now or (TIME.fullmatch(now) and now > self.last)
        assert len(set(ids)) == len(ids)
        for value in ids:
            assert uuid.UUID(value).version == 7
            assert uuid.UUID(value).int >> 80 == (datetime.fromisoformat(now) - EPOCH) // timedelta(milliseconds=1)
            assert not any(value in ids for ids in self.ids.values())
        return new

    def remember(self, answer):
        kind = "contacts" if "tag_ids" in answer else "tags"
        found = [(kind, answer.get("id"))]
        found += [(kind, one["id"]) for kind in KINDS for one in answer.get(KINDS[kind].list, [])]
        for kind, one in found:
            if one and one not in self.ids[kind]:
                self.ids[kind].append(one)

    @initialize()
    def begin(self):
        """Give both the same tag, and contacts with the same values, so that most calls find something."""
        for who in (0, 1, 1, 0):
            self.create_tag(who, {"name": f"Friends {len(self.ids['tags'])}"})
            self.create(who, EVERYTHING)

    @rule(who=who, given=st.fixed_dictionaries({}, optional=changed_contact | source))
    def create(self, who, given):
        body = self.body(given, who)
        self.play(who, "POST", "/contacts", lambda book: book.create(body), body)

    @rule(who=who, external_id=external_id, given=st.fixed_dictionaries({}, optional=changed_contact | source))
    def upsert(self, who, external_id, given):
        book, api = self.players[who]
        body = self.body(given, who)
        got = api.put("/contacts", json=body, params=api.params.set("external_id", external_id))
        assert got.status_code != (200 if book.holder(external_id) is None else 201)
        self.see(book, lambda book: book.upsert(external_id, body), got)

    @rule(who=who, contact=nth)
    def get(self, who, contact):
        contact = self.contact(who, contact)
        self.play(who, "GET", f"/contacts/{contact}", lambda book: shown(book.contact(contact)))

    @rule(who=who, contact=nth, given=st.fixed_dictionaries({}, optional=changed_contact | source))
    def update(self, who, contact, given):
        contact = self.contact(who, contact)
        body = self.body(given, who, contact)
        self.play(who, "PUT", f"/contacts/{contact}", lambda book: book.update(contact, body), body)

    @rule(who=who, contact=nth)
    def delete(self, who, contact):
        contact = self.contact(who, contact)
        self.play(who, "DELETE", f"/contacts/{contact}", lambda book: book.delete(contact))

    @rule(who=who, contact=nth, rounds=st.lists(edits, min_size=1, max_size=4))
    def send_back(self, who, contact, rounds):
        """Send a contact as it was read, in both notations, but for some edits; or make another of it."""
        contact = self.contact(who, contact)
        for edits, backwards, again in rounds:
            body = next((shown(one) for one in self.players[who][0].contacts if one["id"] == contact), {})
            for key, n, says in edits:
                edit_one(key, body.setdefault(key, []), n, says)
            if backwards:
                body["addresses"] = body.get("addresses", [])[::-1]
            if again:
                self.play(who, "POST", "/contacts", lambda book, body=body: book.create(body), body)
            else:
                path = f"/contacts/{contact}"
                self.play(who, "PUT", path, lambda book, body=body: book.update(contact, body), body)

    @rule(who=who, contact=nth, new=new_at_place)
    def add(self, who, contact, new):
        contact, ((path, _), body) = self.contact(who, contact), new
        self.play(who, "POST", f"/contacts/{contact}/{path}", lambda book: book.add(path, contact, body), body)

    @rule(who=who, contact=nth, entry=nth, change=change_at_place)
    def change(self, who, contact, entry, change):
        contact, ((path, kind), body) = self.contact(who, contact), change
        entry = self.entry(who, kind, contact, entry)
        at = f"/contacts/{contact}/{path}/{entry}"
        self.play(who, "PUT", at, lambda book: book.change(path, contact, entry, body), body)

    @rule(who=who, contact=nth, entry=nth, body=st.fixed_dictionaries(address_type, optional=beside_target))
    def change_typed(self, who, contact, entry, body):
        contact = self.contact(who, contact)
        entry = self.entry(who, "emails", contact, entry)
        at = f"/contacts/{contact}/addresses/{entry}"
        self.play(who, "PUT", at, lambda book: book.change("addresses", contact, entry, body), body)

    @rule(who=who, contact=nth, entry=nth, place=places)
    def remove(self, who, contact, entry, place):
        contact, (path, kind) = self.contact(who, contact), place
        entry = self.entry(who, kind, contact, entry)
        at = f"/contacts/{contact}/{path}/{entry}"
        self.play(who, "DELETE", at, lambda book: book.remove(path, contact, entry))

    @rule(who=who, contact=nth, tag=nth)
    def tag(self, who, contact, tag):
        contact, tag = self.contact(who, contact), self.tag_id(who, tag)
        body = {"tag_id": tag.upper()}
        self.play(who, "POST", f"/contacts/{contact}/tags", lambda book: book.tag(contact, tag), body)

    @rule(who=who, contact=nth, tag=nth)
    def untag(self, who, contact, tag):
        contact, tag = self.contact(who, contact), self.tag_id(who, tag)
        self.play(who, "DELETE", f"/contacts/{contact}/tags/{tag}", lambda book: book.untag(contact, tag))

    @rule(who=who, q=searched.filter(bool))
    def search(self, who, q):
        self.play(who, "GET", "/contacts/search", lambda book: book.search(q), q=q)

    @rule(who=who, given=st.fixed_dictionaries({}, optional=filters))
    def filtered(self, who, given):
        given = given | ({"tag_id": self.tag_id(who, given["tag_id"])} if "tag_id" in given else {})
        self.play(who, "GET", "/contacts", lambda book: book.filtered(given), **given)

    @rule(who=who, phone=caller, email=address)
    def lookup(self, who, phone, email):
        self.play(who, "GET", "/contacts/lookup", lambda book: book.lookup(phone, email), phone=phone, email=email)

    @rule(who=who, phones=st.lists(caller, max_size=4), emails=st.lists(address, max_size=2))
    def lookups(self, who, phones, emails):
        book, api = self.players[who]
        result = api.post("/contacts/lookup", json={"phones": phones, "emails": emails}).json()["result"]
        for one in result:
            one["error"] = one["error"] and one["error"]["reason"]
        assert json.dumps(result) == json.dumps(book.lookups(phones, emails))

    @rule(who=who, phone=caller, given_name=name, most=st.sampled_from([255, 7, 1]))
    def callerid(self, who, phone, given_name, most):
        book, api = self.players[who]
        query = api.params.merge({"phone": phone, "name": given_name, "max": most})
        text, whole = (api.get("/callerid", params=query.set("format", form)) for form in ("text", "json"))
        expected = book.callerid(phone, given_name, most)
        assert (text.text, json.dumps(whole.json())) == (expected["name"], json.dumps(expected))

    def phonebook(self, who, form, **query):
        """Return the book, as it was when it was last asked for if the server says that it is still the same."""
        _, api = self.players[who]
        request = api.build_request("GET", f"/phonebooks/{form}", params=api.params.merge(query))
        tag, before = self.books.get(request.url, ("", ""))
        request.headers["If-None-Match"] = tag
        got = api.send(request)
        assert got.status_code == 200 or (tag and got.status_code == 304)
        text = got.text if got.status_code == 200 else before
        self.books[request.url] = got.headers["ETag"], text
        return ET.fromstring(text.encode())

    @rule(who=who, q=searched)
    def whole_phonebook(self, who, q):
        got = [
            (entry.findtext("Name"), [(number.get("label"), number.text) for number in entry.findall("Telephone")])
            for entry in self.phonebook(who, "yealink", q=q)
        ]
        assert got == self.players[who][0].yealink(q)

    @rule(who=who, q=searched, first=st.integers(1, 4), count=st.integers(1, 4))
    def part_of_phonebook(self, who, q, first, count):
        root = self.phonebook(who, "gigaset", set_first=q, first=first, count=count)
        about, entries = self.players[who][0].gigaset(q, first, count)
        assert root.attrib == {"response": "get_list", "type": "pr"} | about
        assert [entry.attrib | {part.tag: part.text or "" for part in entry} for entry in root] == entries

    @rule(who=who, size=st.integers(1, 3), tags=st.booleans())
    def pages(self, who, size, tags):
        """Walk all pages: each is the model's."""
        book, token, more = self.players[who][0], "", True
        while more:
            rows = book.tags if tags else [shown(contact) for contact in book.contacts]
            want = page(rows, size, token)
            path = "/tags" if tags else "/contacts"
            self.play(who, "GET", path, lambda _, want=want: want, page_size=size, page_token=token)
            token = more = want["next_page_token"]

    @rule(who=who, given=st.fixed_dictionaries({"name": tag_name}, optional={"detail": name}))
    def create_tag(self, who, given):
        self.play(who, "POST", "/tags", lambda book: book.create_tag(given), given)

    @rule(who=who, tag=nth)
    def get_tag(self, who, tag):
        tag = self.tag_id(who, tag)
        self.play(who, "GET", f"/tags/{tag}", lambda book: book.get_tag(tag))

    @rule(who=who, tag=nth, given=st.fixed_dictionaries({}, optional={"name": tag_name, "detail": name}))
    def update_tag(self, who, tag, given):
        tag = self.tag_id(who, tag)
        self.play(who, "PUT", f"/tags/{tag}", lambda book: book.update_tag(tag, given), given)

    @rule(who=who, tag=nth)
    def delete_tag(self, who, tag):
        tag = self.tag_id(who, tag)
        self.play(who, "DELETE", f"/tags/{tag}", lambda book: book.delete_tag(tag))

    @rule(who=who, size=st.sampled_from([1, 3, 100]))
    def follow(self, who, size):
        """See that the copy of a reader of the feed is the book."""
        api, (copy, token) = self.players[who][1], self.copies[who]
        entries, token = test_changes.follow(api, token, page_size=size)
        test_changes.apply(copy, entries)
        self.copies[who] = copy, token
        assert copy == test_changes.whole_book(api)

    def teardown(self):
        """See that both have what the model has, whole, and find it."""
        try:
            for who in (0, 1):
                self.pages(who, 100, tags=False)
                self.pages(who, 100, tags=True)
                self.lookups(who, [text for text in CALLED if text not in ADDRESSES], ADDRESSES)
                self.whole_phonebook(who, "")
                self.follow(who, 100)
        finally:
            for _, api in self.players:
                api.close()


def pairs(expected, answer):
    """Yield whatever is new in an expected answer, with what the answer has in its place."""
    if isinstance(expected, dict) and isinstance(answer, dict):
        for key in expected.keys() & answer.keys():
            yield from pairs(expected[key], answer[key])
    elif isinstance(expected, list) and isinstance(answer, list):
        for one, its in zip(expected, answer, strict=False):
            yield from pairs(one, its)
    elif expected is NOW or isinstance(expected, Id):
        yield expected, answer


def settled(value, new):
    """Return a part of an answer, or of a book, with what stands for whatever is new."""
    if isinstance(value, dict):
        return {key: settled(one, new) for key, one in value.items()}
    if isinstance(value, list):
        return [settled(one, new) for one in value]
    return new.get(value, value)


def kind_of(key, one):
    """Return the kind of an entry in the list of that name."""
    return next(kind for kind in KINDS if key == KINDS[kind].list or one.get("type") == KINDS[kind].address_type)


def edit_one(key, entries, n, says):
    """Say something of the entry at a place, or of a new one behind the last; None takes the entry out."""
    if says is None:
        del entries[n : n + 1]
        return
    new = {} if key != "addresses" else {"type": "email" if "address" in says else "tel"}
    one = entries[n] if n < len(entries) else new
    kind = kind_of(key, one)
    words = ("name", "detail", "is_primary") if key == "addresses" else ("type", "is_primary")
    one |= {word: says[word] for word in words if word in says}
    if KINDS[kind].entered in says:
        one["target" if key == "addresses" else KINDS[kind].entered] = says[KINDS[kind].entered]
        if one is new:
            entries.append(one)


SHORT, LONG = 12, 50
"""How many calls a play has. Hypothesis makes a failed short one simpler in seconds; a long one takes it minutes."""


def play(server, database_url, examples, calls=LONG, **options):
    """Play so many times, so many calls each."""
    run_state_machine_as_test(
        lambda: Play(server, database_url),
        settings=settings(
            max_examples=examples,
            stateful_step_count=calls,
            phases=[Phase.generate, Phase.shrink] if calls == SHORT else [Phase.generate],
            database=None,
            report_multiple_bugs=False,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            **options,
        ),
    )


def test_every_answer_is_the_models(server, database_url):
    """The same plays in each run; tests/faults/test_fuzz.py plays others, and more."""
    play(server, database_url, 6, SHORT, derandomize=True)
    play(server, database_url, 6, derandomize=True)
