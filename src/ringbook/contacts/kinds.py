"""The two kinds of address: phone numbers and emails, where each is kept, and the words of both notations for it."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from ringbook.database.schema import emails, phone_numbers
from ringbook.errors import Reason

MOST_ADDRESSES = 100
"""How many of each kind a contact may have."""


@dataclass(frozen=True, eq=False)
class Kind:
    """Phone numbers, or emails."""

    table: sa.Table
    """It is named as the list in the tutorial's notation."""
    entered: str
    """The field of the tutorial's notation that holds what a person typed."""
    normalized: str
    """The column that a lookup asks for."""
    columns: Mapping[str, str]
    """What is kept of the entered value: its attribute for each column."""
    address_type: str
    """The `type` in the list `addresses`."""
    names: Mapping[str, str]
    """The `name` that each type has in the list `addresses`."""
    word: str
    duplicate: Reason
    exists: Reason
    unknown: Reason


PHONE_NUMBERS = Kind(
    table=phone_numbers,
    entered="number",
    normalized="number_e164",
    columns={"number": "entered", "number_e164": "e164"},
    address_type="tel",
    names={"mobile": "Mobile", "work": "Work", "home": "Home", "fax": "Fax", "other": ""},
    word="phone number",
    duplicate=Reason.DUPLICATE_PHONE_NUMBER,
    exists=Reason.PHONE_NUMBER_EXISTS,
    unknown=Reason.PHONE_NUMBER_NOT_FOUND,
)
EMAILS = Kind(
    table=emails,
    entered="address",
    normalized="address",
    columns={"address": "normalized"},
    address_type="email",
    names={"work": "Work", "personal": "Personal", "other": ""},
    word="email address",
    duplicate=Reason.DUPLICATE_EMAIL_ADDRESS,
    exists=Reason.EMAIL_EXISTS,
    unknown=Reason.EMAIL_NOT_FOUND,
)
KINDS = (PHONE_NUMBERS, EMAILS)
