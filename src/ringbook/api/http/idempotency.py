"""Idempotency-Key: a POST that is sent again is done once, and answered again as it was the first time."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from falcon.asgi import Request, Response

from ringbook.api.http import problems
from ringbook.clock import utc_now
from ringbook.contacts.change_log import Changing, changing
from ringbook.contacts.row import Representation
from ringbook.database.engine import PATIENCE_SECONDS, Database
from ringbook.errors import Aborted, FieldProblem, InvalidArgument, Reason, RingbookError
from ringbook.tenants import idempotency_keys
from ringbook.tenants.caller import Caller
from ringbook.tenants.idempotency_keys import KeptAnswer

HEADER = "Idempotency-Key"
KEY = re.compile("[\x20-\x7e\x80-\xff]{1,255}")

CREDENTIAL_PARAMETERS = ("token", "accesskey")
"""Query parameters that say who asks, and not for what."""

_running: set[tuple[Caller, str]] = set()
"""The keys of the requests that this process is answering."""


def key_of(req: Request) -> str | None:
    """Return the Idempotency-Key of a POST, None where it has none. Raises InvalidArgument."""
    key = req.get_header(HEADER) if req.method == "POST" else None
    if key is not None and not KEY.fullmatch(key):
        message = "must be 1 to 255 characters"
        raise InvalidArgument.of([FieldProblem(HEADER, message, Reason.INVALID_HEADER)])
    return key


@contextmanager
def _running_alone(caller: Caller, key: str) -> Iterator[None]:
    """Refuse a request whose first one is still running: it would hold a connection while it waits. Raises Aborted."""
    if (caller, key) in _running:
        message = "the first request with this Idempotency-Key is still running; try again in a moment"
        raise Aborted(Reason.IDEMPOTENCY_KEY_IN_USE, message)
    _running.add((caller, key))
    try:
        yield
    finally:
        _running.discard((caller, key))


async def _fingerprint(req: Request, body: bytes) -> str:
    """Return what tells one request from another: of its method, its path, its query but for the key, and its body."""
    query = sorted((name, value) for name, value in req.params.items() if name not in CREDENTIAL_PARAMETERS)
    return await asyncio.to_thread(_hash, f"{req.method} {req.path} {query}\n".encode(), body)


def _hash(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()


async def answer_once(
    req: Request,
    resp: Response,
    key: str,
    database: Database,
    body: bytes,
    read: Callable[[], Awaitable[Any]],
    work: Callable[[Changing, Any], Awaitable[Representation]],
    status: int,
    seconds: float = PATIENCE_SECONDS,
) -> None:
    """Answer what `work` makes of what `read` makes of the body, once; a repeat by what the first was answered.

    What was refused is kept too, but for what may succeed when it is tried again. Raises Aborted, Unprocessable.
    """
    caller = req.context.caller
    with _running_alone(caller, key):
        fingerprint = await _fingerprint(req, body)
        given = await _outcome(read())
        async with changing(caller, database, seconds) as transaction:
            kept = await idempotency_keys.hold(caller, transaction, key, fingerprint, utc_now())
            answer = kept or await _first_answer(req, transaction, given, work, status)
            if not kept:
                await idempotency_keys.keep(caller, transaction, key, answer)
    resp.status, resp.data = answer.status, answer.body.encode()
    if answer.etag:
        resp.set_header("ETag", answer.etag)
    if kept:
        resp.set_header("Idempotent-Replayed", "true")


async def _outcome(reading: Awaitable[Any]) -> Any:
    """Return what was read, or why it was refused."""
    try:
        return await reading
    except InvalidArgument as error:
        return error


async def _first_answer(
    req: Request,
    transaction: Changing,
    given: Any,
    work: Callable[[Changing, Any], Awaitable[Representation]],
    status: int,
) -> KeptAnswer:
    try:
        if isinstance(given, InvalidArgument):
            raise given
        async with transaction.savepoint():
            answer = await work(transaction, given)
    except RingbookError as error:
        if error.http_status >= 500:
            raise
        return KeptAnswer(error.http_status, "", problems.body_of(req, error).decode())
    return KeptAnswer(201 if answer.is_new else status, answer.etag, answer.json.decode())
