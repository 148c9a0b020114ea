"""Standard Webhooks 1.0: the secret, and the headers by which a receiver knows that a delivery is genuine."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

PREFIX_OF_SECRETS = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """Return a secret as it is shown to the customer."""
    return PREFIX_OF_SECRETS + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(signing_secrets: Sequence[str], delivery_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a delivery: a signature by each of the secrets."""
    seconds = str(int(now.timestamp()))
    content = f"{delivery_id}.{seconds}.".encode() + body
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(secret, content) for secret in signing_secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX_OF_SECRETS))
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
