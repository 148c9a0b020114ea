"""Passwords: what may be one, and its slow hash (argon2id), on threads of its own, few at a time."""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from ringbook.errors import FieldProblem, Reason

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 500
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="password")
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's least: 19 MiB, some 25 ms
NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$ZyOYe9oINeYjgBKW+rz8qw$UnoF3TyBgubsjPpIbbNHpZMPbG6l5T8mY2lCo/5/du0"
"""What is verified where there is no password: the time tells nothing of who is known. A test holds its parameters."""


def _plain(password: str) -> bytes:
    """Return the same bytes for what looks the same, whichever keyboard has typed it (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace")


def problems_of(password: str, email: str, name: str) -> list[FieldProblem]:
    """Return why a text may not be the password of this user."""
    same_as = {"address": email, "address before the @": email.partition("@")[0], "name": name}
    why = [
        f"must not be the {what}" for what, text in same_as.items() if text and password.casefold() == text.casefold()
    ]
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        why.insert(0, f"must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return [FieldProblem("password", message, Reason.WEAK_PASSWORD) for message in why]


async def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, _plain(password))


async def is_right(password_hash: str, password: str) -> bool:
    """Tell whether a password is the one whose hash this is; '' is nobody's, and takes as long."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, password_hash, password)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash or NOBODYS_HASH, _plain(password)) and bool(password_hash)
    except (Argon2Error, InvalidHashError):
        return False
