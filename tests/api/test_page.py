"""The files of the page, as they are served. What the page does is tried in tests/page, by make test-page."""

import gzip
import re
from pathlib import Path

import httpx
import pytest

from ringbook.api.page import FOLDER, page_files

OWN = [path for path in FOLDER.iterdir() if path.suffix in (".js", ".css", ".html")]
MODULES = list(FOLDER.rglob("*.js"))


@pytest.fixture
def api(server):
    with httpx.Client(base_url=server) as client:
        yield client


@pytest.fixture
def database_url(tmp_path, sqlite_template):
    """The page's files know no database."""
    return f"sqlite:///{sqlite_template}"


def test_the_page_and_all_that_it_loads_is_served(api):
    page = api.get("/")
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    for path in re.findall('(?:src|href)="([^"#]+)"', page.text):
        assert api.get(f"/{path}").status_code == 200, path
    for path in MODULES:
        served = api.get(f"/page/{path.relative_to(FOLDER).as_posix()}")
        assert (served.text, served.headers["Content-Type"]) == (path.read_text(), "text/javascript")


def test_every_import_leads_to_a_file():
    for path in MODULES:
        for name in re.findall(r"""(?:from ?|import\()["'](\.[^"']+)["']""", path.read_text()):
            assert (path.parent / name).is_file(), f"{path.name} imports {name}"


def test_nothing_of_the_page_comes_from_elsewhere_or_becomes_html():
    for path in OWN:
        text = path.read_text()
        assert not re.search(r"https?://|innerHTML|dangerouslySetInnerHTML|\beval\b|new Function", text), path.name


def test_a_browser_keeps_to_what_the_page_is(api):
    headers = api.get("/").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy.pop("img-src") == "'self' data:"
    assert policy.pop("require-trusted-types-for") == "'script'"
    assert {name for name, value in policy.items() if value == "'none'"} == {
        "default-src",
        "frame-ancestors",
        "base-uri",
    }
    assert set(policy.values()) == {"'self'", "'none'"}
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_file_that_the_browser_has_is_not_sent_again(api):
    first = api.get("/page/app.js")
    again = api.get("/page/app.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert api.get("/page/app.js", headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_file_is_compressed_for_who_takes_it_so(server):
    def fetch(accepted):
        with httpx.stream("GET", f"{server}/page/texts.js", headers={"Accept-Encoding": accepted}) as answer:
            return answer.headers, b"".join(answer.iter_raw())

    headers, zipped = fetch("br, gzip;q=0.8")
    assert headers["Content-Encoding"] == "gzip"
    plain_headers, plain = fetch("identity")
    assert "Content-Encoding" not in plain_headers
    assert fetch("gzip;q=0")[1] == fetch("br")[1] == plain == gzip.decompress(zipped)
    assert headers["ETag"] != plain_headers["ETag"]
    assert headers["Vary"] == plain_headers["Vary"] == "Accept-Encoding"


def test_what_the_page_has_not_is_not_there(api):
    for path in (
        "/page/nothing.js",
        "/page/../config.py",
        "/page/%2e%2e/config.py",
        "/page/vendor/SHA256SUMS",
        "/page/",
    ):
        assert api.get(path).status_code == 404, path
    assert api.post("/").status_code == 405


def test_the_page_is_small_and_so_is_each_of_its_files():
    sent = sum(len(file.zipped or file.plain) for file in page_files().values())
    assert sent < 150_000
    for path in OWN:
        assert len(path.read_text().splitlines()) <= 300, path.name


def test_every_text_that_is_asked_for_is_there():
    """A name that the texts have not would be shown as nothing."""
    texts = "".join(path.read_text() for path in sorted(FOLDER.glob("texts*.js")))
    sections = dict(re.findall(r"(?ms)^export const (\w+) = \{\n(.*?)^\};", texts))
    for path in OWN:
        found = re.findall(r'import \{([^}]*)\} from "./texts\w*.js"', path.read_text())
        for part in ",".join(found).split(",") if found else ():
            section, _, name = part.strip().partition(" as ")
            for key in set(re.findall(rf"(?<![\w.]){name or section}\.(\w+)", path.read_text())):
                assert section not in sections or re.search(rf"^  {key}:", sections[section], re.MULTILINE), (
                    f"{path.name}: {key}"
                )


def test_no_text_stands_outside_of_the_files_of_texts():
    """Between tags, or in what is read out, stands no word of a language."""
    for path in OWN:
        if path.suffix == ".js" and not path.name.startswith("texts"):
            words = re.findall(
                r">\s*([A-Za-z][a-z]+[^<>${}=`;()]*)</|(?:label|title|placeholder)=\"([^\"]+)\"", path.read_text()
            )
            assert words == [], path.name


def test_the_libraries_are_those_of_the_makefile():
    wanted = re.search(r"^VENDORED = (.*)$", (Path(FOLDER).parents[2] / "Makefile").read_text(), re.MULTILINE)[1]
    sums = (FOLDER / "vendor/SHA256SUMS").read_text()
    assert re.findall(r"  (.+)\.tgz", sums) == [name.replace("@", "-") for name in wanted.split()]


def test_every_file_stands_in_the_document_once():
    text = (Path(FOLDER).parents[2] / "docs/page.md").read_text()
    rows = text.split("## The files")[1].split("\n## ")[0].splitlines()
    shown = [name for row in rows for name in re.findall(r"`([\w.]+\.\w+)`", row.split(" | ")[0])]
    assert sorted(shown) == sorted(path.name for path in FOLDER.iterdir() if path.is_file())
