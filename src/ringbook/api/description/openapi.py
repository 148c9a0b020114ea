"""The OpenAPI document: made once, from the routes, the scopes of their resources and the Structs."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from falcon.asgi import Request, Response

from ringbook import __version__
from ringbook.api.callerid import FORMATS
from ringbook.api.description.examples import BY_STRUCT, CONTACT_ID, TIME
from ringbook.api.http.problems import Problem
from ringbook.api.operations import Status
from ringbook.api.phonebooks import LONGEST_SEARCH
from ringbook.calling.batch_lookup import LookupResults, Lookups
from ringbook.calling.callerid import CallerId
from ringbook.contacts.addresses import ChangedEmail, ChangedPhoneNumber, EmailIn, PhoneNumberIn
from ringbook.contacts.contact import ChangedContact, Contact, ContactPage, NewContact
from ringbook.contacts.contact_tags import AddedTag
from ringbook.contacts.tags import ChangedTag, NewTag, Tag, TagPage

TEXT, XML = "text/plain", "text/xml"
CREDENTIALS = {
    "token": {"type": "apiKey", "in": "query", "name": "token", "description": "An access key."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access key."},
    "basic": {"type": "http", "scheme": "basic", "description": "Any user name, and an access key as the password."},
    "accesskey": {"type": "apiKey", "in": "query", "name": "accesskey", "description": "An access key."},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "accesskey", "description": "An access key."},
}
"""Each way to give an access key; the first that is present, in this order, decides."""

ERRORS = {
    400: "The request is not one that Ringbook understands; `details` names every bad field.",
    401: "No access key, or one that is wrong, expired or revoked.",
    403: "The access key lacks the scope.",
    404: "There is no such thing, or it is deleted, or another customer's.",
    409: "It is there already.",
    413: "The body is over the limit.",
    429: "More requests than the rate limit allows; try again later.",
    500: "Something went wrong on our side; it has been logged.",
    503: "The database cannot be reached just now; try again in a moment.",
}
"""Why an operation refuses, by HTTP status."""

RETRY_AFTER = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
HEADERS = {
    401: {"WWW-Authenticate": {"description": "How to give a credential.", "schema": {"type": "string"}}},
    429: RETRY_AFTER,
    503: RETRY_AFTER,
}
ETAG = {"ETag": {"description": "Moves with every change of a contact.", "schema": {"type": "string"}}}
REQUEST_ID = {
    "X-Request-Id": {
        "description": "The caller's own, where it is 1 to 128 of A-Za-z0-9._-, else a new one.",
        "schema": {"type": "string"},
    }
}


def _parameter(name: str, meaning: str, schema: dict[str, Any], example: object) -> dict[str, Any]:
    """Return a query parameter; every one counts as absent where its value is empty."""
    about = {"description": meaning, "allowEmptyValue": True, "schema": schema, "example": example}
    return {"name": name, "in": "query"} | about


PAGE = (
    _parameter("page_size", "How many; 0 is 100, more than 100 is cut.", {"type": "integer", "minimum": 0}, 10),
    _parameter("page_token", "The next_page_token of the page before, or any RFC 3339 time.", {"type": "string"}, TIME),
)
LOOKUP = (
    _parameter(
        "phone", "A phone number, in whatever form a phone system sends it.", {"type": "string"}, "+15551234567"
    ),
    _parameter("email", "An email address, in any case.", {"type": "string"}, "john@acme.com"),
)
NUMBER = {"type": "integer", "minimum": 0}
Q = _parameter(
    "q",
    "What to search for: the beginnings of words of the name, or digits within a number.",
    {"type": "string", "maxLength": LONGEST_SEARCH},
    "smith",
)
STEP = _parameter("step", "What the phone is to show; set in the links.", {"enum": ["", "search", "list"]}, "list")
AFTER = _parameter(
    "after", "The contact before the page; set in the links.", {"type": "string", "format": "uuid"}, CONTACT_ID
)
LIST = (
    _parameter("set_first", "What to search for, a * ignored.", {"type": "string", "maxLength": LONGEST_SEARCH}, "smi"),
    _parameter("first", "The first entry wanted, counted from 1.", NUMBER, 1),
    _parameter("count", "How many; 0 is 100, more than 100 is cut.", NUMBER, 20),
)
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of before.",
    "schema": {"type": "string"},
}

CALLERID = (
    LOOKUP[0],
    _parameter("name", "What to answer where no contact has the number.", {"type": "string"}, "WIRELESS CALLER"),
    _parameter("format", "The form of the answer; text where absent.", {"enum": ["", *FORMATS]}, "text"),
    _parameter("max", "The most characters of the name; more than 255 is cut.", {"type": "integer", "minimum": 1}, 15),
)


class Operation(NamedTuple):
    """What the document says of an operation, beside its resource's scope and its handler's docstring."""

    id: str
    answer: Any
    """A Struct, or a media type."""
    status: int = 200
    body: Any = None
    query: tuple[dict[str, Any], ...] = ()
    may_be_missing: bool = False
    """404 though no id is in the path."""
    may_exist: bool = False
    has_etag: bool = False
    for_phones: bool = False
    """It may be answered as plain text, and the body of an error is empty."""


def _phonebook(form: str, *query: dict[str, Any]) -> Operation:
    """Return the operation of a form of the phone book, which takes q and whatever else its phones send."""
    return Operation(f"get_{form}_phonebook", XML, query=(Q, *query), has_etag=True)


PHONE_NUMBERS, EMAILS, TAGS = (f"/v1.0/contacts/{{contact_id}}/{path}" for path in ("phone-numbers", "emails", "tags"))
OPERATIONS = {
    ("GET", "/v1.0/contacts"): Operation("list_contacts", ContactPage, query=PAGE),
    ("POST", "/v1.0/contacts"): Operation("create_contact", Contact, 201, NewContact),
    ("GET", "/v1.0/contacts/lookup"): Operation("lookup_contact", Contact, query=LOOKUP, may_be_missing=True),
    ("POST", "/v1.0/contacts/lookup"): Operation("lookup_contacts", LookupResults, body=Lookups),
    ("GET", "/v1.0/contacts/{contact_id}"): Operation("get_contact", Contact),
    ("PUT", "/v1.0/contacts/{contact_id}"): Operation("update_contact", Contact, body=ChangedContact),
    ("DELETE", "/v1.0/contacts/{contact_id}"): Operation("delete_contact", Contact),
    ("POST", PHONE_NUMBERS): Operation("add_phone_number", Contact, 201, PhoneNumberIn, may_exist=True),
    ("PUT", f"{PHONE_NUMBERS}/{{address_id}}"): Operation(
        "update_phone_number", Contact, body=ChangedPhoneNumber, may_exist=True
    ),
    ("DELETE", f"{PHONE_NUMBERS}/{{address_id}}"): Operation("remove_phone_number", Contact),
    ("POST", EMAILS): Operation("add_email", Contact, 201, EmailIn, may_exist=True),
    ("PUT", f"{EMAILS}/{{address_id}}"): Operation("update_email", Contact, body=ChangedEmail, may_exist=True),
    ("DELETE", f"{EMAILS}/{{address_id}}"): Operation("remove_email", Contact),
    ("POST", TAGS): Operation("add_tag", Contact, 201, AddedTag),
    ("DELETE", f"{TAGS}/{{tag_id}}"): Operation("remove_tag", Contact),
    ("GET", "/v1.0/callerid"): Operation("get_callerid", CallerId, query=CALLERID, for_phones=True),
    ("GET", "/v1.0/tags"): Operation("list_tags", TagPage, query=PAGE),
    ("POST", "/v1.0/tags"): Operation("create_tag", Tag, 201, NewTag, may_exist=True),
    ("GET", "/v1.0/tags/{tag_id}"): Operation("get_tag", Tag),
    ("PUT", "/v1.0/tags/{tag_id}"): Operation("update_tag", Tag, body=ChangedTag, may_exist=True),
    ("DELETE", "/v1.0/tags/{tag_id}"): Operation("delete_tag", Tag),
    ("GET", "/v1.0/phonebooks/yealink"): _phonebook("yealink"),
    ("GET", "/v1.0/phonebooks/cisco"): _phonebook("cisco", STEP, AFTER),
    ("GET", "/v1.0/phonebooks/snom"): _phonebook("snom", STEP, AFTER),
    ("GET", "/v1.0/phonebooks/snom-book"): _phonebook("snom_whole"),
    ("GET", "/v1.0/phonebooks/ipphone"): _phonebook("ipphone"),
    ("GET", "/v1.0/phonebooks/grandstream"): _phonebook("grandstream"),
    ("GET", "/v1.0/phonebooks/grandstream/phonebook.xml"): _phonebook("grandstream_file"),
    ("GET", "/v1.0/phonebooks/gigaset"): _phonebook("gigaset", *LIST),
    ("GET", "/healthz"): Operation("get_health", Status),
    ("GET", "/readyz"): Operation("get_readiness", Status),
    ("GET", "/metrics"): Operation("get_metrics", TEXT),
}
LINKED = {
    (Contact, "contacts"): "$response.body#/id",
    (Contact, "phone-numbers"): "$response.body#/phone_numbers/0/id",
    (Contact, "emails"): "$response.body#/emails/0/id",
    (Contact, "tags"): "$response.body#/tag_ids/0",
    (Tag, "tags"): "$response.body#/id",
}
"""Where in an answer the id is that a path has behind that word."""


def document(routes: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return the OpenAPI document of `routes`: pairs of a Falcon URI template and its resource."""
    structs = {op.answer for op in OPERATIONS.values() if not isinstance(op.answer, str)} | {Problem}
    structs |= {op.body for op in OPERATIONS.values() if op.body}
    ordered = sorted(structs, key=lambda struct: str(struct.__name__))
    _, schemas = msgspec.json.schema_components(ordered, ref_template="#/components/schemas/{name}")
    paths: dict[str, dict[str, Any]] = {}
    for template, resource in routes:
        path = re.sub(r"\{(\w+):id\}", r"{\1}", template)
        for (method, of_path), operation in OPERATIONS.items():
            if of_path == path:
                paths.setdefault(path, {})[method.lower()] = _operation(method, path, resource, operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ringbook",
            "version": __version__,
            "summary": "The contacts service behind phone systems: it knows who is calling.",
            "description": "A GET answers HEAD too; a slash at the end of a path makes no difference.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{name: []} for name in CREDENTIALS],
        "tags": [{"name": name} for name in ("contacts", "callerid", "phonebooks", "tags", "operations")],
        "paths": paths,
        "components": {
            "securitySchemes": CREDENTIALS,
            "schemas": {name: schema | _example(name) for name, schema in sorted(schemas.items())},
            "responses": {str(status): _error(status) for status in ERRORS},
        },
    }


def _example(name: str) -> dict[str, Any]:
    return {"examples": [BY_STRUCT[name]]} if name in BY_STRUCT else {}


def _content(kind: Any) -> dict[str, Any]:
    if isinstance(kind, str):
        return {kind: {"schema": {"type": "string"}}}
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}}


def _error(status: int) -> dict[str, Any]:
    headers = REQUEST_ID | HEADERS.get(status, {})
    return {"description": ERRORS[status], "headers": headers, "content": _content(Problem)}


def _refusal(status: int, operation: Operation) -> dict[str, Any]:
    if operation.for_phones:
        words = ERRORS[status].partition(";")[0].removesuffix(".")
        return {"description": f"{words}. The body is empty.", "headers": _error(status)["headers"]}
    return {"$ref": f"#/components/responses/{status}"}


def _operation(method: str, path: str, resource: Any, operation: Operation) -> dict[str, Any]:
    scope = getattr(resource, "scopes", {}).get(method)
    parts = path.split("/")
    statuses = [400, 500, 503]
    statuses += [401, 403, 429] if scope else []
    statuses += [404] if operation.may_be_missing or "{" in path else []
    statuses += [409] if operation.may_exist else []
    statuses += [413] if operation.body else []
    ids = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    summary, _, more = getattr(resource, f"on_{method.lower()}").__doc__.partition("\n\n")
    answer: dict[str, Any] = {"description": "Done.", "headers": REQUEST_ID, "content": _content(operation.answer)}
    if operation.for_phones:
        answer["content"] |= _content(TEXT)
    if method == "POST":
        answer["links"] = _links(operation)
    answers = {str(operation.status): answer}
    if operation.has_etag:
        answer["headers"] = REQUEST_ID | ETAG
        answers["304"] = {"description": "No contact has changed since.", "headers": REQUEST_ID | ETAG}
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [parts[2] if scope else "operations"],
        "summary": summary.removesuffix("."),
        "description": " ".join([*more.split(), f"Scope: `{scope}`." if scope else "No access key is needed."]),
        "parameters": [*ids, *operation.query, *([IF_NONE_MATCH] if operation.has_etag else [])],
        "responses": answers | {str(status): _refusal(status, operation) for status in sorted(statuses)},
    }
    if not scope:
        described["security"] = []
    if operation.body:
        described["requestBody"] = {"required": True, "content": _content(operation.body)}
    return described


def _links(operation: Operation) -> dict[str, Any]:
    """Return what can be done next with the ids in an operation's answer."""
    links = {}
    for (_, path), following in OPERATIONS.items():
        ids = re.findall(r"([a-z-]+)/\{(\w+)\}", path)
        found = {name: LINKED[operation.answer, word] for word, name in ids if (operation.answer, word) in LINKED}
        if ids and len(found) == len(ids):
            links[following.id] = {"operationId": following.id, "parameters": found}
    return links


class OpenApi:
    """/openapi.json."""

    def __init__(self, routes: Sequence[tuple[str, Any]]) -> None:
        self._document = msgspec.json.encode(document(routes))

    async def on_get(self, _req: Request, resp: Response) -> None:
        """Return the OpenAPI document."""
        resp.data = self._document

    on_head = on_get
