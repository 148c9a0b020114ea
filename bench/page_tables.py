"""The table of what a person waits for on the page."""

from typing import Any

from bench.databases import KINDS
from bench.rounds import median
from bench.tables import table


def page_setting(results: Any) -> str:
    """Say where and how the page was measured."""
    at, found = results["page"]["machine"], results["page"]
    return (
        f"Measured on {at['date']}: Ringbook {at['ringbook']}, Python {at['python']}, {at['cores']} cores of"
        f" {at['processor']}; medians of {found['scale']['rounds']} rounds over 100,000 contacts, in Chromium"
        f" on the same machine; {median(found[KINDS[0]]['bytes']) / 1000:.0f} KB are sent for it."
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
