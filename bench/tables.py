"""Tables in Markdown."""

from collections.abc import Iterable, Sequence
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown, the first column to the left and the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def measured_on(at: Any) -> str:
    """Say on which machine, and of what, figures are."""
    what = f"Ringbook {at['ringbook']}, Python {at['python']}, {at['cores']} cores of {at['processor']}"
    return f"Measured on {at['date']}: {what}"


def contacts_of(book: str) -> str:
    """Return what a book of BOOKS is called in a table."""
    return book if "customers" in book else f"{book} contacts"
