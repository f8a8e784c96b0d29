"""Whether benign exchanges come to the same with a patch as without: which are answered no more, or with less."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from garrison.core.findings_report import Benign
from garrison.core.patch import Patch

_THROWAWAY: Final = "throwaway-"
_CUT: Final = re.compile(r"\.\.\. \(?[\d,]+ (?:characters\)|more)\Z")
_INSTEAD: Final = re.compile(r"\{[A-Za-z][\w. -]*\}")


class Broken(msgspec.Struct, frozen=True):
    """A benign exchange that a patch would break."""

    exchange: str
    """`GET /v1/orders/17 as alice`, or where it is recorded: `exchange 4711: GET /v1/orders/17`."""
    why: str


def broken(before: Sequence[Benign], after: Sequence[Benign], patch: Patch) -> Broken | None:
    """The first exchange that succeeded before and does not after, or whose answer holds less; None where all are as
    they were. What the patch takes out on purpose is not missed."""
    later: dict[tuple[str, str], list[Benign]] = {}
    for each in after:
        later.setdefault(_key(each), []).append(each)
    for each in before:
        named = named_of(each)
        same = later.get(_key(each))
        if not same:
            return Broken(named, f"it was answered with {each.step.status}, and succeeds no more")
        if not any(other.step.status == each.step.status for other in same):
            return Broken(named, f"it was answered with {each.step.status}, and is with {same[0].step.status}")
        missed = min((_missed(each, other, patch) for other in same), key=len)
        if missed:
            return Broken(named, f"its answer lacks {', '.join(f'`{way}`' for way in sorted(missed)[:3])}")
    return None


def named_of(benign: Benign) -> str:
    """An exchange in words."""
    step = benign.step
    return f"{step.method} {step.url}" + (f" as {step.identity}" if step.identity else "")


def is_whole(text: str) -> bool:
    """Whether a text of a step is as it was sent: not cut, and without a name in a secret's place."""
    return _CUT.search(text) is None and _INSTEAD.search(text) is None


def _key(benign: Benign) -> tuple[str, str]:
    """What tells exchanges of two walks through an API apart: accounts that were made up have other names each time."""
    name = benign.step.identity
    return benign.operation, _THROWAWAY if name.startswith(_THROWAWAY) else name


def _missed(before: Benign, after: Benign, patch: Patch) -> set[str]:
    if "response-schema" in str(patch.policy):
        return set()  # what is not declared is taken out
    gone = {pointer.rpartition("/")[2] for pointer in patch.strip}
    had, has = (set(_ways(each.step.answer)) for each in (before, after))
    return {way for way in had - has if gone.isdisjoint(way.split("/"))} if has or gone else set()


def _ways(answer: str) -> Iterator[str]:
    """The ways to single values of a JSON answer; none of one that is no JSON, or was cut."""
    try:
        value = msgspec.json.decode(answer.encode("utf-8", "replace"))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return
    yield from _leaves(value, "")


def _leaves(value: Any, way: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{way}/{name}")
    elif isinstance(value, list):
        for inner in value:
            if not (isinstance(inner, str) and _CUT.search(inner)):
                yield from _leaves(inner, f"{way}/*")
    elif value is not None:
        yield way
