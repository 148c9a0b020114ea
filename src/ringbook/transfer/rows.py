"""What a file says of its contacts, in whichever form it is: a row of CSV, a card, a line of JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol


class RowAddress(NamedTuple):
    """A phone number or an email of a row, as the file has it."""

    value: str
    type: str = ""
    """One of PhoneType or EmailType; '' where the file does not say."""
    is_primary: bool = False
    label: str | None = None
    """A name that is not the type's own."""
    detail: str = ""
    normalized: str = ""
    """What Ringbook has kept it as (E.164, a lower-case address); '' in other programs' files."""


class RowContact(NamedTuple):
    """What a row says of a contact. What it does not say is absent or empty."""

    texts: Mapping[str, str] = {}
    """By field: TEXTS of contacts/contact.py, and source."""
    phone_numbers: Sequence[RowAddress] = ()
    emails: Sequence[RowAddress] = ()
    tags: Sequence[str] = ()
    """Names of tags."""
    id: str = ""
    """With the times below: of Ringbook's own JSON lines."""
    tm_create: str = ""
    tm_update: str = ""
    is_own: bool = False
    """Whether it is of a file that Ringbook has written, where each row is a contact of its own."""


class FileRow(NamedTuple):
    """A row of a file."""

    number: int
    """Counted from 1; what stands before the first contact is not counted."""
    raw: bytes
    """The row itself, in UTF-8, as it goes into the file of rejects once its error is added."""
    contact: RowContact
    problem: str = ""
    """Why it cannot be read; '' if it can."""


class ContactFile(Protocol):
    """A file that is being read. Nothing of it is kept in memory but the row at hand."""

    @property
    def encoding(self) -> str:
        """As what its bytes are read: a name that Python knows."""

    @property
    def mapping(self) -> Mapping[str, str]:
        """Each column, and the field that it is read as; empty where the form has no columns."""

    @property
    def unknown(self) -> Sequence[str]:
        """Columns that are not taken over, as far as the file is read."""

    def rows(self) -> Iterator[FileRow]:
        """Yield each row in order, a broken one with its problem. Raises InvalidArgument for what is no such file."""

    def bytes_read(self) -> int:
        """Return how far it is read, about."""

    def rejects_begin(self) -> bytes:
        """Return what stands in a file of rejects before its first row, in UTF-8."""

    def rejected(self, row: FileRow, error: str) -> bytes:
        """Return the row with its error, as it goes into a file of rejects, in UTF-8."""
