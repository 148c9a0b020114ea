"""Fill an empty database with a book, in bulk: the indexes are made when the rows are there."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from bench.book import START, TAGS, Book, address, customer_id, number, person, row_id, token
from ringbook.clock import rfc_3339
from ringbook.contacts.search_index import Indexed
from ringbook.database.migrate import migrate
from ringbook.database.schema import ContactKey, CustomerKey, metadata
from ringbook.tenants.access_keys import PREFIX_LENGTH, hash_token
from ringbook.values.names import sort_name
from ringbook.values.search_terms import Searched, search_text

Rows = list[tuple[Any, ...]]

BATCH = 20_000
UNSORTED = "unsorted_entries"
"""The entries as they come: SQLite takes those that it keeps in order many times faster in that order."""

COLUMNS = {
    "customers": "id name default_region tm_create",
    "access_keys": "customer_id id name prefix token_hash scopes tm_create",
    "contacts": "customer_id id tm_create first_name last_name display_name company"
    " job_title source external_id notes sort_name search_text version search_version",
    "phone_numbers": "customer_id contact_id tm_create id number number_e164 type is_primary",
    "emails": "customer_id contact_id tm_create id address type is_primary",
    "contact_tags": "customer_id contact_id tag_id position",
    "search_index": "customer_id word sort_name contact_id",
}


def fill(url: str, book: Book) -> None:
    """Make the schema in the empty database at `url` and put the book into it."""
    asyncio.run(migrate(url))
    if url.startswith("sqlite:"):
        _fill_sqlite(url.removeprefix("sqlite:///"), book)
    else:
        asyncio.run(_fill_postgresql(url, book))


def _batches(book: Book, written: Callable[[datetime], Any]) -> Iterator[tuple[str, Rows]]:
    """Yield tables with some thousands of rows for them, their times as `written`."""
    start = written(START)
    customers = [(i, customer_id(i), token(i)) for i in range(book.customers)]
    yield "customers", [(key, f"Customer {i}", "US", start) for i, key, _ in customers]
    yield (
        "access_keys",
        [(key, key, "", secret[:PREFIX_LENGTH], hash_token(secret), "write", start) for _, key, secret in customers],
    )
    for first in range(0, book.size, BATCH):
        batch: dict[str, Rows] = {table: [] for table in list(COLUMNS)[2:]}
        for position in range(first, min(first + BATCH, book.size)):
            _add(batch, book.customer(position), position, written(START + timedelta(milliseconds=position)))
        yield from batch.items()


def _add(batch: dict[str, Rows], customer: str, position: int, at: Any) -> None:
    """Add the rows of one contact: two numbers, an address and two tags, as the tutorial's has."""
    contact, names = row_id(position), person(position)
    job, source, notes = "Account Manager", "manual", "Key enterprise customer contact"
    numbers = [number(position), f"+4930{position:08}"]
    searched = Searched(**names._asdict(), job_title=job, source=source, numbers=numbers, addresses=[address(position)])
    found_by = search_text(searched)
    sorted_as = sort_name(names.display_name, names.first_name, names.last_name, names.company)
    part = (customer, contact, at)
    batch["contacts"].append((*part, *names, job, source, "", notes, sorted_as, found_by, 1, 1))
    for i, (text, kind) in enumerate(zip(numbers, ("mobile", "work"), strict=True), 1):
        batch["phone_numbers"].append((*part, row_id(position, i), text, text, kind, i == 1))
    batch["emails"].append((*part, row_id(position, 3), address(position), "work", True))
    customer_key, key = CustomerKey(customer), ContactKey(contact)
    batch["search_index"] += [(customer_key, *entry, key) for entry in Indexed(found_by, sorted_as).entries]
    batch["contact_tags"] += [(customer, contact, TAGS[(position + i) % len(TAGS)], i) for i in range(2)]


def _fill_sqlite(path: str, book: Book) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-200000; BEGIN")
    indexes = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOTNULL").fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    connection.execute(f"CREATE TEMP TABLE {UNSORTED} AS SELECT * FROM search_index")
    for table, rows in _batches(book, rfc_3339):
        columns = COLUMNS[table].split()
        marks = ",".join("?" * len(columns))
        into = UNSORTED if table == "search_index" else table
        connection.executemany(f"INSERT INTO {into} ({','.join(columns)}) VALUES ({marks})", rows)
    connection.execute(
        f"INSERT INTO search_index SELECT * FROM {UNSORTED} ORDER BY customer_id, word, sort_name, contact_id"
    )
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


async def _fill_postgresql(url: str, book: Book) -> None:
    connection = await asyncpg.connect(url, server_settings={"session_replication_role": "replica"})
    names = [index.name for table in metadata.sorted_tables for index in table.indexes]
    indexes = await connection.fetch("SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY ($1)", names)
    for name, _ in indexes:
        await connection.execute(f"DROP INDEX {name}")
    await connection.execute("ALTER TABLE search_index DROP CONSTRAINT search_index_pkey")
    for table, rows in _batches(book, lambda time: time):
        await connection.copy_records_to_table(table, records=rows, columns=COLUMNS[table].split())
    await connection.execute("ALTER TABLE search_index ADD PRIMARY KEY (customer_id, word, sort_name, contact_id)")
    for _, sql in indexes:
        await connection.execute(sql)
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")
    await connection.close()
