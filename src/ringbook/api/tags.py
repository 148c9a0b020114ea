"""/tags and /tags/{tag_id}."""

from falcon.asgi import Request, Response

from ringbook.api.http.resource import PAGE_PARAMETERS, Resource, operation, page_of, refuse_unknown_parameters, show
from ringbook.contacts import tags
from ringbook.contacts.tags import ChangedTag, NewTag, Tag, TagPage


class TagsResource(Resource):
    """/tags."""

    @operation("list_tags", "read", "A page of tags.", TagPage, query=PAGE_PARAMETERS)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List tags, newest first."""
        refuse_unknown_parameters(req, self.on_get)
        resp.data = await tags.page(req.context.caller, self.database, page_of(req))

    on_head = on_get

    @operation(
        "create_tag",
        "write",
        "The tag as it was created.",
        Tag,
        status=201,
        body=NewTag,
        is_done_once=True,
        may_exist=True,
    )
    async def on_post(self, req: Request, resp: Response) -> None:
        """Create a tag.

        No two tags have the same name, upper and lower case aside.
        """
        await self.change(req, resp, tags.create, body=NewTag, status=201)


class TagResource(Resource):
    """/tags/{tag_id}."""

    @operation("get_tag", "read", "The tag.", Tag)
    async def on_get(self, req: Request, resp: Response, tag_id: str) -> None:
        """Get a tag."""
        show(resp, await tags.get(req.context.caller, self.database, tag_id))

    on_head = on_get

    @operation("update_tag", "write", "The tag as it is now.", Tag, body=ChangedTag, may_exist=True)
    async def on_put(self, req: Request, resp: Response, tag_id: str) -> None:
        """Update a tag: only the fields given change."""
        await self.change(req, resp, tags.update, tag_id, body=ChangedTag)

    @operation("delete_tag", "write", "The tag, with tm_delete set.", Tag)
    async def on_delete(self, req: Request, resp: Response, tag_id: str) -> None:
        """Delete a tag and take it off every contact."""
        await self.change(req, resp, tags.delete, tag_id)
