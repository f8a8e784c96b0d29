"""Conditions of Sigma base rules become functions of an event.

A condition that several parts must all fulfil is taken apart: what only looks at fields with few values is asked once
for each combination of those, and remembered (`Match.known`); the rest is asked for each event.
"""

import ipaddress
import operator
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import re2
from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaTimestampPart,
    SpecialChars,
    TimestampPart,
)

from garrison.detect.fields import FIELDS, Field, field_hint, field_named
from garrison.detect.seen import Seen

Test: TypeAlias = Callable[[Seen], bool]
_Value: TypeAlias = Callable[[Any], bool]

MAX_PATTERN: Final = 1_000
"""Characters of a regular expression."""
_COMPARE: Final = {
    CompareOperators.LT: operator.lt,
    CompareOperators.LTE: operator.le,
    CompareOperators.GT: operator.gt,
    CompareOperators.GTE: operator.ge,
    CompareOperators.NEQ: operator.ne,
}
_FLAGS: Final = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}
_QUIET: Final = re2.Options()
_QUIET.log_errors = False  # what is wrong with a pattern is told with its place
_CLOCK: Final = {TimestampPart.MINUTE: (60, 60), TimestampPart.HOUR: (3600, 24)}
_TEXTS: Final = tuple(
    FIELDS[name]
    for name in (
        "method", "operation", "template", "peer", "disposition", "principal", "reason", "client", "token", "forms",
        "agent",
    )
)  # fmt: skip
"""Where a keyword is looked for."""


class UnsupportedError(Exception):
    """What a rule asks for cannot be done; the message says what, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Match(NamedTuple):
    """A compiled condition: both parts must be fulfilled."""

    known: Test | None
    """Looks at fields with few values only."""
    each: Test | None
    looks: frozenset[str]
    """The fields that `known` looks at."""


def compile_condition(tree: Any) -> Match:
    """`tree` is a condition that pySigma has parsed. Raises UnsupportedError, of fields with all that there are not."""
    strange = [name for name in dict.fromkeys(_written(tree)) if field_named(name) is None]
    if strange[1:]:
        names = ", ".join(f"`{name}`" for name in strange)
        hints = "; ".join(f"`{name}`: {field_hint(name)}" for name in strange)
        raise UnsupportedError(f"{names} are no fields of an event", hints)
    known, each = [], []
    looks: set[str] = set()
    for part in _conjuncts(tree):
        if _few(part):
            known.append(_test(part))
            looks |= set(_names(part))
        else:
            each.append(_test(part))
    return Match(_all(known), _all(each), frozenset(looks))


def _written(tree: Any) -> Iterator[str]:
    """The names of fields as they are written."""
    if isinstance(tree, ConditionFieldEqualsValueExpression):
        yield tree.field
    else:
        for part in getattr(tree, "args", ()):
            yield from _written(part)


def _names(tree: Any) -> Iterator[str]:
    if isinstance(tree, ConditionFieldEqualsValueExpression):
        yield known_field(tree.field).name
        if isinstance(tree.value, SigmaFieldReference):
            yield known_field(tree.value.field).name
    else:
        for part in tree.args:
            yield from _names(part)


def _conjuncts(tree: Any) -> Iterator[Any]:
    if isinstance(tree, ConditionAND):
        for part in tree.args:
            yield from _conjuncts(part)
    else:
        yield tree


def _few(tree: Any) -> bool:
    if isinstance(tree, ConditionAND | ConditionOR | ConditionNOT):
        return all(_few(part) for part in tree.args)
    if not isinstance(tree, ConditionFieldEqualsValueExpression):
        return False
    other = tree.value.field if isinstance(tree.value, SigmaFieldReference) else tree.field
    return all((found := field_named(name)) is not None and found.few for name in (tree.field, other))


def _all(tests: list[Test]) -> Test | None:
    if len(tests) < 2:
        return tests[0] if tests else None
    fixed = tuple(tests)
    return lambda seen: all(test(seen) for test in fixed)


def _test(tree: Any) -> Test:
    match tree:
        case ConditionAND():
            return _all([_test(part) for part in tree.args]) or (lambda _: True)
        case ConditionOR():
            tests = tuple(_test(part) for part in tree.args)
            return lambda seen: any(test(seen) for test in tests)
        case ConditionNOT():
            inner = _test(tree.args[0])
            return lambda seen: not inner(seen)
        case ConditionFieldEqualsValueExpression():
            return _field_test(tree.field, tree.value)
        case ConditionValueExpression():
            return _keyword(tree.value)
    raise UnsupportedError("has an empty condition", "give the condition something to look for")


def known_field(name: str) -> Field:
    """The field that a rule means; raises UnsupportedError where there is none."""
    field = field_named(name)
    if field is None:
        raise UnsupportedError(f"`{name}` is no field of an event", field_hint(name))
    return field


def _field_test(name: str, value: Any) -> Test:
    field = known_field(name)
    get = field.get
    if isinstance(value, SigmaExpansion):
        tests = tuple(_field_test(name, one) for one in value.values)
        return lambda seen: any(test(seen) for test in tests)
    if isinstance(value, SigmaExists):
        wanted = bool(value)
        return lambda seen: _present(get(seen)) == wanted
    if isinstance(value, SigmaNull):
        return lambda seen: not _present(get(seen))
    if isinstance(value, SigmaFieldReference):
        return _same(field, value)
    fits = _value_test(value)
    if field.many:
        return lambda seen: any(fits(one) for one in get(seen))
    return lambda seen: fits(get(seen))


def _present(value: Any) -> bool:
    return value is not None and value not in ("", ())


def _same(field: Field, value: SigmaFieldReference) -> Test:
    other = known_field(value.field)
    if field.many or other.many or value.starts_with or value.ends_with:
        raise UnsupportedError(f"`{field.name}` cannot be compared with a part of `{other.name}`", "compare the whole")
    one, two = field.get, other.get
    return lambda seen: bool(one(seen) == two(seen))


def _value_test(value: Any) -> _Value:
    match value:
        case SigmaTimestampPart():
            return _moment(value)
        case SigmaNumber():
            return _number(value.number)
        case SigmaBool():
            wanted = value.boolean
            return lambda found: found is wanted or (isinstance(found, str) and found.lower() == str(wanted).lower())
        case SigmaString():
            return _text(value)
        case SigmaRegularExpression():
            return _pattern(value)
        case SigmaCIDRExpression():
            return _network(value)
        case SigmaCompareExpression():
            return _comparison(value)
    raise UnsupportedError(f"a value of the kind `{type(value).__name__}` is not supported", "write it out")


def _number(wanted: float) -> _Value:
    text = str(wanted)
    return lambda found: found == wanted if isinstance(found, int | float) else found == text


def _moment(value: SigmaTimestampPart) -> _Value:
    if value.timestamp_part not in _CLOCK:
        part = value.timestamp_part.name.lower()
        raise UnsupportedError(f"`{part}` of a moment is not supported", "use `hour` or `minute`, or `weekday`")
    unit, many = _CLOCK[value.timestamp_part]
    wanted = value.number
    return lambda found: isinstance(found, int | float) and int(found // unit) % many == wanted


def _comparison(value: SigmaCompareExpression) -> _Value:
    compare, wanted = _COMPARE[value.op], value.number.number
    return lambda found: isinstance(found, int | float) and bool(compare(found, wanted))


def _network(value: SigmaCIDRExpression) -> _Value:
    network = value.network
    return lambda found: isinstance(found, str) and (address := _address(found)) is not None and address in network


@lru_cache(maxsize=65_536)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _pattern(value: SigmaRegularExpression) -> _Value:
    flags = "".join(sorted(_FLAGS[flag] for flag in value.flags))
    search = _searched(f"(?{flags})" if flags else "", str(value.regexp))
    return lambda found: search(_as_text(found)) is not None


def _searched(flags: str, pattern: str) -> Callable[[str], Any]:
    """In time that grows with the text alone: patterns of an operator are no reason to wait."""
    if len(pattern) > MAX_PATTERN:
        raise UnsupportedError(f"has a pattern of more than {MAX_PATTERN} characters", "split it")
    try:
        search: Callable[[str], Any] = re2.compile(flags + pattern, _QUIET).search
    except re2.error as error:
        raise UnsupportedError(f"`{pattern}` is no pattern that RE2 knows: {error}", "see its syntax") from None
    return search


def _text(value: SigmaString) -> _Value:
    if any(not isinstance(part, str | SpecialChars) for part in value.s):
        raise UnsupportedError(f"`{value}` has a placeholder", "write the values out")
    cased = isinstance(value, SigmaCasedString)
    parts = [part if cased or not isinstance(part, str) else part.lower() for part in value.s]
    fits = _parts_test(parts)
    if cased:
        return lambda found: fits(_as_text(found))
    return lambda found: fits(_as_text(found).lower())


def _parts_test(parts: list[Any]) -> Callable[[str], bool]:
    any_text = SpecialChars.WILDCARD_MULTI
    match parts:
        case []:
            return lambda found: not found
        case [str() as whole]:
            return lambda found: found == whole
        case [one] if one is any_text:
            return bool
        case [one, str() as inner, two] if one is any_text and two is any_text:
            return lambda found: inner in found
        case [str() as start, one] if one is any_text:
            return lambda found: found.startswith(start)
        case [one, str() as end] if one is any_text:
            return lambda found: found.endswith(end)
    pattern = "".join(_wild(part) for part in parts)
    search = _searched("(?s)", rf"\A{pattern}\z")
    return lambda found: search(found) is not None


def _wild(part: Any) -> str:
    if isinstance(part, str):
        return str(re2.escape(part))
    return ".*" if part is SpecialChars.WILDCARD_MULTI else "."


def _as_text(found: Any) -> str:
    if isinstance(found, str):
        return found
    return "" if found is None else str(found)


def _keyword(value: Any) -> Test:
    """A value without a field: anywhere in what an event has of text."""
    if isinstance(value, SigmaString) and not value.contains_special():
        value = _around(value)
    fits = _value_test(value)
    return lambda seen: any(fits(one) for one in _words(seen))


def _around(value: SigmaString) -> SigmaString:
    around = type(value)()
    around.s = [SpecialChars.WILDCARD_MULTI, *value.s, SpecialChars.WILDCARD_MULTI]
    return around


def _words(seen: Seen) -> Iterator[str]:
    for field in _TEXTS:
        found = field.get(seen)
        if field.many:
            yield from found
        elif found:
            yield found
