"""From the results to the tables of the documents, each between its two marks."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from bench.book import BOOKS, MAIN
from bench.databases import KINDS
from bench.import_tables import big_file, import_setting, imports
from bench.page_tables import page, page_setting
from bench.rounds import Rounds, median, ratio
from bench.servers import ROOT
from bench.tables import contacts_of, measured_on, table
from bench.targets import TARGETS, TARGETS_OF_BOOKS, Target
from bench.work import BATCH, CALLER_ID, CREATES, HIT, SEARCHES

DOCUMENTS = [ROOT / "README.md", ROOT / "docs/performance.md"]
NAMES = {"ceiling": "ceiling", "peer": "what most would write", "ringbook": "Ringbook"}


def targets(results: Any) -> str:
    """Say of each target what was reached on each database."""
    return _targets(TARGETS, results)


def _targets(targets: Sequence[Target], results: Any) -> str:
    rows = []
    for target in targets:
        cells = []
        for kind in KINDS:
            value = target.reached(results[kind]) if kind in target.limits else None
            cells.append("-" if value is None else f"{value:{target.form}} {target.verdict(kind, value)}")
        limits = " / ".join(target.wanted(kind) for kind in KINDS)
        rows.append([target.name, limits, *cells])
    return table(["", "must reach", *KINDS], rows)


def throughput(results: Any) -> str:
    """Compare the answers a second of all servers, by kind of work."""
    return "\n\n".join(f"{kind}:\n\n{_compared(results[kind]['throughput'])}" for kind in KINDS)


def two_workers(results: Any) -> str:
    """Compare them with two workers."""
    return "\n\n".join(f"{kind}:\n\n{_compared(results[kind]['two workers'])}" for kind in KINDS)


def _compared(work: dict[str, Rounds]) -> str:
    rows = []
    for name, rounds in work.items():
        rates = [f"{median(rounds[server]['rate']):,.0f}" for server in NAMES]
        rows.append(
            [name, *rates, f"{ratio(rounds, 'ringbook', 'ceiling'):.2f}", f"{ratio(rounds, 'ringbook', 'peer'):.1f}x"]
        )
    return table(["requests/s", *NAMES.values(), "of the ceiling", "against what most would write"], rows)


def other_work(results: Any) -> str:
    """Show caller ids beside lookups, and batches beside the bare statement."""
    rows = []
    for kind in KINDS:
        alone, batch = results[kind]["caller id"], results[kind]["batch"][BATCH]
        rows.append([f"{kind}, {HIT}", f"{median(alone[HIT]['rate']):,.0f}"])
        rows.append([f"{kind}, {CALLER_ID}", f"{median(alone[CALLER_ID]['rate']):,.0f}"])
        rows.append([f"{kind}, {BATCH}, the bare statement", f"{median(batch['ceiling']['rate']):,.1f}"])
        rows.append([f"{kind}, {BATCH}, Ringbook", f"{median(batch['ringbook']['rate']):,.1f}"])
    return table(["", "requests/s"], rows)


def half_load(results: Any) -> str:
    """Compare the latency of Ringbook and of the ceiling at the same rate."""
    return _latency(results, "half load", {"ceiling": "ceiling", "ringbook": "Ringbook"})


def beside_writes(results: Any) -> str:
    """Compare the latency of lookups alone and beside writes."""
    names = {"alone": "alone", "beside writes": "with one write for every 20 lookups"}
    return _latency(results, "beside writes", names)


def _latency(results: Any, part: str, names: dict[str, str]) -> str:
    rows = []
    for kind in KINDS:
        if part not in results[kind]:
            continue
        found = results[kind][part]
        for name, words in names.items():
            rounds = found["rounds"][name]
            figures = [f"{median(rounds[figure]):.2f} ms" for figure in ("p50_ms", "p99_ms")]
            rows.append([f"{kind}, {words}", f"{median(rounds['rate']):,.0f}", *figures])
    return table(["lookups", "requests/s", "p50", "p99"], rows)


def sizes(results: Any) -> str:
    """Compare the latency of lookups over books of different sizes, and the room that they take."""
    rows = []
    for kind in KINDS:
        for name, rounds in results[kind]["sizes"]["rounds"].items():
            figures = [f"{median(rounds[figure]):.2f} ms" for figure in ("p50_ms", "p99_ms")]
            megabytes = results[kind]["bytes"][name] / 1e6
            rows.append(
                [f"{kind}, {contacts_of(name)}", f"{median(rounds['rate']):,.0f}", *figures, f"{megabytes:,.0f} MB"]
            )
    return table(["lookups", "requests/s", "p50", "p99", "size of the database"], rows)


def memory(results: Any) -> str:
    """Show the private memory of one worker after more and more lookups."""
    rows = []
    for kind in KINDS:
        series = results[kind].get("memory", [])
        for lookups, megabytes in series[:: max(1, len(series) // 5)]:
            rows.append([f"{kind}, {lookups:,}", f"{megabytes:.1f} MB"])
    return table(["after lookups", "private memory"], rows)


def profile(results: Any) -> str:
    """Show where the time of a lookup and of a get goes."""
    columns = {f"{kind}, {work}": dict(parts) for kind in KINDS for work, parts in results[kind]["profile"].items()}
    rows = [
        [f"`{part}`", *(f"{column[part]:.1%}" if part in column else "-" for column in columns.values())]
        for part in {part: None for column in columns.values() for part in column}
    ]
    return table(["time in", *columns], rows)


def book_setting(results: Any) -> str:
    """Say where and how long searches, batches and the feed were measured."""
    return setting(results["books"])


def book_targets(results: Any) -> str:
    """Say of each of their targets what was reached."""
    return _targets(TARGETS_OF_BOOKS, results["books"])


def searches(results: Any) -> str:
    """Show how long each kind of search takes over each book, and how many lookups' time that is."""
    rows = []
    for kind in KINDS:
        for book, rounds in results["books"][kind]["searches"].items():
            lookup, *kinds = (f"{median(rounds[work]['p50_ms']):.2f} ms" for work in (HIT, *SEARCHES))
            times = (f"{ratio(rounds, work, HIT, 'p50_ms'):.1f}" for work in SEARCHES)
            rows.append([f"{kind}, {contacts_of(book)}", lookup, *map("{} ({})".format, kinds, times)])
    return table(["median (as a multiple of the lookup's)", HIT, *SEARCHES], rows)


def index_sizes(results: Any) -> str:
    """Show how much room the index for search takes."""
    found = {kind: results["books"][kind]["index bytes"] for kind in KINDS}
    rows = [
        [contacts_of(book), *(f"{found[kind][book] / BOOKS[book].size:,.0f} bytes" for kind in KINDS)]
        for book in found[KINDS[0]]
    ]
    return table(["the index, a contact", *KINDS], rows)


def writes(results: Any) -> str:
    """Compare writes without log and index, and with them."""
    rows = []
    for kind in KINDS:
        for work, rounds in results["books"][kind]["writes"].items():
            rates = [f"{median(rounds[name]['rate']):,.0f}" for name in ("before", "now")]
            rows.append([f"{kind}, {work}", *rates, f"{ratio(rounds, 'before', 'now'):.2f}"])
    return table(["requests/s", "without log and index", "with both", "time, as a multiple"], rows)


def keeping_in_step(results: Any) -> str:
    """Show contacts created a second, one a request and in batches, and how soon the feed tells of them."""
    rows: dict[str, list[str]] = {}
    for kind in KINDS:
        batches, feed = results["books"][kind]["batches"], results["books"][kind]["feed"]
        figures = {
            "contacts created a second, each by a request": f"{median(batches['create']):,.0f}",
            f"in a {CREATES}": f"{median(batches[CREATES]):,.0f}",
            "from a create to its reader, median": f"{feed['p50_ms']:.0f} ms",
            "the slowest of 100": f"{feed['p99_ms']:.0f} ms",
        }
        for name, figure in figures.items():
            rows.setdefault(name, [name]).append(figure)
    return table(["", *KINDS], rows.values())


def setting(results: Any) -> str:
    """Say where and how long it was measured."""
    scale = results["scale"]
    return (
        f"{measured_on(results['machine'])};"
        f" medians of {scale['rounds']} rounds of {scale['seconds']} s,"
        f" at a steady rate {scale['steady_seconds']} s; {results['seconds'] / 60:.0f} minutes in all."
    )


def costs(results: Any) -> str:
    """Say what to expect of one worker over 100,000 contacts."""
    rows: dict[str, list[str]] = {}
    for kind in KINDS:
        found = results[kind]
        rates, waits = found["throughput"], found["half load"]["rounds"]["ringbook"]
        figures = {
            "lookups a second": f"{median(rates[HIT]['ringbook']['rate']):,.0f}",
            "a lookup at half of that rate, median": f"{median(waits['p50_ms']):.1f} ms",
            "the slowest of 100": f"{median(waits['p99_ms']):.1f} ms",
            "contacts created a second, durably": f"{median(rates['create']['ringbook']['rate']):,.0f}",
            "private memory": f"{found['memory'][-1][1]:.0f} MB" if "memory" in found else "-",
            "disk": f"{found['bytes'][MAIN] / 1e6:,.0f} MB",
        }
        for name, figure in figures.items():
            rows.setdefault(name, [name]).append(figure)
    return table(["", *KINDS], rows.values())


TABLES: dict[str, Callable[[Any], str]] = {
    "costs": costs,
    "setting": setting,
    "targets": targets,
    "throughput": throughput,
    "other work": other_work,
    "two workers": two_workers,
    "half load": half_load,
    "sizes": sizes,
    "beside writes": beside_writes,
    "memory": memory,
    "profile": profile,
    "book setting": book_setting,
    "book targets": book_targets,
    "searches": searches,
    "index sizes": index_sizes,
    "writes": writes,
    "keeping in step": keeping_in_step,
    "import setting": import_setting,
    "imports": imports,
    "big file": big_file,
    "page setting": page_setting,
    "page": page,
}


def render(name: str, results: Any) -> str:
    """Return the table of that name."""
    return TABLES[name](results)


def place(document: str, results: Any) -> str:
    """Return the document with every table made anew. Raises KeyError for a mark that names none."""
    return re.sub(
        "(<!-- table: (.*?) -->\n).*?(<!-- end -->)",
        lambda match: f"{match[1]}{render(match[2], results)}\n{match[3]}",
        document,
        flags=re.DOTALL,
    )


def write(results: Any) -> None:
    """Write the tables into the documents."""
    for document in DOCUMENTS:
        document.write_text(place(document.read_text(), results))
