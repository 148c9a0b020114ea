"""/contacts/lookup."""

from falcon.asgi import Request, Response

from ringbook.api.http import bodies
from ringbook.api.http.resource import Resource, operation, parameter
from ringbook.api.http.streams import stream
from ringbook.calling.batch_lookup import LookupResults, Lookups, check_count, look_up_all
from ringbook.calling.lookup import look_up
from ringbook.contacts.contact import FoundContact
from ringbook.errors import FieldProblem, InvalidArgument, NotFound, Reason

PHONE_PARAMETER = parameter(
    "phone", "A phone number, in whatever form a phone system sends it.", {"type": "string"}, "+15551234567"
)
EMAIL_PARAMETER = parameter("email", "An email address, in any case.", {"type": "string"}, "john@acme.com")


class LookupResource(Resource):
    """/contacts/lookup."""

    @operation(
        "lookup_contact",
        "lookup",
        "The contact.",
        FoundContact,
        query=(PHONE_PARAMETER, EMAIL_PARAMETER),
        may_be_missing=True,
    )
    async def on_get(self, req: Request, resp: Response) -> None:
        """Find the contact behind a phone number or an email address.

        With both, the phone number is looked up first. Of several contacts that share it, the one on which it is
        primary is answered, else the newest.
        """
        number, address = req.get_param("phone", default=""), req.get_param("email", default="")
        if not number and not address:
            problems = [
                FieldProblem(name, "phone or email is required", Reason.MISSING_QUERY_PARAMETER)
                for name in ("phone", "email")
            ]
            raise InvalidArgument(Reason.MISSING_QUERY_PARAMETER, "phone or email is required", problems)
        caller = req.context.caller
        try:
            resp.data = await look_up(caller, self.database, number, address)
        except NotFound:
            self.calls.note(caller, "lookup", number or address, b"")
            raise
        self.calls.note(caller, "lookup", number or address, resp.data)

    on_head = on_get

    @operation("lookup_contacts", "lookup", "One result for each value.", LookupResults, body=Lookups)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Look up many phone numbers and email addresses at once.

        One result for each, in the order given, the phone numbers first. Nothing is changed. The rate limit counts one
        request a value.
        """
        wanted = await bodies.read(req, Lookups, self.settings.max_body_bytes)
        caller = req.context.caller
        await req.context.rate_limit.count(caller.who, max(0, check_count(wanted) - 1))
        await stream(req, resp, look_up_all(caller, self.database, wanted))
