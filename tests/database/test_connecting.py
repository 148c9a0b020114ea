"""From a URL of PostgreSQL to one of its hosts: all are tried, and the first that fits is taken."""

import asyncio
import socket
import time
from contextlib import closing

import asyncpg
import pytest

from ringbook.database import connecting
from ringbook.database.connecting import connect_by_url, parse


@pytest.fixture
def silent():
    """The host and port of a server that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def folder(postgres_url):
    """The folder of the socket of PostgreSQL, as a host of a URL."""
    return postgres_url.partition("host=")[2].partition("&")[0].replace("/", "%2F") or pytest.skip("not a socket")


async def server_of(url, seconds=10):
    connection = await connect_by_url(url, seconds)
    name = await connection.fetchval("SELECT current_setting('application_name')")
    await connection.close()
    return connection.host, name


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql://u:p@h/db", ()),
        ("postgresql:///db", ()),
        ("postgresql://u@/db?host=/run/postgresql", ()),
        ("postgresql://u:p@h1:1,h2/db", (("h1", 1), ("h2", None))),
        ("postgresql://u:p@[::1]:1,[fe80::1],h/db", (("::1", 1), ("fe80::1", None), ("h", None))),
        ("postgresql://u@%2Frun%2Fa,h:2/db", (("/run/a", None), ("h", 2))),
        ("postgresql://u@/db?host=h1,h2&port=1,2", (("h1", 1), ("h2", 2))),
        ("postgresql://u@/db?host=h1,h2&port=1", (("h1", 1), ("h2", 1))),
    ],
)
def test_the_hosts_of_a_url_are_read_as_libpq_reads_them(url, hosts):
    assert parse(url).hosts == hosts
    assert parse(url).url == url
    assert parse(url).statement_cache_size is None


def test_what_ringbook_reads_itself_is_not_sent_to_the_server():
    target = parse("postgresql://u:p%40@h/db?sslmode=require&statement_cache_size=0")
    assert (target.url, target.statement_cache_size) == ("postgresql://u:p%40@h/db?sslmode=require", 0)
    assert target.words(ValueError("p%40 and p@")) == "*** and ***"


@pytest.mark.parametrize("order", ["{silent},{folder}", "{folder},{silent}"])
@pytest.mark.parametrize("attributes", ["any", "primary", "read-write"])
def test_a_silent_host_keeps_nobody_from_another(silent, folder, order, attributes):
    hosts = order.format(silent=silent, folder=folder)
    started = time.monotonic()
    host, name = asyncio.run(server_of(f"postgresql://postgres@{hosts}/postgres?target_session_attrs={attributes}"))
    assert time.monotonic() - started < 3
    assert (host[0].startswith("/"), name) == (True, "ringbook")


def test_where_no_host_fits_each_is_named_with_its_reason(folder):
    url = f"postgresql://postgres@127.0.0.1:1,{folder}/postgres?target_session_attrs=standby"
    with pytest.raises(ConnectionError, match=r"(?s)127\.0\.0\.1:1: .*onnect.*; /.*: None of the hosts match"):
        asyncio.run(server_of(url))


def test_a_server_that_says_nothing_is_given_up_in_words(silent):
    with pytest.raises(TimeoutError, match="no answer within 1 s"):
        asyncio.run(server_of(f"postgresql://postgres@{silent}/postgres?sslmode=disable", 1))


def test_a_host_that_comes_to_fit_is_taken_while_another_is_silent(silent, folder, postgres_url):
    """It is asked again: its role is changed while the silent one owes its answer."""
    url = f"postgresql://late@{silent},{folder}/postgres?sslmode=disable"

    async def run():
        admin = await asyncpg.connect(postgres_url.format(name="postgres"))
        await admin.execute("CREATE ROLE late NOLOGIN")
        try:
            coming = asyncio.create_task(server_of(url))
            await asyncio.sleep(connecting.AGAIN_SECONDS)
            assert not coming.done()
            await admin.execute("ALTER ROLE late LOGIN")
            assert (await coming)[0][0].startswith("/")
        finally:
            await admin.execute("DROP ROLE late")
            await admin.close()

    asyncio.run(run())
