"""Runtime expressions of Arazzo and OpenAPI: `$response.body#/token`, `$steps.logIn.outputs.token`, `$inputs.user`."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from garrison.adapters.probing.flow import pointed
from garrison.assess.call import NOT_JSON, Answer, Call
from garrison.assess.identity import LoginError

EXPRESSION: Final = re.compile(
    r"\$(?:statusCode|method|url|(?:inputs|outputs|steps|workflows|request|response|sourceDescriptions|components)"
    r"(?:\.[A-Za-z0-9_-]+)+(?:#(?:/[^\s{}()\[\]'\"]*)?)?)"
)
"""One expression. A pointer ends where a condition or a text goes on."""
_EMBEDDED: Final = re.compile(r"\{(\$[^{}]+)\}")


class Moment(msgspec.Struct):
    """What expressions can see."""

    inputs: Mapping[str, Any] = {}
    steps: dict[str, dict[str, Any]] = {}
    """Outputs of the steps that were made."""
    call: Call = Call("", "/")
    answer: Answer = Answer()
    sources: Mapping[str, str] = {}


def evaluated(expression: str, moment: Moment) -> Any:
    """The value of one expression; None where there is none. Raises LoginError where it names what nobody knows."""
    head, _, pointer = expression.partition("#")
    steps = head[1:].split(".")
    match steps:
        case ["statusCode"]:
            return moment.answer.status
        case ["method"]:
            return moment.call.method
        case ["url"]:
            return moment.call.target
        case ["inputs", *names]:
            return _deep(moment.inputs, names, pointer)
        case ["steps", step, "outputs", *names] if step in moment.steps:
            return _deep(moment.steps[step], names, pointer)
        case ["sourceDescriptions", name, "url"]:
            return moment.sources.get(name, "")
        case ["request" | "response" as side, *names] if names:
            return _message(side, names, pointer, moment)
        case _:
            raise LoginError(f"the expression `{expression}` names nothing that is known here")


def resolved(value: Any, moment: Moment) -> Any:
    """`value` with every expression in it evaluated: a text that is one becomes its value, within texts `{$...}`."""
    match value:
        case str() if EXPRESSION.fullmatch(value):
            return evaluated(value, moment)
        case str():
            return _EMBEDDED.sub(lambda found: as_text(evaluated(found[1], moment)), value)
        case dict():
            return {key: resolved(inner, moment) for key, inner in value.items()}
        case list():
            return [resolved(inner, moment) for inner in value]
        case _:
            return value


def as_text(value: Any) -> str:
    """A value within a text."""
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()


def _message(side: str, names: list[str], pointer: str, moment: Moment) -> Any:
    match side, names:
        case "response", ["body"]:
            body = moment.answer.json()
            return pointed(body, pointer) if pointer else moment.answer.text if body is NOT_JSON else body
        case "request", ["body"]:
            return _body(moment.call, pointer)
        case "response", ["header", name]:
            return moment.answer.header(name.lower()) or None
        case "request", ["header", name]:
            return next((value for key, value in moment.call.headers if key == name.lower()), None)
        case "request", ["query", name]:
            return dict(parse_qsl(moment.call.target.partition("?")[2])).get(name)
        case _:
            raise LoginError(f"the expression `${side}.{'.'.join(names)}` names nothing that is known here")


def _body(call: Call, pointer: str) -> Any:
    try:
        value = msgspec.json.decode(call.body or b"")
    except msgspec.DecodeError:
        return (call.body or b"").decode("utf-8", "replace")
    return pointed(value, pointer) if pointer else value


def _deep(value: Any, names: list[str], pointer: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return pointed(value, pointer) if pointer else value
