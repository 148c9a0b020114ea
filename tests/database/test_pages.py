"""A page is bounded by how much JSON it has."""

import pytest


@pytest.fixture
def large(alice):
    """Contacts of 400,000 bytes of JSON each, and small ones between them; the newest first."""
    made = []
    for i in range(9):
        notes = "\U0001f600" * 65_536 if i % 3 else ""
        numbers = [{"number": f"+4930{i}{n:07}"} for n in range(100 if i % 3 else 1)]
        answer = alice.api.post("/contacts", json={"notes": notes, "phone_numbers": numbers})
        assert answer.status_code == 201, answer.text
        made.insert(0, answer.json())
    return made


@pytest.mark.parametrize("size", [1, 2, 4, 9, 100])
def test_a_page_of_large_contacts_has_fewer_and_the_next_goes_on_behind_them(alice, large, size, monkeypatch):
    monkeypatch.setattr("ringbook.database.pages.MOST_CHARACTERS", 200_000)
    seen, token, pages = [], "", []
    while True:
        page = alice.api.get("/contacts", params={"page_size": size, "page_token": token}).json()
        seen += page["result"]
        pages.append(len(page["result"]))
        token = page["next_page_token"]
        if not token:
            break
    assert seen == large
    assert max(pages) <= size
    assert min(pages) >= 1
    assert len(pages) > (9 if size == 1 else 3) - 1


def test_a_page_of_usual_contacts_is_as_long_as_asked_for(alice):
    for i in range(101):
        alice.api.post("/contacts", json={"notes": "n" * 5000, "display_name": f"Jane {i}"})
    page = alice.api.get("/contacts").json()
    assert (len(page["result"]), bool(page["next_page_token"])) == (100, True)
