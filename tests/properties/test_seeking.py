"""What is sought, whatever is asked and answered: nobody is both asked and exposed, whom anybody was shown is known as
a plain model knows it, no raw name is in an event, and the mode of the control changes nothing of it."""

from collections import defaultdict
from typing import Any, NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.controls.acting import Stage, principal
from tests.unit.exposure.test_seeking import CONTRACT

from garrison.core.event import Event
from garrison.core.principal import ANONYMOUS, Principal

NAMES = [f"planted-{letter * 4}" for letter in "abcdefgh"]
WHO: list[Principal] = [principal("ada", person=NAMES[0]), principal("bob"), ANONYMOUS]
OWN = "kinds: {person: {claim: person}}, learning: 0"


class Asked(NamedTuple):
    """One exchange."""

    who: int
    named: tuple[int, ...]
    """Whom the request names, by number: one in the path, several in the body."""
    told: tuple[int, ...]
    status: int


def people(most: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(st.integers(0, len(NAMES) - 1), max_size=most).map(tuple)


EXCHANGES = st.lists(
    st.builds(Asked, st.integers(0, 2), people(3), people(4), st.sampled_from([200, 200, 200, 404, 500])), max_size=12
)


def played(exchanges: list[Asked], own: str) -> list[tuple[Asked, Event]]:
    stage = Stage(CONTRACT, f"response-schema: {{mode: off}}, exposure: {{{own}, {OWN}}}")
    found = []
    for each in exchanges:
        answer: Any = {"people": [{"id": NAMES[one], "name": "N"} for one in each.told]}
        line, body = "POST /people", {"ids": [NAMES[one] for one in each.named]}
        if len(each.named) == 1:
            line, body = f"GET /people/{NAMES[each.named[0]]}", None  # type: ignore[assignment]  # of another form
            answer = {"id": NAMES[each.told[0]]} if each.told else {}
        event = stage.ask(WHO[each.who], line, body, answer, status=each.status).event
        found.append((each, event))
    return found


@settings(max_examples=60, deadline=None)
@given(exchanges=EXCHANGES, limit=st.sampled_from([0, 2, 1000]))
def test_what_is_sought(exchanges: list[Asked], limit: int) -> None:
    budgets = f"mode: enforce, budgets: [{{name: b, limit: {limit}}}]"
    shown: defaultdict[int, set[int]] = defaultdict(set)
    stage = Stage(CONTRACT)
    digests = [stage.state.pseudonyms.digest("person", name) for name in NAMES]
    for each, event in played(exchanges, budgets):
        exposed = {digest for one in event.exposed for digest in one.subjects}
        named = {digests[one] for one in each.named}
        assert exposed.isdisjoint(event.asked)
        if named:
            assert set(event.asked) == named - exposed
        strangers = {one for one in each.named if one not in shown[each.who] and (each.who, one) != (0, 0)}
        assert event.unissued == len(strangers)
        shown[each.who] |= {digests.index(digest) for digest in exposed}
        assert not event.missed or not event.exposed
        assert b"planted" not in msgspec.json.encode(event)


@settings(max_examples=40, deadline=None)
@given(exchanges=EXCHANGES)
def test_the_mode_changes_nothing_where_nothing_is_refused(exchanges: list[Asked]) -> None:
    def told(mode: str) -> list[Any]:
        events = [event for _, event in played(exchanges, f"mode: {mode}, budgets: []")]
        return [(e.asked, e.missed, e.unissued, e.near, e.forms, e.exposed, e.key) for e in events]

    assert told("enforce") == told("monitor")
