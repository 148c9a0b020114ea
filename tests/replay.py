"""The curl calls of a document, sent to a live server, and each answer beside the one that the document shows."""

import argparse
import json
import re
import shlex

import httpx

BLOCK = re.compile(r"```bash\n(.*?)```\n(?:\nAnswer `(\d{3}) [^`]*`:\n\n```(?:json|xml)\n(.*?)```)?", re.DOTALL)
SHOWN_ADDRESS, SHOWN_TOKEN = "http://127.0.0.1:8080", "rb_the_key_that_make_run_printed"
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
VARYING = re.compile(f"{UUID}|{TIME}|\\b[0-9a-f]{{32}}\\b")
"""Ids, times and request ids: others at each run, but where the document shows one twice, the same twice."""

CURL = argparse.ArgumentParser("curl", allow_abbrev=False)
CURL.add_argument("url")
CURL.add_argument("-X", "--request")
CURL.add_argument("-H", "--header", action="append", default=[])
CURL.add_argument("-d", "--data")
CURL.add_argument("-G", "--get", action="store_true")
CURL.add_argument("-b", "--cookie")
CURL.add_argument("--data-urlencode", action="append", default=[])


def expand(command, variables):
    """Put in the variables as a shell does: not between single quotes."""
    return re.sub(r"'[^']*'|\$(\w+)", lambda m: variables[m[1]] if m[1] else m[0], command)


def request(command):
    """Return the request that a curl command sends."""
    program, *arguments = shlex.split(command.replace("\\\n", " "))
    assert program == "curl", command
    curl = CURL.parse_args(arguments)
    headers = dict(header.split(": ", 1) for header in curl.header)
    if curl.cookie:
        headers["Cookie"] = curl.cookie
    params = dict(pair.split("=", 1) for pair in curl.data_urlencode) or None
    assert bool(params) == curl.get, "--data-urlencode stands for a query here"
    method = curl.request or ("GET" if curl.data is None else "POST")
    return httpx.Request(method, curl.url, headers=headers, params=params, content=curl.data)


def replay(text, address, token):
    """Send the document's calls, assert that each is answered as it shows, and return the responses."""
    variables, real, responses = {}, {}, []
    with httpx.Client(timeout=20) as client:
        for block, status, shown in BLOCK.findall(text):
            command = VARYING.sub(lambda m: real.get(m[0], m[0]), block).replace(SHOWN_ADDRESS, address)
            if "curl" not in command:
                variables |= dict(re.findall(r"^(\w+)=(\S+)$", command, re.MULTILINE)) | {"TOKEN": token}
                continue
            response = client.send(request(expand(command, variables)))
            assert (str(response.status_code), block) == (status, block), response.text
            if response.headers["Content-Type"].startswith("text/xml"):
                links = shown.replace(SHOWN_ADDRESS, address).replace(SHOWN_TOKEN, token)
                compare_texts(links, response.text, real)
            else:
                compare_json(shown, response.text, real)
            responses.append(response)
    times = sorted(time for time in real if re.fullmatch(TIME, time))
    assert [real[time] for time in times] == sorted(real[time] for time in times)
    return responses


def compare_json(shown, answer, real):
    """Assert that they are the same JSON but for ids and times."""
    compare_texts(*(json.dumps(json.loads(one), indent=1, ensure_ascii=False) for one in (shown, answer)), real)


def compare_texts(shown, answer, real):
    """Assert that they are the same but for ids and times, and note in `real` which stands for which."""
    for one, other in zip(VARYING.findall(shown), VARYING.findall(answer), strict=False):
        real.setdefault(one, other)
    assert len(set(real.values())) == len(real), "two ids or times of the document are one here"
    assert VARYING.sub(lambda m: real.get(m[0], m[0]), shown) == answer
