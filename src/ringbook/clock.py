"""The time, and the ids that carry it."""

import secrets
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def utc_now() -> datetime:
    """Return the time in UTC, to the microsecond."""
    return datetime.now(UTC)


def new_id(at: datetime) -> str:
    """Return a new UUID version 7 for something created `at` that time, in lower case.

    The 12 bits behind the millisecond hold the microsecond (RFC 9562, section 6.2, method 3): what is created in a
    later microsecond has a higher id, so that ordering by id is ordering by tm_create.
    """
    return _uuid7(at, secrets.randbits(62))


def new_ids(at: datetime, count: int) -> list[str]:
    """Return `count` new ids for things created `at` the same time, in rising order."""
    random = secrets.token_bytes(8 * count)
    return sorted(_uuid7(at, int.from_bytes(random[i : i + 8]) >> 2) for i in range(0, len(random), 8))


def lowest_id(at: datetime) -> str:
    """Return the id that is lower than or equal to that of anything created `at` that time or later."""
    return _uuid7(max(at, EPOCH), 0)


def _uuid7(at: datetime, random: int) -> str:
    milliseconds, microseconds = divmod((at - EPOCH) // MICROSECOND, 1000)
    fraction = microseconds * 4096 // 1000
    text = f"{milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
