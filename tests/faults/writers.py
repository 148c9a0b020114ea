"""Clients that change contacts all the time and remember what was acknowledged."""

import itertools
import random
import threading
import time
import uuid

import httpx

BATCH = 10
digits = itertools.count(1)


def body():
    """Return a contact that nobody else has: two numbers, an email, a tag id."""
    a, b = next(digits), next(digits)
    return {
        "company": f"company {a}",
        "phone_numbers": [{"number": f"+1555{a:07}", "is_primary": True}, {"number": f"+1555{b:07}"}],
        "emails": [{"address": f"a{a}@acme.com"}],
        "tag_ids": [f"00000000-0000-4000-8000-{a:012}"],
    }


def state(contact):
    """Return what is compared of a contact as sent or as answered."""
    numbers = tuple(sorted(n.get("number_e164", n.get("number")) for n in contact["phone_numbers"]))
    emails = tuple(e["address"] for e in contact["emails"])
    return contact["company"], numbers, emails, tuple(contact["tag_ids"])


def batch_of(contacts, is_atomic):
    """Return the batch that creates the contacts."""
    return {"operations": [{"create": contact} for contact in contacts], "atomic": is_atomic}


class Writer:
    """One client with contacts of its own; `known` holds the states that each may be in: one, or two in doubt."""

    def __init__(self, address, token):
        self.api = httpx.Client(
            base_url=f"{address}/v1.0", headers={"Authorization": f"Bearer {token}"}, timeout=20,
            limits=httpx.Limits(max_keepalive_connections=1),
        )  # fmt: skip
        self.known, self.half_made, self.acknowledged, self.refused = {}, [], 0, []
        self.touched, self.seconds, self.lost_connections = set(), [], 0
        self.random = random.Random()

    def step(self):
        """Make one change, at random."""
        live = [key for key, states in self.known.items() if len(states) == 1 and states[0]]
        change = self.random.choice([self.create, self.add, self.update, self.update, self.delete])
        if not live or change == self.create:
            self.create()
        else:
            change(self.random.choice(live[-20:]))

    def create(self):
        contact = body()
        answer = self._send("POST", "/contacts", contact)
        if answer:
            self.known[answer["id"]] = [state(contact)]
            self.touched.add(answer["id"])
        else:
            self.half_made.append([contact])

    def add(self, key):
        company, numbers, emails, tags = self.known[key][0]
        number = f"+1555{next(digits):07}"
        after = (company, tuple(sorted((*numbers, number))), emails, tags)
        self._change(key, after, "POST", f"/contacts/{key}/phone-numbers", {"number": number, "is_primary": True})

    def update(self, key):
        contact = body()
        self._change(key, state(contact), "PUT", f"/contacts/{key}", contact)

    def delete(self, key):
        self._change(key, None, "DELETE", f"/contacts/{key}", None)

    def _change(self, key, after, method, path, sent):
        before = self.known[key][0]
        self.known[key] = [before, after]
        self.touched.add(key)
        if self._send(method, path, sent):
            self.known[key] = [after]

    def _send(self, method, path, sent, headers=None):
        started = time.monotonic()
        try:
            answer = self.api.request(method, path, json=sent, headers=headers)
        except httpx.TransportError:
            self.lost_connections += 1
            return None
        self.seconds.append(time.monotonic() - started)
        if answer.is_success:
            self.acknowledged += 1
            return answer.json()
        assert answer.status_code == 503, answer.text
        assert answer.headers["Retry-After"] == "1"
        self.refused.append(self.seconds[-1])
        return None

    def check(self, keys):
        """Compare contacts with what they may be; what was in doubt is known afterwards."""
        for key in keys:
            states = self.known[key]
            answer = self.api.get(f"/contacts/{key}")
            assert answer.status_code in (200, 404), answer.text
            there = state(answer.json()) if answer.is_success else None
            assert there in states, (key, there, states)
            if there:
                assert sum(n["is_primary"] for n in answer.json()["phone_numbers"]) <= 1
            self.known[key] = [there]
        for together in self.half_made:
            assert len({self._is_there(contact) for contact in together}) == 1, together
        self.half_made.clear()
        self.touched.clear()

    def _is_there(self, contact):
        """Tell whether a contact that may have been created was: whole, and once."""
        searches = [{"phone": n["number"]} for n in contact["phone_numbers"]]
        searches += [{"email": e["address"]} for e in contact["emails"]]
        answers = [self.api.get("/contacts/lookup", params=search) for search in searches]
        assert {answer.status_code for answer in answers} <= {200, 404}
        found = {state(answer.json()) if answer.is_success else None for answer in answers}
        assert found in ({None}, {state(contact)}), (contact, found)
        is_there = None not in found
        assert len(self.api.get("/contacts", params=searches[0]).json()["result"]) == is_there, contact
        return is_there


class BatchWriter(Writer):
    """One that creates many contacts at once: all or none, or with a key by which they are created once."""

    def __init__(self, address, token):
        super().__init__(address, token)
        self.to_repeat, self.last_with_key, self.batches_in_doubt = {}, None, 0

    def create(self):
        contacts = [body() for _ in range(BATCH)]
        is_atomic, key = self.random.random() < 0.5, str(uuid.uuid4())
        headers = {} if is_atomic else {"Idempotency-Key": key}
        answer = self._send("POST", "/contacts/batch", batch_of(contacts, is_atomic), headers)
        if answer:
            self._created(contacts, answer)
            if not is_atomic:
                self.last_with_key = key, contacts, answer
            return
        self.batches_in_doubt += 1
        if is_atomic:
            self.half_made.append(contacts)
        else:
            self.to_repeat[key] = contacts

    def _created(self, contacts, answer):
        assert [one["status"] for one in answer["result"]] == [201] * len(contacts), answer
        for contact, one in zip(contacts, answer["result"], strict=True):
            self.known[one["contact"]["id"]] = [state(contact)]
            self.touched.add(one["contact"]["id"])

    def check(self, keys):
        """Send with its key what got no answer, and the last that got one: each contact is there, once."""
        for key, contacts in self.to_repeat.items():
            self._created(contacts, self._repeat(key, contacts))
            assert all(self._is_there(contact) for contact in contacts)
        self.to_repeat.clear()
        if self.last_with_key:
            key, contacts, answer = self.last_with_key
            assert self._repeat(key, contacts) == answer
        super().check(keys)

    def _repeat(self, key, contacts):
        sent, headers = batch_of(contacts, is_atomic=False), {"Idempotency-Key": key}
        while not (answer := self.api.post("/contacts/batch", json=sent, headers=headers)).is_success:
            assert answer.status_code in (409, 503), answer.text
            time.sleep(0.05)
        return answer.json()


class Writers:
    """Writers at work in threads, while the block runs; the first so many of them create by batches."""

    def __init__(self, address, token, count=4, batching=0):
        self.each = [(BatchWriter if i < batching else Writer)(address, token) for i in range(count)]

    def __enter__(self):
        self._stop = threading.Event()
        self._failures = []
        self._threads = [threading.Thread(target=self._work, args=(writer,)) for writer in self.each]
        for thread in self._threads:
            thread.start()
        return self

    def _work(self, writer):
        try:
            while not self._stop.is_set():
                before = writer.acknowledged
                writer.step()
                time.sleep(0.002 if writer.acknowledged > before else 0.05)
        except BaseException as error:  # noqa: BLE001  raised again where the test sees it
            self._failures.append(error)

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        for failure in self._failures:
            raise failure

    @property
    def acknowledged(self):
        return sum(writer.acknowledged for writer in self.each)

    @property
    def batches_in_doubt(self):
        """How many batches got no answer, or 503."""
        return sum(writer.batches_in_doubt for writer in self.each if isinstance(writer, BatchWriter))

    @property
    def refused(self):
        """The seconds after which each 503 came."""
        return [seconds for writer in self.each for seconds in writer.refused]

    @property
    def seconds(self):
        """The seconds after which each answer came."""
        return [seconds for writer in self.each for seconds in writer.seconds]

    @property
    def lost_connections(self):
        return sum(writer.lost_connections for writer in self.each)

    def forget_times(self):
        for writer in self.each:
            writer.seconds, writer.refused = [], []

    def check(self):
        """Compare what was changed since the last time."""
        for writer in self.each:
            writer.check(sorted(writer.touched))

    def check_all(self):
        for writer in self.each:
            writer.check(list(writer.known))

    def close(self):
        for writer in self.each:
            writer.api.close()
