"""One name, one thing."""

import ast
from collections import defaultdict
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src/ringbook"
VERBS = {"add", "add_all", "create", "delete", "get", "json_of", "list_all", "look_up", "page", "read", "remove"}
VERBS |= {"replace_all", "serve", "update"}
"""What is done to the thing that the module is named after."""


def public_names(path):
    """Yield the public names that a module makes itself."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
        else:
            continue
        yield from (name for name in names if not name.startswith("_"))


def test_a_public_name_stands_for_one_thing():
    places = defaultdict(set)
    for path in SOURCE.rglob("*.py"):
        if "migrations" not in path.parts:
            for name in public_names(path):
                places[name].add(str(path.relative_to(SOURCE)))
    assert {name: files for name, files in places.items() if len(files) > 1 and name not in VERBS} == {}


def test_the_caller_comes_first_wherever_a_customers_data_is_read_or_changed():
    rooms = [path for room in ("contacts", "calling", "phonebooks") for path in (SOURCE / room).glob("*.py")]
    functions = [(path.name, node) for path in rooms for node in ast.walk(ast.parse(path.read_text()))]
    functions = [(name, node) for name, node in functions if isinstance(node, ast.AsyncFunctionDef)]
    assert len(functions) > 30
    assert [(name, node.name) for name, node in functions if node.args.args[0].arg not in ("caller", "self")] == []
