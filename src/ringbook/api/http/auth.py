"""Who is asking, and may they do it."""

import time
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

import falcon
from falcon.asgi import Request, Response
from falcon.constants import COMBINED_METHODS

from ringbook.api.http.rate_limits import RateLimits, counted_as
from ringbook.api.http.resource import Resource
from ringbook.api.http.session_cookies import session_token
from ringbook.api.http.sites import is_cross_site, is_from_our_page
from ringbook.clock import utc_now
from ringbook.config import Settings
from ringbook.database.engine import Database
from ringbook.errors import PermissionDenied, Reason, Unauthenticated
from ringbook.tenants import access_keys
from ringbook.tenants.access_keys import Grant
from ringbook.tenants.sessions import find_session, session_ended

CACHE_SECONDS = 4.0
"""How long an access key is believed before the database is asked again. The contract allows 5."""

CACHE_SIZE = 10_000
BY_TIMER = "ringbook-timer"
"""What X-Requested-With says where no person has asked: it is no use of the session."""

SAFE_METHODS = ("GET", "HEAD")
CHANGING_SCOPES = ("write", "admin")


def _given(req: Request) -> str | None:
    """Return the first credential that the sender has put into the request: ?token=, Authorization, ?accesskey=."""
    if token := req.params.get("token"):
        return str(token)
    if authorization := _authorization(req.get_header("Authorization") or ""):
        return authorization
    if access_key := req.params.get("accesskey"):
        return str(access_key)
    return None


def _is_basic(req: Request) -> bool:
    """Tell whether the credential is one that a browser asks for, keeps, and sends by itself as it does a cookie."""
    return not req.params.get("token") and (req.get_header("Authorization") or "").lower().startswith("basic ")


def _cookie(req: Request) -> str | None:
    """Return the access key that a browser, or a program like one, has in a cookie: accesskey, then token."""
    if not req.get_header("Cookie"):
        return None
    cookies = [cookie for name in ("accesskey", "token") for cookie in req.get_cookie_values(name) or ()]
    return next(filter(None, cookies), None)


def _authorization(header: str) -> str | None:
    """Return the key in an Authorization header: Bearer, or the password of Basic (RFC 7617) with any user name."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip() or None
    if scheme.lower() == "basic":
        try:
            return b64decode(value.strip(), validate=True).decode().partition(":")[2] or None
        except ValueError:
            return None
    return None


class Authentication:
    """Falcon middleware: sets context.caller where the operation asks for a scope, and the contact_id of the path."""

    def __init__(self, database: Database, rate_limits: RateLimits, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._limits = rate_limits
        self._cache: dict[str, tuple[float, Grant]] = {}

    async def process_resource(self, req: Request, resp: Response, resource: Any, params: dict[str, Any]) -> None:
        """Let the caller through, or raise Unauthenticated, PermissionDenied or ResourceExhausted.

        What the request has itself comes before a cookie, and a session before the other cookies, which another
        program of the same host may have set.
        """
        scope = resource.scopes.get(req.method) if isinstance(resource, Resource) else None
        if not scope:
            _refuse_unknown_method(req.method, resource)
            if scope is not None and req.method == "POST":
                await self._let_log_in(req, resp)
            return
        resp.set_header("Cache-Control", "no-store")
        context = req.context
        context.contact_id, context.rate_limit, context.session_id = params.get("contact_id"), self._limits.of_key, None
        given = _given(req)
        session = None if given else session_token(req, self._settings)
        if session:
            context.scopes = await self._come_in_by_session(req, session, resource)
        else:
            context.scopes = await self._come_in_by_key(req, given or _cookie(req))
        if scope not in context.scopes:
            what = "your role" if session else "this access key"
            raise PermissionDenied(Reason.INSUFFICIENT_SCOPE, f"{what} lacks the scope {scope}")
        if given and not _is_basic(req):
            return
        if session:
            is_refused = req.method not in SAFE_METHODS and not is_from_our_page(req, self._settings)
        else:
            is_refused = scope in CHANGING_SCOPES and is_cross_site(req, self._settings)
        if is_refused:
            raise _cross_site()

    async def _let_log_in(self, req: Request, resp: Response) -> None:
        """Let somebody log in, but no page of another site. Raises PermissionDenied, ResourceExhausted."""
        resp.set_header("Cache-Control", "no-store")
        is_a_page = req.get_header("Sec-Fetch-Site") or req.get_header("Origin")
        if is_a_page and not is_from_our_page(req, self._settings):
            raise _cross_site()
        req.context.account_limit, req.context.code_limit = self._limits.of_account, self._limits.of_code
        await self._limits.of_login.count(counted_as(req.remote_addr))

    async def _come_in_by_session(self, req: Request, token: str, resource: Resource) -> frozenset[str]:
        """Set whose session it is; return its scopes. It is looked up each time: it ends at once."""
        is_use = req.get_header("X-Requested-With") != BY_TIMER
        found = await find_session(self._database, utc_now(), token, is_use=is_use)
        if found is None:
            await self._limits.of_address.count(counted_as(req.remote_addr))
            raise session_ended()
        context = req.context
        context.caller, context.who_name, context.session_id = found.caller, found.name, found.session_id
        await self._limits.of_key.count(found.caller.who)
        if found.must_set_up_totp and not resource.may_precede_totp:
            message = "your company asks for codes beside passwords: set them up first"
            raise PermissionDenied(Reason.TOTP_REQUIRED, message)
        return found.scopes

    async def _come_in_by_key(self, req: Request, token: str | None) -> frozenset[str]:
        """Set whose access key it is; return its scopes.

        It is looked at first: others' failures from the same address never keep a right one out.
        """
        try:
            access_key = await self._access_key(token)
        except Unauthenticated:
            await self._limits.of_address.count(counted_as(req.remote_addr))
            raise
        req.context.caller = access_key.caller
        await self._limits.of_key.count(access_key.caller.who)
        return access_key.scopes

    async def _access_key(self, token: str | None) -> Grant:
        if token is None:
            raise Unauthenticated(
                Reason.MISSING_CREDENTIAL, "an access key is needed: Authorization: Bearer, or ?token="
            )
        token_hash = access_keys.hash_token(token)
        if token_hash is None:
            raise access_keys.wrong()
        until, access_key = self._cache.get(token_hash, (0.0, None))
        if access_key is None or until < time.monotonic():
            access_key = await access_keys.find(self._database, token_hash)
            if access_key is None:
                self._cache.pop(token_hash, None)
            else:
                if len(self._cache) >= CACHE_SIZE:
                    self._cache.clear()
                self._cache[token_hash] = (time.monotonic() + CACHE_SECONDS, access_key)
        if access_key is None or (access_key.tm_expire is not None and access_key.tm_expire <= datetime.now(UTC)):
            raise access_keys.wrong()
        return access_key


def _cross_site() -> PermissionDenied:
    return PermissionDenied(
        Reason.CROSS_SITE_REQUEST,
        "a page of another site may not change anything by a cookie or by Basic, nor log anybody in",
    )


def _refuse_unknown_method(method: str, resource: Any) -> None:
    """Answer 405, as for every wrong method: Falcon answers 400 to one that it does not know, such as SEARCH."""
    if method not in COMBINED_METHODS:
        raise falcon.HTTPMethodNotAllowed([m for m in COMBINED_METHODS if hasattr(resource, f"on_{m.lower()}")])
