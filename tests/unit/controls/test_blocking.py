"""Who is blocked or revoked is refused, for as long as that holds."""

from typing import Any

import pytest
from tests.unit.controls.guests import Guests
from tests.unit.engine.drive import request_head

from garrison.config.load import load_settings
from garrison.core.countermeasure import Action, Countermeasure, Scope, parse_target, shown
from garrison.core.errors import ConfigError
from garrison.core.networks import Networks
from garrison.core.question import Question
from garrison.engine.control import Checks
from garrison.engine.exchange import Exchange
from garrison.engine.measures import Measures
from garrison.engine.step import Refuse


def measure(target: str, action: Action = Action.BLOCK, **more: Any) -> Countermeasure:
    scope, value = (Scope.ALL, "all") if target == "all" else parse_target(target)
    return Countermeasure(action, scope, value, 0.0, **more)


def guests(*measures: Countermeasure, settings: str = "", systems: Networks[int] | None = None) -> Guests:
    made = Guests(settings)
    made.policy.state.measures = Measures(measures, systems)
    return made


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("192.0.2.1", "network-blocked"),
        ("192.0.2.0/24", "network-blocked"),
        ("as64496", "system-blocked"),
        ("operation:search", "operation-blocked"),
        ("user-agent:curl", "user-agent-blocked"),
        ("user-agent:@tools", "user-agent-blocked"),
    ],
)
def test_blocked_from_the_network_side(target: str, reason: str) -> None:
    made = guests(measure(target, reason="abuse"), systems=Networks([("192.0.0.0/16", 64496)]))
    visit = made.begin("a:1", headers=(("user-agent", "curl/8.5.0"),))
    assert visit.end() == 403
    assert visit.event
    assert [each.id for each in visit.event.reasons] == [reason]
    assert "abuse" in visit.event.reasons[0].detail
    other = {"peer": "198.51.100.1", "line": "GET /override", "headers": (("user-agent", "Mozilla/5.0 curl/8"),)}
    assert made.status("a:1", **other) == 200


def test_all_who_are_blocked_are_told_the_same() -> None:
    told = {
        guests(measure(target)).begin("a:1", line=line).reply
        for target, line in [
            ("192.0.2.1", "GET /search?q=a"),
            ("192.0.2.0/24", "GET /nowhere"),
            ("operation:search", "GET /search"),
            ("principal:a:1", "GET /search?q=a"),
        ]
    }
    assert len(told) == 1


def test_requests_without_a_program_are_a_class() -> None:
    made = guests(measure("user-agent:@none"))
    assert made.status() == 403
    assert made.status(headers=(("user-agent", "curl/8"),)) == 200


def test_block_ends() -> None:
    made = guests(measure("192.0.2.1", until=100.0), measure("principal:a:1", until=200.0))
    assert made.status(now=99.9) == 403
    assert made.status(now=100.0) == 200
    assert made.status("a:1", now=150.0) == 403
    assert made.status("a:1", now=200.0) == 200


def test_narrower_block_outlives_a_wider_one() -> None:
    made = guests(measure("192.0.2.0/24", until=100.0), measure("192.0.2.1"))
    assert made.status(now=500.0) == 403
    assert made.status(now=500.0, peer="192.0.2.2") == 200


@pytest.mark.parametrize("allowed", ["192.0.2.0/28", "as64496"])
def test_who_is_allowed_is_never_blocked(allowed: str) -> None:
    settings = f"controls: {{blocking: {{allow: [{allowed}]}}}}"
    systems = Networks([("192.0.2.0/28", 64496)])
    made = guests(measure("192.0.2.0/24"), settings=settings, systems=systems)
    assert made.status() == 200
    assert made.status(peer="192.0.2.200") == 403


def test_allow_list_is_checked() -> None:
    with pytest.raises(ConfigError, match=r"did you mean `10\.0\.0\.0/8`"):
        load_settings(b"controls: {blocking: {allow: [10.1.0.0/8]}}", "garrison.yaml")


def test_monitor_mode_only_records() -> None:
    made = guests(measure("192.0.2.1"), settings="controls: {blocking: {mode: monitor}}")
    visit = made.begin()
    assert visit.end() == 200
    assert visit.event
    assert [each.id for each in visit.event.observed] == ["network-blocked"]


@pytest.mark.parametrize("target", ["principal:a:1", "subject:1", "client:shop", "token:t1"])
def test_principals_are_blocked(target: str) -> None:
    made = guests(measure(target))
    visit = made.begin("a:1", facts={"client": "shop", "token": "t1", "issued": 5.0})
    assert visit.end() == 403
    assert visit.event
    assert [each.id for each in visit.event.reasons] == ["principal-blocked"]
    assert made.status("a:2", facts={"client": "app", "token": "t2"}) == 200
    assert made.status() == 200


@pytest.mark.parametrize("target", ["principal:a:1", "subject:1", "client:shop", "all"])
def test_revoked_credentials_are_those_issued_before(target: str) -> None:
    made = guests(measure(target, Action.REVOKE, issued_before=100.0))
    visit = made.begin("a:1", facts={"client": "shop", "issued": 99.0})
    assert visit.end() == 401
    assert visit.event
    assert [each.id for each in visit.event.reasons] == ["credential-revoked"]
    assert "invalid_token" in visit.headers["www-authenticate"]
    assert made.status("a:1", facts={"client": "shop"}) == 401, "of unknown age"
    assert made.status("a:1", facts={"client": "shop", "issued": 100.0}) == 200


def test_token_is_revoked_whenever_it_was_issued() -> None:
    made = guests(measure("token:t1", Action.REVOKE, issued_before=1.0))
    assert made.status("a:1", facts={"token": "t1", "issued": 500.0}) == 401


def test_nobody_is_asked_about_who_is_blocked() -> None:
    made = guests(measure("192.0.2.1"))
    question = Question("introspection x", b"", "text/plain")
    made._compile = lambda operation, settings: Checks(head=lambda facts: question)  # type: ignore[method-assign]
    asking = Guests.__new__(Guests)
    asking.who = made.who
    asking._compile = made._compile  # type: ignore[method-assign]
    Guests.__init__(asking, "")
    asking.policy.state.measures = made.policy.state.measures
    exchange = Exchange(asking.policy, made.begin().exchange._event_id, 1.0)
    step = exchange.request(request_head("GET /search?q=a"))
    assert isinstance(step, Refuse)
    assert step.reply.status == 403


@pytest.mark.parametrize(
    "text",
    ["203.0.113.7", "203.0.113.0/24", "2001:db8::/32", "as64496", "operation:getPet", "user-agent:curl", "token:a"],
)
def test_targets_are_shown_as_they_are_written(text: str) -> None:
    assert shown(measure(text)) == text


@pytest.mark.parametrize("text", ["", "nobody", "client:", "10.0.0.1/8", "as99999999999", "principal: "])
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no |names nobody"):
        parse_target(text)
