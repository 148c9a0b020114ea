"""What can be said of an import, by the command line and by the API alike."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta

from ringbook.contacts.notations import PhoneType
from ringbook.errors import FieldProblem, InvalidArgument, Reason
from ringbook.transfer.charsets import LONGEST_CHARSET, charset
from ringbook.transfer.headers import MAPPED_FIELDS
from ringbook.values.phone import is_region

Form = Literal["csv", "vcard", "jsonl"]
MatchKey = Literal["external_id", "phone", "email"]
MATCH_KEYS: tuple[MatchKey, ...] = get_args(MatchKey)


class ImportOptions(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """How a file is read, and what becomes of its rows."""

    dry_run: Annotated[bool, Meta(description="Write nothing; say what each of the first 100 rows would do.")] = False
    on_duplicate: Annotated[
        Literal["update", "skip", "create"],
        Meta(description="What becomes of a row whose contact is there: it fills what is empty, nothing, or another."),
    ] = "update"
    overwrite: Annotated[bool, Meta(description="Of a contact that is there, replace texts that are not empty.")] = (
        False
    )
    match: Annotated[list[MatchKey], Meta(description="What a contact that is there is known by, in this order.")] = (
        msgspec.field(default_factory=lambda: list(MATCH_KEYS))
    )
    tag: Annotated[list[str], Meta(description="Names of tags for each contact; made if need be.")] = []
    region: Annotated[str, Meta(description="In which numbers without a country are read; '' for the customer's.")] = ""
    encoding: Annotated[str, Meta(description="A code page as Python names it; '' to find it out.")] = ""
    default_type: Annotated[
        PhoneType | Literal[""], Meta(description="Of a phone number whose type the file does not say.")
    ] = ""
    format: Annotated[Form | Literal[""], Meta(description="'' to see it from the file.")] = ""
    map: Annotated[
        dict[str, str], Meta(description=f"Columns, and what they are read as: {', '.join(MAPPED_FIELDS)}.")
    ] = {}
    keep_unknown: Annotated[bool, Meta(description="Put what Ringbook has no field for into the notes.")] = False
    keep_ids: Annotated[bool, Meta(description="Of JSON lines, keep the contacts' ids and times.")] = False


def parse_options(given: Mapping[str, str]) -> ImportOptions:
    """Return the options that query parameters ask for: lists with commas, `map` as JSON. Raises InvalidArgument."""
    values, problems = {}, []
    for field in msgspec.structs.fields(ImportOptions):
        if field.name not in given:
            continue
        try:
            values[field.name] = msgspec.convert(_value(field.name, given[field.name]), field.type)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            message = _choices(field.name, field.type) or str(error).partition(" - at `$")[0]
            problems.append(FieldProblem(field.name, message, Reason.INVALID_QUERY_PARAMETER))
    if problems:
        raise InvalidArgument.of(problems)
    return checked(ImportOptions(**values))


def checked(options: ImportOptions) -> ImportOptions:
    """Return the options, whose values are right one by one, if they can be followed. Raises InvalidArgument."""
    problems = []
    if options.region and not is_region(options.region):
        problems.append(("region", "must be a country of ISO 3166-1 in two capitals, such as US"))
    if options.encoding and charset(options.encoding) is None:
        message = "is no encoding of text; use utf-8, utf-16, cp1252 or another that Python knows"
        problems.append(("encoding", f"'{options.encoding[:LONGEST_CHARSET]}' {message}"))
    unknown = dict.fromkeys(name for name in options.map.values() if name not in MAPPED_FIELDS)
    problems += [("map", f"'{name[:100]}' is no field; use one of {', '.join(MAPPED_FIELDS)}") for name in unknown]
    if problems:
        raise InvalidArgument.of([FieldProblem(*one, Reason.INVALID_QUERY_PARAMETER) for one in problems])
    return options


def _choices(name: str, type_: Any) -> str:
    """Return what an option may be, '' where it may be any text."""
    if name in SWITCHES:
        return "must be true or false"
    words = _words(type_)
    return f"must be {', '.join(words[:-1])} or {words[-1]}" if words else ""


def _words(type_: Any) -> list[str]:
    if get_origin(type_) is Literal:
        return [word for word in get_args(type_) if word]
    parts = get_args(type_)[:1] if get_origin(type_) is Annotated else get_args(type_)
    return [word for part in parts for word in _words(part)]


def _value(name: str, text: str) -> Any:
    """Return what the text of a query parameter stands for, as JSON has it."""
    if name == "map":
        return msgspec.json.decode(text)
    if name in ("match", "tag"):
        return [part.strip() for part in text.split(",") if part.strip()]
    return {"true": True, "false": False}.get(text, text) if name in SWITCHES else text


SWITCHES = ("dry_run", "overwrite", "keep_unknown", "keep_ids")
