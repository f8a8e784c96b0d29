"""Dialects: the schema language of each description, and how it becomes JSON Schema 2020-12."""

from typing import Any, Literal

import msgspec

from garrison.contract.annotations import annotations
from garrison.contract.documents import Documents
from garrison.contract.patterns import mend
from garrison.contract.place import Place, Problems, excerpt

Direction = Literal["request", "response", "neutral"]
"""Whose message a schema judges: decides what readOnly and writeOnly mean. Neutral: neither has a meaning."""


class Dialect(msgspec.Struct, frozen=True):
    """How a schema object is to be read."""

    name: str
    nullable: bool = False
    """`nullable: true` allows null (OpenAPI 3.0)."""
    boolean_bounds: bool = False
    """`exclusiveMinimum` and `exclusiveMaximum` are booleans (OpenAPI 3.0; JSON Schema draft 4)."""
    ref_alone: bool = False
    """Whatever stands beside `$ref` is ignored (OpenAPI 3.0; JSON Schema up to draft 7)."""
    array_items: bool = False
    """`items` may be an array with `additionalItems`; `dependencies` (JSON Schema up to 2019-09)."""


OPENAPI_30 = Dialect("OpenAPI 3.0", nullable=True, boolean_bounds=True, ref_alone=True)
JSON_SCHEMA_2020 = Dialect("JSON Schema 2020-12")
_DRAFT_2019 = Dialect("JSON Schema 2019-09", array_items=True)
_DRAFT_7 = Dialect("JSON Schema draft 7", ref_alone=True, array_items=True)
_DRAFT_4 = Dialect("JSON Schema draft 4", boolean_bounds=True, ref_alone=True, array_items=True)

_BY_URI = {
    "json-schema.org/draft/2020-12/schema": JSON_SCHEMA_2020,
    "spec.openapis.org/oas/3.1/dialect/base": JSON_SCHEMA_2020,
    "spec.openapis.org/oas/3.0/dialect/base": OPENAPI_30,
    "json-schema.org/draft/2019-09/schema": _DRAFT_2019,
    "json-schema.org/draft-07/schema": _DRAFT_7,
    "json-schema.org/draft-06/schema": _DRAFT_7,
    "json-schema.org/draft-05/schema": _DRAFT_4,
    "json-schema.org/draft-04/schema": _DRAFT_4,
}


def dialect_for(uri: str) -> Dialect | None:
    """The dialect that `$schema` or `jsonSchemaDialect` names; None where we do not know it."""
    bare = uri.rstrip("#").partition("://")[2]
    if bare.startswith(("spec.openapis.org/oas/3.1/dialect/", "spec.openapis.org/oas/3.2/dialect/")):
        return JSON_SCHEMA_2020
    return _BY_URI.get(bare)


class Dialects:
    """The dialects of a description's documents."""

    def __init__(self, documents: Documents, problems: Problems) -> None:
        self._documents = documents
        self._problems = problems
        self._known: dict[str, Dialect | None] = {}

    def of(self, place: Place, inherited: Dialect) -> Dialect:
        """The dialect of the document at `place`; a file that does not say is read as what refers to it."""
        if place.file not in self._known:
            self._known[place.file] = self._declared(place)
        return self._known[place.file] or inherited

    def _declared(self, place: Place) -> Dialect | None:
        root = self._documents.open(place.file)
        if not isinstance(root, dict):
            return None
        version = root.get("openapi")
        if str(version).startswith("3.0"):
            return OPENAPI_30
        keyword = "$schema" if version is None else "jsonSchemaDialect"
        uri = root.get(keyword)
        if not isinstance(uri, str):
            return None if version is None else JSON_SCHEMA_2020
        dialect = dialect_for(uri)
        if dialect is None:
            hint = "schemas are read as JSON Schema 2020-12"
            self._problems.add(Place(place.file, (keyword,)), f"unknown schema dialect {excerpt(uri)}", hint)
        return dialect or JSON_SCHEMA_2020


_FLOAT_MAX = 3.4028234663852886e38
_BOUNDS: dict[str, tuple[float, float]] = {
    # OpenAPI Format Registry; single precision: IEEE 754 binary32's largest finite value.
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
    "float": (-_FLOAT_MAX, _FLOAT_MAX),
    "double": (-1.7976931348623157e308, 1.7976931348623157e308),
}

COPIED = (
    "type", "enum", "const", "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf",
    "maxLength", "minLength", "maxItems", "minItems", "uniqueItems", "maxContains", "minContains",
    "maxProperties", "minProperties", "required", "dependentRequired", "format", "pattern",
    "$dynamicAnchor", "$dynamicRef",
)  # fmt: skip
"""Keywords whose values hold no schemas. Everything that is not named in this module is annotation."""

IN_PLACE = ("not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames",
            "unevaluatedItems", "unevaluatedProperties")  # fmt: skip
"""Keywords with one schema as value."""

IN_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
"""Keywords with a list of schemas as value."""

IN_MAP = ("properties", "patternProperties", "dependentSchemas", "$defs")
"""Keywords with schemas under free names."""

NEGATING = frozenset({"not", "if", "propertyNames", "contains"})
"""Keywords under which a schema selects values and does not describe them: directions mean nothing there."""


def plain_keywords(schema: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    """The keywords of `schema` that hold no schemas, in 2020-12's form, and our own annotations."""
    out = {keyword: schema[keyword] for keyword in COPIED if keyword in schema}
    out |= annotations(schema)
    if "pattern" in out and isinstance(out["pattern"], str):
        out["pattern"] = mend(out["pattern"])
    if "maximum" in out or "minimum" in out or "exclusiveMaximum" in out or "exclusiveMinimum" in out:
        for bound, exclusive in (("maximum", "exclusiveMaximum"), ("minimum", "exclusiveMinimum")):
            _mend_bound(out, bound, exclusive)
    if "format" in out:
        _mend_format(out)
    encoding = schema.get("contentEncoding")
    if encoding in ("base64", "base64url") and "format" not in out:
        out["format"] = encoding
    if dialect.nullable and schema.get("nullable") is True:
        _mend_null(out)
    return out


def _mend_bound(out: dict[str, Any], bound: str, exclusive: str) -> None:
    """`exclusiveMinimum: true` beside `minimum: 5` is `exclusiveMinimum: 5` (JSON Schema draft 4)."""
    flag = out.get(exclusive)
    if isinstance(flag, bool):
        del out[exclusive]
        if flag and bound in out:
            out[exclusive] = out.pop(bound)


def _mend_format(out: dict[str, Any]) -> None:
    """Number formats become bounds; any of the schema's own that is narrower stays."""
    bounds = _BOUNDS.get(out["format"]) if isinstance(out["format"], str) else None
    if bounds is None:
        return
    del out["format"]
    low, high = bounds
    if not _is_number(out.get("minimum")) or out["minimum"] < low:
        out["minimum"] = low
    if not _is_number(out.get("maximum")) or out["maximum"] > high:
        out["maximum"] = high


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _mend_null(out: dict[str, Any]) -> None:
    """`nullable` adds null to the types; where an enum is given too, its author means null as well."""
    kind = out.get("type")
    if isinstance(kind, str):
        out["type"] = [kind, "null"] if kind != "null" else kind
    elif isinstance(kind, list) and "null" not in kind:
        out["type"] = [*kind, "null"]
    if isinstance(out.get("enum"), list) and None not in out["enum"]:
        out["enum"] = [*out["enum"], None]
