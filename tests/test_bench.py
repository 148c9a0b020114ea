"""What is measured is the same service, and the document shows what was measured."""

import re
import tempfile
from pathlib import Path

import msgspec
import pytest

from bench import report, same
from bench.__main__ import RESULTS
from bench.databases import KINDS, databases


@pytest.mark.parametrize("kind", KINDS)
def test_all_servers_answer_the_same(kind):
    with tempfile.TemporaryDirectory() as folder, databases(kind, Path(folder)) as create:
        same.check(create, Path(folder))


@pytest.mark.parametrize("document", report.DOCUMENTS, ids=lambda path: path.name)
def test_the_documents_show_the_results(document):
    text = document.read_text()
    assert report.place(text, msgspec.json.decode(RESULTS.read_bytes())) == text


def test_the_documents_have_every_table():
    text = "".join(document.read_text() for document in report.DOCUMENTS)
    assert re.findall("<!-- table: (.*) -->", text) == list(report.TABLES)
