"""Many changes of contacts in one request: each is done whole or not at all, and sees what those before it did."""

import asyncio
import math
import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from ringbook.clock import utc_now
from ringbook.contacts import contact
from ringbook.contacts.change_log import Changing, changing
from ringbook.contacts.contact import LONGEST_EXTERNAL_ID, ChangedContact, NewContact
from ringbook.contacts.creating import Creating
from ringbook.contacts.row import Representation
from ringbook.contacts.tags import LOCK_CUSTOMER
from ringbook.database.engine import LONG_SECONDS, Database
from ringbook.errors import BodyTooLarge, Reason, RingbookError, Unavailable
from ringbook.tenants.caller import Caller
from ringbook.values.fields import GivenId, Text

MOST_OPERATIONS = 1000
MOST_ANSWER_BYTES = 64 << 20
"""How long the contacts of an answer may be in all: more would take the memory from others."""

PART_SECONDS = 0.05
"""After which time a batch lets others write, where it need not be one transaction."""

LET_GO_SECONDS = 0.003
"""For how long: another process sees that SQLite's file is free within 2 ms."""


class IdentifiedContact(ChangedContact, forbid_unknown_fields=True, kw_only=True):
    """A contact, and what to change of it."""

    id: GivenId  # type: ignore[assignment]  # which alone is read here


class UpsertedContact(NewContact, forbid_unknown_fields=True, kw_only=True):
    """A contact to create, or what to change of the one that has the external_id."""

    external_id: Annotated[Text, Meta(min_length=1, max_length=LONGEST_EXTERNAL_ID)]


class UnwantedContact(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A contact to delete."""

    id: GivenId


class BatchOperation(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One of these."""

    create: NewContact | None = None
    update: IdentifiedContact | None = None
    upsert: UpsertedContact | None = None
    delete: UnwantedContact | None = None


class Batch(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Operations, done in their order; atomic: all of them or none."""

    operations: Annotated[list[BatchOperation], Meta(min_length=1, max_length=MOST_OPERATIONS)]
    atomic: bool | None = None


ContactToChange = NewContact | IdentifiedContact | UpsertedContact | UnwantedContact


class Todo(NamedTuple):
    """An operation to do, or why it cannot be done."""

    place: str
    """Where it stands in the request: operations[0].create."""
    given: ContactToChange | RingbookError


Outcome = Representation | RingbookError


async def run_all(caller: Caller, transaction: Changing, todos: Sequence[Todo], *, atomic: bool) -> list[Outcome]:
    """Do all in one transaction. Raises where `atomic` the first refusal, and Unavailable."""
    return await _run(caller, transaction, todos, math.inf, 0, atomic=atomic)


async def run_in_parts(caller: Caller, database: Database, todos: Sequence[Todo]) -> list[Outcome]:
    """Do all in as many transactions as it takes for others to have their turns. Raises Unavailable.

    Where the database goes away after the first of them, what was not done then is Unavailable.
    """
    outcomes = list[Outcome]()
    while len(outcomes) < len(todos):
        left, size = todos[len(outcomes) :], _size(outcomes)
        try:
            async with changing(caller, database, LONG_SECONDS) as transaction:
                part = await _run(caller, transaction, left, PART_SECONDS, size, atomic=False)
        except Unavailable:
            if not outcomes:
                raise
            part = [Unavailable().at(todo.place) for todo in left]
        outcomes += part
        await asyncio.sleep(LET_GO_SECONDS)
    return outcomes


async def _run(
    caller: Caller, transaction: Changing, todos: Sequence[Todo], seconds: float, size: int, *, atomic: bool
) -> list[Outcome]:
    """Do what can be done in about so many seconds.

    Batches of a customer are done one at a time: whatever rows and external_ids they take in whatever order, no two of
    them wait for each other. Between two operations those who only read have their turn.
    """
    await transaction.one(LOCK_CUSTOMER, customer_id=caller.customer_id)
    outcomes, ends = list[Outcome](), time.monotonic() + seconds
    creating, new = Creating(caller, transaction), [_new_contact(todo) for todo in todos]
    while len(outcomes) < len(todos) and time.monotonic() < ends:
        if size <= MOST_ANSWER_BYTES and (created := await creating.create(new, len(outcomes))):
            outcomes += created
            size += _size(created)
            transaction.prolong()
            await asyncio.sleep(0)
            continue
        todo = todos[len(outcomes)]
        try:
            if size > MOST_ANSWER_BYTES:
                message = f"the answer would be over the limit of {MOST_ANSWER_BYTES} bytes: send fewer operations"
                raise BodyTooLarge(Reason.BODY_TOO_LARGE, message)
            async with nullcontext() if atomic else transaction.savepoint():
                outcome = await _do(caller, transaction, todo.given)
            outcomes.append(outcome)
            size += len(outcome.json)
        except RingbookError as error:
            error.at(todo.place)
            if atomic or error.http_status >= 500:
                raise
            outcomes.append(error)
        transaction.prolong()
        await asyncio.sleep(0)
    return outcomes


def _new_contact(todo: Todo) -> NewContact | None:
    """Return the contact that an operation creates, as far as its external_id is nobody's; None for another one."""
    return todo.given if isinstance(todo.given, NewContact) else None


async def _do(
    caller: Caller,
    transaction: Changing,
    given: ContactToChange | RingbookError,
) -> Representation:
    now = utc_now()
    if isinstance(given, RingbookError):
        raise given
    if isinstance(given, UpsertedContact):
        return await contact.upsert(caller, transaction, now, given.external_id, None, None, given)
    if isinstance(given, NewContact):
        return await contact.create(caller, transaction, now, given)
    if isinstance(given, UnwantedContact):
        return await contact.delete(caller, transaction, now, given.id.lower())
    return await contact.update(caller, transaction, now, given.id.lower(), given)


def _size(outcomes: Sequence[Outcome]) -> int:
    return sum(len(outcome.json) for outcome in outcomes if isinstance(outcome, Representation))
