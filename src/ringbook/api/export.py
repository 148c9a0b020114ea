"""/contacts/export."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, get_args

from falcon.asgi import Request, Response

from ringbook.api.contacts import FILTERS, given_filters
from ringbook.api.http.resource import Resource, operation, parameter, refuse_unknown_parameters
from ringbook.api.http.streams import stream
from ringbook.api.imports import FILE_TYPES, MEDIA_TYPES
from ringbook.contacts import filters
from ringbook.errors import FieldProblem, InvalidArgument, Reason
from ringbook.transfer import exports
from ringbook.transfer.exports import VCARD_VERSIONS
from ringbook.transfer.options import Form

EXPORTS_AT_ONCE = 2
"""How many a worker does at the same time: each takes a connection to the database."""

FORMAT = parameter("format", "The form of the file.", {"enum": [*get_args(Form)]}, "csv")
VCARD_VERSION = parameter("version", "Of vCards.", {"enum": [*VCARD_VERSIONS]}, "4.0")


class ExportResource(Resource):
    """/contacts/export."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._turns = asyncio.Semaphore(EXPORTS_AT_ONCE)

    @operation("export_contacts", "read", "The contacts.", FILE_TYPES, query=(FORMAT, VCARD_VERSION, *FILTERS))
    async def on_get(self, req: Request, resp: Response) -> None:
        """Export contacts as a file: those that all the filters given find, without any all.

        The file is of one state of the book, whatever changes meanwhile. Imported into an empty book it makes the same
        contacts.
        """
        refuse_unknown_parameters(req, self.on_get)
        caller = req.context.caller
        form = _one_of("format", req.get_param("format", default="") or "csv", get_args(Form))
        version = req.get_param("version", default="") or "4.0"
        version = _one_of("version", f"{version}.0" if version in "34" else version, VCARD_VERSIONS)
        given = given_filters(req)
        wanted = filters.parse_filters(caller.region, given) if given else None
        resp.content_type, end = MEDIA_TYPES[form]
        resp.set_header("Content-Disposition", f'attachment; filename="contacts.{end}"')
        await stream(req, resp, self._in_turn(exports.export(caller, self.database, form, wanted, version)))

    on_head = on_get

    async def _in_turn(self, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async with self._turns:
            async for part in parts:
                yield part


def _one_of(name: str, given: str, values: tuple[Any, ...]) -> Any:
    if given not in values:
        message = f"must be one of {', '.join(values)}"
        raise InvalidArgument.of([FieldProblem(name, message, Reason.INVALID_QUERY_PARAMETER)])
    return given
