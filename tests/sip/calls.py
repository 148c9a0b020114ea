"""A call through Kamailio: SIPp rings, Kamailio runs the recipe, and a PBX of a few lines notes what reaches it."""

import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

RECIPE = Path(__file__).parent.parent.parent / "docs/telephony/kamailio.cfg"
SCENARIO = Path(__file__).parent / "invite.xml"
PATH = f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"
KAMAILIO, SIPP = shutil.which("kamailio", path=PATH), shutil.which("sipp", path=PATH)
COPIED = re.compile("(Via|Record-Route|From|To|Call-ID|CSeq):", re.IGNORECASE)
DISPLAY_NAME = re.compile(r'"((?:[^"\\]|\\.)*)" *<|([^"<]*)<')
"""A display name before its address, quoted or not (RFC 3261, 25.1)."""


class Pbx:
    """Answers every call, and notes each INVITE and when it came."""

    def __init__(self):
        self.invites = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "{}:{}".format(*self.socket.getsockname())

    def serve(self):
        while True:
            message, sender = self.socket.recvfrom(65_535)
            if not message:
                return
            request = message.decode()
            if request.startswith("INVITE "):
                self.invites.append((time.monotonic(), request))
            if not request.startswith("ACK "):
                self.socket.sendto(self.answer(request).encode(), sender)

    def answer(self, request):
        copied = [line for line in request.split("\r\n") if COPIED.match(line)]
        tagged = [line if ";tag=" in line or not line.startswith("To:") else f"{line};tag=pbx" for line in copied]
        return "\r\n".join(["SIP/2.0 200 OK", *tagged, f"Contact: <sip:{self.address}>", "Content-Length: 0", "", ""])


@contextmanager
def answering():
    """Run a PBX."""
    pbx = Pbx()
    thread = threading.Thread(target=pbx.serve)
    thread.start()
    try:
        yield pbx
    finally:
        pbx.socket.sendto(b"", pbx.socket.getsockname())
        thread.join()
        pbx.socket.close()


def adapted(recipe, **shown):
    """Return the recipe with what its page tells a user to replace replaced."""
    for name, (example, own) in shown.items():
        assert recipe.count(example) == 1, name
        recipe = recipe.replace(example, own)
    return recipe


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(process, port, log):
    """Send OPTIONS until it is answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("127.0.0.1", port))
        probe.settimeout(0.1)
        via = "Via: SIP/2.0/UDP {}:{};branch=z9hG4bKready".format(*probe.getsockname())
        rest = ["From: <sip:a@b>;tag=1", "To: <sip:a@b>", "Call-ID: 1", "CSeq: 1 OPTIONS", "Content-Length: 0", "", ""]
        while True:
            assert process.poll() is None, log.read_text()
            try:
                probe.send("\r\n".join([f"OPTIONS sip:127.0.0.1:{port} SIP/2.0", via, *rest]).encode())
                assert probe.recv(4096).startswith(b"SIP/2.0 200 "), log.read_text()
            except (TimeoutError, ConnectionRefusedError):
                time.sleep(0.05)
            else:
                return


def end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@contextmanager
def kamailio(ringbook, key, pbx, folder, *options):
    """Run Kamailio with the recipe and yield the port that it listens on."""
    port, configuration, log = free_port(), folder / "kamailio.cfg", folder / "kamailio.log"
    configuration.write_text(
        adapted(
            RECIPE.read_text(),
            ringbook=("http://ringbook.example.com:8080", ringbook),
            key=("rb_your_key", key),
            listen_on=("udp:192.0.2.1:5060", f"udp:127.0.0.1:{port}"),
            pbx=("sip:192.0.2.10:5060", f"sip:{pbx.address}"),
        )
    )
    command = [KAMAILIO, "-DD", "-E", "-f", configuration, "-w", folder, "-Y", folder, *options]
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, preexec_fn=end_with_parent)  # noqa: PLW1509  one call
    try:
        wait_until_ready(process, port, log)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def ring(port, number, *, caller='"ACME Telecom" ', identity="P-Asserted-Identity", party="Remote-Party-ID"):
    """Make a whole call, from INVITE to BYE, and assert that it goes through."""
    user = f"{number}@" if number else ""
    keys = {"caller": caller, "number": user, "identity": identity, "party": party}
    options = [part for name, value in keys.items() for part in ("-key", name, value)]
    done = subprocess.run(
        [SIPP, f"127.0.0.1:{port}", "-sf", SCENARIO, "-m", "1", "-i", "127.0.0.1", "-p", str(free_port()),
         "-nostdin", "-timeout", "15s", "-timeout_error", *options],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def header(message, name):
    """Return the value of a header that is there once, None where it is not there."""
    values = re.findall(rf"^{name}: *(.*?)\r$", message, re.MULTILINE | re.IGNORECASE)
    assert len(values) < 2, values
    return values[0] if values else None


def display_name(message, name):
    """Return the display name in a header, as a phone reads it."""
    quoted, token = DISPLAY_NAME.match(header(message, name)).groups()
    return token.strip() if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
