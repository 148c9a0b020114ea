"""What a person waits for on the page, as a browser sees it: `python -m bench.page`."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import msgspec
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from bench import report
from bench.__main__ import RESULTS, keep, machine
from bench.book import BOOKS, MAIN, customer_id, person
from bench.databases import DISK, KINDS, databases, warm
from bench.filling import fill
from bench.rounds import progress
from bench.servers import Server, serving

BROWSER: dict[str, Any] = {
    "executable_path": os.environ.get("RINGBOOK_TEST_CHROMIUM", "/usr/bin/chromium"),
    "args": ["--no-sandbox"],
}
PASSWORD = "a long and lonely road"  # noqa: S105  of a user of the bench
UNTIL_PAINTED = """(act, isThere) => new Promise((done) => {
  const began = performance.now();
  const painted = () => setTimeout(() => done(performance.now() - began));
  const look = () => requestAnimationFrame(() => isThere() ? painted() : look());
  act();
  look();
})"""
"""Does something, and tells after how many milliseconds what it leads to was painted."""

ROWS = 'document.querySelectorAll("a.row").length >= 10'
OPEN = f"""() => ({UNTIL_PAINTED})(() => document.querySelector('nav a[href="#/contacts"]').click(), () => {ROWS})"""
TYPE = f"""(text) => ({UNTIL_PAINTED})(() => {{
  const box = document.getElementById("search");
  box.value = text;
  box.dispatchEvent(new Event("input", {{ bubbles: true }}));
}}, () => document.querySelector("a.row .name")?.textContent.includes(text))"""
FIRST = f"({UNTIL_PAINTED})(() => {{}}, () => {ROWS}).then(() => performance.now())"
"""Since the browser was told to open the page."""

BYTES = """["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
  .filter(({ name }) => !name.includes("/v1.0/")).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""


def logged_in(server: Server, url: str) -> list[dict[str, str]]:
    """Return the cookies of an owner who has logged in."""
    words = [str(Path(sys.executable).with_name("ringbook")), "user", "create", "--email", "ann@acme.example"]
    words += ["--role", "owner", "--customer", customer_id(0)]
    made = subprocess.run(words, env=os.environ | {"RINGBOOK_DATABASE_URL": url}, capture_output=True, check=True)  # noqa: S603
    token = msgspec.json.decode(made.stdout)["link"].partition("token=")[2]
    with httpx.Client(base_url=server.address, headers={"Sec-Fetch-Site": "same-origin"}) as client:
        client.post("/v1.0/passwords", json={"token": token, "password": PASSWORD}).raise_for_status()
        return [{"name": name, "value": value, "url": server.address} for name, value in client.cookies.items()]


def opened(browser: Browser, cookies: list[dict[str, str]]) -> BrowserContext:
    """Return windows of a browser that has nothing of the page yet."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_cookies(cookies)  # type: ignore[arg-type]
    context.add_init_script("localStorage.setItem('ringbook.logged_in', '1')")
    return context


def measure(browser: Browser, server: Server, cookies: list[dict[str, str]], rounds: int) -> dict[str, list[float]]:
    """Return how many milliseconds each thing took in each round, and the page's bytes."""
    found: dict[str, list[float]] = {"opened": [], "first rows": [], "one prefix": [], "a name": [], "bytes": []}
    for turn in range(rounds):
        context = opened(browser, cookies)
        page = context.new_page()
        page.goto(f"{server.address}/#/contacts")
        found["opened"].append(page.evaluate(FIRST))
        found["bytes"].append(page.evaluate(BYTES))
        page.click('nav a[href="#/settings"]')
        page.wait_for_selector("a.row", state="detached")
        found["first rows"].append(page.evaluate(OPEN))
        names, other = person(1000 + 17 * turn), person(2005 + 17 * turn)
        found["one prefix"].append(page.evaluate(TYPE, names.last_name[:3]))
        found["a name"].append(page.evaluate(TYPE, other.display_name))
        context.close()
    return found


def run(rounds: int) -> dict[str, Any]:
    """Measure over a book of 100,000 contacts on each database, and return the results."""
    started = time.monotonic()
    results: dict[str, Any] = {"machine": machine(), "scale": {"rounds": rounds}}
    for kind in KINDS:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ringbook-bench-", dir=DISK)))
            url = stack.enter_context(databases(kind, folder))("book")
            fill(url, BOOKS[MAIN])
            warm(folder)
            server = stack.enter_context(serving("ringbook", url, folder, workers=2))
            cookies = logged_in(server, url)
            with sync_playwright() as playwright, playwright.chromium.launch(**BROWSER) as browser:
                results[kind] = measure(browser, server, cookies, rounds)
            progress(kind, "the page", str(results[kind]))
    results["seconds"] = round(time.monotonic() - started)
    return results


def main() -> None:
    """Run `python -m bench.page`."""
    parser = argparse.ArgumentParser(description="Measure what a person waits for on the page.")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    keep({"page": run(given.rounds)})
    results = msgspec.json.decode(RESULTS.read_bytes())
    report.write(results)
    sys.stdout.write(report.render("page", results) + "\n")


if __name__ == "__main__":
    main()
