"""/contacts and /contacts/{contact_id}."""

from falcon.asgi import Request, Response

from ringbook.api.description.examples import TAG_IDS
from ringbook.api.http.preconditions import etags, is_known
from ringbook.api.http.resource import (
    PAGE_PARAMETERS,
    Resource,
    operation,
    page_of,
    parameter,
    refuse_unknown_parameters,
    required_parameter,
    show,
)
from ringbook.contacts import contact, filters, trash
from ringbook.contacts.contact import LONGEST_EXTERNAL_ID, SOURCES, ChangedContact, Contact, ContactPage, NewContact
from ringbook.database.pages import parse_page, parse_time_and_id
from ringbook.errors import FieldProblem, InvalidArgument, Reason

FILTERS = (
    parameter("phone", "Who has this number, in whatever form a lookup takes it.", {"type": "string"}, "+15551234567"),
    parameter("email", "Who has this email address, in any case.", {"type": "string"}, "john@acme.com"),
    parameter("external_id", "The contact with this external_id.", {"type": "string"}, "CRM-12345"),
    parameter("tag_id", "Who has this tag, or with commas between all of these.", {"type": "string"}, TAG_IDS[0]),
    parameter("source", "Where they came from.", {"enum": [*SOURCES]}, "manual"),
    parameter("company", "Who is of this company; case, accents and signs aside.", {"type": "string"}, "acme corp"),
)
DELETED = parameter("deleted", "true for the deleted contacts.", {"enum": ["true", "false"]}, "false")


def given_filters(req: Request) -> dict[str, str]:
    """Return the filters that a request gives, by name."""
    return {name: value for one in FILTERS if (value := req.get_param(name := one["name"], default=""))}


def _is_trash(deleted: str, given: dict[str, str]) -> bool:
    """Tell whether the deleted contacts are asked for. Raises InvalidArgument."""
    if deleted not in ("", "true", "false"):
        problem = FieldProblem("deleted", "must be true or false", Reason.INVALID_QUERY_PARAMETER)
        raise InvalidArgument.of([problem])
    if deleted == "true" and given:
        message = "cannot be given beside deleted=true"
        raise InvalidArgument.of([FieldProblem(name, message, Reason.INVALID_QUERY_PARAMETER) for name in given])
    return deleted == "true"


EXTERNAL_ID_PARAMETER = parameter(
    "external_id",
    "The contact's id in another system.",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_EXTERNAL_ID},
    "crm-4711",
) | {"required": True, "allowEmptyValue": False}


class ContactsResource(Resource):
    """/contacts."""

    @operation("list_contacts", "read", "A page of contacts.", ContactPage, query=(*PAGE_PARAMETERS, *FILTERS, DELETED))
    async def on_get(self, req: Request, resp: Response) -> None:
        """List contacts, newest first: those that all the filters given find.

        With deleted=true those that are deleted, the last deleted first; no other filter may be beside it.
        """
        refuse_unknown_parameters(req, self.on_get)
        caller = req.context.caller
        given = given_filters(req)
        if _is_trash(req.get_param("deleted", default=""), given):
            before = parse_time_and_id(req.get_param("page_token", default=""))
            size = parse_page(req.get_param("page_size", default=""), "").size
            resp.data = await trash.page(caller, self.database, size, before)
        elif given:
            wanted = filters.parse_filters(caller.region, given)
            resp.data = await filters.page(caller, self.database, wanted, page_of(req))
        else:
            resp.data = await contact.page(caller, self.database, page_of(req))

    on_head = on_get

    @operation(
        "create_contact",
        "write",
        "The contact as it was created.",
        Contact,
        status=201,
        body=NewContact,
        is_done_once=True,
        may_exist=True,
    )
    async def on_post(self, req: Request, resp: Response) -> None:
        """Create a contact.

        No field is required. All or nothing: one bad field, and nothing is created; the error names every bad field.
        """
        await self.change(req, resp, contact.create, body=NewContact, status=201)

    @operation(
        "upsert_contact",
        "write",
        "The contact as it was changed.",
        Contact,
        body=NewContact,
        query=(EXTERNAL_ID_PARAMETER,),
        may_create=True,
    )
    async def on_put(self, req: Request, resp: Response) -> None:
        """Create the contact with an external_id, or update the one that has it: only the fields given change then.

        It may be sent by many at once: one contact comes of it. `source` counts where the contact is created. With
        `If-None-Match: *` it is created only.
        """
        conditions = etags(req, "If-Match"), etags(req, "If-None-Match")
        await self.change(req, resp, contact.upsert, _external_id(req), *conditions, body=NewContact)


class ContactResource(Resource):
    """/contacts/{contact_id}."""

    @operation("get_contact", "read", "The contact.", Contact, has_etag=True)
    async def on_get(self, req: Request, resp: Response, contact_id: str) -> None:
        """Get a contact.

        Answers 304 where If-None-Match has the ETag of before and the contact has not changed since.
        """
        found = await contact.get(req.context.caller, self.database, contact_id)
        show(resp, found)
        if is_known(req, found.etag):
            resp.data, resp.status = None, 304

    on_head = on_get

    @operation("update_contact", "write", "The contact as it is now.", Contact, body=ChangedContact, may_exist=True)
    async def on_put(self, req: Request, resp: Response, contact_id: str) -> None:
        """Update a contact: only the fields given change.

        An empty text clears a field. A list given replaces the whole list; an entry whose id, else whose value, is on
        the contact already keeps its id and tm_create.
        """
        await self.change(req, resp, contact.update, contact_id, body=ChangedContact)

    @operation("delete_contact", "write", "The contact, with tm_delete set.", Contact)
    async def on_delete(self, req: Request, resp: Response, contact_id: str) -> None:
        """Delete a contact.

        Its row stays, but no list, get or lookup finds it any more.
        """
        await self.change(req, resp, contact.delete, contact_id)


class RestoreResource(Resource):
    """/contacts/{contact_id}/restore."""

    @operation("restore_contact", "write", "The contact, as it was.", Contact, may_exist=True, is_done_once=True)
    async def on_post(self, req: Request, resp: Response, contact_id: str) -> None:
        """Bring a deleted contact back, with all that was in it.

        Refused where another contact has its external_id now. One that is not deleted stays as it is.
        """
        req.context.contact_id = None  # which If-Match takes for one that is not deleted
        await self.change(req, resp, trash.restore_contact, contact_id, etags(req, "If-Match"))


def _external_id(req: Request) -> str:
    """Return the external_id that an upsert is about. Raises InvalidArgument."""
    external_id = required_parameter(req, "external_id")
    if len(external_id) > LONGEST_EXTERNAL_ID or "\0" in external_id:
        message = f"must be a text of at most {LONGEST_EXTERNAL_ID} characters, without NUL"
        raise InvalidArgument.of([FieldProblem("external_id", message, Reason.INVALID_QUERY_PARAMETER)])
    return external_id
