"""The database that the settings name, for one command."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

import click
import msgspec

from ringbook.config import Settings, read_settings, unknown_settings
from ringbook.database.engine import Database
from ringbook.database.migrate import migrate
from ringbook.database.opening import database_at


def settings_of_environment() -> Settings:
    """Return the settings, and warn of each variable that looks like one but is none. Raises InvalidSetting."""
    settings = read_settings(os.environ)
    for name in unknown_settings(os.environ):
        click.echo(f"ringbook: warning: there is no setting {name}", err=True)
    return settings


def print_json(value: Any) -> None:
    """Print what a command answers."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def with_database(work: Callable[[Database], Awaitable[Any]]) -> Any:
    """Return what `work` makes of the database, migrated and open."""
    settings = settings_of_environment()

    async def run() -> Any:
        await migrate(settings.database_url)
        database = database_at(settings.database_url, settings.database_connections)
        await database.open()
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())
