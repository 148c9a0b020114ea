"""The application: its routes on one screen."""

import os
import re
from typing import Any

import falcon
import falcon.asgi
from falcon.asgi import Request, Response
from falcon.routing import BaseConverter

from ringbook import logs
from ringbook.api.callerid import CallerId
from ringbook.api.contacts import KINDS, Address, AddressList, Contact, Contacts, ContactTag, ContactTags, Lookup
from ringbook.api.description.docs import ASSETS, Asset, Docs
from ringbook.api.description.openapi import OpenApi
from ringbook.api.http import problems
from ringbook.api.http.auth import Authentication
from ringbook.api.http.observation import Observation
from ringbook.api.http.rate_limits import RateLimits
from ringbook.api.operations import Health, Metrics, Readiness
from ringbook.api.phonebooks import FORMS, Phonebook
from ringbook.api.tags import Tag, Tags
from ringbook.config import Settings, read_settings
from ringbook.database.engine import Database
from ringbook.database.opening import database_at
from ringbook.serving.run import end_with_parent

UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class UuidConverter(BaseConverter):
    """An id in a path: in any case, with its dashes; anything else is no path of ours."""

    def convert(self, value: str) -> str | None:
        """Return the id in lower case."""
        return value.lower() if UUID.fullmatch(value) else None


class Lifespan:
    """Falcon middleware: the database is open while the server runs."""

    def __init__(self, database: Database, rate_limits: RateLimits) -> None:
        self._database = database
        self._limits = rate_limits

    async def process_startup(self, _scope: Any, _event: Any) -> None:
        """Open it."""
        await self._database.open()

    async def process_shutdown(self, _scope: Any, _event: Any) -> None:
        """Close it, and what else is connected."""
        await self._limits.close()
        await self._database.close()


def create_app(settings: Settings) -> falcon.asgi.App[Request, Response]:
    """Return the application."""
    database = database_at(settings.database_url, settings.database_connections)
    limits = RateLimits(settings)
    middleware: list[Any] = [Observation(), Authentication(database, limits), Lifespan(database, limits)]
    if settings.cors_origins:
        origins = "*" if "*" in settings.cors_origins else list(settings.cors_origins)
        middleware.insert(
            0, falcon.CORSMiddleware(allow_origins=origins, expose_headers=["X-Request-Id", "Retry-After"])
        )
    app = falcon.asgi.App(middleware=middleware)
    app.req_options.strip_url_path_trailing_slash = True
    app.router_options.converters["id"] = UuidConverter
    problems.add_to(app)
    table = routes(database, settings.max_body_bytes)
    table += [("/openapi.json", OpenApi(table)), ("/docs", Docs())]
    table += [(f"/docs/{name}", Asset(name, content_type)) for name, content_type in ASSETS.items()]
    for path, resource in table:
        app.add_route(path, resource)
    return app


def routes(database: Database, most: int) -> list[tuple[str, Any]]:
    """Return every path of the API with its resource."""
    contact = "/v1.0/contacts/{contact_id:id}"
    table: list[tuple[str, Any]] = [
        ("/v1.0/contacts", Contacts(database, most)),
        ("/v1.0/contacts/lookup", Lookup(database, most)),
        (contact, Contact(database, most)),
    ]
    for path, kind in KINDS.items():
        table.append((f"{contact}/{path}", AddressList(database, most, kind)))
        table.append((f"{contact}/{path}/{{address_id:id}}", Address(database, most, kind)))
    return [
        *table,
        (f"{contact}/tags", ContactTags(database, most)),
        (f"{contact}/tags/{{tag_id:id}}", ContactTag(database, most)),
        (problems.CALLERID, CallerId(database)),
        ("/v1.0/tags", Tags(database, most)),
        ("/v1.0/tags/{tag_id:id}", Tag(database, most)),
        *((f"/v1.0/phonebooks/{form}", Phonebook(database, answer)) for form, answer in FORMS.items()),
        ("/healthz", Health()),
        ("/readyz", Readiness(database)),
        ("/metrics", Metrics()),
    ]


def from_environment() -> falcon.asgi.App[Request, Response]:
    """Return the application as the environment sets it; each worker of the server calls this."""
    end_with_parent()
    settings = read_settings(os.environ)
    logs.configure(settings.log_format)
    return create_app(settings)
