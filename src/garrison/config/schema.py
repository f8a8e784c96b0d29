"""The JSON Schema of garrison.yaml, exported from the settings' types.

Types, bounds and defaults come from msgspec; what a field means is the text below it, read from the source of the
module that it stands in, so that the schema, the reference page and the code cannot disagree.
"""

import ast
import inspect
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from garrison.config import (
    access,
    assess,
    authentication,
    controls,
    credentials,
    detect,
    exposure,
    inspected,
    limits,
    model,
    notify,
    respond,
    sections,
    third_party,
    tokens,
)
from garrison.core import patch

_MODULES = (
    sections,
    patch,
    inspected,
    third_party,
    tokens,
    credentials,
    authentication,
    access,
    limits,
    exposure,
    controls,
    detect,
    respond,
    notify,
    assess,
    model,
)
"""Where settings stand; of a name that several hold, all hold the same."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache  # made of the source alone, and asked for with each file that is read
def settings_schema() -> dict[str, Any]:
    """The schema that garrison.yaml must meet. All who ask share it: nobody may change it."""
    exported = msgspec.json.schema(model.Settings)
    definitions: dict[str, Any] = exported["$defs"]
    docs = field_docs()
    for name, definition in definitions.items():
        if "description" in definition:  # Python 3.13 takes the indentation from docstrings, those before leave it
            definition["description"] = inspect.cleandoc(definition["description"])
        for key, prop in definition.get("properties", {}).items():
            _complete(prop, docs.get((name, key), ""))
        if not definition.get("required", True):
            del definition["required"]
    # Typed as plain mappings, because an operation's entry says only what differs; its keys are the same.
    definitions["OperationSettings"]["properties"]["controls"] |= {"$ref": "#/$defs/ControlsSettings"}
    for key in ("type", "additionalProperties", "default"):
        definitions["OperationSettings"]["properties"]["controls"].pop(key, None)
    return {"$schema": DIALECT, "title": "garrison.yaml", **exported}


@cache
def field_docs() -> Mapping[tuple[str, str], str]:
    """What each field means, by class name and by the field's name in the file; inherited fields included."""
    classes = {
        node.name: (getattr(module, node.name), _documented(node, getattr(module, node.name)))
        for module in _MODULES
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.ClassDef)
    }
    docs: dict[tuple[str, str], str] = {}
    for name, (settings, _) in classes.items():
        for base in reversed(inspect.getmro(settings)):
            own = classes[base.__name__][1] if base.__name__ in classes else {}
            docs |= {(name, field): text for field, text in own.items()}
    return docs


def _documented(definition: ast.ClassDef, settings: type) -> dict[str, str]:
    names = {one.name: one.encode_name for one in msgspec.structs.fields(settings)} if _is_struct(settings) else {}
    docs: dict[str, str] = {}
    for field, after in zip(definition.body, definition.body[1:], strict=False):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        match after:
            case ast.Expr(value=ast.Constant(value=str(text))):
                docs[names.get(field.target.id, field.target.id)] = re.sub(r"\s+", " ", text).strip()
            case _:
                pass
    return docs


def _is_struct(settings: type) -> bool:
    return issubclass(settings, msgspec.Struct)


def _complete(prop: dict[str, Any], doc: str) -> None:
    if doc:
        prop["description"] = doc
    # A whole section as default repeats the defaults of its own keys; null only says "absent".
    if isinstance(prop.get("default"), dict) or prop.get("default", "") is None:
        del prop["default"]
