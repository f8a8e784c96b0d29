"""Views: answers without what a request put into them and what differs each time, so that two can be compared."""

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus

import msgspec

from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.compare import leaves, same
from garrison.assess.probe import Exchange
from garrison.assess.sampling import MARK

_WORD: Final = re.compile(rf"{MARK}[0-9a-z]+", re.IGNORECASE)
_MAX_DEPTH: Final = 40


def forms_of(value: str) -> tuple[str, ...]:
    """How a value that was sent may stand in an answer, the longest form first."""
    escaped = msgspec.json.encode(value).decode()[1:-1]
    whole = {value, value.strip(), escaped, html.escape(value), html.escape(value, quote=False)}
    whole |= {html.escape(value).replace("&#x27;", "&#39;"), quote(value), quote(value, safe=""), quote_plus(value)}
    whole |= {value.lower(), value.upper(), value.replace("'", "\\'"), value.replace("'", "''")}
    return tuple(sorted((form for form in whole if form), key=lambda form: (-len(form), form)))


def without(text: str, values: Iterable[str]) -> str:
    """The text without these values in any form, and without the words that the assessment made up."""
    for value in values:
        for form in forms_of(value) if len(value) > 1 else ():
            text = text.replace(form, "")
    return _WORD.sub("", text)


def reflects(exchange: Exchange, value: str) -> bool:
    """Whether the body of the answer holds the value as it was sent."""
    return value in exchange.answer.text


def only(exchange: Exchange, text: str) -> Exchange:
    """An exchange that shows no more of the answer's body than this part of it."""
    return msgspec.structs.replace(exchange, answer=msgspec.structs.replace(exchange.answer, body=text.encode()))


def view_of(exchange: Exchange, values: Iterable[str], noisy: frozenset[str] = frozenset()) -> Answer:
    """The answer without `values`, and without the fields at the ways in `noisy`."""
    answer, sent = exchange.answer, tuple(values)
    value = answer.json()
    if value is NOT_JSON:
        return msgspec.structs.replace(answer, body=without(answer.text, sent).encode())
    cleaned = _cleaned(value, "", sent, noisy, _MAX_DEPTH)
    return msgspec.structs.replace(answer, body=msgspec.json.encode(cleaned))


def noise_of(one: Answer, other: Answer) -> frozenset[str]:
    """The ways to the fields in which two views of the same request's answers differ."""
    left, right = one.json(), other.json()
    if left is NOT_JSON or right is NOT_JSON:
        return frozenset()
    return frozenset(way for way, _ in _bag(left) ^ _bag(right))


def alike(one: Answer, other: Answer) -> bool:
    """Whether two views say the same."""
    return same(one, other)


def _bag(value: Any) -> set[tuple[str, str]]:
    return {(way, repr(leaf)) for way, leaf in leaves(value)}


def _cleaned(value: Any, way: str, sent: tuple[str, ...], noisy: frozenset[str], depth: int) -> Any:
    if depth <= 0:
        return None
    if isinstance(value, Mapping):
        inner = {name: f"{way}/{name}" if way else str(name) for name in value}
        return {
            without(str(name), sent): _cleaned(each, inner[name], sent, noisy, depth - 1)
            for name, each in value.items()
            if inner[name] not in noisy
        }
    if isinstance(value, list):
        at = f"{way}/*" if way else "*"
        return [_cleaned(each, at, sent, noisy, depth - 1) for each in value if at not in noisy]
    return without(value, sent) if isinstance(value, str) else value
