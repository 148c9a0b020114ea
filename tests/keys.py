"""Access keys for tests."""

from ringbook.clock import utc_now
from ringbook.database.opening import database_at
from ringbook.tenants import access_keys
from tests.loops import run


async def _create(url, customer_id, scopes, expires_in):
    database = database_at(url, 1)
    await database.open()
    tm_expire = utc_now() + expires_in if expires_in else None
    key = await access_keys.create(database, customer_id, utc_now(), scopes=scopes, tm_expire=tm_expire)
    await database.close()
    return key["token"]


def access_key(url, customer_id, *scopes, expires_in=None):
    """Make an access key of these scopes, and return its token."""
    return run(_create(url, customer_id, scopes, expires_in))
