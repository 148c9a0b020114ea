"""The ceiling: bare ASGI, the driver, Ringbook's pool, statements and answers; nothing else."""

import os
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from bench.work import CONTACT
from ringbook.calling.batch_lookup import LOOKUP_BY_NUMBERS
from ringbook.calling.lookup import lookup
from ringbook.clock import lowest_id, new_id, utc_now
from ringbook.contacts import contact
from ringbook.contacts.addresses import ADDRESSES_OF_CONTACT, INSERT_ADDRESS
from ringbook.contacts.book_versions import MOVE_BOOK_VERSION, slot_of
from ringbook.contacts.change_log import INSERT_CHANGE
from ringbook.contacts.contact_tags import INSERT_CONTACT_TAG
from ringbook.contacts.kinds import EMAILS, PHONE_NUMBERS
from ringbook.contacts.row import TOUCH_CONTACT
from ringbook.contacts.search_index import INSERT_ENTRY, SET_INDEXED, indexed_as
from ringbook.database.connecting import parse
from ringbook.database.engine import Query
from ringbook.database.outage import Outage
from ringbook.database.pages import HIGHEST_ID, render_page
from ringbook.database.pool import Pool
from ringbook.database.schema import ContactKey, CustomerKey
from ringbook.database.sqlite import connect
from ringbook.values.search_terms import OTHER

CUSTOMER = os.environ["BENCH_CUSTOMER"]
BY_PHONE, BY_EMAIL = lookup(1, 0), lookup(0, 1)
MISS = (
    b'{"error":{"status":"NOT_FOUND","reason":"CONTACT_NOT_FOUND","message":"no contact has this phone number or email'
    b' address","request_id":"00000000000000000000000000000000","details":[]},'
    b'"message":"no contact has this phone number or email address"}'
)


class Sqlite:
    """One connection, used straight on the event loop."""

    async def open(self, url: str) -> None:
        """Open the file as Ringbook does."""
        self._connection = connect(url.removeprefix("sqlite:///"))

    async def read(self, query: Query, **values: Any) -> list[Any]:
        """Return the rows."""
        found: list[Any] = self._connection.execute(query.sqlite.sql, query.sqlite.arguments(values)).fetchall()
        return found

    async def write(self, work: list[tuple[Query, list[dict[str, Any]]]], last: Query, **values: Any) -> Any:
        """Run the statements and the `last`, whose first row is returned, in one durable transaction."""
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        for query, rows in work:
            for row in rows:
                run(query.sqlite.sql, query.sqlite.arguments(row))
        found = run(last.sqlite.sql, last.sqlite.arguments(values)).fetchone()
        run("COMMIT")
        return found


class Postgresql:
    """A pool of as many connections as Ringbook's, and the same."""

    async def open(self, url: str) -> None:
        """Connect when asked, with Ringbook's settings of a session."""
        self._pool = Pool(parse(url), 10, Outage())

    async def read(self, query: Query, **values: Any) -> list[Any]:
        """Return the rows."""
        connection = await self._pool.lend(10)
        found: list[Any] = await connection.fetch(query.postgresql.sql, *query.postgresql.arguments(values))
        self._pool.give_back(connection)
        return found

    async def write(self, work: list[tuple[Query, list[dict[str, Any]]]], last: Query, **values: Any) -> Any:
        """Run the statements and the `last`, whose first row is returned, in one durable transaction."""
        connection = await self._pool.lend(10)
        async with connection.transaction():
            for query, rows in work:
                arguments = [query.postgresql.arguments(row) for row in rows]
                if len(rows) == 1:
                    await connection.fetch(query.postgresql.sql, *arguments[0])
                else:
                    await connection.executemany(query.postgresql.sql, arguments)
            found = await connection.fetchrow(last.postgresql.sql, *last.postgresql.arguments(values))
        self._pool.give_back(connection)
        return found


URL = os.environ["RINGBOOK_DATABASE_URL"]
database = Sqlite() if URL.startswith("sqlite:") else Postgresql()


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one request, or open the database."""
    if scope["type"] == "lifespan":
        await receive()
        await database.open(URL)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    method, path = scope["method"], scope["path"]
    if method == "GET":
        status, body = await _read(path, scope["query_string"].decode())
    else:
        status, body = await _write(method, path, msgspec.json.decode(await _body(receive)))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _body(receive: Any) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def _read(path: str, query: str) -> tuple[int, bytes]:
    if path == "/v1.0/contacts/lookup":
        [(name, value)] = parse_qsl(query)
        if name == "phone":
            found = await database.read(BY_PHONE, customer_id=CUSTOMER, number_0=value)
        else:
            found = await database.read(BY_EMAIL, customer_id=CUSTOMER, email=value)
        return (200, found[0][0].encode()) if found else (404, MISS)
    if path == "/v1.0/contacts":
        token = dict(parse_qsl(query)).get("page_token")
        below = lowest_id(datetime.fromisoformat(token)) if token else HIGHEST_ID
        found = await database.read(contact.CONTACT_PAGE, customer_id=CUSTOMER, below=below, limit=101)
        return 200, render_page(found, 100)
    found = await database.read(contact.SELECT_CONTACT, customer_id=CUSTOMER, contact_id=path[-36:])
    return 200, found[0][0].encode()


NO_EXTERNAL_ID = {"external_id": "", "external_id_unique": False}
INDEXED = indexed_as(
    CONTACT,
    [entry["number"] for entry in CONTACT["phone_numbers"]],
    [entry["address"] for entry in CONTACT["emails"]],
)
"""What is indexed of the contact that is created, and of one that gets its names."""

UNSAID = {"label": None, "detail": ""}
"""What the work does not say of an address."""


async def _write(method: str, path: str, body: Any) -> tuple[int, bytes]:
    if path == "/v1.0/contacts/lookup":
        [[json]] = await database.read(
            LOOKUP_BY_NUMBERS, customer_id=CUSTOMER, wanted=msgspec.json.encode(body["phones"]).decode()
        )
        return 200, json.encode()
    now = utc_now()
    ids = {"customer_id": CUSTOMER, "now": now}
    if method == "PUT":
        contact_id = path[-36:]
        texts = {name: body.get(name, "") for name in contact.TEXTS}
        ids |= {"contact_id": contact_id}
        work, status = [(contact.HOLD_TEXTS, [ids]), (contact.UPDATE_TEXTS, [ids | texts])], 200
        work += _indexed(contact_id, sorted(INDEXED.entries))
    elif path.endswith("/phone-numbers"):
        contact_id, status = path[15:51], 201
        row = ids | UNSAID | {"contact_id": contact_id, "id": new_id(now), "number_e164": body["number"]} | body
        of_contact: dict[str, Any] = {"customer_id": CUSTOMER, "contact_id": contact_id}
        work = [
            (TOUCH_CONTACT, [ids | of_contact]),
            (ADDRESSES_OF_CONTACT[PHONE_NUMBERS], [of_contact]),
            (INSERT_ADDRESS[PHONE_NUMBERS], [row]),
            *_indexed(contact_id, [(OTHER + body["number"][i:], INDEXED.sort_name) for i in (1, 3, 5)]),
        ]
    else:
        contact_id, status = new_id(now), 201
        work = _create(ids, contact_id, body)
    slot: dict[str, Any] = {"customer_id": CUSTOMER, "slot": slot_of(contact_id)}
    work.append((MOVE_BOOK_VERSION, [slot | {"step": 1}]))
    change = {
        "contact_id": contact_id,
        "action": "updated",
        "by_type": "access_key",
        "by_id": CUSTOMER,
        "changes": "[]",
    }
    work.append((INSERT_CHANGE, [slot | change | {"behind": 0, "before": 1, "now": now}]))
    json, *_ = await database.write(work, contact.SELECT_CONTACT, customer_id=CUSTOMER, contact_id=contact_id)
    return status, json.encode()


def _indexed(contact_id: str, entries: list[tuple[str, str]]) -> list[tuple[Query, list[dict[str, Any]]]]:
    """Return what writes about as many entries as the change brings; those that it takes away are not known here."""
    of_contact = {"customer_id": CUSTOMER, "contact_id": contact_id}
    return [(SET_INDEXED, [of_contact | INDEXED._asdict()]), _insert(contact_id, entries)]


def _insert(contact_id: str, entries: list[tuple[str, str]]) -> tuple[Query, list[dict[str, Any]]]:
    row = {"customer_key": CustomerKey(CUSTOMER), "contact_key": ContactKey(contact_id)}
    return INSERT_ENTRY, [row | {"word": word, "sort_name": name} for word, name in entries]


def _create(ids: dict[str, Any], contact_id: str, body: Any) -> list[tuple[Query, list[dict[str, Any]]]]:
    part = ids | {"contact_id": contact_id}
    numbers = [
        part | UNSAID | {"id": new_id(ids["now"]), "number_e164": entry["number"]} | entry
        for entry in body["phone_numbers"]
    ]
    mails = [part | UNSAID | {"id": new_id(ids["now"])} | entry for entry in body["emails"]]
    tags = [part | {"tag_id": tag, "position": i} for i, tag in enumerate(body["tag_ids"])]
    derived = NO_EXTERNAL_ID | INDEXED._asdict()
    return [
        (contact.INSERT_CONTACT, [part | derived | body]),
        (INSERT_ADDRESS[PHONE_NUMBERS], numbers),
        (INSERT_ADDRESS[EMAILS], mails),
        (INSERT_CONTACT_TAG, tags),
        _insert(contact_id, sorted(INDEXED.entries)),
    ]
