"""The command line as a whole: what is wrong is said in a line, and what would be right."""

import os
import subprocess

import click
import pytest

from ringbook.cli.main import cli
from ringbook.cli.parameters import Checked
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


WRONG = {
    "--port 80x": "must be a whole number from 0 to 65535, not '80x'",
    "--port 65536": "must be a whole number from 0 to 65535, not '65536'",
    "--port -1": "must be a whole number from 0 to 65535, not '-1'",
    "--workers 80x": "must be a whole number from 1 to 256, not '80x'",
    "--workers 0": "must be a whole number from 1 to 256, not '0'",
    "--log-format xml": "'xml' is not one of 'auto', 'json', 'console'",
    "--customer 12": "must be an id such as 019c3860-0000-7000-8000-000000000000, not '12'",
    "--scope all": "'all' is not one of 'admin', 'write', 'read', 'phonebook', 'lookup'",
    "--expires-in soon": "must be a number and a unit such as 90s, 15m, 12h, 30d or 8w, not 'soon'",
    "--expires-in 999999999w": "must end before the year 10000, not '999999999w'",
    "--expires-in 500000w": "must end before the year 10000, not '500000w'",
    "--first-calls here": "must be an address such as http://127.0.0.1:8080, not 'here'",
}
OPTIONS = {"--port": ["serve"], "--workers": ["serve"], "--log-format": ["serve"]}


@pytest.mark.parametrize(("given", "answer"), WRONG.items(), ids=WRONG)
def test_a_value_that_is_wrong_is_answered_by_what_is_valid(ringbook, given, answer):
    words = given.split()
    result = ringbook(*OPTIONS.get(words[0], ["accesskey", "create"]), *words)
    assert (result.returncode, result.stdout) == (2, "")
    assert answer in result.stderr


def test_every_id_that_is_wrong_is_answered_by_what_is_one(ringbook):
    commands = [
        "customer update",
        "customer delete",
        "customer restore",
        "accesskey revoke",
        "accesskey list --customer",
    ]
    for command in commands:
        assert "must be an id such as 019c3860-" in ringbook(*command.split(), "12").stderr


def leaves(command, words=()):
    if isinstance(command, click.Group):
        for name, sub in command.commands.items():
            yield from leaves(sub, (*words, name))
    else:
        yield words, command


@pytest.mark.parametrize(
    "command", ["accesskey list", "contacts search ann", "contacts check", "contacts imports", "contacts export"]
)
def test_a_customer_is_named_only_where_there_are_several(ringbook, command):
    ringbook("customer", "create", "Acme")
    assert ringbook(*command.split()).returncode == 0
    ringbook("customer", "create", "Globex")
    several = ringbook(*command.split())
    assert (several.returncode, "choose by --customer ID" in several.stderr) == (1, True)


def test_every_command_of_a_customer_takes_the_same_option():
    helps = {param.help for _, command in leaves(cli) for param in command.params if param.opts == ["--customer"]}
    assert helps == {"Whose; may be left out where there is one customer."}


def test_no_option_leaves_its_answer_to_a_type_that_names_nothing_valid():
    kinds = {type(param.type) for _, command in leaves(cli) for param in command.params}
    assert kinds == {Checked, click.Choice, click.Path, click.types.StringParamType, click.types.BoolParamType}
