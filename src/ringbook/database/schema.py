"""Every table. The constraints here are the rules that must hold whatever the code above does.

Every tenant table's primary key starts with customer_id, and its foreign keys carry it too: rows of two customers can
never be tied to one another, and the tables can be spread by customer. A change here needs a migration: `make check`
compares the two.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={"pk": "%(table_name)s_pkey", "fk": "%(table_name)s_%(referred_table_name)s_fkey"}
)

IdColumn = sa.String(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
TimeColumn = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")
Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""A text that both databases sort alike: by its code points."""


class CustomerKey(UUID):
    """A customer's id, as search_index has it: on SQLite 47 bits of what is random in it."""


class ContactKey(UUID):
    """A contact's id, as search_index has it: on SQLite its 16 bytes."""


CustomerKeyColumn = sa.BigInteger().with_variant(sa.Uuid(as_uuid=False), "postgresql")
ContactKeyColumn = sa.LargeBinary(16).with_variant(sa.Uuid(as_uuid=False), "postgresql")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _times() -> list[sa.Column[str]]:
    return [
        sa.Column("tm_create", TimeColumn, nullable=False),
        sa.Column("tm_update", TimeColumn),
        sa.Column("tm_delete", TimeColumn),
    ]


def _live_index(table: sa.Table) -> None:
    """Let a page of live rows cost the same however many deleted ones lie between them."""
    live = table.c.tm_delete.is_(None)
    sa.Index(f"{table.name}_live", table.c.customer_id, table.c.id, sqlite_where=live, postgresql_where=live)


customers = sa.Table(
    "customers",
    metadata,
    sa.Column("id", IdColumn, primary_key=True),
    *_texts("name", "default_region"),
    sa.Column("totp_required", sa.Boolean, nullable=False, server_default=sa.false()),
    *_times(),
)

access_keys = sa.Table(
    "access_keys",
    metadata,
    sa.Column("customer_id", IdColumn, sa.ForeignKey("customers.id"), primary_key=True),
    sa.Column("id", IdColumn, primary_key=True),
    *_texts("name", "prefix", "token_hash", "scopes"),
    sa.Column("tm_expire", TimeColumn),
    sa.Column("tm_create", TimeColumn, nullable=False),
    sa.Column("tm_delete", TimeColumn),
    sa.Index("access_keys_token_hash", "token_hash", unique=True),
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("customer_id", IdColumn, sa.ForeignKey("customers.id"), primary_key=True),
    sa.Column("id", IdColumn, primary_key=True),
    *_texts("email", "name", "role"),  # "" for no address: the first owner's, until the password is set
    sa.Column("is_active", sa.Boolean, nullable=False),
    *_texts("password_hash", "totp_secret", "totp_pending"),  # "" for none
    sa.Column("totp_step", sa.BigInteger, nullable=False),  # that of the last code: none is taken twice
    *_times(),
)
_live_index(users)
HAS_ADDRESS = sa.and_(users.c.email != sa.literal_column("''"), users.c.tm_delete.is_(None))
sa.Index("users_email", users.c.email, unique=True, sqlite_where=HAS_ADDRESS, postgresql_where=HAS_ADDRESS)


def _of_user(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("customer_id", IdColumn, primary_key=True),
        sa.Column("user_id", IdColumn, primary_key=True),
        *columns,
        sa.ForeignKeyConstraint(["customer_id", "user_id"], ["users.customer_id", "users.id"]),
    )


user_links = _of_user(
    "user_links",
    sa.Column("token_hash", sa.Text, nullable=False),
    sa.Column("tm_expire", TimeColumn, nullable=False),
    sa.Index("user_links_token_hash", "token_hash", unique=True),
)
"""The last link that a user was given to set a password by."""

sessions = _of_user(
    "sessions",
    sa.Column("id", IdColumn, primary_key=True),
    *_texts("token_hash", "address", "user_agent"),
    sa.Column("tm_create", TimeColumn, nullable=False),
    sa.Column("tm_last_use", TimeColumn, nullable=False),
    sa.Column("tm_expire", TimeColumn, nullable=False),
    sa.Index("sessions_token_hash", "token_hash", unique=True),
)
recovery_codes = _of_user("recovery_codes", sa.Column("code_hash", sa.Text, primary_key=True))

contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("customer_id", IdColumn, sa.ForeignKey("customers.id"), primary_key=True),
    sa.Column("id", IdColumn, primary_key=True),
    *_texts("first_name", "last_name", "display_name", "company", "job_title", "source", "external_id", "notes"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("sort_name", Ordered, nullable=False, server_default=""),  # see names.sort_name
    sa.Column(
        "search_text", sa.Text, nullable=False, server_default=""
    ),  # see search_terms; search_index is made of it
    sa.Column("search_version", sa.Integer),  # the version that search_index has
    sa.Column("indexed_version", sa.Integer),  # of the version before, as search_words and search_backlog are
    sa.Column("external_id_unique", sa.Boolean, nullable=False, server_default=sa.false()),  # see external_ids
    *_times(),
)


_live_index(contacts)
sa.Index(
    "contacts_by_name",
    contacts.c.customer_id,
    contacts.c.sort_name,
    contacts.c.id,
    sqlite_where=contacts.c.tm_delete.is_(None),
    postgresql_where=contacts.c.tm_delete.is_(None),
)

sa.Index(
    "contacts_trash",
    contacts.c.customer_id,
    contacts.c.tm_delete,
    contacts.c.id,
    sqlite_where=contacts.c.tm_delete.is_not(None),
    postgresql_where=contacts.c.tm_delete.is_not(None),
)
HAS_EXTERNAL_ID = sa.and_(contacts.c.external_id != sa.literal_column("''"), contacts.c.tm_delete.is_(None))
sa.Index(
    "contacts_external_id",
    contacts.c.customer_id,
    contacts.c.external_id,
    contacts.c.id,
    sqlite_where=HAS_EXTERNAL_ID,
    postgresql_where=HAS_EXTERNAL_ID,
)

HOLDS_EXTERNAL_ID = sa.and_(contacts.c.tm_delete.is_(None), contacts.c.external_id_unique)
"""The live contacts whose external_id is theirs alone: all but those of books from before."""

sa.Index(
    "contacts_external_id_once",
    contacts.c.customer_id,
    contacts.c.external_id,
    unique=True,
    sqlite_where=HOLDS_EXTERNAL_ID,
    postgresql_where=HOLDS_EXTERNAL_ID,
)

search_index = sa.Table(
    "search_index",
    metadata,
    sa.Column("customer_id", CustomerKeyColumn, primary_key=True, autoincrement=False),
    sa.Column("word", Ordered, primary_key=True),
    sa.Column("sort_name", Ordered, primary_key=True),
    sa.Column("contact_id", ContactKeyColumn, primary_key=True),
    sqlite_with_rowid=False,
)
"""The words by which a live contact is found: 14 rows a contact, and so with keys that are short on SQLite."""

search_index_backlog = sa.Table(
    "search_index_backlog",
    metadata,
    sa.Column("customer_id", IdColumn, sa.ForeignKey("customers.id"), primary_key=True),
)
"""The customers of before the index whose contacts are not yet all in it."""

sa.Table(
    "search_words",
    metadata,
    sa.Column("customer_id", CustomerKeyColumn, primary_key=True, autoincrement=False),
    sa.Column("word", Ordered, primary_key=True),
    sa.Column("contact_id", ContactKeyColumn, primary_key=True),
    sqlite_with_rowid=False,
)
sa.Table(
    "search_backlog",
    metadata,
    sa.Column("customer_id", IdColumn, sa.ForeignKey("customers.id"), primary_key=True),
)
"""The index of the version before, which goes on reading and writing it beside this one; the next takes it away."""

book_versions = sa.Table(
    "book_versions",
    metadata,
    sa.Column("customer_id", IdColumn, sa.ForeignKey("customers.id"), primary_key=True),
    sa.Column("slot", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("version", sa.BigInteger, nullable=False),
)

contact_changes = sa.Table(
    "contact_changes",
    metadata,
    sa.Column("customer_id", IdColumn, primary_key=True),
    sa.Column("slot", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column(
        "previous", sa.BigInteger, nullable=False
    ),  # the slot's version before: no row between the two is missing
    sa.Column("contact_id", IdColumn, nullable=False),
    *_texts("action", "by_type", "changes"),
    sa.Column("by_id", IdColumn),
    sa.Column("tm", TimeColumn, nullable=False),
    sa.Index("contact_changes_of_contact", "customer_id", "contact_id", "version"),
)


def _contact_address(name: str, normalized: str, *columns: sa.Column[str]) -> sa.Table:
    """Return a table of phone numbers or emails of contacts; `normalized` is what a lookup asks for.

    tm_delete is the contact's: what is taken off a contact is gone, what is on a deleted contact stays with it, unseen.
    The lookup index gives the contact that a lookup must answer as its first entry, however many share the value.
    """
    table = sa.Table(
        name,
        metadata,
        sa.Column("customer_id", IdColumn, primary_key=True),
        sa.Column("contact_id", IdColumn, primary_key=True),
        sa.Column("id", IdColumn, primary_key=True),
        *columns,
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("label", sa.Text),  # a name that is not the type's own
        sa.Column("detail", sa.Text, nullable=False, server_default=""),
        sa.Column("is_primary", sa.Boolean, nullable=False),
        sa.Column("tm_create", TimeColumn, nullable=False),
        sa.Column("tm_delete", TimeColumn),
        sa.ForeignKeyConstraint(["customer_id", "contact_id"], ["contacts.customer_id", "contacts.id"]),
    )
    c = table.c
    sa.Index(f"{name}_once", c.customer_id, c.contact_id, c[normalized], unique=True)
    sa.Index(
        f"{name}_one_primary",
        c.customer_id,
        c.contact_id,
        unique=True,
        sqlite_where=c.is_primary,
        postgresql_where=c.is_primary,
    )
    live = c.tm_delete.is_(None)
    sa.Index(
        f"{name}_lookup",
        c.customer_id,
        c[normalized],
        c.is_primary.desc(),
        c.contact_id.desc(),
        sqlite_where=live,
        postgresql_where=live,
    )
    return table


phone_numbers = _contact_address("phone_numbers", "number_e164", *_texts("number", "number_e164"))
emails = _contact_address("emails", "address", *_texts("address"))

contact_tags = sa.Table(
    "contact_tags",
    metadata,
    sa.Column("customer_id", IdColumn, primary_key=True),
    sa.Column("contact_id", IdColumn, primary_key=True),
    sa.Column("tag_id", IdColumn, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.ForeignKeyConstraint(["customer_id", "contact_id"], ["contacts.customer_id", "contacts.id"]),
    sa.Index("contact_tags_tag", "customer_id", "tag_id", "contact_id"),
)

tags = sa.Table(
    "tags",
    metadata,
    sa.Column("customer_id", IdColumn, sa.ForeignKey("customers.id"), primary_key=True),
    sa.Column("id", IdColumn, primary_key=True),
    *_texts("name", "name_folded", "detail"),
    *_times(),
)
_live_index(tags)
sa.Index(
    "tags_name",
    tags.c.customer_id,
    tags.c.name_folded,
    unique=True,
    sqlite_where=tags.c.tm_delete.is_(None),
    postgresql_where=tags.c.tm_delete.is_(None),
)

webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("customer_id", IdColumn, sa.ForeignKey("customers.id"), primary_key=True),
    sa.Column("id", IdColumn, primary_key=True),
    *_texts("url", "events", "disabled_reason", "secret", "previous_secret"),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("positions", sa.Text, nullable=False),  # in the log: of what is behind them deliveries are yet to be made
    sa.Column("tm_rotate", TimeColumn),
    *_times(),
)
_live_index(webhooks)

webhook_deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    sa.Column("customer_id", IdColumn, primary_key=True),
    sa.Column("webhook_id", IdColumn, primary_key=True),
    sa.Column("id", IdColumn, primary_key=True),
    sa.Column("contact_id", IdColumn),
    sa.Column("version", sa.BigInteger, nullable=False),  # of the change: those of a contact are sent in its order
    *_texts("type", "state", "answer", "error"),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("milliseconds", sa.Integer),
    sa.Column("tm", TimeColumn, nullable=False),
    sa.Column("tm_create", TimeColumn, nullable=False),
    sa.Column("tm_attempt", TimeColumn),
    sa.Column("tm_next", TimeColumn),
    sa.ForeignKeyConstraint(["customer_id", "webhook_id"], ["webhooks.customer_id", "webhooks.id"]),
)
_is_pending = webhook_deliveries.c.tm_next.is_not(None)
sa.Index(
    "webhook_deliveries_pending",
    webhook_deliveries.c.customer_id,
    webhook_deliveries.c.webhook_id,
    webhook_deliveries.c.version,
    sqlite_where=_is_pending,
    postgresql_where=_is_pending,
)

imports = sa.Table(
    "imports",
    metadata,
    sa.Column("customer_id", IdColumn, sa.ForeignKey("customers.id"), primary_key=True),
    sa.Column("id", IdColumn, primary_key=True),
    sa.Column("access_key_id", IdColumn),
    *_texts("state", "file_name", "form", "encoding", "error"),
    *_texts("options", "mapping", "unknown_columns", "samples", "preview"),  # JSON
    sa.Column("rejects_begin", sa.LargeBinary, nullable=False),  # what the file of rejects begins with
    *(
        sa.Column(name, sa.BigInteger, nullable=False)
        for name in ("bytes_total", "bytes_read", "rows_read", "created", "updated", "skipped", "rejected", "undone")
    ),
    sa.Column("task", sa.Text, nullable=False),  # what is to be done: import or undo; "" for nothing
    sa.Column("tm_create", TimeColumn, nullable=False),
    sa.Column("tm_start", TimeColumn),
    sa.Column("tm_end", TimeColumn),
    sa.Column("tm_undo", TimeColumn),
)
_is_to_do = imports.c.task != sa.literal_column("''")
sa.Index("imports_to_do", imports.c.customer_id, imports.c.id, sqlite_where=_is_to_do, postgresql_where=_is_to_do)


def _of_import(name: str, *columns: sa.Column[Any]) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("customer_id", IdColumn, primary_key=True),
        sa.Column("import_id", IdColumn, primary_key=True),
        *columns,
        sa.ForeignKeyConstraint(["customer_id", "import_id"], ["imports.customer_id", "imports.id"]),
    )


import_parts = _of_import(
    "import_parts",
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
"""The file, until the import has ended."""

import_rows = _of_import(
    "import_rows",
    sa.Column("row", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("contact_id", IdColumn),
    sa.Column("reject", sa.LargeBinary),  # the row with its error
)
"""What came of each row that was not skipped: for undo, and for the file of rejects."""

calls = sa.Table(
    "calls",
    metadata,
    sa.Column("customer_id", IdColumn, primary_key=True),
    sa.Column("id", IdColumn, primary_key=True),
    sa.Column("tm", TimeColumn, nullable=False),
    *_texts("call", "asked"),
    sa.Column("contact_id", IdColumn),
    sa.Column("by_type", sa.Text, nullable=False),
    sa.Column("by_id", IdColumn, nullable=False),
)
"""The last lookups and caller ids: each process writes its own, once a second."""

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("beat", sa.BigInteger, nullable=False),
)
"""What one process of all does, and which."""

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("customer_id", IdColumn, sa.ForeignKey("customers.id"), primary_key=True),
    sa.Column("access_key_id", IdColumn, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("status", sa.SmallInteger, nullable=False),
    *_texts("etag", "answer"),
    sa.Column("tm_create", TimeColumn, nullable=False),
    sa.Index("idempotency_keys_old", "customer_id", "tm_create"),
)
