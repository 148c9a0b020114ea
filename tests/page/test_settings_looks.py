"""The screens of the settings in both schemes and widths: what axe says of them, whether they fit, pictures."""

import pytest

from tests.page.axe import complaints, overflows
from tests.page.conftest import picture
from tests.page.test_looks import SIZES
from tests.people import invited, joined

SCREENS = {
    "settings-you": "#/settings",
    "settings-company": "#/settings/company",
    "settings-keys": "#/settings/keys",
    "settings-key-new": "#/settings/keys/new",
    "settings-webhooks": "#/settings/webhooks",
    "settings-webhook": "#/settings/webhooks/{webhook}",
    "settings-webhook-new": "#/settings/webhooks/new",
    "settings-users": "#/settings/users",
    "settings-user": "#/settings/users/{user}",
    "settings-user-new": "#/settings/users/new",
}
"""What is looked at, by the name of its picture; what stands in braces are ids."""


def fill(owner, server):
    """Make what the screens show, and return the ids of some of it."""
    user, _ = joined(owner, server, "ben@acme.example", "agent", "Ben Jones")
    invited(owner, "liat@acme.example", "manager", "ליאת כהן")
    off = invited(owner, "m.a.hohenzollern@donaudampfschifffahrt.example", "manager", "Wolfeschlegelsteinhausen " * 4)
    owner.api.put(f"/users/{off['id']}", json={"is_active": False}).raise_for_status()
    owner.api.post("/access-keys", json={"name": "מרכזייה", "scopes": ["lookup"]}).raise_for_status()
    owner.api.post("/access-keys", json={"scopes": ["admin"], "tm_expire": "2099-01-01T00:00:00Z"}).raise_for_status()
    hooks = (f"https://crm.example/{'long/' * 60}", ["contact.deleted"]), ("https://crm.example/hook", None)
    made = [owner.api.post("/webhooks", json={"url": url, "events": events}).json() for url, events in hooks]
    owner.api.put(f"/webhooks/{made[0]['id']}", json={"is_active": False}).raise_for_status()
    owner.api.post(f"/webhooks/{made[1]['id']}/test").raise_for_status()
    return {"user": user["id"], "webhook": made[1]["id"]}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_of_the_settings_looks_right(windows, alice, server, size, scheme):
    ids = fill(alice, server)
    page = windows.of("owner", name="Olga Owner", size=SIZES[size], scheme=scheme)
    wrong = []
    for name, path in SCREENS.items():
        page.goto(f"/{path.format(**ids)}")
        page.locator("h2").first.wait_for()
        page.wait_for_load_state("networkidle")
        for folded in page.locator("summary").all():
            folded.click()
        picture(page, f"{name}-{size}-{scheme}", whole=True)
        wrong.extend(f"{name}: {line}" for line in complaints(page))
        if overflows(page) > 0:
            wrong.append(f"{name} is {overflows(page)} pixels too wide")
    assert wrong == []
