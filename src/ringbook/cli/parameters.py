"""What the values of options and arguments may be, and the option that most commands have."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from ringbook.clock import utc_now
from ringbook.config import whole_number
from ringbook.values.fields import UUID_PATTERN

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Checked(click.ParamType[Any]):
    """A text that a function turns into a value, or refuses by a ValueError that says what is valid."""

    def __init__(self, name: str, parse: Callable[[str], Any]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value."""
        try:
            return self._parse(str(value))
        except ValueError as error:
            self.fail(f"{error}, not '{value}'", param, ctx)


def _period(text: str) -> timedelta:
    match = re.fullmatch("([1-9][0-9]{0,8})([smhdw])", text, re.ASCII)
    if not match:
        raise ValueError("must be a number and a unit such as 90s, 15m, 12h, 30d or 8w")
    try:
        period = timedelta(**{UNITS[match[2]]: int(match[1])})
        utc_now() + period
    except OverflowError as error:
        raise ValueError("must end before the year 10000") from error
    return period


def _row_id(text: str) -> str:
    if not re.fullmatch(UUID_PATTERN, text):
        raise ValueError("must be an id such as 019c3860-0000-7000-8000-000000000000")
    return text.lower()


def _address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#'\"$`\\]+(/[^\s?#'\"$`\\]*)?", text):
        raise ValueError("must be an address such as http://127.0.0.1:8080")
    return text.rstrip("/")


PERIOD = Checked("period", _period)
ROW_ID = Checked("id", _row_id)
ADDRESS = Checked("address", _address)
PORT = Checked("number", whole_number(0, 65535))
WORKERS = Checked("number", whole_number(1, 256))
CUSTOMER = click.option(
    "--customer", "customer_id", default=None, type=ROW_ID, help="Whose; may be left out where there is one customer."
)
