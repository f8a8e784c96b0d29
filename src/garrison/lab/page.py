"""The report of a run: one HTML page that needs nothing else, and can be mailed."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

import yaml

from garrison.core.counted import counted
from garrison.lab.background import DAY
from garrison.lab.charts import Curve, Tick, curves
from garrison.lab.protections import Protection
from garrison.lab.result import Result, Side
from garrison.lab.words import (
    NAMES,
    clock,
    count,
    day,
    denied,
    duration,
    first_sign,
    hurt,
    proof,
    rows,
    sentences,
    share,
)
from garrison.report.pages import filled

_TEMPLATE = files("garrison.lab") / "report.html.j2"
_TICKS = 5
SHORT: Mapping[Protection, str] = {
    "none": "no protection",
    "limits": "limit per address",
    "budgets": "budgets of people",
    "garrison": "Garrison",
}
_FIRST_NAMED = 12


def page(result: Result) -> str:
    """The page."""
    garrison = result.side("garrison") or result.side("budgets")
    notices = garrison.notices if garrison else ()
    values = {
        "result": result,
        "names": NAMES,
        "cards": [_card(result, side) for side in result.sides],
        "sentences": list(zip([side.protection for side in result.sides], sentences(result), strict=True)),
        "chart": _chart(result),
        "table": rows(result),
        "signs": list(_signs(result)),
        "named": notices[:_FIRST_NAMED],
        "others": notices[_FIRST_NAMED:],
        "more": (garrison.named if garrison else 0) - _FIRST_NAMED,
        "proof": proof(result),
        "policy": yaml.safe_dump(_plain(result.policy), sort_keys=False, allow_unicode=True, width=100),
    }
    return filled(
        _TEMPLATE, {"count": count, "counted": counted, "duration": duration, "day": day, "clock": clock}, values
    )


def _card(result: Result, side: Side) -> dict[str, str]:
    whole = max(each.lost for each in result.sides)
    return {
        "style": side.protection,
        "name": NAMES[side.protection],
        "lost": count(side.lost),
        "share": share(side.lost, whole) if side.protection != "none" else "all",
        "denied": denied(side),
        "hurt": hurt(side),
        "sign": first_sign(side),
    }


def _chart(result: Result) -> str:
    ends = result.begins + result.played
    lines = [Curve(SHORT[side.protection], side.protection, side.curve) for side in result.sides]
    return curves(lines, result.begins, ends, list(_ticks(result.begins, result.played)))


def _ticks(begins: float, played: float) -> Iterator[Tick]:
    """Marks of the time axis: whole days where there are a few, hours of a single one."""
    days = round(played / DAY)
    steps = days if 1 < days <= _TICKS + 2 else _TICKS
    for step in range(steps + 1):
        at = begins + played * step / steps
        yield Tick(at, day(at) if days > 1 else clock(at)[-8:-3])


def _signs(result: Result) -> Iterator[tuple[str, str, str]]:
    """Style, when, and what, of the first sign of each protection."""
    for side in result.sides:
        if side.detection is not None:
            verb = "refused" if side.detection.refused else "told of"
            what = f"request {count(side.detection.request)} is {verb}: {side.detection.reason}"
            yield side.protection, duration(side.detection.after), what


def _plain(value: Any) -> Any:
    """Mappings and sequences as YAML knows them."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
