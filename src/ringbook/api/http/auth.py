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
from ringbook.api.http.sites import is_cross_site
from ringbook.config import Settings
from ringbook.database.engine import Database
from ringbook.errors import PermissionDenied, Reason, Unauthenticated
from ringbook.tenants import access_keys
from ringbook.tenants.access_keys import AccessKey

CACHE_SECONDS = 4.0
"""How long an access key is believed before the database is asked again. The contract allows 5."""

CACHE_SIZE = 10_000


def credential(req: Request) -> str | None:
    """Return the first credential present: ?token=, Authorization, ?accesskey=, cookie accesskey, cookie token."""
    return _given(req) or _cookie(req)


def _given(req: Request) -> str | None:
    """Return the credential that the sender has put into the request; a cookie is put there by a browser."""
    if token := req.params.get("token"):
        return str(token)
    if authorization := _authorization(req.get_header("Authorization") or ""):
        return authorization
    if access_key := req.params.get("accesskey"):
        return str(access_key)
    return None


def _cookie(req: Request) -> str | None:
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
        self._cache: dict[str, tuple[float, AccessKey]] = {}

    async def process_resource(self, req: Request, resp: Response, resource: Any, params: dict[str, Any]) -> None:
        """Let the caller through, or raise Unauthenticated, PermissionDenied or ResourceExhausted.

        The access key is looked at first: others' failures from the same address never keep a right one out.
        """
        scope = resource.scopes.get(req.method) if isinstance(resource, Resource) else None
        if not scope:
            _refuse_unknown_method(req.method, resource)
            return
        resp.set_header("Cache-Control", "no-store")
        req.context.contact_id = params.get("contact_id")
        try:
            access_key = await self._access_key(credential(req))
        except Unauthenticated:
            await self._limits.of_address.count(counted_as(req.remote_addr))
            raise
        req.context.caller, req.context.rate_limit = access_key.caller, self._limits.of_key
        await self._limits.of_key.count(access_key.caller.who)
        if scope not in access_key.scopes:
            raise PermissionDenied(Reason.INSUFFICIENT_SCOPE, f"this access key lacks the scope {scope}")
        if scope == "write" and _given(req) is None and is_cross_site(req, self._settings):
            raise PermissionDenied(
                Reason.CROSS_SITE_REQUEST, "a page of another site may not change anything by a cookie"
            )

    async def _access_key(self, token: str | None) -> AccessKey:
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


def _refuse_unknown_method(method: str, resource: Any) -> None:
    """Answer 405, as for every wrong method: Falcon answers 400 to one that it does not know, such as SEARCH."""
    if method not in COMBINED_METHODS:
        raise falcon.HTTPMethodNotAllowed([m for m in COMBINED_METHODS if hasattr(resource, f"on_{m.lower()}")])
