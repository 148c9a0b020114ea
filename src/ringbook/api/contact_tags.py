"""/contacts/{contact_id}/tags, and the tags under it."""

from falcon.asgi import Request, Response

from ringbook.api.http.resource import Resource, operation
from ringbook.contacts import contact
from ringbook.contacts.contact import Contact
from ringbook.contacts.contact_tags import AddedTag


class ContactTagsResource(Resource):
    """/contacts/{contact_id}/tags."""

    @operation("add_tag", "write", "The contact, with the tag.", Contact, status=201, body=AddedTag, is_done_once=True)
    async def on_post(self, req: Request, resp: Response, contact_id: str) -> None:
        """Put a tag on a contact.

        One that is there already changes nothing. Any UUID is a tag: tags may be managed elsewhere.
        """
        await self.change(req, resp, contact.add_tag, contact_id, body=AddedTag, status=201)


class ContactTagResource(Resource):
    """/contacts/{contact_id}/tags/{tag_id}."""

    @operation("remove_tag", "write", "The contact, without the tag.", Contact)
    async def on_delete(self, req: Request, resp: Response, contact_id: str, tag_id: str) -> None:
        """Take a tag off a contact."""
        await self.change(req, resp, contact.remove_tag, contact_id, tag_id)
