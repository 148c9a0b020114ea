"""What the statements themselves promise: every tenant is walled off, every hot one is an index search."""

import asyncio
import gc
import re
import sqlite3

import asyncpg
import pytest

from ringbook.calling import batch_lookup, callerid
from ringbook.contacts import book_versions, contact, tags
from ringbook.database.engine import Query
from ringbook.database.postgresql import SERVER_SETTINGS
from ringbook.database.schema import metadata
from ringbook.phonebooks import book
from ringbook.tenants import access_keys

TENANT_TABLES = [table.name for table in metadata.tables.values() if "customer_id" in table.c]
WITHOUT_CUSTOMER = {access_keys._AUTHENTICATE, access_keys._REVOKE}
"""Finding a credential by its hash, and the operator's command line."""

HOT = {
    "lookup by phone": contact._lookup(1, 0),
    "lookup of digits": contact._lookup(2, 0),
    "lookup by phone and email": contact._lookup(2, 1),
    "many numbers": batch_lookup._BY_NUMBER,
    "many addresses": batch_lookup._BY_ADDRESS,
    "caller id": callerid._lookup(1, with_tags=False),
    "caller id of digits, with tags": callerid._lookup(2, with_tags=True),
    "get": contact._GET,
    "page of contacts": contact._PAGE,
    "page of tags": tags._PAGE,
    "authenticate": access_keys._AUTHENTICATE,
    "batch of a phone book": book._BATCH,
    "count of a phone book": book._COUNT,
    "position in a phone book": book._POSITION,
    "version of the book": book_versions._READ,
}
ID = "019c3860-0000-7000-8000-000000000000"
VALUES = {
    "customer_id": ID,
    "id": ID,
    "below": ID,
    "limit": 101,
    "number_0": "+15551234567",
    "number_1": "+15551234568",
    "address": "john@acme.com",
    "wanted": '["+15551234567"]',
    "token_hash": "x",
    "after_name": " john",
    "after_id": ID,
    "skip": 0,
    **book.search("smith"),
}


def every_query():
    return [one for one in gc.get_objects() if isinstance(one, Query)]


def test_every_part_of_a_statement_over_a_tenant_table_names_the_customer():
    queries = [query for query in every_query() if query not in WITHOUT_CUSTOMER]
    assert len(queries) > 40
    assert [query.sqlite.sql for query in queries if not names_the_customer(query.sqlite.sql)] == []


def names_the_customer(sql):
    parts = re.split(r"\bWHERE\b", sql)
    touched = re.findall(r"(?:FROM|UPDATE|JOIN)\s+(\w+)", sql)
    tenants = [table for table in touched if table in TENANT_TABLES]
    return len([part for part in parts[1:] if re.match(r"\s*\w+\.customer_id = ", part)]) >= len(tenants)


@pytest.mark.alters_database
@pytest.mark.parametrize("rows", [0, 50, 5000])
def test_a_hot_statement_is_an_index_search(database_url, rows):
    plans = asyncio.run(plans_of(database_url, rows))
    assert {name: plan for name, plan in plans.items() if not is_index_search(plan)} == {}


def is_index_search(plan):
    scans = re.search(r"\bSCAN (?!\(subquery|anon_|CONSTANT ROW|chosen|numbers|asked VIRTUAL)|Seq Scan", plan)
    sorts = [line for line in plan.splitlines() if "TEMP B-TREE" in line or "Sort Key" in line]
    return not scans and all("ORDER BY" in line or re.search("is_primary|position", line) for line in sorts)


async def plans_of(url, rows):
    customers = (
        "INSERT INTO customers (id, name, default_region, tm_create) VALUES ('{0}', '', '', '2026-01-01 00:00:00Z')"
    )
    fill = (
        "INSERT INTO contacts (customer_id, id, first_name, last_name, display_name, company, job_title, source,"
        " external_id, notes, version, tm_create)"
        " VALUES ('{0}', '{1}', '', '', '', '', '', '', '', '', 1, '2026-01-01 00:00:00Z')"
    )
    number = (
        "INSERT INTO phone_numbers (customer_id, contact_id, id, number, number_e164, type, is_primary, tm_create)"
        " VALUES ('{0}', '{1}', '{1}', '', '+1555{2}', 'other', false, '2026-01-01 00:00:00Z')"
    )
    statements = [customers.format(ID)]
    for i in range(rows):
        contact = f"019c3860-0000-7000-8000-{i:012}"
        statements += [fill.format(ID, contact), number.format(ID, contact, 1000000 + i)]
    if url.startswith("sqlite"):
        database = sqlite3.connect(url.removeprefix("sqlite:///"))
        database.executescript("BEGIN;" + ";".join(statements) + ";COMMIT")
        plans = {
            name: database.execute("EXPLAIN QUERY PLAN " + query.sqlite.sql, query.sqlite.arguments(VALUES)).fetchall()
            for name, query in HOT.items()
        }
        database.close()
        return {name: "\n".join(row[3] for row in plan) for name, plan in plans.items()}
    connection = await asyncpg.connect(url, server_settings=SERVER_SETTINGS)
    await connection.execute(";".join(statements))
    if rows:
        await connection.execute("ANALYZE")
    plans = {
        name: await connection.fetch("EXPLAIN " + query.postgresql.sql, *query.postgresql.arguments(VALUES))
        for name, query in HOT.items()
    }
    await connection.close()
    return {name: "\n".join(row[0] for row in plan) for name, plan in plans.items()}
