"""The tutorial and the README are the specification: what they show is what a live server answers."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from falcon import inspect

from ringbook.api.app import create_app
from ringbook.config import read_settings
from tests.process import started
from tests.replay import SHOWN_ADDRESS, SHOWN_TOKEN, blocks, compare, replay

ROOT = Path(__file__).parent.parent
TUTORIAL = (ROOT / "docs/tutorial.md").read_text()
README = (ROOT / "README.md").read_text()
MISSING = [program for program in ("bash", "curl", "python3") if not shutil.which(program)]
END = "\n-- end of the answer --\n"


@pytest.mark.parametrize("document", ["docs/tutorial.md", "README.md", "docs/operations.md"])
def test_every_call_is_answered_as_shown(server, alice, document):
    assert replay((ROOT / document).read_text(), server, alice.token)


@pytest.mark.skipif(MISSING, reason=f"not on this machine: {', '.join(MISSING)}")
@pytest.mark.parametrize("text", [README, TUTORIAL], ids=["README", "tutorial"])
def test_the_calls_do_the_same_when_they_are_pasted_into_a_shell(server, alice, text, tmp_path):
    (tmp_path / ".curlrc").write_text("silent\n")  # as where standard output is a terminal
    environment = os.environ | {"CURL_HOME": str(tmp_path)}
    shown = blocks(text, server, alice.token)
    script = "".join(f"{block}printf '%s' '{END}'\n" for block, *_ in shown)
    shell = subprocess.run(
        ["bash"], input=script, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
    )
    real = {}
    for (block, status, form, answer), seen in zip(shown, shell.stdout.split(END)[:-1], strict=True):
        if status:
            compare(form, answer, seen.rstrip("\n") if form == "text" else seen, real)
        else:
            assert (block, seen) == (block, "")


def test_the_readme_shows_what_a_first_start_prints(empty_database_url, tmp_path):
    with started(empty_database_url, tmp_path / "log", "quickstart") as (_, address):
        printed = (tmp_path / "log").read_text()
    key, link = re.search(r"rb_\w{38}", printed)[0], re.search(r"#/welcome\?token=(\S+)", printed)[1]
    assert f"```text\nInstalling into .venv, about half a minute\n{printed}```" in README.replace(
        SHOWN_ADDRESS, address
    ).replace(SHOWN_TOKEN, key).replace("the_token_that_make_run_printed", link)


DRIFTS = [
    ("<Name>Jane Miller</Name>", "<Name>Jane</Name>"),
    ('"first_name": "John",\n  "last_name"', '"firstname": "John",\n  "last_name"'),
    ('"is_primary": true, "tm', '"is_primary": "true", "tm'),
    ('"first_name": "John",\n  "last_name": "Smith",', '"last_name": "Smith",\n  "first_name": "John",'),
    ('"company": "Acme Corp",\n  "job', '"company": "Acme",\n  "job'),
    ('"tm_update": null', '"tm_update": ""'),
    ("Answer `404 Not Found`", "Answer `400 Bad Request`"),
    ('"next_page_token": ""', '"next_page_token": null'),
    ('--data \'{"name": "VIP"}\'', '--data \'{"name": "Vip"}\''),
]

WHOLE = '  "detail": "Has a contract with a named account manager",\n'
CHANGED = '"display_name": "John Smith (VIP)",\n  "company": "Acme Corporation",'
DRIFTS_OF_CUT_ANSWERS = {
    "a value is another": (CHANGED, CHANGED.replace("Acme", "Acme's")),
    "a value is of another type": ('"is_primary": false, …}', '"is_primary": 0, …}'),
    "a key is not in the answer": ('"display_name": "John Smith", …', '"shown_name": "John Smith", …'),
    "two keys are turned round": (CHANGED, '"company": "Acme Corporation",\n  "display_name": "John Smith (VIP)",'),
    "two items are turned round": (
        '"01a20da5-f533-72dd-b76f-3e7cf4d208fc",\n    "01a20da5-f526-7d95-87a0-4cff38e2b997"\n  ],\n  …',
        '"01a20da5-f526-7d95-87a0-4cff38e2b997",\n    "01a20da5-f533-72dd-b76f-3e7cf4d208fc"\n  ],\n  …',
    ),
    "a key stands one level too high": (
        '[{…, "address": "john@acme.com", …}], …}',
        '[…], "address": "john@acme.com", …}',
    ),
    "a key is shown twice": ('…, "name": "VIP", …', '…, "name": "VIP", "name": "VIP", …'),
    "an id is another's": (
        '{"id": "01a20da5-f55b-7b16-a5c7-4bc26706328e", …, "display_name"',
        '{"id": "01a20da5-f533-72dd-b76f-3e7cf4d208fc", …, "display_name"',
    ),
    "a time is another's": (
        '"tm_update": "2026-11-24T13:01:49.852886Z"',
        '"tm_update": "2026-11-24T13:01:49.787693Z"',
    ),
    "keys are left out without a mark": ('", …, "display_name": "John Smith", …', '", "display_name": "John Smith", …'),
    "a key is marked that is not there": (
        '"company": "Acme Corporation",\n  "job',
        '"company": "Acme Corporation", …,\n  "job',
    ),
    "items are left out without a mark": ('"phone_numbers": [\n    …,\n', '"phone_numbers": [\n'),
    "an item is marked that is not there": ('"tag_ids": ["01a20da5-f533', '"tag_ids": […, "01a20da5-f533'),
    "a whole answer is cut in a block json": (WHOLE, "  …,\n"),
    "a whole answer lacks a key": (WHOLE, ""),
}
IDS_OF_TAGS = 'import json, sys; print(json.load(sys.stdin)["id"])\')\n```\n\nAnswer `201 Created`:\n\n```json'
DRIFTS_OF_THE_SHELL = {
    "the wrong id is taken": (IDS_OF_TAGS, IDS_OF_TAGS.replace('"id"', '"customer_id"')),
    "the id of the wrong item is taken": ('["phone_numbers"][-1]', '["phone_numbers"][0]'),
    "a key is taken that is not in the answer": ('["emails"][-1]["id"]', '["emails"][-1]["email_id"]'),
    "a variable is set under another name": ("VIP=$(", "VIPS=$("),
    "another variable is used": ("/tags/$ENTERPRISE", "/tags/$JOHN"),
    "a variable stands between single quotes": ("[\"'$ENTERPRISE'\", \"'$VIP'\"]", '["$ENTERPRISE", "$VIP"]'),
    "a program of the pipe fails": ("| python3 -m json.tool |", "| python3 -m json.tools |"),
    "an unknown program is in the pipe": ("| python3 -m json.tool |", "| jq |"),
    "curl would show its progress": ("VIP=$(curl -sS", "VIP=$(curl"),
    "the key is not sent": ('AUTH="Authorization: Bearer $TOKEN"', 'AUTH="Authorization: Bearer $API"'),
}


@pytest.mark.parametrize(
    ("shown", "drifted"),
    [
        *DRIFTS,
        *(pytest.param(*drift, id=name) for name, drift in (DRIFTS_OF_CUT_ANSWERS | DRIFTS_OF_THE_SHELL).items()),
    ],
)
def test_a_document_that_has_drifted_is_refused(server, alice, shown, drifted):
    assert shown in TUTORIAL
    with pytest.raises(AssertionError):
        replay(TUTORIAL.replace(shown, drifted, 1), server, alice.token)


def test_an_id_shown_twice_must_be_the_same_twice(server, alice):
    customer_id = TUTORIAL.split('"customer_id": "')[1][:36]
    before, _, after = TUTORIAL.rpartition(customer_id)
    with pytest.raises(AssertionError):
        replay(f"{before}{customer_id[:-4]}0000{after}", server, alice.token)


SHOWN_WHOLE = tuple(
    f"/v1.0/{word}"
    for word in ("access-keys", "callerid", "contacts", "customer", "demo", "me", "phonebooks", "tags", "webhooks")
)
"""Of these every call is shown; of users and logins the first ones."""

OF_A_FILE = ("GET", "/v1.0/contacts/export")
"""Its answer is a file: docs/move-in.md has it, and the imports."""


def test_the_tutorial_has_every_call(server, database_url, alice):
    app = create_app(read_settings({"RINGBOOK_DATABASE_URL": database_url}))
    routes = {
        (method.method, route.path)
        for route in inspect.inspect_routes(app)
        if route.path.startswith(SHOWN_WHOLE)
        for method in route.methods
        if not method.internal and method.method != "HEAD"
    }
    sent = [response.request for response in replay(TUTORIAL, server, alice.token) if response.is_success]
    assert {(request.method, app._router.find(request.url.path)[3]) for request in sent} >= routes - {OF_A_FILE}
    assert {"phone", "email"} <= {name for request in sent for name in request.url.params}
