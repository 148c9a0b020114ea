"""The layers of src/ringbook: every file stands in one of them, and imports lead down only."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src/ringbook"
LAYERS = {
    "cli": "cli/*.py",
    "serving": "serving/*.py",
    "api": "api/*.py",
    "description": "api/description/*.py",
    "http": "api/http/*.py",
    "webhooks": "webhooks/*.py",
    "transfer": "transfer/*.py",
    "phonebooks": "phonebooks/*.py",
    "calling": "calling/*.py",
    "contacts": "contacts/*.py",
    "tenants": "tenants/*.py",
    "database": "database/**/*.py",
    "values": "values/*.py",
    "ground": "*.py",
}
"""From top to bottom, with the files of each."""

OF_HTTP = ("falcon", "uvicorn", "httptools")
KNOW_HTTP = ("serving", "api", "description", "http")


def imports(path, files):
    """Yield the line and the name of all that a file imports: of ringbook the file, else the module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for module in modules:
            name = module.removeprefix("ringbook.").replace(".", "/")
            places = [f"{name}.py", f"{name}/__init__.py", f"{name.rpartition('/')[0]}.py"]
            places += [f"{name.rpartition('/')[0]}/__init__.py".lstrip("/")]
            found = next((place for place in places if place in files), None)
            yield node.lineno, found if module.startswith("ringbook") else module


def broken(source):
    """Return each rule that a file breaks: the file, the line, and the layers."""
    order = list(LAYERS)
    stands_in = {
        str(path.relative_to(source)): [layer for layer, pattern in LAYERS.items() if path in source.glob(pattern)]
        for path in sorted(source.rglob("*.py"))
    }
    problems = [f"{file} stands in {len(layers)} layers" for file, layers in stands_in.items() if len(layers) != 1]
    if problems:
        return problems
    layer_of = {file: layers[0] for file, layers in stands_in.items()}
    graph = {file: [] for file in layer_of}
    for file, layer in layer_of.items():
        for line, imported in imports(source / file, layer_of):
            if imported in layer_of:
                graph[file].append((line, imported))
                if order.index(layer_of[imported]) < order.index(layer):
                    problems.append(f"{file}:{line}: {layer} imports {imported} of {layer_of[imported]}, a layer above")
            elif imported and imported.partition(".")[0] in OF_HTTP and layer not in KNOW_HTTP:
                problems.append(f"{file}:{line}: {layer} imports {imported}, and is to know nothing of HTTP")
    return problems + [circle for file in graph if (circle := circle_from(file, graph))]


def circle_from(start, graph):
    """Return the circle of imports that leads from a file back to it, None where there is none."""
    came_by = {imported: (start, line) for line, imported in graph[start]}
    waiting = list(came_by)
    while waiting:
        file = waiting.pop()
        if file == start:
            steps = [start]
            while file != start or len(steps) == 1:
                file, line = came_by[file]
                steps.append(f"{file}:{line}")
            return " <- ".join(steps)
        for line, imported in graph[file]:
            if imported not in came_by:
                came_by[imported] = (file, line)
                waiting.append(imported)
    return None


def test_every_import_leads_down():
    assert broken(SOURCE) == []


def test_every_layer_has_files():
    assert [layer for layer, pattern in LAYERS.items() if not list(SOURCE.glob(pattern))] == []


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"util/x.py": ""}, "util/x.py stands in 0 layers"),
        (
            {"values/phone.py": "\nfrom ringbook.database.engine import Query", "database/engine.py": ""},
            "values/phone.py:2: values imports database/engine.py of database, a layer above",
        ),
        (
            {"errors.py": "def f():\n    import ringbook.api.app", "api/app.py": ""},
            "errors.py:2: ground imports api/app.py of api, a layer above",
        ),
        (
            {"contacts/a.py": "from ringbook.contacts import b", "contacts/b.py": "import ringbook.contacts.a"},
            "contacts/a.py <- contacts/b.py:1 <- contacts/a.py:1",
        ),
        (
            {
                "contacts/a.py": "from ringbook.contacts.b import x",
                "contacts/b.py": "from ringbook.contacts.c import x",
                "contacts/c.py": "\n\nfrom ringbook.contacts.a import x",
            },
            "contacts/a.py <- contacts/c.py:3 <- contacts/b.py:1 <- contacts/a.py:1",
        ),
        (
            {"contacts/a.py": "from falcon.asgi import Request"},
            "contacts/a.py:1: contacts imports falcon.asgi.Request, and is to know nothing of HTTP",
        ),
    ],
)
def test_a_rule_that_is_broken_is_named_with_file_line_and_layer(tmp_path, files, problem):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert broken(tmp_path)[0] == problem
