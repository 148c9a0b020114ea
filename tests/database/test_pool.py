"""The connections to PostgreSQL: lent, taken back, cut when overdue, and never more than there may be."""

import asyncio
import gc
import time

import asyncpg
import pytest

from ringbook.database import pool
from ringbook.database.connecting import parse
from ringbook.database.outage import Outage
from ringbook.database.pool import Pool


@pytest.fixture
def with_pool(postgres_url):
    """Run a coroutine function with a pool of two connections."""

    def run(work):
        async def with_two():
            two = Pool(parse(postgres_url.format(name="postgres")), 2, Outage())
            try:
                await work(two)
            finally:
                await two.close(1)

        asyncio.run(with_two())

    return run


async def backend(lender):
    """Borrow a connection and return the id of the process that serves it."""
    connection = await lender.lend(5)
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    lender.give_back(connection)
    return pid


def test_the_connection_used_last_is_lent_first(with_pool):
    async def work(two):
        first, second = await two.lend(5), await two.lend(5)
        two.give_back(first)
        two.give_back(second)
        assert [await two.lend(5), await two.lend(5)] == [second, first]
        two.give_back(first)
        two.give_back(second)

    with_pool(work)


def test_who_finds_none_free_waits_for_one_but_not_longer_than_told(with_pool):
    async def work(two):
        first, second = await two.lend(5), await two.lend(5)
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            await two.lend(0.2)
        assert time.monotonic() - started >= 0.2
        asyncio.get_running_loop().call_later(0.1, two.give_back, first)
        assert await two.lend(5) is first
        two.give_back(first)
        two.give_back(second)

    with_pool(work)


def test_a_connection_that_is_lent_for_too_long_is_cut_and_makes_room_for_another(with_pool):
    async def work(two):
        for _ in range(3):
            connection = await two.lend(0.2)
            with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
                await connection.execute("SELECT pg_sleep(20)")
            two.give_back(connection)
        await backend(two)

    with_pool(work)


def test_a_place_is_free_only_when_the_server_has_let_go(with_pool):
    async def work(two):
        other = await asyncpg.connect(two._target.url)
        await other.execute("CREATE FUNCTION stubborn() RETURNS void LANGUAGE plpgsql AS $$" + STUBBORN + "$$")
        first = [await two.lend(0.2), await two.lend(0.2)]
        stuck = [asyncio.create_task(connection.execute("SELECT stubborn()")) for connection in first]
        for waiting, connection in zip(stuck, first, strict=True):
            with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
                await waiting
            two.give_back(connection)
        with pytest.raises(TimeoutError, match="no connection within"):
            await two.lend(0.3)
        assert await other.fetchval("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ringbook'") == 2
        await backend(two)
        await other.execute("DROP FUNCTION stubborn()")
        await other.close()

    with_pool(work)


STUBBORN = """
BEGIN
  PERFORM pg_sleep(1.5);
EXCEPTION WHEN query_canceled THEN
  PERFORM pg_sleep(1);
END"""
"""What does not end at the first request to cancel."""


def test_more_time_can_be_given(with_pool):
    async def work(two):
        connection = await two.lend(0.2)
        two.extend(connection, 5)
        await connection.execute("SELECT pg_sleep(0.5)")
        two.give_back(connection)

    with_pool(work)


def test_one_that_the_server_has_ended_or_that_was_idle_for_long_is_not_lent_again(with_pool, monkeypatch):
    async def work(two):
        ended = await backend(two)
        other = await asyncpg.connect(two._target.url)
        await other.execute(f"SELECT pg_terminate_backend({ended}, 5000)")
        await other.close()
        fresh = await backend(two)
        assert fresh != ended
        assert await backend(two) == fresh
        monkeypatch.setattr(pool, "IDLE_CONNECTION_SECONDS", 0.1)
        await asyncio.sleep(0.3)
        assert await backend(two) != fresh

    with_pool(work)


@pytest.mark.filterwarnings("error")
def test_a_connection_that_is_cut_in_the_moment_of_the_end_leaves_no_socket_open(with_pool):
    async def work(two):
        connection = await two.lend(5)
        two.cut(connection)
        two.give_back(connection)

    with_pool(work)
    gc.collect()  # a socket that was left open warns when it is gone
