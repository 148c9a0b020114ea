"""The index for search: the words of contacts, and what says of which version of a contact they are.

No row is written anew here: a server fills the index in the background, of the customers in search_backlog. A server of
the version before goes on working: what it creates or changes has another version than it is indexed by, by which it is
found and indexed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.String(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
CUSTOMER_KEY = sa.BigInteger().with_variant(sa.Uuid(as_uuid=False), "postgresql")
CONTACT_KEY = sa.LargeBinary(16).with_variant(sa.Uuid(as_uuid=False), "postgresql")
ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
DELETED, HAS_EXTERNAL_ID = sa.text("tm_delete IS NOT NULL"), sa.text("external_id != '' AND tm_delete IS NULL")


def upgrade() -> None:
    op.add_column("contacts", sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    op.add_column("contacts", sa.Column("indexed_version", sa.Integer(), nullable=True))
    op.create_index(
        "contacts_trash",
        "contacts",
        ["customer_id", "tm_delete", "id"],
        sqlite_where=DELETED,
        postgresql_where=DELETED,
    )
    op.create_index(
        "contacts_external_id",
        "contacts",
        ["customer_id", "external_id", "id"],
        sqlite_where=HAS_EXTERNAL_ID,
        postgresql_where=HAS_EXTERNAL_ID,
    )
    op.create_table(
        "search_words",
        sa.Column("customer_id", CUSTOMER_KEY, autoincrement=False, nullable=False),
        sa.Column("word", ORDERED, nullable=False),
        sa.Column("contact_id", CONTACT_KEY, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "word", "contact_id", name=op.f("search_words_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_backlog",
        sa.Column("customer_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("search_backlog_customers_fkey")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("search_backlog_pkey")),
    )
    op.execute("INSERT INTO search_backlog (customer_id) SELECT DISTINCT id FROM customers")
