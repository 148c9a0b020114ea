"""What everybody sees of themselves in the settings: sessions and codes."""

from pathlib import Path

import pyotp
from playwright.sync_api import expect

from tests.page.axe import complaints
from tests.page.conftest import picture
from tests.people import log_in, reason


def you(windows, **more):
    page = windows.of("agent", path="/#/settings", **more)
    page.get_by_role("heading", name="Where you are logged in").wait_for()
    return page


def begun(page):
    """Return the secret that the page shows."""
    page.get_by_role("button", name="Set up codes").click()
    return page.locator(".byhand code").inner_text().replace(" ", "")


def test_a_session_of_another_browser_is_ended_and_the_own_one_is_marked(windows, server):
    page = you(windows)
    other, _ = log_in(server, "agent@acme.example")
    other.headers["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0; rv:141.0) Gecko/20100101 Firefox/141.0"
    other.post("/sessions", json={"email": "agent@acme.example", "password": "a long and lonely road"})
    page.reload()
    lines = page.locator(".lines li")
    expect(lines).to_have_count(3)
    expect(lines.filter(has_text="This one")).to_have_count(1)
    page.get_by_role("button", name="End the session of Firefox on Windows").click()
    expect(lines).to_have_count(2)
    expect(page.get_by_role("status").filter(has_text="The session has ended.")).to_be_visible()
    assert reason(other.get("/sessions/current")) == (401, "SESSION_ENDED")


def test_the_own_session_that_is_ended_leads_to_the_login(windows):
    page = you(windows)
    page.locator(".lines li").filter(has_text="This one").get_by_role("button").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_all_other_sessions_end_together(windows, server):
    page = you(windows)
    others = [log_in(server, "agent@acme.example")[0] for _ in range(2)]
    page.reload()
    page.get_by_role("button", name="End all others").click()
    expect(page.locator(".lines li")).to_have_count(1)
    assert {other.get("/sessions/current").status_code for other in others} == {401}


def test_codes_are_set_up_with_an_app_and_the_recovery_codes_are_kept(windows, server):
    page = you(windows)
    secret = begun(page)
    picture_of_it = page.get_by_role("img", name="A QR code for an app")
    assert picture_of_it.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    assert complaints(page) == []
    picture(page, "settings-codes", whole=True)
    code = page.get_by_label("The code that the app shows now")
    expect(code).to_be_focused()
    code.fill("12")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is not the code that the app shows now.")).to_be_visible()
    code.fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keep these recovery codes")).to_be_focused()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    assert complaints(page) == []
    picture(page, "settings-recovery-codes")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_text().split() == codes
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("A code from your app is asked for when you log in.")).to_be_visible()
    assert reason(log_in(server, "agent@acme.example")[1]) == (401, "CODE_REQUIRED")
    assert log_in(server, "agent@acme.example", code=codes[0])[1].status_code == 201


def test_codes_are_switched_off_after_a_question(windows, server):
    page = you(windows)
    secret = begun(page)
    page.get_by_label("The code that the app shows now").fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_role("button", name="Switch codes off").click()
    dialog = page.get_by_role("dialog", name="Switch codes off?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Switch codes off")).to_be_focused()
    page.get_by_role("button", name="Switch codes off").click()
    dialog.get_by_role("button", name="Switch codes off").click()
    expect(page.get_by_role("button", name="Set up codes")).to_be_visible()
    assert log_in(server, "agent@acme.example")[1].status_code == 201
