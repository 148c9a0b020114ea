"""A server of several workers."""

import httpx
import pytest

from tests.process import started


@pytest.fixture
def api(database_url, tmp_path, token):
    """A client of a server with three workers."""
    headers = {"Authorization": f"Bearer {token}", "Connection": "close"}  # each request to whichever worker is free
    with (
        started(database_url, tmp_path / "log", "serve", "--workers", "3") as (_, address),
        httpx.Client(base_url=f"{address}/v1.0", headers=headers, timeout=20) as api,
    ):
        yield api
