"""Limits, as clients meet them."""

import pytest
from tests.unit.controls.guests import Guests
from tests.unit.engine.drive import small_policy

from garrison.config.load import load_settings
from garrison.core.errors import ConfigError
from garrison.engine.plan import Interest


def limits(*some: str, more: str = "") -> str:
    return f"controls: {{rate-limit: {{limits: [{', '.join(some)}]{more}}}}}"


def test_principals_are_counted_apart_and_told_when_to_come_back() -> None:
    guests = Guests(limits("{name: each, rate: 2/min}"))
    assert [guests.status("a:1") for _ in range(3)] == [200, 200, 429]
    assert guests.status("a:2") == 200
    visit = guests.begin("a:1", now=2.0)
    assert visit.end() == 429
    assert visit.headers["retry-after"] == "29"
    assert visit.headers["ratelimit-policy"] == '"each";q=2;w=60'
    assert visit.headers["ratelimit"] == '"each";r=0;t=59'
    assert visit.event
    assert [(reason.id, reason.detail) for reason in visit.event.reasons] == [("rate-exceeded", "`each`")]
    assert guests.status("a:1", now=31.0) == 200


def test_answers_say_what_is_left() -> None:
    guests = Guests(limits("{name: burst, by: [peer], rate: 5/s}", "{name: daily, quota: 100/day}"))
    visit = guests.begin("a:1", now=86400.0)
    assert visit.end() == 200
    assert visit.headers == {
        "ratelimit-policy": '"burst";q=5;w=1, "daily";q=100;w=86400',
        "ratelimit": '"burst";r=4;t=1, "daily";r=99;t=86400',
    }


def test_quota_is_told_from_rate() -> None:
    guests = Guests(limits("{name: each, rate: 5/s, quota: 1/h, window: sliding}"))
    assert guests.status("a:1") == 200
    visit = guests.begin("a:1")
    assert visit.end() == 429
    assert visit.event
    assert [(reason.id, reason.detail) for reason in visit.event.reasons] == [("quota-exceeded", "`each-quota`")]


def test_nobody_pays_for_headers_where_no_limit_is_set() -> None:
    off = "error-leakage: {mode: off}, response-schema: {mode: off}, media-type: {mode: off}"
    assert Guests(f"controls: {{{off}}}").policy.plans[0].response_interest is Interest.NONE
    one = f"controls: {{{off}, rate-limit: {{limits: [{{name: a, rate: 5/s}}]"
    assert Guests(one + "}}").policy.plans[0].response_interest is Interest.HEAD
    assert Guests(one + ", headers: false}}").policy.plans[0].response_interest is Interest.NONE


def test_monitor_mode_counts_and_shows_nothing() -> None:
    guests = Guests(limits("{name: each, rate: 1/min}", more=", mode: monitor"))
    visits = [guests.begin("a:1") for _ in range(2)]
    assert [visit.end() for visit in visits] == [200, 200]
    assert [visit.headers for visit in visits] == [{}, {}]
    assert visits[1].event
    assert [reason.id for reason in visits[1].event.observed] == ["rate-exceeded"]


def test_who_is_nobody_is_counted_by_their_network() -> None:
    guests = Guests(limits("{name: each, rate: 1/min}"))
    assert guests.status(peer="2001:db8::1") == 200
    assert guests.status(peer="2001:db8::ffff") == 429
    assert guests.status(peer="2001:db8:0:1::1") == 200
    assert guests.status("a:1", peer="2001:db8::1") == 200


def test_limit_by_peer_speaks_before_everything_else() -> None:
    guests = Guests(limits("{name: net, by: [peer], rate: 1/min}"))
    assert guests.status(line="GET /nowhere") == 404
    visit = guests.begin(line="GET /nowhere")
    assert visit.end() == 429, "what is refused counts, and the limit is what the client is told of"
    assert guests.status("a:1") == 429


def test_first_limit_that_is_reached_refuses_and_later_ones_do_not_count() -> None:
    guests = Guests(limits("{name: net, by: [peer], rate: 1/min}", "{name: each, rate: 2/min}"))
    assert guests.status("a:1") == 200
    assert [guests.status("a:1") for _ in range(5)] == [429] * 5
    assert guests.status("a:1", peer="192.0.2.77") == 200


def test_concurrency_holds_until_the_exchange_is_over() -> None:
    guests = Guests(limits("{name: few, concurrent: 2}"))
    first, second = guests.begin("a:1"), guests.begin("a:1")
    refused = guests.begin("a:1")
    assert refused.end() == 429
    assert refused.event
    assert [reason.id for reason in refused.event.reasons] == ["too-many-at-once"]
    assert refused.headers["retry-after"] == "1"
    assert first.end() == 200
    third = guests.begin("a:1")
    assert (second.end(), third.end()) == (200, 200)


def test_operations_have_costs_and_limits_of_their_own() -> None:
    own = "\noperations: [{match: search, controls: {rate-limit: {cost: 5}}}]"
    guests = Guests(limits("{name: each, rate: 10/min}") + own)
    assert [guests.status("a:1") for _ in range(3)] == [200, 200, 429]
    one = Guests(limits("{name: searches, rate: 1/min, match: [search]}"))
    assert [one.status("a:1") for _ in range(2)] == [200, 429]
    assert [one.status("a:1", line="GET /override") for _ in range(3)] == [200] * 3


def test_by_operation_counts_each_apart() -> None:
    guests = Guests(limits("{name: each, by: [principal, operation], rate: 1/min}"))
    assert [guests.status("a:1") for _ in range(2)] == [200, 429]
    assert [guests.status("a:1", line="GET /override") for _ in range(2)] == [200, 429]
    assert guests.status("a:2") == 200


@pytest.mark.parametrize("by", ["client", "token", "realm"])
def test_client_token_and_realm_have_limits(by: str) -> None:
    guests = Guests(limits(f"{{name: each, by: [{by}], rate: 1/min}}"))
    one, other = {"client": "shop", "token": "t1"}, {"client": "app", "token": "t2"}
    assert guests.status("a:1", facts=one) == 200
    assert guests.status("a:2", facts=one) == 429
    assert guests.status("b:1", facts=other) == 200


@pytest.mark.parametrize("by", ["client", "token"])
def test_nobody_uses_up_what_another_has_by_being_called_so(by: str) -> None:
    guests = Guests(limits(f"{{name: each, by: [{by}], rate: 1/min}}"))
    assert guests.status("a:2", facts={by: "a:1"}) == 200
    assert guests.status("a:1") == 200
    assert guests.status("a:1") == 429


def test_expression_gives_the_key_and_to_leave_it_out_is_no_way_past() -> None:
    guests = Guests(limits("{name: tenant, cel: 'request.headers[\"x-tenant\"]', rate: 1/min}"))
    one, other = (("x-tenant", "one"),), (("x-tenant", "other"),)
    assert [guests.status(headers=one) for _ in range(2)] == [200, 429]
    assert guests.status(headers=other) == 200
    assert [guests.status() for _ in range(2)] == [200, 429]
    assert Guests(limits("{name: t, cel: 'principal.claims.plan', rate: 1/min}")).status("a:1") == 200


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("{name: a}", "`a` limits nothing"),
        ("{name: A b, rate: 1/s}", "`A b` is no name"),
        ("{name: a, rate: often}", "`often` must be a number and a time"),
        ("{name: a, rate: 0/s}", "`0/s` must be more than nothing"),
        ("{name: a, quota: 5/5w}", "`5/5w` must be within 31 days"),
        ("{name: a, rate: 99999999/s}", "more than 10000 a second"),
        ("{name: a, quota: 5/day, burst: 3}", "needs `rate`"),
        ("{name: a, rate: 1/day, burst: 400}", "would take more than 31 days"),
        ("{name: a, rate: 1/s, cel: 'a +'}", "is no CEL expression: 1:4"),
        ("{name: a, rate: 1/s, cel: user.id}", "`user` is not known here"),
        ("{name: a, rate: 1/s, match: [/a]}", "has no method"),
        ("{name: a, rate: 1/s}, {name: a, rate: 2/s}", "`a` is the name of two limits"),
    ],
)
def test_what_cannot_work_is_said(limit: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(limits(limit).encode(), "garrison.yaml")
    assert message in str(caught.value)


def test_cost_that_never_fits_is_said() -> None:
    own = "\noperations: [{match: search, controls: {rate-limit: {cost: 50}}}]"
    with pytest.raises(ConfigError, match="a cost of 50 would never be admitted"):
        load_settings((limits("{name: a, rate: 10/min}") + own).encode(), "garrison.yaml")


def test_limit_that_counts_no_operation_is_said() -> None:
    hint = r"`serach` names no operation of the contract \(hint: did you mean `search`\?\)"
    with pytest.raises(ConfigError, match=hint):
        small_policy(limits("{name: a, rate: 1/s, match: [serach]}"))
