"""What it costs to keep the version of a customer's book (docs/decisions/0006): `python -m bench.book_versions`.

Creates contacts durably in one customer, with each way to keep the version, the ways taking turns. PostgreSQL is
the one of the tests, with fsync on.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg

from ringbook.clock import new_id, utc_now
from ringbook.contacts import book_versions, contact
from ringbook.contacts.addresses import INSERT_ADDRESS
from ringbook.contacts.kinds import PHONE_NUMBERS
from ringbook.database.connecting import connect_to, parse
from ringbook.database.engine import Query
from ringbook.database.migrate import migrate
from ringbook.database.sqlite import connect
from ringbook.values.names import sort_name
from tests import postgres

CUSTOMER = "019c3860-0000-7000-8000-000000000000"
ROUNDS, SECONDS, AT_ONCE = 5, 1.5, 16
TRIGGER = f"""
CREATE FUNCTION move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO book_versions
  VALUES (NEW.customer_id, ('x' || right(NEW.id::text, 2))::bit(8)::int % {book_versions.SLOTS}, 1)
  ON CONFLICT (customer_id, slot) DO UPDATE SET version = book_versions.version + 1;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER move AFTER INSERT OR UPDATE ON contacts DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION move();
"""
NO_TRIGGER = "DROP TRIGGER IF EXISTS move ON contacts; DROP FUNCTION IF EXISTS move"
WAYS = {"none": None, "one row": 1, "16 slots": 16, "64 slots": 64, "256 slots": 256, "64 slots by trigger": None}


def statements(slots: int | None) -> Iterator[tuple[Query, dict[str, Any]]]:
    """Return the statements, and their values, that create a contact with a number and move the version."""
    contact_id = new_id(utc_now())
    ids: dict[str, Any] = {"customer_id": CUSTOMER, "contact_id": contact_id, "id": contact_id, "now": utc_now()}
    names = dict.fromkeys((*contact.TEXTS, "source"), "") | {"display_name": "John Smith"}
    kept = {"sort_name": sort_name("John Smith", "", "", ""), "search_text": "", "external_id_unique": False}
    yield contact.INSERT_CONTACT, ids | names | kept
    number: dict[str, Any] = {"number": "+15551234567", "number_e164": "+15551234567", "type": "other"}
    number |= {"label": None, "detail": "", "is_primary": False}
    yield INSERT_ADDRESS[PHONE_NUMBERS], ids | number
    if slots:
        yield (
            book_versions.MOVE_BOOK_VERSION,
            {"customer_id": CUSTOMER, "slot": int(contact_id[-2:], 16) % slots, "step": 1},
        )


async def write(connection: asyncpg.Connection, slots: int | None, until: float) -> int:
    """Create contacts one after the other; return how many."""
    done = 0
    while time.perf_counter() < until:
        async with connection.transaction():
            for query, values in statements(slots):
                await connection.execute(query.postgresql.sql, *query.postgresql.arguments(values))
        done += 1
    return done


async def on_postgresql(url: str) -> dict[str, list[float]]:
    """Return creates a second, by way, of each round."""
    await migrate(url)
    connections = [await connect_to(parse(url), None) for _ in range(AT_ONCE)]
    await connections[0].execute(
        "INSERT INTO customers (id, name, default_region, tm_create) VALUES ($1, '', 'US', $2)", CUSTOMER, utc_now()
    )
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way, slots in WAYS.items():
            await connections[0].execute(TRIGGER if "trigger" in way else NO_TRIGGER)
            until = time.perf_counter() + SECONDS
            done = await asyncio.gather(*(write(connection, slots, until) for connection in connections))
            rates[way].append(sum(done) / SECONDS)
        await connections[0].execute(NO_TRIGGER)
    for connection in connections:
        await connection.close()
    return rates


def on_sqlite(path: Path) -> dict[str, list[float]]:
    """Return creates a second, by way, of each round; without a trigger, as there is one writer."""
    asyncio.run(migrate(f"sqlite:///{path}"))
    database = connect(str(path))
    database.execute(
        "INSERT INTO customers (id, name, default_region, tm_create) VALUES (?, '', 'US', ?)", [CUSTOMER, utc_now()]
    )
    rates: dict[str, list[float]] = {way: [] for way in WAYS if "trigger" not in way}
    for _ in range(ROUNDS):
        for way, rounds in rates.items():
            done, until = 0, time.perf_counter() + SECONDS
            while time.perf_counter() < until:
                database.execute("BEGIN IMMEDIATE")
                for query, values in statements(WAYS[way]):
                    database.execute(query.sqlite.sql, query.sqlite.arguments(values))
                database.execute("COMMIT")
                done += 1
            rounds.append(done / SECONDS)
    return rates


def main() -> None:
    """Print the medians, and each way's share of what is created where no version is kept."""
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        results = {"SQLite": on_sqlite(Path(folder) / "ringbook.db")}
        with postgres.server(Path(folder), "") as url:
            results["PostgreSQL"] = asyncio.run(on_postgresql(url.format(name="postgres")))
    for database, rates in results.items():
        for way, rounds in rates.items():
            rate, share = statistics.median(rounds), statistics.median(map(lambda a, b: a / b, rounds, rates["none"]))
            print(
                f"{database:11} {way:20} {rate:6.0f} creates/s  {share:.2f}  ({min(rounds):.0f} to {max(rounds):.0f})"
            )


if __name__ == "__main__":
    main()
