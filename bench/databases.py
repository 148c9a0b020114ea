"""Databases for the books: SQLite files, and a PostgreSQL whose writes are as durable as they would be in service."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import asyncpg

from tests import postgres

POSTGRESQL = "-c shared_buffers=2GB -c max_wal_size=8GB -c checkpoint_timeout=30min"
"""Room for a book of a million contacts. fsync and full_page_writes are on, as PostgreSQL has them by itself."""

KINDS = ("SQLite", "PostgreSQL")
DISK = "/var/tmp"  # noqa: S108  never in memory, where fsync costs nothing


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[Callable[[str], str]]:
    """Yield what makes an empty database of that kind, by its name, and returns its URL."""
    if kind == "SQLite":
        yield lambda name: f"sqlite:///{folder / name}.db"
        return
    folder.chmod(0o755)
    place = folder / "postgresql"
    place.mkdir()
    with postgres.server(place, POSTGRESQL) as url:

        def create(name: str) -> str:
            asyncio.run(_ask(url.format(name="postgres"), f"CREATE DATABASE {name}"))
            return url.format(name=name)

        yield create


def bytes_of(url: str) -> int:
    """Return how much room the database at `url` takes."""
    if url.startswith("sqlite:"):
        return Path(url.removeprefix("sqlite:///")).stat().st_size
    return int(asyncio.run(_ask(url, "SELECT pg_database_size(current_database())")))


def bytes_of_table(url: str, table: str) -> int:
    """Return how much room a table of the database takes, with its indexes."""
    if url.startswith("sqlite:"):
        names = "SELECT name FROM sqlite_master WHERE tbl_name = ? AND rootpage > 0"
        sizes = f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({names})"  # noqa: S608
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return int(connection.execute(sizes, [table]).fetchone()[0])
    return int(asyncio.run(_ask(url, f"SELECT pg_total_relation_size('{table}')")))


def warm(folder: Path) -> None:
    """Read every file of the databases once, so that no server waits for a disk that others need not wait for."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                while file.read(1 << 20):
                    pass


async def _ask(url: str, sql: str) -> int:
    connection = await asyncpg.connect(url)
    answer = await connection.fetchval(sql)
    await connection.close()
    return int(answer or 0)
