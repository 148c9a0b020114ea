"""Ringbook from nothing: a clone that has never been installed, and the wheel without any clone."""

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.process import running
from tests.replies import found

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if not re.match("RINGBOOK_|MAKE|MFLAGS|PYTHON", name)}
KEY = re.compile(r"TOKEN=(rb_\w{38})")
JOHN = {"display_name": "John Smith", "phone_numbers": [{"number": "+15551234567"}]}


def files(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def create_and_look_up(address, key):
    with httpx.Client(base_url=f"{address}/v1.0", headers={"Authorization": f"Bearer {key}"}, timeout=20) as api:
        created = api.post("/contacts", json=JOHN)
        assert created.status_code == 201
        assert api.get("/contacts/lookup", params={"phone": "+15551234567"}).json() == found(created.json())


@pytest.fixture
def installed(tmp_path):
    """The folder of an environment into which pip has installed the wheel."""
    made = ["make", "--silent", "dist", f"DIST={tmp_path / 'dist'}"]
    subprocess.run(made, cwd=ROOT, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    wheel, source = sorted((tmp_path / "dist").iterdir(), key=lambda path: path.suffix, reverse=True)
    assert (wheel.suffix, source.suffix) == (".whl", ".gz")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "environment"], check=True)
    pip = [tmp_path / "environment/bin/pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, wheel], cwd=tmp_path, env=ENVIRONMENT, check=True)
    return tmp_path / "environment"


def test_the_wheel_serves_where_there_is_nothing_else(installed, tmp_path):
    (package,) = installed.glob("lib/python*/site-packages/ringbook")
    assert files(package) == files(ROOT / "src/ringbook")
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    alone = {"HOME": str(home), "PATH": os.environ["PATH"]}
    words = [installed / "bin/ringbook", "quickstart", "--port", "0"]
    with running(words, tmp_path / "log", env=alone, cwd=work) as (process, address):
        create_and_look_up(address, KEY.search((tmp_path / "log").read_text())[1])
    assert process.returncode == 0
    assert [path.name for path in home.rglob("*.db")] == ["ringbook.db"]
    assert list(work.iterdir()) == []


@pytest.fixture
def clone(tmp_path):
    """A copy of the repository that nothing has been installed in."""
    shutil.copytree(ROOT / "src", tmp_path / "clone/src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
    for name in "Makefile", "README.md", "LICENSE", "NOTICE", "pyproject.toml", "requirements.txt":
        shutil.copy(ROOT / name, tmp_path / "clone")
    return tmp_path / "clone"


@contextmanager
def make_run(clone, log):
    """Yield what `make run` has printed, and the address; interrupt it as a terminal does."""
    words = ["make", "run", "PORT=0", f"PYTHON={sys.executable}"]
    with running(words, log, env=ENVIRONMENT, cwd=clone) as (process, address):
        yield log.read_text(), address
        os.killpg(process.pid, signal.SIGINT)
        process.wait(20)


def test_a_first_and_a_second_make_run_and_make_key(clone, tmp_path):
    log = tmp_path / "log"

    def make_key(*arguments):
        words = ["make", "key", *arguments]
        return subprocess.run(words, cwd=clone, env=ENVIRONMENT, capture_output=True, text=True, check=False)

    with make_run(clone, log) as (shown, address):
        create_and_look_up(address, KEY.search(shown)[1])
    assert shown.startswith("Installing into .venv, about half a minute\n\n  Docs")
    assert log.read_text().endswith("\nRingbook stopped\n")
    for path in clone.iterdir():
        os.utime(path)  # as if it were cloned again around a .venv
    with make_run(clone, log) as (shown, address):
        assert shown.startswith("\n  Docs")
        assert "or make another: make key" in shown
        made = make_key("HOST=::1", "PORT=8081")
        assert "API=http://[::1]:8081/v1.0" in made.stderr
        create_and_look_up(address, KEY.search(made.stderr)[1])
    environment = ENVIRONMENT | {"RINGBOOK_DATABASE_URL": f"sqlite:///{clone}/var/ringbook.db"}
    subprocess.run([clone / ".venv/bin/ringbook", "customer", "create", "Acme"], env=environment, check=True)
    refused = make_key()
    acme = re.search(r"\n  (\S+)  Acme\n", refused.stderr)[1]
    assert KEY.search(make_key(f"CUSTOMER={acme}").stderr)
