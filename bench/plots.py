"""The plots that docs/performance.md shows, as SVG without scripts."""

from pathlib import Path
from typing import Any

import pygal
from pygal.style import CleanStyle

from bench.databases import KINDS
from bench.report import NAMES
from bench.rounds import median, ratio

FOLDER = Path(__file__).parent.parent / "docs/performance"
STYLE = CleanStyle(font_family="sans-serif")
LOOK = {"js": [], "style": STYLE, "legend_at_bottom": True, "width": 900, "pretty_print": True}


def draw(results: Any) -> None:
    """Draw every plot."""
    FOLDER.mkdir(exist_ok=True)
    for kind in KINDS:
        _save(f"throughput-{kind.lower()}", _throughput(kind, results[kind]["throughput"]))
    _save("sizes", _sizes(results))


def _save(name: str, chart: Any) -> None:
    (FOLDER / f"{name}.svg").write_bytes(chart.render() + b"\n")


def _throughput(kind: str, work: dict[str, Any]) -> Any:
    """Draw each server's part of the ceiling: requests a second of each kind of work."""
    chart = pygal.Bar(
        title=f"{kind}: requests a second, as part of the ceiling's", x_label_rotation=20, height=480, **LOOK
    )
    chart.x_labels = list(work)
    for server, words in NAMES.items():
        chart.add(words, [round(ratio(rounds, server, "ceiling"), 3) for rounds in work.values()])
    return chart


def _sizes(results: Any) -> Any:
    """Draw the median latency of a lookup over books of different sizes."""
    names = list(results[KINDS[0]]["sizes"]["rounds"])
    chart = pygal.Bar(title="Median of a lookup at half load, in ms, by size of the book", height=420, **LOOK)
    chart.x_labels = names
    for kind in KINDS:
        chart.add(kind, [round(median(r["p50_ms"]), 3) for r in results[kind]["sizes"]["rounds"].values()])
    return chart
