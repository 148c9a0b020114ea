"""What an operator's tools ask, without a credential: /healthz, /readyz, /metrics."""

from typing import Literal

import msgspec
import sqlalchemy as sa
from falcon.asgi import Request, Response

from ringbook.api.http.observation import metrics
from ringbook.api.http.resource import Resource, operation
from ringbook.database.engine import Query
from ringbook.database.revisions import head
from ringbook.database.schema import search_index_backlog
from ringbook.errors import Reason, Unavailable

SCHEMA_REVISION = Query(sa.select(sa.column("version_num", sa.Text)).select_from(sa.table("alembic_version")))

BACKLOG = Query(sa.select(search_index_backlog.c.customer_id).limit(sa.literal_column("1")))


class Status(msgspec.Struct):
    """How it is."""

    status: Literal["ok"]


class Readiness(msgspec.Struct):
    """How it is; and while the contacts of before are being indexed for search, that they are."""

    status: Literal["ready"]
    search_index: Literal["building"] | msgspec.UnsetType = msgspec.UNSET


class HealthResource(Resource):
    """/healthz: the process is alive."""

    @operation("get_health", "", "The process is alive.", Status)
    async def on_get(self, _req: Request, resp: Response) -> None:
        """Tell that the process is alive."""
        resp.data = b'{"status":"ok"}'

    on_head = on_get


class ReadinessResource(Resource):
    """/readyz: the database can be reached and has the schema that this version knows."""

    @operation("get_readiness", "", "Ringbook can answer.", Readiness)
    async def on_get(self, _req: Request, resp: Response) -> None:
        """Tell whether the database can be reached and has the schema that this version knows."""
        row = await self.database.one(SCHEMA_REVISION)
        if row is None or row[0] != head():
            raise Unavailable(
                Reason.SCHEMA_NOT_CURRENT,
                f"the database's schema is {row[0] if row else 'none'}, and this Ringbook's is {head()}",
            )
        is_building = await self.database.one(BACKLOG) is not None
        resp.data = b'{"status":"ready","search_index":"building"}' if is_building else b'{"status":"ready"}'

    on_head = on_get


class MetricsResource(Resource):
    """/metrics, for Prometheus."""

    @operation("get_metrics", "", "The metrics.", "text/plain")
    async def on_get(self, _req: Request, resp: Response) -> None:
        """Return the metrics in Prometheus' text format."""
        resp.data = metrics()
        resp.content_type = "text/plain; version=0.0.4; charset=utf-8"

    on_head = on_get
