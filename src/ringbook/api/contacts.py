"""The handlers of /contacts and of all that is under it."""

from typing import Any

from falcon.asgi import Request, Response

from ringbook.api.http import bodies
from ringbook.api.http.auth import LOOKUP, READ_WRITE
from ringbook.calling.batch_lookup import Lookups, look_up_all
from ringbook.clock import utc_now
from ringbook.contacts import contact
from ringbook.contacts.addresses import (
    EMAILS,
    PHONE_NUMBERS,
    ChangedEmail,
    ChangedPhoneNumber,
    EmailIn,
    Kind,
    PhoneNumberIn,
)
from ringbook.contacts.contact_tags import AddedTag
from ringbook.database.engine import Database
from ringbook.database.pages import parse_page
from ringbook.errors import FieldProblem, InvalidArgument, Reason


class Resource:
    """What a handler has: the database, and the limit of a body."""

    scopes = READ_WRITE

    def __init__(self, database: Database, max_body_bytes: int) -> None:
        self._database = database
        self._max = max_body_bytes

    async def _body(self, req: Request, kind: Any) -> Any:
        return await bodies.read(req, kind, self._max, req.context.caller.default_region)


class Contacts(Resource):
    """/contacts."""

    async def on_get(self, req: Request, resp: Response) -> None:
        """List contacts, newest first."""
        page = parse_page(req.get_param("page_size", default=""), req.get_param("page_token", default=""))
        resp.data = await contact.page(self._database, req.context.caller.customer_id, page)

    on_head = on_get

    async def on_post(self, req: Request, resp: Response) -> None:
        """Create a contact."""
        caller = req.context.caller
        new = await self._body(req, contact.NewContact)
        resp.data = await contact.create(self._database, caller.customer_id, caller.default_region, utc_now(), new)
        resp.status = 201


class Contact(Resource):
    """/contacts/{contact_id}."""

    async def on_get(self, req: Request, resp: Response, contact_id: str) -> None:
        """Get a contact."""
        resp.data = await contact.get(self._database, req.context.caller.customer_id, contact_id)

    on_head = on_get

    async def on_put(self, req: Request, resp: Response, contact_id: str) -> None:
        """Update a contact: only the fields given change."""
        caller = req.context.caller
        change = await self._body(req, contact.ChangedContact)
        resp.data = await contact.update(
            self._database, caller.customer_id, contact_id, caller.default_region, utc_now(), change
        )

    async def on_delete(self, req: Request, resp: Response, contact_id: str) -> None:
        """Delete a contact."""
        resp.data = await contact.delete(self._database, req.context.caller.customer_id, contact_id, utc_now())


class Lookup(Resource):
    """/contacts/lookup."""

    scopes = LOOKUP

    async def on_get(self, req: Request, resp: Response) -> None:
        """Find the contact behind a phone number or an email address."""
        caller = req.context.caller
        number, address = req.get_param("phone", default=""), req.get_param("email", default="")
        if not number and not address:
            problems = [
                FieldProblem(name, "phone or email is required", Reason.MISSING_QUERY_PARAMETER)
                for name in ("phone", "email")
            ]
            raise InvalidArgument(Reason.MISSING_QUERY_PARAMETER, "phone or email is required", problems)
        resp.data = await contact.look_up(self._database, caller.customer_id, caller.default_region, number, address)

    on_head = on_get

    async def on_post(self, req: Request, resp: Response) -> None:
        """Look up many phone numbers and email addresses at once.

        One result for each, in the order given, the phone numbers first. Nothing is changed.
        """
        caller = req.context.caller
        wanted = await self._body(req, Lookups)
        resp.data = await look_up_all(self._database, caller.customer_id, caller.default_region, wanted)


class Addresses(Resource):
    """/contacts/{contact_id}/phone-numbers and /emails."""

    def __init__(self, database: Database, max_body_bytes: int, kind: Kind) -> None:
        super().__init__(database, max_body_bytes)
        self._kind = kind
        self._new = PhoneNumberIn if kind is PHONE_NUMBERS else EmailIn
        self._change = ChangedPhoneNumber if kind is PHONE_NUMBERS else ChangedEmail


class AddressList(Addresses):
    """/contacts/{contact_id}/phone-numbers and /emails."""

    async def on_post(self, req: Request, resp: Response, contact_id: str) -> None:
        """Add a number or an address to a contact."""
        caller = req.context.caller
        entry = await self._body(req, self._new)
        resp.data = await contact.add_address(
            self._database, self._kind, caller.customer_id, contact_id, caller.default_region, utc_now(), entry
        )
        resp.status = 201


class Address(Addresses):
    """/contacts/{contact_id}/phone-numbers/{address_id} and /emails/{address_id}."""

    async def on_put(self, req: Request, resp: Response, contact_id: str, address_id: str) -> None:
        """Update a number or an address: only the fields given change."""
        caller = req.context.caller
        change = await self._body(req, self._change)
        resp.data = await contact.update_address(
            self._database,
            self._kind,
            caller.customer_id,
            contact_id,
            address_id,
            caller.default_region,
            utc_now(),
            change,
        )

    async def on_delete(self, req: Request, resp: Response, contact_id: str, address_id: str) -> None:
        """Remove a number or an address."""
        resp.data = await contact.remove_address(
            self._database, self._kind, req.context.caller.customer_id, contact_id, address_id, utc_now()
        )


class ContactTags(Resource):
    """/contacts/{contact_id}/tags."""

    async def on_post(self, req: Request, resp: Response, contact_id: str) -> None:
        """Put a tag on a contact."""
        added = await self._body(req, AddedTag)
        resp.data = await contact.add_tag(
            self._database, req.context.caller.customer_id, contact_id, utc_now(), added.tag_id
        )
        resp.status = 201


class ContactTag(Resource):
    """/contacts/{contact_id}/tags/{tag_id}."""

    async def on_delete(self, req: Request, resp: Response, contact_id: str, tag_id: str) -> None:
        """Take a tag off a contact."""
        resp.data = await contact.remove_tag(
            self._database, req.context.caller.customer_id, contact_id, utc_now(), tag_id
        )


KINDS = {"phone-numbers": PHONE_NUMBERS, "emails": EMAILS}
