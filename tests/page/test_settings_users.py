"""Users: invited, changed and taken away by an owner."""

import re

import pyotp
from playwright.sync_api import expect

from tests.page.axe import complaints
from tests.page.conftest import NARROW, picture
from tests.people import PASSWORD, invited, joined, log_in, reason


def users_of(windows, **more):
    return windows.of("owner", path="/#/settings/users", name="Olga Owner", **more)


def named(page, name):
    return page.locator("a.thing").filter(has_text=name)


def opened(windows, user):
    page = windows.of("owner", path=f"/#/settings/users/{user['id']}", name="Olga Owner")
    page.get_by_role("button", name="Save").wait_for()
    return page


def link_in(page):
    """Return the way that the link which is shown leads."""
    value = page.get_by_role("dialog").get_by_label("One-time link").input_value()
    return re.sub(".*(?=/#/)", "", value)


def test_an_owner_invites_somebody_who_follows_the_link(windows):
    page = users_of(windows)
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("Name").fill("Ben Jones")
    page.get_by_label("Email address").fill("ben@acme.example")
    page.get_by_label("Manager").check()
    page.get_by_role("button", name="Invite").click()
    dialog = page.get_by_role("dialog", name="A link for Ben Jones")
    expect(dialog).to_contain_text("It is good once, until")
    assert complaints(page) == []
    picture(page, "settings-link")
    link = link_in(page)
    dialog.get_by_role("button", name="Copy the link").click()
    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Done").click()
    expect(named(page, "Ben Jones")).to_contain_text("No password yet")
    theirs = windows.open(link)
    theirs.get_by_label("New password").fill(PASSWORD)
    theirs.get_by_label("The same password once more").fill(PASSWORD)
    theirs.get_by_role("button", name="Set the password").click()
    expect(theirs.locator(".account")).to_contain_text("Manager")
    page.reload()
    expect(named(page, "Ben Jones")).to_contain_text("Manager")
    expect(named(page, "Ben Jones")).not_to_contain_text("No password yet")


def test_what_is_copied_is_the_link(windows):
    context = windows.context(permissions=["clipboard-read", "clipboard-write"])
    windows.log_in(context, "owner", "Olga Owner")
    page = context.new_page()
    page.goto("/#/settings/users/new")
    page.get_by_label("Email address").fill("ben@acme.example")
    page.get_by_role("button", name="Invite").click()
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").endswith(link_in(page))
    expect(page.get_by_text("Only this machine itself reaches Ringbook")).to_be_visible()


def test_an_address_that_is_taken_or_is_none_is_said_at_its_field(bob, windows):
    invited(bob, "ben@elsewhere.example")
    page = windows.of("owner", path="/#/settings/users/new")
    email = page.get_by_label("Email address")
    for typed, words in (
        ("nobody", "This is no email address"),
        ("Ben@elsewhere.example", "Another user has this address."),
    ):
        email.fill(typed)
        page.get_by_role("button", name="Invite").click()
        expect(page.locator(f"#{email.get_attribute('id')}-wrong")).to_contain_text(words)
        expect(email).to_be_focused()
    expect(page.get_by_role("alert")).to_have_text("Not saved yet: please look at what is marked.")


def test_a_user_gets_another_name_and_role_and_is_switched_off(windows, alice, server):
    user, theirs = joined(alice, server, "ben@acme.example", "agent", "Ben Jones")
    page = users_of(windows)
    named(page, "Ben Jones").click()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_label("Name").fill("Ben J. Jones")
    page.get_by_label("Manager").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Ben J. Jones")).to_be_visible()
    assert theirs.get("/sessions/current").json()["user"]["role"] == "manager"
    page.get_by_label("May log in").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Who is switched off gets no link.")).to_be_visible()
    assert theirs.get("/sessions/current").status_code == 401
    page.get_by_role("link", name="Back to Users").click()
    expect(named(page, "Ben J. Jones")).to_contain_text("Switched off")
    assert alice.api.get(f"/users/{user['id']}").json()["is_active"] is False


def test_the_last_owner_stays_one_and_is_told_where(windows, alice):
    page = users_of(windows)
    named(page, "Olga Owner").click()
    page.get_by_label("Agent").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("radiogroup", name="Role")).to_contain_text("You are the last owner who has a password.")
    page.get_by_label("Owner", exact=False).check()
    page.get_by_label("May log in").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("May log in")).to_have_accessible_description(re.compile("You are the last owner"))
    page.get_by_role("button", name="Delete this user").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="Let another owner set one first.")).to_be_visible()
    assert len(alice.api.get("/users").json()["result"]) == 1


def test_an_owner_who_steps_down_sees_the_rest_no_more(windows, alice, server):
    joined(alice, server, "ben@acme.example", "owner", "Ben Jones")
    page = users_of(windows)
    named(page, "Olga Owner").click()
    page.get_by_label("Agent").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".account")).to_contain_text("Agent")
    expect(page.get_by_text("Your role does not allow this.")).to_be_visible()


def test_who_has_forgotten_the_password_gets_a_new_link(windows, alice, server):
    user, theirs = joined(alice, server, "ben@acme.example", "agent", "Ben Jones")
    page = opened(windows, user)
    page.get_by_role("button", name="Make a new link").click()
    theirs_now = windows.open(link_in(page))
    theirs_now.get_by_label("New password").fill("another long and lonely road")
    theirs_now.get_by_label("The same password once more").fill("another long and lonely road")
    theirs_now.get_by_role("button", name="Set the password").click()
    expect(theirs_now.locator(".account")).to_contain_text("Ben Jones")
    assert theirs.get("/sessions/current").status_code == 401
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("button", name="Make a new link")).to_be_focused()


def test_codes_that_are_lost_are_taken_off(windows, alice, server):
    user, theirs = joined(alice, server, "ben@acme.example", "agent", "Ben Jones")
    theirs.put("/totp", json={"code": pyotp.TOTP(theirs.post("/totp").json()["secret"]).now()}).raise_for_status()
    assert reason(log_in(server, "ben@acme.example")[1]) == (401, "CODE_REQUIRED")
    page = opened(windows, user)
    page.get_by_role("button", name="Take the codes off").click()
    dialog = page.get_by_role("dialog", name="Take the codes off Ben Jones?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Take the codes off").click()
    expect(page.get_by_text("No code is asked for beside the password.")).to_be_visible()
    assert log_in(server, "ben@acme.example")[1].status_code == 201


def test_a_user_is_logged_out_and_deleted_after_a_question(windows, alice, server):
    user, theirs = joined(alice, server, "ben@acme.example", "agent", "Ben Jones")
    page = opened(windows, user)
    page.get_by_role("button", name="End the session of").click()
    expect(page.get_by_text("Nowhere just now.")).to_be_visible()
    assert theirs.get("/sessions/current").status_code == 401
    page.get_by_role("button", name="Delete this user").click()
    dialog = page.get_by_role("dialog", name="Delete Ben Jones?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Delete this user")).to_be_focused()
    page.get_by_role("button", name="Delete this user").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Ben Jones is deleted.")).to_be_visible()
    expect(named(page, "Olga Owner")).to_be_visible()
    expect(named(page, "Ben Jones")).to_have_count(0)


def test_a_database_that_is_away_is_said_with_a_way_to_try_again(windows):
    page = windows.of("owner", path="/#/settings/users", name="Olga Owner")
    page.route("**/v1.0/users?**", lambda route: route.fulfill(status=503, headers={"Retry-After": "7"}, body="{}"))
    page.route("**/v1.0/users", lambda route: route.fulfill(status=503, headers={"Retry-After": "7"}, body="{}"))
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("database cannot be reached")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(named(page, "Olga Owner")).to_be_visible()


def test_the_keyboard_alone_stays_within_a_question_and_comes_back(windows, alice):
    user = invited(alice, "ben@acme.example", "agent", "Ben Jones")
    page = opened(windows, user)
    page.get_by_role("button", name="Delete this user").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Delete Ben Jones?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    dialog.get_by_role("button", name="Cancel").focus()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Delete this user")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(named(page, "Olga Owner")).to_be_visible()
    expect(named(page, "Ben Jones")).to_have_count(0)


def test_managers_are_told_who_looks_after_the_rest(windows):
    page = windows.of("manager", path="/#/settings")
    expect(page.get_by_text("looked after by the owners")).to_be_visible()
    expect(page.get_by_role("link", name="Users")).to_have_count(0)
    page.goto("/#/settings/users")
    expect(page.get_by_text("Your role does not allow this.")).to_be_visible()


def test_a_long_name_keeps_the_list_in_its_place_on_a_phone(windows, alice):
    invited(
        alice,
        "maximilian.alexander.hohenzollern.sigmaringen@donaudampfschifffahrt.example",
        "manager",
        "Wolfeschlegelsteinhausenbergerdorff " * 3,
    )
    page = users_of(windows, size=NARROW)
    expect(page.locator("a.thing")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    picture(page, "settings-users-long")
