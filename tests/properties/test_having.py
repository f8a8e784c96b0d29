"""What `having` runs as a function of its own gives the same as CEL."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garrison.config.expression import compiled
from garrison.detect.aggregates import compile_having
from garrison.detect.arithmetic import NotPlainError, plain

NAMES = ("count", "missed", "people")
NUMBERS = st.sampled_from(["0.0", "1.0", "2.5", "10.0"])
TERMS = st.recursive(
    st.one_of(NUMBERS, st.sampled_from(NAMES)),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(" ".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"-({text})"),
    ),
    max_leaves=5,
)
CONDITIONS = st.recursive(
    st.tuples(TERMS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), TERMS).map(" ".join),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(" ".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"!({text})"),
    ),
    max_leaves=4,
)
VALUES = st.fixed_dictionaries({name: st.sampled_from([0.0, 1.0, 2.0, 3.5, 100.0]) for name in NAMES})


@given(CONDITIONS, VALUES)
@settings(max_examples=300, deadline=None)
def test_plain_expressions_are_as_in_cel(source: str, values: dict[str, float]) -> None:
    try:
        found = plain(source)(values)
    except ZeroDivisionError:
        return  # CEL has infinity there; a rule that divides by nought is not fulfilled
    assert found is compiled(source).execute(dict(values))


@pytest.mark.parametrize(
    "source", ["count > 'a'", "count ? true : false", "count > 1 &", "(count", "count)", "1 2", ""]
)
def test_what_is_not_plain_is_left_to_cel(source: str) -> None:
    with pytest.raises(NotPlainError):
        plain(source)


def test_what_is_not_plain_works_too() -> None:
    having = compile_having("(count > 1.0 ? missed : 0.0) >= 1.0")
    assert having.holds({"count": 2.0, "missed": 1.0})
    assert not having.holds({"count": 1.0, "missed": 1.0})


def test_division_by_nought_is_not_fulfilled() -> None:
    assert not compile_having("missed / denied >= 1").holds({"missed": 1.0, "denied": 0.0})


@pytest.mark.parametrize("source", ["count > 'a'", "missed", "size(count) > 1", "(count > 1.0 ? 1 : 0) + 1.0 > 1.0"])
def test_what_must_fail_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"fails|neither|no function|CEL"):
        compile_having(source)
