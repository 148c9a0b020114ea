"""The parameters that statements have in common, and what they are set to."""

from typing import Any

import sqlalchemy as sa

from ringbook.database.schema import ContactKeyColumn, CustomerKeyColumn, IdColumn, TimeColumn, book_versions

CUSTOMER_ID = sa.bindparam("customer_id", type_=IdColumn)
CUSTOMER_KEY = sa.bindparam("customer_key", type_=CustomerKeyColumn)
CONTACT_KEY = sa.bindparam("contact_key", type_=ContactKeyColumn)
ID = sa.bindparam("id", type_=IdColumn)
CONTACT_ID = sa.bindparam("contact_id", type_=IdColumn)
WEBHOOK_ID = sa.bindparam("webhook_id", type_=IdColumn)
USER_ID = sa.bindparam("user_id", type_=IdColumn)
TAG_ID = sa.bindparam("tag_id", type_=IdColumn)
SLOT = sa.bindparam("slot", type_=book_versions.c.slot.type)
NOW = sa.bindparam("now", type_=TimeColumn)
LIMIT = sa.bindparam("limit", type_=sa.Integer)


def values_of(table: sa.Table, *names: str) -> dict[str, sa.BindParameter[Any]]:
    """Return for an insert: each column from the parameter of its name."""
    return {name: sa.bindparam(name, type_=table.c[name].type) for name in names}


def changes_of(table: sa.Table, *names: str) -> dict[str, sa.ColumnElement[Any]]:
    """Return for an update: each column from the parameter `new_NAME`; None leaves it as it is."""
    return {
        name: sa.func.coalesce(sa.bindparam(f"new_{name}", type_=table.c[name].type), table.c[name]) for name in names
    }
