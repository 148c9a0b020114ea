"""Webhooks with their deliveries, and what one process of all does."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.String(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
TIME = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("positions", sa.Text(), nullable=False),
        sa.Column("tm_rotate", TIME),
        sa.Column("tm_create", TIME, nullable=False),
        sa.Column("tm_update", TIME),
        sa.Column("tm_delete", TIME),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("webhooks_pkey")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("webhooks_customers_fkey")),
    )
    is_live = sa.text("tm_delete IS NULL")
    op.create_index("webhooks_live", "webhooks", ["customer_id", "id"], sqlite_where=is_live, postgresql_where=is_live)
    op.create_table(
        "webhook_deliveries",
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("webhook_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("contact_id", ID),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("milliseconds", sa.Integer()),
        sa.Column("tm", TIME, nullable=False),
        sa.Column("tm_create", TIME, nullable=False),
        sa.Column("tm_attempt", TIME),
        sa.Column("tm_next", TIME),
        sa.PrimaryKeyConstraint("customer_id", "webhook_id", "id", name=op.f("webhook_deliveries_pkey")),
        sa.ForeignKeyConstraint(
            ["customer_id", "webhook_id"],
            ["webhooks.customer_id", "webhooks.id"],
            name=op.f("webhook_deliveries_webhooks_fkey"),
        ),
    )
    is_pending = sa.text("tm_next IS NOT NULL")
    op.create_index(
        "webhook_deliveries_pending",
        "webhook_deliveries",
        ["customer_id", "webhook_id", "version"],
        sqlite_where=is_pending,
        postgresql_where=is_pending,
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("leases_pkey")),
    )
