"""What the commands print on standard output, one JSON value or a table; and the first calls, on standard error."""

from collections.abc import Sequence
from typing import Any

import click
import msgspec

FIRST_CALLS = """
  {docs}   {address}/docs
  {key}    {which}
{page}
{paste}

  API={address}/v1.0{token}
  curl "$API/contacts" --header "Authorization: Bearer $TOKEN" \\
    --data '{{"first_name": "John", "last_name": "Smith",
             "phone_numbers": [{{"number": "+15551234567"}}]}}'
  curl "$API/contacts/lookup?phone=%2B15551234567" \\
    --header "Authorization: Bearer $TOKEN"
"""


def print_json(value: Any) -> None:
    """Print what a command answers."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table for a person: columns as wide as their longest text, and nothing that a terminal would run."""
    cells = [["".join(c if c.isprintable() else " " for c in cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headings))]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def show_first_calls(address: str, token: str | None, another_key: str = "", page: str = "", link: str = "") -> None:
    """Show where the docs are, the access key, and two calls to paste; without a token, how to make another key.

    `page` is the page's address; `link` is the first owner's, in its place.
    """
    new, before = f"{token} (shown only now)", f"put yours into TOKEN, or make another: {another_key}"
    once = "         (sets your password, once, within 24 hours)\n" if link else ""
    text = FIRST_CALLS.format(
        docs=click.style("Docs", bold=True),
        key=click.style("Key", bold=True),
        which=new if token else before,
        address=address,
        page=f"  {click.style('Page', bold=True)}   {link or page}\n{once}" if page else "",
        paste=click.style("Paste into another terminal, to create a contact and look it up:", bold=True),
        token=f"\n  TOKEN={token}" if token else "",
    )
    click.echo(text, err=True)
