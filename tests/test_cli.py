"""The command line, and the server as a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

COMMAND = [sys.executable, "-c", "from ringbook.cli import main; main()"]


@pytest.fixture
def ringbook(database_url):
    """Run a command of ringbook and return its result."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RINGBOOK_")}

    def run(*arguments, **settings):
        environment.update(RINGBOOK_DATABASE_URL=database_url, **settings)
        return subprocess.run([*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False)

    return run


def test_customers_and_access_keys(ringbook):
    customer = json.loads(ringbook("customer", "create", "Acme", "--default-region", "us").stdout)
    assert list(customer) == ["id", "name", "default_region", "tm_create"]
    assert customer["default_region"] == "US"
    assert json.loads(ringbook("customer", "list").stdout) == [customer]
    key = json.loads(ringbook("accesskey", "create", "--customer", customer["id"], "--expires-in", "30d").stdout)
    assert list(key) == ["id", "customer_id", "name", "prefix", "scopes", "tm_expire", "tm_create", "token"]
    assert key["scopes"] == ["write"]
    del key["token"]
    assert json.loads(ringbook("accesskey", "list", "--customer", customer["id"]).stdout) == [key]
    assert json.loads(ringbook("accesskey", "revoke", key["id"]).stdout) == key
    assert ringbook("accesskey", "revoke", key["id"]).returncode == 1
    assert json.loads(ringbook("customer", "delete", customer["id"]).stdout) == customer


def test_a_bad_setting_is_named(ringbook):
    result = ringbook("customer", "list", RINGBOOK_MAX_BODY_BYTES="many")
    assert (result.returncode, result.stdout) == (1, "")
    assert "RINGBOOK_MAX_BODY_BYTES" in result.stderr


@pytest.mark.parametrize("workers", [1, 2])
def test_serve_answers_and_ends_with_0_on_sigterm(ringbook, database_url, tmp_path, workers):
    customer = json.loads(ringbook("customer", "create", "Acme", "--default-region", "US").stdout)
    token = json.loads(ringbook("accesskey", "create", "--customer", customer["id"]).stdout)["token"]
    environment = os.environ | {"RINGBOOK_DATABASE_URL": database_url}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", "--workers", str(workers)], env=environment, stderr=log, stdout=log
        )
    try:
        while not (text := (tmp_path / "log").read_text()).count("/v1.0"):
            assert process.poll() is None, text
            time.sleep(0.05)
        address = text.split("serves ")[1].split()[0]
        with httpx.Client(base_url=address, params={"token": token}, timeout=20) as api:
            for _ in range(20):
                assert api.post("/contacts", json={"phone_numbers": [{"number": "5551234567"}]}).status_code == 201
            metrics = api.get(address.replace("v1.0", "metrics")).text
        count = 'ringbook_http_request_duration_seconds_count{method="POST",route="/v1.0/contacts",status="201"} 20.0'
        assert count in metrics
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert token not in (tmp_path / "log").read_text()
