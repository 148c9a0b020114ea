"""An external_id belongs to one contact, and answers are kept by their Idempotency-Key.

No contact is written anew: both databases keep the default beside the table. A book may have several contacts with the
same external_id: none of these is unique by this column. A server of the version before goes on working: what it gives
is not unique either.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Id = sa.String(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
Time = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")
HOLDS = sa.and_(sa.column("tm_delete").is_(None), sa.column("external_id_unique", sa.Boolean))


def upgrade() -> None:
    op.add_column("contacts", sa.Column("external_id_unique", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "contacts_external_id_once",
        "contacts",
        ["customer_id", "external_id"],
        unique=True,
        sqlite_where=HOLDS,
        postgresql_where=HOLDS,
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("access_key_id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("tm_create", Time, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("idempotency_keys_customers_fkey")),
        sa.PrimaryKeyConstraint("customer_id", "access_key_id", "key", name=op.f("idempotency_keys_pkey")),
    )
    op.create_index("idempotency_keys_old", "idempotency_keys", ["customer_id", "tm_create"])
