"""/docs: the OpenAPI document to read and to try, by Swagger UI. Everything that the page needs comes from here."""

from importlib.metadata import distribution
from pathlib import Path

from falcon.asgi import Request, Response

PAGE = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ringbook API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger_style.css">
<style>
@media (max-width: 640px) {
  .swagger-ui table, .swagger-ui tbody, .swagger-ui tr, .swagger-ui td { display: block; width: auto; min-width: 0 }
  .swagger-ui thead, .swagger-ui .response-col_links { display: none }
  .swagger-ui pre, .swagger-ui code { white-space: pre-wrap; overflow-wrap: anywhere }
  .swagger-ui .wrapper, .swagger-ui .opblock-body { max-width: 100vw; overflow-wrap: anywhere }
  .swagger-ui .parameters-col_description input, .swagger-ui select, .swagger-ui textarea { max-width: 100% }
}
</style>
<div id="page"></div>
<script src="/docs/swagger_bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
"""
START = b"""SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#page", validatorUrl: null, displayRequestDuration: true, deepLinking: true,
});
"""
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
"""Content-Security-Policy (W3C CSP 3): nothing from anywhere else."""


class Docs:
    """/docs."""

    async def on_get(self, _req: Request, resp: Response) -> None:
        """Return the page."""
        resp.data, resp.content_type = PAGE, "text/html; charset=utf-8"
        resp.set_header("Content-Security-Policy", POLICY)

    on_head = on_get


class Asset:
    """A file of the page, from the package offapi, or `START`; read when it is first asked for."""

    def __init__(self, name: str, content_type: str) -> None:
        self._file = Path(str(distribution("offapi").locate_file(f"offapi/{name}")))
        self._content = START if name == "start.js" else b""
        self._content_type = content_type

    async def on_get(self, _req: Request, resp: Response) -> None:
        """Return the file."""
        self._content = self._content or self._file.read_bytes()
        resp.data, resp.content_type = self._content, self._content_type
        resp.set_header("Cache-Control", "public, max-age=3600")

    on_head = on_get


ASSETS = {"swagger_bundle.js": "text/javascript", "swagger_style.css": "text/css", "start.js": "text/javascript"}
