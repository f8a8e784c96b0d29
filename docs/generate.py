"""Writes the reference pages that are made from the code: `python docs/generate.py`. A test holds them up to date."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from garrison.config.schema import settings_schema
from garrison.controls.catalogue import CONTROLS
from garrison.engine.control import ControlSpec

REFERENCE = Path(__file__).parent / "reference"

HEAD = """# garrison.yaml

All settings, made from `garrison config schema` by `docs/generate.py`. Everything has a default: an empty file is
valid. Durations are seconds and sizes are bytes, written as plain numbers. Relative paths are meant from the file's own
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
