"""Which events a base rule's condition chooses."""

from typing import Any

import pytest
from tests.unit.detect.made import base, event, found, reason, rules, told

from garrison.core.errors import ConfigError

GIVEN = event(
    12 * 3600 + 34 * 60,
    status=404,
    principal="Alice",
    peer="198.51.100.7",
    agent="curl",
    response_bytes=1200,
    reasons=(reason("not-owner"), reason("scope-required")),
    forms=("path.user=email",),
    duration=0.5,
    missed=True,
    **told("p1", "p2"),
)


def chooses(detection: str, given: Any = GIVEN) -> bool:
    return bool(found(base("one", detection), given))


@pytest.mark.parametrize(
    ("detection", "chosen"),
    [
        ("{status: 404}", True),
        ("{status: '404'}", True),
        ("{status: '4*'}", True),
        ("{status: [200, 404]}", True),
        ("{status: 200}", False),
        ("{sc-status: 404, cs-method: GET}", True),
        ("{sc-status: 404, cs-method: POST}", False),
        ("{http.response.status_code: 404}", True),
        ("{http_response.code: 404}", True),
        ("{principal: alice}", True),
        ("{principal|cased: alice}", False),
        ("{principal|cased: Alice}", True),
        ("{principal|startswith: al}", True),
        ("{principal|endswith: ce}", True),
        ("{principal|contains: lic}", True),
        ("{principal: 'a*c?'}", True),
        ("{principal: 'a*d?'}", False),
        ("{principal|re: '^A.+e$'}", True),
        ("{principal|re: '^a.+e$'}", False),
        ("{principal|re|i: '^a.+e$'}", True),
        ("{principal|exists: true}", True),
        ("{token|exists: true}", False),
        ("{token: null}", True),
        ("{principal: null}", False),
        ("{c-ip|cidr: 198.51.100.0/24}", True),
        ("{c-ip|cidr: 203.0.113.0/24}", False),
        ("{response_bytes|gte: 1200}", True),
        ("{response_bytes|gt: 1200}", False),
        ("{response_bytes|lt: 1201, duration|lte: 0.5}", True),
        ("{reason: scope-required}", True),
        ("{reason|contains|all: [owner, scope]}", True),
        ("{reason|contains|all: [owner, role]}", False),
        ("{forms: '*=email'}", True),
        ("{missed: true}", True),
        ("{missed: false}", False),
        ("{anonymous: true}", False),
        ("{people: p2}", True),
        ("{network: 198.51.100.0/24}", True),
        ("{hour: 12, weekday: 3}", True),
        ("{time|hour: 12, time|minute: 34}", True),
        ("{principal|fieldref: agent}", False),
        ("{principal|neq: Alice}", False),
        ("[curl]", True),
        ("[wget]", False),
        ("['98.51.1']", True),
    ],
)
def test_condition(detection: str, chosen: bool) -> None:
    assert chooses(detection) is chosen


def test_conditions_are_joined() -> None:
    text = """
title: one
name: one
logsource: {category: webserver}
detection:
  a1: {status: 404}
  a2: {principal: bob}
  b: {agent: curl}
  condition: 1 of a* and not (b and not all of a*)
"""
    assert not found(text, GIVEN)
    assert found(text, event(0, status=404, principal="bob", agent="curl"))
    assert found(text, event(0, status=404))


def test_filter_is_cel_over_the_event() -> None:
    text = base("one", "{status: 404}", "garrison: {filter: 'event.response_bytes > 1000 && \"p1\" in event.people'}")
    assert found(text, GIVEN)
    assert not found(text, event(0, status=404, response_bytes=2000))


def test_filter_that_fails_is_not_fulfilled() -> None:
    assert not found(
        base("one", "{status: 404}", "garrison: {filter: 'event.response_bytes > event.principal'}"), GIVEN
    )


@pytest.mark.parametrize(
    ("detection", "said"),
    [
        ("{colour: red}", "`colour` is no field"),
        ("{cs-uri-query: '*union*'}", "`cs-uri-query` is no field"),
        ("{statu: 404}", "did you mean `status`"),
        ("[{statu: 404, status: 404}, {colour: red}]", "`statu`, `colour` are no fields of an event"),
        ("{principal|re: '(?<=a)b'}", "invalid"),
        ("{principal|expand: '%names%'}", "placeholder"),
        ("{time|month: 3}", "`month` of a moment is not supported"),
        ("{principal|fieldref|startswith: agent}", "compare the whole"),
        ("{principal|strange: 1}", "unknown modifier"),
    ],
)
def test_what_cannot_be_done_is_said(detection: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        rules(base("one", detection))
    assert said in str(raised.value)
    assert str(raised.value).startswith("rules.yml:1: $[0].detection")


def test_a_long_pattern_is_refused() -> None:
    with pytest.raises(ConfigError, match="more than 1000 characters"):
        rules(base("one", f"{{principal|re: '{'a' * 1001}'}}"))
