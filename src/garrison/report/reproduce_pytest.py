"""A proof as a test: it fails as long as the weakness is there, and passes once it is mended."""

import re
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from garrison.core.finding import Finding
from garrison.core.printable import printable
from garrison.report.replay import CLOSE, OPEN, Replay, ReplayStep, replay, split
from garrison.report.reproduce import asked, seen, variable
from garrison.report.telling import Contains, Equals, Has, HasHeader, NoAnswer, Slow, Status, Tell, tells
from garrison.report.texts import sentence

_TEMPLATE: Final = files("garrison.report") / "reproduce_pytest.py.j2"
_NAMES: Final = ("first", "second", "third")


def pytest_file(finding: Finding, target: str) -> str:
    """The test's source; `target` is the origin that it talks to unless `TARGET` names another. Empty without a proof.

    It needs pytest and httpx, and the credentials of whoever takes part in the environment.
    """
    if not finding.proof:
        return ""
    made = replay(finding)
    environment = Environment(autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701  # Python, every value of which is written by repr
    environment.filters |= {"literal": _literal, "comment": _comment}
    told = tells(finding)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        title=_docstring(sentence(finding.title)),
        says=_docstring(sentence(finding.says)),
        file=file_name(finding),
        name=_name(finding),
        target=target,
        message=finding.says or finding.title,
        finding=finding,
        credentials=[(hole.name, variable(hole), asked(hole)) for hole in made.of_kind("credential")],
        before="".join(f"{variable(hole)}=... " for hole in made.of_kind("credential")),
        fresh=[hole.name for hole in made.of_kind("fresh")],
        steps=[_step(at, step, made) for at, step in enumerate(made.steps)],
        conditions=[_condition(tell, made) for tell in told if not isinstance(tell, NoAnswer)],
        is_no_answer=any(isinstance(tell, NoAnswer) for tell in told),
    )


def file_name(finding: Finding) -> str:
    """What the file is best called."""
    return f"test_{_name(finding)}_{finding.fingerprint[:8]}.py"


def _name(finding: Finding) -> str:
    return re.sub(r"[^a-z0-9]+", "_", finding.check.lower()).strip("_") or "weakness"


def _step(at: int, step: ReplayStep, made: Replay) -> dict[str, Any]:
    is_last = at == len(made.steps) - 1
    name = "last" if is_last else _NAMES[at] if at < len(_NAMES) else f"step_{at + 1}"
    return {
        "number": at + 1,
        "name": name,
        "is_last": is_last,
        "says": sentence(step.step.says or step.step.method),
        "seen": seen(step.step),
        "status": step.step.status,
        "method": step.step.method,
        "target": _expression(step.target),
        "headers": [(key, _expression(value)) for key, value in step.headers],
        "body": _expression(step.body) if step.body else "",
        "is_cut": step.is_cut,
        "takes": [hole for hole in made.of_kind("answer") if hole.step == at + 1],
    }


def _condition(tell: Tell, made: Replay) -> str:
    """An expression of Python about `last`."""
    match tell:
        case Status(status):
            return f"last.status_code == {status}"
        case Slow(seconds):
            return f"last.elapsed.total_seconds() >= {seconds}"
        case Has(pointer):
            return f"at(last, {_literal(pointer)}) is not MISSING"
        case Equals(pointer, value):
            return f"at(last, {_literal(pointer)}) == {_value(value, made)}"
        case HasHeader(name, value):
            return f'last.headers.get({_literal(name)}, "") == {_value(value, made)}'
        case Contains(text):
            return f"{_value(text, made)} in last.text"
        case NoAnswer():
            return "last is None"


def _value(value: Any, made: Replay) -> str:
    """A value as it would be this time: what was made up, or taken from an answer, is another one."""
    if not isinstance(value, str):
        taken = next((hole for hole in made.of_kind("answer") if hole.says == str(value) and type(value) is int), None)
        return f"int({taken.name})" if taken is not None else repr(value)
    for hole in made.of_kind("answer"):
        if hole.says == value:
            return hole.name
    for hole in made.of_kind("fresh"):
        value = value.replace(hole.says, f"{OPEN}{hole.name}{CLOSE}")
    return _expression(value)


def _literal(value: Any) -> str:
    """As Python writes it, in double quotes where that needs no more escapes."""
    text = repr(value)
    if isinstance(value, str) and text[0] == "'" and '"' not in text:
        return f'"{text[1:-1]}"'
    return text


def _expression(text: str) -> str:
    """A text with holes as an expression."""
    return " + ".join(piece if is_hole else _literal(piece) for piece, is_hole in split(text)) or '""'


def _comment(text: str) -> str:
    """One line, whatever is in it."""
    return printable(text, " ")


def _docstring(text: str) -> str:
    """Within a docstring: one line that cannot end it."""
    return _comment(text).replace("\\", "\\\\").replace('"', "'")
