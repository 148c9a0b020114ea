"""What every test of webhooks has."""

import pytest

from tests.webhooks.receiver import receiving


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one
