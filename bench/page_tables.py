"""The table of what a person waits for on the page."""

from typing import Any

from bench.databases import KINDS
from bench.rounds import median
from bench.tables import measured_on, table


def page_setting(results: Any) -> str:
    """Say where and how the page was measured."""
    found = results["page"]
    return (
        f"{measured_on(found['machine'])}; medians of {found['scale']['rounds']} rounds over 100,000 contacts,"
        f" in Chromium on the same machine; {median(found[KINDS[0]]['bytes']) / 1000:.0f} KB are sent for it."
    )


def page(results: Any) -> str:
    """Show after how long what was asked for is painted; in brackets the slowest."""
    rows = []
    for kind in KINDS:
        found = results["page"][kind]
        parts = (found[name] for name in ("opened", "first rows", "one prefix", "a name"))
        rows.append([kind, *(f"{median(values):.0f} ms ({max(values):.0f})" for values in parts)])
    columns = ["the page opened for the first time", "a click on Contacts", "three letters typed", "a name typed"]
    return table(["until rows are painted: median (slowest)", *columns], rows)
