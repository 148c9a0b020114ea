"""What a handler declares of itself, and what a resource, the handlers of one path, has."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, NamedTuple, TypeVar

from falcon.asgi import Request, Response

from ringbook.api.http import bodies
from ringbook.api.http.idempotency import CREDENTIAL_PARAMETERS, answer_once, key_of
from ringbook.api.http.news import News
from ringbook.api.http.preconditions import etags
from ringbook.calling.call_log import CallLog
from ringbook.clock import utc_now
from ringbook.config import Settings
from ringbook.contacts.change_log import Changing, changing
from ringbook.contacts.row import Representation, lock
from ringbook.database.engine import Database
from ringbook.database.pages import Page, parse_page
from ringbook.errors import FieldProblem, InvalidArgument, Reason

METHODS = ("GET", "POST", "PUT", "DELETE")
BINARY, MULTIPART = "application/octet-stream", "multipart/form-data"
"""The media types of a file that is the body, or a part of it."""

Parameter = dict[str, Any]
"""A query parameter, as the OpenAPI document has it."""

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Operation(NamedTuple):
    """What a handler declares, beside the sentence that is its docstring: all else is made of it."""

    id: str
    """<verb>_<resource>."""
    scope: str
    """What an access key or a user must be allowed to do; '' where nobody need be known: to log in, to be operated."""
    success: str
    """What a success answers, as a sentence."""
    answer: Any
    """The Struct that is answered, or the media type of a text, or several."""
    status: int = 200
    body: Any = None
    """The Struct that is taken, or a union of several, or the media types of a file."""
    query: tuple[Parameter, ...] = ()
    may_create: bool = False
    """201 too."""
    may_be_missing: bool = False
    """404 though no id is in the path."""
    may_exist: bool = False
    """409."""
    may_expire: bool = False
    """410."""
    is_done_once: bool = False
    """It takes an Idempotency-Key."""
    has_etag: bool = False
    for_phones: bool = False
    """The answer may be plain text, and the body of an error is empty."""


def operation(id_: str, scope: str, success: str, answer: Any, **more: Any) -> Callable[[Handler], Handler]:
    """Declare the operation of a handler: the arguments are those of Operation."""

    def declare(handler: Handler) -> Handler:
        handler.operation = Operation(id_, scope, success, answer, **more)  # type: ignore[attr-defined]
        return handler

    return declare


def operations_of(resource: Any) -> dict[str, Operation]:
    """Return what the handlers of a resource declare, by HTTP method."""
    handlers: dict[str, Any] = {method: getattr(resource, f"on_{method.lower()}", None) for method in METHODS}
    return {method: handler.operation for method, handler in handlers.items() if hasattr(handler, "operation")}


class Resource:
    """The handlers of one path: they have the database and the settings. Each declares its operation."""

    scopes: ClassVar[dict[str, str]] = {}
    """The scope of each method's operation."""
    may_precede_totp: ClassVar[bool] = False
    """Whether it is open to a user who must set up a second factor first."""

    def __init__(self, database: Database, settings: Settings, news: News, calls: CallLog) -> None:
        self.database = database
        self.settings = settings
        self.news = news
        self.calls = calls

    def __init_subclass__(cls) -> None:
        """Gather the scopes; a HEAD needs what its GET needs."""
        cls.scopes = {method: declared.scope for method, declared in operations_of(cls).items()}
        if "GET" in cls.scopes:
            cls.scopes["HEAD"] = cls.scopes["GET"]

    async def change(
        self,
        req: Request,
        resp: Response,
        work: Callable[..., Awaitable[Representation]],
        *arguments: Any,
        body: Any = None,
        status: int = 200,
    ) -> None:
        """Answer what `work` returns, which changes contacts or tags: all in one transaction, and at one time.

        It is called with the caller, the transaction, the time, the arguments, and where `body` is a Struct or a union
        of them, with the request's body as such. If-Match is about the contact in the path, and holds it first. With an
        Idempotency-Key it is done once.
        """
        caller, contact_id = req.context.caller, req.context.contact_id
        expected, key = etags(req, "If-Match"), key_of(req)
        content = await bodies.content(req, self.settings.max_body_bytes) if body else b""

        async def read() -> list[Any]:
            return [await bodies.decode(content, body, caller.region)] if body else []

        async def changed(transaction: Changing, given: list[Any]) -> Representation:
            if expected and contact_id:
                await lock(caller, transaction, contact_id, expected)
            return await work(caller, transaction, utc_now(), *arguments, *given)

        if key:
            await answer_once(req, resp, key, self.database, content, read, changed, status)
        else:
            given = await read()
            async with changing(caller, self.database) as transaction:
                answer = await changed(transaction, given)
            show(resp, answer, status)
        self.news.tell(caller.customer_id)


def show(resp: Response, answer: Representation, status: int = 200) -> None:
    """Answer a contact or a tag, with its ETag; by 201 where it is new."""
    resp.data = answer.json
    resp.status = 201 if answer.is_new else status
    if answer.etag:
        resp.set_header("ETag", answer.etag)


def parameter(name: str, meaning: str, schema: dict[str, Any], example: object) -> Parameter:
    """Return a query parameter; every one counts as absent where its value is empty."""
    about = {"description": meaning, "allowEmptyValue": True, "schema": schema, "example": example}
    return {"name": name, "in": "query"} | about


def refuse_unknown_parameters(req: Request, handler: Callable[..., Any]) -> None:
    """Refuse query parameters that an operation does not declare, credentials aside. Raises InvalidArgument."""
    declared: Operation = handler.operation  # type: ignore[attr-defined]
    known = [one["name"] for one in declared.query]
    message = "is no parameter here; there " + (f"are {', '.join(known)}" if known else "is none")
    problems = [
        FieldProblem(name[:100], message, Reason.UNKNOWN_QUERY_PARAMETER)
        for name, value in req.params.items()
        if value and name not in known and name not in CREDENTIAL_PARAMETERS
    ]
    if problems:
        raise InvalidArgument.of(problems)


def required_parameter(req: Request, name: str) -> str:
    """Return the value of a query parameter that must be given. Raises InvalidArgument."""
    value: str = req.get_param(name, default="")
    if not value:
        raise InvalidArgument.of([FieldProblem(name, "is required", Reason.MISSING_QUERY_PARAMETER)])
    return value


PAGE_SIZE_PARAMETER = parameter(
    "page_size", "How many; 0 is 100, more than 100 is cut.", {"type": "integer", "minimum": 0}, 10
)
PAGE_PARAMETERS = (
    PAGE_SIZE_PARAMETER,
    parameter(
        "page_token",
        "The next_page_token of the page before, or any RFC 3339 time.",
        {"type": "string"},
        "2026-02-07T14:45:59.038962Z",
    ),
)


def page_of(req: Request) -> Page:
    """Return the page that a request asks for by PAGE_PARAMETERS. Raises InvalidArgument."""
    return parse_page(req.get_param("page_size", default=""), req.get_param("page_token", default=""))
