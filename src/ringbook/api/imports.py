"""/imports, and what stands under one of them."""

import hashlib
import re
from collections.abc import AsyncIterator
from typing import NamedTuple

import msgspec
from falcon.asgi import Request, Response

from ringbook.api.http import bodies
from ringbook.api.http.idempotency import answer_once, key_of
from ringbook.api.http.resource import (
    BINARY,
    MULTIPART,
    PAGE_PARAMETERS,
    Parameter,
    Resource,
    operation,
    page_of,
    parameter,
    refuse_unknown_parameters,
    show,
)
from ringbook.api.http.streams import stream
from ringbook.clock import utc_now
from ringbook.contacts.change_log import Changing
from ringbook.contacts.row import Representation
from ringbook.errors import FieldProblem, InvalidArgument
from ringbook.transfer import imports
from ringbook.transfer.forgetting import forget
from ringbook.transfer.imports import PART_BYTES, Import, ImportPage
from ringbook.transfer.options import SWITCHES, ImportOptions, parse_options
from ringbook.transfer.rejects import rejects_of

EXAMPLES: dict[str, object] = {
    "on_duplicate": "update",
    "match": "external_id,phone,email",
    "tag": "Fair",
    "region": "US",
    "encoding": "cp1252",
    "default_type": "work",
    "format": "csv",
    "map": '{"Tel": "phone:work"}',
}
MEDIA_TYPES = {
    "csv": ("text/csv; charset=utf-8", "csv"),
    "vcard": ("text/vcard; charset=utf-8", "vcf"),
    "jsonl": ("application/jsonl; charset=utf-8", "jsonl"),
}
"""Of each form of file its media type and the end of its name."""

FILE_TYPES = tuple(media_type.partition(";")[0] for media_type, _ in MEDIA_TYPES.values())


def _parameters() -> tuple[Parameter, ...]:
    """Return the options of an import as query parameters."""
    properties = msgspec.json.schema(ImportOptions)["$defs"]["ImportOptions"]["properties"]
    found = []
    for name, schema in properties.items():
        plain = {key: value for key, value in schema.items() if key in ("type", "enum")}
        if name in SWITCHES:
            plain = {"type": "boolean"}
        elif schema.get("type") in ("array", "object"):
            plain = {"type": "string"}
        found.append(parameter(name, schema["description"], plain or {"type": "string"}, EXAMPLES.get(name, True)))
    name = parameter("file_name", "What the file is called, where the body is the file.", {"type": "string"}, "a.csv")
    return (*found, name)


class _Upload(NamedTuple):
    file_name: str
    blocks: AsyncIterator[bytes]


async def _upload(req: Request) -> _Upload:
    """Return the file that a request brings: the first one of a form, or the whole body. Raises InvalidArgument."""
    if (req.content_type or "").partition(";")[0].strip().lower() != MULTIPART:
        return _Upload(req.get_param("file_name", default=""), req.stream.__aiter__())
    async for part in await req.get_media():
        if part.filename is not None:
            return _Upload(part.filename, part.stream.__aiter__())
    raise InvalidArgument.of([FieldProblem("body", "the form has no file")])


class ImportsResource(Resource):
    """/imports."""

    @operation("list_imports", "read", "A page of imports.", ImportPage, query=PAGE_PARAMETERS)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List imports, newest first."""
        refuse_unknown_parameters(req, self.on_get)
        resp.data = await imports.page(req.context.caller, self.database, page_of(req))

    on_head = on_get

    @operation(
        "create_import",
        "write",
        "The import, which begins as soon as a worker is free.",
        Import,
        status=202,
        body=(BINARY, MULTIPART),
        query=_parameters(),
        is_done_once=True,
    )
    async def on_post(self, req: Request, resp: Response) -> None:
        """Bring in the contacts of a file: CSV, vCard or JSON lines.

        The file is the body, or the first file of a form (multipart/form-data). Which form it is of is seen from it.
        """
        refuse_unknown_parameters(req, self.on_post)
        caller, key = req.context.caller, key_of(req)
        options = parse_options({name: req.get_param(name, default="") for name, value in req.params.items() if value})
        upload = await _upload(req)
        import_id = await imports.begin(caller, self.database, utc_now(), upload.file_name, options)
        queued = False
        try:
            size, digest = await self._keep(req, import_id, upload)

            async def read() -> None:
                pass

            async def work(transaction: Changing, _: None) -> Representation:
                return await imports.enqueue(caller, transaction, import_id, size)

            if key:
                await answer_once(req, resp, key, self.database, digest, read, work, 202)
            else:
                async with self.database.transaction() as transaction:
                    show(resp, await imports.enqueue(caller, transaction, import_id, size), 202)
            queued = import_id.encode() in (resp.data or b"")
        finally:
            if not queued:
                await forget(caller, self.database, import_id)

    async def _keep(self, req: Request, import_id: str, upload: _Upload) -> tuple[int, bytes]:
        """Keep the file in parts; return how long it is, and its SHA-256. Raises BodyTooLarge."""
        caller, most = req.context.caller, self.settings.max_file_bytes
        size, part, waiting, digest = 0, 0, bytearray(), hashlib.sha256()
        if (req.content_length or 0) > most + PART_BYTES:
            raise bodies.too_large(most)
        async for block in upload.blocks:
            size += len(block)
            if size > most:
                raise bodies.too_large(most)
            digest.update(block)
            waiting += block
            while len(waiting) >= PART_BYTES:
                await imports.add_part(caller, self.database, import_id, part, bytes(waiting[:PART_BYTES]))
                del waiting[:PART_BYTES]
                part += 1
        await imports.add_part(caller, self.database, import_id, part, bytes(waiting))
        return size, digest.digest()


class ImportResource(Resource):
    """/imports/{import_id}."""

    @operation("get_import", "read", "The import, and how far it has come.", Import)
    async def on_get(self, req: Request, resp: Response, import_id: str) -> None:
        """Get an import."""
        resp.data = await imports.get(req.context.caller, self.database, import_id)

    on_head = on_get

    @operation("cancel_import", "write", "The import, which has ended.", Import)
    async def on_delete(self, req: Request, resp: Response, import_id: str) -> None:
        """Cancel an import: what is in stays in."""
        await self.change(req, resp, imports.cancel, import_id)


class UndoResource(Resource):
    """/imports/{import_id}/undo."""

    @operation(
        "undo_import",
        "write",
        "The import, which is being taken back: tm_undo says when that has been done.",
        Import,
        status=202,
        may_exist=True,
        is_done_once=True,
    )
    async def on_post(self, req: Request, resp: Response, import_id: str) -> None:
        """Take back an import that has ended.

        What it created goes to the trash; what it updated gets its former values, where nobody changed them since.
        """
        await self.change(req, resp, imports.undo, import_id, status=202)


class RejectsResource(Resource):
    """/imports/{import_id}/rejects."""

    @operation("get_rejects", "read", "The rows that were rejected, each with its error.", FILE_TYPES)
    async def on_get(self, req: Request, resp: Response, import_id: str) -> None:
        """Get the rows that were rejected, as a file of the form that was uploaded.

        Of CSV the column `error` says why, of a card a NOTE. Mended, the file can be imported again.
        """
        file = await rejects_of(req.context.caller, self.database, import_id)
        resp.content_type, end = MEDIA_TYPES.get(file.form, MEDIA_TYPES["csv"])
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", file.file_name.rpartition(".")[0]).strip("-") or "contacts"
        resp.set_header("Content-Disposition", f'attachment; filename="{name}-rejects.{end}"')
        await stream(req, resp, file.parts)

    on_head = on_get
