"""/users, and what stands under one of them."""

import msgspec
from falcon.asgi import Request, Response

from ringbook.api.http import bodies
from ringbook.api.http.resource import PAGE_PARAMETERS, Resource, operation, page_of, refuse_unknown_parameters
from ringbook.api.http.sites import public_address
from ringbook.clock import rfc_3339, utc_now
from ringbook.tenants import totp, users
from ringbook.tenants.user_links import NewLink, UserWithLink, give_link
from ringbook.tenants.users import ChangedUser, NewUser, User, UserPage


class UsersResource(Resource):
    """/users."""

    @operation("list_users", "admin", "A page of users.", UserPage, query=PAGE_PARAMETERS)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List users, newest first."""
        refuse_unknown_parameters(req, self.on_get)
        resp.data = await users.page(req.context.caller, self.database, page_of(req))

    on_head = on_get

    @operation(
        "create_user",
        "admin",
        "The user, with the link by which the first password is set.",
        UserWithLink,
        status=201,
        body=NewUser,
        may_exist=True,
    )
    async def on_post(self, req: Request, resp: Response) -> None:
        """Create a user.

        The link is shown this once: give it to the user, who sets a password by it within 24 hours. No two users have
        the same email, whatever their customers. A user who is not active gets an empty link.
        """
        caller, now = req.context.caller, utc_now()
        new = await bodies.read(req, NewUser, self.settings.max_body_bytes)
        link = ""
        async with self.database.transaction() as transaction:
            user_id = await users.create(caller, transaction, now, new)
            if new.is_active is not False:
                given = await give_link(caller, transaction, now, user_id)
                link = given.at(public_address(req, self.settings))
            user = await users.get(caller, transaction, user_id)
        resp.data, resp.status = user[:-1] + b',"link":' + msgspec.json.encode(link) + b"}", 201


class UserResource(Resource):
    """/users/{user_id}."""

    @operation("get_user", "admin", "The user.", User)
    async def on_get(self, req: Request, resp: Response, user_id: str) -> None:
        """Get a user."""
        resp.data = await users.get(req.context.caller, self.database, user_id)

    on_head = on_get

    @operation("update_user", "admin", "The user as it is now.", User, body=ChangedUser, may_exist=True)
    async def on_put(self, req: Request, resp: Response, user_id: str) -> None:
        """Update a user: only the fields given change.

        One who is switched off is logged out at once. The last active owner who has a password stays one.
        """
        change = await bodies.read(req, ChangedUser, self.settings.max_body_bytes)
        async with self.database.transaction() as transaction:
            resp.data = await users.update(req.context.caller, transaction, utc_now(), user_id, change)

    @operation("delete_user", "admin", "The user, with tm_delete set.", User, may_exist=True)
    async def on_delete(self, req: Request, resp: Response, user_id: str) -> None:
        """Delete a user, who is logged out at once. The last owner who has a password cannot be deleted."""
        async with self.database.transaction() as transaction:
            resp.data = await users.delete(req.context.caller, transaction, utc_now(), user_id)


class UserLinkResource(Resource):
    """/users/{user_id}/link."""

    @operation("create_user_link", "admin", "The link, shown this once.", NewLink, status=201, may_exist=True)
    async def on_post(self, req: Request, resp: Response, user_id: str) -> None:
        """Give a user a one-time link that sets a password: the first one, or another for one that was forgotten.

        It is good for 24 hours, and the link before it is good no more.
        """
        async with self.database.transaction() as transaction:
            given = await give_link(req.context.caller, transaction, utc_now(), user_id)
        tm_expire = rfc_3339(given.tm_expire)
        resp.data = msgspec.json.encode(NewLink(given.at(public_address(req, self.settings)), tm_expire))
        resp.status = 201


class UserTotpResource(Resource):
    """/users/{user_id}/totp."""

    @operation("remove_user_totp", "admin", "The user, of whom no codes are asked any more.", User)
    async def on_delete(self, req: Request, resp: Response, user_id: str) -> None:
        """Ask a user for no codes: for one who has lost the app and the recovery codes."""
        caller = req.context.caller
        async with self.database.transaction() as transaction:
            await totp.remove_totp(caller, transaction, utc_now(), user_id)
            resp.data = await users.get(caller, transaction, user_id)
