"""What the statements themselves promise: every tenant is walled off, every hot one is an index search."""

import asyncio
import gc
import re
import sqlite3
from datetime import UTC, datetime

import pytest

from ringbook.calling.callerid import callerid
from ringbook.calling.lookup import lookup
from ringbook.contacts.search import values_of_terms
from ringbook.contacts.search_statements import NUMBERS
from ringbook.database.connecting import connect_to, parse
from ringbook.database.engine import Query
from ringbook.database.schema import ContactKey, CustomerKey, metadata
from ringbook.phonebooks.book import search
from ringbook.tenants.caller import Caller
from ringbook.values.search_terms import terms_of
from tests.statements import ON_DEMAND, TWO, main, statements

TENANT_TABLES = [table.name for table in metadata.tables.values() if "customer_id" in table.c]
EVERY = statements()
WITHOUT_CUSTOMER = {"AUTHENTICATE", "REVOKE_ACCESS_KEY", "BACKLOG", "ACTIVE_WEBHOOKS", "IMPORTS_TO_DO"}
WITHOUT_CUSTOMER |= {"FIND_LOGIN", "FIND_SESSION", "FIND_LINK", "SET_SCOPES"}
"""Finding a credential by its hash, a login by its address, the operator's command line, and the background's work."""

HOT = {
    name: EVERY[name]
    for name in (
        *ON_DEMAND,
        "LOOKUP_BY_NUMBERS",
        "LOOKUP_BY_EMAILS",
        "SELECT_CONTACT",
        "CONTACT_OF_READING",
        "LAST_CALLS",
        "HOLDER",
        "LOCK_HOLDER",
        "KIND_OF_ADDRESS",
        "CONTACT_PAGE",
        "TAG_PAGE",
        "AUTHENTICATE",
        "FIND_LOGIN",
        "FIND_SESSION",
        "FIND_LINK",
        "USER_OF_SESSION",
        "BOOK_ENTRIES",
        "COUNT_OF_ENTRIES",
        "ENTRIES_OF_RARE",
        "COUNT_OF_RARE",
        "POSITION_OF_ENTRY",
        "BOOK_VERSION",
        "BOOK_FRONT",
        "CHANGES_OF_SLOT",
        "FEED_ENTRIES",
        "PENDING_DELIVERIES",
        "LAST_DELIVERIES",
        "CHANGES_OF_CONTACT",
        "SLOTS_TO_PRUNE",
        "NAMES_THAT_BEGIN",
        "EXACT_CONTACTS",
        "CONTACTS_OF_IDS",
        "NAME_OF_CONTACT",
        "LAST_TESTED",
        "WORDS_IN_RANGE",
        "NEXT_OF_WORDS",
        "BACKLOG_OF_CUSTOMER",
        "CONTACTS_BEHIND",
        "TRASH_PAGE",
    )
}
ID = "019c3860-0000-7000-8000-000000000000"
VALUES = {
    "customer_id": ID,
    "contact_id": ID,
    "address_id": ID,
    "below": ID,
    "limit": 101,
    "looked_at": 1000,
    "number": "+15551234567",
    "number_0": "+15551234567",
    "number_1": "+15551234568",
    "email": "john@acme.com",
    "wanted": f'["{ID}"]',
    "slot": 0,
    "behind": 0,
    "webhook_id": ID,
    "token_hash": "x",
    "user_id": ID,
    "now": datetime(2026, 1, 1, tzinfo=UTC),
    "after_name": " john",
    "after_id": ID,
    "skip": 0,
    "below_version": 1 << 62,
    "older_than": datetime(2026, 1, 1, tzinfo=UTC),
    **search("smith", "").patterns,
    **{f"number_{i}": "+15551234567" for i in range(NUMBERS)},
    "customer_key": CustomerKey(ID),
    "below_key": ContactKey(ID),
    "company_word": "=acme",
    "company_like": "%\n acme\n%",
    "source_word": "!api",
    "source": "api",
    "external_id": "x",
    "address": "john@acme.com",
    "tag_0": ID,
    "tag_1": ID,
    "deleted_before": datetime(2026, 1, 1, tzinfo=UTC),
    "after": ID,
    "since": ID,
    "after_key": ContactKey(ID),
    "words": "smi",
    "words_end": "smi\U0010ffff",
    "each_word": '["smith"]',
    "until": " john",
    "most": 1000,
    **values_of_terms(Caller(ID, "", ""), terms_of("smith 4567", ""), TWO),
    **{
        f"{place}_of_rare_{j}{end}": f"smith{end}"
        for place in ("name", "other")
        for j in range(12)
        for end in ("", "_end")
    },
}


def test_every_statement_has_a_name():
    counts = range(1, 10)
    on_demand = [lookup(count, emails) for count in counts for emails in (0, 1)] + [lookup(0, 1)]
    on_demand += [callerid(count, with_tags=with_tags) for count in counts for with_tags in (False, True)]
    named = {*EVERY.values(), *on_demand}
    of_a_shape = re.compile(
        r"WITH looked_at AS |SELECT (json_group_array\(chosen\.id\)|\(SELECT count\(\*\) AS count_1)"
    )
    nameless = [one.sqlite.sql for one in gc.get_objects() if isinstance(one, Query) and one not in named]
    assert [sql for sql in nameless if not of_a_shape.match(sql)] == []


def test_every_part_of_a_statement_over_a_tenant_table_names_the_customer():
    queries = [query for name, query in EVERY.items() if name not in WITHOUT_CUSTOMER]
    assert len(queries) > 40
    assert [query.sqlite.sql for query in queries if not names_the_customer(query.sqlite.sql)] == []


@pytest.mark.parametrize("name", EVERY)
def test_a_statement_runs_on_tables_that_are_spread_by_customer(name):
    """What Citus refuses: functions that are not IMMUTABLE in RETURNING, and the customer taken from an outer row."""
    sql = EVERY[name].postgresql.sql
    assert not re.search(r"\bRETURNING\b[^;]*\(", sql)
    assert not re.search(r"\bcustomer_id = \w+\.customer_id", sql)


def test_make_sql_prints_every_statement_for_both_databases(capsys):
    main([])
    printed = capsys.readouterr().out
    names = re.findall("^-- (.*), (sqlite|postgresql)$", printed, re.MULTILINE)
    assert sorted(names) == sorted((name, database) for name in EVERY for database in ("sqlite", "postgresql"))


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


SORTED = "is_primary|position|chosen|tested|looked_at|sort_name|contact_id"
"""What may be sorted on the way: what one contact has, and what a LIMIT or the rarest term has made few."""


SCANNED = (
    "\\(subquery|anon_|CONSTANT ROW|chosen|in_order|named|next|words|numbers|ordered|asked|name_|other_|tested|holders"
    "|having|looked_at"
)
"""What may be read whole: what a search of an index has found."""


def is_index_search(plan):
    scans = re.search(rf"\bSCAN (?!{SCANNED})|Seq Scan", plan)
    sorts = [line for line in plan.splitlines() if "TEMP B-TREE" in line or "Sort Key" in line]
    return not scans and all(re.search(f"ORDER BY|DISTINCT|{SORTED}", line) for line in sorts)


@pytest.mark.alters_database
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_plan_that_is_kept_from_a_small_book_is_an_index_search_in_a_full_one(database_url):
    plans = asyncio.run(kept_plans(database_url))
    assert {name: plan for name, plan in plans.items() if not is_index_search(plan)} == {}


async def kept_plans(url):
    connection = await connect_to(parse(url), None)
    await connection.execute(rows_of_a_book(0, 50))
    await connection.execute("ANALYZE")
    kept = {}
    for name, query in HOT.items():
        kept[name] = await connection.prepare(query.postgresql.sql)
        for _ in range(7):
            await kept[name].fetch(*query.postgresql.arguments(VALUES))
    await connection.execute(rows_of_a_book(50, 5000))
    plans = {}
    for name, statement in kept.items():
        values = ", ".join(f"'{value}'" for value in HOT[name].postgresql.arguments(VALUES))
        plans[name] = await connection.fetch(f"EXPLAIN EXECUTE {statement.get_name()}({values})")
    await connection.close()
    return {name: "\n".join(row[0] for row in plan) for name, plan in plans.items()}


def rows_of_a_book(first, rows):
    """Return the SQL that fills a book with its contacts from the first up to so many, with a number each."""
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
    statements = [] if first else [customers.format(ID)]
    for i in range(first, rows):
        contact = f"019c3860-0000-7000-8000-{i:012}"
        statements += [fill.format(ID, contact), number.format(ID, contact, 1000000 + i)]
    return ";".join(statements)


async def plans_of(url, rows):
    if url.startswith("sqlite"):
        database = sqlite3.connect(url.removeprefix("sqlite:///"))
        database.executescript(f"BEGIN;{rows_of_a_book(0, rows)};COMMIT")
        plans = {
            name: database.execute("EXPLAIN QUERY PLAN " + query.sqlite.sql, query.sqlite.arguments(VALUES)).fetchall()
            for name, query in HOT.items()
        }
        database.close()
        return {name: "\n".join(row[3] for row in plan) for name, plan in plans.items()}
    connection = await connect_to(parse(url), None)
    await connection.execute(rows_of_a_book(0, rows))
    if rows:
        await connection.execute("ANALYZE")
    plans = {
        name: await connection.fetch("EXPLAIN " + query.postgresql.sql, *query.postgresql.arguments(VALUES))
        for name, query in HOT.items()
    }
    await connection.close()
    return {name: "\n".join(row[0] for row in plan) for name, plan in plans.items()}
