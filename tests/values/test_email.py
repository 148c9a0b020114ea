"""Email addresses as they are looked up."""

import email_validator
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringbook.values import email


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a@b.co",
            " A@B.co ",
            "mailto:a@b.co",
            "MAILTO: a@b.co",
            "mailto:a@b.co?subject=Hi%20there",
            "mailto:a%40b.co",
        ),
        *("<a@b.co>", "John <a@b.co>", '"Smith, John <x>" <a@b.co> ', "John <mailto:a@b.co>"),
    ],
)
def test_an_address_is_found_in_a_uri_and_behind_a_name(text):
    assert email.reading(text) == "a@b.co"


@pytest.mark.parametrize("text", ["", "<>", "mailto:", "John", "John <a>", "a@b.co, c@d.co", "a@b.co <", "x" * 900_000])
def test_what_is_no_address_is_none(text):
    assert email.reading(text) is None


@given(st.from_regex(r"[a-z0-9_+.-]{1,70}@[a-z0-9.-]{1,70}(\.[a-z0-9-]{1,70}){0,4}", fullmatch=True))
@example("a@b.example")
@example("first.last+tag@mail-1.example.com")
@example("a@ab--c.example")
@example("a..b@c.example")
@example("a@-b.example")
@example("a@b")
@example("a@10.0.0.1")
@example(f"{'a' * 64}@b.example")
@example(f"{'a' * 65}@b.example")
@example(f"a@{'b' * 64}.example")
@example(f"a@{'b.' * 95}c")
def test_an_address_that_is_not_sent_through_the_package_is_one_that_comes_back_as_it_is(address):
    if email._NORMALIZED.fullmatch(address):
        checked = email_validator.validate_email(
            address, check_deliverability=False, globally_deliverable=False, allow_quoted_local=True
        )
        assert checked.normalized == address
