"""The check that all servers give the same answers, but for what each makes anew: ids and times of a write."""

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx

from bench.book import Book
from bench.filling import fill
from bench.servers import APPS, Server, serving
from bench.work import WORK, WRITES, requests

ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOW = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def check(create: Callable[[str], str], folder: Path) -> None:
    """Do each kind of work once on each server, each over its own small book.

    `create` makes an empty database and returns its URL. Raises AssertionError where the answers differ.
    """
    book = Book(1, 200)
    with ExitStack() as stack:
        servers = []
        for name in APPS:
            url = create(f"check_{name}")
            fill(url, book)
            servers.append(stack.enter_context(serving(name, url, folder)))
        for name in WORK:
            answers = {server.name: _answer(server, name, book) for server in servers}
            if len(set(answers.values())) != 1:
                raise AssertionError(f"{name}: {answers}")


def _answer(server: Server, name: str, book: Book) -> tuple[int, str]:
    one = next(requests(name, book))
    headers = {"Authorization": f"Bearer {one.token}", "Content-Type": "application/json", "X-Request-Id": "0" * 32}
    answer = httpx.request(one.method, server.address + one.path, content=one.body, headers=headers, timeout=30)
    text = json.dumps(answer.json())  # PostgreSQL puts blanks between what it writes
    if name in WRITES:
        text = NOW.sub("now", ID.sub("id", text))
    return answer.status_code, text
