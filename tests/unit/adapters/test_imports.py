"""Lists of others: what is understood is blocked, and the rest is named."""

import json
from typing import Any

import pytest

from garrison.adapters.imports import plain_list, stix_bundle
from garrison.core.countermeasure import Scope

NOW = 1_790_000_000.0


def bundle(*objects: dict[str, Any]) -> bytes:
    return json.dumps({"type": "bundle", "id": "bundle--1", "objects": list(objects)}).encode()


def indicator(pattern: str, **more: Any) -> dict[str, Any]:
    return {"type": "indicator", "id": "indicator--1", "pattern_type": "stix", "pattern": pattern, **more}


def test_plain_list() -> None:
    text = "# a list\n192.0.2.1\n\n 198.51.100.0/24 ; SBL1\n2001:db8::/32#x\nas64496\nnonsense\n10.1.0.0/8\n"
    found = plain_list(text)
    assert [(str(scope), value) for scope, value, _ in found.targets] == [
        ("network", "192.0.2.1"),
        ("network", "198.51.100.0/24"),
        ("network", "2001:db8::/32"),
        ("as", "64496"),
    ]
    assert [each.partition(":")[0] for each in found.skipped] == ["line 7", "line 8"]


def test_indicators_that_name_addresses() -> None:
    content = bundle(
        {"type": "identity", "id": "identity--1"},
        indicator("[ipv4-addr:value = '198.51.100.1']", valid_until="2027-01-01T00:00:00Z"),
        indicator("[ipv4-addr:value = '198.51.100.2/32' OR ipv4-addr:value ISSUBSET '203.0.113.0/24']"),
        indicator("[ipv6-addr:value = '2001:db8::1']"),
    )
    found = stix_bundle(content, NOW)
    assert found.skipped == ()
    assert found.targets == (
        (Scope.NETWORK, "198.51.100.1", 1798761600.0),
        (Scope.NETWORK, "198.51.100.2", None),
        (Scope.NETWORK, "203.0.113.0/24", None),
        (Scope.NETWORK, "2001:db8::1", None),
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (indicator("[domain-name:value = 'example.com']"), "more than addresses"),
        (indicator("[ipv4-addr:value = '192.0.2.1' AND domain-name:value = 'a']"), "more than addresses"),
        (indicator("[ipv4-addr:value != '192.0.2.1']"), "more than addresses"),
        (indicator("[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.2']"), "one observation"),
        (indicator("[ipv4-addr:value = '192.0.2.999']"), "is no target"),
        (indicator("[ipv4-addr:value = '2001:db8::1']"), "another version"),
        (indicator("[ipv4-addr:value = '192.0.2.1']", revoked=True), "was revoked"),
        (indicator("[ipv4-addr:value = '192.0.2.1']", valid_until="2020-01-01T00:00:00Z"), "not valid now"),
        (indicator("[ipv4-addr:value = '192.0.2.1']", valid_from="2099-01-01T00:00:00Z"), "not valid now"),
        (indicator("[ipv4-addr:value = '192.0.2.1']", valid_until="soon"), "is no time"),
        (indicator("rule x {}", pattern_type="yara"), "another language"),
        ({"type": "indicator"}, "another language"),
    ],
)
def test_what_is_not_understood_is_skipped(given: dict[str, Any], why: str) -> None:
    found = stix_bundle(bundle(given), NOW)
    assert found.targets == ()
    assert why in found.skipped[0]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"type":"bundle"}', b"[" * 100000, b"\xff"])
def test_what_is_no_bundle_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="is no "):
        stix_bundle(content, NOW)
