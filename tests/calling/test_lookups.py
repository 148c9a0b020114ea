"""Many lookups at once."""

import pytest

from tests.contacts.test_contacts import JOHN
from tests.replies import found


@pytest.fixture
def john(alice):
    return create(alice, JOHN)


def create(user, contact):
    answer = user.api.post("/contacts", json=contact)
    assert answer.status_code == 201, answer.text
    return found(answer.json())


def look_up(user, **values):
    answer = user.api.post("/contacts/lookup", json=values)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def alone(user, **value):
    answer = user.api.get("/contacts/lookup", params=value)
    return answer.json() if answer.is_success else None


def test_each_value_finds_what_a_lookup_for_it_alone_finds(alice, bob, john):
    for number in ("+5511987654321", "+541123456789", "+15551234567", "+4930123456"):
        alice.api.post("/contacts", json={"phone_numbers": [{"number": number}], "emails": [{"address": "a@b.c"}]})
    bob.api.post("/contacts", json={"phone_numbers": [{"number": "+15557654321"}]})
    phones = ["+15551234567", "(555) 123-4567", "551187654321", "+5491123456789", "sip:+15559876543@pbx", " 4930123456"]
    phones += ["+15550000000", "+15557654321", "15551234567 x22", "+15551234567"]
    mails = ["JOHN@acme.com", "a@b.c", "nobody@acme.com"]
    results = look_up(alice, phones=phones, emails=mails)
    assert [one["value"] for one in results] == phones + mails
    expected = [alone(alice, phone=value) for value in phones] + [alone(alice, email=value) for value in mails]
    assert [one["contact"] for one in results] == expected
    assert expected[0] == john
    assert expected.count(None) == 3
    assert {one["error"] for one in results} == {None}


def test_a_value_that_is_none_has_its_own_error(alice, john):
    results = look_up(
        alice, phones=["anonymous", "+15551234567", "101", "\0", ""], emails=["x", "john@acme.com", "\0@b.c"]
    )
    assert [one["contact"] and one["contact"]["id"] for one in results] == [
        *(None, john["id"], None, None, None),
        *(None, john["id"], None),
    ]
    reasons = [one["error"] and one["error"]["reason"] for one in results]
    number, address = "INVALID_PHONE_NUMBER", "INVALID_EMAIL_ADDRESS"
    assert reasons == [number, None, number, number, number, address, None, address]
    assert "101" in results[2]["error"]["message"]


@pytest.mark.parametrize("body", [{}, {"phones": []}, {"phones": None, "emails": []}])
def test_no_values_have_no_results(alice, body):
    assert look_up(alice, **body) == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"phones": ["1"] * 1001}, "TOO_MANY_ENTRIES"),
        ({"phones": ["1"] * 501, "emails": ["1"] * 500}, "TOO_MANY_ENTRIES"),
        ({"phones": [1]}, "INVALID_FIELD"),
        ({"phones": "1"}, "INVALID_FIELD"),
        ({"phone": ["1"]}, "UNKNOWN_FIELD"),
    ],
)
def test_what_is_no_list_of_at_most_a_thousand_texts_is_refused(alice, body, reason):
    answer = alice.api.post("/contacts/lookup", json=body)
    assert (answer.status_code, answer.json()["error"]["reason"]) == (400, reason)


def test_a_thousand_values_are_answered_in_order(alice, john):
    phones = [f"+1555{i:07}" for i in range(999)] + ["+15551234567"]
    results = look_up(alice, phones=phones)
    assert [one["value"] for one in results] == phones
    assert [one["contact"] for one in results] == [None] * 999 + [john]


SPELLED = ["(479) 212-3456", "479_212_3456", "479\u202f212\u202f3456", "4792123456", "٤٧٩٢١٢٣٤٥٦", "479 212 3456 Fax"]


@pytest.mark.parametrize("spelled", SPELLED)
def test_a_number_is_the_same_for_storing_looking_up_batches_and_caller_ids(alice, spelled):
    """Alice's region is the US; signs, blanks and scripts make no Norwegian of a number of Arkansas."""
    norwegian = create(alice, {"phone_numbers": [{"number": "+47 92 12 34 56"}]})
    stored = create(alice, {"first_name": "Ann", "phone_numbers": [{"number": spelled}]})
    assert stored["phone_numbers"][0]["number_e164"] == "+14792123456"
    assert alone(alice, phone=spelled) == stored
    assert [one["contact"] for one in look_up(alice, phones=[spelled])] == [stored]
    assert alice.api.get("/callerid", params={"phone": spelled}).text == "Ann"
    assert alone(alice, phone=" 4792123456") == norwegian


def test_an_old_number_and_the_new_one_find_one_another(alice):
    old = create(alice, {"phone_numbers": [{"number": "+225 07 12 34 56"}]})
    new = create(alice, {"phone_numbers": [{"number": "+229 01 97 12 34 56"}]})
    assert alone(alice, phone="+2250707123456") == old
    assert alone(alice, phone="+22997123456") == new


def test_an_address_in_a_uri_or_behind_a_name_is_found(alice, john):
    mails = ["mailto:john@acme.com", "John <john@acme.com>"]
    assert [alone(alice, email=mail) for mail in mails] == [john, john]
    assert [one["contact"] for one in look_up(alice, emails=mails)] == [john, john]
