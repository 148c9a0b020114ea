"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Id = sa.String(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
Time = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")
LIVE, PRIMARY = sa.text("tm_delete IS NULL"), sa.text("is_primary")


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("default_region", sa.Text(), nullable=False),
        sa.Column("tm_create", Time, nullable=False),
        sa.Column("tm_update", Time, nullable=True),
        sa.Column("tm_delete", Time, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("customers_pkey")),
    )
    op.create_table(
        "access_keys",
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("tm_expire", Time, nullable=True),
        sa.Column("tm_create", Time, nullable=False),
        sa.Column("tm_delete", Time, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("access_keys_customers_fkey")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("access_keys_pkey")),
    )
    op.create_index("access_keys_token_hash", "access_keys", ["token_hash"], unique=True)
    op.create_table(
        "contacts",
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("job_title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tm_create", Time, nullable=False),
        sa.Column("tm_update", Time, nullable=True),
        sa.Column("tm_delete", Time, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("contacts_customers_fkey")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("contacts_pkey")),
    )
    op.create_index(
        "contacts_live", "contacts", ["customer_id", "id"], unique=False, sqlite_where=LIVE, postgresql_where=LIVE
    )
    op.create_table(
        "tags",
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("tm_create", Time, nullable=False),
        sa.Column("tm_update", Time, nullable=True),
        sa.Column("tm_delete", Time, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("tags_customers_fkey")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("tags_pkey")),
    )
    op.create_index("tags_live", "tags", ["customer_id", "id"], unique=False, sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_index(
        "tags_name", "tags", ["customer_id", "name_folded"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
    )
    op.create_table(
        "contact_tags",
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("tag_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "contact_id"],
            ["contacts.customer_id", "contacts.id"],
            name=op.f("contact_tags_contacts_fkey"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "contact_id", "tag_id", name=op.f("contact_tags_pkey")),
    )
    op.create_index("contact_tags_tag", "contact_tags", ["customer_id", "tag_id", "contact_id"], unique=False)
    op.create_table(
        "emails",
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("tm_create", Time, nullable=False),
        sa.Column("tm_delete", Time, nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id", "contact_id"], ["contacts.customer_id", "contacts.id"], name=op.f("emails_contacts_fkey")
        ),
        sa.PrimaryKeyConstraint("customer_id", "contact_id", "id", name=op.f("emails_pkey")),
    )
    op.create_index(
        "emails_lookup",
        "emails",
        ["customer_id", "address", sa.literal_column("is_primary DESC"), sa.literal_column("contact_id DESC")],
        unique=False,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index("emails_once", "emails", ["customer_id", "contact_id", "address"], unique=True)
    op.create_index(
        "emails_one_primary",
        "emails",
        ["customer_id", "contact_id"],
        unique=True,
        sqlite_where=PRIMARY,
        postgresql_where=PRIMARY,
    )
    op.create_table(
        "phone_numbers",
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_e164", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("tm_create", Time, nullable=False),
        sa.Column("tm_delete", Time, nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id", "contact_id"],
            ["contacts.customer_id", "contacts.id"],
            name=op.f("phone_numbers_contacts_fkey"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "contact_id", "id", name=op.f("phone_numbers_pkey")),
    )
    op.create_index(
        "phone_numbers_lookup",
        "phone_numbers",
        ["customer_id", "number_e164", sa.literal_column("is_primary DESC"), sa.literal_column("contact_id DESC")],
        unique=False,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index("phone_numbers_once", "phone_numbers", ["customer_id", "contact_id", "number_e164"], unique=True)
    op.create_index(
        "phone_numbers_one_primary",
        "phone_numbers",
        ["customer_id", "contact_id"],
        unique=True,
        sqlite_where=PRIMARY,
        postgresql_where=PRIMARY,
    )
