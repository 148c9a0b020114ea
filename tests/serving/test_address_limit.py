"""What connections are counted by."""

import pytest

from ringbook.serving.address_limit import AddressFull, AddressLimit


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        ("203.0.113.1", "203.0.113.1", True),
        ("203.0.113.1", "203.0.113.2", False),
        ("203.0.113.1", "::ffff:203.0.113.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
    ],
)
def test_an_address_is_counted_by_itself_or_by_its_network(one, another, same):
    limit = AddressLimit(1, [])
    counted = limit.enter(one)
    if same:
        with pytest.raises(AddressFull):
            limit.enter(another)
        limit.leave(counted)
    limit.enter(another)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3"])
def test_loopback_and_trusted_proxies_may_have_any_number(host):
    limit = AddressLimit(1, ["10.0.0.0/8", "2001:db8::/32"])
    assert [limit.enter(host) for _ in range(5)] == [None] * 5
