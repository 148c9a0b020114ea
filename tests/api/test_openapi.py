"""The OpenAPI document is whole, true and locked; `python -m tests.api.test_openapi` writes it anew."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from msgspec.structs import fields

from ringbook.api import batch as api_batch
from ringbook.api import me
from ringbook.api.app import ROUTES
from ringbook.api.description.examples import BY_STRUCT, CONTACT, NEW_CONTACT
from ringbook.api.description.openapi import described, document
from ringbook.api.http import problems
from ringbook.api.http.bodies import reader
from ringbook.calling import batch_lookup, call_log, callerid, explaining
from ringbook.contacts import batch, change_feed, change_log, contact, contact_tags, demo, notations, search, tags
from ringbook.tenants import access_keys, customers, logins, sessions, totp, user_links, users
from ringbook.transfer import imports
from ringbook.webhooks import deliveries, webhook

LOCKED = Path(__file__).parents[2] / "docs/openapi.json"
CONFIGURATION = Path(__file__).parent / "schemathesis.toml"
MODULES = (
    notations,
    batch,
    api_batch,
    search,
    callerid,
    explaining,
    call_log,
    demo,
    access_keys,
    customers,
    change_feed,
    change_log,
    contact,
    contact_tags,
    batch_lookup,
    me,
    tags,
    webhook,
    deliveries,
    imports,
    logins,
    sessions,
    totp,
    user_links,
    users,
    problems,
)
STRUCTS = {name: struct for module in MODULES for name, struct in vars(module).items()}
OPERATIONS = [one.operation for one in described(ROUTES)]
HANDLERS = [
    (method, re.sub(r":id\}", "}", template))
    for template, resource in ROUTES.items()
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    if hasattr(resource, f"on_{method.lower()}")
]


def test_the_document_is_the_locked_one():
    assert document(ROUTES) == json.loads(LOCKED.read_text()), "see the difference by `make openapi` and `git diff`"


def test_every_handler_is_documented_and_nothing_else():
    assert sorted((one.method, one.path) for one in described(ROUTES)) == sorted(HANDLERS)


@pytest.mark.parametrize("name", BY_STRUCT)
def test_an_example_is_a_value_of_its_struct(name):
    msgspec.convert(BY_STRUCT[name], STRUCTS[name], dec_hook=reader("US"))
    known = {*STRUCTS[name].__struct_fields__, STRUCTS[name].__struct_config__.tag_field}
    assert BY_STRUCT[name].keys() <= known


def test_every_struct_of_the_document_that_is_no_part_of_another_has_an_example():
    declared = {operation.body for operation in OPERATIONS} | {operation.answer for operation in OPERATIONS}
    used = {struct for kind in declared for struct in get_args(kind) or (kind,)}
    assert {struct.__name__ for struct in used if hasattr(struct, "__struct_fields__")} - BY_STRUCT.keys() == {
        "Status",
        "Readiness",
    }


def test_every_key_of_an_answer_is_always_there():
    answers = [operation.answer for operation in OPERATIONS if hasattr(operation.answer, "__struct_fields__")]
    optional = {(answer.__name__, field.name) for answer in answers for field in fields(answer) if not field.required}
    assert optional == {("ContactPage", "complete"), ("Readiness", "search_index")}


def test_the_example_is_what_the_service_answers(alice):
    answer = alice.api.post("/contacts", json=NEW_CONTACT).json()

    def shape(contact):
        return re.sub(r'("(?:\w+_)?(?:id|tm_create)": )"[^"]*"', r"\1x", json.dumps(contact))

    assert shape(answer) == shape(CONTACT)


def test_the_document_and_the_page_are_served_whole_from_here(server, alice):
    assert alice.api.get(f"{server}/openapi.json").json()["info"]["title"] == "Ringbook"
    page = alice.api.get(f"{server}/docs/")
    for path in re.findall('(?:src|href)="(/[^"]+)"', page.text):
        assert alice.api.get(f"{server}{path}").content, path
    assert "://" not in page.text
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]


def test_every_operation_and_every_success_has_its_own_true_sentence():
    whole = document(ROUTES)
    operations = [one for path in whole["paths"].values() for one in path.values()]
    summaries = [one["summary"] for one in operations]
    assert len(set(summaries)) == len(summaries) == len(OPERATIONS)
    for one in operations:
        noun = one["operationId"].partition("_")[2].replace("_", " ").rstrip("s").removesuffix(" phonebook")
        if noun in ("contact", "phone number", "email", "tag") and one["operationId"] != "lookup_contacts":
            assert noun in one["summary"].lower().replace("-", " ")
    successes = {one["operationId"]: answer["description"] for one in operations for answer in [first(one)]}
    assert "Done." not in successes.values()
    changes = [successes[name] for name in successes if name.partition("_")[0] in ("add", "update", "remove", "delete")]
    assert len(set(changes)) == len(changes)


def first(operation):
    return next(answer for status, answer in operation["responses"].items() if status.startswith("2"))


def test_there_is_one_padlock_with_bearer_and_token_and_the_groups_are_described():
    whole = document(ROUTES)
    assert list(whole["components"]["securitySchemes"]) == ["bearer", "token"]
    assert {tag["name"] for tag in whole["tags"]} == {
        tag for path in whole["paths"].values() for operation in path.values() for tag in operation["tags"]
    }
    assert all(tag["description"] for tag in whole["tags"])
    for way in ("make key", "ringbook accesskey create", "?accesskey=", "Basic", "cookie `accesskey` or `token`"):
        assert way in whole["info"]["description"]


def attack(server, token, folder, *options):
    """Let schemathesis send all it can think of, every phase and check, links followed; return what it has to say."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)]
    command += ["run", f"{server}/openapi.json", "--header", f"Authorization: Bearer {token}", "--continue-on-failure"]
    run = subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_schemathesis_finds_nothing(server, alice, tmp_path):
    """The same requests in each run; tests/faults/test_fuzz.py sends others, and more."""
    said = attack(server, alice.token, tmp_path, "--max-examples", "3", "--generation-deterministic")
    assert re.search(r"Tested: +83", said), said


if __name__ == "__main__":
    LOCKED.write_text(json.dumps(document(ROUTES), indent=2, ensure_ascii=False) + "\n")
