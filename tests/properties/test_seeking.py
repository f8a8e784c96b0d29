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


NUMBERS = ["100", "101", "117", "150", "9000", "9016"]
"""Names that may be walked through."""


def wider() -> dict[str, Any]:
    """The same contract, but a second parameter, which nobody sends, could name somebody as well: then the one way is
    closed that is meant for operations in which but one does."""
    contract: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(CONTRACT))
    other = {"name": "other", "in": "query", "schema": {"type": "string"}, "x-garrison-subject": "person"}
    contract["paths"]["/people/{id}"]["get"]["parameters"] = [other]
    return contract


def with_another_answer() -> dict[str, Any]:
    """The same contract, but a second answer, which nobody gives, is described: then the one way is closed that is
    meant for operations with but one."""
    contract: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(CONTRACT))
    responses = contract["paths"]["/people/{id}"]["get"]["responses"]
    other = msgspec.json.decode(msgspec.json.encode(responses["200"]))
    other["content"]["application/json"]["schema"]["properties"]["other"] = {"type": "string"}
    responses["203"] = other
    return contract


@settings(max_examples=25, deadline=None)
@given(
    asked=st.lists(
        st.tuples(
            st.integers(0, 2), st.sampled_from(NUMBERS), st.sampled_from([*NUMBERS, *NUMBERS, "", None]),
            st.sampled_from([200, 200, 200, 200, 404]),
        ),
        max_size=12,
    ),
    own=st.sampled_from(["", "kinds: {person: {claim: person}}, "]),
    limit=st.sampled_from([0, 2, 1000]),
)  # fmt: skip
def test_one_who_is_asked_for_and_told_of_is_told_as_anybody(
    asked: list[tuple[int, str, str | None, int]], own: str, limit: int
) -> None:
    who = [principal("100", person="101"), principal("bob"), ANONYMOUS]

    def told(contract: dict[str, Any]) -> list[Any]:
        budgets = f"mode: enforce, budgets: [{{name: b, limit: {limit}}}]"
        stage = Stage(contract, f"response-schema: {{mode: off}}, exposure: {{{budgets}, {own}learning: 0}}")
        found = []
        for each, name, shown, status in asked:
            answer = {} if shown is None else {"id": shown or name, "name": "N"}
            event = stage.ask(who[each], f"GET /people/{name}", None, answer, status=status).event
            sought = event.asked, event.missed, event.unissued, event.near
            found.append((*sought, event.exposed, event.key, event.attribution, event.status, event.reasons))
        return found

    usual = told(CONTRACT)
    assert told(wider()) == usual
    assert told(with_another_answer()) == usual
