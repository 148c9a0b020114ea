"""`ringbook contacts import` and what goes with it: files of contacts, in and back out of the book."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from ringbook.cli.database import caller_of, with_database
from ringbook.cli.import_screen import Screen
from ringbook.cli.output import print_json
from ringbook.cli.parameters import CUSTOMER, ROW_ID
from ringbook.clock import utc_now
from ringbook.contacts.contact import SOURCES
from ringbook.contacts.filters import parse_filters
from ringbook.contacts.notations import PhoneType
from ringbook.database.engine import Database
from ringbook.database.lease import BEAT_SECONDS, SILENT_SECONDS, Lease
from ringbook.database.pages import parse_page
from ringbook.tenants.caller import Caller
from ringbook.transfer import importer, imports, undoing
from ringbook.transfer.background import lease_of
from ringbook.transfer.exports import VCARD_VERSIONS, export
from ringbook.transfer.headers import MAPPED_FIELDS
from ringbook.transfer.imports import PART_BYTES, Import
from ringbook.transfer.options import MATCH_KEYS, Form, ImportOptions, checked
from ringbook.transfer.rejects import rejects_of
from ringbook.transfer.runs import Stopped
from ringbook.transfer.vcard_export import VcardVersion


def _columns(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Return each column with what it is read as, of COLUMN=FIELD."""
    found = {}
    for text in given:
        column, sign, field = text.rpartition("=")
        if not sign or field not in MAPPED_FIELDS:
            message = f"'{text}' must be COLUMN=FIELD, and FIELD one of {', '.join(MAPPED_FIELDS)}"
            raise click.BadParameter(message)
        found[column] = field
    return found


def _match(_context: click.Context, _parameter: click.Parameter, given: str) -> list[str]:
    keys = [key.strip() for key in given.split(",") if key.strip()]
    if wrong := [key for key in keys if key not in MATCH_KEYS]:
        message = f"'{wrong[0]}' is none of {', '.join(MATCH_KEYS)}"
        raise click.BadParameter(message)
    return keys


@click.command("import")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@CUSTOMER
@click.option("--resume", "import_id", type=ROW_ID, help="Go on with an import that was stopped; without FILE.")
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be done.")
@click.option(
    "--on-duplicate",
    type=click.Choice(["update", "skip", "create"]),
    default="update",
    help="What becomes of a row whose contact is there.",
)
@click.option("--overwrite", is_flag=True, help="Of a contact that is there, replace texts that are not empty.")
@click.option(
    "--match", default=",".join(MATCH_KEYS), callback=_match, help="What a contact that is there is known by."
)
@click.option("--tag", multiple=True, metavar="NAME", help="A tag for each contact; made if need be.")
@click.option(
    "--map",
    "map_",
    multiple=True,
    metavar="COLUMN=FIELD",
    callback=_columns,
    help=f"What a column is read as: {', '.join(MAPPED_FIELDS)}.",
)
@click.option("--keep-unknown", is_flag=True, help="Put what Ringbook has no field for into the notes.")
@click.option("--region", default="", metavar="COUNTRY", help="In which numbers are read; without it, the customer's.")
@click.option("--encoding", default="", metavar="NAME", help="A code page such as cp1252; without it, found out.")
@click.option("--default-type", type=click.Choice(get_args(PhoneType)), help="Of numbers whose type is not said.")
@click.option("--format", "form", type=click.Choice(get_args(Form)), help="Without it, seen from the file.")
@click.option("--keep-ids", is_flag=True, help="Of Ringbook's JSON lines, keep the contacts' ids and times.")
def contacts_import(
    file: Path | None,
    customer_id: str | None,
    import_id: str | None,
    map_: dict[str, str],
    form: str | None,
    default_type: str | None,
    tag: tuple[str, ...],
    **more: Any,
) -> None:
    """Bring the contacts of FILE in: CSV, vCard or JSON lines.

    Ctrl-C ends it after the rows at hand; it can be gone on with. So can one that was killed: a server that runs does
    so by itself within a minute.
    """
    if (file is None) == (import_id is None):
        raise click.UsageError("give a FILE, or --resume ID")
    options = checked(
        msgspec.convert(
            more | {"map": map_, "format": form or "", "default_type": default_type or "", "tag": list(tag)},
            ImportOptions,
        )
    )
    screen = Screen()
    size = file.stat().st_size if file else None

    async def run(database: Database) -> Import:
        caller = await caller_of(database, customer_id)
        begun = import_id or await _upload(caller, database, file or Path(), options)
        lease = lease_of(database, begun)
        await _hold(lease)
        await imports.resume(caller, database, begun, size)
        job = await _work(caller, database, begun, lease.is_held, screen)
        await lease.release()
        return job

    job: Import = with_database(run)
    screen.show_sum(job)
    if job.state != "done":
        sys.exit(1 if job.state == "failed" else 130)


async def _hold(lease: Lease) -> None:
    """Take the lease of an import, once who held it is silent for long enough. Raises ClickException."""
    until = time.monotonic() + SILENT_SECONDS + 2 * BEAT_SECONDS
    if not await lease.is_held():
        click.echo("Another process was at work on this import; waiting until it is certain that it ended.", err=True)
    while not await lease.is_held():
        if time.monotonic() > until:
            raise click.ClickException("another process is at work on this import")
        await asyncio.sleep(1)


async def _upload(caller: Caller, database: Database, file: Path, options: ImportOptions) -> str:
    """Keep the file in the database, so that the import goes on wherever it was left; return the import's id."""
    import_id = await imports.begin(caller, database, utc_now(), file.name, options)
    with file.open("rb") as content:
        part = 0
        while (block := content.read(PART_BYTES)) or not part:
            await imports.add_part(caller, database, import_id, part, block)
            part += 1
    return import_id


async def _work(
    caller: Caller, database: Database, import_id: str, is_held: Callable[[], Any], screen: Screen
) -> Import:
    """Bring in what is not yet in, until Ctrl-C; return the import."""
    importer.collect_seldom()
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stopped.set)

    async def may_go_on() -> bool:
        return not stopped.is_set() and await is_held()

    with screen.progress():
        try:
            await importer.bring_in(caller, database, import_id, may_go_on, screen.told)
        except Stopped:
            if stopped.is_set():
                await imports.pause(caller, database, import_id)
    return msgspec.json.decode(await imports.get(caller, database, import_id), type=Import)


@click.command("imports")
@CUSTOMER
def contacts_imports(customer_id: str | None) -> None:
    """List the imports, newest first."""

    async def run(database: Database) -> Any:
        caller = await caller_of(database, customer_id)
        return msgspec.json.decode(await imports.page(caller, database, parse_page("", "")))["result"]

    print_json(with_database(run))


@click.command("rejects")
@CUSTOMER
@click.argument("import_id", type=ROW_ID)
def contacts_rejects(customer_id: str | None, import_id: str) -> None:
    """Print the rows of an import that were rejected as a file, in the form of its own, each with its error."""

    async def run(database: Database) -> None:
        file = await rejects_of(await caller_of(database, customer_id), database, import_id)
        async for part in file.parts:
            sys.stdout.buffer.write(part)

    with_database(run)


@click.command("export")
@CUSTOMER
@click.option("--format", "form", type=click.Choice(get_args(Form)), default="csv", help="Of the file.")
@click.option("--version", type=click.Choice(VCARD_VERSIONS), default="4.0", help="Of vCards.")
@click.option("--phone", help="Those with this number.")
@click.option("--email", help="Those with this email address.")
@click.option("--tag-id", help="Those with this tag, or with commas between all of these.")
@click.option("--source", type=click.Choice(SOURCES), help="Those that came from there.")
@click.option("--company", help="Those of this company.")
@click.option("--external-id", help="The one with this external_id.")
def contacts_export(customer_id: str | None, form: Form, version: VcardVersion, **given: str | None) -> None:
    """Print the contacts as a file: all, or those that all the filters find."""

    async def run(database: Database) -> None:
        caller = await caller_of(database, customer_id)
        texts = {name: text for name, text in given.items() if text}
        wanted = parse_filters(caller.region, texts) if texts else None
        async for part in export(caller, database, form, wanted, version):
            sys.stdout.buffer.write(part)

    with_database(run)


@click.command("undo-import")
@CUSTOMER
@click.argument("import_id", type=ROW_ID)
def contacts_undo_import(customer_id: str | None, import_id: str) -> None:
    """Take back an import that has ended: what it created goes to the trash, what it changed gets its former values."""

    async def run(database: Database) -> Any:
        caller = await caller_of(database, customer_id)
        lease = lease_of(database, import_id)
        await _hold(lease)
        async with database.transaction() as transaction:
            await imports.undo(caller, transaction, utc_now(), import_id)
        await undoing.take_back(caller, database, import_id, lease.is_held)
        await lease.release()
        return msgspec.json.decode(await imports.get(caller, database, import_id))

    print_json(with_database(run))
