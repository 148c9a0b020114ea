"""Every screen, in both schemes and widths: what axe says of it, whether it fits, a picture where one is asked for."""

import pytest

from tests.page.axe import complaints, overflows
from tests.page.books import HUNDRED, add, fill
from tests.page.conftest import NARROW, WIDE, picture

SCREENS = {
    "contacts": "#/contacts",
    "nobody": "#/contacts?q=nobody",
    "import": "#/import",
    "export": "#/export",
    "phones": "#/phones",
    "callers": "#/callers",
    "cleanup": "#/cleanup",
    "settings": "#/settings",
}
"""What is looked at, by the name of its picture; {long}, {many} and {deleted} are contacts."""

SIZES = {"wide": WIDE, "narrow": NARROW}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_looks_right(windows, alice, size, scheme):
    def look(page, name):
        page.wait_for_load_state("networkidle")
        picture(page, f"{name}-{size}-{scheme}")
        wrong.extend(f"{name}: {line}" for line in complaints(page))
        if overflows(page) > 0:
            wrong.append(f"{name} is {overflows(page)} pixels too wide")

    wrong = []
    window = {"size": SIZES[size], "scheme": scheme}
    login = windows.open(**window)
    login.get_by_role("heading", name="Log in").wait_for()
    look(login, "login")
    page = windows.of("owner", **window)
    page.locator(".empty").wait_for()
    look(page, "empty")
    people = fill(alice)
    ids = {"long": people[4]["id"], "many": add(alice, **HUNDRED)["id"]}
    for name, path in SCREENS.items():
        page.goto(f"/{path.format(**ids)}")
        page.reload()
        page.locator("h1").wait_for()
        look(page, name)
    if size == "narrow":
        page.get_by_role("button", name="Menu").click()
        look(page, "menu")
    assert wrong == []
