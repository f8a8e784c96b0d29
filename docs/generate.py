"""Writes the reference pages that are made from the code: `python docs/generate.py`. A test holds them up to date."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from garrison.adapters.detection_rules import shipped_rules
from garrison.assess.check import Check
from garrison.assess.checks.catalogue import CHECKS
from garrison.audit.catalogue import RULES
from garrison.audit.rule import Rule
from garrison.audit.score import HALVES, PART, POINTS
from garrison.config.schema import settings_schema
from garrison.controls.catalogue import CONTROLS
from garrison.detect.aggregates import COUNTS, DISTINCT, SUMS
from garrison.detect.compiling import compile_rules
from garrison.detect.fields import ALIASES, FIELDS, Field
from garrison.engine.control import ControlSpec

REFERENCE = Path(__file__).parent / "reference"

HEAD = """# garrison.yaml

All settings, made from `garrison config schema` by `docs/generate.py`. Everything has a default:
`version: 1` alone is valid. A file that says nothing at all is not: it is what is left where writing it broke off.
Durations are seconds and sizes are bytes, written as plain numbers. Relative paths are meant from the file's own
folder. Unknown keys, keys given twice and values of the wrong type are errors; all of them are reported at once. Words
are read as YAML 1.2 does: `off` and `yes` are text.

Options of the command line win over the file. A setting whose name begins with `unsafe-` permits what Garrison would
otherwise refuse; those that are on are warned of at start and listed by `garrison plan`.
"""


def pages() -> dict[Path, str]:
    """Every generated page."""
    return {
        REFERENCE / "settings.md": settings_page(),
        REFERENCE / "controls.md": controls_page(),
        REFERENCE / "detection-rules.md": rules_page(),
        REFERENCE / "checks.md": checks_page(),
        REFERENCE / "audit-rules.md": audit_page(),
    }


FIRST_CONTROL = "controls.canonical-form"
"""Where the page describes what all controls have in common."""

CONTROLS_HEAD = """# Controls

Every control in the order in which it is asked, made from the code by `docs/generate.py`. An objector may object; a
granter must grant, or the request is denied. What is found is a reason: its id is final, its status is that of the
denial. `garrison plan` shows which controls apply to which operation; their settings are in
[garrison.yaml](settings.md).
"""


def controls_page() -> str:
    """The reference of the controls and their reasons."""
    return "\n".join([CONTROLS_HEAD, *(line for spec in CONTROLS for line in _control(spec))]).rstrip() + "\n"


def _control(spec: ControlSpec) -> Iterator[str]:
    mode = f"`{spec.default_mode}` unless told otherwise" if spec.default_mode else "the gateway's"
    yield f"\n## `{spec.id}`\n"
    yield f"{spec.title}. Kind: {spec.kind}. Mode: {mode}. Protects against: {', '.join(spec.tags) or '-'}.\n"
    yield "| reason | status | meaning |"
    yield "| --- | --- | --- |"
    for reason in spec.reasons.specs:
        yield f"| `{reason.id}` | {reason.status} | {reason.meaning} |"


def rules_page() -> str:
    """The reference of detection rules."""
    labels = compile_rules(shipped_rules()).labels.values()
    lines = [
        RULES_HEAD,
        "\n## Fields\n",
        "| field | also called | meaning |",
        "| --- | --- | --- |",
        *(_field(one) for one in FIELDS.values()),
        RULES_EXTRAS,
        "| name | meaning |",
        "| --- | --- |",
        "| `count` | events |",
        "| `seconds` | time from the first to the last of them |",
        *(f"| `{name}` | events whose `{field}` is true |" for name, field in COUNTS.items()),
        *(f"| `{name}` | different values of `{field}` |" for name, field in DISTINCT.items()),
        *(f"| `{name}` | sum of `{field}` |" for name, field in SUMS.items()),
        "\n## Rules that come with Garrison\n",
        "`garrison rules show NAME` shows a rule's file.\n",
        "| name | severity | confidence | tags | finds |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| `{one.id}` | {one.severity} | {one.confidence} | {', '.join(one.tags)} | {one.title} |"
            for one in labels
        ),
    ]
    return "\n".join(lines).rstrip() + "\n"


CHECKS_HEAD = """# Checks

What [`garrison assess`](../guides/assess.md) looks for, made from the code by `docs/generate.py`. A finding is proven
by exchanges that anyone can send again; what could not be tested is said in the report. `garrison checks show CHECK`
prints one of these with code that mends it. Ids are final.
"""


def checks_page() -> str:
    """The reference of the checks of an assessment."""
    lines = [CHECKS_HEAD]
    for family in dict.fromkeys(check.family for check in CHECKS):
        lines.append(f"\n## {family.capitalize()}")
        lines.extend(line for check in CHECKS if check.family == family for line in _check(check))
    return "\n".join(lines).rstrip() + "\n"


def _check(check: Check) -> Iterator[str]:
    yield f"\n### `{check.id}`\n"
    yield f"{_sentence(check.title)} Usually {check.severity.value}; {', '.join(check.tags)}.\n"
    yield f"{check.looks}\n"
    yield f"Why it matters: {check.why}\n"
    yield f"How to mend it: {check.mend}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _field(field: Field) -> str:
    names = ", ".join(f"`{name}`" for name, meant in ALIASES.items() if meant == field.name)
    several = " Several values." if field.many else ""
    return f"| `{field.name}` | {names} | {field.meaning}{several} |"


RULES_HEAD = """# Detection rules

Rules are written in [Sigma](https://sigmahq.io/sigma-specification/)'s form and read by pySigma: base rules say which
events count, correlations make a pattern of them. A file may hold several documents, also filters. The fields, names
and rules below are made from the code by `docs/generate.py`; [how rules work](../explanations/detection.md) and
[how to write one](../guides/detection.md) stand elsewhere.

| of Sigma | |
| --- | --- |
| conditions | `and`, `or`, `not`, `1 of`, `all of`, lists, keywords, wildcards |
| modifiers | `contains`, `startswith`, `endswith`, `all`, `cased`, `re` (RE2, at most 1,000 characters) \
with `i`, `m`, `s`, `cidr`, `lt`, `lte`, `gt`, `gte`, `neq`, `exists`, `fieldref`, `base64`, `base64offset`, \
`wide`, `windash`, of moments `hour` and `minute` |
| correlations | `event_count`, `value_count`, `value_sum`, `value_avg`, `value_median`, `value_percentile`, \
`temporal`, `temporal_ordered`, extended conditions, of correlations again |
| their keys | `rules`, `group-by`, `timespan` (at most 31 days), `condition` (`gt`, `gte`, `lt`, `lte`, \
`eq`, `neq`, `field`), `aliases`, `generate` |
| not | placeholders (`expand`), days and months of a moment |

`logsource` is not looked at: everything is an event of this gateway. Paths, queries, headers and bodies are not in an
event, so a rule that looks at them is refused with its place and a hint, as is everything else that cannot be done; all
problems of all files are told at once. What a detection is called is the rule's `name`, else its `id`, else its title.
"""

RULES_EXTRAS = """
Of a field with several values each counts, in a `group-by` too; for a condition one that agrees is enough. `asker` in a
detection's group is called `principal` or `peer`, after what it is.

## What stands under `garrison`

| key | of | meaning |
| --- | --- | --- |
| `confidence` | any | `low`, `medium` (if left out) or `high`: how likely it is true |
| `filter` | base rules | a [CEL](https://cel.dev) expression over `event`, asked last: \
`event.response_bytes > 4 * event.request_bytes`; one that fails is not fulfilled |
| `having` | correlations | a CEL expression over the events in the group's window (at most the last 4,096): \
`missed / count >= 0.5` |
| `distinct` | `value_count` | `exact` (if left out), or `estimate` (HyperLogLog, within 2.3 % two times of \
three); above 100,000 always the latter |
| `silence` | any | how long a group that was told of is not told of again: `1h`; if left out the timespan, \
of a base rule alone `5m` |

In `having` all numbers are of CEL's type `double`, and there are:
"""


AUDIT_HEAD = """# Rules of the audit

What `garrison audit` looks for in a description, made from the code by `docs/generate.py`;
[how to use it](../guides/audit.md) stands elsewhere. Severity is the damage if the API is as its description says,
confidence how likely that is a weakness; a single finding may have others than its rule. Tags name entries of the OWASP
API Security Top 10 (2023), of CWE, and of the controls for API protection of NIST SP 800-228 (`rec`).
"""

AUDIT_SCORE = """
## The score

Each rule takes points from each operation that it finds something wrong with, once, however many places there are: as
many as its gravest finding there has, by severity, of which confidence counts a part.

| severity | points | | confidence | part |
| --- | --- | --- | --- | --- |
"""


def audit_page() -> str:
    """The reference of the audit's rules and of its score."""
    lines = [AUDIT_HEAD, *(line for rule in RULES for line in _audit_rule(rule)), AUDIT_SCORE.rstrip()]
    parts = [*PART.items(), *[None] * (len(POINTS) - len(PART))]
    for (severity, points), part in zip(POINTS.items(), parts, strict=True):
        told = f"{part[0]} | {part[1]:g}" if part is not None else " | "
        lines.append(f"| {severity} | {points:g} | | {told} |")
    lines += [
        "",
        f"An operation's score is 100 x 0.5 ^ (points / {HALVES:g}). That of the description is half the mean of all",
        "operations, half the mean of the worst tenth of them. What concerns no operation takes nothing.",
    ]
    return "\n".join(lines).rstrip() + "\n"


def _audit_rule(rule: Rule) -> Iterator[str]:
    yield f"\n## `{rule.id}`\n"
    title = f"{rule.title[:1].upper()}{rule.title[1:]}"
    yield f"{title}. Severity {rule.severity}, confidence {rule.confidence}; {', '.join(rule.tags)}.\n"
    yield f"{rule.why}\n"
    yield f"Mend: {rule.mend}"


def settings_page() -> str:
    """The reference of garrison.yaml."""
    schema = settings_schema()
    lines = [HEAD, *_section(schema, "Settings", "")]
    return "\n".join(lines).rstrip() + "\n"


def _section(schema: Mapping[str, Any], name: str, path: str) -> Iterator[str]:
    definition = schema["$defs"][name]
    required = definition.get("required", ())
    title = f"`{path}`" if path else "Top level"
    yield f"\n## {title}\n"
    if description := definition.get("description"):
        yield f"{description}\n"
    yield "| key | value | default | meaning |"
    yield "| --- | --- | --- | --- |"
    inner: list[tuple[str, str]] = []
    for key, prop in definition["properties"].items():
        section = _refers_to(schema, prop)
        if section:
            place = f"{path}.{key}" if path else key
            inner.append((section, place + {"array": "[]", "object": ".NAME"}.get(prop.get("type", ""), "")))
        default = "required" if key in required else _default(prop, section)
        meaning = str(prop.get("description", "")).replace("|", "\\|")
        yield f"| `{key}` | {_value(schema, prop)} | {default} | {meaning} |"
    for section, place in inner:
        if section == "ExceptionSettings" and path != FIRST_CONTROL:
            continue  # the same for every control
        if place != "operations[].controls":
            yield from _section(schema, section, place)


def _refers_to(schema: Mapping[str, Any], prop: Mapping[str, Any]) -> str:
    """The section that a key holds; empty where it holds a plain value."""
    choices = [prop, *prop.get("anyOf", ()), prop.get("items", {}), prop.get("additionalProperties", {})]
    names = [str(choice["$ref"]).rpartition("/")[2] for choice in choices if "$ref" in choice]
    return next((name for name in names if "properties" in schema["$defs"][name]), "")


def _value(schema: Mapping[str, Any], prop: Mapping[str, Any]) -> str:
    if "anyOf" in prop:
        return " or ".join(_value(schema, one) for one in prop["anyOf"] if one != {"type": "null"})
    if "$ref" in prop:
        definition = schema["$defs"][str(prop["$ref"]).rpartition("/")[2]]
        return "section" if "properties" in definition else _value(schema, definition)
    if "enum" in prop:
        return " or ".join(f"`{one}`" for one in prop["enum"])
    match prop["type"]:
        case "array":
            inner = _value(schema, prop["items"])
            return "list of sections" if inner == "section" else f"list of {inner}"
        case "object" if "additionalProperties" not in prop:
            return "mapping"
        case "object":
            inner = _value(schema, prop["additionalProperties"])
            return "mapping of names to " + ("sections" if inner == "section" else inner)
        case "string":
            return "text"
        case "boolean":
            return "`true` or `false`"
        case _:
            return _number(prop)


def _number(prop: Mapping[str, Any]) -> str:
    low = f"at least {prop['minimum']}" if "minimum" in prop else f"more than {prop['exclusiveMinimum']}"
    kind = "whole number" if prop["type"] == "integer" else "number"
    return f"{kind}, {low}, at most {prop['maximum']}"


def _default(prop: Mapping[str, Any], section: str) -> str:
    value = prop.get("default", "")
    if value in ("", [], {}):
        return "" if section and "anyOf" not in prop else "none"
    return f"`{json.dumps(value) if not isinstance(value, str) else value}`"


def main() -> None:
    """Write the pages that changed."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
