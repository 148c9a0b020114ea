"""A long answer, part by part: with its length where that is known in time, and whole to a client of HTTP/1.0."""

import tempfile
from collections.abc import AsyncIterator
from typing import IO

from falcon.asgi import Request, Response

SHORT_BYTES = 2_000_000
"""An answer up to this length is sent with its length: some phones cannot read one in chunks."""

BLOCK_BYTES = 65_536


async def stream(req: Request, resp: Response, parts: AsyncIterator[bytes]) -> None:
    """Answer with the `parts`. What they raise before SHORT_BYTES are there is answered as any error.

    HTTP/1.0 knows no chunks (RFC 9112, section 6.1): a client that speaks it gets the length of all, which waits in a
    temporary file until it is whole.
    """
    start = bytearray()
    async for part in parts:
        start += part
        if len(start) > SHORT_BYTES:
            break
    else:
        resp.data = bytes(start)
        return
    if req.scope["http_version"] != "1.0":
        resp.stream = _joined(bytes(start), parts)
        return
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed when it has been read
    file.write(start)
    async for part in parts:
        file.write(part)
    resp.content_length = file.tell()
    file.seek(0)
    resp.stream = _read(file)


async def _joined(start: bytes, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield start
    async for part in parts:
        yield part


async def _read(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while block := file.read(BLOCK_BYTES):
            yield block
