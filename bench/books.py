"""What finding contacts, and keeping in step with a book, cost: `python -m bench.books`, beside `python -m bench`."""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec

from bench import report
from bench.__main__ import RESULTS, keep, machine
from bench.before import compare
from bench.book import BOOKS, MAIN, Book
from bench.databases import DISK, KINDS, bytes_of_table, databases, warm
from bench.filling import fill
from bench.load import Load, one_by_one, saturate, steady
from bench.measurements import Scale
from bench.plots import draw_searches
from bench.rounds import Rounds, check, in_turn, median, progress
from bench.servers import SERVER_CORES, Server, serving
from bench.work import CREATES, HIT, IN_BATCH, SEARCHES, requests

WITHOUT = "0b9fedd"
"""The last commit without a log of changes and an index for search."""

INDEX = "search_index"


def searches(server: Server, book: Book, scale: Scale) -> Rounds:
    """Return the rounds of a lookup and of each kind of search, one after the other on one connection."""

    def measure(work: Server, turn: int) -> Load:
        return one_by_one(work.address, requests(work.name, book, turn), scale.seconds)

    return in_turn([server._replace(name=work) for work in (HIT, *SEARCHES)], scale.rounds, measure)


def batches(server: Server, book: Book, scale: Scale) -> dict[str, list[float]]:
    """Return the contacts created a second in each round: by requests of one on all connections, and by a batch."""
    found: dict[str, list[float]] = {"create": [], CREATES: []}
    batch = next(requests(CREATES, book))
    headers = {"Authorization": f"Bearer {batch.token}", "Content-Type": "application/json"}
    for turn in range(scale.rounds):
        single = saturate(server.address, requests("create", book, turn), scale.seconds)
        check(server, single)
        found["create"].append(round(single.rate, 1))
        began = time.perf_counter()
        httpx.post(server.address + batch.path, content=batch.body, headers=headers, timeout=60).raise_for_status()
        found[CREATES].append(round(IN_BATCH / (time.perf_counter() - began), 1))
    return found


def feed(server: Server, book: Book, seconds: int, rate: float) -> dict[str, float]:
    """Read the feed while contacts are created, and return how long after a create's beginning a reader has it, in ms.

    `rate` is how many are created a second. Raises RuntimeError where the reader misses one.
    """
    with (
        httpx.Client(
            base_url=f"{server.address}/v1.0", headers={"Authorization": f"Bearer {book.token(0)}"}, timeout=60
        ) as api,
        ThreadPoolExecutor(1) as pool,
    ):

        def changes(**query: Any) -> Any:
            return api.get("/contacts/changes", params=query).raise_for_status().json()

        token, waited, seen = changes()["next"], [], set()
        writing = pool.submit(steady, server.address, requests("create", book), seconds, rate)
        while True:
            over = writing.done()
            page = changes(since=token, wait=1)
            token, now = page["next"], datetime.now(UTC)
            for entry in page["result"]:
                contact = entry["contact"]
                seen.add(contact["id"])
                waited.append((now - datetime.fromisoformat(contact["tm_create"])).total_seconds() * 1000)
            if over and not page["result"]:
                break
        load = writing.result()
        if load.refused or len(seen) < load.answered:
            raise RuntimeError(f"{len(seen)} of {load.answered} contacts were read, {load.refused} were refused")
    return {
        "rate": round(load.rate, 1),
        "p50_ms": round(statistics.median(waited), 2),
        "p99_ms": round(statistics.quantiles(waited, n=100)[-1], 2),
    }


def measure(kind: str, urls: dict[str, str], folder: Path, scale: Scale) -> dict[str, Any]:
    """Return every figure of one kind of database."""
    found: dict[str, Any] = {"searches": {}}
    for name, url in urls.items():
        warm(folder)
        with serving("ringbook", url, folder) as server:
            found["searches"][name] = searches(server, BOOKS[name], scale)
        progress(kind, "searches of", name)
    found["index bytes"] = {name: bytes_of_table(url, INDEX) for name, url in urls.items()}
    with serving("ringbook", urls[MAIN], folder) as server:
        found["batches"] = batches(server, BOOKS[MAIN], scale)
        progress(kind, "batches")
        found["feed"] = feed(server, BOOKS[MAIN], scale.steady_seconds, median(found["batches"]["create"]) / 2)
        progress(kind, "feed")
    found["writes"] = compare(WITHOUT, kind, scale)
    progress(kind, "writes without log and index, and with them")
    return found


def run(kinds: Sequence[str], scale: Scale, names: Sequence[str]) -> dict[str, Any]:
    """Measure everything over the books of these names, and return the results."""
    started = time.monotonic()
    results: dict[str, Any] = {"machine": machine(), "scale": scale._asdict()}
    for kind in kinds:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ringbook-bench-", dir=DISK)))
            create = stack.enter_context(databases(kind, folder))
            urls = {name: create(f"book_{i}") for i, name in enumerate(names)}
            with ProcessPoolExecutor(len(SERVER_CORES) + 1) as pool:
                list(pool.map(fill, urls.values(), [BOOKS[name] for name in names]))
            progress(kind, f"the books are filled after {time.monotonic() - started:.0f} s")
            results[kind] = measure(kind, urls, folder, scale)
    results["seconds"] = round(time.monotonic() - started)
    return results


def main() -> None:
    """Run `python -m bench.books`."""
    parser = argparse.ArgumentParser(description="Measure searches, batches, the feed, and what writes cost.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--books", nargs="*", choices=list(BOOKS), help="measure only these, and write no document")
    given = parser.parse_args()
    found = {"books": run(KINDS, Scale(given.rounds, 1, 10), given.books or list(BOOKS))}
    results = msgspec.json.decode(RESULTS.read_bytes()) | found
    if not given.books:
        keep(found)
        report.write(results)
        draw_searches(results)
    sys.stdout.write("\n\n".join(report.render(name, results) for name in ("book targets", "searches")) + "\n")


if __name__ == "__main__":
    main()
