"""Of every request: its id, one line in the log, and its place in the metrics. Never its raw path or query."""

import os
import re
import time
from typing import Any

import structlog
from falcon.asgi import Request, Response
from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from ringbook.api.http.problems import CALLERID_PATH
from ringbook.errors import MOST_PROBLEMS, FieldProblem, InvalidArgument, Reason
from ringbook.tenants.caller import Caller

REQUEST_ID = re.compile("[A-Za-z0-9._-]{1,128}")
COUNTED_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}
SECONDS = Histogram(
    "ringbook_http_request_duration_seconds",
    "Requests and how long they took, by route template and status.",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


class Observation:
    """Falcon middleware; before all that can refuse a request, so that it sees each of them whole."""

    def __init__(self) -> None:
        self._log = structlog.get_logger().bind()
        self._series: dict[tuple[str, str | None, int], tuple[str, str, Any]] = {}

    async def process_request(self, req: Request, _resp: Response) -> None:
        """Start the clock, name the request, and refuse a query that no handler should have to doubt."""
        context = req.context
        context.started = time.perf_counter()
        context.caller, context.who_name = None, ""
        given = req.get_header("X-Request-Id")
        context.request_id = given if given and REQUEST_ID.fullmatch(given) else os.urandom(16).hex()
        for name, value in req.params.items():
            if isinstance(value, list) or "\ufffd" in value or "\ufffd" in name:
                _refuse_doubted(req)

    async def process_response(self, req: Request, resp: Response, *_: object) -> None:
        """Count and log the request."""
        context = req.context
        resp.set_header("X-Request-Id", context.request_id)
        resp.set_header("X-Content-Type-Options", "nosniff")
        seconds = time.perf_counter() - context.started
        method, status = req.method, resp.status_code
        key = (method, req.uri_template, status)
        method, route, series = self._series.get(key) or self._new_series(key)
        series.observe(seconds)
        self._log.info(
            "request",
            request_id=context.request_id,
            customer_id=context.caller.customer_id if context.caller else None,
            by=_author(context.caller, context.who_name) if context.caller else None,
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 3),
            client=req.remote_addr,
        )

    def _new_series(self, key: tuple[str, str | None, int]) -> tuple[str, str, Any]:
        """Return the method and route as they are counted and logged, and what counts them."""
        method, template, status = key
        method = method if method in COUNTED_METHODS else "other"
        route = (template or "unmatched").replace(":id}", "}")
        series = method, route, SECONDS.labels(method, route, str(status))
        if method != "other":
            self._series[key] = series
        return series


def _author(caller: Caller, name: str) -> dict[str, str]:
    """Return who has sent a request; of an access key the name is not known here."""
    return {"type": caller.who_type, "id": caller.who} | ({"name": name} if name else {})


def _refuse_doubted(req: Request) -> None:
    """Name every query parameter that is given twice or is no text. Raises InvalidArgument."""
    problems: list[FieldProblem] = []
    for name, value in req.params.items():
        if len(problems) > MOST_PROBLEMS:
            break
        if isinstance(value, list):
            problems.append(FieldProblem(name[:100], "is given more than once", Reason.REPEATED_QUERY_PARAMETER))
        elif req.path != CALLERID_PATH and ("\ufffd" in value or "\ufffd" in name):
            # on callerid it is let through: a carrier's name in Latin-1 is no reason to show none
            problems.append(FieldProblem(name[:100], "is not text in UTF-8", Reason.INVALID_QUERY_PARAMETER))
    if problems:
        raise InvalidArgument.of(problems)


def metrics() -> bytes:
    """Return the metrics in Prometheus' text format: of all workers where there are several."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)
