"""An assistant: it starts an MCP server as docs/api.md configures it, and calls its tools over stdio."""

import itertools
import json
import re
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

from tests.replay import SHOWN_ADDRESS, SHOWN_TOKEN

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/api.md").read_text().split("\n## The API's own clients\n")[1].split("\n## ")[0]
NEW, OLD = "0.3.0", "0.1.1"
CONFIGURATIONS = dict(zip((NEW, OLD), re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL), strict=True))
"""What the page tells a user to give an assistant, for each version of voipbin-mcp."""

LONGEST = 120
"""After how many seconds a client that hangs is ended."""


class Client:
    """A running MCP server, whose tools are called one after the other."""

    def __init__(self, process, log):
        self.process = process
        self.log = log
        self.numbers = itertools.count(1)
        self.called = set()

    def send(self, **message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def ask(self, method, **params):
        """Send a request and return its result."""
        number = next(self.numbers)
        self.send(id=number, method=method, params=params)
        for line in self.process.stdout:
            message = json.loads(line)
            if message.get("id") == number:
                return message["result"]
        raise AssertionError(self.log.read_text())

    def tools(self):
        """Return the names of the tools for contacts and tags."""
        return {tool["name"] for tool in self.ask("tools/list")["tools"] if re.search("contact|tag", tool["name"])}

    def call(self, tool, arguments):
        """Return whether a call of the tool failed, and the text that the model is shown."""
        self.called.add(tool)
        result = self.ask("tools/call", name=tool, arguments=arguments)
        [content] = result["content"]
        return result["isError"], content["text"]

    def __call__(self, tool, **arguments):
        """Return what Ringbook answers to the tool."""
        failed, text = self.call(tool, arguments)
        assert not failed, text
        return json.loads(text)

    def refused(self, tool, **arguments):
        """Return what the model is shown where the tool fails, without the words that are always there."""
        failed, text = self.call(tool, arguments)
        assert failed, text
        return re.sub(r" \[request_id: [0-9a-f]{32}\]$", "", text.removeprefix(f"Error executing tool {tool}: "))


@contextmanager
def client(version, folder, address, key, **settings):
    """Start voipbin-mcp of this version as the page says, and yield it once it has greeted."""
    shown = CONFIGURATIONS[version]
    assert SHOWN_ADDRESS in shown
    assert SHOWN_TOKEN in shown
    [server] = json.loads(shown.replace(SHOWN_ADDRESS, address).replace(SHOWN_TOKEN, key))["mcpServers"].values()
    environment = {"PATH": f"{ROOT}/.venv/clients/voipbin-mcp-{version}/bin", **server["env"], **settings}
    command, log = [server["command"], *server["args"]], folder / f"voipbin-mcp-{version}.log"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with log.open("w") as file, subprocess.Popen(command, env=environment, stderr=file, **pipes) as process:
        watch = threading.Timer(LONGEST, process.kill)
        watch.start()
        try:
            started = Client(process, log)
            about = {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            }
            assert started.ask("initialize", **about)["serverInfo"]["name"] == "voipbin"
            started.send(method="notifications/initialized")
            yield started
            process.stdin.close()
            assert process.wait(20) == 0, log.read_text()
        finally:
            watch.cancel()
            process.kill()
