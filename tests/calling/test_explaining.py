"""The test call: what a phone would show, and why."""

import pytest

from tests.calling.test_callerid import add


def explained(user, number):
    answer = user.api.get("/callerid/explain", params={"phone": number})
    assert answer.status_code == 200, answer.text
    explanation = answer.json()
    as_shown = user.api.get("/callerid", params={"phone": number, "format": "json"}).json()
    assert explanation["callerid"] == as_shown
    return explanation


def test_each_reading_tells_whom_it_finds_and_the_first_is_shown(alice):
    abroad = alice.api.post(
        "/contacts", json={"display_name": 'Anna "A"', "phone_numbers": [{"number": "+54 11 5555 0100"}]}
    ).json()
    both = explained(alice, "54 9 11 5555 0100")
    found = [one["contact"] for one in both["readings"] if one["contact"]]
    assert found == [{"id": abroad["id"], "name": "Anna “A”", "number": "+54 11 5555 0100"}]
    assert both["callerid"]["contact_id"] == abroad["id"]
    assert both["error"] is None


def test_a_later_reading_is_told_though_an_earlier_one_is_shown(alice):
    numbers = [one["number"] for one in explained(alice, "54 9 11 5555 0100")["readings"]]
    assert len(numbers) > 1
    made = [add(alice, display_name=n, phone_numbers=[{"number": n}]) for n in reversed(numbers)]
    explanation = explained(alice, "54 9 11 5555 0100")
    assert [one["contact"]["number"] for one in explanation["readings"]] == numbers
    assert explanation["callerid"]["contact_id"] == made[-1]["id"]


def test_of_several_contacts_the_one_on_which_it_is_primary_is_told(alice, bob):
    first = add(alice, phone_numbers=[{"number": "(555) 123-4567", "is_primary": True}])
    add(alice)
    add(bob)
    [reading] = explained(alice, "+15551234567")["readings"]
    assert reading == {
        "number": "+15551234567",
        "contact": {"id": first["id"], "name": "", "number": "(555) 123-4567"},
    }


@pytest.mark.parametrize("number", ["anonymous", "12", "+1555123456789012345", "\ud7ff"])
def test_what_is_no_number_says_why(alice, number):
    explanation = explained(alice, number)
    assert explanation["readings"] == []
    assert explanation["error"]["reason"] == "INVALID_PHONE_NUMBER"
    assert explanation["error"]["message"]


def test_without_a_number_it_is_refused_with_a_body(alice):
    error = alice.api.get("/callerid/explain").json()["error"]
    assert (error["reason"], error["details"][0]["field"]) == ("MISSING_QUERY_PARAMETER", "phone")
