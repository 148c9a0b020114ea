"""The kinds of field that requests and answers are made of."""

from typing import Annotated, Any

from msgspec import Meta, Struct

UUID_PATTERN = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
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
Ignored = Annotated[Any, Meta(description="Read-only: accepted and ignored.", extra_json_schema={"readOnly": True})]
Text = Annotated[str, Meta(pattern=NO_NUL_PATTERN)]


class ReadOnlyKeys(Struct, kw_only=True):
    """The keys of an answer that a client cannot set: ignored, so that it can send back what it has read."""

    id: Ignored = None
    customer_id: Ignored = None
    contact_id: Ignored = None
    number_e164: Ignored = None
    tm_create: Ignored = None
    tm_update: Ignored = None
    tm_delete: Ignored = None
