"""What imports and exports cost, and what others notice of them: `python -m bench.imports`."""

import argparse
import itertools
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil

from bench import report
from bench.__main__ import RESULTS, keep, machine
from bench.book import BOOKS, MAIN, Book, address, number, person
from bench.databases import DISK, KINDS, databases, warm
from bench.filling import fill
from bench.load import steady
from bench.rounds import progress
from bench.servers import Server, serving
from bench.work import HIT, requests
from ringbook.api.description.examples import NEW_CONTACT

HEADER = "First Name,Last Name,Company,Mobile Phone,Work Phone,E-mail Address\n"
LOOKUPS_A_SECOND = 300
WRITES_A_SECOND = 10
BIG_BOOK, BIG_FILE = "1,000,000", 1_000_000


def rows(positions: range) -> str:
    """Return a file with a row for each position: two numbers and an address, as the contacts of the book have."""
    lines = []
    for at in positions:
        names = person(at)
        texts = (names.first_name, names.last_name, names.company, number(at), f"+4930{at:08}", address(at))
        lines.append(",".join(texts) + "\n")
    return HEADER + "".join(lines)


class Importing:
    """The imports of a book's first customer, by the API."""

    def __init__(self, server: Server, book: Book) -> None:
        self._server = server
        self._book = book
        headers = {"Authorization": f"Bearer {book.token(0)}"}
        self._api = httpx.Client(base_url=f"{server.address}/v1.0", headers=headers, timeout=300)
        self._next = 2 * book.size

    def new_rows(self, count: int) -> str:
        """Return rows that the book does not have."""
        self._next += count
        return rows(range(self._next - count, self._next))

    def begin(self, content: str, **options: str) -> Any:
        """Begin an import, and return it when it is at work."""
        job = self._api.post("/imports", params=options, content=content.encode()).raise_for_status().json()
        while job["state"] == "queued" or (job["state"] == "running" and not job["rows_read"]):
            time.sleep(0.05)
            job = self.get(job)
        return job

    def get(self, job: Any) -> Any:
        """Return an import as it is."""
        return self._api.get(f"/imports/{job['id']}").raise_for_status().json()

    def end(self, job: Any) -> Any:
        """Wait for the end of an import, and return it. Raises RuntimeError where it failed."""
        while job["state"] in ("queued", "running"):
            time.sleep(0.1)
            job = self.get(job)
        if job["state"] != "done" or job["rejected"]:
            raise RuntimeError(f"the import ended otherwise than it should: {job}")
        return job

    def cancel(self, job: Any) -> None:
        """End an import here."""
        self._api.delete(f"/imports/{job['id']}").raise_for_status()

    def create(self) -> float:
        """Create a contact, and return how many milliseconds it took."""
        began = time.perf_counter()
        self._api.post("/contacts", json=NEW_CONTACT).raise_for_status()
        return (time.perf_counter() - began) * 1000

    def export(self) -> float:
        """Return how many contacts a second are exported as CSV."""
        began, lines = time.perf_counter(), 0
        with self._api.stream("GET", "/contacts/export", params={"format": "csv"}) as answer:
            for part in answer.raise_for_status().iter_bytes():
                lines += part.count(b"\r\n")
        return (lines - 1) / (time.perf_counter() - began)

    @contextmanager
    def memory(self) -> Iterator[list[float]]:
        """Yield a list that gets, five times a second, the MB of memory (RSS) of the process that imports."""
        found: list[float] = []
        over = threading.Event()

        def look() -> None:
            while not over.wait(0.2):
                for child in psutil.Process(self._server.process.pid).children(recursive=True):
                    try:
                        if "ringbook.transfer.background" in child.cmdline():
                            found.append(round(child.memory_info().rss / 1e6, 1))
                    except psutil.NoSuchProcess:
                        continue

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield found
        finally:
            over.set()
            thread.join()


def rate_of(job: Any) -> float:
    """Return how many rows a second an import has read, from its beginning to its end."""
    began, ended = (datetime.fromisoformat(job[name]) for name in ("tm_start", "tm_end"))
    return float(job["rows_read"] / (ended - began).total_seconds())


def beside(importing: Importing, work: Callable[[], Any], count: int) -> tuple[Any, Any]:
    """Return what the work found alone, and what it found beside an import of so many rows."""
    alone = work()
    job = importing.begin(importing.new_rows(count))
    found = work()
    if importing.get(job)["state"] != "running":
        raise RuntimeError("the import ended before what was measured beside it: give it more rows")
    importing.cancel(job)
    time.sleep(2)
    return alone, found


def measure(server: Server, book: Book, rounds: int, count: int, seconds: int) -> dict[str, Any]:
    """Return the figures of one book in each round; `count` rows are brought in."""
    importing, turns = Importing(server, book), itertools.count()
    found: dict[str, list[float]] = {}

    def lookups() -> float:
        return steady(server.address, requests(HIT, book, next(turns)), seconds, LOOKUPS_A_SECOND).p99_ms

    def writes() -> list[float]:
        waits, until = [], time.monotonic() + seconds
        while time.monotonic() < until:
            waits.append(importing.create())
            time.sleep(1 / WRITES_A_SECOND)
        return waits

    for _ in range(rounds):
        alone, by_its_side = beside(importing, lookups, 4 * count)
        writes_alone, writes_beside = beside(importing, writes, 4 * count)
        figures = {
            "rows": rate_of(importing.end(importing.begin(importing.new_rows(count)))),
            "lookup p99 alone": alone,
            "lookup p99 beside": by_its_side,
            "write median alone": statistics.median(writes_alone),
            "write median beside": statistics.median(writes_beside),
            "write most alone": max(writes_alone),
            "write most beside": max(writes_beside),
            "exported": importing.export(),
        }
        for name, figure in figures.items():
            found.setdefault(name, []).append(round(figure, 2))
    return found


def big_file(server: Server, book: Book, count: int) -> dict[str, float]:
    """Return the rate and the memory of an import of so many rows, which are all there: in its first tenth and most."""
    importing = Importing(server, book)
    once = rows(range(min(count, book.size))).removeprefix(HEADER)
    content = HEADER + once * -(-count // book.size)
    with importing.memory() as series:
        job = importing.end(importing.begin(content, on_duplicate="skip"))
    tenth = max(1, len(series) // 10)
    return {
        "rows": job["rows_read"],
        "rate": round(rate_of(job)),
        "first": max(series[:tenth]),
        "most": max(series),
    }


def run(kinds: Sequence[str], names: Sequence[str], rounds: int, count: int, big: int) -> dict[str, Any]:
    """Measure the books of these names, and return the results."""
    started = time.monotonic()
    results: dict[str, Any] = {"machine": machine(), "scale": {"rounds": rounds, "rows": count}}
    for kind in kinds:
        results[kind] = {"books": {}}
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ringbook-bench-", dir=DISK)))
            create = stack.enter_context(databases(kind, folder))
            for i, name in enumerate(names):
                url = create(f"book_{i}")
                fill(url, BOOKS[name])
                warm(folder)
                with serving("ringbook", url, folder, workers=2) as server:
                    results[kind]["books"][name] = measure(server, BOOKS[name], rounds, count, 10)
                    progress(kind, name, str(results[kind]["books"][name]))
                    if big and name == MAIN:
                        results[kind]["big file"] = big_file(server, BOOKS[name], big)
                        progress(kind, "a big file", str(results[kind]["big file"]))
    results["seconds"] = round(time.monotonic() - started)
    return results


def main() -> None:
    """Run `python -m bench.imports`."""
    parser = argparse.ArgumentParser(description="Measure imports, exports, and what others notice of them.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=20_000, help="that an import of which the rate is taken has")
    parser.add_argument("--big", type=int, default=BIG_FILE, help="rows of the file over which memory is watched")
    parser.add_argument("--books", nargs="*", choices=list(BOOKS), default=[MAIN, BIG_BOOK])
    given = parser.parse_args()
    keep({"imports": run(KINDS, given.books, given.rounds, given.rows, given.big)})
    results = msgspec.json.decode(RESULTS.read_bytes())
    report.write(results)
    sys.stdout.write(report.render("imports", results) + "\n")


if __name__ == "__main__":
    main()
