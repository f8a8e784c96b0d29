"""A proof as a shell script of curl commands: one a step, with what to see."""

import json
import re
from collections.abc import Iterator
from typing import Final

from garrison.core.finding import Finding, Step
from garrison.core.printable import printable
from garrison.report.findings_text import outcome, place
from garrison.report.replay import Hole, Replay, ReplayStep, holes_in, replay, split
from garrison.report.texts import sentence

_SAFE: Final = re.compile(r"[A-Za-z0-9_./:=+-]+")
"""Words that a shell takes as they stand."""
_PATIENCE: Final = 30
"""Seconds that one command may take."""


def curl(finding: Finding, target: str) -> str:
    """The script; `target` is the origin that it talks to unless `TARGET` names another. Empty without a proof."""
    if not finding.proof:
        return ""
    made = replay(finding)
    lines = ["#!/bin/sh", *_head(finding), "set -u", *_variables(made, target), ""]
    for number, step in enumerate(made.steps, 1):
        lines += [*_step(number, step, made), ""]
    return "\n".join(lines)


def curl_commands(finding: Finding, target: str) -> tuple[str, ...]:
    """The bare commands, one a step, as a page shows them: with the target's origin and variables of a shell."""
    made = replay(finding)
    return tuple(_command(step, made, _quoted(target)) for step in made.steps)


def variable(hole: Hole) -> str:
    """The name of a shell's variable."""
    return hole.name.upper()


def _head(finding: Finding) -> Iterator[str]:
    yield _comment(f"{finding.title} (severity {finding.severity}, confidence {finding.confidence})")
    yield _comment(sentence(finding.says))
    yield _comment(f"finding {finding.fingerprint[:8]} of the check {finding.check} at {place(finding)}")


def _variables(made: Replay, target: str) -> Iterator[str]:
    yield f': "${{TARGET:={_in_double(target)}}}"'
    for hole in made.of_kind("credential"):
        yield f': "${{{variable(hole)}:?{_in_double(asked(hole))}}}"'
    if fresh := made.of_kind("fresh"):
        yield "# names must be new each time"
        yield from (f"{variable(hole)}=grsn$$x{number}" for number, hole in enumerate(fresh, 1))


def asked(hole: Hole) -> str:
    """What somebody has to give for a credential, in words."""
    if hole.says.startswith("password of "):
        return f"the {hole.says}"
    return (
        "a live token" if hole.says == "token" else f"a live credential of {hole.says}: what stood in the header there"
    )


def _step(number: int, step: ReplayStep, made: Replay) -> Iterator[str]:
    who = f"as {step.step.identity}" if step.step.identity else "as nobody"
    yield _comment(f"{number}. {sentence(step.step.says or step.step.method)} ({who})")
    yield _comment(f"   What to see: {seen(step.step)}")
    if step.is_cut:
        yield _comment("   The body was longer than what is kept: it ends where it was cut")
    taken = [hole for hole in made.of_kind("answer") if hole.step == number]
    command = _command(step, made, '"$TARGET"')
    if not taken:
        yield command
        return
    yield f"answer=$({command})"
    yield "printf '%s\\n' \"$answer\""
    for hole in taken:
        value = f"printf '%s' \"$answer\" | sed '1,/^\\r*$/d' | jq -er {_quoted(_jq(hole.pointer))}"
        yield f"{variable(hole)}=$({value}) || {variable(hole)}={_quoted(hole.says)}"


def seen(step: Step) -> str:
    """What comes back, in a few words."""
    return f"status {outcome(step)}" if step.status else outcome(step)


def _command(step: ReplayStep, made: Replay, origin: str) -> str:
    words = ["curl -sS -i", f"-m {_PATIENCE}"]
    if any(sign in step.target for sign in "[]{}"):
        words.append("-g")  # no ranges and lists of addresses
    if "/." in step.target:
        words.append("--path-as-is")
    if step.step.method == "HEAD":
        words.append("-I")
    elif step.step.method != "GET" or step.body:
        words.append(f"-X {_quoted(step.step.method)}")
    options = [f"-H {_filled(_header(name, value), made)}" for name, value in step.headers]
    if step.body:
        if not any(name == "content-type" for name, _ in step.headers):
            options.append("-H 'content-type:'")
        options.append(f"--data-raw {_filled(step.body, made)}")
    return " \\\n  ".join([" ".join([*words, origin + _filled(step.target, made)]), *options])


def _header(name: str, value: str) -> str:
    """As curl takes it: a name with a semicolon for an empty one."""
    return f"{name}: {value}" if value else f"{name};"


def _filled(text: str, made: Replay) -> str:
    """A text for a shell, with its variables."""
    if not holes_in(text):
        return _quoted(text)
    names = {hole.name: hole for hole in made.holes}
    pieces = (f'"${{{variable(names[piece])}}}"' if is_hole else _quoted(piece) for piece, is_hole in split(text))
    return "".join(pieces)


def _quoted(text: str) -> str:
    """One word of a shell. A zero byte cannot stand in one."""
    text = text.replace("\0", "")
    return text if _SAFE.fullmatch(text) else "'" + text.replace("'", "'\"'\"'") + "'"


def _in_double(text: str) -> str:
    """Within double quotes of a parameter's default."""
    return re.sub(r"[^A-Za-z0-9 ._:/@\[\]-]", "", text)


def _comment(text: str) -> str:
    """One line, whatever is in it."""
    return "# " + printable(text, " ")


def _jq(pointer: str) -> str:
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    # names come from whoever answered: as JSON writes them, nothing in one is a program
    return "." + "".join(f"[{step}]" if step.isdigit() else f"[{json.dumps(step)}]" for step in steps)
