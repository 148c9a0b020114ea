"""The documents say what the code does."""

import ast
import re
from pathlib import Path

import click
import pytest

from ringbook.cli import cli
from ringbook.config import PREFIX, SETTINGS
from ringbook.errors import Reason

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src/ringbook"
OPERATIONS = (ROOT / "docs/operations.md").read_text()
DOCUMENTS = [path.relative_to(ROOT) for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))]
LOWER = ["errors", "clock", "config", "fields"]
RESOURCES = ["contacts", "addresses", "contact_tags", "contact_rows", "tags", "customers", "accesskeys"]


def test_every_reason_is_documented():
    text = (ROOT / "docs/api.md").read_text()
    documented = [
        line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ") and "reason" not in line
    ]
    assert documented == list(Reason)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_documented_with_its_default(name):
    default = f"`{SETTINGS[name].default()}`".replace("``", "none")
    if name == "database_url":
        default = "`ringbook.db` in the user's data folder"
    row = f"| `{PREFIX}{name.upper()}` | {SETTINGS[name].meaning} | {default} |"
    assert row in OPERATIONS.splitlines()


def leaves(command, words=()):
    """Yield the words of every command that does something, and the command."""
    if isinstance(command, click.Group):
        for name, sub in command.commands.items():
            yield from leaves(sub, (*words, name))
    else:
        yield " ".join(words), command


@pytest.mark.parametrize(("words", "command"), [pytest.param(*leaf, id=leaf[0]) for leaf in leaves(cli)])
def test_every_command_is_documented_with_its_options(words, command):
    row = next(line for line in OPERATIONS.splitlines() if re.match(rf"\| `ringbook {words}[ `]", line))
    options = {option for param in command.params for option in param.opts if option.startswith("--")}
    assert set(re.findall(r"`(--[a-z-]+)`", row)) == options


def headings(path):
    """Return the anchors of a document's headings, as a web page of it has them."""
    lines = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL).splitlines()
    titles = [line.lstrip("# ").lower() for line in lines if line.startswith("#")]
    return [re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles]


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_link_leads_somewhere(path):
    for file, anchor in re.findall(r"\]\((?!https?://)([^)#]*)#?([^)]*)\)", (ROOT / path).read_text()):
        target = (ROOT / path.parent / file) if file else ROOT / path
        assert target.exists(), file
        assert not anchor or anchor in headings(target), anchor


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
