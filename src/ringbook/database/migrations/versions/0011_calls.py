"""The last lookups and caller ids of each customer."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ID = sa.String(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
TIME = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("tm", TIME, nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("contact_id", ID),
        sa.Column("by_type", sa.Text(), nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("calls_pkey")),
    )
