"""Success criteria of Arazzo steps: simple conditions, regular expressions and JSONPath."""

import re
from typing import Any, Final

import jsonpath_rfc9535

from garrison.adapters.probing.arazzo_document import Criterion
from garrison.adapters.probing.runtime_expressions import EXPRESSION, Moment, as_text, evaluated
from garrison.assess.identity import LoginError

_TEXT: Final = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")


def holds(criterion: Criterion, moment: Moment) -> bool:
    """Whether it is met. Raises LoginError where that cannot be told."""
    match criterion.kind:
        case "regex":
            return re.search(criterion.condition, as_text(evaluated(criterion.context, moment))) is not None
        case "jsonpath":
            return bool(jsonpath_rfc9535.find(criterion.condition, evaluated(criterion.context, moment)))
        case _:
            return _simple(criterion.condition, moment)


def criterion_fault(criterion: Criterion) -> str:
    """What is wrong with it before anything is sent; empty where nothing is."""
    try:
        match criterion.kind:
            case "simple":
                _program(_translated(criterion.condition)[0])
            case "regex":
                re.compile(criterion.condition)
            case "jsonpath":
                jsonpath_rfc9535.compile(criterion.condition)
            case _:
                return f"criteria of type `{criterion.kind}` are not understood: there are simple, regex and jsonpath"
    except (ValueError, re.error, jsonpath_rfc9535.JSONPathError):
        return f"`{criterion.condition}` is no {criterion.kind} condition"
    if criterion.kind != "simple" and not EXPRESSION.fullmatch(criterion.context):
        return f"`{criterion.context}` is no runtime expression"
    return ""


def _simple(condition: str, moment: Moment) -> bool:
    source, expressions = _translated(condition)
    values = {name: _lower(evaluated(expression, moment)) for name, expression in expressions.items()}
    try:
        return _program(source).execute(values) is True
    except (ValueError, TypeError, RuntimeError, KeyError) as error:
        raise LoginError(f"the condition `{condition}` cannot be judged") from error


def _translated(condition: str) -> tuple[str, dict[str, str]]:
    """The condition in CEL, whose operators are the same, and what its variables stand for. Texts are compared in lower
    case, as Arazzo asks for."""
    expressions: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        return next((key for key, value in expressions.items() if value == found[0]), "") or _new(found[0])

    def _new(expression: str) -> str:
        key = f"v{len(expressions)}"
        expressions[key] = expression
        return key

    pieces = []
    at = 0
    for text in _TEXT.finditer(condition):
        pieces += [EXPRESSION.sub(name, condition[at : text.start()]), text[0].lower()]
        at = text.end()
    return "".join([*pieces, EXPRESSION.sub(name, condition[at:])]), expressions


def _program(source: str) -> Any:
    import cel  # brings a command line of its own along

    return cel.compile(source)


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
