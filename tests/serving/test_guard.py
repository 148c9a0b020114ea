"""What arrives is what was sent, in whatever pieces it comes."""

import itertools
import socket
import threading
import time

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st

from ringbook.serving.guard import PIPELINED, GuardedProtocol
from ringbook.serving.sockets import bind

OFFER = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQAAP__")]
LIKE_HEADS = [
    b"name,tier\r\nUpgrade: gold\r\n",
    b"\r\n\r\n",
    b"\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n",
    b"0\r\n\r\n",
    b"UPGRADE:",
]


@pytest.fixture(scope="module")
def echo():
    """A server's port, and the requests that arrived there: method, path, headers, body."""
    arrived = []

    async def app(scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        arrived.append((scope["method"], scope["path"], dict(scope["headers"]), body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})

    listener = bind("127.0.0.1", 0)
    config = uvicorn.Config(app, http=GuardedProtocol, lifespan="off", log_config=None, access_log=False)
    program = uvicorn.Server(config)
    thread = threading.Thread(target=program.run, args=([listener],))
    thread.start()
    yield listener.getsockname()[1], arrived
    program.should_exit = True
    thread.join()
    listener.close()


def sent(method, path, headers, body, chunks):
    """Return a request as it is sent: its body in chunks of these sizes, or whole where there are none."""
    lines = [f"{method} {path} HTTP/1.1", "Host: a", *(f"{name}: {value}" for name, value in headers)]
    if chunks:
        lines.append("Transfer-Encoding: chunked")
        body = chunked(body, chunks)
    elif body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode() + body


def chunked(body, sizes):
    """Return the body in chunks of these sizes, again and again."""
    start, all_of_them = 0, b""
    for size in itertools.cycle(sizes):
        piece = body[start : start + size]
        all_of_them += b"%x\r\n%s\r\n" % (len(piece), piece)
        if not piece:
            return all_of_them
        start += size
    return b""


def answered(port, pieces, count):
    """Send the pieces, each in a packet of its own, and see that so many requests are answered by 200."""
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            client.sendall(piece)
            time.sleep(0.0005)
        answers = b""
        while answers.count(b"\r\n\r\n") < count:
            got = client.recv(65536)
            assert got, answers
            answers += got
    assert answers.count(b"HTTP/1.1 200 ") == answers.count(b"HTTP/1.1 ") == count, answers


def in_pieces(data, cuts):
    places = [0, *sorted({cut % len(data) for cut in cuts}), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(places) if a < b]


bodies = st.lists(st.one_of(st.sampled_from(LIKE_HEADS), st.binary(max_size=30)), max_size=4).map(b"".join)
requests = st.tuples(
    st.sampled_from(["POST", "PUT", "GET"]),
    st.sampled_from(["/", "/v1.0/contacts", "/upgrade:"]),
    st.sampled_from([[], OFFER, OFFER[::-1], [("upgrade", "websocket"), ("connection", "upgrade")], OFFER[1:2]]),
    bodies,
    st.lists(st.integers(1, 40), max_size=3),
)


@given(st.lists(requests, min_size=1, max_size=4), st.lists(st.integers(0, 1 << 16), max_size=8))
@settings(max_examples=150, deadline=None)
def test_what_arrives_is_what_was_sent_in_whatever_pieces(echo, asked, cuts):
    port, arrived = echo
    arrived.clear()
    answered(port, in_pieces(b"".join(sent(*request) for request in asked), cuts), len(asked))
    assert [(method, path, body) for method, path, _, body in arrived] == [(r[0], r[1], r[3]) for r in asked]
    for (_, _, got, _), (_, _, headers, _, _) in zip(arrived, asked, strict=True):
        expected = {name.lower().encode(): value.encode() for name, value in headers}
        framing = ("host", "content-length", "transfer-encoding")
        offered = b"upgrade" in expected and b"connection" in expected
        kept = {name: value for name, value in expected.items() if not (offered and name == b"upgrade")}
        assert {name: value for name, value in got.items() if name.decode() not in framing} == kept


@pytest.mark.parametrize("chunks", [[], [7]])
def test_an_offer_of_another_protocol_is_turned_down_byte_by_byte(echo, chunks):
    port, arrived = echo
    arrived.clear()
    body = b"id,tier\r\nUpgrade: gold\r\n"
    request = sent("POST", "/", OFFER, body, chunks)
    answered(port, [bytes([byte]) for byte in request * 2], 2)
    assert [(method, got) for method, _, _, got in arrived] == [("POST", body)] * 2


def test_offers_sent_ahead_are_as_many_as_other_requests(echo):
    port, arrived = echo
    arrived.clear()
    answered(port, [sent("POST", "/", OFFER, b"Upgrade: a", []) * PIPELINED], PIPELINED)
    assert [body for *_, body in arrived] == [b"Upgrade: a"] * PIPELINED


@pytest.mark.parametrize("target", ["/", "*", "a:443"])
def test_a_tunnel_is_none_and_ends(echo, target):
    port, _ = echo
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(
            f"CONNECT {target} HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.count(b"HTTP/1.1 ") == (1 if ":" in target else 2), answer
