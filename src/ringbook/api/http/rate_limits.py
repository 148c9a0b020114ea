"""How often a key may ask, an address be wrong, and somebody log in: counted by this worker, or by Redis for all."""

import asyncio
import ipaddress
import math
import time
from collections import OrderedDict
from typing import Any

import structlog
from limits import parse_many
from limits.aio.storage import Storage
from limits.storage import storage_from_string

from ringbook.config import Rates, Settings
from ringbook.errors import ResourceExhausted

MOST_COUNTED = 50_000
"""How many keys or addresses one worker counts at the same time; then the longest counted is forgotten."""

REDIS_PATIENCE_SECONDS = 0.1
"""How long a request waits for Redis."""

PAUSE_SECONDS = 2.0
"""How long Redis is not asked again once it did not answer."""

REDIS_CONNECTIONS = 16
"""The most connections of one worker to Redis."""


RATE_OF_CODES = tuple(parse_many("30/hour"))
"""How often a user may send a code, from whatever address: one of 333,333 guesses is right."""


class Counts:
    """The counts of this worker, the oldest first.

    The memory storage of `limits` looks through all its counts on every request: see docs/decisions/0009.
    """

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def add(self, key: str, expiry: int, amount: int) -> int:
        """Return the count with so many more, which begins anew `expiry` seconds after it began."""
        now = time.time()
        count, end = self._counts.get(key, (0, 0.0))
        if end <= now:
            self._counts.pop(key, None)
            self._make_room(now)
            count, end = 0, now + expiry
        self._counts[key] = count + amount, end
        return count + amount

    def end(self, key: str) -> float:
        """Return the Unix time at which the count begins anew."""
        return self._counts.get(key, (0, time.time()))[1]

    def _make_room(self, now: float) -> None:
        while self._counts:
            _, end = next(iter(self._counts.values()))
            if end > now and len(self._counts) < MOST_COUNTED:
                return
            self._counts.popitem(last=False)


class SharedCounts:
    """The counts of all workers, in Redis; while Redis does not answer, those of this worker."""

    def __init__(self, redis: Storage) -> None:
        self._redis = redis
        self._own = Counts()
        self._away_until = 0.0

    async def add(self, key: str, expiry: int, amount: int) -> int:
        """Return the count with so many more, which begins anew `expiry` seconds after it began."""
        shared: int | None = await self._ask(self._redis.incr, key, expiry, amount)
        return self._own.add(key, expiry, amount) if shared is None else shared

    async def end(self, key: str) -> float:
        """Return the Unix time at which the count begins anew."""
        shared: float | None = await self._ask(self._redis.get_expiry, key)
        return self._own.end(key) if shared is None else shared

    async def _ask(self, call: Any, *arguments: Any) -> Any:
        """Return Redis' answer, or None: within REDIS_PATIENCE_SECONDS, and at once in the pause after a failure."""
        if self._away_until:
            if time.monotonic() < self._away_until:
                return None
            self._away_until = time.monotonic() + PAUSE_SECONDS  # one request tries, no other waits for it
        try:
            async with asyncio.timeout(REDIS_PATIENCE_SECONDS):
                answer = await call(*arguments)
        except Exception as error:  # noqa: BLE001  whatever it is, no request may fail of it
            if not self._away_until:
                structlog.get_logger().warning("Redis is away: each worker counts by itself", error=repr(error))
            self._away_until = time.monotonic() + PAUSE_SECONDS
            return None
        if self._away_until:
            structlog.get_logger().warning("Redis is back: it counts for all workers")
            self._away_until = 0.0
        return answer


class RateLimit:
    """So many of one key's requests, or of one address' failures, in a time that begins with the first of them."""

    def __init__(self, name: str, words: str, rates: Rates, redis: Storage | None) -> None:
        self._words = words
        self._rates = [(rate, rate.key_for(name), rate.amount, rate.get_expiry()) for rate in rates]
        self._own = Counts()
        self._shared = SharedCounts(redis) if redis else None

    async def count(self, identifier: str, amount: int = 1) -> None:
        """Count so many more. Raises ResourceExhausted."""
        for rate, prefix, most, expiry in self._rates:
            key = f"{prefix}/{identifier}"
            count = await self._shared.add(key, expiry, amount) if self._shared else self._own.add(key, expiry, amount)
            if count > most:
                end = await self._shared.end(key) if self._shared else self._own.end(key)
                seconds = min(max(1, math.ceil(end - time.time())), expiry)
                raise ResourceExhausted(f"too many {self._words}: at most {rate}; try again in {seconds} s", seconds)


class RateLimits:
    """The limits, and the connections to Redis where it is set."""

    def __init__(self, settings: Settings) -> None:
        self._pool: Any = None
        redis: Storage | None = None
        if settings.redis_url:
            self._pool, redis = _connect(settings.redis_url)
        self.of_key = RateLimit("key", "requests with this access key", settings.rate_limit_per_key, redis)
        self.of_address = RateLimit(
            "address", "wrong access keys from this address", settings.rate_limit_per_address, redis
        )
        self.of_login = RateLimit("login", "logins from this address", settings.rate_limit_per_address, redis)
        self.of_account = RateLimit("account", "logins to this account", settings.rate_limit_per_account, redis)
        self.of_code = RateLimit("code", "codes for this account", RATE_OF_CODES, redis)

    async def close(self) -> None:
        """Close the connections."""
        if self._pool:
            await self._pool.aclose()


def _connect(url: str) -> tuple[Any, Storage]:
    """Return a pool of connections to Redis, none of them open yet, and the storage of `limits` upon it."""
    from redis.asyncio import BlockingConnectionPool  # noqa: PLC0415  4 MB that only this setting needs

    pool = BlockingConnectionPool.from_url(url, max_connections=REDIS_CONNECTIONS)
    options: dict[str, Any] = {"implementation": "redispy", "connection_pool": pool, "key_prefix": "ringbook"}
    storage: Any = storage_from_string(f"async+{url}", **options)
    return pool, storage


def counted_as(address: str | None) -> str:
    """Return what failures are counted by: an IPv4 address, or the /64 network that an IPv6 user has (RFC 6177)."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((int(ip), 64), strict=False))
