"""Damaged descriptions: each is loaded, or refused with problems that say where; what is loaded decides."""

from typing import Any

import msgspec
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.mutations import damaged, reshaped
from tests.properties.exchanges import Made, exchanges
from tests.unit.engine.drive import CONTRACT, play

from garrison.config.controls import ControlsSettings, ResponseSchemaSettings
from garrison.config.model import ContractSettings, Settings
from garrison.contract.load import load
from garrison.core.decision import Mode
from garrison.core.errors import DescriptionError, Problem
from garrison.wiring import build_policy

_OVERLAY = """
overlay: 1.0.0
info: {title: Changes, version: "1"}
actions:
  - {target: "$.paths['/items'].get", update: {deprecated: true, parameters: []}}
  - {target: "$..[?@.operationId=='feed']", remove: true}
"""
_DIVIDED = """
openapi: 3.0.3
info: {title: Divided, version: "1"}
servers: [{url: "https://{host}/v{major}", variables: {host: {default: a.example}, major: {default: "1"}}}]
paths:
  /things/{id}.json:
    $ref: "#/components/pathItems/Thing"
    get:
      parameters: [{$ref: "#/components/parameters/Id"}]
      responses: {"200": {$ref: "#/components/responses/Thing"}}
components:
  parameters:
    Id: {name: id, in: path, required: true, style: label, schema: {type: integer}}
  responses:
    Thing: {description: "", content: {application/*: {schema: {$ref: "#/components/schemas/Thing"}}}}
  schemas:
    Thing:
      oneOf: [{$ref: "#/components/schemas/A"}, {$ref: "#/components/schemas/B"}]
      discriminator: {propertyName: kind, mapping: {a: "#/components/schemas/A"}}
    A: {type: object, properties: {kind: {type: string}, next: {$ref: "#/components/schemas/Thing"}}}
    B: {allOf: [{$ref: "#/components/schemas/A"}, {required: [size]}], nullable: true}
"""
_KEYWORDS = (
    "$ref", "$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$defs", "$self", "$schema", "openapi", "paths",
    "servers", "url", "variables", "default", "enum", "parameters", "name", "in", "query", "path", "header", "cookie",
    "querystring", "required", "schema", "content", "style", "explode", "allowReserved", "deepObject",
    "spaceDelimited", "matrix", "requestBody", "responses", "200", "2XX", "9XX", "headers", "application/json", "*/*",
    "multipart/form-data", "encoding", "type", "object", "array", "string", "integer", "null", "items", "prefixItems",
    "itemSchema", "properties", "patternProperties", "additionalProperties", "unevaluatedProperties", "allOf",
    "oneOf", "anyOf", "not", "if", "discriminator", "mapping", "propertyName", "nullable", "readOnly", "writeOnly",
    "format", "pattern", "minimum", "exclusiveMinimum", "multipleOf", "maxLength", "const", "examples", "security",
    "deprecated", "operationId", "additionalOperations", "get", "post", "/items", "/items/{id}", "/{a}{b}",
    "/items/{id", "x-garrison-stream", "components", "schemas", "jsonSchemaDialect", "webhooks", "callbacks",
    "target", "update", "remove", "copy", "actions",
)  # fmt: skip
_ODD = (
    "a", "é", "(", "(?<=a)b", "[a-", "^(a+)+$", "3.2.0", "2.0", "3.0.9", "#", "#/", "#/components/schemas/Item",
    "#/paths/~1items", "other.yaml", "http://[", "//", "%", "https://h/{v}", "date-time", "uuid", "simple", "form",
    "$.paths", "$..*", "$[",
)  # fmt: skip
_SCALARS = st.sampled_from([None, True, False, 0, -1, 1, 2.5, 1e308, 2**70, "", "\0", "x" * 300, *_ODD, *_KEYWORDS])
_values = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYWORDS), inner, max_size=3),
    max_leaves=6,
)
_TREES = [yaml.safe_load(CONTRACT), yaml.safe_load(_DIVIDED)]
_PIECES = (
    b"\n", b"  ", b"- ", b": ", b"{", b"}", b"[", b"]", b"&a ", b"*a", b"<<: *a", b"!!str ", b"!!int ", b"!x ",
    b"|\n", b">-", b"'", b'"', b"#", b"?", b"---\n", b"...\n", b"%YAML 1.2\n", b"\t", b"\x00", b"\xff", b"\xfe\xff",
    b"\xef\xbb\xbf", b"~", b"0x1F", b".inf", b"1e999999", b"2024-01-01", b"yes", b"\xe2\x80\xa8", b"$ref: '#/paths'",
    b"&a [*a]",
)  # fmt: skip


@given(damaged(st.sampled_from([CONTRACT.encode(), msgspec.json.encode(_TREES[1])]), _PIECES))
def contract_bytes(description: bytes) -> None:
    """A description whose bytes are damaged is loaded or refused."""
    _load(description)


@given(
    reshaped(_TREES, _KEYWORDS, _values),
    st.none() | reshaped([yaml.safe_load(_OVERLAY)], _KEYWORDS, _values),
    exchanges(),
)
def contract_tree(description: Any, overlay: Any, made: Made) -> None:
    """A description, and an overlay, of whatever structure is loaded or refused; the policy over it never fails."""
    files = {"/api.yaml": description, "/overlay.yaml": overlay}
    encoded = {name: msgspec.json.encode(tree) for name, tree in files.items() if tree is not None}
    overlays = ("/overlay.yaml",) if overlay is not None else ()
    settings = Settings(
        mode="enforce",
        contract=ContractSettings(file="/api.yaml", overlays=overlays),
        controls=ControlsSettings(response_schema=ResponseSchemaSettings(mode=Mode.ENFORCE)),
    )
    try:
        policy = build_policy(settings, read=_Files(encoded))
    except DescriptionError:
        return
    assert play(policy, made.head, made.body, made.answer).event.errors == ()


class _Files:
    """Reads what is there."""

    def __init__(self, content: dict[str, bytes]) -> None:
        self._content = content

    def __call__(self, place: str) -> bytes:
        if place not in self._content:
            raise FileNotFoundError(2, "no such file", place)
        return self._content[place]


def _load(description: bytes) -> None:
    try:
        problems = load("/api.yaml", read=_Files({"/api.yaml": description})).problems
    except DescriptionError as error:
        problems = error.problems or (Problem("", "", ""),)  # an error without a problem says nothing
    assert all(problem.message and problem.path.startswith("$") for problem in problems)
