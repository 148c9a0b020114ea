"""What `ringbook contacts import` shows while it is at work, and at its end."""

import time

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ringbook.cli.output import print_json
from ringbook.transfer import importer, imports
from ringbook.transfer.imports import Import

SECONDS_A_LINE = 1.0
OUTCOMES = ("created", "updated", "skipped", "rejected")


class Screen:
    """What is shown on standard error: a bar in a terminal, else one line a second."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[rows]}"),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=self._console, disable=not self._console.is_terminal)
        self._task = self._bar.add_task("Importing", total=1, rows="")
        self._began = self._line_at = time.monotonic()
        self._first_row: int | None = None

    def progress(self) -> Progress:
        """Return the bar, to be entered."""
        return self._bar

    def told(self, progress: importer.Progress) -> None:
        """Show how far an import has come."""
        now = time.monotonic()
        rate = ""
        if self._first_row is None:
            self._first_row, self._began = progress.rows_read, now
        else:
            rate = f"{(progress.rows_read - self._first_row) / max(now - self._began, 0.001):,.0f} a second, "
        rows = f"{progress.rows_read:,} rows, {rate}{progress.counts['rejected']:,} rejected"
        self._bar.update(self._task, completed=progress.bytes_read, total=progress.bytes_total, rows=rows)
        if not self._console.is_terminal and now >= self._line_at:
            self._line_at = now + SECONDS_A_LINE
            share = 100 * progress.bytes_read // max(progress.bytes_total, 1)
            click.echo(f"{share} %: {rows}", err=True)

    def show_sum(self, job: Import) -> None:
        """Show what was read as what, and what came of it."""
        console = self._console
        guessed = [f"{column} → {field}" for column, field in job.mapping.items()]
        if job.form and job.encoding:  # else it could not be read at all
            console.print(
                f"Read as {job.form}, {job.encoding}." + (f" {escape('; '.join(guessed))}." if guessed else "")
            )
        if job.unknown_columns:
            console.print(
                f"Not taken over: {escape(', '.join(job.unknown_columns))}. (--keep-unknown puts it into notes.)"
            )
        for sample in job.samples:
            console.print(escape("  " + _line(sample)))
        for row in job.preview:
            what = row.error or f"{row.outcome} · {_line(row.contact)}"
            console.print(escape(f"  row {row.row}: {what}"), soft_wrap=True)
        table = Table("rows", *OUTCOMES, title="Dry run: nothing was written" if job.options.dry_run else None)
        table.add_row(*(f"{getattr(job, name):,}" for name in ("rows_read", *OUTCOMES)))
        console.print(table)
        again = f"ringbook contacts import --customer {job.customer_id} --resume {job.id}"
        if job.state == "failed":
            console.print(f"It failed: {escape(job.error)}", style="red")
        elif job.state != "done":
            console.print(f"Stopped after {job.rows_read:,} rows, which are in. To go on: {again}", soft_wrap=True)
        if job.rejected:
            rejects = f"ringbook contacts rejects --customer {job.customer_id} {job.id}"
            console.print(f"The rejected rows, each with its error: {rejects}", soft_wrap=True)
        print_json({name: getattr(job, name) for name in ("id", "state", "rows_read", *OUTCOMES, "error")})


def _line(sample: imports.SampleContact) -> str:
    names = [text for text in (sample.display_name, sample.first_name, sample.last_name, sample.company) if text]
    numbers = [one["number_e164"] for one in sample.phone_numbers]
    return " · ".join([" ".join(dict.fromkeys(names)), *numbers, *(one["address"] for one in sample.emails)])
