"""The OpenAPI document is whole, true and locked; `python -m tests.api.test_openapi` writes it anew."""

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from ringbook.api.app import ROUTES
from ringbook.api.description.examples import BY_STRUCT, CONTACT, NEW_CONTACT
from ringbook.api.description.openapi import described, document
from ringbook.api.http import problems
from ringbook.calling import batch_lookup, callerid
from ringbook.contacts import addresses, contact, contact_tags, tags
from ringbook.values.fields import reader

LOCKED = Path(__file__).parents[2] / "docs/openapi.json"
CONFIGURATION = Path(__file__).parent / "schemathesis.toml"
MODULES = addresses, callerid, contact, contact_tags, batch_lookup, tags, problems
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
    assert BY_STRUCT[name].keys() <= set(STRUCTS[name].__struct_fields__)


def test_every_struct_of_the_document_that_is_no_part_of_another_has_an_example():
    used = {operation.body for operation in OPERATIONS} | {operation.answer for operation in OPERATIONS}
    assert {struct.__name__ for struct in used if hasattr(struct, "__struct_fields__")} - BY_STRUCT.keys() == {"Status"}


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
    assert re.search(r"Tested: +32", said), said


if __name__ == "__main__":
    LOCKED.write_text(json.dumps(document(ROUTES), indent=2, ensure_ascii=False) + "\n")
