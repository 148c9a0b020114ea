"""Taking contacts out: three forms, some of the contacts, a file that the browser downloads by itself."""

import json

from playwright.sync_api import expect

from tests.page.books import fill
from tests.page.looks import SIZES, assert_looks_right, in_every_look
from tests.people import PASSWORD


def downloaded(page):
    """Click, and return the name of the file and what is in it."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    return download.value.suggested_filename, download.value.path().read_text(encoding="utf-8-sig")


def test_all_contacts_come_as_each_form(windows, alice):
    people = fill(alice)
    page = windows.of("agent", path="/#/export")
    name, content = downloaded(page)
    assert (name, len(content.splitlines())) == ("contacts.csv", len(people) + 1)
    page.get_by_role("radio", name="vCard").check()
    name, content = downloaded(page)
    assert (name, content.count("VERSION:4.0")) == ("contacts.vcf", len(people))
    page.get_by_label("Version of vCard").select_option("3.0, for older programs")
    assert downloaded(page)[1].count("VERSION:3.0") == len(people)
    page.get_by_role("radio", name="JSON lines").check()
    name, content = downloaded(page)
    assert {json.loads(line)["id"] for line in content.splitlines()} == {one["id"] for one in people}


def test_some_contacts_come_by_tag_source_company_and_number(windows, alice):
    fill(alice)
    page = windows.of(path="/#/export")
    page.get_by_role("radio", name="JSON lines").check()

    def names():
        return sorted(json.loads(line)["first_name"] for line in downloaded(page)[1].splitlines())

    page.get_by_label("With the tag").select_option("Supplier")
    assert names() == ["John", "Zoë"]
    page.get_by_label("Of the company").fill("acme ltd")
    assert names() == ["John"]
    page.get_by_label("From").select_option("A file")
    assert names() == []
    page.get_by_label("From").select_option("Anywhere")
    page.get_by_label("With the tag").select_option("Any tag")
    page.get_by_label("Of the company").fill("")
    page.get_by_label("With the number").fill("+49 30 23125 001")
    assert names() == ["Anna"]


def test_where_the_session_has_ended_a_login_is_asked_for_and_the_file_comes(windows, alice):
    fill(alice)
    page = windows.of(path="/#/export")
    expect(page.get_by_role("link", name="Download")).to_be_visible()
    for session in alice.api.get("/sessions").json()["result"]:
        alice.api.delete(f"/sessions/{session['id']}").raise_for_status()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
        dialog = page.get_by_role("dialog", name="Your session has ended")
        dialog.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "contacts.csv"


@in_every_look
def test_taking_out_looks_right(windows, alice, size, scheme):
    fill(alice)
    page = windows.of(path="/#/export", size=SIZES[size], scheme=scheme)
    page.get_by_role("radio", name="vCard").check()
    assert_looks_right(page, "export-vcard", size, scheme)
