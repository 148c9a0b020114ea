"""Find contacts by what somebody types into one box."""

import pytest

JOHN = {
    "first_name": "John",
    "last_name": "Smith",
    "company": "Acme",
    "job_title": "Account Manager",
    "phone_numbers": [{"number": "+1 555 123 4567"}],
    "emails": [{"address": "jane@acme.example"}],
}


def add(user, *bodies):
    answers = [user.api.post("/contacts", json=body) for body in bodies]
    assert {answer.status_code for answer in answers} == {201}
    return [answer.json()["id"] for answer in answers]


def found(user, q, **page):
    answer = user.api.get("/contacts/search", params={"q": q, **page})
    assert answer.status_code == 200, answer.text
    assert answer.json()["complete"]
    return [one["display_name"] or f"{one['first_name']} {one['last_name']}".strip() for one in answer.json()["result"]]


def named(*names):
    return [{"display_name": name} for name in names]


def test_a_contact_is_found_by_the_beginning_of_every_word_of_it(alice):
    add(alice, JOHN, *named("Somebody Else"))
    for q in ("smith jo", "SMITH", "acme", "jane@ac", "acc man", "j s a", "jane@acme.example", "exam"):
        assert found(alice, q) == ["John Smith"], q
    for q in ("mith", "smith nobody", "***", "cme"):
        assert found(alice, q) == [], q


@pytest.mark.parametrize(
    "q", ["+1 555 123", "15551234567", "(555) 123-4567", "123-4567", "1234", "4567", "567", "smith 4567", "001 555"]
)
def test_a_number_is_found_by_its_beginning_at_home_or_abroad_or_by_its_end(alice, q):
    add(alice, JOHN, {"display_name": "Other", "phone_numbers": [{"number": "+49 30 987654"}]})
    assert found(alice, q) == ["John Smith"]


@pytest.mark.parametrize("q", ["030 9876", "30 98", "+49 (0)30 98", "0049 30", "987654", "654", "011 49 30 9"])
def test_a_number_from_abroad_is_found_as_it_is_dialled_there(alice, q):
    add(alice, JOHN, {"display_name": "Other", "phone_numbers": [{"number": "+49 30 987654"}]})
    assert found(alice, q) == ["Other"]


@pytest.mark.parametrize(
    ("company", "queries"),
    [
        ("24/7 Support", ["24/7", "24/7 support", "support 24/7", "john 24/7", "24", "7", "247"]),
        ("7-11", ["7-11", "7 11", "711"]),
        ("9-1-1 Dispatch", ["9-1-1", "9-1-1 dispatch", "911 john"]),
        ("1 800 Flowers", ["1 800 Flowers", "flowers 1 800", "1800", "1 80"]),
        ("Floors 2 3 1 (4), east", ["floors 2 3 1 (4), east", "2 3 1 4", "2 3"]),
        ("\N{FULLWIDTH DIGIT TWO}4/7", ["24/7", "\N{FULLWIDTH DIGIT TWO}4/7"]),
        ("Flat 12/3b", ["12/3b", "12 3b"]),
    ],
)
def test_groups_of_digits_in_a_text_are_found_as_they_stand_there(alice, company, queries):
    made = alice.api.post("/contacts", json={"first_name": "John", "job_title": company}).json()
    other = alice.api.post("/contacts", json={"first_name": "John", "company": company}).json()
    for q in queries:
        found = alice.api.get("/contacts/search", params={"q": q}).json()["result"]
        assert (q, {one["id"] for one in found}) == (q, {made["id"], other["id"]})


def test_fewer_than_three_digits_are_a_word_and_no_number(alice):
    add(alice, JOHN, *named("Studio 54"))
    for q, wanted in {"54": ["Studio 54"], "5": ["Studio 54"], "67": [], "555": ["John Smith"], "john 45": []}.items():
        assert found(alice, q) == wanted, q


def test_letters_are_found_without_their_strokes_and_umlauts_in_both_ways(alice):
    names = ["Søren Kjærgård", "Lech Wałęsa", "Đặng Văn", "Işık Yılmaz", "Jörg Möller", "Hans Moeller", "Tom Moller"]
    add(alice, *named(*names))
    for q, wanted in {
        "soren": ["Søren Kjærgård"],
        "soeren kjaer": ["Søren Kjærgård"],
        "walesa": ["Lech Wałęsa"],
        "dang": ["Đặng Văn"],
        "isik yilmaz": ["Işık Yılmaz"],
        "möller": ["Hans Moeller", "Jörg Möller", "Tom Moller"],
        "moller": ["Jörg Möller", "Tom Moller"],
        "moeller": ["Hans Moeller", "Jörg Möller"],
    }.items():
        assert found(alice, q) == wanted, q


def test_a_script_without_blanks_is_found_from_any_place(alice):
    add(alice, *named("北京科技", "김민수", "สมชาย ใจดี", "山田たろう"))
    for q, wanted in {
        "科技": "北京科技",
        "京": "北京科技",
        "민수": "김민수",
        "ชาย": "สมชาย ใจดี",
        "たろ": "山田たろう",
    }.items():
        assert found(alice, q) == [wanted], q


def test_the_best_comes_first_and_ties_go_by_name(alice):
    add(
        alice,
        {"display_name": "Zed", "company": "Anna GmbH"},
        {"display_name": "Bert Anna"},
        {"display_name": "Al Anna"},
        {"display_name": "Annabel"},
        {"display_name": "Anna Zimt"},
        {"display_name": "Anna"},
        {"display_name": "Yves", "emails": [{"address": "anna@acme.example"}]},
        {"display_name": "Nobody"},
    )
    wanted = ["Anna", "Anna Zimt", "Annabel", "Al Anna", "Bert Anna", "Yves", "Zed"]
    assert found(alice, "anna") == wanted
    assert found(alice, "anna@acme.example") == ["Yves"]
    for size in (1, 2, 3, 7):
        seen, token = [], ""
        while True:
            page = alice.api.get(
                "/contacts/search", params={"q": "anna", "page_size": size, "page_token": token}
            ).json()
            seen += [one["display_name"] for one in page["result"]]
            token = page["next_page_token"]
            if not token:
                break
        assert seen == wanted, size


def test_who_has_the_whole_number_comes_first(alice):
    add(
        alice,
        {"display_name": "Aaron", "phone_numbers": [{"number": "+15551234567"}, {"number": "+155512345678"}]},
        {"display_name": "Abe", "phone_numbers": [{"number": "+155512345679"}]},
        {"display_name": "Zoe", "phone_numbers": [{"number": "+15551234567"}]},
    )
    assert found(alice, "+1 555 123-4567") == ["Aaron", "Zoe", "Abe"]


def test_what_changes_is_found_as_it_is_now(alice):
    (one,) = add(alice, JOHN)
    path = f"/contacts/{one}"
    alice.api.put(path, json={"last_name": "Miller"})
    assert (found(alice, "smith"), found(alice, "miller")) == ([], ["John Miller"])
    number = alice.api.post(f"{path}/phone-numbers", json={"number": "+15559876543"}).json()["phone_numbers"][1]["id"]
    assert found(alice, "6543") == ["John Miller"]
    alice.api.put(f"{path}/phone-numbers/{number}", json={"number": "+15550001111"})
    assert (found(alice, "6543"), found(alice, "1111")) == ([], ["John Miller"])
    alice.api.delete(f"{path}/phone-numbers/{number}")
    assert found(alice, "1111") == []
    alice.api.delete(path)
    assert found(alice, "miller") == []


def test_another_customers_contacts_are_not_found(alice, bob):
    add(alice, JOHN)
    for q in ("john", "4567", "+15551234567", "jane@acme.example"):
        assert found(bob, q) == []
