"""The routes."""

import hashlib
import time
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from bench.peers.database import Reader, Writer
from bench.peers.models import AccessKey, Contact, ContactTag, Customer, Email, PhoneNumber
from bench.peers.schemas import ContactChange, ContactIn, ContactOut, PageOut, PhoneNumberIn, to_e164
from ringbook.clock import lowest_id, new_id

app = FastAPI()
known: dict[str, tuple[float, str]] = {}
WHOLE = [selectinload(part) for part in (Contact.phone_numbers, Contact.emails, Contact.tags)]


@app.exception_handler(HTTPException)
async def problem(request: Request, error: HTTPException) -> JSONResponse:
    """Answer in the form of every error."""
    status, _, reason = (error.headers or {}).get("x-reason", "").partition(" ")
    body: dict[str, Any] = {"status": status, "reason": reason, "message": error.detail}
    body |= {"request_id": request.headers.get("x-request-id", ""), "details": []}
    return JSONResponse({"error": body, "message": error.detail}, error.status_code)


def refuse(code: int, status: str, reason: str, message: str) -> HTTPException:
    """Return the error."""
    return HTTPException(code, message, {"x-reason": f"{status} {reason}"})


async def authenticate(
    session: Reader, credential: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
) -> str:
    """Return the customer's id, remembered for 4 seconds as Ringbook does."""
    token_hash = hashlib.sha256(credential.credentials.encode()).hexdigest()
    until, customer_id = known.get(token_hash, (0.0, ""))
    if until < time.monotonic():
        query = (
            select(AccessKey)
            .join(Customer)
            .where(AccessKey.token_hash == token_hash, AccessKey.tm_delete.is_(None), Customer.tm_delete.is_(None))
        )
        key = await session.scalar(query)
        if key is None or (key.tm_expire and key.tm_expire <= datetime.now(UTC)):
            raise refuse(401, "UNAUTHENTICATED", "INVALID_CREDENTIAL", "the access key is wrong, expired or revoked")
        customer_id = key.customer_id
        known[token_hash] = time.monotonic() + 4, customer_id
    return customer_id


CustomerId = Annotated[str, Depends(authenticate)]


@app.get("/v1.0/contacts/lookup", response_model=ContactOut)
async def lookup(session: Reader, customer_id: CustomerId, phone: str = "", email: str = "") -> Any:
    """Find the contact behind a phone number or an email address."""
    part: type[PhoneNumber | Email] = PhoneNumber if phone else Email
    wanted = PhoneNumber.number_e164 == to_e164(phone) if phone else Email.address == email.strip().lower()
    query = (
        select(Contact)
        .join(part)
        .where(part.customer_id == customer_id, wanted, part.tm_delete.is_(None))
        .order_by(part.is_primary.desc(), part.contact_id.desc())
        .limit(1)
        .options(*WHOLE)
    )
    contact = await session.scalar(query)
    if contact is None:
        message = "no contact has this phone number or email address"
        raise refuse(404, "NOT_FOUND", "CONTACT_NOT_FOUND", message)
    return contact


@app.get("/v1.0/contacts", response_model=PageOut)
async def page(session: Reader, customer_id: CustomerId, page_size: int = 100, page_token: str = "") -> Any:
    """List contacts, newest first."""
    query = select(Contact).where(Contact.customer_id == customer_id, Contact.tm_delete.is_(None))
    if page_token:
        query = query.where(Contact.id < lowest_id(datetime.fromisoformat(page_token)))
    query = query.order_by(Contact.id.desc()).limit(page_size + 1).options(*WHOLE)
    found = (await session.scalars(query)).all()
    token = f"{found[page_size - 1].tm_create:%Y-%m-%dT%H:%M:%S.%fZ}" if len(found) > page_size else ""
    return {"result": found[:page_size], "next_page_token": token}


async def find(session: Reader, customer_id: str, contact_id: str, *, lock: bool = False) -> Contact:
    """Return a live contact with all that is in it."""
    query = select(Contact).where(
        Contact.customer_id == customer_id, Contact.id == contact_id, Contact.tm_delete.is_(None)
    )
    contact = await session.scalar((query.with_for_update() if lock else query).options(*WHOLE))
    if contact is None:
        raise refuse(404, "NOT_FOUND", "CONTACT_NOT_FOUND", "there is no such contact")
    return contact


@app.get("/v1.0/contacts/{contact_id}", response_model=ContactOut)
async def get(session: Reader, customer_id: CustomerId, contact_id: str) -> Any:
    """Get a contact."""
    return await find(session, customer_id, contact_id)


@app.post("/v1.0/contacts", response_model=ContactOut, status_code=201)
async def create(session: Writer, customer_id: CustomerId, new: ContactIn) -> Any:
    """Create a contact."""
    now = datetime.now(UTC)
    own = {"customer_id": customer_id, "tm_create": now}
    lists = {"phone_numbers", "emails", "tag_ids"}
    contact = Contact(**new.model_dump(exclude=lists), **own, id=new_id(now), tm_update=None, tm_delete=None)
    contact.version = contact.search_version = 1
    contact.phone_numbers = sorted(
        (
            PhoneNumber(**entry.model_dump(), **own, id=new_id(now), number_e164=to_e164(entry.number))
            for entry in new.phone_numbers
        ),
        key=lambda number: (not number.is_primary, number.id),
    )
    contact.emails = [Email(**entry.model_dump(), **own, id=new_id(now)) for entry in new.emails]
    contact.tags = [
        ContactTag(customer_id=customer_id, tag_id=tag, position=i) for i, tag in enumerate(dict.fromkeys(new.tag_ids))
    ]
    session.add(contact)
    await session.commit()
    return contact


@app.put("/v1.0/contacts/{contact_id}", response_model=ContactOut)
async def update(session: Writer, customer_id: CustomerId, contact_id: str, change: ContactChange) -> Any:
    """Change the fields given."""
    contact = await find(session, customer_id, contact_id, lock=True)
    for name, value in change.model_dump(exclude_unset=True).items():
        setattr(contact, name, value)
    contact.tm_update = datetime.now(UTC)
    contact.version = contact.search_version = contact.version + 1
    await session.commit()
    return contact


@app.post("/v1.0/contacts/{contact_id}/phone-numbers", response_model=ContactOut, status_code=201)
async def add_number(session: Writer, customer_id: CustomerId, contact_id: str, entry: PhoneNumberIn) -> Any:
    """Add a number to a contact."""
    now = datetime.now(UTC)
    contact = await find(session, customer_id, contact_id, lock=True)
    if entry.is_primary:
        for other in contact.phone_numbers:
            other.is_primary = False
        await session.flush()
    number = PhoneNumber(
        customer_id=customer_id, id=new_id(now), tm_create=now, number_e164=to_e164(entry.number), **entry.model_dump()
    )
    contact.phone_numbers.insert(0 if entry.is_primary else len(contact.phone_numbers), number)
    contact.tm_update = now
    contact.version = contact.search_version = contact.version + 1
    await session.commit()
    return contact
