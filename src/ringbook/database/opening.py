"""From a database's URL to the database."""

from ringbook.database.engine import Database
from ringbook.database.postgresql import PostgresDatabase
from ringbook.database.sqlite import SqliteDatabase


def database_at(url: str, connections: int) -> Database:
    """Return the database at `url`, not yet open; of PostgreSQL with at most that many connections."""
    if url.startswith("sqlite:///"):
        return SqliteDatabase(url.removeprefix("sqlite:///"))
    return PostgresDatabase(url, connections)
