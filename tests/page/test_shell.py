"""Coming in, leaving, and the frame around every screen."""

import re

import pyotp
import pytest
from playwright.sync_api import expect

from tests.page.books import add
from tests.page.conftest import LAN, NARROW
from tests.people import PASSWORD, browser, invited, token_of
from tests.process import started


def fill_in(page, email="ann@acme.example", password=PASSWORD):
    page.get_by_label("Email address", exact=True).fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()


def joined(windows, **more):
    """Create Ann, who has set her password."""
    user = invited(windows.owner, "ann@acme.example", "manager", "Ann Miller")
    client = browser(windows.server)
    client.post("/passwords", json={"token": token_of(user["link"]), "password": PASSWORD, **more}).raise_for_status()
    return user, client


def test_somebody_logs_in_by_keyboard_alone_and_out_again(windows):
    joined(windows)
    page = windows.open()
    expect(page.get_by_label("Email address")).to_be_focused()
    page.keyboard.type("Ann@Acme.example")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_text("Ann Miller")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto("/#/contacts")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_a_wrong_password_is_said_and_the_address_stays(windows):
    joined(windows)
    page = windows.open()
    fill_in(page, password="wrong and long enough")
    expect(page.get_by_role("alert")).to_have_text("The address or the password is wrong.")
    expect(page.get_by_label("Email address")).to_have_value("ann@acme.example")
    fill_in(page)
    expect(page.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()


def test_a_code_is_asked_for_where_the_user_has_them(windows):
    _, client = joined(windows)
    secret = pyotp.TOTP(client.post("/totp").json()["secret"])
    recovery = client.put("/totp", json={"code": secret.now()}).json()["recovery_codes"][0]
    page = windows.open()
    fill_in(page)
    expect(page.get_by_role("alert")).to_have_text("The password is right. Now the code.")
    code = page.get_by_label("Code from your app")
    expect(code).to_be_focused()
    code.fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The code is wrong")
    code.fill(recovery)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()


def test_who_has_to_set_up_codes_does_so_before_anything_else(windows, alice):
    joined(windows)
    assert alice.api.put("/customer", json={"totp_required": True}).status_code == 200
    page = windows.open()
    fill_in(page)
    expect(page.get_by_role("heading", name="Set up codes first")).to_be_visible()
    secret = page.locator("code").inner_text().replace(" ", "")
    page.get_by_label("The code that the app shows now").fill("12")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is not the code that the app shows now.")).to_be_visible()
    page.get_by_label("The code that the app shows now").fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()


def test_who_is_asked_for_codes_can_leave_instead(windows, alice):
    joined(windows)
    inside = windows.of()
    inside.get_by_role("heading", name="Contacts", exact=True).wait_for()
    assert alice.api.put("/customer", json={"totp_required": True}).status_code == 200
    page = windows.open()
    fill_in(page)
    expect(page.get_by_role("heading", name="Set up codes first")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    inside.get_by_role("searchbox").fill("smith")
    inside.get_by_role("dialog", name="Set up codes first").get_by_role("button", name="Log out").click()
    expect(inside.get_by_role("heading", name="Log in")).to_be_visible()


def test_a_link_sets_the_password_once(windows):
    link = invited(windows.owner, "ben@acme.example", "agent", "Ben Jones")["link"]
    path = re.sub(".*(?=/#/)", "", link)
    page = windows.open(path)
    password, again = page.get_by_label("New password"), page.get_by_label("The same password once more")
    password.fill("short")
    again.fill("shorter")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("The two are not the same.")).to_be_visible()
    again.fill("short")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("Take at least 10 characters.")).to_be_visible()
    expect(password).to_be_focused()
    password.fill(PASSWORD)
    again.fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()
    expect(page.get_by_text("Agent")).to_be_visible()
    expect(page.get_by_role("link", name="New contact")).to_have_count(0)
    page = windows.open(path)
    expect(page.get_by_text("This link is good no more")).to_be_visible()


def test_an_agent_sees_no_screen_that_is_not_for_agents(windows):
    page = windows.of("agent", path="/#/import")
    expect(page.get_by_text("Your role does not allow this")).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link", name="Bring in")).to_have_count(0)


def test_a_place_that_is_none_leads_to_the_contacts(windows):
    page = windows.of(path="/#/nowhere")
    page.get_by_role("link", name="Go to the contacts").click()
    expect(page.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()


def test_a_session_that_ends_asks_for_a_login_above_the_screen_and_goes_on(windows, alice):
    add(alice, display_name="John Smith")
    page = windows.of()
    expect(page.get_by_role("link", name="John Smith")).to_be_visible()
    for session in alice.api.get("/sessions").json()["result"]:
        alice.api.delete(f"/sessions/{session['id']}").raise_for_status()
    page.get_by_role("searchbox").fill("smith")
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog.get_by_label("Email address")).to_have_value("manager@acme.example")
    dialog.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("searchbox")).to_have_value("smith")
    expect(page.get_by_role("link", name="John Smith")).to_be_visible()


def test_on_a_phone_the_navigation_is_behind_a_button(windows):
    page = windows.of(size=NARROW)
    link = page.get_by_role("navigation").get_by_role("link", name="Settings")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    link.click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    expect(link).to_be_hidden()


@pytest.mark.parametrize(
    ("status", "words"),
    [(429, "too much at once. Try again in 7 seconds"), (503, "database cannot be reached"), (0, "does not answer")],
)
def test_a_server_that_is_busy_away_or_gone_is_said_with_a_way_to_try_again(windows, alice, status, words):
    def answer(route):
        return route.fulfill(status=status, headers={"Retry-After": "7"}, body="{}") if status else route.abort()

    add(alice, display_name="John Smith")
    page = windows.of()
    page.route("**/v1.0/contacts?**", answer)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text(words)
    page.unroute("**/v1.0/contacts?**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("link", name="John Smith")).to_be_visible()


def test_the_key_for_the_search_box_can_be_switched_off(windows):
    page = windows.of(path="/#/phones")
    page.locator("h1").wait_for()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.goto("/#/settings")
    page.get_by_label("Jump to the search box with the key /").uncheck()
    page.keyboard.press("/")
    page.wait_for_timeout(100)
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_the_first_key_of_tab_skips_the_navigation(windows):
    page = windows.of(path="/#/phones")
    page.locator("h1").wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    assert page.url.endswith("#/phones")


def test_on_plain_http_in_a_network_all_works_and_a_warning_is_shown(windows, alice):
    token = token_of(invited(windows.owner, "ben@acme.example", "agent", "Ben Jones")["link"])
    joined(windows)
    page = windows.open(windows.server.replace("127.0.0.1", LAN))
    expect(page.get_by_role("note")).to_contain_text("This connection is not encrypted")
    fill_in(page)
    page.get_by_role("link", name="New contact").click()
    page.get_by_label("Shown as").fill("John Smith")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="John Smith")).to_be_visible()
    expect(page.get_by_role("note")).to_have_text(re.compile("^This connection is not encrypted"))
    assert alice.api.put("/customer", json={"totp_required": True}).status_code == 200
    page.reload()
    expect(page.get_by_role("heading", name="Set up codes first")).to_be_visible()
    expect(page.get_by_role("note")).to_contain_text("This connection is not encrypted")
    page.goto(f"{windows.server.replace('127.0.0.1', LAN)}/#/welcome?token={token}")
    expect(page.get_by_label("New password")).to_be_visible()
    expect(page.get_by_role("note")).to_contain_text("This connection is not encrypted")
    page = windows.open()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(page.get_by_role("note")).to_have_count(0)


def test_where_the_address_is_https_a_login_on_plain_http_is_told_so(windows, database_url, tmp_path):
    user, _ = joined(windows)
    link = token_of(windows.owner.api.post(f"/users/{user['id']}/link").json()["link"])
    settings = {"RINGBOOK_PUBLIC_URL": "https://ringbook.example"}
    with started(database_url, tmp_path / "log", "serve", **settings) as (_, address):
        page = windows.open(address.replace("127.0.0.1", LAN))
        fill_in(page)
        expect(page.get_by_role("alert")).to_contain_text("Open Ringbook by its https address.")
        page = windows.open(f"{address.replace('127.0.0.1', LAN)}/#/welcome?token={link}")
        page.get_by_label("New password").fill(PASSWORD)
        page.get_by_label("The same password once more").fill(PASSWORD)
        page.get_by_role("button", name="Set the password").click()
        expect(page.get_by_role("alert")).to_contain_text("Open Ringbook by its https address.")


@pytest.mark.parametrize("lacks", ["delete AbortSignal.any", "CSS.supports = () => false"])
def test_a_browser_that_is_too_old_is_told_so(windows, lacks):
    context = windows.context()
    context.add_init_script(lacks)
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_text("This browser is too old for this page.")).to_be_visible()
    expect(page.get_by_label("Password")).to_have_count(0)


def test_a_slow_network_is_said(windows, alice):
    page = windows.of(path="/#/phones")
    page.locator("h1").wait_for()
    page.route("**/v1.0/contacts?**", lambda _: None)
    page.goto("/#/contacts")
    expect(page.get_by_text("Loading …")).to_be_visible()


def test_who_logs_out_in_one_tab_is_asked_to_log_in_again_in_the_other(windows):
    page = windows.of()
    other = page.context.new_page()
    other.goto("/#/contacts")
    other.get_by_role("button", name="Log out").click()
    expect(other.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_role("searchbox").fill("smith")
    dialog = page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_role("button", name="Leave this and log in as somebody else").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_label("Email address", exact=True)).to_have_value("")
