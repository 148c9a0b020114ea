"""/sessions, /passwords and /totp: what a user does to come in, and to leave."""

import asyncio
from typing import Any

import msgspec
from falcon.asgi import Request, Response

from ringbook.api.http import bodies
from ringbook.api.http.rate_limits import counted_as
from ringbook.api.http.resource import Resource, operation, refuse_unknown_parameters
from ringbook.api.http.session_cookies import set_session_cookie
from ringbook.clock import utc_now
from ringbook.errors import PermissionDenied, Reason
from ringbook.tenants import logins, sessions, totp, users
from ringbook.tenants.caller import Caller
from ringbook.tenants.logins import NewPassword, NewSession
from ringbook.tenants.sessions import Client, OpenSession, Session, SessionList
from ringbook.tenants.totp import BegunTotp, RecoveryCodes, TotpCode
from ringbook.tenants.user_links import hash_secret
from ringbook.tenants.users import User


def _client(req: Request) -> Client:
    return Client(req.remote_addr or "", req.get_header("User-Agent") or "")


async def _given(req: Request, kind: Any, most_bytes: int) -> Any:
    """Return the body of a request that nobody is known to have sent."""
    return await bodies.decode(await bodies.content(req, most_bytes), kind, "")


def _user(req: Request) -> Caller:
    """Return the caller, who is a user. Raises PermissionDenied."""
    caller: Caller = req.context.caller
    if caller.who_type != "user":
        raise PermissionDenied(Reason.USER_REQUIRED, "this is for a user who has logged in, not for an access key")
    return caller


def _of_all(req: Request) -> bool:
    return "admin" in req.context.scopes


class SessionsResource(Resource):
    """/sessions."""

    @operation("list_sessions", "lookup", "The sessions.", SessionList)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List the user's own sessions, newest first; with the scope admin those of all users of the customer."""
        refuse_unknown_parameters(req, self.on_get)
        caller, current_id = req.context.caller, req.context.session_id
        resp.data = await sessions.list_sessions(caller, self.database, utc_now(), current_id, of_all=_of_all(req))

    on_head = on_get

    @operation("create_session", "", "The session; its cookie is set.", OpenSession, status=201, body=NewSession)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Log in: a new session begins, whose cookie the browser sends from then on.

        It ends 8 hours after its last use, 7 days after the login, or when the password changes. Where the user is
        asked for codes, a login without one is 401 CODE_REQUIRED.
        """
        given: NewSession = await _given(req, NewSession, self.settings.max_body_bytes)
        who = f"{logins.address_of(given)} {counted_as(req.remote_addr)}"  # others' guesses keep nobody out
        await req.context.account_limit.count(hash_secret(who))
        token, resp.data = await logins.log_in(
            self.database, utc_now(), given, _client(req), req.context.code_limit.count
        )
        set_session_cookie(req, resp, self.settings, token)
        resp.status = 201


class SessionResource(Resource):
    """/sessions/{session_id}."""

    @operation("delete_session", "lookup", "The session, which has ended.", Session)
    async def on_delete(self, req: Request, resp: Response, session_id: str) -> None:
        """End a session of the user's own; with the scope admin that of any user of the customer."""
        caller, current_id = req.context.caller, req.context.session_id
        async with self.database.transaction() as transaction:
            resp.data = await sessions.end_session(caller, transaction, session_id, current_id, of_all=_of_all(req))


class CurrentSessionResource(Resource):
    """/sessions/current."""

    may_precede_totp = True

    @operation("get_current_session", "lookup", "The session, its user and what it may do.", OpenSession)
    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell whose session this is."""
        resp.data = await sessions.current(_user(req), self.database, req.context.session_id)

    on_head = on_get

    @operation("delete_current_session", "lookup", "The session, which has ended; its cookie is taken away.", Session)
    async def on_delete(self, req: Request, resp: Response) -> None:
        """Log out."""
        caller, session_id = _user(req), req.context.session_id
        async with self.database.transaction() as transaction:
            resp.data = await sessions.end_session(caller, transaction, session_id, session_id, of_all=False)
        set_session_cookie(req, resp, self.settings, "")


class PasswordsResource(Resource):
    """/passwords."""

    @operation(
        "create_password", "", "A new session; its cookie is set.", OpenSession, body=NewPassword, may_exist=True
    )
    async def on_post(self, req: Request, resp: Response) -> None:
        """Set a password by a one-time link, and log in. The user's other sessions end.

        A password has 10 to 500 characters, and is neither the address nor the name.
        """
        given: NewPassword = await _given(req, NewPassword, self.settings.max_body_bytes)
        await req.context.account_limit.count(hash_secret(given.token))
        token, resp.data = await logins.set_password(
            self.database, utc_now(), given, _client(req), req.context.code_limit.count
        )
        set_session_cookie(req, resp, self.settings, token)


class TotpResource(Resource):
    """/totp."""

    may_precede_totp = True

    @operation("create_totp", "lookup", "The secret for an app.", BegunTotp, may_exist=True)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Begin to set up codes (TOTP): answers the secret for an app, which nothing asks for yet."""
        async with self.database.transaction() as transaction:
            begun = await totp.begin_totp(_user(req), transaction, utc_now())
        resp.data = msgspec.json.encode(await asyncio.to_thread(totp.begun_totp, *begun))

    @operation("update_totp", "lookup", "The recovery codes.", RecoveryCodes, body=TotpCode, may_exist=True)
    async def on_put(self, req: Request, resp: Response) -> None:
        """Switch codes on by the first one that the app shows; answers ten recovery codes, shown this once."""
        caller = _user(req)
        given: TotpCode = await bodies.read(req, TotpCode, self.settings.max_body_bytes)
        async with self.database.transaction() as transaction:
            codes = await totp.switch_on_totp(caller, transaction, utc_now(), given.code)
        resp.data = msgspec.json.encode(codes)

    @operation("remove_totp", "lookup", "The user, who is asked for no codes any more.", User)
    async def on_delete(self, req: Request, resp: Response) -> None:
        """Switch codes off, with their recovery codes."""
        caller = _user(req)
        async with self.database.transaction() as transaction:
            await totp.remove_totp(caller, transaction, utc_now(), caller.who)
            resp.data = await users.get(caller, transaction, caller.who)
