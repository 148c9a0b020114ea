"""A receiver of webhooks on a real port, which answers as a test tells it to."""

import json
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook


class Receiver:
    """What was received, in order, and how to answer: `answer` takes an event and returns a status and a text."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/hook"
        self.received = []
        self.client_port = None
        self.answer = lambda _: (200, "ok")
        self.came = threading.Condition()

    def take(self, headers, body):
        event = json.loads(body)
        with self.came:
            self.received.append((headers, body, event))
            self.came.notify_all()
        return self.answer(event)

    @property
    def events(self):
        return [event for _, _, event in self.received]

    def wait_for(self, true, seconds=60):
        """Wait until true(events) is, and return the events."""
        deadline = time.monotonic() + seconds
        with self.came:
            while not true(self.events):
                assert self.came.wait(deadline - time.monotonic()), self.events
            return self.events

    def verify(self, secret):
        """Raise an error where a delivery is not signed by the secret."""
        for headers, body, _ in self.received:
            Webhook(secret).verify(body, headers)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100  # of the 5 there are, the system drops what is more, and it comes again after a second


@contextmanager
def receiving(certificate=None):
    """Listen at a port, by TLS where there is the file of a certificate and its key."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.client_port = self.client_address[1]
            status, text = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", text)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

        def handle(self):
            with suppress(OSError):  # the client did not wait
                super().handle()

    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver = Receiver(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield receiver
    server.shutdown()
    thread.join()
    server.server_close()
