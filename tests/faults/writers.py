"""Clients that change contacts all the time and remember what was acknowledged."""

import itertools
import random
import threading
import time

import httpx

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
            self.half_made.append(contact)

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

    def _send(self, method, path, sent):
        started = time.monotonic()
        try:
            answer = self.api.request(method, path, json=sent)
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
        for contact in self.half_made:
            searches = [{"phone": n["number"]} for n in contact["phone_numbers"]]
            searches += [{"email": e["address"]} for e in contact["emails"]]
            answers = [self.api.get("/contacts/lookup", params=search) for search in searches]
            found = {state(answer.json()) if answer.is_success else None for answer in answers}
            assert found in ({None}, {state(contact)}), (contact, found)
            assert {answer.status_code for answer in answers} <= {200, 404}
        self.half_made.clear()
        self.touched.clear()


class Writers:
    """Writers at work in threads, while the block runs."""

    def __init__(self, address, token, count=4):
        self.each = [Writer(address, token) for _ in range(count)]

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
                if writer.acknowledged == before:
                    time.sleep(0.05)
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
