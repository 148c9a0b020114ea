"""What the values of options and arguments may be."""

import re
from datetime import timedelta
from typing import Any

import click

from ringbook.values.fields import UUID_PATTERN

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Period(click.ParamType[Any]):
    """A length of time such as 30d."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the timedelta."""
        match = re.fullmatch("([1-9][0-9]{0,8})([smhdw])", str(value), re.ASCII)
        if not match:
            self.fail("must be a number and a unit: 90s, 15m, 12h, 30d or 8w", param, ctx)
        try:
            return timedelta(**{UNITS[match[2]]: int(match[1])})
        except OverflowError:
            self.fail("is too far in the future", param, ctx)


class RowId(click.ParamType[Any]):
    """A UUID."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the id in lower case."""
        if not re.fullmatch(UUID_PATTERN, str(value)):
            self.fail(f"'{value}' is not an id such as 019c3860-…", param, ctx)
        return str(value).lower()
