"""The plots that docs/performance.md shows: bars in groups, as SVG."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from bench.databases import KINDS
from bench.report import NAMES
from bench.rounds import median, ratio
from bench.work import HIT, SEARCHES

FOLDER = Path(__file__).parent.parent / "docs/performance"
COLOURS = ("#8a8f98", "#d98e48", "#3572b0")
LEFT, BAR, GAP, WIDTH = 190, 14, 12, 760
"""Pixels: room for the labels, a bar's height, what is between two groups, and the whole."""

Groups = Mapping[str, Mapping[str, float]]
"""By group, then by bar: how long it is."""


def draw(results: Any) -> None:
    """Draw every plot."""
    FOLDER.mkdir(exist_ok=True)
    for kind in KINDS:
        parts = {
            work: {words: ratio(rounds, server, "ceiling") for server, words in NAMES.items()}
            for work, rounds in results[kind]["throughput"].items()
        }
        title = f"{kind}: requests a second, as part of the ceiling's"
        (FOLDER / f"throughput-{kind.lower()}.svg").write_text(bars(title, parts))
    medians = {
        name: {kind: median(results[kind]["sizes"]["rounds"][name]["p50_ms"]) for kind in KINDS}
        for name in results[KINDS[0]]["sizes"]["rounds"]
    }
    (FOLDER / "sizes.svg").write_text(bars("Median of a lookup at half load, in ms, by contacts", medians))


def draw_searches(results: Any) -> None:
    """Draw the plots of what is measured by `python -m bench.books`."""
    for kind in KINDS:
        found = results["books"][kind]["searches"]
        multiples = {
            work: {
                book: ratio(rounds, work, HIT, "p50_ms") for book, rounds in found.items() if "customers" not in book
            }
            for work in SEARCHES
        }
        title = f"{kind}: median of a search, in lookups' time, by contacts"
        (FOLDER / f"searches-{kind.lower()}.svg").write_text(bars(title, multiples))


def bars(title: str, groups: Groups) -> str:
    """Return a chart of horizontal bars, each with its length written behind it."""
    names = list(next(iter(groups.values())))
    scale = (WIDTH - LEFT - 60) / max(length for group in groups.values() for length in group.values())
    lines, y = [_text(LEFT, 20, title, "font-weight='bold'")], 34
    for name, colour, x in zip(names, COLOURS, range(LEFT, WIDTH, 170), strict=False):
        lines += [f"<rect x='{x}' y='{y}' width='10' height='10' fill='{colour}'/>", _text(x + 15, y + 9, name)]
    y += 10 + GAP
    for label, group in groups.items():
        lines.append(_text(LEFT - 8, y + BAR * len(group) / 2 + 4, label, "text-anchor='end'"))
        for colour, length in zip(COLOURS, group.values(), strict=False):
            width = round(length * scale, 1)
            lines.append(f"<rect x='{LEFT}' y='{y}' width='{width}' height='{BAR - 1}' fill='{colour}'/>")
            lines.append(_text(LEFT + width + 5, y + 10, f"{length:.2f}"))
            y += BAR
        y += GAP
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{y}' font-family='sans-serif' font-size='12'>"
    )
    return "\n".join([head, "<rect width='100%' height='100%' fill='white'/>", *lines, "</svg>\n"])


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f"<text x='{x}' y='{y}' {more}>{escape(text)}</text>"
