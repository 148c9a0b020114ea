"""Calls through a real Kamailio that runs docs/telephony/kamailio.cfg, and asks a real Ringbook who is calling."""

import contextlib
import socket
import time

import httpx
import pytest

from tests.keys import access_key
from tests.process import started
from tests.sip.calls import KAMAILIO, SIPP, answering, display_name, header, kamailio, ring

pytestmark = pytest.mark.skipif(
    not (KAMAILIO and SIPP),
    reason="no kamailio or sipp here: apt-get install kamailio kamailio-utils-modules sip-tester",
)
NAMES = {
    "+15551234567": "John Smith",
    "+15551234001": "Zoë Łukasz-Müller",
    "+15551234002": "小林さくら 🌸",
    "+15551234006": "O'Brien & <Söhne>; a=b, c",
}
SHOWN = {
    "+15551234003": ('Bob "the \\ Builder"', "Bob “the / Builder”"),
    "+15551234004": ('"', "”"),
    "+15551234005": ("\\", "/"),
    "+15551234007": ("a\\1b&$fU", "a/1b&$fU"),
}
"""Names with what would end a quoted name in a header, and what a caller id shows in its place."""

SHOWN_FROM = ["From", "P-Asserted-Identity", "Remote-Party-ID"]
"""The headers that phones take the caller's name from."""

TIME_OUT = 1.0
"""What the recipe gives Ringbook to answer, in seconds."""


@pytest.fixture
def pbx():
    with answering() as pbx:
        yield pbx


@pytest.fixture
def ringbook(database_url, token, tmp_path):
    """A running Ringbook that knows NAMES and SHOWN: its process, its address and a key of scope lookup."""
    with started(database_url, tmp_path / "ringbook.log", "serve") as (process, address):
        with httpx.Client(base_url=f"{address}/v1.0", params={"token": token}, timeout=20) as api:
            for number, name in (NAMES | {number: name for number, (name, _) in SHOWN.items()}).items():
                contact = {"display_name": name, "phone_numbers": [{"number": number}]}
                created = api.post("/contacts", json=contact).raise_for_status().json()
        yield process, address, access_key(database_url, created["customer_id"], "lookup")


def names(pbx):
    """Return the names in the headers of the last INVITE that reached the PBX."""
    return {name: display_name(pbx.invites[-1][1], name) for name in SHOWN_FROM}


def everywhere(name):
    return dict.fromkeys(SHOWN_FROM, name)


def test_a_call_shows_the_contacts_name_however_the_carrier_writes_the_number(ringbook, pbx, tmp_path):
    _, address, key = ringbook
    with kamailio(address, key, pbx, tmp_path) as port:
        for number in ("+15551234567", "15551234567", "5551234567", "01115551234567"):
            ring(port, number)
            assert (number, names(pbx)) == (number, everywhere("John Smith"))


def test_any_name_arrives_as_a_caller_id_shows_it(ringbook, pbx, tmp_path):
    _, address, key = ringbook
    with kamailio(address, key, pbx, tmp_path) as port:
        for number, name in (NAMES | {number: shown for number, (_, shown) in SHOWN.items()}).items():
            ring(port, number)
            assert names(pbx) == everywhere(name)


def test_a_caller_whom_no_contact_is_keeps_the_carriers_name_also_after_a_hit(ringbook, pbx, tmp_path):
    _, address, key = ringbook
    with kamailio(address, key, pbx, tmp_path, "-n", "1") as port:
        for number in ("+15550001111", "anonymous", "101", "%20", ""):
            ring(port, "+15551234567")
            assert names(pbx) == everywhere("John Smith")
            ring(port, number)
            assert (number, names(pbx)) == (number, everywhere("ACME Telecom"))


def test_only_the_name_is_changed_and_no_header_is_made_up(ringbook, pbx, tmp_path):
    _, address, key = ringbook
    two = "P-Asserted-Identity: <tel:+15551234567>\r\nP-Asserted-Identity"
    with kamailio(address, key, pbx, tmp_path) as port:
        ring(port, "+15551234567")
        ring(port, "+15551234567", caller="", identity="X-One", party="X-Two")
        ring(port, "+15551234567", identity=two)
    shown = '"John Smith" <sip:+15551234567@carrier.example>'
    assert [[header(invite, name) for name in SHOWN_FROM] for _, invite in pbx.invites] == [
        [f"{shown};tag=1", shown, f"{shown};party=calling;privacy=off"],
        [f"{shown};tag=1", None, None],
        [f"{shown};tag=1", '"John Smith" <tel:+15551234567>', f"{shown};party=calling;privacy=off"],
    ]


def test_with_a_wrong_key_the_call_goes_through_under_the_carriers_name(ringbook, pbx, tmp_path):
    _, address, _ = ringbook
    with kamailio(address, "rb_" + "x" * 32, pbx, tmp_path) as port:
        ring(port, "+15551234567")
    assert names(pbx) == everywhere("ACME Telecom")


def test_when_ringbook_is_stopped_the_call_goes_through_under_the_carriers_name(ringbook, pbx, tmp_path):
    process, address, key = ringbook
    process.terminate()
    process.wait(20)
    with kamailio(address, key, pbx, tmp_path) as port:
        ring(port, "+15551234567")
    assert names(pbx) == everywhere("ACME Telecom")
    assert key not in (tmp_path / "kamailio.log").read_text()


def accepted(listener):
    """Return how many connections were made to a socket that nobody answers."""
    listener.settimeout(0)
    count = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            count += 1
    return count


def test_while_ringbook_hangs_the_call_goes_through_in_time_and_asks_once(pbx, tmp_path):
    with (
        socket.create_server(("127.0.0.1", 0)) as hanging,
        kamailio("http://{}:{}".format(*hanging.getsockname()), "rb_" + "x" * 32, pbx, tmp_path) as port,
    ):
        rung = time.monotonic()
        ring(port, "+15551234567")
        asked = accepted(hanging)
    [(arrived, _)] = pbx.invites
    assert names(pbx) == everywhere("ACME Telecom")
    assert arrived - rung < TIME_OUT + 2, "SIPp itself takes a while to start"
    assert asked == 1, "SIPp sends its INVITE again after half a second"
