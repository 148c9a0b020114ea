"""`ringbook contacts`: what an operator does with a customer's contacts."""

from typing import Any

import click
import msgspec

from ringbook.cli.database import caller_of, with_database
from ringbook.cli.output import print_json, print_table
from ringbook.cli.parameters import CUSTOMER
from ringbook.clock import utc_now
from ringbook.contacts import number_check, search
from ringbook.contacts.search import SearchResult
from ringbook.database.engine import Database
from ringbook.values.names import name_of

MOST_SHOWN = 20


@click.group("contacts")
def contacts_group() -> None:
    """Look after a customer's contacts."""


@contacts_group.command("search")
@CUSTOMER
@click.argument("words", nargs=-1, required=True)
def contacts_search(customer_id: str | None, words: tuple[str, ...]) -> None:
    """Print a table of the contacts that are found by WORDS: the beginnings of words, or of a number, or its end.

    The best come first, 20 at most.
    """

    async def run(database: Database) -> SearchResult:
        caller = await caller_of(database, customer_id)
        terms = search.parse_query(" ".join(words), caller.region)
        page = search.SearchPage(MOST_SHOWN)
        return msgspec.json.decode(await search.search_contacts(caller, database, terms, page), type=SearchResult)

    found = with_database(run)
    rows = [
        (
            name_of(one.display_name, one.first_name, one.last_name, one.company),
            one.company,
            ", ".join(number.number_e164 for number in one.phone_numbers),
            ", ".join(email.address for email in one.emails),
            one.id,
        )
        for one in found.result
    ]
    print_table(("NAME", "COMPANY", "PHONE NUMBERS", "EMAILS", "ID"), rows)
    if found.next_page_token:
        click.echo("There are more: give another word.", err=True)


@contacts_group.command("check")
@CUSTOMER
@click.option("--fix", is_flag=True, help="Change the numbers whose reading is certain.")
def contacts_check(customer_id: str | None, *, fix: bool) -> None:
    """List the phone numbers that would be read otherwise today than when they were stored."""

    async def run(database: Database) -> list[dict[str, Any]]:
        caller = await caller_of(database, customer_id)
        found = [one async for one in number_check.check(caller, database)]
        if fix:
            found = [await number_check.fix(caller, database, utc_now(), one) if one.certain else one for one in found]
        return [msgspec.to_builtins(one) for one in found]

    print_json(with_database(run))
