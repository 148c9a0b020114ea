"""What comes in and goes out, as Pydantic models."""

from datetime import datetime
from typing import Annotated, Literal

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, PlainSerializer

Time = Annotated[datetime, PlainSerializer(lambda time: time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))]


def to_e164(text: str) -> str:
    """Return the number in E.164. Raises ValueError."""
    number = phonenumbers.parse(text, "US")
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"{text} is not a phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _is_number(text: str) -> str:
    try:
        to_e164(text)
    except phonenumbers.NumberParseException as error:
        raise ValueError(str(error)) from error
    return text


class PhoneNumberIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: Annotated[str, Field(max_length=50), AfterValidator(_is_number)]
    type: Literal["mobile", "work", "home", "fax", "other"] = "other"
    is_primary: bool = False


class EmailIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    address: EmailStr
    type: Literal["work", "personal", "other"] = "other"
    is_primary: bool = False


class ContactChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first_name: Annotated[str, Field(max_length=100)] = ""
    last_name: Annotated[str, Field(max_length=100)] = ""
    display_name: Annotated[str, Field(max_length=200)] = ""
    company: Annotated[str, Field(max_length=200)] = ""
    job_title: Annotated[str, Field(max_length=100)] = ""
    external_id: Annotated[str, Field(max_length=255)] = ""
    notes: Annotated[str, Field(max_length=65_536)] = ""


class ContactIn(ContactChange):
    source: Literal["manual", "import", "api", "sync"] = "manual"
    phone_numbers: list[PhoneNumberIn] = []
    emails: list[EmailIn] = []
    tag_ids: list[str] = []


class PhoneNumberOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    number: str
    number_e164: str
    type: str
    is_primary: bool
    tm_create: Time


class EmailOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    address: str
    type: str
    is_primary: bool
    tm_create: Time


class ContactOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    customer_id: str
    first_name: str
    last_name: str
    display_name: str
    company: str
    job_title: str
    source: str
    external_id: str
    notes: str
    phone_numbers: list[PhoneNumberOut]
    emails: list[EmailOut]
    tag_ids: list[str]
    tm_create: Time
    tm_update: Time | None
    tm_delete: Time | None


class PageOut(BaseModel):
    result: list[ContactOut]
    next_page_token: str
