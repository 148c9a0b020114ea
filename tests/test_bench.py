"""What is measured is the same service, and the document shows what was measured."""

import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import msgspec
import pytest

from bench import report, same
from bench.__main__ import RESULTS
from bench.book import Book
from bench.databases import KINDS, databases
from bench.filling import fill
from bench.load import CONNECTIONS
from bench.servers import serving
from bench.work import requests


@pytest.mark.parametrize("kind", KINDS)
def test_all_servers_answer_the_same(kind):
    with tempfile.TemporaryDirectory() as folder, databases(kind, Path(folder)) as create:
        same.check(create, Path(folder))


@pytest.mark.parametrize("kind", KINDS)
def test_the_peer_answers_writes_on_every_connection_whose_key_it_must_read_first(kind):
    with tempfile.TemporaryDirectory() as folder, databases(kind, Path(folder)) as create:
        url = create("book")
        fill(url, Book(1, 10))
        [one, *_] = requests("create", Book(1, 10))
        headers = {"Authorization": f"Bearer {one.token}", "Content-Type": "application/json"}
        with serving("peer", url, Path(folder)) as server, ThreadPoolExecutor(CONNECTIONS) as pool:
            post = [
                pool.submit(httpx.post, server.address + one.path, content=one.body, headers=headers, timeout=60)
                for _ in range(CONNECTIONS)
            ]
            assert [sent.result().status_code for sent in post] == [201] * CONNECTIONS


@pytest.mark.parametrize("document", report.DOCUMENTS, ids=lambda path: path.name)
def test_the_documents_show_the_results(document):
    text = document.read_text()
    assert report.place(text, msgspec.json.decode(RESULTS.read_bytes())) == text


def test_the_documents_have_every_table():
    text = "".join(document.read_text() for document in report.DOCUMENTS)
    assert re.findall("<!-- table: (.*) -->", text) == list(report.TABLES)
