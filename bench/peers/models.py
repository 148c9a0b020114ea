"""The tables as ORM classes, over Ringbook's schema and its indexes."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, ForeignKey, ForeignKeyConstraint, String, TypeDecorator, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

Id = String(36).with_variant(Uuid(as_uuid=False), "postgresql")


class Time(TypeDecorator[datetime]):
    """A time in UTC: PostgreSQL has a type for it, SQLite keeps text as RFC 3339 has it."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if isinstance(value, str) else value


class Base(DeclarativeBase):
    type_annotation_map = {datetime: Time}  # noqa: RUF012


class Customer(Base):
    __tablename__ = "customers"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    default_region: Mapped[str]
    tm_delete: Mapped[datetime | None]


class AccessKey(Base):
    __tablename__ = "access_keys"

    customer_id: Mapped[str] = mapped_column(Id, ForeignKey("customers.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    token_hash: Mapped[str]
    scopes: Mapped[str]
    tm_expire: Mapped[datetime | None]
    tm_delete: Mapped[datetime | None]
    customer: Mapped[Customer] = relationship(lazy="joined", innerjoin=True)


class OfContact:
    """What the parts of a contact have in common."""

    customer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    contact_id: Mapped[str] = mapped_column(Id, primary_key=True)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[ForeignKeyConstraint]:  # noqa: N805  a class method, says the decorator
        return (ForeignKeyConstraint(["customer_id", "contact_id"], ["contacts.customer_id", "contacts.id"]),)


class PhoneNumber(OfContact, Base):
    __tablename__ = "phone_numbers"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[str]
    number_e164: Mapped[str]
    type: Mapped[str]
    is_primary: Mapped[bool]
    tm_create: Mapped[datetime]
    tm_delete: Mapped[datetime | None]


class Email(OfContact, Base):
    __tablename__ = "emails"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    address: Mapped[str]
    type: Mapped[str]
    is_primary: Mapped[bool]
    tm_create: Mapped[datetime]
    tm_delete: Mapped[datetime | None]


class ContactTag(OfContact, Base):
    __tablename__ = "contact_tags"

    tag_id: Mapped[str] = mapped_column(Id, primary_key=True)
    position: Mapped[int]


class Contact(Base):
    __tablename__ = "contacts"

    customer_id: Mapped[str] = mapped_column(Id, ForeignKey("customers.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    display_name: Mapped[str]
    company: Mapped[str]
    job_title: Mapped[str]
    source: Mapped[str]
    external_id: Mapped[str]
    notes: Mapped[str]
    version: Mapped[int]
    search_version: Mapped[int]  # so that no Ringbook indexes meanwhile what this one, which has no search, writes
    tm_create: Mapped[datetime]
    tm_update: Mapped[datetime | None]
    tm_delete: Mapped[datetime | None]
    phone_numbers: Mapped[list[PhoneNumber]] = relationship(order_by=(PhoneNumber.is_primary.desc(), PhoneNumber.id))
    emails: Mapped[list[Email]] = relationship(order_by=(Email.is_primary.desc(), Email.id))
    tags: Mapped[list[ContactTag]] = relationship(order_by=ContactTag.position)

    @property
    def tag_ids(self) -> list[str]:
        return [tag.tag_id for tag in self.tags]
