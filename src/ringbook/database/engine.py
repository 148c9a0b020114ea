"""One small async face over SQLite and PostgreSQL: statements compiled once, run on the raw drivers."""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.dialects.sqlite.pysqlite import dialect as sqlite_dialect

PATIENCE_SECONDS = 1.3
"""How long a request waits for the database: for its turn, and for all that is done then."""

LONG_SECONDS = 10.0
"""How long for a statement that touches any number of rows."""

SNAPSHOT_SECONDS = 60.0
"""How long who reads a snapshot may rest between two statements: a client that takes its time."""

Row = Sequence[Any]
Values = Mapping[str, Any]


class UniqueViolation(Exception):
    """The database refused a row because of one that is there already."""


class Compiled:
    """A statement's text for one database, and what puts a call's values in the order of its placeholders."""

    def __init__(self, statement: sa.Executable, dialect: sa.Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql = str(compiled)
        self.arguments = _arguments(compiled.positiontup or [], compiled.params)


def _arguments(names: Sequence[str], params: Values) -> Callable[[Values], Sequence[Any]]:
    constants = {name: params[name] for name in names if params[name] is not None}
    if constants:
        return lambda values: [values[name] if name in values else constants[name] for name in names]
    if len(names) > 1:
        return operator.itemgetter(*names)
    return lambda values: [values[name] for name in names]


class Query:
    """One statement for both databases, written in SQLAlchemy Core and compiled once.

    `long` marks one that may touch any number of rows: on SQLite it runs on a thread, so that lookups go on beside it.
    If it reads, it should return one row: at each row the thread and the event loop contend for the interpreter.
    `seconds` is how long to wait for its rows, where it is no part of a transaction.
    """

    def __init__(self, statement: sa.Executable, *, long: bool = False, seconds: float = PATIENCE_SECONDS) -> None:
        self.long = long
        self.seconds = LONG_SECONDS if long else seconds
        self.sqlite = Compiled(statement, sqlite_dialect(paramstyle="qmark"))
        self.postgresql = Compiled(statement, asyncpg_dialect())


def up_to(characters: int, rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows, two at least, until their first columns have more than so many characters in all."""
    for i, row in enumerate(rows):
        yield row
        characters -= len(row[0])
        if i and characters < 0:
            return


class Connection(Protocol):
    """What can be asked of a database. Values are given by the names of the statement's parameters."""

    async def one(self, query: Query, **values: Any) -> Row | None:
        """Run `query` and return its first row."""

    async def all(self, query: Query, **values: Any) -> Sequence[Row]:
        """Run `query` and return its rows."""


class Transaction(Connection, Protocol):
    """A connection inside a transaction: all that is done in it stands together, or none of it."""

    async def run_many(self, query: Query, rows: Iterable[Values]) -> None:
        """Run `query` once for each of the `rows` of values. Raises UniqueViolation."""

    def prolong(self) -> None:
        """Let the transaction take LONG_SECONDS from now on: it is at work, and no statement of it hangs."""

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """Begin a part of the transaction that an error in the block takes back, and nothing before it."""


class Database(Connection, Protocol):
    """A database. Each `one` and `all` on it is a transaction of its own and only reads.

    Raises errors.Unavailable where the database is away or does not get to it in time.
    """

    async def first(self, query: Query, characters: int, **values: Any) -> Sequence[Row]:
        """Run `query` and return its rows, two at least, as far as their first columns have so many characters in all.

        Behind these stands one row more, the one that went beyond. So an answer's size is bounded, whatever is in it.
        """

    def snapshot(self) -> AbstractAsyncContextManager[Connection]:
        """Read one state of the database, whatever is changed meanwhile, for as long as the block takes.

        It takes a connection of its own. Between two statements of the block at most SNAPSHOT_SECONDS may lie.
        """

    async def open(self) -> None:
        """Connect. The event loop that will use it calls this once."""

    async def close(self) -> None:
        """Let go of every connection."""

    def transaction(self, seconds: float = PATIENCE_SECONDS) -> AbstractAsyncContextManager[Transaction]:
        """Begin a transaction that is committed, durably, at the end of the block, or rolled back by an error in it.

        `seconds` is how long it waits for its turn, and on PostgreSQL how long it may take.
        In the block await nothing but the transaction itself: on SQLite every other writer waits for it meanwhile.
        """
