"""Pseudonyms: what is remembered of them says the same as what is made anew, and is bounded."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from garrison.engine import pseudonyms
from garrison.engine.pseudonyms import Pseudonyms, abridged

KEY = b"k" * 32


@given(st.lists(st.tuples(st.sampled_from(["person", "account"]), st.text(max_size=3) | st.just("n" * 5000))))
def test_who_is_told_of_again_has_the_same_digest(told: list[tuple[str, str]]) -> None:
    some = Pseudonyms(KEY)
    for kind, name in told:
        assert some.pseudonym(kind, name) == Pseudonyms(KEY).pseudonym(kind, name)


def test_a_digest_is_of_kind_name_and_key() -> None:
    assert Pseudonyms(KEY).digest("customer", "100000001") == "m91bjkWBY5ydKiDldcD6yQ"
    some = Pseudonyms(KEY)
    assert len({some.digest("a", "bc"), some.digest("ab", "c"), Pseudonyms(b"other").digest("a", "bc")}) == 3
    digest, short = some.pseudonym("a", "bc")
    assert abridged(digest) == short


def test_what_is_remembered_is_bounded_and_rests_where_it_does_not_help(monkeypatch: Any) -> None:
    monkeypatch.setattr(pseudonyms, "MOST_KNOWN", 8)
    monkeypatch.setattr(pseudonyms, "REST", 5)
    some = Pseudonyms(KEY)

    def is_remembered(name: str) -> bool:
        return some.pseudonym("a", name) is some.pseudonym("a", name)

    for number in range(8):
        assert is_remembered(str(number))
    assert is_remembered("full")  # it begins anew, and was of use before
    assert not is_remembered("n" * 129)  # too long to be kept
    for number in range(8):
        some.pseudonym("a", f"once-{number}")
    assert [is_remembered(f"rest-{number}") for number in range(4)] == [False, False, False, True]
    assert len(some._known) <= 8
