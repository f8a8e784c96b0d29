"""The circuit to a third party, in time that is given from outside."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.core.kept import Kept
from garrison.engine.circuit import Circuit, Phase, Terms, Ticket

TERMS = Terms(window=60.0, least=4, share=0.5, pause=30.0, probes=2)


def play(circuit: Circuit, outcomes: Iterable[str | None], now: float, terms: Terms = TERMS) -> list[Phase | None]:
    """Exchanges one after another, a second each; what each led to."""
    led: list[Phase | None] = []
    for at, outcome in enumerate(outcomes):
        ticket = circuit.admit(terms, now + at)
        assert isinstance(ticket, Ticket)
        led.append(circuit.note(terms, ticket, outcome, now + at))
    return led


def opened(now: float = 1000.0) -> Circuit:
    """One that opened at `now`."""
    circuit = Circuit()
    assert play(circuit, ["errors"] * 4, now - 3)[-1] is Phase.OPEN
    return circuit


def test_it_opens_when_enough_exchanges_of_enough_failed() -> None:
    circuit = Circuit()
    assert play(circuit, ["", "", "contract", "errors"], 1000.0) == [None, None, None, Phase.OPEN]
    assert circuit.picture().phase is Phase.OPEN
    assert (circuit.picture().failures, circuit.picture().exchanges, circuit.picture().opened) == (2, 4, 1)


def test_few_exchanges_prove_nothing() -> None:
    assert play(Circuit(), ["errors"] * 3, 1000.0) == [None, None, None]


def test_failures_that_are_rare_enough_are_borne() -> None:
    assert set(play(Circuit(), ["", "", "errors"] * 20, 1000.0)) == {None}


def test_what_says_nothing_of_the_third_party_does_not_count() -> None:
    circuit = Circuit()
    assert set(play(circuit, [None] * 50, 1000.0)) == {None}
    assert play(circuit, ["errors"] * 4, 1050.0)[-1] is Phase.OPEN
    assert circuit.picture().exchanges == 4


def test_what_is_older_than_the_window_is_forgotten() -> None:
    circuit = Circuit()
    play(circuit, ["errors"] * 3, 1000.0)
    assert play(circuit, ["errors"] * 3, 1070.0) == [None, None, None]
    assert circuit.picture().exchanges == 3


def test_an_open_one_refuses_and_says_when_to_come_again() -> None:
    circuit = opened(1000.0)
    assert circuit.admit(TERMS, 1000.0) == 30.0
    assert circuit.admit(TERMS, 1029.5) == 0.5
    assert circuit.picture().refused == 2
    assert isinstance(circuit.admit(TERMS, 1030.0), Ticket)


def test_no_more_probes_than_are_wanted() -> None:
    circuit = opened(1000.0)
    assert [isinstance(circuit.admit(TERMS, 1031.0), Ticket) for _ in range(4)] == [True, True, False, False]


def test_it_closes_when_all_probes_went_well() -> None:
    circuit = opened(1000.0)
    assert play(circuit, ["", ""], 1031.0) == [None, Phase.CLOSED]
    assert circuit.picture().exchanges == 0
    assert set(play(circuit, [""] * 10, 1040.0)) == {None}


def test_one_probe_that_fails_opens_it_again() -> None:
    circuit = opened(1000.0)
    assert play(circuit, ["", "timeouts"], 1031.0) == [None, Phase.OPEN]
    assert circuit.admit(TERMS, 1032.0) == 30.0
    assert circuit.picture().why == "timeouts"


def test_a_probe_that_comes_to_nothing_gives_its_place_back() -> None:
    circuit = opened(1000.0)
    assert set(play(circuit, [None] * 5, 1031.0)) == {None}
    assert play(circuit, ["", ""], 1040.0)[-1] is Phase.CLOSED


def test_what_began_before_a_change_says_nothing_after_it() -> None:
    circuit = Circuit()
    late = [circuit.admit(TERMS, 999.0) for _ in range(6)]
    play(circuit, ["errors"] * 4, 1000.0)
    probe = circuit.admit(TERMS, 1040.0)
    for ticket in late:
        assert isinstance(ticket, Ticket)
        assert circuit.note(TERMS, ticket, "errors", 1041.0) is None
        assert circuit.note(TERMS, ticket, "", 1041.0) is None
    assert circuit.picture().phase is Phase.HALF_OPEN
    assert isinstance(probe, Ticket)


def test_a_clock_that_is_set_back_does_not_hold_it_open() -> None:
    circuit = opened(1000.0)
    assert circuit.admit(TERMS, 10.0) == 30.0


@given(
    st.lists(st.tuples(st.floats(0, 20), st.sampled_from(["", "errors", "contract", None])), max_size=60),
    st.integers(1, 4),
)
def test_in_every_history_an_open_one_opens_again_and_few_probes_are_under_way(
    steps: list[tuple[float, str | None]], probes: int
) -> None:
    terms = Terms(30.0, 5, 0.4, 15.0, probes)
    circuit, now = Circuit(), 1e9
    waiting: list[Ticket] = []
    for passed, outcome in steps:
        now += passed
        admitted = circuit.admit(terms, now)
        if isinstance(admitted, Ticket):
            waiting.append(admitted)
        else:
            assert 0 < admitted <= terms.pause
        if circuit.picture().phase is Phase.HALF_OPEN:
            current = max(each.turn for each in waiting)
            assert sum(each.turn == current for each in waiting) <= probes
        if outcome is None or len(waiting) > 3:
            for ticket in waiting:
                circuit.note(terms, ticket, outcome, now)
            waiting.clear()
    assert isinstance(circuit.admit(terms, now + 16.0), Ticket) or circuit.picture().phase is Phase.HALF_OPEN


@pytest.mark.parametrize("share", [0.01, 1.0])
def test_shares_at_the_ends(share: float) -> None:
    terms = Terms(60.0, 4, share, 30.0, 1)
    assert play(Circuit(), ["errors", "errors", "errors", ""], 1000.0, terms)[:3] == [None] * 3
    assert play(Circuit(), ["", "", "", "errors"], 1000.0, terms)[-1] is (Phase.OPEN if share < 1 else None)


PARTY = "https://mail.example"


class Process:
    """A circuit, and what its process leaves when it ends at once."""

    def __init__(self, left: Iterable[Kept] = (), party: str = PARTY) -> None:
        self.left = list(left)
        self.circuit = Circuit()
        for each in self.left:
            self.circuit.restore(each, party)
        self.circuit.keep_with(lambda *each: self.left.append(Kept(*each)), party)


def test_an_open_circuit_outlives_its_process() -> None:
    before = Process()
    play(before.circuit, ["contract", "errors", "errors", "errors"], 1000.0)
    after = Process(before.left).circuit
    assert after.admit(TERMS, 1003.0 + 10) == 20.0
    picture = after.picture()
    assert (picture.phase, picture.since, picture.exchanges, picture.failures) == (Phase.OPEN, 1003.0, 4, 4)
    assert (picture.why, picture.opened, picture.refused) == ("errors", 0, 1)
    assert play(after, ["", ""], 1033.0) == [None, Phase.CLOSED]


def test_the_circuit_to_another_says_nothing() -> None:
    before = Process()
    play(before.circuit, ["errors"] * 4, 1000.0)
    assert Process(before.left, "https://other.example").circuit.picture().phase is Phase.CLOSED


def test_what_was_being_tried_is_tried_anew() -> None:
    before = Process()
    play(before.circuit, ["errors"] * 4, 1000.0)
    assert isinstance(before.circuit.admit(TERMS, 1040.0), Ticket)
    after = Process(before.left).circuit
    assert [isinstance(after.admit(TERMS, 1041.0), Ticket) for _ in range(3)] == [True, True, False]


def test_one_that_closed_again_stays_closed() -> None:
    before = Process()
    play(before.circuit, ["errors"] * 4, 1000.0)
    play(before.circuit, ["", ""], 1040.0)
    assert Process(before.left).circuit.picture().phase is Phase.CLOSED


@given(st.lists(st.tuples(st.sampled_from(["", "errors", "timeouts", None]), st.booleans(), st.floats(0.1, 20.0))))
def test_wherever_it_is_restarted_nothing_more_passes(steps: list[tuple[str | None, bool, float]]) -> None:
    """Held against one that is never restarted, and told the same: it is closed no sooner."""
    now, process = 1000.0, Process()
    for outcome, restarts, seconds in steps:
        now += seconds
        phase = process.circuit.picture().phase
        if restarts:
            process = Process(process.left)
            assert (process.circuit.picture().phase is Phase.CLOSED) is (phase is Phase.CLOSED)
        admitted = process.circuit.admit(TERMS, now)
        if isinstance(admitted, Ticket):
            process.circuit.note(TERMS, admitted, outcome, now)
