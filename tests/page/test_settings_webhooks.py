"""Webhooks, as an owner looks after them, with a real receiver."""

import pytest
from playwright.sync_api import expect

from tests.page.axe import complaints
from tests.page.conftest import picture
from tests.webhooks.receiver import receiving


@pytest.fixture
def server_settings():
    return {"RINGBOOK_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1"}


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


def made(windows, url):
    """Return a window that shows a new webhook, and its secret."""
    page = windows.of("owner", path="/#/settings/webhooks")
    page.get_by_role("link", name="New webhook").click()
    page.get_by_label("Address").fill(url)
    page.get_by_role("button", name="Make the webhook").click()
    dialog = page.get_by_role("dialog", name="The secret of the webhook")
    secret = dialog.get_by_label("Secret", exact=True).input_value()
    assert complaints(page) == []
    dialog.get_by_role("button", name="Done").click()
    page.get_by_role("heading", name="Messages").wait_for()
    return page, secret


def test_a_webhook_is_made_tested_and_tells_of_a_new_contact(receiver, windows, alice):
    page, secret = made(windows, receiver.url)
    assert secret.startswith("whsec_")
    assert secret not in page.content()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("status").filter(has_text="The test has arrived.")).to_be_visible()
    expect(page.locator(".deliveries li")).to_have_count(1)
    receiver.answer = lambda _: (500, "the CRM is full")
    alice.api.post("/contacts", json={"display_name": "John Smith"})
    receiver.wait_for(lambda events: len(events) == 2)
    receiver.verify(secret)
    line = page.locator(".deliveries li").filter(has_text="New contact")

    def look():
        page.get_by_role("button", name="Look again").click()
        page.wait_for_load_state("networkidle")
        return "500 after" in page.locator(".deliveries").inner_text()

    assert any(look() or page.wait_for_timeout(200) for _ in range(20))
    line.locator("summary").click()
    expect(line).to_contain_text("the CRM is full")
    expect(line).to_contain_text("Next attempt")
    assert complaints(page) == []
    picture(page, "settings-deliveries", whole=True)
    line.get_by_role("link", name="Look at it").click()
    expect(page.get_by_role("heading", name="John Smith")).to_be_visible()


def test_a_test_that_fails_says_why(windows):
    page, _ = made(windows, "http://127.0.0.2/hook")
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("status").filter(has_text="The test has failed.")).to_be_visible()
    page.locator("summary").click()
    expect(page.locator(".deliveries")).to_contain_text("is not a public address")


def test_what_is_wrong_stands_at_its_field(windows, alice):
    page = windows.of("owner", path="/#/settings/webhooks/new")
    url = page.get_by_label("Address")
    for typed, words in (("crm", "This is no web address."), ("https://a:b@crm.example", "Leave out the user name")):
        url.fill(typed)
        page.get_by_role("button", name="Make the webhook").click()
        expect(page.locator(f"#{url.get_attribute('id')}-wrong")).to_contain_text(words)
        expect(url).to_be_focused()
    url.fill("https://crm.example")
    for name in ("New contacts", "Changed contacts", "Deleted contacts"):
        page.get_by_label(name).uncheck()
    page.get_by_role("button", name="Make the webhook").click()
    expect(page.get_by_text("Choose at least one.")).to_be_visible()
    page.get_by_label("Deleted contacts").check()
    for _ in range(20):
        alice.api.post("/webhooks", json={"url": "https://crm.example", "is_active": False}).raise_for_status()
    page.get_by_role("button", name="Make the webhook").click()
    expect(page.get_by_text("There are 20 webhooks already.")).to_be_visible()


def test_a_webhook_is_switched_off_gets_a_new_secret_and_is_deleted(receiver, windows, alice):
    page, secret = made(windows, receiver.url)
    page.get_by_label("Switched on").uncheck()
    page.get_by_label("Changed contacts").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    (found,) = alice.api.get("/webhooks").json()["result"]
    assert (found["is_active"], found["events"]) == (False, ["contact.created", "contact.deleted"])
    page.get_by_role("button", name="Make a new secret").click()
    page.get_by_role("dialog", name="Make a new secret?").get_by_role("button", name="Make a new secret").click()
    dialog = page.get_by_role("dialog", name="The secret of the webhook")
    assert dialog.get_by_label("Secret", exact=True).input_value() != secret
    dialog.get_by_role("button", name="Done").click()
    page.get_by_role("link", name="Back to Webhooks").click()
    expect(page.locator("a.thing")).to_contain_text("New contacts, Deleted contacts")
    expect(page.locator("a.thing")).to_contain_text("Off")
    page.locator("a.thing").click()
    page.get_by_role("button", name="Delete this webhook").click()
    dialog = page.get_by_role("dialog", name="Delete this webhook?")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("No webhook yet")).to_be_visible()
    assert alice.api.get("/webhooks").json()["result"] == []
