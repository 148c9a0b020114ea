"""What is measured is the same service, and the document shows what was measured."""

import re
import tempfile
from pathlib import Path

import msgspec
import pytest

from bench import report, same
from bench.__main__ import RESULTS
from bench.databases import KINDS, databases

DOCUMENT = report.DOCUMENT.read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_all_servers_answer_the_same(kind):
    with tempfile.TemporaryDirectory() as folder, databases(kind, Path(folder)) as create:
        same.check(create, Path(folder))


def test_the_document_shows_the_results():
    assert report.place(DOCUMENT, msgspec.json.decode(RESULTS.read_bytes())) == DOCUMENT


def test_the_document_has_every_table():
    assert re.findall("<!-- table: (.*) -->", DOCUMENT) == list(report.TABLES)
