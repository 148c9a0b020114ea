"""Everything that Ringbook refuses, and the words that a program can branch on."""

import enum
from collections.abc import Sequence
from typing import ClassVar, NamedTuple, Self


class Reason(enum.StrEnum):
    """Why a request was refused. docs/api.md explains each; a test holds the two together."""

    @staticmethod
    def _generate_next_value_(name: str, *_: object) -> str:
        return name

    # 400: the request as a whole
    MALFORMED_JSON = enum.auto()
    MALFORMED_REQUEST = enum.auto()
    INVALID_HEADER = enum.auto()
    # 400: a field or a query parameter
    INVALID_FIELD = enum.auto()
    UNKNOWN_FIELD = enum.auto()
    MISSING_FIELD = enum.auto()
    INVALID_PHONE_NUMBER = enum.auto()
    INVALID_EMAIL_ADDRESS = enum.auto()
    DUPLICATE_PHONE_NUMBER = enum.auto()
    DUPLICATE_EMAIL_ADDRESS = enum.auto()
    TOO_MANY_ENTRIES = enum.auto()
    CONFLICTING_NOTATIONS = enum.auto()
    INVALID_QUERY_PARAMETER = enum.auto()
    MISSING_QUERY_PARAMETER = enum.auto()
    REPEATED_QUERY_PARAMETER = enum.auto()
    UNKNOWN_QUERY_PARAMETER = enum.auto()
    INVALID_PAGE_SIZE = enum.auto()
    INVALID_PAGE_TOKEN = enum.auto()
    INVALID_CHANGES_TOKEN = enum.auto()
    WEAK_PASSWORD = enum.auto()
    # 401 and 403
    MISSING_CREDENTIAL = enum.auto()
    INVALID_CREDENTIAL = enum.auto()
    SESSION_ENDED = enum.auto()
    INVALID_LOGIN = enum.auto()
    CODE_REQUIRED = enum.auto()
    INVALID_CODE = enum.auto()
    INVALID_LINK = enum.auto()
    INSUFFICIENT_SCOPE = enum.auto()
    CROSS_SITE_REQUEST = enum.auto()
    USER_REQUIRED = enum.auto()
    TOTP_REQUIRED = enum.auto()
    # 404
    PATH_NOT_FOUND = enum.auto()
    CUSTOMER_NOT_FOUND = enum.auto()
    ACCESS_KEY_NOT_FOUND = enum.auto()
    CONTACT_NOT_FOUND = enum.auto()
    PHONE_NUMBER_NOT_FOUND = enum.auto()
    EMAIL_NOT_FOUND = enum.auto()
    ADDRESS_NOT_FOUND = enum.auto()
    TAG_NOT_FOUND = enum.auto()
    WEBHOOK_NOT_FOUND = enum.auto()
    IMPORT_NOT_FOUND = enum.auto()
    USER_NOT_FOUND = enum.auto()
    SESSION_NOT_FOUND = enum.auto()
    # 405, 409, 410, 412, 413, 422, 429
    METHOD_NOT_ALLOWED = enum.auto()
    PHONE_NUMBER_EXISTS = enum.auto()
    EMAIL_EXISTS = enum.auto()
    ADDRESS_ALREADY_EXISTS = enum.auto()
    TAG_NAME_EXISTS = enum.auto()
    EXTERNAL_ID_EXISTS = enum.auto()
    IMPORT_NOT_ENDED = enum.auto()
    USER_EMAIL_EXISTS = enum.auto()
    LAST_OWNER = enum.auto()
    USER_NOT_ACTIVE = enum.auto()
    TOTP_IS_ON = enum.auto()
    TOTP_NOT_BEGUN = enum.auto()
    IDEMPOTENCY_KEY_IN_USE = enum.auto()
    TOKEN_EXPIRED = enum.auto()
    CONTACT_CHANGED = enum.auto()
    BODY_TOO_LARGE = enum.auto()
    IDEMPOTENCY_KEY_REUSED = enum.auto()
    RATE_LIMITED = enum.auto()
    # 500 and 503
    INTERNAL_ERROR = enum.auto()
    DATABASE_UNAVAILABLE = enum.auto()
    SCHEMA_NOT_CURRENT = enum.auto()


MOST_PROBLEMS = 100
"""How many wrong fields an error names; more are not looked for."""


class FieldProblem(NamedTuple):
    """What is wrong with one field (`phone_numbers[0].number`) or query parameter (`page_size`) of a request."""

    field: str
    message: str
    reason: Reason = Reason.INVALID_FIELD


class RingbookError(Exception):
    """A request that is refused. The message is for the caller: nothing in it that the caller may not see."""

    http_status: ClassVar[int]
    status: ClassVar[str]
    retry_seconds: int | None = None
    """After how many seconds the same request may succeed."""

    def __init__(self, reason: Reason, message: str, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.problems = problems

    def at(self, place: str) -> Self:
        """Say in which part of the request it is, before each field that it names; return the error."""
        if self.problems:
            self.problems = [
                problem._replace(field=place if problem.field == "body" else f"{place}.{problem.field}")
                for problem in self.problems
            ]
            self.message = f"{place}.{self.message}".replace(f"{place}.body: ", f"{place}: ", 1)
        else:
            self.problems = [FieldProblem(place, self.message)]
            self.message = f"{place}: {self.message}"
        return self


class InvalidArgument(RingbookError):
    """The request is not one that Ringbook understands."""

    http_status, status = 400, "INVALID_ARGUMENT"

    @classmethod
    def of(cls, problems: Sequence[FieldProblem]) -> "InvalidArgument":
        """Return the error that names every one of `problems`, at least one, the first in its message."""
        first, *others = problems
        more = f" (and {len(others)} more, see details)" if others else ""
        if len(problems) > MOST_PROBLEMS:
            more = f" (and many more; details names the first {MOST_PROBLEMS})"
        return cls(first.reason, f"{first.field}: {first.message}{more}", problems[:MOST_PROBLEMS])


class Unauthenticated(RingbookError):
    """No credential, or one that is wrong, expired, revoked or of a deleted customer or user."""

    http_status, status = 401, "UNAUTHENTICATED"


class PermissionDenied(RingbookError):
    """The access key or the session is good, but may not do this."""

    http_status, status = 403, "PERMISSION_DENIED"


class NotFound(RingbookError):
    """There is no such thing, or it is deleted, or another customer's."""

    http_status, status = 404, "NOT_FOUND"


class AlreadyExists(RingbookError):
    """There may be only one, and it is there already."""

    http_status, status = 409, "ALREADY_EXISTS"


class Aborted(RingbookError):
    """Another request that is still running stands in the way."""

    http_status, status = 409, "ABORTED"
    retry_seconds = 1


class WrongState(RingbookError):
    """What it is about is not in a state for it."""

    http_status, status = 409, "FAILED_PRECONDITION"


class TokenExpired(RingbookError):
    """What the token stands for is not known any more."""

    http_status, status = 410, "FAILED_PRECONDITION"


class PreconditionFailed(RingbookError):
    """What the caller has seen is no longer so."""

    http_status, status = 412, "FAILED_PRECONDITION"


class BodyTooLarge(RingbookError):
    """The request's body is over the limit."""

    http_status, status = 413, "INVALID_ARGUMENT"


class Unprocessable(RingbookError):
    """The request contradicts one before it."""

    http_status, status = 422, "INVALID_ARGUMENT"


class ResourceExhausted(RingbookError):
    """More requests than the rate limit allows."""

    http_status, status = 429, "RESOURCE_EXHAUSTED"

    def __init__(self, message: str, retry_seconds: int) -> None:
        super().__init__(Reason.RATE_LIMITED, message)
        self.retry_seconds = retry_seconds


class Unavailable(RingbookError):
    """The database is away, or not as it must be; the same request may succeed in a moment."""

    http_status, status = 503, "UNAVAILABLE"
    retry_seconds = 1

    def __init__(
        self,
        reason: Reason = Reason.DATABASE_UNAVAILABLE,
        message: str = "the database cannot be reached just now; try again in a moment",
    ) -> None:
        super().__init__(reason, message)
