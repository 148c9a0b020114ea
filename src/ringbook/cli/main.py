"""The command `ringbook`: its groups, and what an error looks like."""

import os
import sqlite3
import sys

import asyncpg
import click
import sqlalchemy.exc

from ringbook import __version__
from ringbook.cli.access_keys import accesskey
from ringbook.cli.contacts import contacts_group
from ringbook.cli.customers import customer
from ringbook.cli.imports import (
    contacts_export,
    contacts_import,
    contacts_imports,
    contacts_rejects,
    contacts_undo_import,
)
from ringbook.cli.serve import migrate_command, quickstart, serve
from ringbook.cli.users import user
from ringbook.config import PREFIX, SETTINGS, InvalidSetting, unknown_settings
from ringbook.database.revisions import SchemaTooNew
from ringbook.errors import RingbookError, Unavailable

SETTINGS_HELP = "\n\n".join(
    ["Settings, in the environment; NAME_FILE names a file that holds the value of NAME:"]
    + [f"{PREFIX}{name.upper()}: {setting.meaning}." for name, setting in SETTINGS.items()]
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True}, epilog=SETTINGS_HELP)
@click.version_option(__version__)
def cli() -> None:
    """Ringbook: the contacts service behind phone systems.

    It keeps its data where RINGBOOK_DATABASE_URL says, e.g. sqlite:////var/lib/ringbook/ringbook.db or
    postgresql://user:password@host/db; by default in a file in your data folder.
    Commands print one JSON value on standard output, unless a command says that it prints a table or a file, and all
    else on standard error.
    """
    for name in unknown_settings(os.environ):
        click.echo(f"ringbook: warning: there is no setting {name}", err=True)


for command in (serve, quickstart, migrate_command, customer, accesskey, user, contacts_group):
    cli.add_command(command)

for command in (contacts_import, contacts_imports, contacts_rejects, contacts_undo_import, contacts_export):
    contacts_group.add_command(command)


def main() -> None:
    """Run the command; what is refused is said in one line on standard error, with exit code 1."""
    try:
        cli()
    except (InvalidSetting, SchemaTooNew, RingbookError) as error:
        why = error.__cause__ if isinstance(error, Unavailable) else None
        sys.exit(f"ringbook: {error}" + (f": {why}" if why else ""))
    except OSError as error:
        sys.exit(f"ringbook: RINGBOOK_DATABASE_URL: the database cannot be reached: {error}")
    except (sqlalchemy.exc.DBAPIError, sqlite3.Error, asyncpg.PostgresError) as error:
        sys.exit(f"ringbook: RINGBOOK_DATABASE_URL: the database refused: {getattr(error, 'orig', None) or error}")
