"""Contacts: found, read, changed, deleted and brought back, as a person does it."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.page.books import HUNDRED, add, fill, tag
from tests.page.conftest import NARROW, WIDE
from tests.people import PASSWORD


def row(page, name):
    return page.locator("a.row").filter(has_text=name)


def rows(page):
    return page.locator("a.row .name").all_inner_texts()


def opened(windows, contact, *, edit=False, **more):
    page = windows.of(path=f"/#/contacts/{contact['id']}{'/edit' if edit else ''}", **more)
    page.locator("form.contact-form" if edit else ".contact-head").wait_for()
    return page


def save(page):
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_search_finds_while_typing_and_goes_on_by_keyboard(windows, alice):
    fill(alice)
    page = windows.of()
    expect(page.locator("a.row")).to_have_count(8)
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("smi")
    expect(page.locator("a.row")).to_have_count(1)
    assert page.url.endswith("?q=smi")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="John Smith")).to_be_visible()
    page.go_back()
    expect(row(page, "John Smith")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("smi")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("a.row")).to_have_count(8)


@pytest.mark.parametrize(
    ("typed", "found"), [("schaefer", "Anna Schäfer"), ("555 0155", "No name"), ("כהן", "ליאת כהן")]
)
def test_a_name_or_a_number_is_found_as_it_is_typed(windows, alice, typed, found):
    fill(alice)
    page = windows.of()
    page.get_by_role("searchbox").fill(typed)
    expect(page.locator("a.row")).to_have_count(1)
    assert rows(page) == [found]


def test_an_answer_that_comes_too_late_is_dropped(windows, alice):
    fill(alice)
    page = windows.of()
    expect(page.locator("a.row")).to_have_count(8)
    held = []
    hold = lambda route: held.append(route)  # noqa: E731, PLW0108 - Playwright takes no method of a list
    page.route("**/search?q=smi&**", hold)
    page.get_by_role("searchbox").fill("smi")
    page.wait_for_timeout(300)
    page.get_by_role("searchbox").fill("anna")
    expect(page.locator("a.row")).to_have_count(1)
    for route in held:
        route.abort()
    page.wait_for_timeout(100)
    assert rows(page) == ["Anna Schäfer"]


def test_filters_by_tag_and_source_stand_beside_the_search(windows, alice):
    fill(alice)
    add(alice, display_name="Zoë of the CRM", source="sync")
    page = windows.of()
    page.get_by_label("Tag", exact=True).select_option("Supplier")
    expect(page.locator("a.row")).to_have_count(2)
    page.get_by_role("searchbox").fill("zoe")
    expect(page.locator("a.row")).to_have_count(1)
    page.reload()
    expect(page.locator("a.row")).to_have_count(1)
    assert rows(page) == ["Zoë O’Brien"]
    page.get_by_label("Tag", exact=True).select_option("All tags")
    expect(page.locator("a.row")).to_have_count(2)
    page.get_by_label("Source").select_option("Another system")
    expect(page.locator("a.row")).to_have_count(1)
    page.get_by_role("searchbox").fill("nobody")
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.get_by_text("Nobody found for “nobody”.").last).to_be_visible()


def test_a_long_list_comes_as_it_is_scrolled_and_back_is_where_it_was_left(windows, alice):
    for n in range(2):
        operations = [{"create": {"display_name": f"Person {n}{i:02}"}} for i in range(60)]
        assert alice.api.post("/contacts/batch", json={"operations": operations}).status_code == 200
    page = windows.of()
    expect(page.locator("a.row")).to_have_count(50)
    page.locator("a.row").last.scroll_into_view_if_needed()
    expect(page.locator("a.row").nth(99)).to_be_attached()  # who scrolls fast may have the next ones already
    page.locator("a.row").last.scroll_into_view_if_needed()
    expect(page.locator("a.row")).to_have_count(120)
    expect(page.get_by_text("120 contacts").last).to_be_visible()
    row(page, "Person 005").click()
    page.get_by_role("main").get_by_role("link", name="Contacts").click()
    expect(page.locator("a.row")).to_have_count(120)
    expect(row(page, "Person 005")).to_be_focused()
    expect(row(page, "Person 005")).to_be_in_viewport()


def test_a_book_that_is_empty_says_how_to_begin(windows, alice):
    page = windows.of()
    expect(page.get_by_role("link", name="Bring in a file")).to_be_visible()
    page.get_by_role("button", name="Load 50 made-up contacts").click()
    expect(page.locator("a.row")).to_have_count(50)
    page.get_by_role("button", name="Take them out").click()
    expect(page.get_by_text("50 made-up contacts taken out.")).to_be_visible()
    expect(page.locator("a.row")).to_have_count(0)


def test_a_new_contact_is_made_by_keyboard_alone(windows, alice):
    tag(alice, "Supplier")
    page = windows.of(path="/#/contacts/new")
    expect(page.get_by_label("First name")).to_be_focused()
    page.keyboard.type("Ada")
    page.keyboard.press("Tab")
    page.keyboard.type("Byron")
    page.get_by_label("Number 1", exact=True).focus()
    page.keyboard.type("(202) 555-0123")
    page.get_by_role("button", name="Add a number").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Number 2", exact=True)).to_be_focused()
    page.keyboard.type("+49 30 23125 002")
    page.get_by_label("Type of number 2").select_option("Work")
    page.get_by_label("Number 2 is the main one").check()
    page.get_by_role("button", name="Add an email address").click()
    page.keyboard.type("Ada@Example.com")
    page.get_by_role("combobox", name="Tags").focus()
    page.keyboard.type("supp")
    page.keyboard.press("Enter")
    page.keyboard.type("Brand new")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take the tag Brand new off")).to_be_visible()
    page.get_by_label("Notes").fill("Calls on Mondays.")
    save(page)
    expect(page.get_by_role("heading", name="Ada Byron")).to_be_visible()
    expect(page.get_by_text("Saved")).to_be_visible()
    (made,) = alice.api.get("/contacts").json()["result"]
    assert [(one["number"], one["type"], one["is_primary"]) for one in made["phone_numbers"]] == [
        ("+49 30 23125 002", "work", True),
        ("(202) 555-0123", "mobile", False),
    ]
    assert [one["address"] for one in made["emails"]] == ["ada@example.com"]
    assert (made["source"], made["notes"], len(made["tag_ids"])) == ("manual", "Calls on Mondays.", 2)
    assert "/new" not in page.url


def test_a_number_that_nobody_has_becomes_a_contact(windows, alice):
    page = windows.of(path="/#/contacts?q=%2B12025550123")
    page.get_by_role("link", name="Add “+12025550123” as a new contact").click()
    expect(page.get_by_label("Number 1", exact=True)).to_have_value("+12025550123")
    page.get_by_label("Shown as").fill("The plumber")
    save(page)
    expect(page.get_by_role("heading", name="The plumber")).to_be_visible()
    expect(page.get_by_role("link", name="+12025550123")).to_have_attribute("href", "tel:+12025550123")


def test_each_refusal_stands_at_its_field_in_the_pages_own_words(windows):
    page = windows.of(path="/#/contacts/new")
    for n, number in enumerate(
        ("", "12", "+1 202 555 0123 / +1 202 555 0124", "+1 202 555 0125", "+1 202 555 0126 Chef")
    ):
        if n:
            page.get_by_role("button", name="Add a number").click()
        page.get_by_label(f"Number {n + 1}", exact=True).fill(number)
    page.get_by_role("button", name="Add an email address").click()
    page.get_by_label("Email address 1", exact=True).fill("nobody")
    save(page)
    expect(page.get_by_role("alert")).to_have_text("Not saved yet: please look at what is marked.")
    for label, words in (
        ("Number 2", "This is no phone number."),
        ("Number 3", "These are two numbers."),
        ("Number 5", "There is more than a number in it."),
        ("Email address 1", "This is no email address"),
    ):
        field = page.get_by_label(label, exact=True)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.locator(f"#{field.get_attribute('aria-describedby')}")).to_contain_text(words)
    expect(page.get_by_label("Number 2", exact=True)).to_be_focused()
    expect(page.get_by_label("Number 4", exact=True)).not_to_have_attribute("aria-invalid", "true")
    assert "phone_numbers" not in page.inner_text("main")


def test_the_same_number_twice_is_said_at_the_second(windows):
    page = windows.of(path="/#/contacts/new?number=%2B12025550123")
    page.get_by_role("button", name="Add a number").click()
    page.keyboard.type("+1 (202) 555-0123")
    save(page)
    expect(page.get_by_text("This is there twice.")).to_be_visible()
    page.get_by_role("button", name="Remove number 2").click()
    expect(page.get_by_label("Number 1", exact=True)).to_be_focused()
    save(page)
    expect(page.get_by_text("Saved")).to_be_visible()


def test_only_what_was_changed_is_sent(windows, alice):
    contact = add(
        alice,
        display_name="John Smith",
        external_id="crm-1",
        phone_numbers=[{"number": "+1 202 555 0123", "type": "work"}],
    )
    page = opened(windows, contact)
    expect(page.get_by_text("crm-1")).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Company").fill("Acme Ltd")
    with page.expect_request(lambda request: request.method == "PUT") as sent:
        save(page)
    assert sent.value.post_data_json == {"company": "Acme Ltd"}
    expect(page.locator(".contact-head")).to_contain_text("Acme Ltd")
    after = alice.api.get(f"/contacts/{contact['id']}").json()
    assert (after["external_id"], after["phone_numbers"]) == ("crm-1", contact["phone_numbers"])


def test_what_is_typed_is_not_left_without_a_question(windows, alice):
    page = opened(windows, add(alice, display_name="John Smith"), edit=True)
    page.get_by_label("Company").fill("Acme Ltd")
    page.get_by_role("link", name="Callers").click()
    dialog = page.get_by_role("dialog", name="Leave without saving?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("Company")).to_have_value("Acme Ltd")
    page.get_by_role("link", name="Callers").click()
    dialog.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", name="Callers")).to_be_visible()


def test_two_windows_that_change_the_same_contact_see_each_others_side(windows, alice):
    contact = add(alice, display_name="John Smith", company="Acme Ltd", phone_numbers=[{"number": "+1 202 555 0123"}])
    mine, theirs = (
        opened(windows, contact, edit=True),
        opened(windows, contact, edit=True, role="owner", name="Olga Owner"),
    )
    theirs.get_by_label("Company").fill("Acme Holding")
    theirs.get_by_label("Job title").fill("Head of sales")
    save(theirs)
    expect(theirs.get_by_text("Saved")).to_be_visible()
    mine.get_by_label("Company").fill("Acme Inc")
    mine.get_by_label("Number 1", exact=True).fill("+1 202 555 0124")
    save(mine)
    dialog = mine.get_by_role("dialog", name="Somebody else has changed this contact too")
    expect(dialog).to_contain_text("Olga Owner")
    company = dialog.get_by_role("group", name="Company")
    expect(company.get_by_label("Yours: Acme Inc")).to_be_checked()
    expect(dialog.get_by_role("group", name="Job title").get_by_label("Theirs: Head of sales")).to_be_checked()
    company.get_by_label("Theirs: Acme Holding").check()
    dialog.get_by_role("button", name="Save what is chosen").click()
    expect(mine.get_by_text("Saved")).to_be_visible()
    after = alice.api.get(f"/contacts/{contact['id']}").json()
    assert (after["company"], after["job_title"]) == ("Acme Holding", "Head of sales")
    assert [one["number"] for one in after["phone_numbers"]] == ["+1 202 555 0124"]


def test_a_session_that_ends_while_editing_loses_nothing_that_was_typed(windows, alice):
    contact = add(alice, display_name="John Smith")
    page = opened(windows, contact, edit=True)
    page.get_by_label("Notes").fill("Three pages of notes.")
    for session in alice.api.get("/sessions").json()["result"]:
        alice.api.delete(f"/sessions/{session['id']}").raise_for_status()
    save(page)
    dialog = page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_label("Password").fill("not this one")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("The address or the password is wrong.")
    dialog.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved")).to_be_visible()
    assert alice.api.get(f"/contacts/{contact['id']}").json()["notes"] == "Three pages of notes."


def test_a_contact_is_created_once_though_its_answer_was_lost(windows, alice):
    page = windows.of(path="/#/contacts/new")

    def lose(route):
        httpx.request(
            route.request.method,
            route.request.url,
            headers=route.request.all_headers(),
            content=route.request.post_data,
        )
        route.abort()

    page.get_by_label("Shown as").fill("John Smith")
    page.route("**/v1.0/contacts", lose)
    save(page)
    expect(page.get_by_role("alert")).to_have_text("Ringbook does not answer. Is the network there?")
    page.unroute("**/v1.0/contacts")
    save(page)
    expect(page.get_by_role("heading", name="John Smith")).to_be_visible()
    assert len(alice.api.get("/contacts").json()["result"]) == 1


def test_a_deleted_contact_is_undone_at_once_or_brought_back_from_the_trash(windows, alice):
    contact = add(alice, display_name="John Smith")
    page = windows.of()
    row(page, "John Smith").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status").filter(has_text="John Smith is in the trash now.")).to_be_visible()
    expect(page.locator("a.row")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="John Smith")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("link", name="Trash").click()
    page.get_by_role("button", name="Bring back John Smith").click()
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    assert alice.api.get(f"/contacts/{contact['id']}").status_code == 200


def test_the_history_says_who_changed_what(windows, alice):
    contact = add(alice, display_name="John Smith", company="Acme Ltd")
    alice.api.put(
        f"/contacts/{contact['id']}", json={"company": "Acme Inc", "phone_numbers": [{"number": "+1 202 555 0123"}]}
    )
    page = opened(windows, contact, edit=True)
    page.get_by_label("Job title").fill("Buyer")
    save(page)
    page.get_by_text("History").click()
    expect(page.locator(".history ol > li")).to_have_count(3)
    first, second, third = page.locator(".history ol > li").all_inner_texts()
    assert re.search(r"Ann Miller changed this contact · just now\s+Job title: nothing → Buyer", first)
    assert "Company: Acme Ltd → Acme Inc" in second
    assert "Number +12025550123 added" in second
    assert "created this contact" in third


def test_an_agent_reads_and_changes_nothing(windows, alice):
    contact = add(alice, display_name="John Smith")
    page = opened(windows, contact, edit=False, role="agent")
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    page.goto(f"/#/contacts/{contact['id']}/edit")
    expect(page.get_by_label("First name")).to_have_count(0)


def test_a_contact_that_is_gone_is_said(windows, alice):
    contact = add(alice, display_name="John Smith")
    alice.api.delete(f"/contacts/{contact['id']}")
    page = windows.of(path=f"/#/contacts/{contact['id']}")
    expect(page.get_by_role("alert")).to_have_text("It is not there any more.")
    page.get_by_role("link", name="Look in the trash").click()
    expect(page.get_by_role("button", name="Bring back John Smith")).to_be_visible()


def test_a_hundred_numbers_are_shown_when_asked_for(windows, alice):
    page = opened(windows, add(alice, **HUNDRED), size=NARROW)
    expect(page.locator(".values li")).to_have_count(10)
    page.get_by_role("button", name="Show all 100 numbers").click()
    expect(page.locator(".values li")).to_have_count(100)


@pytest.mark.parametrize(
    ("status", "words"), [(429, "too much at once"), (503, "database cannot be reached"), (0, "does not answer")]
)
def test_what_could_not_be_saved_stays_in_the_form(windows, alice, status, words):
    contact = add(alice, display_name="John Smith")
    page = opened(windows, contact, edit=True)
    page.get_by_label("Company").fill("Acme Ltd")
    page.route("**/v1.0/contacts/*", lambda route: route.fulfill(status=status, body="{}") if status else route.abort())
    save(page)
    expect(page.get_by_role("alert")).to_contain_text(words)
    page.unroute("**/v1.0/contacts/*")
    save(page)
    expect(page.get_by_text("Saved")).to_be_visible()
    assert alice.api.get(f"/contacts/{contact['id']}").json()["company"] == "Acme Ltd"


UNSEEN = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  if (one === document.body) return "";
  const at = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 20));
  const isSeen = at && (one.contains(at) || at.contains(one) || at.closest("label")?.contains(one));
  const hasRing = getComputedStyle(one).outlineStyle !== "none";
  return isSeen && hasRing ? "" : `${one.outerHTML.slice(0, 150)} ${isSeen ? "has no ring" : "is behind something"}`;
}"""


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_whoever_goes_by_tab_sees_where_they_are(windows, alice, size):
    contact = fill(alice)[1]
    for path in ("#/contacts", f"#/contacts/{contact['id']}", f"#/contacts/{contact['id']}/edit"):
        page = windows.of(path=f"/{path}", size=size)
        page.locator("h1").wait_for()
        page.wait_for_load_state("networkidle")
        seen = []
        for _ in range(40):
            page.keyboard.press("Tab")
            seen.append(page.evaluate(UNSEEN))
        assert [one for one in seen if one] == [], path
