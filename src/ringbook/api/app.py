"""The application: its routes on one screen."""

from typing import Any

import falcon
import falcon.asgi
from falcon.asgi import Request, Response
from falcon.routing import BaseConverter

from ringbook.api.access_keys import AccessKeyResource, AccessKeysResource
from ringbook.api.addresses import (
    AddressesResource,
    AddressResource,
    EmailResource,
    EmailsResource,
    PhoneNumberResource,
    PhoneNumbersResource,
)
from ringbook.api.batch import BatchResource
from ringbook.api.callerid import CallerIdResource, ExplanationResource
from ringbook.api.calls import CallsResource
from ringbook.api.changes import ChangesResource
from ringbook.api.contact_tags import ContactTagResource, ContactTagsResource
from ringbook.api.contacts import ContactResource, ContactsResource, RestoreResource
from ringbook.api.customer import CustomerResource
from ringbook.api.demo import DemoResource
from ringbook.api.description.docs import ASSETS, Asset, Docs
from ringbook.api.description.openapi import OpenApi
from ringbook.api.export import ExportResource
from ringbook.api.history import HistoryResource
from ringbook.api.http import problems
from ringbook.api.http.auth import Authentication
from ringbook.api.http.news import News
from ringbook.api.http.observation import Observation
from ringbook.api.http.rate_limits import RateLimits
from ringbook.api.http.resource import Resource
from ringbook.api.imports import ImportResource, ImportsResource, RejectsResource, UndoResource
from ringbook.api.jobs import jobs_of
from ringbook.api.lookup import LookupResource
from ringbook.api.me import MeResource
from ringbook.api.operations import HealthResource, MetricsResource, ReadinessResource
from ringbook.api.page import PageResource
from ringbook.api.phonebooks import FORMS
from ringbook.api.search import SearchResource
from ringbook.api.sessions import (
    CurrentSessionResource,
    PasswordsResource,
    SessionResource,
    SessionsResource,
    TotpResource,
)
from ringbook.api.tags import TagResource, TagsResource
from ringbook.api.users import UserLinkResource, UserResource, UsersResource, UserTotpResource
from ringbook.api.webhooks import (
    DeliveriesResource,
    RotateResource,
    TestResource,
    WebhookResource,
    WebhooksResource,
)
from ringbook.calling.call_log import CallLog
from ringbook.config import Settings
from ringbook.database.engine import Database
from ringbook.database.opening import database_at
from ringbook.database.upkeep import Upkeep
from ringbook.values.fields import UUID
from ringbook.webhooks.sender import Sender

CONTACT_PATH = "/v1.0/contacts/{contact_id:id}"
WEBHOOK_PATH = "/v1.0/webhooks/{webhook_id:id}"
IMPORT_PATH = "/v1.0/imports/{import_id:id}"
USER_PATH = "/v1.0/users/{user_id:id}"
ROUTES: dict[str, type[Resource]] = {
    "/v1.0/contacts": ContactsResource,
    "/v1.0/contacts/lookup": LookupResource,
    "/v1.0/contacts/batch": BatchResource,
    "/v1.0/contacts/changes": ChangesResource,
    "/v1.0/contacts/search": SearchResource,
    "/v1.0/contacts/export": ExportResource,
    CONTACT_PATH: ContactResource,
    f"{CONTACT_PATH}/phone-numbers": PhoneNumbersResource,
    f"{CONTACT_PATH}/phone-numbers/{{address_id:id}}": PhoneNumberResource,
    f"{CONTACT_PATH}/emails": EmailsResource,
    f"{CONTACT_PATH}/emails/{{address_id:id}}": EmailResource,
    f"{CONTACT_PATH}/addresses": AddressesResource,
    f"{CONTACT_PATH}/addresses/{{address_id:id}}": AddressResource,
    f"{CONTACT_PATH}/tags": ContactTagsResource,
    f"{CONTACT_PATH}/tags/{{tag_id:id}}": ContactTagResource,
    f"{CONTACT_PATH}/history": HistoryResource,
    f"{CONTACT_PATH}/restore": RestoreResource,
    problems.CALLERID_PATH: CallerIdResource,
    f"{problems.CALLERID_PATH}/explain": ExplanationResource,
    "/v1.0/calls": CallsResource,
    "/v1.0/tags": TagsResource,
    "/v1.0/tags/{tag_id:id}": TagResource,
    "/v1.0/webhooks": WebhooksResource,
    WEBHOOK_PATH: WebhookResource,
    f"{WEBHOOK_PATH}/rotate": RotateResource,
    f"{WEBHOOK_PATH}/test": TestResource,
    f"{WEBHOOK_PATH}/deliveries": DeliveriesResource,
    "/v1.0/imports": ImportsResource,
    IMPORT_PATH: ImportResource,
    f"{IMPORT_PATH}/rejects": RejectsResource,
    f"{IMPORT_PATH}/undo": UndoResource,
    "/v1.0/users": UsersResource,
    USER_PATH: UserResource,
    f"{USER_PATH}/link": UserLinkResource,
    f"{USER_PATH}/totp": UserTotpResource,
    "/v1.0/passwords": PasswordsResource,
    "/v1.0/sessions": SessionsResource,
    "/v1.0/sessions/current": CurrentSessionResource,
    "/v1.0/sessions/{session_id:id}": SessionResource,
    "/v1.0/totp": TotpResource,
    "/v1.0/demo": DemoResource,
    "/v1.0/access-keys": AccessKeysResource,
    "/v1.0/access-keys/{access_key_id:id}": AccessKeyResource,
    "/v1.0/customer": CustomerResource,
    "/v1.0/me": MeResource,
    **{f"/v1.0/phonebooks/{form}": resource for form, resource in FORMS.items()},
    "/healthz": HealthResource,
    "/readyz": ReadinessResource,
    "/metrics": MetricsResource,
}
"""Every path of the API, and its resource."""

EXPOSED_HEADERS = ["X-Request-Id", "Retry-After", "ETag", "Idempotent-Replayed"]
"""What pages of other sites may read."""


class UuidConverter(BaseConverter):
    """An id in a path: in any case, with its dashes; anything else is no path of ours."""

    def convert(self, value: str) -> str | None:
        """Return the id in lower case."""
        return value.lower() if UUID.fullmatch(value) else None


class Lifespan:
    """Falcon middleware: the database is open, and its upkeep is done, while the server runs."""

    def __init__(
        self, database: Database, rate_limits: RateLimits, upkeep: Upkeep, sender: Sender, news: News, calls: CallLog
    ) -> None:
        self._database = database
        self._limits = rate_limits
        self._upkeep = upkeep
        self._sender = sender
        self._news = news
        self._calls = calls

    async def process_startup(self, scope: Any, _event: Any) -> None:
        """Open it, and leave with the server what it is to call before it ends."""
        scope["state"]["before_end"] = self._news.end
        await self._database.open()
        self._upkeep.start()
        self._sender.start()
        self._calls.start()

    async def process_shutdown(self, _scope: Any, _event: Any) -> None:
        """Close it, and what else is connected."""
        await self._sender.stop()
        await self._calls.stop()
        await self._upkeep.stop()
        await self._limits.close()
        await self._database.close()


def create_app(settings: Settings) -> falcon.asgi.App[Request, Response]:
    """Return the application."""
    database = database_at(settings.database_url, settings.database_connections)
    limits = RateLimits(settings)
    news, sender = News(database), Sender(database, settings.webhook_allowed_hosts)
    calls = CallLog(database, is_kept=settings.calls_days > 0)
    lifespan = Lifespan(database, limits, Upkeep(database, jobs_of(settings, database)), sender, news, calls)
    middleware: list[Any] = [Observation(), Authentication(database, limits, settings), lifespan]
    if settings.cors_origins:
        origins = "*" if "*" in settings.cors_origins else list(settings.cors_origins)
        middleware.insert(0, falcon.CORSMiddleware(allow_origins=origins, expose_headers=EXPOSED_HEADERS))
    app = falcon.asgi.App(middleware=middleware)
    app.req_options.strip_url_path_trailing_slash = True
    app.router_options.converters["id"] = UuidConverter
    problems.add_to(app)
    for path, resource in ROUTES.items():
        app.add_route(path, resource(database, settings, news, calls))
    app.add_route("/openapi.json", OpenApi(ROUTES))
    page = PageResource()
    app.add_route("/", page)
    app.add_route("/page/{name:path}", page)
    app.add_route("/docs", Docs())
    for name, content_type in ASSETS.items():
        app.add_route(f"/docs/{name}", Asset(name, content_type))
    return app
