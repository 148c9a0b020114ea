"""What is typed is not lost, and what one person has seen is not the next one's."""

import pyotp
from playwright.sync_api import expect

from tests.page.books import add, tag
from tests.page.test_contacts import opened, save
from tests.page.test_shell import fill_in
from tests.people import joined


def holding(page, pattern, method):
    """Return a list that gets the requests of this method, which wait in it."""
    held = []

    def hold(route):
        held.append(route) if route.request.method == method else route.continue_()

    page.route(pattern, hold)
    return held


def test_what_is_being_saved_is_not_left_unasked_and_typed_over_by_nobody(windows, alice):
    page = opened(windows, add(alice, display_name="John Smith"), edit=True)
    held = holding(page, "**/v1.0/contacts/*", "PUT")
    page.get_by_label("Notes").fill("Three pages of notes.")
    save(page)
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    assert page.locator(".card[inert]").count() == 3
    page.get_by_role("link", name="Phones").click()
    dialog = page.get_by_role("dialog", name="Leave without saving?")
    dialog.get_by_role("button", name="Cancel").click()
    held[0].abort()
    expect(page.get_by_label("Notes")).to_have_value("Three pages of notes.")
    page.unroute("**/v1.0/contacts/*")
    save(page)
    expect(page.get_by_text("Saved")).to_be_visible()


def test_a_save_that_is_answered_late_leads_away_from_nothing_else(windows, alice):
    page = opened(windows, add(alice, display_name="John Smith"), edit=True)
    held = holding(page, "**/v1.0/contacts/*", "PUT")
    page.get_by_label("Notes").fill("Three pages of notes.")
    save(page)
    page.get_by_role("link", name="Phones").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    heading = page.get_by_role("heading", name="Phones", exact=True)
    expect(heading).to_be_visible()
    with page.expect_response("**/v1.0/contacts/*"):
        held[0].continue_()
    page.wait_for_timeout(200)
    expect(heading).to_be_visible()


def test_a_tag_that_is_made_takes_back_nothing_that_was_typed_meanwhile(windows, alice):
    page = opened(windows, add(alice, display_name="John Smith"), edit=True)
    held = holding(page, "**/v1.0/tags", "POST")
    box = page.get_by_role("combobox", name="Tags")
    box.fill("Key account")
    box.press("Enter")
    box.press("Enter")
    page.get_by_label("Notes").fill("Three pages of notes.")
    assert len(held) == 1
    held[0].continue_()
    expect(page.get_by_role("button", name="Take the tag Key account off")).to_be_visible()
    expect(page.get_by_label("Notes")).to_have_value("Three pages of notes.")


def test_codes_that_are_demanded_meanwhile_leave_what_was_typed(windows, alice):
    contact = add(alice, display_name="John Smith")
    page = opened(windows, contact, edit=True)
    page.get_by_label("Notes").fill("Three pages of notes.")
    assert alice.api.put("/customer", json={"totp_required": True}).is_success
    save(page)
    dialog = page.get_by_role("dialog", name="Set up codes first")
    secret = dialog.locator(".byhand code").inner_text().replace(" ", "")
    dialog.get_by_label("The code that the app shows now").fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="I have kept them").click()
    expect(dialog).to_have_count(0)
    save(page)
    expect(page.get_by_text("Saved")).to_be_visible()
    assert alice.api.get(f"/contacts/{contact['id']}").json()["notes"] == "Three pages of notes."


def test_the_next_person_in_a_tab_sees_nothing_of_the_one_before(bob, windows, alice):
    joined(bob, windows.server, "bob@other.example")
    add(alice, display_name="John Smith", tag_ids=[tag(alice, "VIP")])
    page = windows.of()
    page.get_by_role("link", name="John Smith").click()
    page.get_by_role("heading", name="John Smith").wait_for()
    page.get_by_role("button", name="Log out").click()
    fill_in(page, "bob@other.example")
    expect(page.get_by_text("No contacts yet")).to_be_visible()
    expect(page.get_by_text("John Smith")).to_have_count(0)
    expect(page.get_by_text("VIP")).to_have_count(0)


def test_another_tab_of_the_one_before_begins_anew_too(bob, windows):
    joined(bob, windows.server, "bob@other.example")
    page = windows.of(path="/#/contacts/new")
    page.get_by_label("Notes").fill("of the first company")
    other = page.context.new_page()
    other.goto("/#/contacts")
    other.get_by_role("button", name="Log out").click()
    fill_in(other, "bob@other.example")
    expect(page.get_by_text("bob@other.example").or_(page.get_by_text("Ann", exact=True))).to_be_visible()
    expect(page.get_by_label("Notes")).to_have_value("")
