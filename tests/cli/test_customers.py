"""Customers on the command line: none without a name, none lost by a slip."""

import json


def test_a_customers_name_is_never_empty(ringbook):
    customer = json.loads(ringbook("customer", "create", "Acme").stdout)
    for command in (["create", ""], ["update", customer["id"], "--name", " "]):
        assert ringbook("customer", *command).returncode == 1
    assert json.loads(ringbook("customer", "list").stdout) == [customer]
