"""The matcher against its own definition: try every template, take the most specific that declares the method."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.contract.describing import segments

from garrison.contract.matcher import Matcher
from garrison.contract.template import Part, Template, parse_template


def template(text: str) -> Template:
    parsed, fault = parse_template(text)
    assert fault == ""
    return parsed


def matcher_of(*routes: tuple[str, str]) -> Matcher[str]:
    matcher: Matcher[str] = Matcher()
    for method, text in routes:
        matcher.add(template(text), method, text)
    return matcher


def naive(routes: Sequence[tuple[str, str]], method: str, path: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """Every template is tried; of those that match and declare the method the most specific one wins."""
    found = []
    for declared, text in routes:
        arguments = _arguments(template(text), path)
        if declared == method and arguments is not None:
            found.append((_rank(template(text)), text, arguments))
    return min(found)[1:] if found else None


def _arguments(parsed: Template, path: tuple[str, ...]) -> tuple[str, ...] | None:
    if len(parsed.parts) != len(path):
        return None
    found: tuple[str, ...] = ()
    for part, segment in zip(parsed.parts, path, strict=True):
        values: tuple[str, ...] | None = () if part.is_literal and part.literals[0] == segment else None
        if not part.is_literal:
            values = part.match(segment)
        if values is None:
            return None
        found += values
    return found


def _rank(parsed: Template) -> list[tuple[int, int, tuple[str, ...]]]:
    return [_part_rank(part) for part in parsed.parts]


def _part_rank(part: Part) -> tuple[int, int, tuple[str, ...]]:
    if part.is_literal:
        return (0, 0, ())
    return (2, 0, ()) if part.is_variable else (1, *part.order)


SEGMENT = st.sampled_from(["a", "b", "a.b", "a.json", "x-y", "-", ".", "a-a.json", ""])
TEMPLATE_SEGMENT = st.sampled_from(["a", "b", "{v}", "{v}.json", "a{v}", "{v}-{w}", "{v}.b", "a.json", ""])
TEMPLATES = st.lists(TEMPLATE_SEGMENT, min_size=1, max_size=4).map(
    lambda parts: "/" + "/".join(part.replace("v", f"v{at}").replace("w", f"w{at}") for at, part in enumerate(parts))
)
METHODS = st.sampled_from(["GET", "PUT"])


@settings(max_examples=400)
@given(
    st.lists(st.tuples(METHODS, TEMPLATES), max_size=12, unique=True),
    METHODS,
    st.lists(SEGMENT, min_size=1, max_size=4).map(tuple),
)
def test_matching_is_trying_every_template(routes: list[tuple[str, str]], method: str, path: tuple[str, ...]) -> None:
    matcher = matcher_of(*routes)
    assert matcher.find(method, path) == naive(routes, method, path)
    declared = {name for name, text in routes if _arguments(template(text), path) is not None}
    assert matcher.methods(path) == tuple(sorted(declared))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/pets/mine", ("/pets/mine", ())),
        ("/pets/7", ("/pets/{id}", ("7",))),
        ("/pets/7.json", ("/pets/{id}.json", ("7",))),
        ("/pets/7.min.json", ("/pets/{id}.min.json", ("7",))),
        ("/pets/mine/toys", ("/pets/{id}/toys", ("mine",))),
        ("/pets/", ("/pets/", ())),
        ("/pets", ("/pets", ())),
        ("/other/7", ("/{kind}/{id}", ("other", "7"))),
        ("/pets/7/", None),
        ("//7", None),
        ("/", None),
        ("/pets/7/toys/1", None),
    ],
)
def test_the_most_specific_wins(path: str, found: tuple[str, tuple[str, ...]] | None) -> None:
    texts = ["/{kind}/{id}", "/pets/{id}", "/pets/mine", "/pets/{id}.json", "/pets/{id}.min.json"]
    matcher = matcher_of(*(("GET", text) for text in [*texts, "/pets/{id}/toys", "/pets/", "/pets"]))
    assert matcher.find("GET", segments(path)) == found


def test_a_path_whose_most_specific_template_lacks_the_method_goes_to_the_next() -> None:
    matcher = matcher_of(("GET", "/pets/mine"), ("PUT", "/pets/{id}"))
    assert matcher.find("PUT", ("pets", "mine")) == ("/pets/{id}", ("mine",))
    assert matcher.find("POST", ("pets", "mine")) is None
    assert matcher.methods(("pets", "mine")) == ("GET", "PUT")


def test_what_is_taken_stays_with_the_first() -> None:
    matcher = matcher_of(("GET", "/a/{x}"))
    assert matcher.add(template("/a/{y}"), "GET", "second") == "/a/{x}"
    assert matcher.add(template("/a/{y}"), "PUT", "second") is None
    assert matcher.find("GET", ("a", "1")) == ("/a/{x}", ("1",))


def test_many_dead_ends_end() -> None:
    texts = ["/" + "/".join(f"{{v{at}}}" if bits >> at & 1 else "a" for at in range(8)) + "/end" for bits in range(256)]
    matcher = matcher_of(*(("GET", text) for text in texts))
    assert matcher.find("GET", ("a",) * 9) is None


@settings(max_examples=100)
@given(
    st.lists(st.tuples(METHODS, TEMPLATES), max_size=12, unique=True),
    METHODS,
    st.lists(SEGMENT, max_size=3).map(tuple),
    SEGMENT,
)
def test_what_is_said_of_whatever_follows_holds(
    routes: list[tuple[str, str]], method: str, path: tuple[str, ...], last: str
) -> None:
    matcher = matcher_of(*routes)
    said = matcher.whatever_follows(method, path)
    if said is not None and last and last not in said[1]:
        assert matcher.find(method, (*path, last)) == (said[0], (last,))


def test_whatever_follows_is_not_what_is_declared_by_itself() -> None:
    matcher = matcher_of(
        ("GET", "/pets/{id}"), ("GET", "/pets/mine"), ("PUT", "/pets/mine"), ("GET", "/toys/{id}.json")
    )
    said = matcher.whatever_follows("GET", ("pets",))
    assert said is not None
    assert (said[0], list(said[1])) == ("/pets/{id}", ["mine"])
    assert matcher.whatever_follows("PUT", ("pets",)) is None
    assert matcher.whatever_follows("GET", ("toys",)) is None
    assert matcher.whatever_follows("GET", ("pets", "7")) is None
