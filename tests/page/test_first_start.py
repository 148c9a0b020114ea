"""A first start: from the one link that is printed to people in the book."""

import re

import pytest
from playwright.sync_api import expect

from tests.page.axe import complaints, overflows
from tests.page.conftest import NARROW, WIDE, Windows, picture
from tests.people import PASSWORD
from tests.process import started


@pytest.fixture
def first(chromium, empty_database_url, tmp_path):
    """The browser's windows at a Ringbook that was just started for the first time, and where the link leads."""
    with started(empty_database_url, tmp_path / "log", "quickstart") as (_, address):
        path = re.search(rf"{address}(/#/welcome\?token=\S+)", (tmp_path / "log").read_text())[1]
        windows = Windows(chromium, address, None)
        yield windows, path
        windows.close()
    assert windows.problems == []


def follow(windows, path, **more):
    page = windows.open(path, **more)
    page.get_by_label("Your email address").fill("olga@acme.example")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same password once more").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.get_by_role("heading", name="Welcome to Ringbook").wait_for()
    return page


@pytest.mark.parametrize(
    ("way", "heading"),
    [("Add a contact", "New contact"), ("Bring in a file", "Bring in"), ("Connect a phone system", "Phones")],
)
def test_the_link_of_a_first_start_leads_to_each_way_to_begin_in_one_click(first, way, heading):
    page = follow(*first)
    expect(page.get_by_text("read as of this country: United States")).to_be_visible()
    page.get_by_role("link", name=way).click()
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()


def test_made_up_contacts_come_and_go_in_one_click_each(first):
    page = follow(*first)
    page.get_by_role("button", name="Load 50 made-up contacts").click()
    expect(page.locator("a.row")).to_have_count(50)
    page.get_by_role("button", name="Take them out").click()
    expect(page.get_by_role("link", name="Connect a phone system")).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_screen_looks_right(first, size, scheme, request):
    page = follow(*first, size=size, scheme=scheme)
    page.get_by_role("link", name="Change this").wait_for()
    picture(page, f"start-{request.node.callspec.id.replace('sqlite-', '')}")
    assert complaints(page) == []
    assert overflows(page) <= 0
