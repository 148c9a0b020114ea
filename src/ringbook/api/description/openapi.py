"""The OpenAPI document: made once, from the routes, and what the handlers declare."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

import msgspec
from falcon.asgi import Request, Response

from ringbook import __version__
from ringbook.api.description.examples import BY_STRUCT
from ringbook.api.http.problems import Problem
from ringbook.api.http.resource import BINARY, MULTIPART, Operation, operations_of
from ringbook.contacts.contact import Contact
from ringbook.contacts.tags import Tag
from ringbook.tenants.access_keys import AccessKeyWithToken
from ringbook.tenants.user_links import UserWithLink
from ringbook.transfer.imports import Import
from ringbook.values.fields import schema_of
from ringbook.webhooks.webhook import WebhookWithSecret

API_PREFIX = "/v1.0/"
PLAIN_TEXT = "text/plain"
ABOUT = """**An access key** is needed for all but the operations: `make key` makes one in a clone, \
`ringbook accesskey create --customer ID` elsewhere. Press Authorize and put it under `bearer`, as programs send it; \
`token` is the same key in the URL, for systems that can send nothing else. It is also taken as the password of HTTP \
Basic, as `?accesskey=`, and as the cookie `accesskey` or `token`. A user who has logged in has a cookie of a session \
in its place.

A GET answers HEAD too. A slash at the end of a path makes no difference."""

TAGS = {
    "contacts": "Contacts with their phone numbers, emails and tags, and who is behind a number.",
    "callerid": "The name behind a number in one line, as PBXs ask for it on every ring.",
    "calls": "The last lookups and caller ids.",
    "phonebooks": "The contacts in the form of each make of desk phone.",
    "tags": "A customer's own names for kinds of contact.",
    "imports": "Files of contacts that are brought in.",
    "webhooks": "Addresses that are told when a contact changes.",
    "users": "The people of a customer, who log in.",
    "passwords": "How a user sets a password, and logs in by it.",
    "sessions": "The logins of users.",
    "totp": "The codes that a user is asked for beside the password.",
    "access-keys": "What programs show to be let in.",
    "customer": "Whose data an access key or a login opens.",
    "demo": "Made-up contacts, to look around with.",
    "me": "The access key, or the user, that asks.",
    "operations": "What an operator's tools ask; no access key is needed.",
}
"""The groups of operations, and what they are."""

CREDENTIALS = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access key, as programs send it."},
    "token": {
        "type": "apiKey",
        "in": "query",
        "name": "token",
        "description": "An access key in the URL, for systems that can send nothing else.",
    },
}

ERRORS = {
    400: "The request is not one that Ringbook understands; `details` names every bad field.",
    401: "No access key, or one that is wrong, expired or revoked; or a wrong login.",
    403: "The access key or the user lacks the scope, or a page of another site has sent the request.",
    404: "There is no such thing, or it is deleted, or another customer's.",
    409: "It is there already, in no state for this, or the first request with this Idempotency-Key is still running.",
    410: "The token has expired: get a new one, then list all.",
    412: "The contact is not as If-Match or If-None-Match says.",
    413: "The body is over the limit.",
    422: "Another request was sent with this Idempotency-Key.",
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
ETAG = {"ETag": {"description": "Another after every change.", "schema": {"type": "string"}}}
REQUEST_ID_HEADER = {
    "X-Request-Id": {
        "description": "The caller's own, where it is 1 to 128 of A-Za-z0-9._-, else a new one.",
        "schema": {"type": "string"},
    }
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of before.",
    "schema": {"type": "string"},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETags of which the contact must have one, or * for any.",
    "schema": {"type": "string"},
}
CREATES_ONLY = {
    "name": "If-None-Match",
    "in": "header",
    "description": "* where the contact is to be created only.",
    "schema": {"type": "string"},
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A text of your own for this request: sent again within 24 hours, it is done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
REPLAYED = {
    "Idempotent-Replayed": {
        "description": "Where it was done before, and this is the answer of then.",
        "schema": {"const": "true"},
    }
}
LINKED = {
    (Contact, "contacts"): "$response.body#/id",
    (Contact, "phone-numbers"): "$response.body#/phone_numbers/0/id",
    (Contact, "emails"): "$response.body#/emails/0/id",
    (Contact, "addresses"): "$response.body#/addresses/0/id",
    (Contact, "tags"): "$response.body#/tag_ids/0",
    (Tag, "tags"): "$response.body#/id",
    (WebhookWithSecret, "webhooks"): "$response.body#/id",
    (Import, "imports"): "$response.body#/id",
    (UserWithLink, "users"): "$response.body#/id",
    (AccessKeyWithToken, "access-keys"): "$response.body#/id",
}
"""Where in an answer the id is that a path has behind that word."""


class Described(NamedTuple):
    """An operation with its place."""

    method: str
    path: str
    operation: Operation
    sentence: str
    """The docstring of its handler."""


def described(routes: Mapping[str, Any]) -> list[Described]:
    """Return the operations of `routes`: resources by their Falcon URI template."""
    return [
        Described(method, re.sub(r"\{(\w+):id\}", r"{\1}", template), operation, sentence)
        for template, resource in routes.items()
        for method, operation in operations_of(resource).items()
        if (sentence := getattr(resource, f"on_{method.lower()}").__doc__)
    ]


def document(routes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI document of `routes`."""
    operations = described(routes)
    kinds = [kind for one in operations for kind in (one.operation.answer, one.operation.body) if kind]
    structs = {struct for kind in kinds if not isinstance(kind, str | tuple) for struct in _each_of(kind)} | {Problem}
    ordered = sorted(structs, key=lambda struct: str(struct.__name__))
    _, schemas = msgspec.json.schema_components(
        ordered, schema_hook=schema_of, ref_template="#/components/schemas/{name}"
    )
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, operations)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ringbook",
            "version": __version__,
            "summary": "The contacts service behind phone systems: it knows who is calling.",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{name: []} for name in CREDENTIALS],
        "tags": [{"name": name, "description": meaning} for name, meaning in TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": CREDENTIALS,
            "schemas": {name: schema | _example(name) for name, schema in sorted(schemas.items())},
            "responses": {str(status): _error(status) for status in ERRORS},
        },
    }


def _example(name: str) -> dict[str, Any]:
    return {"examples": [BY_STRUCT[name]]} if name in BY_STRUCT else {}


def _each_of(kind: Any) -> tuple[Any, ...]:
    """Return the Structs of a union, or the one."""
    return get_args(kind) or (kind,)


def _content(kind: Any) -> dict[str, Any]:
    if isinstance(kind, str | tuple):
        return {
            media_type: {"schema": _schema_of_file(media_type)}
            for media_type in ([kind] if isinstance(kind, str) else kind)
        }
    schemas = [{"$ref": f"#/components/schemas/{struct.__name__}"} for struct in _each_of(kind)]
    return {"application/json": {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}}


def _schema_of_file(media_type: str) -> dict[str, Any]:
    if media_type == MULTIPART:
        return {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]}
    return {"type": "string", "format": "binary"} if media_type == BINARY else {"type": "string"}


def _error(status: int) -> dict[str, Any]:
    headers = REQUEST_ID_HEADER | HEADERS.get(status, {})
    return {"description": ERRORS[status], "headers": headers, "content": _content(Problem)}


def _refusal(status: int, operation: Operation) -> dict[str, Any]:
    if operation.for_phones:
        words = ERRORS[status].partition(";")[0].removesuffix(".")
        return {"description": f"{words}. The body is empty.", "headers": _error(status)["headers"]}
    return {"$ref": f"#/components/responses/{status}"}


def _operation(one: Described, operations: Sequence[Described]) -> dict[str, Any]:
    operation = one.operation
    ids = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in re.findall(r"\{(\w+)\}", one.path)
    ]
    summary, _, more = one.sentence.partition("\n\n")
    scope = f"Scope: `{operation.scope}`." if operation.scope else "No access key is needed."
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [one.path.split("/")[2] if one.path.startswith(API_PREFIX) else "operations"],
        "summary": summary.removesuffix("."),
        "description": " ".join([*more.split(), scope]),
        "parameters": [*ids, *operation.query, *_headers(one)],
        "responses": _answers(one, operations) | _refusals(one),
    }
    if not operation.scope:
        described["security"] = []
    if operation.body:
        described["requestBody"] = {"required": True, "content": _content(operation.body)}
    return described


def _headers(one: Described) -> list[dict[str, Any]]:
    """Return the headers that an operation takes, as parameters."""
    conditions = [IF_NONE_MATCH] * one.operation.has_etag + [IF_MATCH] * _changes_one_contact(one)
    conditions += [CREATES_ONLY] * one.operation.may_create
    return conditions + [IDEMPOTENCY_KEY] * one.operation.is_done_once


def _changes_one_contact(one: Described) -> bool:
    """Tell whether an operation changes a contact that may be there."""
    may_be_there = "{contact_id}" in one.path or one.operation.may_create
    return one.method != "GET" and one.operation.answer is Contact and may_be_there


def _answers(one: Described, operations: Sequence[Described]) -> dict[str, Any]:
    operation = one.operation
    replayed = REPLAYED if one.operation.is_done_once else {}
    answer: dict[str, Any] = {"description": operation.success, "headers": REQUEST_ID_HEADER | replayed}
    answer["content"] = _content(operation.answer) | (_content(PLAIN_TEXT) if operation.for_phones else {})
    answers = {str(operation.status): answer}
    if one.method == "POST":
        answer["links"] = _links(one, operations)
    if operation.has_etag or operation.answer is Contact:
        answer["headers"] |= ETAG
    if operation.has_etag:
        answers["304"] = {"description": "Nothing has changed since.", "headers": REQUEST_ID_HEADER | ETAG}
    if operation.may_create:
        answers["201"] = answer | {"description": "The contact as it was created."}
    return answers


def _refusals(one: Described) -> dict[str, Any]:
    operation = one.operation
    statuses = [400, 500, 503]
    statuses += [401, 403, 429] if one.path.startswith(API_PREFIX) else []
    statuses += [404] if operation.may_be_missing or "{" in one.path else []
    statuses += [409] if operation.may_exist or one.operation.is_done_once else []
    statuses += [410] if operation.may_expire else []
    statuses += [422] if one.operation.is_done_once else []
    statuses += [412] if _changes_one_contact(one) else []
    statuses += [413] if operation.body else []
    return {str(status): _refusal(status, operation) for status in sorted(statuses)}


def _links(one: Described, operations: Sequence[Described]) -> dict[str, Any]:
    """Return what can be done next with the ids in an operation's answer: its own, and that of what it has added."""
    links = {}
    certain = {"contacts", one.path.rpartition("/")[2]}
    linked = {word: place for (answer, word), place in LINKED.items() if answer is one.operation.answer}
    for following in operations:
        ids = re.findall(r"([a-z-]+)/\{(\w+)\}", following.path)
        found = {name: linked[word] for word, name in ids if word in certain & linked.keys()}
        if ids and len(found) == len(ids):
            links[following.operation.id] = {"operationId": following.operation.id, "parameters": found}
    return links


class OpenApi:
    """/openapi.json."""

    def __init__(self, routes: Mapping[str, Any]) -> None:
        self._document = msgspec.json.encode(document(routes))

    async def on_get(self, _req: Request, resp: Response) -> None:
        """Return the OpenAPI document."""
        resp.data = self._document

    on_head = on_get
