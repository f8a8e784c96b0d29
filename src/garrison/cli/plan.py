"""`garrison plan`: what happens to each operation's requests, and in which order."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from garrison.cli.moments import show_moment
from garrison.cli.options import Contract, Mode, Overlay
from garrison.cli.output import as_json, line, note, progress
from garrison.core.counted import counted

if TYPE_CHECKING:
    from garrison.cli.opening import Opened
    from garrison.contract.catalogue import Uncompiled
    from garrison.engine.exceptions import Excepted
    from garrison.engine.plan import Plan

EXAMPLES = "Example: garrison plan --contract openapi.yaml --mode enforce"


def plan(
    config: Annotated[Path | None, typer.Option(metavar="FILE", help="garrison.yaml.")] = None,
    contract: Contract = None,
    overlay: Overlay = None,
    mode: Mode = None,
    json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
) -> None:
    """Show for each operation its controls in order: kind, mode, fail mode, state and where they are asked.

    Exit status 1 means that operations could not be compiled: requests for them are undescribed.
    """
    from garrison.cli.opening import open_policy, patch_warnings
    from garrison.config.load import Options
    from garrison.config.unsafe import warnings

    options = Options(contract=contract, overlays=tuple(overlay or ()), mode=mode)
    with progress("compiling the contract"):
        opened = open_policy(config, options)
    unsafe = warnings(opened.settings)
    uncompiled = opened.policy.catalogue.uncompiled
    if json:
        as_json(_data(opened, unsafe))
    else:
        for text in (*_text(opened), *_text_of_uncompiled(uncompiled), *(f"unsafe: {one}" for one in unsafe)):
            line(text)
    for text in sorted(_expired(opened)):
        note(text)
    for text in patch_warnings(opened.settings, time.time()):
        note(text)
    if uncompiled:
        raise typer.Exit(1)


def _expired(opened: "Opened") -> set[str]:
    policy, now = opened.policy, time.time()
    return {
        f"expired exception of `{entry.control}`: {one.reason} for {one.principal}; take it out"
        for plan in (*policy.plans, policy.undescribed)
        for entry in plan.entries
        for one in entry.exceptions
        if one.until <= now
    }


def _data(opened: "Opened", unsafe: Iterable[str]) -> dict[str, Any]:
    policy = opened.policy
    return {
        "mode": policy.mode,
        "operations": [_plan_data(one) for one in policy.plans],
        "undescribed": _plan_data(policy.undescribed),
        "uncompiled": policy.catalogue.uncompiled,
        "unsafe": list(unsafe),
    }


def _plan_data(one: "Plan") -> dict[str, Any]:
    operation = one.operation.operation if one.operation else None
    names = {"id": operation.id, "method": operation.method, "template": operation.template} if operation else {}
    controls = [
        {
            "control": entry.control,
            "kind": entry.kind,
            "mode": entry.mode,
            "fail": entry.fail,
            "state": entry.state,
            "phases": entry.phases,
            "exceptions": [_exception_data(one) for one in entry.exceptions],
        }
        for entry in one.entries
    ]
    return {**names, "controls": controls}


def _text(opened: "Opened") -> Iterator[str]:
    policy = opened.policy
    yield f"mode: {policy.mode}, {counted(len(policy.plans), 'operation')}"
    for one in (*policy.plans, policy.undescribed):
        operation = one.operation.operation if one.operation else None
        yield ""
        if operation is None:
            yield "requests that no operation matches"
        else:
            own = f"{operation.method} {operation.template}"
            yield own if operation.id == own else f"{own} ({operation.id})"
        for entry in one.entries:
            phases = ", ".join(entry.phases) or "-"
            columns = f"{entry.control:<16} {entry.kind:<9} {entry.mode:<8} fail {entry.fail:<7} {entry.state:<7}"
            yield f"  {columns} {phases}"
            yield from (f"    except {_exception_text(one)}" for one in entry.exceptions)


def _exception_data(one: "Excepted") -> dict[str, Any]:
    until = show_moment(one.until)
    return {
        "reason": one.reason,
        "principal": one.principal,
        "until": until,
        "expired": one.until <= time.time(),
        "note": one.note,
    }


def _exception_text(one: "Excepted") -> str:
    ends = "expired" if one.until <= time.time() else "until"
    return f"{one.reason} for {one.principal}, {ends} {show_moment(one.until)}" + (f": {one.note}" if one.note else "")


def _text_of_uncompiled(uncompiled: "Iterable[Uncompiled]") -> Iterator[str]:
    for one in uncompiled:
        yield ""
        yield f"{one.method} {one.template}: could not be compiled"
        for problem in one.problems:
            yield f"  {problem}"
