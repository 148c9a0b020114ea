"""/access-keys."""

import msgspec
from falcon.asgi import Request, Response

from ringbook.api.http import bodies
from ringbook.api.http.resource import PAGE_PARAMETERS, Resource, operation, page_of, refuse_unknown_parameters
from ringbook.clock import utc_now
from ringbook.tenants import access_keys
from ringbook.tenants.access_keys import AccessKey, AccessKeyPage, AccessKeyWithToken, NewAccessKey, expiry_of


class AccessKeysResource(Resource):
    """/access-keys."""

    @operation("list_access_keys", "admin", "A page of access keys.", AccessKeyPage, query=PAGE_PARAMETERS)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List the access keys that are not revoked, newest first."""
        refuse_unknown_parameters(req, self.on_get)
        resp.data = await access_keys.page(req.context.caller, self.database, page_of(req))

    on_head = on_get

    @operation(
        "create_access_key",
        "admin",
        "The access key, with its token.",
        AccessKeyWithToken,
        status=201,
        body=NewAccessKey,
    )
    async def on_post(self, req: Request, resp: Response) -> None:
        """Create an access key. Its token is shown this once: only a hash of it is kept.

        It takes no Idempotency-Key, as the answer would be kept.
        """
        new = await bodies.read(req, NewAccessKey, self.settings.max_body_bytes)
        now, scopes = utc_now(), tuple(new.scopes or ())
        tm_expire = expiry_of(new.tm_expire, now) if new.tm_expire else None
        customer_id = req.context.caller.customer_id
        created = await access_keys.create(
            self.database, customer_id, now, name=new.name or "", scopes=scopes, tm_expire=tm_expire
        )
        resp.data, resp.status = msgspec.json.encode(created), 201


class AccessKeyResource(Resource):
    """/access-keys/{access_key_id}."""

    @operation("get_access_key", "admin", "The access key.", AccessKey)
    async def on_get(self, req: Request, resp: Response, access_key_id: str) -> None:
        """Get an access key that is not revoked."""
        found = await access_keys.get(req.context.caller, self.database, access_key_id)
        resp.data = msgspec.json.encode(found)

    on_head = on_get

    @operation("revoke_access_key", "admin", "The access key, with tm_delete set.", AccessKey)
    async def on_delete(self, req: Request, resp: Response, access_key_id: str) -> None:
        """Revoke an access key: within 5 seconds it opens nothing any more. It may be the one that asks."""
        caller = req.context.caller
        resp.data = msgspec.json.encode(
            await access_keys.revoke(self.database, access_key_id, utc_now(), caller.customer_id)
        )
