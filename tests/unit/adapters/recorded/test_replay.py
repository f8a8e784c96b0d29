"""Replays count what is denied, and how two policies differ."""

from msgspec.structs import replace
from tests.unit.adapters.recorded.recording import get, policy, post

from garrison.adapters.recorded.compare import Change, Difference, Effect, Group
from garrison.adapters.recorded.exchange import Entry, Unreadable
from garrison.adapters.recorded.play import play
from garrison.adapters.recorded.replay import MAX_UNREADABLE, replay
from garrison.controls.catalogue import CONTROLS
from garrison.core.decision import Reason
from garrison.core.ids import ControlId, ReasonId

BAD = [get("/pets?limit=0", name=str(number)) for number in range(7)]
TRAFFIC: list[Entry] = [get(), *BAD, get("/cats", name="cat"), post(b"{}", name="post")]


def test_groups() -> None:
    result = replay(TRAFFIC, policy())
    assert result.exchanges == 10
    assert result.outcomes.by_effect == {
        Effect.ALLOWED: 1, Effect.OBSERVED: 0, Effect.REWRITTEN: 0, Effect.DENIED: 9,
    }  # fmt: skip
    assert result.outcomes.groups()[0] == Group(
        Effect.DENIED, "listPets", "parameter-invalid", "request-schema", "(anonymous)", 7, ("0", "1", "2", "3", "4")
    )
    assert [group.operation for group in result.outcomes.groups()[1:]] == ["(undescribed)", "addPet"]
    assert result.finds


def test_monitored_objections_are_groups_of_their_own() -> None:
    result = replay(TRAFFIC, policy(mode="monitor"))
    assert result.outcomes.by_effect[Effect.OBSERVED] == 9
    assert {group.effect for group in result.outcomes.groups()} == {Effect.OBSERVED}


def test_differences() -> None:
    lenient = [{"match": "listPets", "controls": {"request-schema": {"mode": "monitor"}}}]
    strict = {"request-limits": {"uri-bytes": 4}}
    result = replay(TRAFFIC, policy(operations=lenient), policy(controls=strict))
    assert result.differences is not None
    before, after = ("parameter-invalid",), ("uri-too-long", "parameter-invalid")
    assert result.differences.groups() == [
        Difference(Change.NEWLY_DENIED, "listPets", "(anonymous)", before, after, 7, ("0", "1", "2", "3", "4")),
        Difference(Change.NEWLY_DENIED, "listPets", "(anonymous)", (), ("uri-too-long",), 1, ("a",)),
        Difference(
            Change.OTHER_REASONS, "(undescribed)", "(anonymous)",
            ("unknown-operation",), ("unknown-operation", "uri-too-long"), 1, ("cat",),
        ),
        Difference(
            Change.OTHER_REASONS, "addPet", "(anonymous)", ("body-invalid",), ("uri-too-long",), 1, ("post",)
        ),
    ]  # fmt: skip
    counted = result.differences.by_change
    assert (counted[Change.NEWLY_DENIED], counted[Change.OTHER_REASONS], counted[Change.NEWLY_ALLOWED]) == (8, 2, 0)


def test_every_change_is_named() -> None:
    monitor, enforce = policy(mode="monitor"), policy()
    off = policy(controls={"request-schema": {"mode": "off"}})
    bad: list[Entry] = [BAD[0]]
    found = {
        name: next(change for change, count in result.differences.by_change.items() if count)
        for name, result in {
            "denied": replay(bad, monitor, enforce),
            "allowed": replay(bad, enforce, off),
            "observed": replay(bad, off, monitor),
            "unobserved": replay(bad, monitor, off),
        }.items()
        if result.differences is not None
    }
    assert found == {
        "denied": Change.NEWLY_DENIED,
        "allowed": Change.NEWLY_ALLOWED,
        "observed": Change.NEWLY_OBSERVED,
        "unobserved": Change.NO_LONGER_OBSERVED,
    }
    same = replay(TRAFFIC, enforce, policy())
    assert not same.finds


def test_what_was_decided_then_is_compared() -> None:
    event = play(policy(), BAD[0]).event
    kept: list[Entry] = [replace(BAD[0], event=event), replace(BAD[1], event=event), BAD[2]]
    result = replay(kept, policy())
    assert (result.as_recorded, result.unlike_recorded) == (2, [])
    result = replay(kept, policy(mode="monitor"))
    assert (result.as_recorded, result.unlike_recorded) == (0, ["0", "1"])


def test_what_a_countermeasure_had_a_say_in_is_not_compared() -> None:
    event = play(policy(), get()).event
    of_the_policy = reason("rate-exceeded", "rate-limit")
    measures = [
        reason("network-blocked", "blocking"),
        reason("step-up-demanded", "revocation"),
        reason("throttled", "rate-limit"),
        reason("budget-tightened", "exposure"),
    ]
    kept: list[Entry] = [
        *(replace(get(), event=replace(event, observed=(measure,))) for measure in measures),
        replace(get(), event=replace(event, allowed=False, reasons=(of_the_policy, measures[0]))),
        replace(get(name="limited"), event=replace(event, observed=(of_the_policy,))),
    ]
    result = replay(kept, policy())
    assert (result.exchanges, result.measured) == (6, 5)
    assert (result.as_recorded, result.unlike_recorded) == (0, ["limited"])
    declared = {(each.id, spec.id) for spec in CONTROLS for each in spec.reasons.specs}
    assert {(measure.id, measure.control) for measure in measures} <= declared


def reason(name: str, control: str) -> Reason:
    return Reason(ReasonId(name), ControlId(control), 403)


def test_principal_is_who_it_was_then() -> None:
    event = replace(play(policy(), BAD[0]).event, principal="ada")
    result = replay([replace(BAD[0], event=event)], policy())
    assert [group.principal for group in result.outcomes.groups()] == ["ada"]


def test_unreadable_and_missing_are_counted() -> None:
    many: list[Entry] = [Unreadable(None, f"line {number}", "x") for number in range(99)]
    result = replay([*many, replace(post(b"", is_whole=False), response=None)], policy())
    assert (len(result.unreadable), result.missing, result.exchanges) == (MAX_UNREADABLE, {"request-body": 1}, 1)
    assert result.finds
