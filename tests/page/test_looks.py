"""Every screen, in both schemes and widths: what axe says of it, whether it fits, a picture where one is asked for."""

import pytest

from tests.page.axe import complaints, overflows
from tests.page.books import HUNDRED, add, fill
from tests.page.conftest import NARROW, SCREENSHOTS, WIDE, picture

SCREENS = {
    "contacts": "#/contacts",
    "nobody": "#/contacts?q=nobody",
    "contact": "#/contacts/{full}",
    "contact-long": "#/contacts/{long}",
    "contact-rtl": "#/contacts/{rtl}",
    "contact-many": "#/contacts/{many}",
    "contact-bare": "#/contacts/{bare}",
    "edit": "#/contacts/{full}/edit",
    "edit-many": "#/contacts/{many}/edit",
    "new": "#/contacts/new",
    "trash": "#/contacts/trash",
    "gone": "#/contacts/{deleted}",
    "import": "#/import",
    "export": "#/export",
    "phones": "#/phones",
    "callers": "#/callers",
    "cleanup": "#/cleanup",
    "settings": "#/settings",
}
"""What is looked at, by the name of its picture; what stands in braces are ids of contacts."""

FULL = {
    "first_name": "John",
    "last_name": "Smith",
    "company": "Acme Ltd",
    "job_title": "Buyer",
    "external_id": "crm-4711",
    "notes": "Calls on Mondays. Wants to be asked for in person.\nHis assistant is Ms Brown.",
    "phone_numbers": [
        {"number": "+1 (202) 555-0123", "type": "mobile", "is_primary": True},
        {"number": "+1 202 555 0124 ext. 12", "type": "work"},
        {"number": "+1 202 555 0125", "type": "fax"},
    ],
    "emails": [
        {"address": "john.smith@acme.example", "type": "work"},
        {"address": "js@example.org", "type": "personal"},
    ],
}

SIZES = {"wide": WIDE, "narrow": NARROW}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_looks_right(windows, alice, size, scheme):
    def look(page, name):
        page.wait_for_load_state("networkidle")
        picture(page, f"{name}-{size}-{scheme}")
        wrong.extend(f"{name}: {line}" for line in complaints(page))
        if overflows(page) > 0:
            wrong.append(f"{name} is {overflows(page)} pixels too wide")

    wrong = []
    window = {"size": SIZES[size], "scheme": scheme}
    login = windows.open(**window)
    login.get_by_role("heading", name="Log in").wait_for()
    look(login, "login")
    page = windows.of("owner", **window)
    page.locator(".empty").wait_for()
    look(page, "empty")
    people = fill(alice)
    full, deleted, many = (
        add(alice, **FULL, tag_ids=people[1]["tag_ids"]),
        add(alice, display_name="Gone"),
        add(alice, **HUNDRED),
    )
    alice.api.delete(f"/contacts/{deleted['id']}")
    alice.api.put(f"/contacts/{full['id']}", json={"job_title": "Head of Support"})
    found = {"full": full, "long": people[4], "rtl": people[2], "bare": people[5], "many": many, "deleted": deleted}
    ids = {name: contact["id"] for name, contact in found.items()}
    for name, path in SCREENS.items():
        page.goto(f"/{path.format(**ids)}")
        page.reload()
        page.locator("h1").wait_for()
        look(page, name)
    change_at_once(alice, page, ids["full"], look)
    if size == "narrow":
        page.get_by_role("button", name="Menu").click()
        look(page, "menu")
    assert wrong == []


@pytest.mark.skipif(not SCREENSHOTS, reason="no pictures are asked for")
def test_the_pictures_of_the_document_look_right(windows, alice):
    people = fill(alice)
    for ugly in (people[1], *people[4:7]):
        alice.api.delete(f"/contacts/{ugly['id']}")
    full = add(alice, **FULL, tag_ids=people[0]["tag_ids"])
    more = [
        ("Maria Rossi", "Trattoria Rossi", "0141"),
        ("Night porter", "City Hotel", "0142"),
        ("Ola Nordmann", "Fjord AS", "0143"),
    ]
    for name, company, end in more:
        add(alice, display_name=name, company=company, phone_numbers=[{"number": f"+1 202 555 {end}"}])
    page = windows.of()
    page.locator("a.row").nth(6).wait_for()
    picture(page, "page-contacts")
    page.goto(f"/#/contacts/{full['id']}")
    page.locator(".values").first.wait_for()
    picture(page, "page-contact")
    page = windows.of(size=NARROW, scheme="dark")
    page.locator("a.row").nth(6).wait_for()
    picture(page, "page-on-a-phone")


def test_a_screen_fits_where_it_is_enlarged_four_times(windows, alice):
    """1280 pixels of which each is four: 320 (WCAG 1.4.10)."""
    people = fill(alice)
    page = windows.of("owner", size={"width": 320, "height": 256})
    paths = [
        "#/contacts",
        f"#/contacts/{people[4]['id']}",
        f"#/contacts/{people[4]['id']}/edit",
        "#/contacts/new",
        "#/settings",
    ]
    for path in paths:
        page.goto(f"/{path}")
        page.reload()
        page.locator("h1").wait_for()
        page.wait_for_load_state("networkidle")
        assert overflows(page) <= 0, path


def change_at_once(owner, page, contact, look):
    """Look at what a form says when it is refused, is left, and meets another's change."""
    page.goto(f"/#/contacts/{contact}/edit")
    page.reload()
    page.get_by_label("Number 2", exact=True).fill("12")
    page.get_by_label("Company").fill("Acme Inc")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("alert").wait_for()
    look(page, "refused")
    page.get_by_role("combobox", name="Tags").fill("b")
    look(page, "tags")
    page.get_by_label("Number 2", exact=True).fill("+1 202 555 0129")
    page.get_by_role("link", name="Contacts").last.click()
    page.get_by_role("dialog").wait_for()
    look(page, "leave")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    owner.api.put(f"/contacts/{contact}", json={"company": "Acme Holding", "notes": "Retires in May."})
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("dialog").wait_for()
    look(page, "conflict")
    page.get_by_role("button", name="Save what is chosen").click()
    page.get_by_text("Saved").wait_for()
    page.get_by_text("History").click()
    page.locator(".history ol > li").nth(2).wait_for()
    look(page, "history")
