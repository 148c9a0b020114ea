"""Errors -> the one body that every 4xx and 5xx has."""

from collections.abc import Sequence
from typing import Any

import falcon
import msgspec
import structlog
from falcon.asgi import App, Request, Response

from ringbook.errors import FieldProblem, Reason, RingbookError

CHALLENGE = 'Bearer realm="ringbook", Basic realm="ringbook", charset="UTF-8"'
PAGE_CHALLENGE = 'Bearer realm="ringbook"'
LOGIN_PATHS = ("/v1.0/sessions", "/v1.0/passwords")
CALLERID_PATH = "/v1.0/callerid"
"""Where an error's body is empty: a phone would show it as the caller's name."""

FRAMEWORK = {
    404: ("NOT_FOUND", Reason.PATH_NOT_FOUND, "there is nothing at this path"),
    405: ("INVALID_ARGUMENT", Reason.METHOD_NOT_ALLOWED, "this path does not take this method; see Allow"),
}
MALFORMED = ("INVALID_ARGUMENT", Reason.MALFORMED_REQUEST, "this is not a request that can be understood")


class FieldMessage(msgspec.Struct):
    """What is wrong with one field."""

    field: str
    message: str


class ErrorDetail(msgspec.Struct):
    """Why the request was refused; `reason` is for programs."""

    status: str
    reason: str
    message: str
    request_id: str
    details: list[FieldMessage]


class Problem(msgspec.Struct):
    """The body of every error."""

    error: ErrorDetail
    message: str


def add_to(app: App[Request, Response]) -> None:
    """Answer every error of `app` with a Problem."""
    app.set_error_serializer(_write_framework_error)
    app.add_error_handler(Exception, _write_internal_error)
    app.add_error_handler(RingbookError, _write_ringbook_error)


def write(req: Request, resp: Response, problem: tuple[str, str, str], fields: Sequence[FieldProblem]) -> None:
    """Give `resp` the body of an error: its status word, reason and message, and the fields that it names.

    On CALLERID_PATH it is empty.
    """
    if req.path == CALLERID_PATH:
        resp.content_type, resp.data = "text/plain; charset=utf-8", b""
        return
    error = _detail(req, problem, fields)
    resp.data = msgspec.json.encode(Problem(error, error.message))
    resp.content_type = falcon.MEDIA_JSON


def _detail(req: Request, problem: tuple[str, str, str], fields: Sequence[FieldProblem]) -> ErrorDetail:
    status, reason, message = problem
    details = [FieldMessage(_clean(field.field), _clean(field.message)) for field in fields]
    return ErrorDetail(status, reason, _clean(message), req.context.request_id, details)


def detail_of(req: Request, error: RingbookError) -> ErrorDetail:
    """Return what the body of an error says of it."""
    return _detail(req, (error.status, error.reason, error.message), error.problems)


def body_of(req: Request, error: RingbookError) -> bytes:
    """Return the body of an error."""
    detail = detail_of(req, error)
    return msgspec.json.encode(Problem(detail, detail.message))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _write_framework_error(req: Request, resp: Response, error: falcon.HTTPError) -> None:
    write(req, resp, FRAMEWORK.get(error.status_code, MALFORMED), [])


def _is_of_page(req: Request) -> bool:
    """Tell whether a page has sent the request, or it is a login: the browser is not to ask for a password itself."""
    by_script = req.get_header("Sec-Fetch-Mode") not in (None, "navigate")
    return by_script or req.path in LOGIN_PATHS or req.get_header("X-Requested-With") is not None


async def _write_ringbook_error(req: Request, resp: Response, error: RingbookError, _params: Any) -> None:
    resp.status = error.http_status
    if error.http_status == 401:
        resp.set_header("WWW-Authenticate", PAGE_CHALLENGE if _is_of_page(req) else CHALLENGE)
    if error.retry_seconds is not None:
        resp.set_header("Retry-After", str(error.retry_seconds))
    write(req, resp, (error.status, error.reason, error.message), error.problems)


async def _write_internal_error(req: Request, resp: Response, error: Exception, _params: Any) -> None:
    if isinstance(error, falcon.HTTPError):
        resp.status = error.status
        for name, value in dict(error.headers or {}).items():
            resp.set_header(name, value)
        _write_framework_error(req, resp, error)
        return
    structlog.get_logger().error("internal error", request_id=req.context.request_id, exc_info=error)
    resp.status = 500
    write(req, resp, ("INTERNAL", Reason.INTERNAL_ERROR, "something went wrong on our side; it has been logged"), [])
