"""Whatever is sent, in whatever order: no 5xx, no answer that is not documented, none that is not the model's."""

import re

import httpx
import pytest

from tests.api.test_model import play
from tests.api.test_openapi import attack

SECONDS, PLAYS = 45, 40
"""Of one run, on each database; FAULT_TIMES as many in a long one."""


@pytest.fixture
def server_settings():
    """Schemathesis sends more requests without a key than one address may: 429 would take the place of 401."""
    return {"RINGBOOK_RATE_LIMIT_PER_ADDRESS": "off"}


def answered(server):
    """Return how many requests were answered so far, by status."""
    lines = re.findall(
        r'^ringbook_http_request_duration_seconds_count\{.*status="(\d+)"\} (\d+)',
        httpx.get(f"{server}/metrics").text,
        re.MULTILINE,
    )
    return {status: sum(int(count) for of, count in lines if of == status) for status, _ in lines}


def test_schemathesis_finds_nothing_however_long_it_looks(server, alice, tmp_path, longer, figure):
    before = answered(server)
    attack(server, alice.token, tmp_path, "--max-time", str(SECONDS * longer))
    after = answered(server)
    counts = {status: after[status] - before.get(status, 0) for status in after}
    figure(f"{sum(counts.values()):,} requests")
    assert not [status for status, count in counts.items() if count and status.startswith("5")]


def test_two_customers_calls_in_any_order_are_answered_as_by_the_model(server, database_url, longer, figure):
    before = sum(answered(server).values())
    play(server, database_url, PLAYS * longer)
    figure(f"{sum(answered(server).values()) - before:,} calls, every answer the model's")
