"""Users, and by what they log in."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ID = sa.String(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
TIME = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("customers", sa.Column("totp_required", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "users",
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("totp_secret", sa.Text(), nullable=False),
        sa.Column("totp_pending", sa.Text(), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("tm_create", TIME, nullable=False),
        sa.Column("tm_update", TIME),
        sa.Column("tm_delete", TIME),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("users_pkey")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("users_customers_fkey")),
    )
    live, address = sa.text("tm_delete IS NULL"), sa.text("email != '' AND tm_delete IS NULL")
    op.create_index("users_live", "users", ["customer_id", "id"], sqlite_where=live, postgresql_where=live)
    op.create_index("users_email", "users", ["email"], unique=True, sqlite_where=address, postgresql_where=address)
    _create_table_of_user(
        "user_links",
        "user_id",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("tm_expire", TIME, nullable=False),
    )
    op.create_index("user_links_token_hash", "user_links", ["token_hash"], unique=True)
    _create_table_of_user(
        "sessions",
        "id",
        sa.Column("id", ID, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("tm_create", TIME, nullable=False),
        sa.Column("tm_last_use", TIME, nullable=False),
        sa.Column("tm_expire", TIME, nullable=False),
    )
    op.create_index("sessions_token_hash", "sessions", ["token_hash"], unique=True)
    _create_table_of_user("recovery_codes", "code_hash", sa.Column("code_hash", sa.Text(), nullable=False))


def _create_table_of_user(name: str, last_of_key: str, *columns: sa.Column[str]) -> None:
    key = ["customer_id", "user_id"] + ([] if last_of_key == "user_id" else [last_of_key])
    op.create_table(
        name,
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint(*key, name=op.f(f"{name}_pkey")),
        sa.ForeignKeyConstraint(
            ["customer_id", "user_id"], ["users.customer_id", "users.id"], name=op.f(f"{name}_users_fkey")
        ),
    )
