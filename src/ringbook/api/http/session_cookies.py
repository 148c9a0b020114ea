"""The cookie of a session: which name it has, how it is set, and what a request has of it."""

from falcon.asgi import Request, Response

from ringbook.api.http.sites import public_address
from ringbook.clock import EPOCH
from ringbook.config import Settings
from ringbook.tenants.sessions import LONGEST

SECURE_NAME, PLAIN_NAME = "__Host-ringbook", "ringbook_session"
"""Behind https, where the browser lets nobody else set it, and on plain http, where browsers keep no such cookie."""


def _is_secure(req: Request, settings: Settings) -> bool:
    return public_address(req, settings).startswith("https://")


def session_token(req: Request, settings: Settings) -> str | None:
    """Return the token of the session that the browser has, None where it has none."""
    if not req.get_header("Cookie"):
        return None
    name = SECURE_NAME if _is_secure(req, settings) else PLAIN_NAME
    return next(filter(None, req.get_cookie_values(name) or ()), None)


def set_session_cookie(req: Request, resp: Response, settings: Settings, token: str) -> None:
    """Give the browser a session; with '' take it away."""
    is_secure = _is_secure(req, settings)
    resp.set_cookie(
        SECURE_NAME if is_secure else PLAIN_NAME,
        token,
        max_age=int(LONGEST.total_seconds()) if token else None,
        expires=None if token else EPOCH,
        path="/",
        secure=is_secure,
        http_only=True,
        same_site="Strict",
    )
