"""The tables of imports and exports."""

from typing import Any

from bench.databases import KINDS
from bench.rounds import median
from bench.tables import contacts_of, measured_on, table


def import_setting(results: Any) -> str:
    """Say where and how long imports and exports were measured."""
    found = results["imports"]
    return (
        f"{measured_on(found['machine'])}; medians of {found['scale']['rounds']} rounds,"
        f" imports of {found['scale']['rows']:,} rows; {found['seconds'] / 60:.0f} minutes in all."
    )


def imports(results: Any) -> str:
    """Show how fast rows come in and contacts go out, and what others notice of it."""
    rows = []
    for kind in KINDS:
        for book, found in results["imports"][kind]["books"].items():
            figure = {name: median(values) for name, values in found.items()}
            lookups, waits, most = (
                f"{figure[f'{name} beside']:.0f} ms ({figure[f'{name} alone']:.0f})"
                for name in ("lookup p99", "write median", "write most")
            )
            rates = (f"{figure[name]:,.0f}" for name in ("rows", "exported"))
            rows.append([f"{kind}, {contacts_of(book)}", *rates, lookups, waits, most])
    return table(
        [
            "beside an import (alone)",
            "rows a second in",
            "contacts a second out",
            "lookup, p99",
            "create, median",
            "create, most",
        ],
        rows,
    )


def big_file(results: Any) -> str:
    """Show the memory of a process that imports a big file."""
    found = {kind: results["imports"][kind].get("big file") for kind in KINDS}
    rows = [
        [f"{kind}, {one['rows']:,} rows", f"{one['rate']:,.0f}", f"{one['first']:.0f} MB", f"{one['most']:.0f} MB"]
        for kind, one in found.items()
        if one
    ]
    return table(["a file whose contacts are all there", "rows a second", "memory in its first tenth", "most"], rows)
