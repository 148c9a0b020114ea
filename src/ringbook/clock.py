"""The time, and the ids that carry it."""

import re
import secrets
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:)(\d\d)(?:\.(\d{1,30}))?(?:[Zz]|([+ -])(\d\d:\d\d))", re.ASCII)


def utc_now() -> datetime:
    """Return the time in UTC, to the microsecond."""
    return datetime.now(UTC)


def rfc_3339(at: datetime) -> str:
    """Return a time as it stands in JSON, and in SQLite: 2026-02-07T14:45:59.038962Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_time(text: str) -> datetime:
    """Return the RFC 3339 time, up to the next microsecond; a + of its offset may have arrived as a blank.

    Raises ValueError.
    """
    match = RFC_3339.fullmatch(text)
    if not match:
        raise ValueError("must be a time such as 2026-02-07T14:45:59.038962Z")
    date, minute, second, fraction, sign, offset = match.groups()
    microseconds = -(-int((fraction or "0").ljust(30, "0")) // 10**24)
    leap = second == "60"
    try:
        time = datetime.fromisoformat(f"{date}T{minute}{59 if leap else second}+00:00")
        time += timedelta(seconds=leap, microseconds=microseconds)
        return time - _offset(sign, offset)
    except OverflowError:  # the offset leads out of the years 1 to 9999
        return LATEST if date > "5" else EARLIEST
    except ValueError as error:
        raise ValueError(f"'{text}' is not a time") from error


def _offset(sign: str | None, offset: str | None) -> timedelta:
    if offset is None:
        return timedelta()
    hours, minutes = map(int, offset.split(":"))
    if hours > 23 or minutes > 59:
        raise ValueError("no such offset")
    return timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)


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
