"""What must be reached on each database, and how it is read from the results."""

from collections.abc import Callable
from typing import Any, NamedTuple

from bench.databases import KINDS
from bench.rounds import ratio
from bench.work import BATCH, CALLER_ID, HIT, PREFIX, TWO_WORDS, WORST


class Target(NamedTuple):
    """A figure that must be at least (>=) or at most (<=) so much, by kind of database."""

    name: str
    sign: str
    limits: dict[str, float]
    form: str
    reached: Callable[[Any], float | None]

    def wanted(self, kind: str) -> str:
        """Return the limit in words."""
        return f"{self.sign} {self.limits[kind]:g}" if kind in self.limits else "-"

    def verdict(self, kind: str, value: float) -> str:
        """Tell whether it was reached."""
        met = value >= self.limits[kind] if self.sign == ">=" else value <= self.limits[kind]
        return "(met)" if met else "(**not met**)"


def _of_ceiling(work: str) -> Callable[[Any], float]:
    return lambda found: ratio(found["throughput"][work], "ringbook", "ceiling")


def _grown(found: Any) -> float:
    return ratio(found["sizes"]["rounds"], "1,000,000", "10,000", "p50_ms")


def _memory(found: Any) -> float | None:
    return max((megabytes for _, megabytes in found.get("memory", [])), default=None)


def _growth(found: Any) -> float | None:
    """Return what the second half of the lookups added."""
    series = [megabytes for _, megabytes in found.get("memory", [])]
    return series[-1] - series[len(series) // 2] if series else None


def _against_peer(found: Any) -> float:
    return ratio(found["throughput"][HIT], "ringbook", "peer")


def _at_half_load(found: Any) -> float:
    return ratio(found["half load"]["rounds"], "ringbook", "ceiling", "p99_ms")


def _beside_writes(found: Any) -> float:
    return ratio(found["beside writes"]["rounds"], "beside writes", "alone", "p99_ms")


def _caller_id(found: Any) -> float:
    return ratio(found["caller id"], CALLER_ID, HIT)


def _batch(found: Any) -> float:
    return ratio(found["batch"][BATCH], "ceiling", "ringbook")


def _search(work: str) -> Callable[[Any], float | None]:
    def reached(found: Any) -> float | None:
        rounds = found["searches"].get("1,000,000")
        return ratio(rounds, work, HIT, "p50_ms") if rounds else None

    return reached


def _both(limit: float) -> dict[str, float]:
    return dict.fromkeys(KINDS, limit)


TARGETS = [
    Target("lookup hit against the ceiling", ">=", _both(0.65), ".2f", _of_ceiling(HIT)),
    Target("get against the ceiling", ">=", _both(0.65), ".2f", _of_ceiling("get")),
    Target("lookup hit against what most would write", ">=", {"SQLite": 4, "PostgreSQL": 2}, ".1f", _against_peer),
    Target("page of 100 against the ceiling", ">=", _both(0.7), ".2f", _of_ceiling("page of 100")),
    Target("durable create against the ceiling", ">=", _both(0.6), ".2f", _of_ceiling("create")),
    Target("lookup median at 1,000,000 contacts against 10,000", "<=", _both(1.3), ".2f", _grown),
    Target("lookup p99 at half load against the ceiling's", "<=", _both(2), ".2f", _at_half_load),
    Target("lookup p99 beside writes against alone, 2 workers", "<=", {"SQLite": 2}, ".2f", _beside_writes),
    Target("caller ids against lookups", ">=", _both(0.9), ".2f", _caller_id),
    Target("time of a batch of 1,000 numbers against the bare statement's", "<=", _both(3), ".2f", _batch),
    Target("private memory of one worker, MB", "<=", _both(120), ".0f", _memory),
    Target("its growth over the second half of the lookups, MB", "<=", _both(1), ".1f", _growth),
]
TARGETS_OF_BOOKS = [
    Target(
        "search by one prefix against a lookup, 1,000,000 contacts, median", "<=", _both(20), ".1f", _search(PREFIX)
    ),
    Target("search by two words against a lookup", "<=", _both(200), ".1f", _search(TWO_WORDS)),
    Target("search by common words that never meet against a lookup", "<=", _both(500), ".1f", _search(WORST)),
]
