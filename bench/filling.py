"""Fill an empty database with a book, in bulk: the indexes are made when the rows are there."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import asyncpg

from bench.book import START, TAGS, Book, address, customer_id, number, row_id, token
from ringbook.database.migrate import migrate
from ringbook.database.schema import metadata
from ringbook.database.sqlite import TIME_FORMAT
from ringbook.tenants.access_keys import PREFIX_LENGTH, hash_token
from ringbook.values.names import sort_name

Rows = list[tuple[Any, ...]]

BATCH = 20_000
FIRST_NAMES = ("John", "María", "Wei", "Olga", "Amara", "Jürgen", "Aïcha", "Noah")
LAST_NAMES = ("Smith", "García", "Zhang", "Ivanova", "Okafor", "Müller", "Benali", "Larsen", "Rossi")
COLUMNS = {
    "customers": "id name default_region tm_create",
    "access_keys": "customer_id id name prefix token_hash scopes tm_create",
    "contacts": "customer_id id tm_create first_name last_name display_name company"
    " job_title source external_id notes sort_name version",
    "phone_numbers": "customer_id contact_id tm_create id number number_e164 type is_primary",
    "emails": "customer_id contact_id tm_create id address type is_primary",
    "contact_tags": "customer_id contact_id tag_id position",
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
    contact, first, last = row_id(position), FIRST_NAMES[position % 8], LAST_NAMES[position % 9]
    company, notes = f"Company {position % 1000}", "Key enterprise customer contact"
    texts = (
        first,
        last,
        f"{first} {last}",
        company,
        "Account Manager",
        "manual",
        "",
        notes,
        _sorted(first, last, company),
    )
    part = (customer, contact, at)
    batch["contacts"].append((*part, *texts, 1))
    for i, (text, kind) in enumerate([(number(position), "mobile"), (f"+4930{position:08}", "work")], 1):
        batch["phone_numbers"].append((*part, row_id(position, i), text, text, kind, i == 1))
    batch["emails"].append((*part, row_id(position, 3), address(position), "work", True))
    batch["contact_tags"] += [(customer, contact, TAGS[(position + i) % len(TAGS)], i) for i in range(2)]


@cache
def _sorted(first: str, last: str, company: str) -> str:
    return sort_name(f"{first} {last}", first, last, company)


def _fill_sqlite(path: str, book: Book) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-200000; BEGIN")
    indexes = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOTNULL").fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    for table, rows in _batches(book, lambda time: time.strftime(TIME_FORMAT)):
        columns = COLUMNS[table].split()
        marks = ",".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", rows)
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
    for table, rows in _batches(book, lambda time: time):
        await connection.copy_records_to_table(table, records=rows, columns=COLUMNS[table].split())
    for _, sql in indexes:
        await connection.execute(sql)
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")
    await connection.close()
