"""An audit of whatever claims to be a description ends, and says something or refuses it."""

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.audit.shorthand import CASES, MAIN, case, written
from tests.fuzz.mutations import reshaped

from garrison.audit.catalogue import RULES
from garrison.audit.overlay import overlay
from garrison.audit.patterns import Budget, is_catastrophic
from garrison.audit.run import audit, mends
from garrison.contract.described import Description
from garrison.core.errors import DescriptionError

_TREES = [written(case(file.stem)["wrong"]) for file in sorted(CASES.glob("*.yaml"))]
_WORDS = (
    "$ref", "type", "properties", "items", "allOf", "oneOf", "anyOf", "enum", "const", "format", "pattern", "default",
    "maxLength", "minimum", "additionalProperties", "patternProperties", "readOnly", "security", "securitySchemes",
    "flows", "implicit", "scopes", "servers", "url", "variables", "parameters", "name", "in", "schema", "requestBody",
    "content", "application/json", "responses", "200", "429", "headers", "example", "examples", "callbacks", "webhooks",
    "post", "get", "info", "contact", "paths", "operationId", "tags", "password", "email", "/{a}/{b}", "x-sunset",
    "required", "nullable", "discriminator", "unevaluatedProperties",
)  # fmt: skip
_VALUES = st.recursive(
    st.sampled_from(
        [None, True, 0, -1, 2**70, 1.5, "", "a", "http://[", "//", "https://{h}", "((", "^(a|a)*$", *_WORDS]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=3),
    max_leaves=6,
)


def look(tree: Any, overlays: tuple[str, ...] = ()) -> None:
    files = {MAIN: msgspec.json.encode(tree)} | {f"{at}.yaml": text.encode() for at, text in enumerate(overlays)}

    def read(name: str) -> bytes:
        if name not in files:
            raise FileNotFoundError(2, "no such file", name)
        return files[name]

    try:
        description = Description(MAIN, tuple(list(files)[1:]), read=read)
    except DescriptionError:
        return
    found = audit(description)
    score, each = found.scored()
    assert 0 <= score <= 100
    assert len(each) == len(description.operations)
    assert len({one.fingerprint for one in found.findings}) == len(found.findings)
    assert all(one.says and one.source is not None and one.source.path.startswith("$") for one in found.findings)
    if not overlays:
        look(tree, (overlay(mends(found.found), MAIN),))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(reshaped(_TREES, _WORDS, _VALUES))
def test_a_damaged_description_is_audited_or_refused(tree: Any) -> None:
    look(tree)


@given(st.text(alphabet="ab(|)[]{}*+?\\^$.d1,:<>=!-", max_size=40))
def test_any_pattern_is_judged(pattern: str) -> None:
    assert is_catastrophic(pattern, Budget()) in {True, False}


def test_a_pattern_made_to_be_hard_costs_no_more_than_its_budget() -> None:
    budget = Budget(100_000)
    for width in range(1, 40):
        is_catastrophic("^(" + "(a?|b?|[ab]?)*" * width + ")+$", budget)
    assert budget.left > -1_500  # at most the length of the last one over


def test_schemas_in_circles_end() -> None:
    ring = {
        f"S{at}": {"type": "object", "properties": {"next": {"$ref": f"#/components/schemas/S{(at + 1) % 500}"}}}
        for at in range(500)
    }
    look(written({"ops": {"POST /a": {"body": {"$ref": "#/components/schemas/S0"}}}, "schemas": ring}))


def test_many_operations_that_share_everything_end() -> None:
    ring = {
        f"S{at}": {"anyOf": [{"$ref": f"#/components/schemas/S{other}"} for other in range(30)]} for at in range(30)
    }
    body = {"$ref": "#/components/schemas/S0"}
    look(written({"ops": {f"POST /a{at}": {"body": body, "answer": body} for at in range(300)}, "schemas": ring}))


def test_every_rule_takes_a_description_without_anything() -> None:
    look({"openapi": "3.1.0", "paths": {}})
    assert RULES
