"""Phone books: contacts sorted by name, and the version of a customer's book.

A server of the version before goes on working: a contact that it makes has the empty sort_name, and so stands at the
front of the book until its next PUT; what it changes does not move the version.
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Id = sa.String(36).with_variant(sa.Uuid(as_uuid=False), "postgresql")
Ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
LIVE = sa.text("tm_delete IS NULL")
BATCH = 1000


def upgrade() -> None:
    op.create_table(
        "book_versions",
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("slot", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("book_versions_customers_fkey")),
        sa.PrimaryKeyConstraint("customer_id", "slot", name=op.f("book_versions_pkey")),
    )
    op.add_column("contacts", sa.Column("sort_name", Ordered, nullable=False, server_default=""))
    fill(op.get_bind())
    op.create_index(
        "contacts_by_name",
        "contacts",
        ["customer_id", "sort_name", "id"],
        unique=False,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def folded_words(text: str) -> list[str]:
    letters = []
    for character in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()):
        if unicodedata.category(character)[0] in "LNM":
            if not unicodedata.combining(character):
                letters.append(character)
        elif character not in "'\u2018\u2019\u02bc":
            letters.append(" ")
    return "".join(letters).split()


def sort_name(display_name: str, first_name: str, last_name: str, company: str) -> str:
    """Return the sort_name as it was made when this migration was written: what came later does not change it."""
    shown = display_name.strip() or f"{first_name.strip()} {last_name.strip()}".strip() or company.strip()
    main_words = folded_words(shown)
    others = [word for word in folded_words(f"{first_name} {last_name} {company}") if word not in main_words]
    main, more = (" ".join(["", *words]) for words in (main_words, dict.fromkeys(others)))
    return (f"{main}\n{more}" if more else main)[:600]


def fill(connection: sa.Connection) -> None:
    """Give every contact that is there its sort_name, a batch at a time."""
    customer_id, contact_id = sa.column("customer_id", Id), sa.column("id", Id)
    names = [sa.column(name, sa.Text) for name in ("display_name", "first_name", "last_name", "company")]
    contacts = sa.table("contacts", customer_id, contact_id, *names, sa.column("sort_name", sa.Text))
    key = sa.tuple_(customer_id, contact_id)
    ordered = sa.select(customer_id, contact_id, *names).order_by(customer_id, contact_id).limit(BATCH)
    update = (
        sa.update(contacts)
        .where(customer_id == sa.bindparam("of_customer", type_=Id), contact_id == sa.bindparam("of_id", type_=Id))
        .values(sort_name=sa.bindparam("new"))
    )
    rows = connection.execute(ordered).all()
    while rows:
        values = [
            {"of_customer": customer, "of_id": contact, "new": sort_name(*words)} for customer, contact, *words in rows
        ]
        connection.execute(update, values)
        rows = connection.execute(ordered.where(key > sa.tuple_(*rows[-1][:2], types=[Id, Id]))).all()
