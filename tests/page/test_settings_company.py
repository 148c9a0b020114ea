"""The company and its access keys, as an owner looks after them."""

import re

import httpx
import phonenumbers
from playwright.sync_api import expect

from ringbook.api.page import FOLDER
from tests.page.axe import complaints
from tests.page.conftest import picture


def company(windows, role="owner"):
    page = windows.of(role, path="/#/settings/company")
    page.get_by_role("heading", name="Company").wait_for()
    return page


def keys(windows):
    page = windows.of("owner", path="/#/settings/keys")
    page.locator(".thing").first.wait_for()
    return page


def test_a_company_gets_another_name_and_country(windows, alice):
    page = company(windows)
    page.get_by_label("Name").fill("Acme Holding")
    page.get_by_label("Country of numbers").select_option("Côte d’Ivoire")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    found = alice.api.get("/customer").json()
    assert (found["name"], found["default_region"]) == ("Acme Holding", "CI")
    page.get_by_label("Name").fill(" ")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Please fill this in.")).to_be_visible()
    expect(page.get_by_label("Name")).to_be_focused()


def test_the_countries_are_those_that_the_api_takes():
    codes = "".join(re.findall('"([A-Z]+)"', (FOLDER / "regions.js").read_text()))
    assert set(re.findall("..", codes)) == phonenumbers.SUPPORTED_REGIONS


def test_an_owner_who_demands_codes_of_all_sets_up_the_own_ones_next(windows):
    others = windows.of("agent", path="/#/settings")
    others.get_by_role("button", name="Set up codes").wait_for()
    page = company(windows)
    page.get_by_label("Ask everybody for a code").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Set up codes first")).to_be_visible()
    others.get_by_role("link", name="Company").click()
    expect(others.get_by_role("heading", name="Set up codes first")).to_be_visible()


def test_who_is_no_owner_reads_it_and_is_told_who_can_change_it(windows):
    page = company(windows, "agent")
    expect(page.get_by_text("The owners of your company can change this.")).to_be_visible()
    expect(page.get_by_text("United States")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    assert complaints(page) == []


def test_made_up_contacts_are_loaded_and_taken_out_in_one_click_each(windows, alice):
    page = company(windows, "manager")
    page.get_by_role("button", name="Load them").click()
    expect(page.get_by_role("status").filter(has_text="50 made-up contacts are in the book now.")).to_be_visible()
    assert len(alice.api.get("/contacts?page_size=100").json()["result"]) == 50
    page.get_by_role("button", name="Take them out").click()
    expect(page.get_by_role("status").filter(has_text="50 taken out.")).to_be_visible()
    assert alice.api.get("/contacts").json()["result"] == []


def test_a_key_is_made_shown_once_works_and_is_revoked(windows, server):
    page = keys(windows)
    page.get_by_role("link", name="New key").click()
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("Say what it is for")).to_be_visible()
    page.get_by_label("What it is for").fill("PBX of the warehouse")
    page.get_by_label("Read all contacts").check()
    page.get_by_label("Good for").select_option("90 days")
    page.get_by_role("button", name="Make the key").click()
    dialog = page.get_by_role("dialog", name="Your new key")
    token = dialog.get_by_label("Access key").input_value()
    assert complaints(page) == []
    picture(page, "settings-key-shown")
    dialog.get_by_role("button", name="Done").click()
    row = page.locator(".thing").filter(has_text="PBX of the warehouse")
    expect(row).to_contain_text("Read all contacts")
    expect(row).to_contain_text("good until")
    assert token not in page.content()

    def asked(method):
        url = f"{server}/v1.0/contacts"
        return httpx.request(method, url, headers={"Authorization": f"Bearer {token}"}, json={}).status_code

    assert (asked("GET"), asked("POST")) == (200, 403)
    row.get_by_role("button", name="Revoke").click()
    dialog = page.get_by_role("dialog", name="Revoke “PBX of the warehouse”?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="is revoked")).to_be_visible()
