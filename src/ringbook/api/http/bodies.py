"""A request's JSON -> a Struct, or an error that names every field that is wrong."""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from falcon.asgi import Request

from ringbook.contacts.addresses import EMAILS, MOST, PHONE_NUMBERS, Kind, doubled
from ringbook.errors import BodyTooLarge, FieldProblem, InvalidArgument, Reason
from ringbook.values.fields import NO_NUL_PATTERN, UUID_PATTERN

T = TypeVar("T", bound=msgspec.Struct)

PATTERN_MESSAGES = {UUID_PATTERN: "is not a UUID", NO_NUL_PATTERN: "must not have NUL characters"}
CHECKED: dict[str, Kind] = {kind.entered: kind for kind in (PHONE_NUMBERS, EMAILS)}
LISTS: dict[str, Kind] = {kind.name: kind for kind in (PHONE_NUMBERS, EMAILS)}

MOST_PROBLEMS = 1000
"""More than an honest request can have; a hostile one is not to cost more than it is worth."""


@cache
def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(kind)


async def read(req: Request, kind: type[T], most_bytes: int, region: str) -> T:
    """Return the request's body as a `kind`. Raises BodyTooLarge, InvalidArgument."""
    body = await _bytes(req, most_bytes)
    try:
        value: T = _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        raise InvalidArgument.of(_every_problem(body, kind, region, error)) from error
    except RecursionError as error:
        raise _malformed("it is nested too deeply") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise _malformed(str(error) if body else "it is empty") from error
    return value


def _malformed(why: str) -> InvalidArgument:
    return InvalidArgument(Reason.MALFORMED_JSON, f"the body is not JSON in UTF-8: {why}")


def _every_problem(body: bytes, kind: Any, region: str, error: msgspec.ValidationError) -> list[FieldProblem]:
    """Return all that is wrong with `body`, which msgspec has refused for the one reason that it names.

    Raises InvalidArgument where it is no JSON behind the place that was refused.
    """
    message, _, at = str(error).partition(" - at `$")
    named = FieldProblem(at.strip("`.") or "body", _message(message))
    try:
        return list(islice(_problems(msgspec.json.decode(body), kind, "", region), MOST_PROBLEMS)) or [named]
    except (msgspec.ValidationError, RecursionError):  # a number that no machine holds
        return [named]
    except (msgspec.DecodeError, ValueError) as malformed:
        raise _malformed(str(malformed)) from malformed


async def _bytes(req: Request, most: int) -> bytes:
    if (req.content_length or 0) <= most:
        body: bytes = await req.stream.read(most + 1)
        if len(body) <= most:
            return body
    raise BodyTooLarge(Reason.BODY_TOO_LARGE, f"the body is over the limit of {most} bytes")


def _options(kind: Any) -> list[Any]:
    """Return the types that `kind` lets through: Annotated[list[X], ...] | None -> list[X], None."""
    if get_origin(kind) is Annotated:
        return _options(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [option for part in get_args(kind) for option in _options(part)]
    return [kind]


def _problems(value: Any, kind: Any, path: str, region: str) -> Iterator[FieldProblem]:
    """Yield every field of `value` that `kind` refuses. Only for when msgspec, which names one, has refused."""
    options = _options(kind)
    struct = next((o for o in options if isinstance(o, type) and issubclass(o, msgspec.Struct)), None)
    items = next((o for o in options if get_origin(o) is list), None)
    if struct and isinstance(value, dict):
        yield from _struct_problems(value, struct, path, region)
        return
    found: list[FieldProblem] = []
    if items and isinstance(value, list):
        if len(value) > MOST:  # each entry may cost as much as a number's check: not for a list that is refused anyway
            yield FieldProblem(path, f"has more than {MOST} entries", Reason.TOO_MANY_ENTRIES)
            return
        for i, item in enumerate(value):
            found += _problems(item, get_args(items)[0], f"{path}[{i}]", region)
        if path in LISTS:
            found += doubled(LISTS[path], [_key(LISTS[path], item, region) for item in value])
    if not found:
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            found.append(FieldProblem(path or "body", _message(str(error))))
    yield from found


def _struct_problems(value: dict[str, Any], struct: Any, path: str, region: str) -> Iterator[FieldProblem]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name in value:
        if name not in fields:
            yield FieldProblem(f"{path}.{name}".lstrip("."), "unknown field", Reason.UNKNOWN_FIELD)
    for name, field in fields.items():
        at = f"{path}.{name}".lstrip(".")
        if field.required and value.get(name) is None:
            yield FieldProblem(at, "is required", Reason.MISSING_FIELD)
        elif name in value:
            refused = list(_problems(value[name], field.type, at, region))
            if not refused and name in CHECKED and isinstance(value[name], str):
                refused = _check(CHECKED[name], value[name], at, region)
            yield from refused


def _check(kind: Kind, text: str, at: str, region: str) -> list[FieldProblem]:
    try:
        kind.normalize(text, region)
    except ValueError as error:
        return [FieldProblem(at, str(error), kind.invalid)]
    return []


def _key(kind: Kind, item: Any, region: str) -> str | None:
    """Return what an entry is compared by, or None where it is wrong itself."""
    try:
        return kind.normalize(item[kind.entered], region)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _message(text: str) -> str:
    text = text.partition(" - at `$")[0]
    return next(
        (words for pattern, words in PATTERN_MESSAGES.items() if repr(pattern) in text or pattern in text), text
    )
