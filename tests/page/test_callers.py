"""The callers: who is seen to call, and how a miss becomes a contact."""

import time

import pytest
from playwright.sync_api import expect

from tests.page.books import add, fill
from tests.page.looks import SIZES, assert_looks_right, in_every_look


def call(owner, number, path="/callerid"):
    """Ask who calls, as a phone system does."""
    owner.api.get(path, params={"phone": number})


def rows(page):
    return page.get_by_role("list", name="Calls").get_by_role("listitem")


def test_where_nobody_has_called_the_way_to_a_phone_is_shown(windows):
    page = windows.of(path="/#/callers")
    expect(page.get_by_role("heading", name="Nobody has called yet")).to_be_visible()
    page.get_by_role("link", name="Connect a phone").click()
    expect(page.get_by_role("heading", name="Phones", exact=True)).to_be_visible()


@pytest.mark.parametrize("server_settings", [{"RINGBOOK_CALLS_DAYS": "0"}])
def test_where_no_calls_are_kept_that_is_said(windows, alice):
    call(alice, "15555550100")
    page = windows.of(path="/#/callers")
    expect(page.get_by_role("heading", name="Calls are not kept")).to_be_visible()
    expect(page.get_by_text("Nobody has called yet")).to_have_count(0)


def test_a_call_is_seen_within_seconds_without_a_hand(windows, alice):
    john = add(alice, display_name="John Smith", phone_numbers=[{"number": "+15555550100"}])
    page = windows.of(path="/#/callers")
    expect(page.get_by_role("heading", name="Nobody has called yet")).to_be_visible()
    call(alice, "15555550100")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("15555550100")
    expect(rows(page)).to_contain_text("read as +15555550100")
    expect(rows(page)).to_contain_text("caller ID")
    expect(rows(page).get_by_role("link", name="John Smith")).to_have_attribute("href", f"#/contacts/{john['id']}")
    call(alice, "+1 555 555 0177", "/contacts/lookup")
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first).to_contain_text("Nobody")


def test_a_miss_is_one_click_from_a_new_contact_with_its_number(windows, alice):
    call(alice, "15555550177")
    page = windows.of(path="/#/callers")
    page.get_by_role("link", name="New contact with +15555550177").click()
    page.wait_for_url("**/#/contacts/new?number=%2B15555550177")


def test_a_miss_is_added_to_a_contact_that_is_there(windows, alice):
    john = add(alice, display_name="John Smith", company="Acme")
    add(alice, display_name="Jane Miller")
    call(alice, "15555550177")
    page = windows.of(path="/#/callers")
    page.get_by_role("button", name="Add to a contact: +15555550177").click()
    dialog = page.get_by_role("dialog", name="Add to a contact")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    page.keyboard.type("smith")
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="John Smith has +15555550177 now.")).to_be_visible()
    expect(rows(page).get_by_role("link", name="John Smith")).to_be_visible()
    numbers = alice.api.get(f"/contacts/{john['id']}").json()["phone_numbers"]
    assert [one["number_e164"] for one in numbers] == ["+15555550177"]
    page.reload()
    expect(rows(page)).to_contain_text("Now: John Smith")


def test_a_number_that_cannot_be_added_is_said_in_the_dialog(windows, alice):
    john = add(alice, display_name="John Smith")
    call(alice, "15555550177")
    page = windows.of(path="/#/callers")
    page.get_by_role("button", name="Add to a contact: +15555550177").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="John Smith")).to_be_visible()
    alice.api.delete(f"/contacts/{john['id']}").raise_for_status()
    page.get_by_role("dialog").get_by_role("button", name="John Smith").click()
    expect(page.get_by_role("alert")).to_contain_text("It is not there any more")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Add to a contact: +15555550177")).to_be_focused()


def test_only_misses_are_shown_on_request(windows, alice):
    add(alice, display_name="John Smith", phone_numbers=[{"number": "+15555550100"}])
    for number in ("+15555550100", "+15555550177", "anonymous"):
        call(alice, number)
    page = windows.of(path="/#/callers")
    expect(rows(page)).to_have_count(3)
    page.get_by_role("checkbox", name="Only those that nobody was found for").check()
    expect(rows(page)).to_have_count(2)
    expect(rows(page).filter(has_text="anonymous").get_by_role("link")).to_have_count(0)


def test_an_agent_sees_callers_and_is_offered_no_change(windows, alice):
    call(alice, "15555550177")
    page = windows.of("agent", path="/#/callers")
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_role("link", name="New contact")).to_have_count(0)
    expect(page.get_by_role("button", name="Add")).to_have_count(0)


def test_the_list_goes_on_by_itself_when_ringbook_is_back(windows, alice):
    call(alice, "+15555550100")
    page = windows.of(path="/#/callers")
    expect(rows(page)).to_have_count(1)
    page.route("**/v1.0/calls**", lambda route: route.abort())
    expect(page.get_by_text("This goes on by itself")).to_be_visible()
    call(alice, "+15555550101")
    expect(rows(page)).to_have_count(1)
    page.unroute("**/v1.0/calls**")
    expect(rows(page)).to_have_count(2, timeout=15_000)
    expect(page.get_by_text("This goes on by itself")).to_have_count(0)


def test_nothing_is_asked_while_the_page_is_out_of_sight(windows, alice):
    def show(*, is_hidden):
        page.evaluate(
            "is => { Object.defineProperty(document, 'hidden', {configurable: true, get: () => is});"
            " document.dispatchEvent(new Event('visibilitychange')) }",
            is_hidden,
        )

    call(alice, "+15555550100")
    page = windows.of(path="/#/callers")
    expect(rows(page)).to_have_count(1)
    show(is_hidden=True)
    page.wait_for_timeout(500)  # what was under way
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(4500)
    assert asked == []
    call(alice, "+15555550101")
    show(is_hidden=False)
    expect(rows(page)).to_have_count(2)


def test_the_callers_left_open_do_not_keep_the_session(windows, alice):
    page = windows.of(path="/#/callers")
    expect(page.get_by_role("heading", name="Nobody has called yet")).to_be_visible()
    asked = []
    page.on("request", lambda one: asked.append((one.url.split("/v1.0/")[1], one.headers["x-requested-with"])))
    call(alice, "+15555550177")
    expect(rows(page)).to_have_count(1)
    page.wait_for_timeout(500)
    assert {path.partition("?")[0] for path, _ in asked} == {"calls", "contacts/lookup"}
    assert {header for _, header in asked} == {"ringbook-timer"}


@in_every_look
def test_the_callers_look_right(windows, alice, size, scheme):
    fill(alice)
    for number in ("+49 30 23125 001", "+15555550177", "1" * 90, "anonymous", "+97225550123", "+431555019912345678"):
        call(alice, number)
    call(alice, "sip:+15555550100@pbx.example.com;user=phone", "/contacts/lookup")
    alice.api.get("/contacts/lookup", params={"email": "a-rather-long-address-of-nobody@customer.example.com"})
    time.sleep(1.5)
    page = windows.of(path="/#/callers", size=SIZES[size], scheme=scheme)
    expect(rows(page)).to_have_count(8)
    assert_looks_right(page, "callers-full", size, scheme)
    page.get_by_role("button", name="Add to a contact: +15555550177").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="John Smith")).to_be_visible()
    assert_looks_right(page, "callers-add", size, scheme, whole=False)
