"""uvicorn's HTTP with the limits that it lacks: on the size, the time and the number of what a client sends."""

import asyncio
import math
import os
from typing import Any

import msgspec
from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ringbook.api.http.problems import ErrorDetail, Problem
from ringbook.errors import Reason
from ringbook.serving.address_limit import AddressFull, AddressLimit

HEAD_BYTES = 32_768
"""The most that the request line and the headers of one request may take."""

REQUEST_SECONDS = 30
"""How long a whole request may take to arrive, and how long an answer may wait to be read."""

BYTES_A_SECOND = 65_536
"""A body that comes as fast as this may take longer than REQUEST_SECONDS."""

IDLE_SECONDS = 75
"""How long a connection may rest between requests: longer than proxies keep theirs (nginx: 60), so that none is closed
under a request that a client is sending."""

PIPELINED = 16
"""How many requests a client may send before it has the answer to the first."""


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP with the limits that it lacks: a connection that goes beyond one of them is closed."""

    def __init__(self, *arguments: Any, address_limit: AddressLimit | None = None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._address_limit = address_limit
        self._counted_by: Any = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect the first request; refuse it where its address has too many connections."""
        super().connection_made(transport)
        self._head_bytes: int | None = 0
        self._is_arriving = self._is_last = False
        self._arrived_by = self.loop.time() + REQUEST_SECONDS
        self._read_by = math.inf
        self._timer = self.loop.call_at(self._arrived_by, self._check_time)
        if self._address_limit and self.client:
            try:
                self._counted_by = self._address_limit.enter(self.client[0])
            except AddressFull as full:
                head = ["HTTP/1.1 429 Too Many Requests", "retry-after: 1"]
                self._refuse(head, ("RESOURCE_EXHAUSTED", Reason.RATE_LIMITED, str(full)))

    def _check_time(self) -> None:
        """Abort a connection whose time is over: close would wait until all is read."""
        deadline, now = min(self._arrived_by, self._read_by), self.loop.time()
        if deadline <= now:
            self.transport.abort()
        else:
            self._timer = self.loop.call_at(min(deadline, now + REQUEST_SECONDS), self._check_time)

    def data_received(self, data: bytes) -> None:
        """Start the clock of a request; refuse a head without end."""
        if self._arrived_by == math.inf:
            self._arrived_by = self.loop.time() + REQUEST_SECONDS
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and b"\r\n\r\n" not in data[:HEAD_BYTES]:
                self.transport.close()
                return
        else:
            self._arrived_by += len(data) / BYTES_A_SECOND
        self._unset_keepalive_if_required()
        try:
            self._parse(data)
        except HttpParserError:
            self.logger.warning("Invalid HTTP request received.")
            self.send_400_response("")

    def _parse(self, data: bytes) -> None:
        """Parse it, and turn down what offers another protocol: Java's client offers h2c with every first request.

        The parser ends such a request with its head, and says where. So the head is parsed once more, without the
        offer, and what follows after it.
        """
        while True:
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade as end:
                data = (self._head_without_offer() if self._is_offer() else b"") + data[end.args[0] :]
            else:
                return

    def _is_offer(self) -> bool:
        """Tell whether the head offers another protocol; CONNECT does not, though the parser takes it for one."""
        return self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"

    def _head_without_offer(self) -> bytes:
        first = b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        lines = [b"%s: %s" % header for header in self.headers if header[0] != b"upgrade"]
        return b"\r\n".join((first, *lines, b"", b""))

    def on_message_begin(self) -> None:
        """Refuse more requests at once than are worth remembering."""
        if len(self.pipeline) >= PIPELINED:
            raise ConnectionAbortedError
        self._is_arriving = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Count no further: the body has its own limit."""
        if not self._is_offer():
            self._head_bytes = None
            super().on_headers_complete()
            if self._is_last:
                self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """Stop the clock: the request has arrived. Where it was answered before, the clock is the next one's."""
        if self._is_offer():
            return
        self._is_arriving = False
        self._head_bytes = 0
        self._arrived_by = self.loop.time() + REQUEST_SECONDS if self.cycle.response_complete else math.inf
        super().on_message_complete()

    def finish(self) -> None:
        """Let the next answer be the last, and say so; one that has begun without saying it is not."""
        self._is_last = True
        if self.cycle is not None and not self.cycle.response_started:
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """End now, or with the answer to what is on its way."""
        self.finish()
        if not self._is_arriving and (self.cycle is None or self.cycle.response_complete):
            self.transport.close()

    def pause_writing(self) -> None:
        """Wait for a client that does not read its answer, but not for ever."""
        self._read_by = self.loop.time() + REQUEST_SECONDS
        super().pause_writing()

    def resume_writing(self) -> None:
        """Go on: the client reads."""
        self._read_by = math.inf
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._timer.cancel()
        if self._address_limit and self._counted_by:
            self._address_limit.leave(self._counted_by)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  uvicorn's word, not for the caller
        """Answer what is no HTTP."""
        problem = ("INVALID_ARGUMENT", Reason.MALFORMED_REQUEST, "this is not an HTTP request")
        self._refuse(["HTTP/1.1 400 Bad Request"], problem)

    def _refuse(self, head: list[str], problem: tuple[str, str, str]) -> None:
        """Answer whatever comes in the form of every error, and close."""
        request_id = os.urandom(16).hex()
        body = msgspec.json.encode(Problem(ErrorDetail(*problem, request_id, []), problem[2]))
        head += ["content-type: application/json", f"content-length: {len(body)}", f"x-request-id: {request_id}"]
        self.transport.write("\r\n".join((*head, "connection: close", "", "")).encode() + body)
        self.transport.close()
