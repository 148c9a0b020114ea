"""/: the page that people work on: files, a client of the API like any other. Nothing in it comes from elsewhere."""

import gzip
import hashlib
from pathlib import Path

import falcon
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
    """A file of the page, read once, as it is sent: plain, and compressed to who takes it so."""

    def __init__(self, path: Path) -> None:
        plain = path.read_bytes()
        tag = hashlib.sha256(plain).hexdigest()[:32]
        self.content_type = TYPES[path.suffix]
        self.plain, self.etag = plain, f'"{tag}"'
        self.zipped = gzip.compress(plain, mtime=0) if len(plain) >= SHORTEST_GZIP else None
        self.zipped_etag = f'"{tag}-gzip"'


class PageResource:
    """/, and what it loads from /page/."""

    def __init__(self) -> None:
        self._files = page_files()

    async def on_get(self, req: Request, resp: Response, name: str = "index.html") -> None:
        """Return a file, or 304 to who has it."""
        file = self._files.get(name)
        if file is None:
            raise falcon.HTTPNotFound
        zipped = file.zipped if _takes_gzip(req.get_header("Accept-Encoding") or "") else None
        etag = file.zipped_etag if zipped else file.etag
        resp.set_headers({**PAGE_HEADERS, "ETag": etag})
        if etag in (req.get_header("If-None-Match") or ""):
            resp.status = 304
            return
        resp.content_type = file.content_type
        if zipped:
            resp.set_header("Content-Encoding", "gzip")
        resp.data = zipped or file.plain

    on_head = on_get


def _takes_gzip(accepted: str) -> bool:
    """Tell whether an Accept-Encoding names gzip, and does not refuse it by q=0."""
    for part in accepted.lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";")
        if name == "gzip":
            return weight not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def page_files() -> dict[str, PageFile]:
    """Return the files of the page by name, such as vendor/preact.js."""
    paths = [path for path in sorted(FOLDER.rglob("*")) if path.suffix in TYPES]
    return {path.relative_to(FOLDER).as_posix(): PageFile(path) for path in paths}
