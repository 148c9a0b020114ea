"""Another customer's ids, numbers and names, put wherever a request takes one, are answered as ones that are nobody's.

The calls are made from the OpenAPI document: a new route, parameter or field is in them, or fails the test until it is
named here.
"""

import copy
import json
import re
import uuid
from itertools import product

import httpx
import msgspec

from ringbook.api.description.examples import BY_STRUCT, NEW_CONTACT
from ringbook.clock import new_id, utc_now
from ringbook.contacts.book_versions import SLOTS
from ringbook.contacts.change_feed import make_token
from ringbook.tenants.caller import Caller
from ringbook.transfer.options import ImportOptions
from tests.api.test_openapi import LOCKED
from tests.people import PASSWORD, token_of

DOCUMENT = json.loads(LOCKED.read_text())
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
REVEAL_NOTHING = {
    "Idempotency-Key",
    "page_size",
    "source",
    "company",
    "deleted",
    "step",
    "set_first",
    "first",
    "count",
    "format",
    "max",
    "wait",
    *(field.name for field in msgspec.structs.fields(ImportOptions)),
    "version",
    "file_name",
}
"""Parameters that name nothing of a customer's."""

FREE = {"first_name", "last_name", "display_name", "company", "job_title", "notes", "source", "type", "is_primary"}
FREE |= {
    "atomic",
    "scopes",
    "tm_expire",
    "prefix",
    "default_region",
    "totp_required",
    "url",
    "events",
    "is_active",
    "disabled_reason",
    "secret",
    "detail",
    "target_name",
    "tm_create",
    "tm_update",
    "tm_delete",
}
FREE |= {"role", "has_password", "has_totp", "code"}
"""Fields of bodies that name nothing of a customer's."""


def made(api, number, address):
    """Create a tag and a contact with all that a contact has; return what a path, a query or a body may name of it."""
    name = f"tag {uuid.uuid4()}"
    tag = api.post("/tags", json={"name": name}).json()
    body = {"phone_numbers": [{"number": number}], "emails": [{"address": address}], "tag_ids": [tag["id"]]}
    contact = api.post("/contacts", json=body | {"external_id": name}).json()
    webhook = api.post("/webhooks", json={"url": "https://crm.example", "is_active": False}).json()
    job = api.post("/imports", content=b"no file of contacts").json()
    key = api.post("/access-keys", json={"scopes": ["lookup"]}).json()
    since = api.get("/contacts/changes").json()["next"]
    user = api.post("/users", json={"email": f"{uuid.uuid4()}@acme.com", "role": "agent"}).json()
    password = {"token": token_of(user["link"]), "password": PASSWORD}
    session = httpx.post(f"{api.base_url}passwords", json=password).json()["session"]
    ids = {"webhooks": webhook["id"], "imports": job["id"], "users": user["id"], "sessions": session["id"]}
    ids |= {"access-keys": key["id"]}
    return names_of(contact, name) | {"since": since} | ids


def names_of(contact, name):
    number, address, [tag_id] = contact["phone_numbers"][0], contact["emails"][0], contact["tag_ids"]
    return {
        # path: by the word before the id
        "contacts": contact["id"],
        "phone-numbers": number["id"],
        "emails": address["id"],
        "addresses": number["id"],
        "tags": tag_id,
        # query and headers
        "page_token": f"{contact['tm_create']}_{contact['id']}",
        "phone": number["number_e164"],
        "email": address["address"],
        "q": number["number_e164"].removeprefix("+"),
        "after": contact["id"],
        # body: by the end of the field's path
        "phone_numbers.id": number["id"],
        "emails.id": address["id"],
        "addresses.id": number["id"],
        "id": contact["id"],
        "contact_id": contact["id"],
        "customer_id": contact["customer_id"],
        "number": number["number"],
        "number_e164": number["number_e164"],
        "target": number["number_e164"],
        "address": address["address"],
        "tag_id": tag_id,
        "tag_ids": [tag_id],
        "wanted phones": [number["number_e164"]],
        "wanted emails": [address["address"]],
        "external_id": contact["external_id"],
        "name": name,
    }


def nobodys(theirs):
    """Return the same of a contact that never was, but created at the same time."""
    made_up = {tuple(v) if isinstance(v, list) else v: new_id(utc_now()) for v in theirs.values()}
    time = theirs["page_token"].partition("_")[0]
    new = {key: [made_up[tuple(v)]] if isinstance(v, list) else made_up[v] for key, v in theirs.items()}
    new["tag_ids"] = [new["tag_id"]]
    new |= {"page_token": f"{time}_{uuid.UUID(theirs['contacts'][:23] + new_id(utc_now())[23:])}"}
    new |= {
        "since": make_token(Caller(new_id(utc_now()), "", ""), utc_now(), (0,) * SLOTS),
        "q": "15550009999",
        "If-None-Match": 'W/"nobody"',
        "If-Match": '"nobody"',
        "phone": "+15550009999",
        "number": "+15550009999",
        "number_e164": "+15550009999",
        "target": "+15550009999",
        "wanted phones": ["+15550009999"],
        "wanted emails": ["nobody@acme.com"],
    }
    return new | {"email": "nobody@acme.com", "address": "nobody@acme.com"}


def resolved(schema):
    """Return the schema that a reference, or the first of `anyOf` that is not null, leads to."""
    if "$ref" in schema:
        return resolved(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    return resolved(options[0]) if options else schema


def fields(schema, path=()):
    """Yield the path of every field of a body: names, and 0 for the first of a list."""
    schema = resolved(schema)
    if "properties" in schema:
        for name, kind in schema["properties"].items():
            yield from fields(kind, (*path, name))
    elif "items" in schema and "properties" in resolved(schema["items"]):
        yield from fields(schema["items"], (*path, 0))
    else:
        yield path


def named_fields(schema):
    """Yield the path of every field that may name something of a customer's, and the word for it in names_of."""
    for path in fields(schema):
        words = [part for part in path if part != 0]
        long = ".".join(words[-2:])
        if words[-1] not in FREE:
            wanted = f"wanted {words[-1]}" if words[-1] in ("phones", "emails") else words[-1]
            yield path, long if long.endswith("s.id") else wanted


def with_field(body, path, value):
    whole = NEW_CONTACT | {"addresses": [BY_STRUCT["TelAddressIn"]]}
    if path[0] == "operations" and len(path) > 3:
        least = {"upsert": {"external_id": "x"}, "update": {"id": new_id(utc_now())}}.get(path[2], {})
        return {"operations": [{path[2]: with_field(least, path[3:], value)}]}
    body = copy.deepcopy({key: whole[key] for key in path[:1] if key in whole} | body)
    within = body
    for part in path[:-1]:
        within = within[part]
    within[path[-1]] = value
    return body


def operations():
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if operation.get("security") != []:
                content = operation.get("requestBody", {}).get("content", {}).get("application/json", {"schema": {}})
                for schema in content["schema"].get("anyOf", [content["schema"]]):
                    yield method, path, operation, schema


def calls(path, operation, schema):
    """Yield which ids of the path, which parameter and which field of the body are to be another's."""
    ids = re.findall(r"([a-z-]+)/\{\w+\}", path)
    for foreign in product([False, True], repeat=len(ids)):
        if any(foreign):
            yield {word for word, is_foreign in zip(ids, foreign, strict=True) if is_foreign}, None, None
    for parameter in operation["parameters"]:
        if parameter["in"] != "path" and parameter["name"] not in REVEAL_NOTHING:
            yield set(), parameter["name"], None
    if schema:
        for field in named_fields(schema):
            yield set(), None, field


def answer(api, method, path, own, names, call, body):
    """Send the call with `names` where another's are to be, else `own`; return the answer without what is new in it."""
    in_path, parameter, field = call
    path = re.sub(r"([a-z-]+)/\{\w+\}", lambda m: f"{m[1]}/{(names if m[1] in in_path else own)[m[1]]}", path)
    if body and "name" in body:
        body = body | {"name": f"tag {uuid.uuid4()}"}  # a tag's is there once
    if field:
        body = with_field(body, field[0], names[field[1]])
    given = {parameter: names[parameter]} if parameter else {}
    headers = given if parameter in ("If-None-Match", "If-Match") else {}
    got = api.request(method, path.removeprefix("/v1.0"), params=given, headers=headers, json=body or None)
    text = re.sub(r'"(?:request_id|secret|link|token|prefix)":"[^"]*"', "", got.text)
    for word, value in names.items():
        for one in value if isinstance(value, list) else [value]:
            text = text.replace(one, f"<{word}>")
    return got.status_code, TIME.sub("<time>", UUID.sub("<id>", text))


def everything(api):
    return [api.get(path).json() for path in ("/contacts", "/tags", "/webhooks", "/users", "/sessions")]


def empty(api):
    """Delete all that the last call left, so that the next finds the same."""
    for path in ("/contacts", "/tags", "/webhooks", "/users"):
        for row in api.get(path).json()["result"]:
            api.delete(f"{path}/{row['id']}")


def test_anothers_ids_are_answered_as_nobodys_wherever_they_stand(alice, bob):
    theirs = made(alice.api, "+15550001111", "alice@acme.com")
    theirs["If-Match"] = alice.api.get(f"/contacts/{theirs['contacts']}").headers["ETag"]
    theirs["If-None-Match"] = alice.api.get("/phonebooks/yealink").headers["ETag"]
    before, tried, own = everything(alice.api), 0, None
    for method, path, operation, schema in operations():
        body = BY_STRUCT[schema["$ref"].rpartition("/")[2]] if schema else None
        for call in calls(path, operation, schema):
            answers = []
            for names in (theirs, nobodys(theirs)):
                own = own or made(bob.api, "+15550002222", "bob@acme.com")
                answers.append(answer(bob.api, method, path, own, names, call, body))
                if method != "get" and answers[-1][0] < 300:
                    own = empty(bob.api)
            assert answers[0] == answers[1], (method, path, call)
            assert answers[0][0] < 500, (method, path, call)
            assert not call[0] or answers[0][0] == 404, (method, path, call)
            tried += 1
    assert everything(alice.api) == before
    assert tried > 50
