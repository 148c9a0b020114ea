"""Each phone system's request, as its recipe in docs/telephony shows it, and the answer read by that system's rules."""

import base64
import re
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest

from tests.keys import access_key

RECIPES = Path(__file__).parents[2] / "docs/telephony"
CARRIER = "ACME Telecom"
"""The name that comes with the call."""


def get(url, headers=None, user=None):
    """Send a GET as libcurl does: the address as it stands, its user as HTTP Basic. Return the status and the body."""
    parts = urlsplit(url)
    if user := user or parts.netloc.rpartition("@")[0]:
        headers = {"Authorization": f"Basic {base64.b64encode(user.encode()).decode()}"}
    connection = HTTPConnection(parts.hostname, parts.port, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}", headers=headers or {})
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


def fields(page, heading):
    """Return the table below a heading: what to enter in each field of a form."""
    return dict(
        re.findall(r"^\| ([\w ]+) \| `(.*)` \|$", page.split(f"## {heading}\n")[1].split("\n## ")[0], re.MULTILINE)
    )


def encoded(text):
    return quote(text, safe="")


def freeswitch(page, number):
    """mod_cidlookup.c: digits only; the body is the name, whatever the status, unless it is empty or says unknown."""
    settings = ET.fromstring(page.split("```xml\n")[1].split("```")[0])
    url = settings.find(".//param[@name='url']").get("value")
    _, name = get(url.replace("${caller_id_number}", re.sub("[^0-9]", "", number)))
    assert len(name.encode()) <= 10_240
    assert "${" not in name, "FreeSWITCH refuses a name with a variable in it"
    assert "%" not in name, "FreeSWITCH takes it for a format"
    return CARRIER if name in {"", " ", "UNKNOWN", "UNAVAILABLE"} else name


def asterisk_curl(page, context, number):
    """func_curl.c: the status is ignored, blanks at the end are cut."""
    lines = page.split(f"[{context}]\n")[1].split("```")[0]
    user = re.search(r"CURLOPT\(userpwd\)=(\S+)\)$", lines, re.MULTILINE)[1]
    url = re.search(r"\$\{CURL\((.*)\)\}\)$", lines, re.MULTILINE)[1]
    return get(url.replace("${URIENCODE(${CALLERID(num)})}", encoded(number)), user=user)[1].rstrip()


def asterisk(page, number):
    return asterisk_curl(page, "caller-name", number) or CARRIER


def asterisk_fields(page, number):
    """func_curl.c, hashcompat=yes: split at & and the first =, then %XX decoded, but a + left as it is."""
    pieces = (piece.partition("=") for piece in asterisk_curl(page, "caller-details", number).split("&"))
    return {unquote(name): unquote(value) for name, _, value in pieces}


def asterisk_hash(page, number):
    return asterisk_fields(page, number).get("name") or CARRIER


def freepbx(page, number, encode=encoded):
    """cidlookup's dialplan: the address is put together from the form, and the body is the name, without condition."""
    form = fields(page, "Caller ID Lookup Source")
    query = form["Query"].replace("[NUMBER]", encode(number)).replace("[NAME]", encoded(CARRIER))
    host = f"{form['Username']}:{form['Password']}@{form['Host']}:{form['Port']}"
    return get(f"http://{host}/{form['Path'].removeprefix('/')}?{query}")[1].rstrip()


def older_freepbx(page, number):
    """The same; the number is put into the address as it came, a raw + with it."""
    return freepbx(page, number, encode=str)


def superfecta(page, number):
    """source-Regular_Expressions_1: the first group is the name; an answer of 400 and above is none."""
    form = fields(page, "Superfecta")
    status, body = get(form["URL"].replace("$thenumber", number))
    found = re.search(form["Regular Expressions"], body.strip()) if status < 400 else None
    return found[1] if found else CARRIER


def authorization(header):
    return {"Authorization": re.search(r"Authorization: (Bearer \w+)", header)[1]}


def kamailio(page, number):
    """http_client: the first line of the body, where the status is 2xx to 4xx."""
    url, header = re.search(r'http_client_query\("(.*?)", "", "(.*?)",', page).groups()
    shown = dict(re.findall(r'#!substdef "!(\w+)!(.*)!g"', page))
    url, header = (re.sub("RINGBOOK_[A-Z]+", lambda m: shown[m[0]], text) for text in (url, header))
    status, body = get(url.replace("$(fU{s.escape.param})", encoded(number)), authorization(header))
    return (status == 200 and body.split("\n")[0]) or CARRIER


def opensips(page, number):
    """rest_client: the whole body, without blanks around it."""
    url = re.search(r'rest_get\("(.*?)"', page)[1]
    status, body = get(url.replace("$(fU{rest.escape})", encoded(number)), authorization(page))
    return (status == 200 and body.strip()) or CARRIER


SYSTEMS = {
    freeswitch: "freeswitch.md",
    asterisk: "asterisk.md",
    asterisk_hash: "asterisk.md",
    freepbx: "freepbx.md",
    older_freepbx: "freepbx.md",
    superfecta: "freepbx.md",
    kamailio: "kamailio.cfg",
    opensips: "opensips.md",
}


def recipe(system, server, key):
    """Return the system's page with the host and the key replaced, and nothing else."""
    page, address = (RECIPES / SYSTEMS[system]).read_text(), urlsplit(server)
    for shown, own in (
        ("ringbook.example.com:8080", address.netloc),
        ("`ringbook.example.com`", f"`{address.hostname}`"),
        ("`8080`", f"`{address.port}`"),
        ("rb_your_key", key),
    ):
        page = page.replace(shown, own)
    return page


@pytest.fixture
def key(alice, database_url):
    """A key that can look callers up, and nothing else."""
    return access_key(database_url, alice.customer_id, "lookup")


def shown(server, key, number, systems=SYSTEMS):
    """Return the name that a phone behind each system shows."""
    return {system.__name__: system(recipe(system, server, key), number) for system in systems}


def everywhere(name):
    return {system.__name__: name for system in SYSTEMS}


@pytest.mark.parametrize("number", ["+15551234567", "15551234567", "5551234567"])
def test_every_system_shows_the_contacts_name(number, server, alice, key):
    alice.api.post("/contacts", json={"display_name": "John Smith", "phone_numbers": [{"number": "+15551234567"}]})
    assert shown(server, key, number) == everywhere("John Smith")


@pytest.mark.parametrize("name", ["Zoë Łukasz-Müller", "小林さくら 🌸", "A+B & C=D, <E>; “F” / 'G'", "x" * 200])
def test_every_system_shows_any_name_as_it_is_stored(name, server, alice, key):
    alice.api.post("/contacts", json={"display_name": name, "phone_numbers": [{"number": "+15551234567"}]})
    assert shown(server, key, "+15551234567") == everywhere(name)


def test_every_system_shows_typographic_marks_for_those_that_would_drop_the_call(server, alice, key):
    name = "A+B & C=D, <E>; \"F\" \\ 'G'"
    alice.api.post("/contacts", json={"display_name": name, "phone_numbers": [{"number": "+15551234567"}]})
    assert shown(server, key, "+15551234567") == everywhere("A+B & C=D, <E>; “F” / 'G'")


def test_what_a_system_trips_over_is_left_out_of_the_name(server, alice, key):
    name = "100% ${evil}\r\n\tGmbH\x1b "
    alice.api.post("/contacts", json={"display_name": name, "phone_numbers": [{"number": "+15551234567"}]})
    names = set(shown(server, key, "+15551234567").values())
    assert len(names) == 1
    assert re.fullmatch("100[^%$\r\n\t\x1b]*GmbH", names.pop())


@pytest.mark.parametrize("number", ["+15550001111", "anonymous", "101", ""])
def test_every_system_keeps_the_carriers_name_of_a_caller_whom_no_contact_is(number, server, key):
    assert shown(server, key, number) == everywhere(CARRIER)


def test_with_a_wrong_key_no_system_shows_an_error(server, alice):
    alice.api.post("/contacts", json={"display_name": "John Smith", "phone_numbers": [{"number": "+15551234567"}]})
    blank = {"freepbx": "", "older_freepbx": ""}
    assert shown(server, "rb_" + "x" * 32, "+15551234567") == everywhere(CARRIER) | blank


def test_asterisk_has_the_company_of_the_caller(server, alice, key):
    contact = {
        "display_name": "John Smith",
        "company": "Acme & Söhne, 50+",
        "phone_numbers": [{"number": "5551234567"}],
    }
    contact_id = alice.api.post("/contacts", json=contact).json()["id"]
    found = asterisk_fields(recipe(asterisk_hash, server, key), "+15551234567")
    assert (found["name"], found["company"], found["contact_id"]) == ("John Smith", "Acme & Söhne, 50+", contact_id)
