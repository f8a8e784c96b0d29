"""The laws that hold for whatever is sent, with the controls as they are."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.properties.exchanges import Made, all_exchanges, exchanges
from tests.unit.engine.drive import EVENT_ID, PEER, play, small_policy

from garrison.core.canonical import canonicalise
from garrison.core.http import RequestHead, ResponseHead
from garrison.engine.exchange import Exchange
from garrison.engine.multipart import MultipartError, read_parts
from garrison.engine.step import Observe, Pass, Refuse

_SMALL = (
    "controls: {request-limits: {inspected-bytes: 60, array-items: 5}, inventory: {allow-head: true, allow-preflight: "
    "true}, response-schema: {mode: %s, action: %s, inspected-bytes: 60}}"
)  # small bounds, so that they are met
POLICIES = {
    "enforce": small_policy("mode: enforce\n" + _SMALL % ("enforce", "refuse")),
    "enforce and strip": small_policy("mode: enforce\n" + _SMALL % ("enforce", "strip")),
    "enforce requests": small_policy("mode: enforce\n" + _SMALL % ("monitor", "refuse")),
    "enforce what is undescribed": small_policy(
        "mode: enforce\ncontrols: {inventory: {unsafe-allow-undescribed: true}, canonical-form: {mode: monitor}}"
    ),
    "monitor": small_policy("mode: monitor\n" + _SMALL % ("enforce", "strip")),
}
sizes = st.lists(st.integers(0, 30), max_size=6)
named = pytest.mark.parametrize("name", POLICIES)


@named
@given(made=all_exchanges, chunks=st.tuples(sizes, sizes))
def test_chunks_do_not_matter(name: str, made: Made, chunks: tuple[list[int], list[int]]) -> None:
    """How a body is cut into chunks never changes a decision."""
    policy = POLICIES[name]
    whole = play(policy, made.head, made.body if made.head.has_body else None, made.answer)
    fed = play(policy, made.head, made.body if made.head.has_body else None, made.answer, chunks=chunks)
    assert (fed.request, fed.response, fed.decision) == (whole.request, whole.response, whole.decision)
    assert (fed.event.disposition, fed.event.uninspected) == (whole.event.disposition, whole.event.uninspected)


@named
@given(made=all_exchanges)
def test_no_input_raises(name: str, made: Made) -> None:
    """No input raises, and the engine's guard has nothing to catch."""
    result = play(POLICIES[name], made.head, made.body, made.answer)
    assert result.event.errors == ()
    assert msgspec.json.decode(msgspec.json.encode(result.event))["id"] == EVENT_ID


@given(made=exchanges(), target=st.text(), name=st.text(), value=st.text())
def test_not_even_text_that_is_no_bytes_raises(made: Made, target: str, name: str, value: str) -> None:
    """No input raises: also what no adapter could hand on."""
    head = msgspec.structs.replace(made.head, target=target, headers=((name, value),), method=name, authority=value)
    result = play(POLICIES["enforce"], head, made.body, (ResponseHead(200, ((name, value),)), b""))
    assert result.event.errors == ()


@named
@given(made=all_exchanges)
def test_denial_has_a_reason_and_an_allowed_exchange_has_none(name: str, made: Made) -> None:
    """Every denial carries a reason."""
    result = play(POLICIES[name], made.head, made.body, made.answer)
    assert (result.refused > 0) == (not result.decision.allowed) == bool(result.decision.reasons)


@given(made=all_exchanges)
def test_monitor_mode_changes_nothing(made: Made) -> None:
    """Monitor mode never changes what the client sees."""
    exchange = Exchange(POLICIES["monitor"], EVENT_ID, 1.0)
    steps = [exchange.request(made.head)]
    if isinstance(steps[-1], Observe):
        steps.append(exchange.request_body(made.body, True))
    steps.append(exchange.response(made.answer[0]))
    if isinstance(steps[-1], Observe):
        steps.append(exchange.response_body(made.answer[1], True))
    assert all(isinstance(step, Pass | Observe) and step.mutation is None for step in steps)


@given(made=all_exchanges)
def test_monitor_mode_records_what_enforcing_refuses(made: Made) -> None:
    """What would be denied is what is recorded: the first refusal's reasons are all observed."""
    enforced = play(POLICIES["enforce"], made.head, made.body, made.answer)
    observed = play(POLICIES["monitor"], made.head, made.body, made.answer)
    if isinstance(enforced.request, Refuse):
        assert set(enforced.event.reasons) <= set(observed.event.observed)


@given(made=all_exchanges)
def test_what_is_forwarded_is_read_as_judged(made: Made) -> None:
    """What was judged is what is forwarded: the target, read again, has the same reading and no other."""
    result = play(POLICIES["enforce"], made.head, made.body, made.answer)
    if not isinstance(result.request, Pass):
        return
    mutation = result.request.mutation
    target = made.head.target if mutation is None or mutation.target is None else mutation.target
    judged = canonicalise(made.head)
    again = canonicalise(RequestHead("GET", target, "a", (), PEER))
    assert (again.segments, again.query, again.target) == (judged.segments, judged.query, target)
    assert again.ambiguities == ()


@given(st.lists(st.tuples(st.text("ab", min_size=1, max_size=3), st.binary(max_size=30)), max_size=4))
def test_multipart_that_a_client_writes_is_read_back(parts: list[tuple[str, bytes]]) -> None:
    """A multipart body is read as it was written, whatever its parts hold, but for the boundary."""
    written = b"".join(
        b'--xyz\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name.encode(), content)
        for name, content in parts
    )
    if any(b"--xyz" in content for _, content in parts):
        return
    found = read_parts(written + b"--xyz--\r\n", "xyz", 10)
    assert [(part.name, part.content) for part in found] == parts


@given(
    st.lists(
        st.sampled_from([b"--b", b"\r\n", b"\n", b"--", b"-", b" ", b'Content-Disposition: form-data; name="a"', b"x"])
    )
)
def test_multipart_is_read_or_refused(pieces: list[bytes]) -> None:
    """No input raises; and in what is read, the boundary stands nowhere but between parts."""
    body = b"".join(pieces)
    try:
        found = read_parts(body, "b", 10)
    except MultipartError:
        return
    assert body.count(b"--b") == len(found) + 1
