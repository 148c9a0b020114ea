"""The filters of the list of contacts, and the trash."""

import json
import re
import uuid

import pytest

from ringbook.api.app import ROUTES
from ringbook.api.http.resource import operations_of
from ringbook.contacts import filters

TAGS = [str(uuid.UUID(int=i)) for i in range(1, 4)]
BODIES = [
    {"display_name": "A", "phone_numbers": [{"number": "+15551234567"}], "company": "Müller & Söhne", "tag_ids": TAGS},
    {"display_name": "B", "phone_numbers": [{"number": "+15551234567"}], "source": "import", "tag_ids": TAGS[:2]},
    {"display_name": "C", "emails": [{"address": "c@acme.example"}], "company": "MULLER SOHNE", "external_id": "CRM-1"},
    {"display_name": "D", "emails": [{"address": "c@acme.example"}], "source": "import", "tag_ids": TAGS[2:]},
    {"display_name": "E", "phone_numbers": [{"number": "+15551234567"}], "company": "Muller Sohne Ltd"},
]


@pytest.fixture
def book(alice):
    answers = [alice.api.post("/contacts", json=body) for body in BODIES]
    assert {answer.status_code for answer in answers} == {201}
    return [answer.json()["id"] for answer in answers]


def page(user, **query):
    answer = user.api.get("/contacts", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"result", "next_page_token"}
    return answer.json()


def names(user, **query):
    return "".join(one["display_name"] for one in page(user, **query)["result"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"phone": "(555) 123-4567"}, "EBA"),
        ({"phone": "15551234567"}, "EBA"),
        ({"phone": "+15550000000"}, ""),
        ({"phone": "no number"}, ""),
        ({"email": " C@Acme.example"}, "DC"),
        ({"email": "c@"}, ""),
        ({"external_id": "CRM-1"}, "C"),
        ({"external_id": "crm-1"}, ""),
        ({"external_id": "CRM\0-1"}, ""),
        ({"external_id": "C" * 5000}, ""),
        ({"tag_id": TAGS[0].upper()}, "BA"),
        ({"tag_id": f"{TAGS[0]},{TAGS[2]}"}, "A"),
        ({"tag_id": str(uuid.UUID(int=9))}, ""),
        ({"source": "import"}, "DB"),
        ({"source": "manual"}, "ECA"),
        ({"source": "sync"}, ""),
        ({"company": "müller söhne"}, "CA"),
        ({"company": "Muller"}, ""),
        ({"company": "***"}, ""),
        ({"phone": "+15551234567", "source": "import"}, "B"),
        ({"phone": "+15551234567", "company": "muller sohne"}, "A"),
        ({"email": "c@acme.example", "external_id": "CRM-1", "company": "muller sohne", "source": "manual"}, "C"),
        ({"tag_id": TAGS[1], "source": "import", "phone": "5551234567"}, "B"),
        ({"company": "muller sohne", "source": "import"}, ""),
        ({"deleted": "false"}, "EDCBA"),
        ({"phone": "", "source": "", "deleted": ""}, "EDCBA"),
    ],
)
def test_a_filter_finds_everyone_it_fits_newest_first(alice, bob, book, query, found):
    assert names(alice, **query) == found
    assert names(bob, **query) == ""


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("query", [{"phone": "+15551234567"}, {"source": "manual"}, {"company": "muller sohne"}])
def test_the_pages_of_a_filter_lose_and_repeat_nobody(alice, book, size, query):
    seen, token = "", ""
    while True:
        one = page(alice, page_size=size, page_token=token, **query)
        seen += "".join(contact["display_name"] for contact in one["result"])
        token = one["next_page_token"]
        if not token:
            break
    assert seen == names(alice, **query)


def test_the_trash_is_told_last_deleted_first_page_by_page(alice, bob, book):
    for i in (1, 4, 0):
        alice.api.delete(f"/contacts/{book[i]}")
    first = page(alice, deleted="true", page_size=2)
    assert "".join(one["display_name"] for one in first["result"]) == "AE"
    assert all(one["tm_delete"] for one in first["result"])
    assert names(alice, deleted="true", page_size=2, page_token=first["next_page_token"]) == "B"
    assert (names(alice), names(alice, phone="+15551234567"), names(alice, tag_id=TAGS[0])) == ("DC", "", "")
    assert names(alice, source="manual", company="muller sohne") == "C"
    assert names(bob, deleted="true") == ""


@pytest.mark.parametrize(
    ("path", "query", "reason", "fields"),
    [
        ("/contacts", "tag_id=x", "INVALID_QUERY_PARAMETER", ["tag_id"]),
        ("/contacts", f"tag_id={TAGS[0]},", "INVALID_QUERY_PARAMETER", ["tag_id"]),
        ("/contacts", "source=crm", "INVALID_QUERY_PARAMETER", ["source"]),
        ("/contacts", "deleted=yes", "INVALID_QUERY_PARAMETER", ["deleted"]),
        ("/contacts", "deleted=true&phone=%2B15551234567", "INVALID_QUERY_PARAMETER", ["phone"]),
        ("/contacts", "deleted=true&page_token=x", "INVALID_PAGE_TOKEN", ["page_token"]),
        ("/contacts", "phnoe=x&y=z", "UNKNOWN_QUERY_PARAMETER", ["phnoe", "y"]),
        ("/contacts/search", "q=x&query=y", "UNKNOWN_QUERY_PARAMETER", ["query"]),
        ("/contacts/search", "", "MISSING_QUERY_PARAMETER", ["q"]),
        ("/contacts/search", "q=a+b+c+d+e+f+g+h+i+j+k", "INVALID_QUERY_PARAMETER", ["q"]),
        ("/contacts/search", "q=" + "a" * 201, "INVALID_QUERY_PARAMETER", ["q"]),
        ("/contacts/search", "q=a&page_token=x", "INVALID_PAGE_TOKEN", ["page_token"]),
        ("/contacts/search", "q=a&page_size=-1", "INVALID_PAGE_SIZE", ["page_size"]),
        ("/tags", "name=x", "UNKNOWN_QUERY_PARAMETER", ["name"]),
    ],
)
def test_a_parameter_that_is_unknown_or_wrong_is_named(alice, path, query, reason, fields):
    answer = alice.api.get(f"{path}?{query}")
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert (error["reason"], [one["field"] for one in error["details"]]) == (reason, fields)


def test_filters_that_seldom_meet_give_short_pages_and_lose_nobody(alice, monkeypatch):
    monkeypatch.setattr(filters, "LOOKED_AT", (3, 5))  # as if there were thousands
    rare = {0, 1, 17, 18, 39}
    bodies = [
        {"display_name": str(i), "tag_ids": TAGS[: 2 if i in rare else 1], "source": "manual" if i % 2 else "api"}
        for i in range(40)
    ]
    alice.api.post("/contacts/batch", json={"operations": [{"create": body} for body in bodies]})
    for query, expected in (
        ({"tag_id": ",".join(TAGS[:2])}, [39, 18, 17, 1, 0]),
        ({"tag_id": ",".join(TAGS[:2]), "source": "api"}, [18, 0]),
        ({"tag_id": TAGS[0]}, list(range(39, -1, -1))),
        ({"tag_id": ",".join(reversed(TAGS))}, []),
    ):
        found, token, pages = [], "", 0
        while token or not pages:
            part = page(alice, **query, page_size=2, page_token=token)
            found += [int(one["display_name"]) for one in part["result"]]
            token, pages = part["next_page_token"], pages + 1
        assert found == expected
        assert pages <= 21
        file = alice.api.get("/contacts/export", params={"format": "jsonl", **query}).text
        assert [int(json.loads(line)["display_name"]) for line in file.splitlines()] == expected


LISTS = sorted(
    path
    for path, resource in ROUTES.items()
    if (listing := operations_of(resource).get("GET")) and re.match("list_|search_|export_", listing.id)
)


def test_every_list_refuses_a_parameter_that_it_does_not_know(alice):
    assert len(LISTS) > 9
    for path in LISTS:
        answer = alice.api.get(re.sub(r"{[\w:]+}", TAGS[0], path.removeprefix("/v1.0")), params={"nonsense": "1"})
        error = answer.json()["error"]
        assert (path, error["reason"], error["details"][0]["field"]) == (path, "UNKNOWN_QUERY_PARAMETER", "nonsense")
        assert re.fullmatch(r"nonsense: is no parameter here; there (are \w+(, \w+)*|is none)", error["message"])


def test_a_credential_is_no_unknown_parameter(alice, server):
    assert alice.api.get("/contacts", params={"accesskey": "x"}).status_code == 200
