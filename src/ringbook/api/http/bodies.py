"""A request's JSON -> a Struct, or an error that names every field that is wrong."""

import asyncio
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from falcon.asgi import Request

from ringbook.errors import MOST_PROBLEMS, BodyTooLarge, FieldProblem, InvalidArgument, Reason
from ringbook.values.fields import NO_NUL_PATTERN, UUID_PATTERN, Entered

PATTERN_MESSAGES = {UUID_PATTERN: "is not a UUID", NO_NUL_PATTERN: "must not have NUL characters"}
MANY = 20_000
"""So many values are decoded within some 5 ms."""

MOST_FIELDS = 1000
"""How many keys of an object are looked at where something is wrong with it."""

INLINE_BYTES = 1500
"""A body up to this length is read at once: at worst 60 odd addresses, some 25 ms. A longer one is read on a thread."""


def reader(region: str) -> Callable[[type[Entered], Any], Entered]:
    """Return what reads the Entered fields of a request from `region`: the dec_hook of msgspec."""
    return lambda kind, value: kind.read(msgspec.convert(value, kind.text), region)


@cache
def _decoder(kind: Any, region: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind, dec_hook=reader(region))


async def read(req: Request, kind: Any, most_bytes: int) -> Any:
    """Return the request's body as a `kind`, a Struct or a union of them. Raises BodyTooLarge, InvalidArgument."""
    return await decode(await content(req, most_bytes), kind, req.context.caller.region)


async def decode(body: bytes, kind: Any, region: str) -> Any:
    """Return a body as a `kind`; a number without its country is read in `region`. Raises InvalidArgument."""
    if len(body) > INLINE_BYTES:
        return await asyncio.to_thread(parse_body, body, kind, region)
    return parse_body(body, kind, region)


def parse_body(body: bytes, kind: Any, region: str) -> Any:
    """Do what `decode` does, at once: it may take long. Raises InvalidArgument."""
    try:
        return _decoder(kind, region).decode(body)
    except (msgspec.ValidationError, InvalidArgument) as error:
        raise InvalidArgument.of(_every_problem(body, kind, region, error)) from error
    except RecursionError as error:
        raise _malformed("it is nested too deeply") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise _malformed(str(error) if body else "it is empty") from error


def _malformed(why: str) -> InvalidArgument:
    return InvalidArgument(Reason.MALFORMED_JSON, f"the body is not JSON in UTF-8: {why}")


def _every_problem(body: bytes, kind: Any, region: str, error: Exception) -> list[FieldProblem]:
    """Return all that is wrong with `body`, which was refused for the first of it.

    Raises InvalidArgument where it is no JSON behind the place that was refused.
    """
    message, _, at = str(error).partition(" - at `$")
    named = FieldProblem(at.strip("`.") or "body", _message(message))
    try:
        return list(
            islice(_problems(msgspec.json.decode(body, type=msgspec.Raw), kind, "", region), MOST_PROBLEMS + 1)
        ) or [named]
    except (msgspec.ValidationError, RecursionError):  # a number that no machine holds
        return [named]
    except (msgspec.DecodeError, ValueError) as malformed:
        raise _malformed(str(malformed)) from malformed


async def content(req: Request, most: int) -> bytes:
    """Return the request's body. Raises BodyTooLarge."""
    if (req.content_length or 0) <= most:
        body: bytes = await req.stream.read(most + 1)
        if len(body) <= most:
            return body
    raise too_large(most)


def too_large(most: int) -> BodyTooLarge:
    """Return the error for a body, or what stands for one, that is over the limit."""
    return BodyTooLarge(Reason.BODY_TOO_LARGE, f"the body is over the limit of {most} bytes")


def _options(kind: Any) -> list[Any]:
    """Return the types that `kind` lets through: Annotated[list[X], ...] | None -> list[X], None."""
    if get_origin(kind) is Annotated:
        return _options(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [option for part in get_args(kind) for option in _options(part)]
    return [kind]


def _most_entries(kind: Any) -> int | None:
    """Return the max_length of a list's type."""
    if get_origin(kind) in (Union, UnionType):
        return next(filter(None, map(_most_entries, get_args(kind))), None)
    return next((meta.max_length for meta in getattr(kind, "__metadata__", ()) if meta.max_length), None)


def _problems(raw: msgspec.Raw, kind: Any, at: str, region: str) -> Iterator[FieldProblem]:
    """Yield all that is wrong with `raw` as a `kind`. What no field asks for is not made into objects."""
    options = _options(kind)
    structs = _structs(options)
    items = next((get_args(o)[0] for o in options if get_origin(o) is list), None)
    first = bytes(memoryview(raw)[:1])
    if structs and first == b"{":
        if has_more_entries(bytes(raw), MOST_FIELDS):
            yield FieldProblem(at or "body", f"has more than {MOST_FIELDS:,} fields", Reason.TOO_MANY_ENTRIES)
            return
        values = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        yield from _object_problems(values, structs, at, region)
    elif items and first == b"[":
        yield from _list_problems(raw, items, _most_entries(kind), at, region)
    elif Any not in options and msgspec.Raw not in options:  # which are accepted whatever they are
        try:
            _decoded(raw, kind, region)
        except msgspec.ValidationError as error:
            reason = getattr(error.__cause__, "reason", Reason.INVALID_FIELD)
            yield FieldProblem(at or "body", _one_of(options) or _message(str(error)), reason)


def _list_problems(raw: msgspec.Raw, kind: Any, most: int | None, at: str, region: str) -> Iterator[FieldProblem]:
    """Yield what is wrong with a list: that it has too many entries, or what is wrong with each."""
    is_too_long = most is not None and has_more_entries(bytes(raw), most)
    entries = [] if is_too_long else msgspec.json.decode(raw, type=list[msgspec.Raw])
    if is_too_long or (most is not None and len(entries) > most):  # not worth the cost of looking at each
        yield FieldProblem(at, f"has more than {most:,} entries", Reason.TOO_MANY_ENTRIES)
    else:
        yield from _item_problems(entries, kind, at, region)


def _item_problems(values: list[msgspec.Raw], kind: Any, at: str, region: str) -> Iterator[FieldProblem]:
    """Yield what is wrong with each item of a list, then what is wrong between those that are right themselves."""
    right = []
    for i, value in enumerate(values):
        refused = False
        for problem in _problems(value, kind, f"{at}[{i}]", region):
            refused = True
            yield problem
        right.append(None if refused else _decoded(value, kind, region))
    between = next((s.problems_between for s in _structs(_options(kind)) if hasattr(s, "problems_between")), None)
    if between:
        prefix = at.rpartition(".")[0]
        for problem in between(right):
            yield problem._replace(field=f"{prefix}.{problem.field}".lstrip("."))


_PARTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},]', re.DOTALL)


def has_more_entries(json: bytes, most: int, depth: int = 1) -> bool:
    """Tell whether lists and objects of JSON have more than `most` entries in all, down to a depth; empty ones count.

    It is asked before JSON of MANY parts or more is decoded, which would hold the interpreter for long; of less it is
    not looked for. At each part others have their turn.
    """
    if json.count(b",") < max(most, MANY):
        return False
    now, entries = 0, 1
    for part in _PARTS.finditer(json):
        sign = json[part.start()]
        if sign in b"[{":
            now += 1
        elif sign in b"]}":
            now -= 1
        elif sign == ord(",") and now <= depth:
            entries += 1
            if entries > most:
                return True
    return False


def _structs(options: list[Any]) -> list[Any]:
    return [option for option in options if isinstance(option, type) and issubclass(option, msgspec.Struct)]


def _one_of(options: list[Any]) -> str:
    """Return what a text may be, '' where it may be any."""
    words = [word for option in options if get_origin(option) is Literal for word in get_args(option) if word]
    return f"must be {' or '.join(filter(None, (', '.join(words[:-1]), words[-1])))}" if words else ""


def _object_problems(
    values: dict[str, msgspec.Raw], structs: list[Any], at: str, region: str
) -> Iterator[FieldProblem]:
    """Yield what is wrong with an object that is to be one of `structs`; of several its tag says which."""
    tag_field = structs[0].__struct_config__.tag_field
    if tag_field is None:
        yield from _struct_problems(values, structs[0], at, region)
        return
    name = f"{at}.{tag_field}".lstrip(".")
    tag = values.pop(tag_field, msgspec.Raw(b"null"))
    by_tag = {struct.__struct_config__.tag: struct for struct in structs}
    if bytes(tag) == b"null":
        yield FieldProblem(name, "is required", Reason.MISSING_FIELD)
    elif refused := list(_problems(tag, Literal[tuple(by_tag)], name, region)):
        yield from refused
    else:
        yield from _struct_problems(values, by_tag[msgspec.json.decode(tag)], at, region)


def _struct_problems(values: dict[str, msgspec.Raw], struct: Any, at: str, region: str) -> Iterator[FieldProblem]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    prefix = f"{at}." if at else ""
    for name in values:
        if name not in fields:
            yield FieldProblem(prefix + name, "unknown field", Reason.UNKNOWN_FIELD)
    for name, field in fields.items():
        if field.required and bytes(values.get(name, b"null")) == b"null":
            yield FieldProblem(prefix + name, "is required", Reason.MISSING_FIELD)
        elif name in values:
            yield from _problems(values[name], field.type, prefix + name, region)


def _decoded(raw: msgspec.Raw, kind: Any, region: str) -> Any:
    return msgspec.json.decode(raw, type=kind, dec_hook=reader(region))


def _message(text: str) -> str:
    text = text.partition(" - at `$")[0]
    return next(
        (words for pattern, words in PATTERN_MESSAGES.items() if repr(pattern) in text or pattern in text), text
    )
