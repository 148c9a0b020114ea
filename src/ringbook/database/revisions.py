"""The revisions of the schema: those that this version knows."""

from pathlib import Path

SCRIPTS = Path(__file__).parent / "migrations"
REVISIONS = sorted(script.name.partition("_")[0] for script in (SCRIPTS / "versions").glob("[0-9]*.py"))
LOCK_SECONDS = 60


class SchemaTooNew(Exception):
    """The database was migrated by a newer Ringbook than this one; run that one, or restore a backup."""


def head() -> str:
    """Return the revision of the newest schema that this version knows."""
    return REVISIONS[-1]


def refuse_newer(there: str | None) -> None:
    """Raise SchemaTooNew where a database's revision, None for one that has none, is unknown here."""
    if there is not None and there not in REVISIONS:
        raise SchemaTooNew(f"the database's schema {there} is newer than this Ringbook, which knows {head()}")
