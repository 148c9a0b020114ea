"""The handlers of /tags."""

from falcon.asgi import Request, Response

from ringbook.api.contacts import Resource
from ringbook.clock import utc_now
from ringbook.contacts import tags
from ringbook.database.pages import parse_page


class Tags(Resource):
    """/tags."""

    async def on_get(self, req: Request, resp: Response) -> None:
        """List tags, newest first."""
        page = parse_page(req.get_param("page_size", default=""), req.get_param("page_token", default=""))
        resp.data = await tags.page(self._database, req.context.caller.customer_id, page)

    on_head = on_get

    async def on_post(self, req: Request, resp: Response) -> None:
        """Create a tag."""
        new = await self._body(req, tags.NewTag)
        resp.data = await tags.create(self._database, req.context.caller.customer_id, utc_now(), new)
        resp.status = 201


class Tag(Resource):
    """/tags/{tag_id}."""

    async def on_get(self, req: Request, resp: Response, tag_id: str) -> None:
        """Get a tag."""
        resp.data = await tags.get(self._database, req.context.caller.customer_id, tag_id)

    on_head = on_get

    async def on_put(self, req: Request, resp: Response, tag_id: str) -> None:
        """Update a tag: only the fields given change."""
        change = await self._body(req, tags.ChangedTag)
        resp.data = await tags.update(self._database, req.context.caller.customer_id, tag_id, utc_now(), change)

    async def on_delete(self, req: Request, resp: Response, tag_id: str) -> None:
        """Delete a tag and take it off every contact."""
        resp.data = await tags.delete(self._database, req.context.caller.customer_id, tag_id, utc_now())
