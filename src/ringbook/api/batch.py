"""/contacts/batch."""

import asyncio
from typing import Annotated, Any

import msgspec
from falcon.asgi import Request, Response
from msgspec import UNSET, Meta, UnsetType

from ringbook.api.http import bodies, problems
from ringbook.api.http.idempotency import answer_once, key_of
from ringbook.api.http.problems import ErrorDetail
from ringbook.api.http.resource import Resource, operation
from ringbook.config import Settings
from ringbook.contacts import batch
from ringbook.contacts.batch import MOST_OPERATIONS, Batch, BatchOperation, Outcome, Todo
from ringbook.contacts.change_log import Changing, changing
from ringbook.contacts.contact import Contact
from ringbook.contacts.row import Representation
from ringbook.database.engine import LONG_SECONDS, Database
from ringbook.errors import FieldProblem, InvalidArgument, Reason, RingbookError

BATCHES_AT_ONCE = 2
"""How many batches a worker does at the same time: others need its connections to the database too."""


class BatchResult(msgspec.Struct):
    """What came of one operation: the contact, or why it was refused."""

    status: Annotated[int, Meta(description="The HTTP status that the operation would have by itself.")]
    contact: Contact | UnsetType = UNSET
    error: ErrorDetail | UnsetType = UNSET


class BatchResults(msgspec.Struct):
    """One result for each operation, in their order."""

    result: list[BatchResult]


class UndecodedBatch(Batch, forbid_unknown_fields=True, kw_only=True):
    """A Batch whose operations are read one by one."""

    operations: Annotated[list[msgspec.Raw], Meta(min_length=1, max_length=MOST_OPERATIONS)]  # type: ignore[assignment]


class BatchResource(Resource):
    """/contacts/batch."""

    def __init__(self, database: Database, settings: Settings, *more: Any) -> None:
        super().__init__(database, settings, *more)
        self._turns = asyncio.Semaphore(BATCHES_AT_ONCE)

    @operation(
        "change_contacts", "write", "One result for each operation.", BatchResults, body=Batch, is_done_once=True
    )
    async def on_post(self, req: Request, resp: Response) -> None:
        """Create, update, upsert and delete up to 1,000 contacts.

        In the order given: later operations see what earlier ones did. Each is done whole or not at all, and has its
        own result; with `atomic` all are done or none, and the first refusal is the answer. The rate limit counts one
        request an operation.
        """
        caller, key = req.context.caller, key_of(req)
        body = await bodies.content(req, self.settings.max_batch_bytes)

        async def read() -> tuple[list[Todo], bool]:
            todos, atomic = await asyncio.to_thread(_read, body, caller.region, self.settings.max_body_bytes)
            await req.context.rate_limit.count(caller.who, len(todos) - 1)
            return todos, atomic

        async def work(transaction: Changing, given: tuple[list[Todo], bool]) -> Representation:
            todos, atomic = given
            return Representation(_json(req, await batch.run_all(caller, transaction, todos, atomic=atomic)))

        async with self._turns:
            if key:
                await answer_once(req, resp, key, self.database, body, read, work, 200, LONG_SECONDS)
            else:
                given = await read()
                if given[1]:
                    async with changing(caller, self.database, LONG_SECONDS) as transaction:
                        answer = await work(transaction, given)
                    resp.data = answer.json
                else:
                    resp.data = _json(req, await batch.run_in_parts(caller, self.database, given[0]))
        self.news.tell(caller.customer_id)


def _read(body: bytes, region: str, most_bytes: int) -> tuple[list[Todo], bool]:
    """Return the operations of a body, each with its place, and whether they are atomic. Raises InvalidArgument."""
    if bodies.has_more_entries(body, MOST_OPERATIONS + len(Batch.__struct_fields__), depth=2):
        message = f"has more than {MOST_OPERATIONS:,} entries"
        raise InvalidArgument.of([FieldProblem("operations", message, Reason.TOO_MANY_ENTRIES)])
    undecoded = bodies.parse_body(body, UndecodedBatch, region)
    todos = [_todo(f"operations[{i}]", bytes(raw), region, most_bytes) for i, raw in enumerate(undecoded.operations)]
    return todos, bool(undecoded.atomic)


def _todo(place: str, body: bytes, region: str, most_bytes: int) -> Todo:
    try:
        if len(body) > most_bytes:
            raise bodies.too_large(most_bytes)
        one = bodies.parse_body(body, BatchOperation, region)
        given = [(name, value) for name in BatchOperation.__struct_fields__ if (value := getattr(one, name))]
        if len(given) != 1:
            words = "must have one of create, update, upsert and delete"
            raise InvalidArgument.of([FieldProblem("body", words)])
    except RingbookError as error:
        return Todo(place, error)
    [(name, value)] = given
    return Todo(f"{place}.{name}", value)


def _json(req: Request, outcomes: list[Outcome]) -> bytes:
    results = []
    for outcome in outcomes:
        if isinstance(outcome, Representation):
            results.append(b'{"status":%d,"contact":%s}' % (201 if outcome.is_new else 200, outcome.json))
        else:
            error = msgspec.json.encode(problems.detail_of(req, outcome))
            results.append(b'{"status":%d,"error":%s}' % (outcome.http_status, error))
    return b'{"result":[%s]}' % b",".join(results)
