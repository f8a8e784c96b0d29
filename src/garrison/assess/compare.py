"""Comparing: whether an answer is a success, whether two say the same, and what time says. A status proves nothing."""

import difflib
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.jwt import JWT
from garrison.exposure.types.rule import words

_FAILED: Final = frozenset(
    {"fail", "failed", "failure", "error", "denied", "forbidden", "unauthorized", "invalid", "ko"}
)
_TOLD: Final = ("status", "result", "state", "outcome", "type")
_DENIED: Final = ("error", "errors", "exception", "fault")
_GENERIC: Final = frozenset(
    {"status", "message", "msg", "detail", "success", "ok", "code", "error", "errors", "result"}
)
"""Keys that answers have whether or not they succeed."""
_VOLATILE: Final = frozenset(
    {"time", "timestamp", "date", "nonce", "trace", "request", "elapsed", "duration", "etag", "now", "at"}
)
"""Words of fields whose values differ from answer to answer."""
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?|\b1[5-9]\d{8,11}\b")
"""Moments inside texts."""
_ALIKE: Final = 0.95
_MOSTLY: Final = 0.7
_MAX_COMPARED: Final = 20_000
_MAX_LEAVES: Final = 5_000
_MAX_WAY: Final = 2_000


def succeeded(answer: Answer, like: Answer | None = None) -> bool:
    """Whether `answer` is a success, and no error told with a good status, nor empty where `like` is not.

    `like` is an answer to the same operation that is known to be a success.
    """
    if not answer.is_success or answer.fault:
        return False
    value = answer.json()
    if value is NOT_JSON:
        return like is None or like.json() is NOT_JSON or not like.body
    if tells_error(value):
        return False
    if like is None or not like.body:
        return True
    known = like.json()
    if known is NOT_JSON:
        return bool(answer.body)
    if is_empty(value) and not is_empty(known):
        return False
    return _has_content(value, known)


def tells_error(value: Any) -> bool:
    """Whether a JSON value is an error's envelope: `{"status": "fail"}`, `{"success": false}`, `{"errors": [...]}`."""
    if not isinstance(value, Mapping):
        return False
    if any(value.get(name) is False for name in ("success", "ok", "succeeded")):
        return True
    if any(str(value.get(name, "")).lower() in _FAILED for name in _TOLD):
        return True
    codes = [value.get(name) for name in ("status", "code", "statusCode", "status_code")]
    if any(isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600 for code in codes):
        return True
    return any(value.get(name) for name in _DENIED) and not value.get("data")


def is_empty(value: Any) -> bool:
    """Whether a JSON value says nothing: null, nothing in it, or nothing but empty things (`{"data": null}`)."""
    if isinstance(value, Mapping):
        return all(is_empty(inner) for name, inner in value.items() if name not in _GENERIC)
    if isinstance(value, list):
        return not value
    return value is None or value == ""


def _has_content(value: Any, known: Any) -> bool:
    """Whether most of the fields that tell something in `known` are in `value` too."""
    wanted = {way for way in shape_of(known) if not _GENERIC.issuperset(way.split("/"))}
    return not wanted or 2 * len(wanted & shape_of(value)) >= len(wanted)


def shape_of(value: Any) -> frozenset[str]:
    """The ways to all single values, `*` for each index: `users/*/email`."""
    return frozenset(way for way, _ in leaves(value))


def leaves(value: Any, way: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value in a JSON value, and the way to it; of a long way the beginning, as names are the target's."""
    rest: list[Iterator[tuple[str, Any]]] = [iter([(way, value)])]
    count = 0
    while rest and count < _MAX_LEAVES:
        found = next(rest[-1], None)
        if found is None:
            rest.pop()
        elif isinstance(found[1], Mapping | list):
            rest.append(_inside(*found))
        else:
            count += 1
            yield found


def _inside(way: str, value: Mapping[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    """What stands in an object or a list, one after another: all ways at once would take a thousand times the answer's
    size, if only a name is long enough."""
    front = f"{way}/" if way else ""
    if isinstance(value, list):
        inside = f"{front}*"[:_MAX_WAY]
        return ((inside, each) for each in reversed(value))
    return ((f"{front}{name}"[:_MAX_WAY], value[name]) for name in reversed(list(value)))


def values_of(answer: Answer, name: str) -> list[Any]:
    """Every single value of this name in an answer, wherever it stands; of a list of that name each item."""
    value = answer.json()
    return [leaf for way, leaf in leaves(value) if name_of(way) == name] if value is not NOT_JSON else []


def name_of(way: str) -> str:
    """The last name of the way to a value, indexes left out; empty where there is none."""
    return way.removesuffix("/*").rpartition("/")[2].replace("*", "")


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers say the same, but for moments, tokens and what else differs each time."""
    if one.status != other.status or bool(one.fault) != bool(other.fault):
        return False
    left, right = one.json(), other.json()
    if left is not NOT_JSON and right is not NOT_JSON:
        return sorted(map(str, _steady(left))) == sorted(map(str, _steady(right)))
    return alike(one.text, other.text)


def resembles(one: Answer, other: Answer) -> bool:
    """Whether two answers say nearly the same: most of their single values, and what is telling of them."""
    if same(one, other):
        return True
    left, right = one.json(), other.json()
    if left is NOT_JSON or right is NOT_JSON or one.status != other.status:
        return False
    mine, theirs = set(map(str, _steady(left))), set(map(str, _steady(right)))
    return bool(mine) and len(mine & theirs) >= _MOSTLY * max(len(mine), len(theirs))


def alike(one: str, other: str) -> bool:
    """Whether two texts are the same but for moments, tokens and a few characters."""
    left, right = (_lasting(text[:_MAX_COMPARED]) for text in (one, other))
    if left == right:
        return True
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE


def _steady(value: Any) -> Iterator[tuple[str, Any]]:
    for way, leaf in leaves(value):
        name = way.rpartition("/")[2]
        if _VOLATILE.isdisjoint(words(name)):
            yield way, _lasting(leaf) if isinstance(leaf, str) else leaf


def _lasting(text: str) -> str:
    """A text without moments and tokens."""
    return _MOMENT.sub("", JWT.sub(r"\1", text))


def holds(answer: Answer, mark: str) -> bool:
    """Whether a text of ours stands in the answer's body or headers."""
    return mark in answer.text or any(mark in value for _, value in answer.headers)


def is_slowed(quick: Sequence[float], slow: Sequence[float], delay: float) -> bool:
    """Whether requests that should take `delay` seconds longer do: every slow one took nearly so much longer than the
    slowest quick one, and the quick ones do not scatter so much that chance could say it.

    Send them alternately, at least three of each: load that comes and goes then hits both.
    """
    if len(quick) < 3 or len(slow) < 3:
        return False
    spread = statistics.pstdev(quick)
    return min(slow) >= max(quick) + 0.7 * delay and spread < 0.25 * delay


def differs_in_time(one: Sequence[float], other: Sequence[float]) -> float:
    """How many times the usual scatter the medians of two series of times lie apart (of median and MAD); positive
    where the first is slower. Above 4 with eight of each it is hardly chance."""
    scatter = max(_mad(one), _mad(other), 0.0005)
    return (statistics.median(one) - statistics.median(other)) / (1.4826 * scatter)


def _mad(times: Sequence[float]) -> float:
    middle = statistics.median(times)
    return statistics.median([abs(each - middle) for each in times])
