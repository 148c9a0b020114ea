"""The log of changes of contacts. A server of the version before goes on working, and writes nothing into it.

What it changes moves the versions of the book all the same, so that a reader of the log sees that something is missing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.String(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
TIME = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "contact_changes",
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("slot", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("previous", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("by_type", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("by_id", ID),
        sa.Column("tm", TIME, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "slot", "version", name=op.f("contact_changes_pkey")),
    )
    op.create_index("contact_changes_of_contact", "contact_changes", ["customer_id", "contact_id", "version"])
