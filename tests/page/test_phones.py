"""Phones: the lines for each system, as the documents have them, with a key that works; and the test call."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from ringbook.api.page import FOLDER
from tests.calling.test_pbx_clients import asterisk, asterisk_hash, freepbx, freeswitch, kamailio, opensips, superfecta
from tests.page.books import add, fill
from tests.page.looks import SIZES, assert_looks_right, in_every_look
from tests.page.recipes import DESK_PHONES, RECIPES, SYSTEMS, TELEPHONY, all_recipes, module

NUMBER = "+15555550100"


@pytest.fixture
def john(alice):
    return add(alice, display_name="John Smith", company="Acme", phone_numbers=[{"number": "+1 (555) 555-0100"}])


def shown(page):
    """Return the blocks of lines that a screen shows, forms as in a page of the documents."""
    texts = page.locator("pre").all_inner_texts()
    for table in page.locator(".lines table").all():
        heading = table.get_attribute("aria-label").partition(":")[0].removeprefix("Or ")
        rows = [
            f"| {row.locator('th').inner_text()} | `{row.locator('code').inner_text()}` |"
            for row in table.locator("tr").all()
        ]
        texts.append(f"## {heading}\n" + "\n".join(rows))
    return texts


def test_the_pages_lines_are_those_of_the_documents():
    assert RECIPES.read_text() == module(), "make recipes"
    for name, blocks in all_recipes().items():
        document = (TELEPHONY / f"{name}.md").read_text() + (TELEPHONY / "kamailio.cfg").read_text()
        assert blocks
        for block in blocks:
            for line in block.splitlines() if isinstance(block, str) else [value for _, value in block]:
                assert re.search(re.sub("«\\w+»", r"[\\w.:/]*", re.escape(line)), document), line


def test_each_system_has_a_heading_for_each_of_its_blocks():
    texts = (FOLDER / "texts_phones.js").read_text()
    for name, blocks in all_recipes().items():
        steps = re.search(rf"  {name}: \{{\n.*\n    steps: \[(.*)\],\n", texts)[1]
        assert len(re.findall('"[^"]+"', steps)) == len(blocks), name


@pytest.mark.parametrize(
    ("name", "clients"),
    [
        ("FreeSWITCH", [freeswitch]),
        ("Asterisk", [asterisk, asterisk_hash]),
        ("FreePBX", [freepbx, superfecta]),
        ("Kamailio", [kamailio]),
        ("OpenSIPS", [opensips]),
    ],
)
def test_an_owner_makes_a_key_by_a_click_and_the_lines_find_the_caller(windows, alice, john, name, clients):
    page = windows.of("owner", path="/#/phones")
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("button", name="Make a key and fill it in").click()
    expect(page.get_by_role("status").filter(has_text="It is shown only now")).to_be_visible()
    lines = "\n\n".join(f"```xml\n{text}\n```" for text in shown(page))
    assert [client(lines, NUMBER) for client in clients] == ["John Smith"] * len(clients)
    made = next(key for key in alice.api.get("/access-keys").json()["result"] if key["name"] == name)
    assert made["scopes"] == ["lookup"]


@pytest.mark.parametrize("name", ["Yealink", "Cisco", "Snom", "Fanvil, Snom DECT", "Grandstream", "Gigaset"])
def test_the_address_of_a_desk_phone_brings_its_book(windows, alice, john, name):
    page = windows.of("owner", path="/#/phones")
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("button", name="Make a key and fill it in").click()
    expect(page.get_by_text("It is shown only now")).to_be_visible()
    address = re.search(r"(?:http://)?(127\.0\.0\.1:\d+/v1\.0/phonebooks/\S+?)[\"<\s&]", f"{shown(page)[0]} ")[1]
    answer = httpx.get(f"http://{address}")
    assert (answer.status_code, "xml" in answer.headers["content-type"]) == (200, True)
    assert "John" in answer.text or name in ("Cisco", "Snom"), "these begin with a menu"


def test_who_is_no_owner_sees_a_place_for_the_key_and_whom_to_ask(windows):
    page = windows.of("manager", path="/#/phones/freeswitch")
    expect(page.get_by_text("Ask an owner of your company")).to_be_visible()
    expect(page.get_by_role("button", name="Make a key")).to_have_count(0)
    assert "token=KEY&amp;phone=${caller_id_number}" in shown(page)[0]


def test_the_lines_have_the_path_of_the_address_that_was_typed_before_every_call(windows):
    page = windows.of("manager", path="/#/phones")
    for name in (*SYSTEMS, *DESK_PHONES):
        page.goto(f"/#/phones/{name}")
        page.get_by_label("Address of Ringbook, as seen from the phone").fill("https://pbx.example.com:8443/ringbook/")
        lines = "\n".join(shown(page))
        assert "pbx.example.com" in lines, name
        assert re.findall(r"(?<!/ringbook)(?<!RINGBOOK_URL)/v1\.0/.*", lines) == [], name


def test_lines_are_copied_and_that_is_said(windows):
    page = windows.of("manager", path="/#/phones/opensips")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name="Copy: With the other routes")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == shown(page)[1]


def test_the_address_is_changed_to_the_one_that_the_phone_system_reaches(windows):
    page = windows.of("manager", path="/#/phones/freepbx")
    address = page.get_by_label("Address of Ringbook, as seen from the phone")
    for local in ("http://[::1]:8080", "http://0.0.0.0:8080", "http://[::]:8080"):
        expect(page.get_by_text("start it with make run HOST=0.0.0.0")).to_be_visible()
        address.fill(local)
    expect(page.get_by_text("Only this machine itself reaches Ringbook")).to_be_visible()
    address.fill("https://ringbook.example.com")
    expect(page.get_by_text("Only this machine itself reaches Ringbook")).to_have_count(0)
    form, superfecta_form = shown(page)
    for row in ("| Source type | `HTTPS` |", "| Host | `ringbook.example.com` |", "| Port | `443` |"):
        assert row in form
    assert "`https://ringbook.example.com/v1.0/callerid?token=KEY&phone=$thenumber`" in superfecta_form
    address.fill("ringbook")
    expect(page.get_by_text("This is no address")).to_be_visible()


def call(page, number):
    page.get_by_label("Number of the caller").fill(number)
    page.keyboard.press("Enter")


def test_a_test_call_shows_what_the_display_would_and_why(windows, john):
    page = windows.of("agent", path="/#/phones")
    call(page, "15555550100")
    display = page.get_by_role("group", name="The phone shows")
    expect(display).to_contain_text("John Smith")
    expect(display).to_contain_text("15555550100")
    reading = page.get_by_role("listitem").filter(has_text="This one is shown")
    expect(reading).to_contain_text("+15555550100")
    expect(reading).to_contain_text("John Smith, who has it as +1 (555) 555-0100")
    expect(reading.get_by_role("link")).to_have_attribute("href", f"#/contacts/{john['id']}")
    call(page, "anonymous")
    expect(display).to_contain_text("No name of Ringbook’s")
    expect(page.get_by_text("does not take this for a number")).to_be_visible()
    call(page, "+15555550199")
    expect(page.get_by_text("nobody has it").first).to_be_visible()
    expect(page.get_by_role("link", name="Add it to the contacts")).to_have_count(0)


def test_a_number_that_nobody_has_is_a_click_from_a_contact(windows):
    page = windows.of(path="/#/phones")
    call(page, "+15555550199")
    page.get_by_role("link", name="Add it to the contacts").click()
    page.wait_for_url("**/#/contacts/new?number=%2B15555550199")


@in_every_look
def test_phones_look_right(windows, alice, john, size, scheme):
    fill(alice)
    page = windows.of("owner", path="/#/phones", size=SIZES[size], scheme=scheme)
    call(page, "15555550100")
    expect(page.get_by_role("group", name="The phone shows")).to_be_visible()
    assert_looks_right(page, "phones-test", size, scheme)
    for name in (*SYSTEMS, *DESK_PHONES):
        page.goto(f"/#/phones/{name}")
        expect(page.get_by_role("button", name="Make a key")).to_be_visible()
        assert_looks_right(page, f"phones-{name}", size, scheme)
    page.get_by_role("button", name="Make a key").click()
    expect(page.get_by_text("It is shown only now")).to_be_visible()
    assert_looks_right(page, "phones-key", size, scheme)
