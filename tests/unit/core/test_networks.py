"""Networks are found as the library for addresses finds them."""

import ipaddress
import random

import pytest

from garrison.core.networks import Networks, number_of, prefix, span


def test_holds_what_the_networks_hold() -> None:
    seed = random.Random(7)
    networks = [
        str(ipaddress.ip_network((seed.getrandbits(32) & 0xFF0FFFFF, seed.randint(4, 32)), strict=False))
        for _ in range(400)
    ] + ["10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/16", "10.255.255.255", "0.0.0.0/32", "255.255.255.255", "2001:db8::/32"]
    found = Networks((network, network) for network in networks)
    edges = [bound for network in map(ipaddress.ip_network, networks[:100]) for bound in (network[0], network[-1])]
    addresses = [str(ipaddress.IPv4Address(seed.getrandbits(32) & 0xFF0FFFFF)) for _ in range(400)]
    for address in (*addresses, *map(str, edges), "10.0.0.1", "10.255.255.255", "2001:db8::1", "2001:db9::"):
        parsed = ipaddress.ip_address(address)
        expected = sorted(network for network in networks if parsed in ipaddress.ip_network(network))
        assert sorted(found.find(address)) == expected


def test_narrowest_comes_last() -> None:
    assert Networks([("10.1.0.0/16", "b"), ("10.0.0.0/8", "a"), ("10.1.2.3", "c")]).find("10.1.2.3") == ("a", "b", "c")


@pytest.mark.parametrize("text", ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "+1.2.3.4", " 1.2.3.4", "1.2.3.\u0664", "::g"])
def test_what_is_no_address_is_nowhere(text: str) -> None:
    assert number_of(text) is None
    assert Networks([("0.0.0.0/0", 1), ("::/0", 2)]).find(text) == ()


@pytest.mark.parametrize("text", ["1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "x/8", "::/129", "1.2.3.4/8/8"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no address or network"):
        span(text)


def test_both_forms_of_an_ipv4_address_are_one() -> None:
    assert Networks([("192.0.2.0/24", 1)]).find("::ffff:192.0.2.9") == (1,)


def test_prefix_is_what_a_client_cannot_leave() -> None:
    assert prefix("2001:db8:1:2:3:4:5:6", 32, 64) == "2001:db8:1:2::/64"
    assert prefix("::ffff:192.0.2.9", 32, 64) == "192.0.2.9"
    assert prefix("192.0.2.9", 24, 64) == "192.0.2.0/24"
    assert prefix("unix", 32, 64) == "unix"
