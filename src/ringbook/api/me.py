"""/me."""

from typing import Annotated, Literal

import msgspec
from falcon.asgi import Request, Response
from msgspec import Meta

from ringbook.api.http.resource import Resource, operation
from ringbook.tenants import access_keys
from ringbook.values.fields import Id, Time

MAY_WRITE = 32
"""The bit of `permission` that the API's clients ask for."""


class Me(msgspec.Struct):
    """The access key of a request, in the form in which the API's clients expect a person."""

    id: Id
    customer_id: Id
    username: str
    name: Annotated[str, Meta(description="The access key's name.")]
    detail: Annotated[str, Meta(description="Always empty.")]
    status: Literal["available"]
    permission: Annotated[int, Meta(description="32 with the scope write or admin, else 0.")]
    tm_create: Time
    tm_update: Time | None
    tm_delete: Time | None


class MeResource(Resource):
    """/me."""

    @operation("get_me", "lookup", "The access key.", Me)
    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell which access key this is: any valid one may ask."""
        access_key = await access_keys.get_own(req.context.caller, self.database)
        name, permission = access_key["name"], MAY_WRITE if "write" in req.context.scopes else 0
        me = Me(
            id=access_key["id"],
            customer_id=access_key["customer_id"],
            username=name,
            name=name,
            detail="",
            status="available",
            permission=permission,
            tm_create=access_key["tm_create"],
            tm_update=None,
            tm_delete=None,
        )
        resp.data = msgspec.json.encode(me)

    on_head = on_get
