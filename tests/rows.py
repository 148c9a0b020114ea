"""The rows of a test's database, past the API."""

import contextlib
import sqlite3

import asyncpg

from tests.loops import run


def execute(url, sql):
    """Run the statements in one transaction."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            database.executescript(f"BEGIN; {sql}; COMMIT")
        return
    run(_on_postgresql(url, "execute", sql))


def rows_of(url, sql):
    """Return the rows of a statement."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            return database.execute(sql).fetchall()
    return [tuple(row) for row in run(_on_postgresql(url, "fetch", sql))]


async def _on_postgresql(url, call, sql):
    connection = await asyncpg.connect(url)
    try:
        return await getattr(connection, call)(sql)
    finally:
        await connection.close()
