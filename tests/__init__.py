"""The tests, in the rooms of what they test."""

import pytest

pytest.register_assert_rewrite("tests.replay")  # so that a document that has drifted is shown beside the answer
