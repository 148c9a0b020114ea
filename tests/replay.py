"""The curl calls of a document, run as a shell runs them, and each answer beside the one that the document shows.

A block `json` shows a whole answer. A block `yaml` shows a part of one: each `…` in it stands for one or more keys, or
items of a list, that are left out. What it shows must stand at that place of the answer, in that order. (In a
block `json`, web pages would paint a `…` red, as an error; in YAML it is none.)
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
import time
from functools import reduce
from itertools import groupby

import httpx

BLOCK = re.compile(
    r"```bash\n(.*?)```\n(?:\nAnswer `(\d{3}) [^`]*`:\n\n```(json|yaml|xml|csv|text)\n(.*?)```)?", re.DOTALL
)
CONTENT_TYPES = {
    "json": "application/json",
    "yaml": "application/json",
    "xml": "text/xml",
    "csv": "text/csv",
    "text": "text/plain",
}
SHOWN_ADDRESS, SHOWN_TOKEN = "http://127.0.0.1:8080", "rb_the_key_that_make_run_printed"
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
VARYING = re.compile(f"{UUID}|{TIME}|\\b[0-9a-f]{{32}}\\b")
"""Ids, times and request ids: others at each run, but where the document shows one twice, the same twice."""
CUT = ("…", "…")

CURL = argparse.ArgumentParser("curl", allow_abbrev=False)
CURL.add_argument("url")
CURL.add_argument("-X", "--request")
CURL.add_argument("-H", "--header", action="append", default=[])
CURL.add_argument("-d", "--data")
CURL.add_argument("-G", "--get", action="store_true")
CURL.add_argument("-s", "--silent", action="store_true")
CURL.add_argument("-S", "--show-error", action="store_true")
CURL.add_argument("-b", "--cookie")
CURL.add_argument("--data-urlencode", action="append", default=[])


def expand(command, variables):
    """Put in the variables as a shell does: not between single quotes."""
    used = {name for name in re.findall(r"'[^']*'|\$(\w+)", command) if name}
    assert used <= variables.keys(), command
    return re.sub(r"'[^']*'|\$(\w+)", lambda m: variables[m[1]] if m[1] else m[0], command)


def assign(block, variables):
    """Set the variables of lines such as `NAME=value`."""
    for name, value in re.findall(r'^(\w+)=("[^"\n]+"|\S+)$', block, re.MULTILINE):
        (variables[name],) = shlex.split(expand(value, variables))


def request(program, *arguments):
    """Return the request that a curl command sends."""
    assert program == "curl", program
    curl = CURL.parse_args(arguments)
    headers = dict(header.split(": ", 1) for header in curl.header)
    if curl.cookie:
        headers["Cookie"] = curl.cookie
    params = dict(pair.split("=", 1) for pair in curl.data_urlencode) or None
    assert bool(params) == curl.get, "--data-urlencode stands for a query here"
    method = curl.request or ("GET" if curl.data is None else "POST")
    return httpx.Request(method, curl.url, headers=headers, params=params, content=curl.data)


def pipe(output, program, *arguments):
    """Return what a program makes of the output of the one before it."""
    if [program, *arguments] == ["tee", "/dev/stderr"]:
        return output
    assert program == "python3", program
    run = subprocess.run([sys.executable, *arguments], input=output, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def parse_command(command):
    """Return of `NAME=$(curl … | …)`, or `curl … | …` alone, the name, the words of curl, and those of each program."""
    captured = re.fullmatch(r"(\w+)=\$\((.*)\)", command, re.DOTALL)
    name, pipeline = captured.groups() if captured else (None, command.removesuffix("; echo"))
    words = shlex.split(pipeline.replace("\\\n", " "))
    curl, *programs = (list(program) for is_bar, program in groupby(words, "|".__eq__) if not is_bar)
    assert not programs or "-sS" in curl, "curl shows its progress when its output is not a terminal"
    return name, curl, programs


UNTIL = re.compile(r"until (curl .*) \| grep -q '([^']*)'; do sleep 1; done\n")
MOST_SECONDS = 60


def wait_until(block, variables, client):
    """Run `until curl … | grep -q 'TEXT'; do sleep 1; done`, and return the last response."""
    command, text = UNTIL.fullmatch(block).groups()
    wanted = request(*parse_command(expand(command, variables))[1])
    until = time.monotonic() + MOST_SECONDS
    while text not in (response := client.send(wanted)).text:
        assert time.monotonic() < until, (block, response.text)
        time.sleep(0.2)
    return response


def replay(text, address, token):
    """Run the document's calls, assert that each is answered as it shows, and return the responses."""
    variables, real, responses = {}, {}, []
    with httpx.Client(timeout=20) as client:
        for block, status, form, shown in blocks(text, address, token):
            if "curl" not in block:
                assign(block, variables)
                continue
            if not status:
                responses.append(wait_until(block, variables, client))
                continue
            name, curl, programs = parse_command(expand(block.strip(), variables))
            response = client.send(request(*curl))
            assert (str(response.status_code), block) == (status, block), response.text
            assert response.headers["Content-Type"].startswith(CONTENT_TYPES[form])
            compare(form, shown, response.text, real)
            output = reduce(lambda output, program: pipe(output, *program), programs, response.text)
            if name:
                variables[name] = output.rstrip("\n")
            responses.append(response)
    times = sorted(one for one in real if re.fullmatch(TIME, one))
    assert [real[one] for one in times] == sorted(real[one] for one in times)
    return responses


def blocks(text, address, token):
    """Return of each block `bash` its text, and the status, form and text of the answer below it."""
    return BLOCK.findall(text.replace(SHOWN_ADDRESS, address).replace(SHOWN_TOKEN, token))


def compare(form, shown, answer, real):
    """Assert that an answer is what the document shows in this form."""
    if form == "text":
        assert shown == f"{answer}\n"
    elif form in ("xml", "csv"):
        compare_texts(shown, answer.removeprefix("\ufeff").replace("\r\n", "\n"), real)
    else:
        assert form == "yaml" or "…" not in shown, "a block json shows a whole answer"
        compare_json(shown, answer, real)


def compare_json(shown, answer, real):
    """Assert that they are the same JSON but for ids, times and what the document leaves out."""
    shown = parse(shown)
    pair = (shown, cut(shown, json.loads(answer)))
    compare_texts(*(json.dumps(one, indent=1, ensure_ascii=False) for one in pair), real)


def parse(shown):
    """Return the JSON that a document shows, each … as a key or an item."""
    open_brackets = []

    def valid(token):
        if token[0] == "…":
            return '"…": "…"' if open_brackets[-1] == "{" else '"…"'
        if token[0] in "{[":
            open_brackets.append(token[0])
        elif token[0] in "}]":
            open_brackets.pop()
        return token[0]

    return json.loads(re.sub(r'"(?:[^"\\]|\\.)*"|[][{}…]', valid, shown), object_pairs_hook=named)


def named(pairs):
    """Return the object of these keys and values, each … under its position: a key can be there once only."""
    names = [f"… {position}" if pair == CUT else pair[0] for position, pair in enumerate(pairs)]
    assert len(set(names)) == len(names), "a key is shown twice"
    return dict(zip(names, (value for _, value in pairs), strict=True))


def cut(shown, answer):
    """Return the answer with a … for each run of keys, or items, that the document does not show."""
    if isinstance(shown, dict) and isinstance(answer, dict):
        pairs = []
        for name, value in answer.items():
            if name in shown:
                pairs.append((name, cut(shown[name], value)))
            elif pairs[-1:] != [CUT]:
                pairs.append(CUT)
        return named(pairs)
    if isinstance(shown, list) and isinstance(answer, list):
        if "…" in shown and len(answer) >= len(shown):
            before = shown.index("…")
            after = len(shown) - before - 1
            answer = [*answer[:before], "…", *answer[len(answer) - after :]]
        if len(shown) == len(answer):
            return [cut(*pair) for pair in zip(shown, answer, strict=True)]
    return answer


def compare_texts(shown, answer, real):
    """Assert that they are the same but for ids and times, and note in `real` which stands for which."""
    for one, other in zip(VARYING.findall(shown), VARYING.findall(answer), strict=False):
        real.setdefault(one, other)
    assert VARYING.sub(lambda m: real.get(m[0], m[0]), shown) == answer
    assert len(set(real.values())) == len(real), "two ids or times of the document are one here"
