"""Whom a detection is about: the narrowest, never who merely took part beside others."""

from typing import Any

import pytest
from tests.unit.respond.samples import by, detection, named

from garrison.core.countermeasure import Scope
from garrison.core.detection import MOST_NAMED, Detection
from garrison.respond.parties import Target, party_of, spared_by, targets

PEER = Target(Scope.NETWORK, "203.0.113.7")
ADA = Target(Scope.PRINCIPAL, "shop:ada")


def about(group: dict[str, str], **kinds: Any) -> Detection:
    return detection(group=tuple(group.items()), named=named(**kinds))


@pytest.mark.parametrize(
    ("given", "party", "found"),
    [
        (detection(), "peer", [PEER]),
        (about({"c-ip": "203.0.113.7"}, peers=["203.0.113.7"]), "peer", [PEER]),
        (by("shop:ada"), "principal", [ADA]),
        (about({"peer": "203.0.113.7"}, peers=["203.0.113.7"], principals=["shop:ada"]), "principal", [ADA]),
        (about({"token": "t1"}, tokens=["t1"], principals=["shop:ada"]), "principal", [ADA]),
        (about({"token": "t1"}, tokens=["t1"]), "token", [Target(Scope.TOKEN, "t1")]),
        (about({"client": "sync"}, clients=["sync"], principals=[]), "client", [Target(Scope.CLIENT, "sync")]),
        (about({"network": "203.0.113.0/24"}, peers=["203.0.113.7", "203.0.113.8"]), "network",
         [Target(Scope.NETWORK, "203.0.113.0/24")]),
        (about({"peer": "2001:db8:1:2::/64"}, peers=["2001:db8:1:2::a", "2001:db8:1:2::b"]), "peer",
         [Target(Scope.NETWORK, "2001:db8:1:2::/64")]),
        (about({"operation": "getPet"}, operations=["getPet"], principals=["shop:ada"]), "operation", []),
        (about({"subjects": "x"}, principals=["shop:ada", "shop:bob"], peers=["203.0.113.7"]), "nobody", []),
        (about({}, peers=["203.0.113.7"]), "peer", [PEER]),
    ],
)  # fmt: skip
def test_the_narrowest(given: Detection, party: str, found: list[Target]) -> None:
    assert party_of(given) == party
    assert list(targets(given, "narrowest")) == found


def test_all_principals_behind_an_address_where_all_are_known() -> None:
    few = about({"peer": "203.0.113.7"}, peers=["203.0.113.7"], principals=["shop:ada", "shop:bob"])
    assert [each.value for each in targets(few, "narrowest")] == ["shop:ada", "shop:bob"]
    many = about({"peer": "203.0.113.7"}, peers=["203.0.113.7"], principals=[f"p:{n}" for n in range(MOST_NAMED)])
    assert targets(many, "narrowest") == (PEER,)


def test_of_a_kind_that_it_does_not_name_there_is_nobody() -> None:
    assert targets(detection(), "token") == ()
    assert targets(detection(), "operation") == (Target(Scope.OPERATION, "getPet"),)


def test_a_peer_without_an_address_is_nobody() -> None:
    assert targets(about({"peer": "unix"}, peers=["unix"]), "narrowest") == ()
    assert targets(about({}, peers=["unix"]), "peer") == ()


@pytest.mark.parametrize(
    ("never", "given", "target", "touched"),
    [
        ("principal:shop:ada", by("shop:ada"), ADA, True),
        ("principal:shop:bob", by("shop:ada"), ADA, False),
        ("principal:shop:ada", by("shop:ada"), PEER, True),
        ("203.0.113.0/24", detection(), PEER, True),
        ("203.0.113.7", detection(), Target(Scope.NETWORK, "203.0.112.0/20"), True),
        ("203.0.113.0/24", by("shop:ada"), ADA, True),
        ("2001:db8::/32", detection(), PEER, False),
        ("as64496", detection(), PEER, False),
        ("client:sync", about({"principal": "shop:ada"}, principals=["shop:ada"], clients=["sync"]), ADA, True),
        ("principal:shop:ada", by("shop:ada"), Target(Scope.OPERATION, "getPet"), False),
    ],
)
def test_who_is_spared(never: str, given: Detection, target: Target, touched: bool) -> None:
    assert spared_by(target, given, ["client:other", never]) == (never if touched else None)
