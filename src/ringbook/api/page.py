"""/: the page that people work on: files, a client of the API like any other. Nothing in it comes from elsewhere."""

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

from falcon.asgi import Request, Response

FOLDER = Path(__file__).parent.parent / "page"
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
PAGE_HEADERS = {
    # W3C CSP 3: scripts are files of ours, no text ever becomes HTML, and no other page frames this one
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # asked for again each time, and answered by 304 until it is another
    "Vary": "Accept-Encoding",
}
SHORTEST_GZIP = 500
"""Of fewer bytes nothing is gained."""


class PageFile:
    """A file of the page, read once; sent compressed to who takes it so."""

    def __init__(self, path: Path) -> None:
        self._plain = path.read_bytes()
        self._zipped = gzip.compress(self._plain, mtime=0) if len(self._plain) >= SHORTEST_GZIP else b""
        self._tag = hashlib.sha256(self._plain).hexdigest()[:32]
        self._content_type = TYPES[path.suffix]

    async def on_get(self, req: Request, resp: Response) -> None:
        """Return the file, or 304 to who has it."""
        is_zipped = bool(self._zipped) and _takes_gzip(req.get_header("Accept-Encoding") or "")
        etag = f'"{self._tag}{"-gzip" if is_zipped else ""}"'
        resp.set_headers({**PAGE_HEADERS, "ETag": etag})
        if etag in (req.get_header("If-None-Match") or ""):
            resp.status = 304
            return
        resp.content_type = self._content_type
        if is_zipped:
            resp.set_header("Content-Encoding", "gzip")
        resp.data = self._zipped if is_zipped else self._plain

    on_head = on_get


def _takes_gzip(accepted: str) -> bool:
    """Tell whether an Accept-Encoding names gzip, and does not refuse it by q=0."""
    for part in accepted.lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";")
        if name == "gzip":
            return weight not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def page_files() -> Iterator[tuple[str, PageFile]]:
    """Yield each path of the page, and what is there."""
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix in TYPES:
            name = path.relative_to(FOLDER).as_posix()
            yield "/" if name == "index.html" else f"/page/{name}", PageFile(path)
