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
    start, length = list[bytes](), 0
    async for part in parts:
        start.append(part)
        length += len(part)
        if length > SHORT_BYTES:
            break
    else:
        resp.data = b"".join(start)
        return
    if req.scope["http_version"] != "1.0":
        resp.stream = _all(start, parts)
        return
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed when it has been read
    async for part in _all(start, parts):
        file.write(part)
    resp.content_length = file.tell()
    file.seek(0)
    resp.stream = _read(file)


async def _all(start: list[bytes], parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while start:
        yield start.pop(0)
    async for part in parts:
        yield part


async def _read(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while block := file.read(BLOCK_BYTES):
            yield block
