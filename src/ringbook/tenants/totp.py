"""The second factor: codes of an app (TOTP, RFC 6238), and recovery codes for when it is lost."""

import io
import re
import secrets
from datetime import datetime
from typing import Annotated, Any

import msgspec
import pyotp
import segno
import sqlalchemy as sa
from msgspec import Meta

from ringbook.database.engine import Query, Transaction
from ringbook.database.parameters import CUSTOMER_ID, NOW, USER_ID, changes_of, values_of
from ringbook.database.schema import recovery_codes, users
from ringbook.errors import FieldProblem, InvalidArgument, Reason, Unauthenticated, WrongState
from ringbook.tenants.caller import Caller
from ringbook.tenants.user_links import hash_secret
from ringbook.tenants.users import DELETE_RECOVERY_CODES, HeldUser, hold_user, ids_of
from ringbook.values.fields import Text

STEP_SECONDS = 30
RECOVERY_CODES = 10
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of recovery codes: nothing in it looks like something else."""

CodeText = Annotated[Text, Meta(max_length=50, description="Six digits of the app, or a recovery code.")]


class BegunTotp(msgspec.Struct):
    """What an app needs, shown this once: the first code switches it on."""

    secret: str
    uri: str
    svg: Annotated[str, Meta(description="The URI as a QR code, an image of its own.")]


class TotpCode(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A code of the app."""

    code: CodeText


class RecoveryCodes(msgspec.Struct):
    """Ten codes, shown this once; each can be used once, in place of one of the app."""

    recovery_codes: list[str]


_USER = (users.c.customer_id == CUSTOMER_ID, users.c.id == USER_ID)
_STEP = sa.bindparam("step", type_=users.c.totp_step.type)
SET_TOTP = Query(
    sa.update(users).values(changes_of(users, "totp_secret", "totp_pending") | {"tm_update": NOW}).where(*_USER)
)
TAKE_STEP = Query(
    sa.update(users).values(totp_step=_STEP).where(*_USER, users.c.totp_step < _STEP).returning(users.c.id)
)
INSERT_RECOVERY_CODE = Query(
    sa.insert(recovery_codes).values(
        values_of(recovery_codes, "code_hash") | {"customer_id": CUSTOMER_ID, "user_id": USER_ID}
    )
)
USE_RECOVERY_CODE = Query(
    sa.delete(recovery_codes)
    .where(
        recovery_codes.c.customer_id == CUSTOMER_ID,
        recovery_codes.c.user_id == USER_ID,
        recovery_codes.c.code_hash == sa.bindparam("code_hash", type_=sa.Text),
    )
    .returning(recovery_codes.c.user_id)
)


async def begin_totp(caller: Caller, transaction: Transaction, now: datetime) -> tuple[str, str]:
    """Make the caller, who is a user, a secret; the one begun before counts no more. Return it, and for whom it is.

    Raises WrongState.
    """
    held = await hold_user(caller, transaction, caller.who)
    if held.totp_secret:
        raise WrongState(Reason.TOTP_IS_ON, "codes are asked for already; switch them off first")
    secret = pyotp.random_base32()
    await _set(caller, transaction, now, caller.who, None, secret)
    return secret, held.email


def begun_totp(secret: str, email: str) -> BegunTotp:
    """Return a secret as an app takes it in."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Ringbook")
    drawn = io.BytesIO()
    segno.make(uri, error="m").save(drawn, kind="svg", xmldecl=False, nl=False, scale=4, light="#fff")
    return BegunTotp(secret, uri, drawn.getvalue().decode())


async def switch_on_totp(caller: Caller, transaction: Transaction, now: datetime, code: str) -> RecoveryCodes:
    """Switch on what was begun, if the code is one of its secret. Raises WrongState, InvalidArgument."""
    held = await hold_user(caller, transaction, caller.who)
    if not held.totp_pending:
        raise WrongState(Reason.TOTP_NOT_BEGUN, "there is no secret to switch on; begin by POST /v1.0/totp")
    if not await _is_taken(caller, transaction, now, held.totp_pending, code):
        raise InvalidArgument.of([FieldProblem("code", "is not the code that the app shows now")])
    await _set(caller, transaction, now, caller.who, held.totp_pending, "")
    codes = ["-".join(_random(4) for _ in range(3)) for _ in range(RECOVERY_CODES)]
    ids = ids_of(caller, caller.who)
    await transaction.run_many(DELETE_RECOVERY_CODES, [ids])
    await transaction.run_many(INSERT_RECOVERY_CODE, [ids | _hash_of(caller, one) for one in codes])
    return RecoveryCodes(codes)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _hash_of(caller: Caller, code: str) -> dict[str, Any]:
    return {"code_hash": hash_secret(f"{caller.who} {re.sub('[^A-Z0-9]', '', code.upper())}")}


async def remove_totp(caller: Caller, transaction: Transaction, now: datetime, user_id: str) -> None:
    """Ask a user for no codes. Raises NotFound."""
    await hold_user(caller, transaction, user_id)
    await _set(caller, transaction, now, user_id, "", "")
    await transaction.run_many(DELETE_RECOVERY_CODES, [ids_of(caller, user_id)])


async def _set(
    caller: Caller, transaction: Transaction, now: datetime, user_id: str, secret: str | None, pending: str
) -> None:
    values = {"new_totp_secret": secret, "new_totp_pending": pending, "now": now}
    await transaction.run_many(SET_TOTP, [ids_of(caller, user_id) | values])


async def check_code(caller: Caller, transaction: Transaction, now: datetime, held: HeldUser, code: str) -> None:
    """Take the code of a user who logs in: none is taken twice. Raises Unauthenticated."""
    if not held.totp_secret:
        return
    if not code.strip():
        raise Unauthenticated(Reason.CODE_REQUIRED, "the code of the app is needed too, or a recovery code")
    used = ids_of(caller, caller.who) | _hash_of(caller, code)
    if not (
        await _is_taken(caller, transaction, now, held.totp_secret, code)
        or await transaction.one(USE_RECOVERY_CODE, **used)
    ):
        raise Unauthenticated(Reason.INVALID_CODE, "this code is wrong, or was used before; wait for the next one")


async def _is_taken(caller: Caller, transaction: Transaction, now: datetime, secret: str, code: str) -> bool:
    """Take a code of now, of 30 seconds before or after: phones' clocks differ. Tell whether it is right and new."""
    digits = "".join(code.split())
    if not re.fullmatch("[0-9]{6}", digits):
        return False
    now_step, app = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    for step in (now_step, now_step - 1, now_step + 1):
        if secrets.compare_digest(app.generate_otp(step), digits):
            return await transaction.one(TAKE_STEP, **ids_of(caller, caller.who), step=step) is not None
    return False
