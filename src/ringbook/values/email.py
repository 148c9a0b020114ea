"""What a person typed -> the email address as it is kept: checked for syntax, in lower case."""

import re
from typing import Annotated, Self
from urllib.parse import unquote

import email_validator
from msgspec import Meta

from ringbook.errors import Reason
from ringbook.values.fields import Text

email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()  # PBXs live on .local; this is how the package lets them in

LONGEST_ADDRESS = 254
LONGEST_READING = 1000
"""The most characters of an address, with the name beside it, that a lookup reads."""

ORDINARY = re.compile(r"[a-z0-9._+-]+@(?!xn--)[a-z0-9-]+(\.(?!xn--)[a-z0-9-]+)*")

_ATOM, _LABEL = "[a-z0-9_+-]+", r"(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NORMALIZED = re.compile(rf"(?=[^@]{{1,64}}@.{{1,189}}\Z){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
"""What the package gives back as it is, for which it takes many times longer: most of what imports bring in."""


class InvalidEmailAddress(ValueError):
    """The text is not an email address; the message says why."""

    reason = Reason.INVALID_EMAIL_ADDRESS


class Address:
    """An email address of a contact, normalised."""

    __slots__ = ("normalized",)
    text = Annotated[Text, Meta(max_length=LONGEST_ADDRESS, extra_json_schema={"format": "email"})]

    def __init__(self, normalized: str) -> None:
        self.normalized = normalized

    @classmethod
    def read(cls, text: str, region: str) -> Self:  # noqa: ARG003  an address is the same everywhere
        """Return the address that a person typed. Raises InvalidEmailAddress."""
        return cls(normalize(text))


def normalize(text: str) -> str:
    """Return the address, normalised (RFC 5321, 6531; a domain in Unicode) and in lower case.

    No DNS: special-use domains (`.local`, `.test`) and hosts without a dot are accepted. Raises InvalidEmailAddress.
    """
    if _NORMALIZED.fullmatch(text):
        return text
    try:
        checked = email_validator.validate_email(
            text.strip(), check_deliverability=False, globally_deliverable=False, allow_quoted_local=True
        )
    except (email_validator.EmailNotValidError, ValueError) as error:
        raise InvalidEmailAddress(f"'{text}' is not an email address: {error}") from error
    address = checked.normalized.lower()
    if len(address) > LONGEST_ADDRESS or "\0" in address:
        raise InvalidEmailAddress(f"an email address has at most {LONGEST_ADDRESS} characters")
    return address


def reading(text: str) -> str | None:
    """Return the address that a lookup for `text` asks for, or None where it is none that could be kept.

    It may be a mailto: URI (RFC 6068), or stand in angle brackets behind a name (RFC 5322).
    """
    if len(text) > LONGEST_READING:
        return None
    address = _alone(text).strip().lower()
    if not address:
        return None
    if ORDINARY.fullmatch(address):
        return address
    try:
        return normalize(address)
    except InvalidEmailAddress:
        return None


def _alone(text: str) -> str:
    if text.rstrip().endswith(">"):
        text = text.rstrip()[:-1].rpartition("<")[2]
    scheme, colon, rest = text.partition(":")
    if colon and scheme.strip().lower() == "mailto":
        return unquote(rest.partition("?")[0])
    return text
