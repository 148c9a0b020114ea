"""What changes cost: Ringbook of an earlier commit and as it is now, in turns: `python -m bench.before COMMIT`.

Each has a book of its own, made by its own migrations. What is asked of it is the same.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.book import Book
from bench.databases import DISK, KINDS, databases, warm
from bench.measurements import Scale, throughput
from bench.rounds import Rounds, median, ratio
from bench.servers import ROOT, Server, serving
from bench.tables import table
from bench.work import WORK, WRITES

NAMES = ("before", "now")
BOOK = Book(1, 100_000)
FILL = f"""
import sys
from bench.book import Book
from bench.filling import fill
fill(sys.argv[1], Book({BOOK.customers}, {BOOK.contacts}))
"""


def check_out(commit: str, folder: Path) -> None:
    """Put the files of a commit into a folder. Raises CalledProcessError."""
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True)  # noqa: S603, S607
    subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)  # noqa: S607


@contextmanager
def both(commit: str, kind: str, folder: Path) -> Iterator[list[Server]]:
    """Run Ringbook of the commit and as it is now, each over a book of its own."""
    with ExitStack() as stack:
        create = stack.enter_context(databases(kind, folder))
        servers = []
        for name in NAMES:
            (folder / name).mkdir()
            files, url = ROOT, create(f"book_{name}")
            if name == "before":
                files = folder / "files"
                files.mkdir()
                check_out(commit, files)
            settings = os.environ | {"PYTHONPATH": f"{files / 'src'}:{files}"}
            subprocess.run([sys.executable, "-c", FILL, url], cwd=files, env=settings, check=True)  # noqa: S603
            server = stack.enter_context(serving("ringbook", url, folder / name, source=files / "src"))
            servers.append(server._replace(name=name))
        warm(folder)
        yield servers


def compare(commit: str, kind: str, scale: Scale, work: Sequence[str] = WRITES) -> dict[str, Rounds]:
    """Return the rounds of each kind of work, by `before` and `now`."""
    with (
        tempfile.TemporaryDirectory(prefix="ringbook-bench-", dir=DISK) as folder,
        both(commit, kind, Path(folder)) as servers,
    ):
        found: dict[str, Rounds] = throughput(servers, BOOK, scale, work)
        return found


def main() -> None:
    """Print what each kind of work costs now, as a multiple of what it cost before."""
    parser = argparse.ArgumentParser(description="Measure Ringbook beside what it was at an earlier commit.")
    parser.add_argument("commit")
    parser.add_argument("work", nargs="*", default=list(WRITES), help=f"of: {', '.join(WORK)}")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=1)
    given = parser.parse_intermixed_args()
    rows = []
    for kind in KINDS:
        for work, rounds in compare(given.commit, kind, Scale(given.rounds, given.seconds, 0), given.work).items():
            rates = [f"{median(rounds[name]['rate']):,.0f}" for name in NAMES]
            rows.append([f"{kind}, {work}", *rates, f"{ratio(rounds, *NAMES):.2f}"])
    sys.stdout.write(table(["requests/s", *NAMES, "time, as a multiple"], rows) + "\n")


if __name__ == "__main__":
    main()
