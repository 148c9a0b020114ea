"""The command line as a whole: what is wrong is said in a line, and what would be right."""

import os
import subprocess

from ringbook.config import SETTINGS
from tests.process import COMMAND


def test_a_bad_setting_is_named(ringbook):
    result = ringbook("customer", "list", RINGBOOK_MAX_BODY_BYTES="many")
    assert (result.returncode, result.stdout) == (1, "")
    assert "RINGBOOK_MAX_BODY_BYTES" in result.stderr


def test_help_names_every_setting():
    shown = subprocess.check_output([*COMMAND, "--help"], text=True)
    assert [name for name in SETTINGS if f"RINGBOOK_{name.upper()}: " not in shown] == []


def test_a_database_that_cannot_be_reached_is_named_without_its_password():
    environment = os.environ | {"RINGBOOK_DATABASE_URL": "postgresql://user:S3CRET@127.0.0.1:1/book"}
    result = subprocess.run(
        [*COMMAND, "customer", "list"], env=environment, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("ringbook: RINGBOOK_DATABASE_URL: ")
    assert "S3CRET" not in result.stderr
