"""/contacts and /contacts/{contact_id}."""

from falcon.asgi import Request, Response

from ringbook.api.http import bodies
from ringbook.api.http.resource import PAGE_PARAMETERS, Resource, operation, page_of
from ringbook.contacts import contact
from ringbook.contacts.contact import ChangedContact, Contact, ContactPage, NewContact


class ContactsResource(Resource):
    """/contacts."""

    @operation("list_contacts", "read", "A page of contacts.", ContactPage, query=PAGE_PARAMETERS)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List contacts, newest first."""
        resp.data = await contact.page(req.context.caller, self.database, page_of(req))

    on_head = on_get

    @operation("create_contact", "write", "The contact as it was created.", Contact, status=201, body=NewContact)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Create a contact.

        No field is required. All or nothing: one bad field, and nothing is created; the error names every bad field.
        """
        new = await bodies.read(req, NewContact, self.settings.max_body_bytes)
        await self.change(req, resp, contact.create, new, status=201)


class ContactResource(Resource):
    """/contacts/{contact_id}."""

    @operation("get_contact", "read", "The contact.", Contact)
    async def on_get(self, req: Request, resp: Response, contact_id: str) -> None:
        """Get a contact."""
        resp.data = await contact.get(req.context.caller, self.database, contact_id)

    on_head = on_get

    @operation("update_contact", "write", "The contact as it is now.", Contact, body=ChangedContact)
    async def on_put(self, req: Request, resp: Response, contact_id: str) -> None:
        """Update a contact: only the fields given change.

        An empty text clears a field. A list given replaces the whole list; an entry whose id, else whose value, is on
        the contact already keeps its id and tm_create.
        """
        change = await bodies.read(req, ChangedContact, self.settings.max_body_bytes)
        await self.change(req, resp, contact.update, contact_id, change)

    @operation("delete_contact", "write", "The contact, with tm_delete set.", Contact)
    async def on_delete(self, req: Request, resp: Response, contact_id: str) -> None:
        """Delete a contact.

        Its row stays, but no list, get or lookup finds it any more.
        """
        await self.change(req, resp, contact.delete, contact_id)
