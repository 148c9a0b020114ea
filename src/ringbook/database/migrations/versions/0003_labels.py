"""Labels and details of phone numbers and emails, which the list `addresses` shows.

No row is written anew: both databases keep the default beside the table. A server of the version before goes on
working: what it adds has neither, a list that it replaces loses them, and a type that it changes leaves the label.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for table in ("phone_numbers", "emails"):
        op.add_column(table, sa.Column("label", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("detail", sa.Text(), nullable=False, server_default=""))
