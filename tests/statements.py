"""Every statement by its name; `python -m tests.statements`, or `make sql`, prints them as they are compiled."""

import importlib
import pkgutil
import sys

import sqlglot

import ringbook
from ringbook.calling.callerid import callerid
from ringbook.calling.lookup import lookup
from ringbook.contacts.filters import Filters, filtered
from ringbook.contacts.search_statements import IN_NAMES, REST, WIDTH, SearchShape, candidates, counts, of_rank, walk
from ringbook.database.engine import Query

ONE, TWO = SearchShape(1, 2), SearchShape(2, WIDTH)
FILTERS = {
    "external_id": Filters(external_id="x"),
    "phone": Filters(numbers=("+15551234567", "+5551234567")),
    "email": Filters(address="john@acme.com"),
    "company": Filters(company="acme"),
    "tag_id": Filters(tag_ids=("x", "y")),
    "source": Filters(source="api"),
    "all": Filters("x", ("+15551234567",), "john@acme.com", "acme", ("x", "y"), "api"),
}
ON_DEMAND = {
    "lookup(1, 0)": lookup(1, 0),
    "lookup(2, 0)": lookup(2, 0),
    "lookup(2, 1)": lookup(2, 1),
    "callerid(1)": callerid(1, with_tags=False),
    "callerid(2, with_tags)": callerid(2, with_tags=True),
    **{f"counts{tuple(shape)}": counts(shape) for shape in (ONE, TWO)},
    **{
        f"{of_shape.__name__}({shape.terms}, {shape.width}, {rank})": of_shape(shape, rank)
        for of_shape in (candidates, of_rank, walk)
        for shape in (ONE, TWO)
        for rank in (IN_NAMES, REST)
    },
    **{f"filtered({name})": filtered(filters.shape) for name, filters in FILTERS.items()},
}
"""Those that are compiled for a count of readings, of terms, or for some filters."""


def statements():
    """Return every statement by the name that it has in its module; of a table of them also by the key."""
    found = dict(ON_DEMAND)
    for module in pkgutil.walk_packages(ringbook.__path__, "ringbook."):
        if ".migrations" in module.name:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Query):
                assert found.setdefault(name, value) is value, f"{name} names two statements"
            elif isinstance(value, dict) and value and all(isinstance(one, Query) for one in value.values()):
                found |= {f"{name}[{kind.table.name}]": one for kind, one in value.items()}
    return found


def formatted(query, database):
    """Return the SQL of a statement for `database` (sqlite or postgresql), a clause a line."""
    dialect = {"sqlite": "sqlite", "postgresql": "postgres"}[database]
    sql = getattr(query, database).sql
    return sqlglot.transpile(sql, read=dialect, write=dialect, pretty=True, max_text_width=110)[0]


def main(wanted):
    for name, query in statements().items():
        if not wanted or name.partition("[")[0].partition("(")[0] in wanted:
            for database in ("sqlite", "postgresql"):
                sys.stdout.write(f"-- {name}, {database}\n{formatted(query, database)};\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
