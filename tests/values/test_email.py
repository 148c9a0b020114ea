"""Email addresses as they are looked up."""

import pytest

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
