"""The documents say what the code does."""

import ast
from pathlib import Path

import pytest

from ringbook.config import PREFIX, SETTINGS
from ringbook.errors import Reason

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src/ringbook"
LOWER = ["errors", "clock", "config", "fields"]
RESOURCES = ["contacts", "addresses", "contact_tags", "contact_rows", "tags", "customers", "accesskeys"]


def test_every_reason_is_documented():
    text = (ROOT / "docs/api.md").read_text()
    documented = [
        line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ") and "reason" not in line
    ]
    assert documented == list(Reason)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_documented(name):
    assert f"`{PREFIX}{name.upper()}`" in (ROOT / "README.md").read_text()


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("name", RESOURCES)
def test_resource_modules_know_nothing_of_http(name):
    assert not [m for m in imported(SOURCE / f"{name}.py") if m.startswith(("falcon", "ringbook.api", "ringbook.cli"))]


@pytest.mark.parametrize("name", LOWER)
def test_the_lowest_modules_import_no_other(name):
    lower = tuple(f"ringbook.{other}" for other in LOWER)
    assert not [m for m in imported(SOURCE / f"{name}.py") if m.startswith("ringbook.") and not m.startswith(lower)]
