"""The documents say what the code does."""

import re
from pathlib import Path

import click
import msgspec
import pytest
from falcon import inspect

from ringbook.api.app import create_app
from ringbook.calling.lookup import lookup
from ringbook.cli.main import cli
from ringbook.config import PREFIX, SETTINGS, read_settings
from ringbook.contacts import contact, notations, tags
from ringbook.errors import Reason
from tests.statements import formatted

ROOT = Path(__file__).parent.parent
API = (ROOT / "docs/api.md").read_text()
OPERATIONS = (ROOT / "docs/operations.md").read_text()
DOCUMENTS = [path.relative_to(ROOT) for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))]


def test_every_reason_is_documented():
    assert re.findall(r"^\| ([A-Z_]+) \| \d{3} \|", API, re.MULTILINE) == list(Reason)


def test_every_call_is_documented():
    app = create_app(read_settings({"RINGBOOK_DATABASE_URL": "sqlite:///unused.db"}))
    calls = {
        f"{method.method} {route.path.removeprefix('/v1.0').replace(':id', '')}"
        for route in inspect.inspect_routes(app)
        if route.path.startswith("/v1.0")
        for method in route.methods
        if not method.internal and method.method != "HEAD"
    }
    assert set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", API, re.MULTILINE)) == calls


RESOURCE_TYPES = {
    "Contact": (contact.Contact, contact.NewContact),
    "Phone number": (notations.PhoneNumber, notations.PhoneNumberIn),
    "Email": (notations.Email, notations.EmailIn),
    "Tag": (tags.Tag, tags.NewTag),
}


@pytest.mark.parametrize("name", RESOURCE_TYPES)
def test_every_key_is_documented_with_its_limit(name):
    answered, accepted = RESOURCE_TYPES[name]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*)", API.split(f"\n## {name}\n")[1].split("\n## ")[0], re.MULTILINE))
    assert list(rows) == [field.encode_name for field in msgspec.structs.fields(answered)]
    limits = {field.encode_name: longest(field.type) for field in msgspec.inspect.type_info(accepted).fields}
    assert {key: f"{limit:,}" for key, limit in limits.items() if limit} == {
        key: found[1] for key, row in rows.items() if (found := re.search(r"at most ([\d,]+)", row))
    }


def longest(kind):
    """Return the most characters or items that a field may have."""
    kind = kind.type if isinstance(kind, msgspec.inspect.Metadata) else kind
    if isinstance(kind, msgspec.inspect.UnionType):
        return next(filter(None, map(longest, kind.types)), None)
    if isinstance(kind, msgspec.inspect.CustomType):
        return longest(msgspec.inspect.type_info(kind.cls.text))
    return getattr(kind, "max_length", None)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_documented_with_its_default(name):
    default = f"`{SETTINGS[name].default()}`".replace("``", "none")
    if name == "database_url":
        default = "`ringbook.db` in the user's data folder"
    row = f"| `{PREFIX}{name.upper()}` | {SETTINGS[name].meaning} | {default} |"
    assert row in OPERATIONS.splitlines()


def test_the_limits_of_bodies_are_those_of_the_settings():
    sizes = {name: int(SETTINGS[name].default()) for name in ("max_body_bytes", "max_batch_bytes", "max_file_bytes")}
    for name, size in sizes.items():
        assert f"| {size >> 20} MiB (`{PREFIX}{name.upper()}`) | 413 |" in OPERATIONS
        assert f"{size >> 20} MiB (`{PREFIX}{name.upper()}`)" in " ".join(API.split())
    assert f"client_max_body_size {max(sizes.values()) >> 20}m;" in OPERATIONS  # what nginx lets through


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


def test_every_fault_test_has_a_row_in_the_page_of_promises():
    text = (ROOT / "docs/reliability.md").read_text()
    rows = re.findall(r"\| `(test_\w+\.py::test_\w+)` \|", text)
    files = (ROOT / "tests/faults").glob("test_*.py")
    tests = [f"{file.name}::{name}" for file in files for name in re.findall(r"(?m)^def (test_\w+)", file.read_text())]
    assert sorted(rows) == sorted(tests)


ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()


def test_every_file_stands_in_the_architecture_once():
    files = [path for path in (ROOT / "src/ringbook").rglob("*.py") if path.name != "__init__.py"]
    files = [path.name for path in files if "migrations" not in path.parts]
    listed = ARCHITECTURE.split("## The files")[1].split("\n`tests/`")[0]
    shown = re.findall(r"`(\w+\.py)`", "".join(line.split(" | ")[0] for line in listed.splitlines(keepends=True)))
    assert sorted(shown) == sorted(files)


def test_the_architecture_shows_the_lookup_as_it_is_compiled():
    assert f"```sql\n{formatted(lookup(1, 0), 'sqlite')}\n```" in ARCHITECTURE


def test_a_text_of_a_contact_stands_where_the_architecture_says():
    """`job_title` stands for every text: a new one touches as many files."""
    example = ARCHITECTURE.split("## A new field")[1].split("\n## ")[0]
    source = [path for path in (ROOT / "src").rglob("*.py") if "job_title" in path.read_text()]
    assert len(source) == 12
    for path in source:
        place = (
            "database/migrations/versions/"
            if "versions" in path.parts
            else str(path.relative_to(ROOT / "src/ringbook"))
        )
        assert f"`{place}`" in example
    documents = [path for path in (ROOT / "docs").rglob("*.*") if path.suffix in (".md", ".json")]
    for path in documents:
        named = "this page" if path.name == "architecture.md" else f"`{path.relative_to(ROOT)}`"
        assert ("job_title" in path.read_text()) == (named in example), path


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
