"""The index for search in the order of the names, beside that of before.

No row is written anew here: a server fills the index in the background, of the customers in search_index_backlog. A
server of the version before goes on with its own index, search_words: what it writes has another search_version than
version, and what this version writes another indexed_version, by which either finds what the other has changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ID = sa.String(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
CUSTOMER_KEY = sa.BigInteger().with_variant(sa.Uuid(as_uuid=False), "postgresql")
CONTACT_KEY = sa.LargeBinary(16).with_variant(sa.Uuid(as_uuid=False), "postgresql")
ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("contacts", sa.Column("search_version", sa.Integer(), nullable=True))
    op.create_table(
        "search_index",
        sa.Column("customer_id", CUSTOMER_KEY, autoincrement=False, nullable=False),
        sa.Column("word", ORDERED, nullable=False),
        sa.Column("sort_name", ORDERED, nullable=False),
        sa.Column("contact_id", CONTACT_KEY, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "word", "sort_name", "contact_id", name=op.f("search_index_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_index_backlog",
        sa.Column("customer_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("search_index_backlog_customers_fkey")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("search_index_backlog_pkey")),
    )
    op.execute("INSERT INTO search_index_backlog (customer_id) SELECT DISTINCT id FROM customers")
