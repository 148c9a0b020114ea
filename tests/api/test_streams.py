"""A streamed answer: with its length where it is short, in chunks where it is long, never in chunks to HTTP/1.0."""

import re
import socket
from http.client import HTTPConnection
from pathlib import Path

import pytest

from ringbook.api.http import streams
from ringbook.api.phonebooks import FORMS

WHOLE = [form for form in FORMS if form not in ("cisco", "snom", "gigaset")]


@pytest.fixture
def many(alice):
    """250 contacts with a number: more than a phone book reads at a time."""
    for i in range(250):
        body = {"display_name": f"Jane {i}", "phone_numbers": [{"number": f"+1555010{i:04}"}]}
        assert alice.api.post("/contacts", json=body).status_code == 201
    return alice


def over_http_1_0(server, user, path):
    """Return the head and the body that a client of HTTP/1.0 gets."""
    host, _, port = server.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(f"GET /v1.0{path} HTTP/1.0\r\nAuthorization: Bearer {user.token}\r\n\r\n".encode())
        received = b"".join(iter(lambda: client.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    return head.decode().lower(), body


@pytest.mark.parametrize("short", [streams.SHORT_BYTES, 10_000, 0])
def test_http_1_0_gets_no_chunks_whatever_the_length(server, many, monkeypatch, short):
    monkeypatch.setattr(streams, "SHORT_BYTES", short)
    for form in WHOLE:
        head, body = over_http_1_0(server, many, f"/phonebooks/{form}")
        assert "transfer-encoding" not in head
        assert f"content-length: {len(body)}\r\n" in f"{head}\r\n"
        assert body == many.api.get(f"/phonebooks/{form}").content
        assert body.count(b"+1555010") == 250


def test_a_short_answer_has_its_length_and_a_long_one_comes_in_chunks(server, many, monkeypatch):
    def headers():
        connection = HTTPConnection(server.removeprefix("http://"), timeout=20)
        connection.request("GET", "/v1.0/phonebooks/yealink", headers={"Authorization": f"Bearer {many.token}"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.getheader("Content-Length"), answer.getheader("Transfer-Encoding"), body

    length, coding, body = headers()
    assert (length, coding) == (str(len(body)), None)
    monkeypatch.setattr(streams, "SHORT_BYTES", 10_000)
    assert headers() == (None, "chunked", body)


def test_no_temporary_file_is_left_open(server, many, monkeypatch):
    monkeypatch.setattr(streams, "SHORT_BYTES", 0)
    over_http_1_0(server, many, "/phonebooks/yealink")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        over_http_1_0(server, many, "/phonebooks/yealink")
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1


def test_nothing_is_streamed_but_by_this_one_way():
    source = Path(streams.__file__).parents[2]
    streaming = [path.name for path in source.rglob("*.py") if re.search(r"\.stream\b", path.read_text())]
    assert sorted(streaming) == [
        "bodies.py",
        "imports.py",
        "outbound.py",
        "streams.py",
    ]  # two read req.stream, one sends
