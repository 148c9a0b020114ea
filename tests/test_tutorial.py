"""The tutorial and the README are the specification: what they show is what a live server answers."""

from pathlib import Path

import pytest
from falcon import inspect

from ringbook.api.app import create_app
from ringbook.config import read_settings
from tests.replay import replay

ROOT = Path(__file__).parent.parent
TUTORIAL = (ROOT / "docs/tutorial.md").read_text()


@pytest.mark.parametrize("document", ["docs/tutorial.md", "README.md", "docs/operations.md"])
def test_every_call_is_answered_as_shown(server, alice, document):
    assert replay((ROOT / document).read_text(), server, alice.token)


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


@pytest.mark.parametrize(("shown", "drifted"), DRIFTS)
def test_a_document_that_has_drifted_is_refused(server, alice, shown, drifted):
    assert shown in TUTORIAL
    with pytest.raises(AssertionError):
        replay(TUTORIAL.replace(shown, drifted, 1), server, alice.token)


def test_an_id_shown_twice_must_be_the_same_twice(server, alice):
    customer_id = TUTORIAL.split('"customer_id": "')[1][:36]
    before, _, after = TUTORIAL.rpartition(customer_id)
    with pytest.raises(AssertionError):
        replay(f"{before}{customer_id[:-4]}0000{after}", server, alice.token)


def test_the_tutorial_has_every_call(server, database_url, alice):
    app = create_app(read_settings({"RINGBOOK_DATABASE_URL": database_url}))
    routes = {
        (method.method, route.path)
        for route in inspect.inspect_routes(app)
        if route.path.startswith(("/v1.0/contacts", "/v1.0/tags", "/v1.0/phonebooks"))
        for method in route.methods
        if not method.internal and method.method != "HEAD"
    }
    sent = [response.request for response in replay(TUTORIAL, server, alice.token) if response.is_success]
    assert {(request.method, app._router.find(request.url.path)[3]) for request in sent} == routes
    assert {"phone", "email"} <= {name for request in sent for name in request.url.params}
