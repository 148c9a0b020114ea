"""/contacts/{contact_id}/phone-numbers, /emails and /addresses, and what is under them."""

from falcon.asgi import Request, Response

from ringbook.api.http.resource import Resource, operation
from ringbook.contacts import contact
from ringbook.contacts.contact import Contact
from ringbook.contacts.kinds import EMAILS, PHONE_NUMBERS
from ringbook.contacts.notations import (
    ChangedEmail,
    ChangedEmailAddress,
    ChangedPhoneNumber,
    ChangedTelAddress,
    EmailAddressIn,
    EmailIn,
    PhoneNumberIn,
    TelAddressIn,
)

CHANGED = {PHONE_NUMBERS: ChangedTelAddress, EMAILS: ChangedEmailAddress}


class PhoneNumbersResource(Resource):
    """/contacts/{contact_id}/phone-numbers."""

    @operation(
        "add_phone_number",
        "write",
        "The contact, with the phone number added.",
        Contact,
        status=201,
        body=PhoneNumberIn,
        is_done_once=True,
        may_exist=True,
    )
    async def on_post(self, req: Request, resp: Response, contact_id: str) -> None:
        """Add a phone number to a contact.

        A primary one takes the place of the one before.
        """
        await self.change(req, resp, contact.add_address, contact_id, body=PhoneNumberIn, status=201)


class PhoneNumberResource(Resource):
    """/contacts/{contact_id}/phone-numbers/{address_id}."""

    @operation(
        "update_phone_number",
        "write",
        "The contact, with the phone number changed.",
        Contact,
        body=ChangedPhoneNumber,
        may_exist=True,
    )
    async def on_put(self, req: Request, resp: Response, contact_id: str, address_id: str) -> None:
        """Update a phone number of a contact: only the fields given change."""
        await self.change(req, resp, contact.update_address, contact_id, address_id, body=ChangedPhoneNumber)

    @operation("remove_phone_number", "write", "The contact, without the phone number.", Contact)
    async def on_delete(self, req: Request, resp: Response, contact_id: str, address_id: str) -> None:
        """Remove a phone number from a contact.

        Where it was the primary one, none is primary then.
        """
        await self.change(req, resp, contact.remove_address, PHONE_NUMBERS, contact_id, address_id)


class EmailsResource(Resource):
    """/contacts/{contact_id}/emails."""

    @operation(
        "add_email",
        "write",
        "The contact, with the email address added.",
        Contact,
        status=201,
        body=EmailIn,
        is_done_once=True,
        may_exist=True,
    )
    async def on_post(self, req: Request, resp: Response, contact_id: str) -> None:
        """Add an email address to a contact.

        A primary one takes the place of the one before.
        """
        await self.change(req, resp, contact.add_address, contact_id, body=EmailIn, status=201)


class EmailResource(Resource):
    """/contacts/{contact_id}/emails/{address_id}."""

    @operation(
        "update_email",
        "write",
        "The contact, with the email address changed.",
        Contact,
        body=ChangedEmail,
        may_exist=True,
    )
    async def on_put(self, req: Request, resp: Response, contact_id: str, address_id: str) -> None:
        """Update an email address of a contact: only the fields given change."""
        await self.change(req, resp, contact.update_address, contact_id, address_id, body=ChangedEmail)

    @operation("remove_email", "write", "The contact, without the email address.", Contact)
    async def on_delete(self, req: Request, resp: Response, contact_id: str, address_id: str) -> None:
        """Remove an email address from a contact.

        Where it was the primary one, none is primary then.
        """
        await self.change(req, resp, contact.remove_address, EMAILS, contact_id, address_id)


class AddressesResource(Resource):
    """/contacts/{contact_id}/addresses."""

    @operation(
        "add_address",
        "write",
        "The contact, with the address added.",
        Contact,
        status=201,
        body=TelAddressIn | EmailAddressIn,
        is_done_once=True,
        may_exist=True,
    )
    async def on_post(self, req: Request, resp: Response, contact_id: str) -> None:
        """Add a phone number or an email address to a contact, in the other notation.

        A primary one takes the place of the one before of its type.
        """
        await self.change(req, resp, contact.add_address, contact_id, body=TelAddressIn | EmailAddressIn, status=201)


class AddressResource(Resource):
    """/contacts/{contact_id}/addresses/{address_id}: the id is that of a phone number or an email of the contact."""

    @operation(
        "update_address",
        "write",
        "The contact, with the address changed.",
        Contact,
        body=ChangedTelAddress | ChangedEmailAddress,
        may_exist=True,
    )
    async def on_put(self, req: Request, resp: Response, contact_id: str, address_id: str) -> None:
        """Update a phone number or an email address of a contact, in the other notation: only the fields given change.

        A phone number stays one, and an email address.
        """
        caller = req.context.caller
        kind = await contact.kind_of_address(caller, self.database, contact_id, address_id)
        await self.change(req, resp, contact.update_address, contact_id, address_id, body=CHANGED[kind])

    @operation("remove_address", "write", "The contact, without the address.", Contact)
    async def on_delete(self, req: Request, resp: Response, contact_id: str, address_id: str) -> None:
        """Remove a phone number or an email address from a contact.

        Where it was the primary one, none is primary then.
        """
        await self.change(req, resp, contact.remove_address, None, contact_id, address_id)
