"""The kinds of field that requests and answers are made of."""

import re
from typing import Annotated, Any, ClassVar, Protocol, Self

import msgspec
from msgspec import Meta, Struct, field

UUID_PATTERN = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
"""A UUID with its dashes, in any case."""

UUID = re.compile(UUID_PATTERN.strip("^$"))
NO_NUL_PATTERN = "^[^\\x00]*$"

Id = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
Time = Annotated[
    str,
    Meta(
        description="UTC with six decimals",
        extra_json_schema={"format": "date-time", "examples": ["2026-02-07T14:45:59.038962Z"]},
    ),
]
GivenId = Annotated[str, Meta(pattern=UUID_PATTERN, max_length=36, extra_json_schema={"format": "uuid"})]
Ignored = Annotated[
    msgspec.Raw, Meta(description="Read-only: accepted and ignored.", extra_json_schema={"readOnly": True})
]
Text = Annotated[str, Meta(pattern=NO_NUL_PATTERN)]


class ReadOnlyKeys(Struct, kw_only=True):
    """The keys of an answer that a client cannot set: ignored, so that it can send back what it has read.

    They are not even read: to make objects of a megabyte of lists would hold the interpreter for 100 ms.
    """

    id: Ignored = field(default_factory=msgspec.Raw)
    customer_id: Ignored = field(default_factory=msgspec.Raw)
    contact_id: Ignored = field(default_factory=msgspec.Raw)
    tm_create: Ignored = field(default_factory=msgspec.Raw)
    tm_update: Ignored = field(default_factory=msgspec.Raw)
    tm_delete: Ignored = field(default_factory=msgspec.Raw)


class Entered(Protocol):
    """A field that a person typed, read into what it means together with the request: phone.Number, email.Address."""

    text: ClassVar[Any]
    """The field's own type: a text with its limits."""

    @classmethod
    def read(cls, text: str, region: str) -> Self:
        """Return what `text` means in `region` ('' for none). Raises ValueError, with a `reason`."""


def schema_of(kind: type[Entered]) -> dict[str, Any]:
    """Return the JSON Schema of an Entered field: the schema_hook of msgspec."""
    return msgspec.json.schema(kind.text)
