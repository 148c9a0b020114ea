"""On whose behalf something is done."""

from typing import Literal, NamedTuple


class Caller(NamedTuple):
    """On whose behalf something is done: the first argument of every function over a customer's contacts and tags."""

    customer_id: str
    region: str
    """The customer's default region, in which numbers without a country are read; '' for none."""
    who: str
    """The id of the access key, of the user, or of the import; '' for Ringbook itself."""
    who_type: Literal["access_key", "user", "import"] = "access_key"
