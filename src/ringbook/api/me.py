"""/me."""

from typing import Annotated, Literal

import msgspec
from falcon.asgi import Request, Response
from msgspec import Meta

from ringbook.api.http.resource import Resource, operation
from ringbook.database.engine import Database
from ringbook.errors import NotFound
from ringbook.tenants import access_keys, customers, users
from ringbook.tenants.access_keys import AccessKey
from ringbook.tenants.caller import Caller
from ringbook.tenants.customers import Customer
from ringbook.tenants.sessions import session_ended
from ringbook.tenants.users import User
from ringbook.values.fields import Id, Time

MAY_WRITE = 32
"""The bit of `permission` that the API's clients ask for."""


class Me(msgspec.Struct):
    """Who asks, in the form in which the API's clients expect a person: an access key, or a user who has logged in."""

    id: Annotated[Id, Meta(description="The access key's, or the user's.")]
    customer_id: Id
    username: Annotated[str, Meta(description="The access key's name, or the user's email.")]
    name: Annotated[str, Meta(description="The access key's name, or the user's.")]
    detail: Annotated[str, Meta(description="Always empty.")]
    status: Literal["available"]
    permission: Annotated[int, Meta(description="32 with the scope write, else 0.")]
    tm_create: Time
    tm_update: Time | None
    tm_delete: Time | None
    type: Literal["access_key", "user"]
    scopes: Annotated[list[str], Meta(description="All that it may do, with the scopes that others imply.")]
    customer: Customer
    user: Annotated[User | None, Meta(description="Null for an access key.")]


class MeResource(Resource):
    """/me."""

    may_precede_totp = True

    @operation("get_me", "lookup", "The access key, or the user.", Me)
    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell who asks: any valid access key may, and any user who has logged in."""
        resp.data = msgspec.json.encode(await _me(req.context.caller, self.database, req.context.scopes))

    on_head = on_get


async def _me(caller: Caller, database: Database, scopes: frozenset[str]) -> Me:
    """Return who asks. Raises Unauthenticated where it has gone meanwhile."""
    is_user = caller.who_type == "user"
    try:
        customer = await customers.get(database, caller.customer_id)
        user = msgspec.json.decode(await users.get(caller, database, caller.who), type=User) if is_user else None
        who = user or msgspec.convert(await access_keys.get_own(caller, database), AccessKey)
    except NotFound as error:
        raise session_ended() if is_user else access_keys.wrong() from error
    return Me(
        id=who.id,
        customer_id=who.customer_id,
        username=user.email if user else who.name,
        name=who.name,
        detail="",
        status="available",
        permission=MAY_WRITE if "write" in scopes else 0,
        tm_create=who.tm_create,
        tm_update=user.tm_update if user else None,
        tm_delete=None,
        type="user" if is_user else "access_key",
        scopes=sorted(scopes),
        customer=msgspec.convert(customer, Customer),
        user=user,
    )
