"""Known paths: what the contract declares, and where beside it undeclared things would stand."""

import re
from collections.abc import Iterable, Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.target import Target

_VERSION = re.compile(r"v?\d+(\.\d+)*|\d{4}-\d\d-\d\d")


def is_version(step: str) -> bool:
    """Whether a step of a path names a version: `v1`, `2.0`, `2024-01-01`."""
    return bool(_VERSION.fullmatch(step.lower()))


def declares(a: Assessment, path: str, *, method: str = "") -> bool:
    """Whether a path fits a declared template."""
    return any(
        pattern_of(target).fullmatch(path.rstrip("/") or "/")
        for target in a.api.every
        if not method or target.method == method
    )


def pattern_of(target: Target) -> re.Pattern[str]:
    """Paths of a target."""
    parts = re.split(r"\{[^{}]+\}", target.template.rstrip("/") or "/")
    return re.compile("[^/]+".join(map(re.escape, parts)))


def undeclared(a: Assessment, paths: Iterable[str]) -> Iterator[str]:
    """Those of `paths` that no declared template without variables is."""
    plain = {target.template.rstrip("/") for target in a.api.every if not target.variables}
    yield from (path for path in paths if path.rstrip("/") not in plain)


def prefixes(a: Assessment) -> tuple[str, ...]:
    """Where undeclared things would stand: at the root, and under what all declared paths have in common."""
    steps = [target.template.strip("/").split("/") for target in a.api.every]
    common: list[str] = []
    for at in range(min((len(each) - 1 for each in steps), default=0)):
        names = {each[at] for each in steps}
        if len(names) != 1 or "{" in steps[0][at]:
            break
        common.append(steps[0][at])
    found = ["", *("/" + "/".join(common[: at + 1]) for at in range(len(common)))]
    return tuple(sorted(dict.fromkeys(found), key=lambda each: (bool(each), -len(each))))
