"""The laws of budgets: each test's docstring is one of them."""

from collections.abc import Iterable
from math import ceil, floor
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.controls.acting import JSON, Stage, api, operation, principal
from tests.unit.engine.drive import EVENT_ID, request_head

from garrison.core.event import Event
from garrison.core.http import ResponseHead
from garrison.engine.budgets import Budgets
from garrison.engine.exchange import Exchange
from garrison.engine.looks import Taken
from garrison.engine.recent import FEW, Few, Many
from garrison.engine.spaces import Release
from garrison.engine.step import Pass, Refuse

START = 1_790_000_000.25
PEOPLE = {"type": "array", "items": {"properties": {"id": {"x-garrison-subject": "person", "type": "string"}}}}
WINDOWS = {"short": (60, 3), "long": (180, 5)}
BUDGETS = "{name: short, limit: 3, window: 1m}, {name: long, limit: 5, window: 3m}"
WHO = [principal("ada"), principal("bob")]


class Step(NamedTuple):
    """One answer."""

    pause: float
    who: int
    shown: list[int]
    is_broken: bool
    """Whether it does not leave for another reason."""
    waits: int
    """How many other exchanges are judged before it is over."""


steps = st.lists(
    st.builds(
        Step,
        st.floats(0, 40) | st.just(0.0) | st.floats(-30, 0),
        st.integers(0, 1),
        st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True),
        st.integers(0, 5).map(lambda roll: roll == 0),
        st.integers(0, 3),
    ),
    max_size=40,
)


def scene(lists: str = "refuse", then: str = "deny") -> Stage:
    told = BUDGETS.replace("}", f", then: {then}}}")
    contract = api({"/people": {"get": operation(PEOPLE)}})
    return Stage(
        contract, f"response-schema: {{mode: enforce}}, exposure: {{mode: enforce, lists: {lists}, budgets: [{told}]}}"
    )


def judged(stage: Stage, step: Step, now: float) -> tuple[Exchange, Any]:
    """An exchange whose answer was judged, and what of it would leave; None: nothing."""
    stage._who = WHO[step.who]
    exchange = Exchange(stage.policy, EVENT_ID, now)
    exchange.request(request_head("GET /people"))
    shown: list[Any] = [{"id": str(each)} for each in step.shown]
    if step.is_broken:
        shown.append({"id": 7})
    said = exchange.response(ResponseHead(200, JSON), _json(shown))
    if isinstance(said, Refuse):
        return exchange, None
    assert isinstance(said, Pass)
    if said.mutation is not None and said.mutation.body is not None:
        return exchange, [int(each["id"]) for each in _value(said.mutation.body)]
    return exchange, step.shown


@settings(deadline=None)
@given(steps, st.sampled_from(["refuse", "cut"]))
def test_no_window_shows_more_people_than_its_limit(taken: list[Step], lists: str) -> None:
    """In no window leave more distinct people than its limit, however exchanges overlap and whatever the clock does:
    where it is set back, or an exchange is judged after one that began later, time stands still for each principal."""
    stage, now = scene(lists), START
    peak = now
    waiting: list[tuple[int, Exchange]] = []
    judgements: list[tuple[int, float, Exchange]] = []
    events: dict[int, Event] = {}
    for index, step in enumerate(taken):
        now = max(now + step.pause, peak - 300)
        peak = max(peak, now)
        exchange, _ = judged(stage, step, now)
        judgements.append((step.who, now, exchange))
        waiting.append((index + step.waits, exchange))
        events |= {id(each): each.close(now) for due, each in waiting if due <= index}
        waiting = [(due, each) for due, each in waiting if due > index]
    events |= {id(each): each.close(now) for _, each in waiting}
    for who in range(len(WHO)):
        shown: list[tuple[float, str]] = []
        moment = 0.0
        for _, at, exchange in [each for each in judgements if each[0] == who]:
            names = [name for disclosure in events[id(exchange)].exposed for name in disclosure.subjects]
            moment = max(moment, at) if names else moment
            shown += [(moment, name) for name in names]
        for window, limit in WINDOWS.values():
            for end, _ in shown:
                assert len({name for at, name in shown if end - window < at <= end}) <= limit


@settings(deadline=None)
@given(steps, st.sampled_from(["refuse", "cut"]))
def test_it_is_exact_where_one_exchange_follows_another(taken: list[Step], lists: str) -> None:
    """As a naive count of sets has it: nobody is refused without need, and what did not leave costs nothing."""
    stage, now = scene(lists), START
    naive = [Naive(), Naive()]
    for step in taken:
        now += abs(step.pause)
        exchange, left = judged(stage, step, now)
        exchange.close(now)
        model = naive[step.who]
        room = model.admitted(step.shown, now, cut=lists == "cut") if not step.is_broken else None
        assert left == room
        if room is not None:
            model.note(room, now)


class Naive:
    """Who was shown to one principal, and when last."""

    def __init__(self) -> None:
        self.seen: dict[int, int] = {}

    def admitted(self, shown: list[int], now: float, *, cut: bool) -> list[int] | None:
        """Who may leave."""
        admitted: list[int] = []
        for each in shown:
            if all(self._fits([*admitted, each], now, *one) for one in WINDOWS.values()):
                admitted.append(each)
            elif not cut:
                return None
        return admitted

    def _fits(self, shown: Iterable[int], now: float, window: int, limit: int) -> bool:
        inside = {name for name, at in self.seen.items() if at > floor(now) - window}
        fresh = set(shown) - inside
        return not fresh or len(inside | fresh) <= limit

    def note(self, shown: Iterable[int], now: float) -> None:
        self.seen.update(dict.fromkeys(shown, ceil(now)))


names = st.integers(0, 30).map(lambda number: number.to_bytes(8, "big"))
moves = st.lists(
    st.tuples(st.sampled_from(["note", "all", "back", "trim", "count"]), names, st.integers(0, 50), st.integers(0, 90)),
    max_size=80,
)


@given(moves, st.booleans())
def test_few_and_many_agree_with_a_plain_table(taken: list[tuple[str, bytes, int, int]], many: bool) -> None:
    """Digests in bytes, few or many, say what a table of names and moments says."""
    recent: Few | Many = Many(Few()) if many else Few()
    plain: dict[bytes, int] = {}
    now, floor_at = 100, 0
    for what, name, pause, back in taken:
        now += pause
        if what == "note":
            recent.note(name, now)
            plain[name] = now
        elif what == "all":
            several = [name, *(number.to_bytes(8, "little") for number in range(1, back))]
            recent.note_all(several, now)
            plain.update(dict.fromkeys(several, now))
        elif what == "back" and name in plain:
            earlier = plain[name] - back
            plain.pop(name)
            recent.put_back(name, earlier if earlier > floor_at else 0)
            if earlier > floor_at:
                plain[name] = earlier
        elif what == "trim":
            recent.trim(now - back)
            floor_at = max(floor_at, now - back)
            plain = {each: at for each, at in plain.items() if at > floor_at}
        for window in (10, 40, 89):
            cutoff = max(floor_at, now - window)
            assert recent.count(window, cutoff) == sum(at > cutoff for at in plain.values())
        known = {each: at for each, at in recent.items() if at > floor_at}
        assert known == plain
        assert [at if at > floor_at else 0 for at in recent.all_last_seen([name])] == [plain.get(name, 0)]


def test_many_are_counted_as_few_are() -> None:
    """A key that has seen ever more people is counted on, second by second."""
    budgets, space = Budgets(), "principal"
    budgets.space(space, 3600, 20_000)
    for number in range(3 * FEW):
        show(budgets, space, "ada", [number.to_bytes(8, "big")], START + number // 4, left=number % 3 > 0)
    seen = budgets.find(budgets.spaces[space], "ada")
    assert seen is not None
    assert isinstance(seen.recent, Many)
    last = START + (3 * FEW - 1) // 4
    for window in (1, 60, 3599, 3600):
        begins = seen.cutoff("", window, last)
        left = {number for number in range(3 * FEW) if number % 3 and ceil(START + number // 4) > begins}
        assert seen.used(window, begins) == len(left)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.floats(0, 50)), max_size=60), st.integers(1, 5))
def test_what_is_forgotten_makes_no_budget_wider(taken: list[tuple[str, int, float]], keep: int) -> None:
    """A key that sees more than is remembered is never counted as one that saw less."""
    budgets, now, space = Budgets(), START, "principal"
    shown: list[tuple[str, int, int]] = []
    for key, number, pause in taken:
        now += pause
        budgets.space(space, 100, keep)
        show(budgets, space, key, [number.to_bytes(8, "big")], now)
        shown.append((key, number, ceil(now)))
        seen = budgets.find(budgets.spaces[space], key)
        assert seen is not None
        assert len(seen.recent) <= keep + 1
        for window in (10, 100):
            begins = seen.cutoff("", window, now)
            really = len({each for one, each, at in shown if one == key and at > begins})
            assert seen.used(window, begins) >= really
            if really <= keep and not seen.lost:
                assert seen.used(window, begins) == really


class Shown(NamedTuple):
    """One subject shown to one key."""

    key: str
    subject: int
    pause: float
    waits: int
    """How many others are shown before it is known whether it leaves."""
    has_left: bool


shown = st.builds(
    Shown,
    st.sampled_from("ab"),
    st.integers(0, 12),
    st.floats(0, 4) | st.just(0.0) | st.floats(-3, 0),
    st.integers(0, 4),
    st.booleans(),
)


limits = st.tuples(*[st.sampled_from(each) for each in ([3, 6, 100], [3, 1 << 31], [8, 100], [5, 100])])


@settings(max_examples=300, deadline=None)
@given(st.lists(shown, max_size=60), limits, st.booleans())
def test_one_subject_alone_is_noted_as_one_of_several(
    taken: list[Shown], limits: tuple[int, int, int, int], is_quick: bool
) -> None:
    """What `take_within`, `look_one` and `take_one` leave behind is what `look` and `take` would, however exchanges
    overlap."""
    keep, least, places, few = limits
    with pytest.MonkeyPatch.context() as patch:
        for module in ("budgets", "spaces"):
            patch.setattr(f"garrison.engine.{module}.MAX_SUBJECTS", places)
            patch.setattr(f"garrison.engine.{module}.FEW", few)
        one, several, now = Budgets(), Budgets(), START
        waiting: list[tuple[int, Taken, Taken, bool]] = []
        for index, each in enumerate(taken):
            now += each.pause
            digest = bytes([each.subject]) * 8
            ones, others = one.space("s", 9, keep, least), several.space("s", 9, keep, least)
            most = min(keep, ones.most) if is_quick else 0
            seen = one.take_within(ones, each.key, digest, now, most)
            look = one.look_one(ones, each.key, digest)
            direct = one.take_one(look, digest, now) if seen is None else [(seen, digest)] if seen else []
            plain = several.take([several.look(others, each.key, [digest])], now)
            waiting.append((index + each.waits, direct, plain, each.has_left))
            for due in [due for due in waiting if due[0] <= index]:
                waiting.remove(due)
                one.settle(due[1], has_left=due[3])
                several.settle(due[2], has_left=due[3])
            assert told(one) == told(several)


def told(budgets: Budgets) -> Any:
    """Everything that is remembered."""
    space = budgets.spaces["s"]
    keys = {
        key: (sorted(seen.recent.items()), seen.lost, seen.lost_at, seen.first, seen.latest)
        for key, seen in space.items()
    }
    names = {id(seen): key for key, seen in space.items()}
    pending = {(names[id(seen)], digest): list(waiting) for (seen, digest), waiting in budgets._pending.items()}
    pending |= {(key, seen.waiting): [1, seen.before] for key, seen in space.items() if seen.waiting is not None}
    return keys, space.is_tight, budgets.subjects, pending


def test_keys_without_a_place_share_one_and_never_gain(monkeypatch: Any) -> None:
    """Whoever comes with many keys makes nobody's budget wider, their own neither."""
    monkeypatch.setattr("garrison.engine.spaces.MAX_KEYS", 10)
    budgets, space = Budgets(), "principal"
    budgets.space(space, 60, 100)
    for number in range(30):
        show(budgets, space, f"k{number}", [number.to_bytes(8, "big")], START + number)
    assert len(budgets.spaces[space]) == 11
    known = budgets.find(budgets.spaces[space], "k0")
    assert known is not None
    assert len(known.recent) == 1
    shared = budgets.find(budgets.spaces[space], "k29")
    assert shared is not None
    assert len(shared.recent) == 20
    # an hour later there are places: who may have been among those who shared begins with what they all have seen
    show(budgets, space, "k29", [b"\1" * 8], START + 61)
    own = budgets.find(budgets.spaces[space], "k29")
    assert own is not None
    assert own.used(60, own.cutoff("", 60, START + 61)) >= 20


def test_a_release_lets_begin_anew_and_what_comes_after_counts() -> None:
    """What was seen before a release does not count, what comes in the same second does."""
    budgets, space = Budgets(), "principal  "
    budgets.space(space, 60, 100)

    def see(first: int, last: int) -> None:
        show(budgets, space, "ada", [number.to_bytes(8, "big") for number in range(first, last)], START)

    see(0, 5)
    budgets.hold(budgets.spaces[space], "ada", "short", START)
    budgets.hold(budgets.spaces[space], "ada", "long", START)
    budgets.releases = frozenset({Release(START, "principal", "ada", "short")})
    budgets.space(space, 60, 100)
    seen = budgets.find(budgets.spaces[space], "ada")
    assert seen is not None
    assert seen.held == ("long",)
    see(4, 7)
    assert seen.used(60, seen.cutoff("short", 60, START)) == 3
    assert seen.used(60, seen.cutoff("long", 60, START)) == 7
    budgets.releases = budgets.releases | {Release(START + 1, "principal", "ada")}
    budgets.space(space, 60, 100)
    assert not any(seen.held)
    assert seen.used(60, seen.cutoff("long", 60, START)) == 0
    assert budgets.subjects == 0


def show(budgets: Budgets, space: str, key: str, digests: list[bytes], now: float, *, left: bool = True) -> None:
    """One answer, judged and over."""
    entry = budgets.look(budgets.spaces[space], key, digests)
    budgets.settle(budgets.take([entry], now), has_left=left)


def _json(value: Any) -> bytes:
    import msgspec

    return msgspec.json.encode(value)


def _value(data: bytes) -> Any:
    import msgspec

    return msgspec.json.decode(data)


def test_all_is_calm_until_somebody_comes_to_a_limit_or_is_held() -> None:
    """What says that nobody needs to be looked at is lost with the first who does, and while anything is not in force
    yet that came from elsewhere."""
    budgets, space = Budgets(), "principal  "
    found = budgets.space(space, 60, 100, 3)
    calm = budgets.calm
    assert calm is not None
    show(budgets, space, "ada", [b"\1" * 8, b"\2" * 8], START)
    assert budgets.calm is calm
    budgets.releases = frozenset({Release(START, "principal", "bob")})
    assert budgets.calm is None
    assert budgets.space(space, 60, 100, 3) is found
    assert budgets.calm is calm
    budgets.adopt(Budgets())
    assert budgets.calm is None
    budgets.space(space, 60, 100, 3)
    assert budgets.calm is calm
    budgets.hold(found, "bob", "short", START)
    assert budgets.calm is None
    other = Budgets()
    show_in = other.space(space, 60, 100, 3)
    show(other, space, "ada", [bytes([each]) * 8 for each in range(3)], START)
    assert show_in.is_tight
    assert other.calm is None


def test_what_a_policy_will_ask_for_is_known_before_it_does() -> None:
    """All is not calm any more where a policy comes that is tighter, whoever is looked at first under it."""
    budgets, space = Budgets(), "principal  "
    budgets.space(space, 60, 100, 50)
    show(budgets, space, "ada", [bytes([each]) * 8 for each in range(3)], START)
    assert budgets.calm is not None
    budgets.expect([(space, 60, 100, 3)])
    assert budgets.calm is None
    assert not budgets.is_calm()
    assert budgets.spaces[space].is_tight
    assert budgets.calm is None
    other = Budgets()
    other.expect([(space, 60, 100, 3), ("operation  ", 60, 100, 0)])
    assert other.is_calm()
    assert other.calm is not None
    assert set(other.spaces) == {space, "operation  "}
