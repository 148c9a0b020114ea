"""The check that all servers give the same answers, but for what each makes anew: ids and times of a write.

The peer, what most would write, may lack keys of a contact: a new field need not be written there too.
"""

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from bench.book import Book
from bench.filling import fill
from bench.servers import APPS, Server, serving
from bench.work import WORK, WRITES, requests

ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MUST_BE_THERE = {"id", "display_name", "phone_numbers", "emails", "tag_ids"}
"""What makes an answer a contact."""

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
            ceiling, peer, ringbook = (answers[app] for app in APPS)
            if json.dumps(ringbook) != json.dumps(ceiling) or json.dumps(common(ringbook, peer)) != json.dumps(peer):
                raise AssertionError(f"{name}: {answers}")


def common(whole: Any, part: Any) -> Any:
    """Return of `whole` what `part` has too: of objects the keys that it has, which are a contact's at least."""
    if isinstance(whole, dict) and isinstance(part, dict):
        wanted = set(part) | (MUST_BE_THERE & set(whole) if "phone_numbers" in whole else set())
        return {key: common(whole[key], part.get(key)) for key in whole if key in wanted}
    if isinstance(whole, list) and isinstance(part, list) and len(whole) == len(part):
        return [common(one, other) for one, other in zip(whole, part, strict=True)]
    return whole


def _answer(server: Server, name: str, book: Book) -> list[Any]:
    one = next(requests(name, book))
    headers = {"Authorization": f"Bearer {one.token}", "Content-Type": "application/json", "X-Request-Id": "0" * 32}
    answer = httpx.request(one.method, server.address + one.path, content=one.body, headers=headers, timeout=30)
    text = json.dumps(answer.json())  # PostgreSQL puts blanks between what it writes
    if name in WRITES:
        text = NOW.sub("now", ID.sub("id", text))
    return [answer.status_code, json.loads(text)]
