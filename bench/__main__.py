"""The command: prepare the books, start the servers, load them, write results.json and all that is made of it."""

import argparse
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from bench import measurements, report, same
from bench.book import BOOKS, MAIN, ONLY_IN_FULL
from bench.databases import DISK, KINDS, bytes_of, databases, warm
from bench.filling import fill
from bench.measurements import Scale
from bench.plots import draw
from bench.profile import profile
from bench.rounds import progress
from bench.servers import APPS, serving
from bench.work import BATCH, HIT
from ringbook import __version__

PARTS = 20
"""How many parts of the profile are kept."""

RESULTS = Path(__file__).with_name("results.json")
Urls = dict[str, str]


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    model = [line.split(": ")[1] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processor": model[0] if model else platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "ringbook": __version__,
    }


def measure(kind: str, urls: Urls, folder: Path, scale: Scale, *, full: bool) -> dict[str, Any]:
    """Return every figure of one kind of database."""
    found: dict[str, Any] = {"bytes": {name: bytes_of(url) for name, url in urls.items()}}
    book, url = BOOKS[MAIN], urls[MAIN]
    warm(folder)
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(name, url, folder)) for name in APPS]
        found["throughput"] = measurements.throughput(servers, book, scale)
        progress(kind, "throughput")
        saturating = found["throughput"][HIT]
        measured = [server for server in servers if server.name != "peer"]
        found["half load"] = measurements.at_half_load(measured, book, scale, saturating)
        progress(kind, "half load")
        found["batch"] = measurements.throughput(measured, book, scale, [BATCH])
        found["caller id"] = measurements.caller_id(measured[-1], book, scale)
        progress(kind, "batch and caller id")
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(name, url, folder, workers=2)) for name in APPS]
        found["two workers"] = measurements.throughput(servers, book, scale, [HIT])
        progress(kind, "two workers")
    warm(folder)
    with ExitStack() as stack:
        over = {name: (stack.enter_context(serving("ringbook", urls[name], folder)), BOOKS[name]) for name in urls}
        rate = statistics.median(saturating["ringbook"]["rate"]) / 2
        found["sizes"] = {"rate": round(rate), "rounds": measurements.sizes(over, scale, rate)}
        progress(kind, "sizes")
    with serving("ringbook", url, folder) as server:
        found["profile"] = {work: profile(server, work, book)[:PARTS] for work in (HIT, "get")}
        progress(kind, "profile")
    if kind == "SQLite" or full:
        with serving("ringbook", url, folder, workers=2) as server:
            found["beside writes"] = measurements.beside_writes(server, book, scale)
            progress(kind, "beside writes")
        with serving("ringbook", url, folder) as server:
            found["memory"] = measurements.memory(server, book)
            progress(kind, "memory")
    return found


def run(kinds: Sequence[str], scale: Scale, *, full: bool) -> dict[str, Any]:
    """Measure everything and return the results."""
    started = time.monotonic()
    results: dict[str, Any] = {"machine": machine(), "scale": scale._asdict()}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ringbook-bench-", dir=DISK)))
        create = {kind: stack.enter_context(databases(kind, folder)) for kind in kinds}
        for kind in kinds:
            same.check(create[kind], folder)
            progress(kind, "all servers answer the same")
        books = {name: book for name, book in BOOKS.items() if full or name != ONLY_IN_FULL}
        urls = {kind: {name: create[kind](f"book_{i}") for i, name in enumerate(books)} for kind in kinds}
        with ProcessPoolExecutor(len(kinds)) as pool:
            jobs = [pool.submit(fill, urls[kind][name], book) for name, book in books.items() for kind in kinds]
            for job in jobs:
                job.result()
        progress(f"the books are filled after {time.monotonic() - started:.0f} s")
        for kind in kinds:
            results[kind] = measure(kind, urls[kind], folder, scale, full=full)
    results["seconds"] = round(time.monotonic() - started)
    return results


def keep(found: dict[str, Any]) -> None:
    """Put what was found in the place of what results.json has of it."""
    results = msgspec.json.decode(RESULTS.read_bytes()) | found
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(results)) + b"\n")


def main() -> None:
    """Run `python -m bench`."""
    parser = argparse.ArgumentParser(description="Measure Ringbook beside its ceiling and what most would write.")
    parser.add_argument("--full", action="store_true", help="longer, with every measurement on both databases")
    parser.add_argument("--report", action="store_true", help="only write the documents anew from bench/results.json")
    given = parser.parse_args()
    if not given.report:
        if shutil.which("wrk") is None:
            parser.error("wrk is needed, the load generator: apt-get install wrk")
        scale = Scale(7, 5, 10) if given.full else Scale(5, 1, 2)
        keep(run(KINDS, scale, full=given.full))
    results = msgspec.json.decode(RESULTS.read_bytes())
    report.write(results)
    draw(results)
    sys.stdout.write(report.render("targets", results) + "\n")


if __name__ == "__main__":
    main()
