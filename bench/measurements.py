"""What is measured: each function one table of docs/performance.md, its figures as they came in each round."""

import statistics
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from bench.book import Book
from bench.load import Load, saturate, steady
from bench.rounds import Rounds, in_turn
from bench.servers import Server
from bench.work import BATCH, CALLER_ID, HIT, MISS, PAGE, WORK, requests, with_writes

LOOKUPS = 1_000_000
READS_PER_WRITE = 20
LEAST_SECONDS = {(PAGE, "peer"): 5, (BATCH, "ceiling"): 2, (BATCH, "ringbook"): 2}
"""Of a load whose requests take a good part of a second."""


class Scale(NamedTuple):
    """How long to measure: rounds, and seconds of each load in them."""

    rounds: int
    seconds: int
    steady_seconds: int


def throughput(servers: Sequence[Server], book: Book, scale: Scale, work: Iterable[str] = WORK) -> Any:
    """Return the rounds of each kind of work, with as many requests a second as are answered."""

    def rounds_of(name: str) -> Rounds:
        def measure(server: Server, turn: int) -> Load:
            least = LEAST_SECONDS.get((name, server.name), 1)
            return saturate(server.address, requests(name, book, turn), max(scale.seconds, least))

        return in_turn(servers, scale.rounds, measure, misses=name == MISS)

    return {name: rounds_of(name) for name in work}


def at_half_load(servers: Sequence[Server], book: Book, scale: Scale, saturating: Rounds) -> Any:
    """Return the rounds of lookups at half the rate at which the slowest of the servers is saturated."""
    rate = min(statistics.median(saturating[server.name]["rate"]) for server in servers) / 2
    return {"rate": round(rate), "rounds": _steady_lookups(servers, book, scale, rate)}


def _steady_lookups(servers: Sequence[Server], book: Book, scale: Scale, rate: float) -> Rounds:
    return in_turn(
        servers,
        scale.rounds,
        lambda server, turn: steady(server.address, requests(HIT, book, turn), scale.steady_seconds, rate),
    )


def caller_id(server: Server, book: Book, scale: Scale) -> Rounds:
    """Return the rounds of Ringbook's caller ids, and of its lookups for the same numbers."""

    def measure(work: Server, turn: int) -> Load:
        return saturate(work.address, requests(work.name, book, turn // 2), scale.seconds)

    return in_turn([server._replace(name=work) for work in (HIT, CALLER_ID)], scale.rounds, measure)


def beside_writes(server: Server, book: Book, scale: Scale) -> Any:
    """Return the rounds of lookups alone and with one write for every 20, at half the rate that saturates the two."""
    both = saturate(server.address, with_writes(book, READS_PER_WRITE), 5 * scale.seconds).rate
    rate = both / 2 * READS_PER_WRITE / (READS_PER_WRITE + 1)
    alone, beside = server._replace(name="alone"), server._replace(name="beside writes")

    def measure(which: Server, turn: int) -> Load:
        seconds = scale.steady_seconds
        with ThreadPoolExecutor(1) as pool:
            writes = None
            if which is beside:
                writes = pool.submit(steady, server.address, requests("create", book), seconds, rate / READS_PER_WRITE)
            load = steady(server.address, requests(HIT, book, turn), seconds, rate)
            if writes:
                writes.result()  # raises what they raised
        return load

    return {"rate": round(rate), "rounds": in_turn([alone, beside], scale.rounds, measure)}


def sizes(servers: dict[str, tuple[Server, Book]], scale: Scale, rate: float) -> Rounds:
    """Return the rounds of lookups at a steady rate over Ringbook's servers of different books."""
    named = [server._replace(name=name) for name, (server, _) in servers.items()]

    def measure(server: Server, turn: int) -> Load:
        return steady(server.address, requests(HIT, servers[server.name][1], turn), scale.steady_seconds, rate)

    return in_turn(named, scale.rounds, measure)


def memory(server: Server, book: Book, lookups: int = LOOKUPS) -> list[tuple[int, float]]:
    """Return the private memory of the server's process in MB (RssAnon) after more and more lookups."""
    found, answered, turn = [(0, _private_mb(server))], 0, 0
    while answered < lookups:
        answered += saturate(server.address, requests(HIT, book, turn), 10).answered
        turn += 1
        found.append((answered, _private_mb(server)))
    return found


def _private_mb(server: Server) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    [kilobytes] = (line.split()[1] for line in status.splitlines() if line.startswith("RssAnon:"))
    return round(int(kilobytes) / 1000, 1)
