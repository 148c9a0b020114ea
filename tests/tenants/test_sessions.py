"""What is kept of sessions."""

import asyncio

from ringbook.clock import utc_now
from ringbook.database.opening import database_at
from ringbook.tenants.caller import Caller
from ringbook.tenants.sessions import delete_old_sessions
from tests.people import joined
from tests.rows import execute, rows_of


def test_a_session_that_has_ended_is_deleted_with_the_address_it_came_from(alice, bob, server, database_url):
    _, ended = joined(alice, server)
    joined(alice, server, email="ben@acme.com")
    joined(bob, server, email="bob@acme.com")
    ended_id = ended.get("/sessions/current").json()["session"]["id"]
    past = "tm_expire = '2026-01-01T00:00:00.000000Z'"
    execute(database_url, f"UPDATE sessions SET {past} WHERE id = '{ended_id}' OR customer_id = '{bob.customer_id}'")

    async def delete():
        database = database_at(database_url, 2)
        await database.open()
        await delete_old_sessions(Caller(alice.customer_id, "", ""), database, utc_now())
        await database.close()

    asyncio.run(delete())
    customers = [str(row[0]) for row in rows_of(database_url, "SELECT customer_id FROM sessions")]
    assert sorted(customers) == sorted([alice.customer_id, bob.customer_id])
