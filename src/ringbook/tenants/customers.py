"""Customers: the tenants."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from ringbook.clock import new_id
from ringbook.database.engine import Connection, Database, Query, Row
from ringbook.database.parameters import ID, NOW, changes_of, values_of
from ringbook.database.rendering import json_object, json_values
from ringbook.database.schema import access_keys, contacts
from ringbook.database.schema import customers as t
from ringbook.errors import FieldProblem, InvalidArgument, NotFound, Reason
from ringbook.values import phone
from ringbook.values.fields import Id, ReadOnlyKeys, Text, Time


class Customer(msgspec.Struct):
    """A customer."""

    id: Id
    name: str
    default_region: Annotated[str, Meta(description="Where numbers without a country are from; empty for none.")]
    totp_required: Annotated[bool, Meta(description="Whether every user must have codes (TOTP) beside the password.")]
    tm_create: Time


class ChangedCustomer(ReadOnlyKeys, forbid_unknown_fields=True, kw_only=True):
    """What to change of a customer."""

    name: Annotated[Text, Meta(min_length=1, max_length=255)] | None = None
    default_region: Annotated[Text, Meta(max_length=10, description="Such as US or DE; empty for none.")] | None = None
    totp_required: bool | None = None


_PUBLIC = json_object(**json_values(t.c, "id", "name", "default_region", "totp_required", "tm_create"))
_LIVE = sa.and_(t.c.id == ID, t.c.tm_delete.is_(None))
INSERT_CUSTOMER = Query(
    sa.insert(t).values(values_of(t, "name", "default_region") | {"id": ID, "tm_create": NOW}).returning(t.c.id)
)
SELECT_CUSTOMER = Query(sa.select(_PUBLIC).where(t.c.id == ID))
LIVE_CUSTOMER = Query(sa.select(_PUBLIC).where(_LIVE))
CUSTOMERS = Query(sa.select(_PUBLIC).where(t.c.tm_delete.is_(None)).order_by(t.c.id))
UPDATE_CUSTOMER = Query(
    sa.update(t)
    .values(changes_of(t, "name", "default_region", "totp_required"))
    .values(tm_update=NOW)
    .where(_LIVE)
    .returning(t.c.id)
)
DELETE_CUSTOMER = Query(sa.update(t).values(tm_update=NOW, tm_delete=NOW).where(_LIVE).returning(t.c.id))

RESTORE_CUSTOMER = Query(
    sa.update(t)
    .values(tm_update=NOW, tm_delete=sa.null())
    .where(t.c.id == ID, t.c.tm_delete.is_not(None))
    .returning(t.c.id)
)
CONTENTS_OF_CUSTOMER = Query(
    sa.select(
        t.c.name,
        *(
            sa.select(sa.func.count()).where(owned.c.customer_id == ID, owned.c.tm_delete.is_(None)).scalar_subquery()
            for owned in (contacts, access_keys)
        ),
    ).where(_LIVE),
    long=True,
)
NO_CUSTOMER = "there is no such customer"
NO_DELETED = "there is no such deleted customer"


def parse_region(text: str) -> str:
    """Return the default region in capitals, '' for none. Raises InvalidArgument."""
    region = text.strip().upper()
    if region and not phone.is_region(region):
        raise InvalidArgument.of([FieldProblem("default_region", f"'{text}' is no region such as US or DE")])
    return region


def parse_name(text: str) -> str:
    """Return the name of a customer or an access key. Raises InvalidArgument."""
    if "\0" in text or len(text) > 255 or any("\ud800" <= c <= "\udfff" for c in text):
        raise InvalidArgument.of([FieldProblem("name", "must be text of at most 255 characters")])
    return text


def _parse_customer_name(text: str) -> str:
    if not text.strip():
        raise InvalidArgument.of([FieldProblem("name", "must not be empty", Reason.MISSING_FIELD)])
    return parse_name(text)


async def create(database: Database, now: datetime, name: str, default_region: str) -> dict[str, Any]:
    """Create a customer. Raises InvalidArgument."""
    values = {"name": _parse_customer_name(name), "default_region": parse_region(default_region)}
    return await _change(database, INSERT_CUSTOMER, id=new_id(now), now=now, **values)


async def get(database: Connection, customer_id: str) -> dict[str, Any]:
    """Return a live customer. Raises NotFound."""
    row = await database.one(LIVE_CUSTOMER, id=customer_id)
    if row is None:
        raise NotFound(Reason.CUSTOMER_NOT_FOUND, NO_CUSTOMER)
    return _decoded(row)


async def list_all(database: Connection) -> list[dict[str, Any]]:
    """Return the live customers, oldest first."""
    return [_decoded(row) for row in await database.all(CUSTOMERS)]


async def update(
    database: Database,
    customer_id: str,
    now: datetime,
    name: str | None,
    default_region: str | None,
    *,
    totp_required: bool | None = None,
) -> dict[str, Any]:
    """Change what is given. Raises NotFound, InvalidArgument."""
    values, problems = dict[str, Any](new_totp_required=totp_required), list[FieldProblem]()
    for field, text, parse in (
        ("new_name", name, _parse_customer_name),
        ("new_default_region", default_region, parse_region),
    ):
        try:
            values[field] = None if text is None else parse(text)
        except InvalidArgument as error:
            problems += error.problems
    if problems:
        raise InvalidArgument.of(problems)
    return await _change(database, UPDATE_CUSTOMER, id=customer_id, now=now, **values)


async def delete(database: Database, customer_id: str, now: datetime) -> dict[str, Any]:
    """Delete a customer: all its access keys end; its data stays, out of reach. Raises NotFound."""
    return await _change(database, DELETE_CUSTOMER, id=customer_id, now=now)


async def restore(database: Database, customer_id: str, now: datetime) -> dict[str, Any]:
    """Undo the deletion of a customer: its access keys work again. Raises NotFound where it is not deleted."""
    return await _change(database, RESTORE_CUSTOMER, id=customer_id, now=now)


async def contents(database: Connection, customer_id: str) -> tuple[str, int, int]:
    """Return the name of a customer, and how many contacts and access keys it has. Raises NotFound."""
    row = await database.one(CONTENTS_OF_CUSTOMER, id=customer_id)
    if row is None:
        raise NotFound(Reason.CUSTOMER_NOT_FOUND, NO_CUSTOMER)
    name, contact_count, access_key_count = row
    return name, contact_count, access_key_count


async def _change(database: Database, query: Query, **values: Any) -> dict[str, Any]:
    """Run what changes a customer, and return it as it is then. Raises NotFound."""
    async with database.transaction() as transaction:
        if await transaction.one(query, **values) is None:
            raise NotFound(Reason.CUSTOMER_NOT_FOUND, NO_DELETED if query is RESTORE_CUSTOMER else NO_CUSTOMER)
        return _decoded(await transaction.one(SELECT_CUSTOMER, id=values["id"]))


def _decoded(row: Row | None) -> dict[str, Any]:
    customer: dict[str, Any] = msgspec.json.decode(row[0]) if row else {}
    return customer
