"""Imports: their files, and what came of their rows."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.String(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
TIME = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")
TEXTS = (
    *("state", "file_name", "form", "encoding", "error"),
    *("options", "mapping", "unknown_columns", "samples", "preview"),
)
COUNTS = ("bytes_total", "bytes_read", "rows_read", "created", "updated", "skipped", "rejected", "undone")


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("access_key_id", ID),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("rejects_begin", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("tm_create", TIME, nullable=False),
        sa.Column("tm_start", TIME),
        sa.Column("tm_end", TIME),
        sa.Column("tm_undo", TIME),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("imports_pkey")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("imports_customers_fkey")),
    )
    is_to_do = sa.text("task != ''")
    op.create_index("imports_to_do", "imports", ["customer_id", "id"], sqlite_where=is_to_do, postgresql_where=is_to_do)
    _of_import(
        "import_parts",
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        key="part",
    )
    _of_import(
        "import_rows",
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("contact_id", ID),
        sa.Column("reject", sa.LargeBinary()),
        key="row",
    )


def _of_import(name: str, *columns: sa.Column, key: str) -> None:  # type: ignore[type-arg]
    op.create_table(
        name,
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("import_id", ID, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("customer_id", "import_id", key, name=op.f(f"{name}_pkey")),
        sa.ForeignKeyConstraint(
            ["customer_id", "import_id"],
            ["imports.customer_id", "imports.id"],
            name=op.f(f"{name}_imports_fkey"),
        ),
    )
