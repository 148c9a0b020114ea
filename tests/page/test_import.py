"""Bringing a file in: what was read of it, other columns, options, how far it has come, its sum, its rejects, undo."""

import pytest
from playwright.sync_api import expect

from tests.page.books import add
from tests.page.conftest import picture
from tests.page.looks import SIZES, assert_looks_right, in_every_look
from tests.transfer.test_imports import brought_in

SLOW = 30_000
"""Milliseconds: an import begins within seconds, in a process of its own."""

FAIR = (
    "First Name,Last Name,Company,Mobile Phone,E-mail Address,Labels,Shoe\n"
    "John,Smith,Acme,(202) 555-0100,john@example.com,Fair,43\n"
    "Jane,Doe,Acme,12,jane@example.com,,38\n"
    "Ann,Lee,,202-555-0101,ann@example.com,,\n"
)


def choose(page, content=FAIR, name="fair.csv"):
    """Choose a file in the dialog of the browser."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files({"name": name, "mimeType": "", "buffer": content.encode()})


def sums(page):
    """Return what is said to be done, once it stands there."""
    return dict(
        zip(page.locator(".sums dt").all_inner_texts(), page.locator(".sums dd").all_inner_texts(), strict=True)
    )


def has_sums(page, new, updated, nothing, rejected):
    expect(page.locator(".sums dd")).to_have_text([str(n) for n in (new, updated, nothing, rejected)], timeout=SLOW)


def rows(page):
    return page.get_by_role("list", name="The first contacts").get_by_role("listitem")


def names(owner):
    return sorted(one["first_name"] for one in owner.api.get("/contacts").json()["result"])


def test_a_file_is_looked_at_brought_in_and_taken_back(windows, alice):
    page = windows.of(path="/#/import")
    choose(page)
    has_sums(page, 2, 0, 0, 1)
    expect(page.get_by_text("Read as CSV, UTF-8")).to_be_visible()
    expect(page.get_by_label("Mobile Phone")).to_have_value("phone:mobile")
    expect(page.get_by_label("Shoe")).to_have_value("")
    expect(rows(page).nth(0)).to_contain_text("John SmithAcme")
    expect(rows(page).nth(1)).to_contain_text("12: This is no phone number")
    assert names(alice) == []
    page.get_by_role("button", name="Bring in 2 rows").click()
    expect(page.get_by_role("heading", name="fair.csv is in")).to_be_visible(timeout=SLOW)
    has_sums(page, 2, 0, 0, 1)
    assert names(alice) == ["Ann", "John"]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the 1 rejected row").click()
    assert download.value.suggested_filename == "fair-rejects.csv"
    assert "'12' is not a phone number" in download.value.path().read_text()
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("dialog", name="Take this back?").get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", name="fair.csv was taken back")).to_be_visible(timeout=SLOW)
    assert names(alice) == []
    page.get_by_role("link", name="Bring in another file").click()
    expect(page.get_by_role("list", name="Brought in before").get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_role("list", name="Brought in before")).to_contain_text("Taken back")


def test_a_file_is_brought_in_by_keyboard_alone(windows, alice):
    page = windows.of(path="/#/import")
    page.on("filechooser", lambda _: None)  # from here on the browser is not to show its own: it takes a moment to know
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Choose a file").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files({"name": "fair.csv", "mimeType": "text/csv", "buffer": FAIR.encode()})
    has_sums(page, 2, 0, 0, 1)
    begin = page.get_by_role("button", name="Bring in 2 rows")
    for _ in range(20):
        page.keyboard.press("Tab")
        if begin.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="fair.csv is in")).to_be_visible(timeout=SLOW)
    assert names(alice) == ["Ann", "John"]


def test_a_file_is_dropped(windows):
    page = windows.of(path="/#/import")
    expect(page.get_by_text("Drop a file here")).to_be_visible()
    data = page.evaluate_handle(
        "text => { const data = new DataTransfer();"
        " data.items.add(new File([text], 'dropped.csv', {type: 'text/csv'})); return data }",
        FAIR,
    )
    page.locator(".drop").dispatch_event("dragenter", {"dataTransfer": data})
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": data})
    expect(page.get_by_role("heading", name="dropped.csv")).to_be_visible()
    has_sums(page, 2, 0, 0, 1)


def test_columns_that_nobody_knows_are_named_by_selects_and_looked_at_again(windows, alice):
    page = windows.of(path="/#/import")
    choose(page, "Who;Where to\nJohn;+1 202 555 0100\n", "unknown.csv")
    expect(page.get_by_role("alert")).to_contain_text(
        "No column of this file has a name that Ringbook knows", timeout=SLOW
    )
    page.get_by_label("Who").select_option("First name")
    page.get_by_label("Where to").select_option("Number, mobile")
    page.get_by_role("button", name="Look again").click()
    has_sums(page, 1, 0, 0, 0)
    page.get_by_role("button", name="Bring in 1 row").click()
    expect(page.get_by_role("heading", name="unknown.csv is in")).to_be_visible(timeout=SLOW)
    [john] = alice.api.get("/contacts").json()["result"]
    assert (john["first_name"], john["phone_numbers"][0]["type"]) == ("John", "mobile")


def test_options_say_what_becomes_of_contacts_that_are_there(windows, alice):
    add(alice, first_name="Johnny", phone_numbers=[{"number": "+12025550100"}])
    page = windows.of(path="/#/import")
    choose(page)
    has_sums(page, 1, 1, 0, 1)
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("If the contact is there already").select_option("Leave it as it is")
    page.get_by_label("Tags for all of them").fill("Trade fair, Leads")
    page.get_by_label("Country of numbers without one").select_option("Germany")
    expect(page.get_by_role("button", name="Bring in")).to_be_disabled()
    page.get_by_label("Country of numbers without one").select_option("As set for your company")
    page.get_by_role("button", name="Look again").click()
    has_sums(page, 1, 0, 1, 1)
    page.get_by_role("button", name="Bring in 1 row").click()
    expect(page.get_by_role("heading", name="fair.csv is in")).to_be_visible(timeout=SLOW)
    [ann, _] = alice.api.get("/contacts").json()["result"]
    tags = {one["id"]: one["name"] for one in alice.api.get("/tags").json()["result"]}
    assert sorted(tags[tag] for tag in ann["tag_ids"]) == ["Leads", "Trade fair"]


def test_a_long_file_shows_how_far_it_has_come_and_is_stopped(windows, alice):
    page = windows.of(path="/#/import")
    content = "First Name,Phone,Email\n" + "".join(
        f"A{n},+1202555{n % 10000:04},a{n}@example.com\n" for n in range(60_000)
    )
    choose(page, content, "long.csv")
    begin = page.get_by_role("button", name="Bring in")
    expect(begin).to_be_enabled(timeout=SLOW)
    begin.click()
    expect(page.get_by_role("heading", name="Bringing in long.csv")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text(" rows a second, about ")).to_be_visible(timeout=SLOW)
    picture(page, "import-progress")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("dialog", name="Stop bringing in?").get_by_role("button", name="Stop").click()
    expect(page.get_by_role("heading", name="long.csv was stopped")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "The file is empty."),
        ("PK\x03\x04" + "\0" * 200, "This is a workbook"),
        ("John,+12025550100\n", "looks like a contact"),
    ],
    ids=["empty", "workbook", "no header"],
)
def test_a_file_that_cannot_be_read_is_said_so(windows, content, words):
    page = windows.of(path="/#/import")
    choose(page, content)
    expect(page.get_by_role("alert")).to_contain_text(words, timeout=SLOW)
    page.get_by_role("button", name="Another file").click()
    expect(page.get_by_role("button", name="Choose a file")).to_be_visible()


def test_a_server_that_is_away_is_said_and_the_file_is_not_lost(windows):
    page = windows.of(path="/#/import")
    page.route(
        "**/v1.0/imports?**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    choose(page)
    expect(page.get_by_role("alert")).to_contain_text("Ringbook does not answer")
    page.unroute("**/v1.0/imports?**")
    page.get_by_role("button", name="Try again").click()
    has_sums(page, 2, 0, 0, 1)


@in_every_look
def test_bringing_in_looks_right(windows, alice, size, scheme):
    brought_in(alice, FAIR, file_name="Trade fair in Berlin, all that we have met on three long days.csv")
    add(alice, first_name="Ann", phone_numbers=[{"number": "+12025550101"}])
    page = windows.of(path="/#/import", size=SIZES[size], scheme=scheme)
    expect(page.get_by_role("list", name="Brought in before")).to_be_visible()
    assert_looks_right(page, "import-start", size, scheme)
    long = "Wolfeschlegelsteinhausenbergerdorff,von und zu Hohenzollern-Sigmaringen,"
    long += "Donaudampfschifffahrtselektrizitätengesellschaft,+49 30 23125 001,a@example.com,"
    choose(page, FAIR + long + '"VIP,Lead",\n')
    expect(page.get_by_role("button", name="Bring in 1 row")).to_be_enabled(timeout=SLOW)
    page.get_by_text("Options", exact=True).click()
    assert_looks_right(page, "import-review", size, scheme)
    page.get_by_role("button", name="Bring in 1 row").click()
    expect(page.get_by_role("heading", name="fair.csv is in")).to_be_visible(timeout=SLOW)
    assert_looks_right(page, "import-done", size, scheme)
