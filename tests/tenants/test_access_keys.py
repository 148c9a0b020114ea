"""An access key: its form, its checksum, and what of it is asked of the database."""

import re
import tempfile
from pathlib import Path

import httpx
import pytest

from ringbook.tenants.access_keys import hash_token
from tests.faults.processes import Postgres, Ringbook
from tests.keys import access_key

BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_a_new_key_has_a_checksum_and_works_without_it_as_keys_of_before_do(database_url, server, alice):
    token = access_key(database_url, alice.customer_id)
    assert re.fullmatch("rb_[0-9A-Za-z]{32}[0-9A-Za-z]{6}", token)
    for given in (token, token[:35]):
        answer = httpx.get(f"{server}/v1.0/contacts", params={"token": given}, timeout=20)
        assert answer.status_code == 200


def test_a_mistyped_key_is_told_from_its_checksum(database_url, alice):
    token = access_key(database_url, alice.customer_id)
    for i in range(3, len(token)):
        wrong = next(one for one in BASE62 if one != token[i])
        assert hash_token(token[:i] + wrong + token[i + 1 :]) is None
    assert hash_token(token) == hash_token(token[:35]) is not None


@pytest.mark.parametrize(
    "token",
    ["", "wrong", "rb_", "rb_" + "x" * 31, "rb_" + "x" * 33, "rb_" + "x" * 39, "xx_" + "x" * 32, "rb_" + "é" * 32],
)
def test_what_has_not_the_form_of_a_key_never_reaches_the_database(token):
    assert hash_token(token) is None


def test_while_the_database_is_away_a_text_that_is_no_key_is_401_and_a_key_503(tmp_path):
    database = Postgres(Path(tempfile.mkdtemp(prefix="pg")))
    server = Ringbook(database.url, tmp_path)
    server.start()
    try:
        database.stop()

        def status(token):
            return httpx.get(f"{server.address}/v1.0/contacts", params={"token": token}, timeout=20).status_code

        assert [status("rb_" + "x" * 32), status("wrong"), status("rb_" + "x" * 38)] == [503, 401, 401]
    finally:
        server.stop()
        database.remove()
