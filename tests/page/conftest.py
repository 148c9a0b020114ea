"""The page in a real browser, Debian's Chromium: what a person does, and sees."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.people import PASSWORD, browser, invited, token_of

CHROMIUM = os.environ.get("RINGBOOK_TEST_CHROMIUM") or shutil.which("chromium")
LAN = "ringbook.lan"
"""A name of this machine that no browser takes for it."""

SCREENSHOTS = os.environ.get("RINGBOOK_TEST_SCREENSHOTS", "")
"""The folder that pictures of the screens go to; '' for none."""

expect.set_options(timeout=15_000)  # as slow as CI may be

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests: to start another takes as long as a short one of them."""
    if not CHROMIUM:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", f"--host-resolver-rules=MAP {LAN} 127.0.0.1"]
        )
        yield started
        started.close()


class Windows:
    """Opens windows of the browser, and keeps what goes wrong in them."""

    def __init__(self, chromium: Browser, server: str, owner) -> None:
        self.server, self.owner = server, owner
        self._chromium, self._cookies = chromium, {}
        self._contexts: list[BrowserContext] = []
        self.problems: list[str] = []

    def context(self, size=WIDE, scheme="light", **more) -> BrowserContext:
        made = self._chromium.new_context(
            viewport=size, color_scheme=scheme, base_url=self.server, has_touch=size == NARROW, **more
        )
        made.set_default_timeout(20_000)
        made.on("page", self._watch)
        self._contexts.append(made)
        return made

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def open(self, path="/", **more) -> Page:
        """Return a window of somebody who is not logged in."""
        page = self.context(**more).new_page()
        page.goto(path)
        return page

    def log_in(self, context: BrowserContext, role="manager", name="Ann Miller", email=None) -> None:
        """Give the windows of `context` a session."""
        email = email or f"{role}@acme.example"
        if email not in self._cookies:
            client = browser(self.server)
            token = token_of(invited(self.owner, email, role, name)["link"])
            answer = client.post("/passwords", json={"token": token, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            self._cookies[email] = dict(client.cookies)
        for key, value in self._cookies[email].items():
            context.add_cookies([{"name": key, "value": value, "url": self.server}])
        context.add_init_script("if (location.protocol === 'http:') localStorage.setItem('ringbook.logged_in', '1')")

    def of(self, role="manager", path="/#/contacts", name="Ann Miller", **more) -> Page:
        """Return a window of somebody who is logged in and has this role."""
        context = self.context(**more)
        self.log_in(context, role, name)
        page = context.new_page()
        page.goto(path)
        return page

    def _watch(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.problems.append(f"{error}\n{error.stack}"))
        page.on("request", self._asked)

    def _heard(self, message) -> None:
        refused = re.match(r"Failed to load resource: (the server responded with a status of [45]|net::)", message.text)
        if message.type in ("error", "warning") and not refused:
            self.problems.append(message.text)

    def _asked(self, request) -> None:
        if not request.url.startswith((f"{self.server}/", f"http://{LAN}:", "data:", "blob:")):
            self.problems.append(f"a request to {request.url}")


@pytest.fixture
def windows(chromium: Browser, server: str, alice) -> Iterator[Windows]:
    """The browser's windows. What any of them says on its console, or asks of another server, fails the test."""
    made = Windows(chromium, server, alice)
    yield made
    made.close()
    assert made.problems == []


def picture(page: Page, name: str, *, whole=False) -> None:
    """Keep a picture of what is shown, where they are asked for."""
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=whole, animations="disabled")
