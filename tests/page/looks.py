"""How a screen is looked at: in both schemes and widths, by axe, for what stands beyond its edge, in a picture."""

import pytest
from playwright.sync_api import Page

from tests.page.axe import complaints, overflows
from tests.page.conftest import NARROW, WIDE, picture

SIZES = {"wide": WIDE, "narrow": NARROW}


def in_every_look(test):
    """Run a test in both schemes and widths; it takes `scheme` and `size`."""
    return pytest.mark.parametrize("scheme", ["light", "dark"])(pytest.mark.parametrize("size", SIZES)(test))


def assert_looks_right(page: Page, name: str, size: str, scheme: str, *, whole: bool = True) -> None:
    """Fail where axe complains of what is shown, or it is too wide."""
    picture(page, f"{name}-{size}-{scheme}", whole=whole)
    wrong = complaints(page)
    assert not wrong, "\n".join(wrong)
    assert overflows(page) <= 0
