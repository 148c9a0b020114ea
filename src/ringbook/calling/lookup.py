"""Who is calling: the contact behind a phone number or an email address."""

from functools import cache
from typing import Any

import sqlalchemy as sa

from ringbook.contacts import contact
from ringbook.contacts.kinds import EMAILS, PHONE_NUMBERS, Kind
from ringbook.database.engine import Connection, Query
from ringbook.database.parameters import CUSTOMER_ID
from ringbook.database.schema import contacts as t
from ringbook.errors import NotFound, Reason
from ringbook.tenants.caller import Caller
from ringbook.values import callers, email


def first_with(kind: Kind, value: sa.ColumnElement[str]) -> sa.ScalarSelect[Any]:
    """Return the id of the contact that a lookup for `value` answers.

    Of several that share it: the one on which it is primary, then the newest. It is the first entry of an index.
    """
    t = kind.table
    return (
        sa.select(t.c.contact_id)
        .where(t.c.customer_id == CUSTOMER_ID, t.c[kind.normalized] == value, t.c.tm_delete.is_(None))
        .order_by(t.c.is_primary.desc(), t.c.contact_id.desc())
        .limit(sa.literal_column("1"))
        .correlate_except(t)
        .scalar_subquery()
    )


def chosen(numbers: int, emails: int = 0) -> sa.ColumnElement[Any]:
    """Return the id of the contact with the first of so many numbers that one has, else with the email if there is one.

    Parameters: `number_0`, `number_1`, ... and `email`.
    """
    found = [first_with(PHONE_NUMBERS, sa.bindparam(f"number_{i}", type_=sa.Text)) for i in range(numbers)]
    found += [first_with(EMAILS, sa.bindparam("email", type_=sa.Text))] if emails else []
    return sa.func.coalesce(*found) if len(found) > 1 else found[0]


@cache
def lookup(numbers: int, emails: int) -> Query:
    """Return the statement for so many numbers and emails (0 or 1): it chooses one contact, then makes its JSON."""
    return Query(contact.FOUND.where(t.c.id == chosen(numbers, emails)))


async def look_up(caller: Caller, database: Connection, number: str, address: str) -> bytes:
    """Return the JSON of the contact with that phone number, else with that email address, each '' if not asked for.

    Raises NotFound.
    """
    numbers = callers.readings(number, caller.region) if number else []
    wanted = email.reading(address) if address else None
    values = {f"number_{i}": reading for i, reading in enumerate(numbers)}
    if wanted is not None:
        values["email"] = wanted
    if values:
        query = lookup(len(numbers), len(values) - len(numbers))
        row = await database.one(query, customer_id=caller.customer_id, **values)
        if row is not None:
            json: str = row[0]
            return json.encode()
    raise NotFound(Reason.CONTACT_NOT_FOUND, "no contact has this phone number or email address")
