"""Findings have places, fingerprints that stay, and say how many operations share them."""

from typing import Any

from tests.audit.shorthand import audited, described

from garrison.audit.catalogue import RULES
from garrison.audit.run import audit
from garrison.contract.described import Description
from garrison.core.finding import Finding

_SHARED: dict[str, Any] = {
    "ops": {
        "POST /a": {"body": {"$ref": "#/components/schemas/Text"}},
        "PUT /b": {"body": {"$ref": "#/components/schemas/Text"}},
    },
    "schemas": {"Text": {"type": "object", "properties": {"note": {"type": "string"}}}},
}


def only(short: dict[str, Any], rule: str) -> list[Finding]:
    return [each for each in audited(short).findings if each.check == rule]


def test_a_schema_that_several_operations_share_is_one_finding() -> None:
    (found,) = only(_SHARED, "unbounded-string")
    assert found.says == "`note` is a text without `maxLength`, `format` and `pattern`, in 2 operations"
    assert (found.operation, found.method, found.location) == (None, "", "body/note")
    assert found.source is not None
    assert found.source.path == "$.components.schemas.Text.properties.note"


def test_a_finding_of_one_operation_names_it() -> None:
    short = {"ops": {"POST /a": {"operationId": "make", "body": {"type": "string"}}}}
    (found,) = only(short, "unbounded-string")
    assert (found.operation, found.method, found.template) == ("make", "POST", "/a")


def test_findings_stand_at_their_line() -> None:
    text = b"openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths:\n  /a:\n    get:\n      deprecated: true\n"
    description = Description("api.yaml", read=lambda _: text)
    (found,) = (each for each in audit(description).findings if each.check == "deprecated-served")
    assert found.source is not None
    assert (found.source.file, found.source.line) == ("api.yaml", 5)


def test_fingerprints_are_the_same_in_every_run_and_differ_from_one_another() -> None:
    one, other = audited(_SHARED).findings, audited(_SHARED).findings
    assert [each.fingerprint for each in one] == [each.fingerprint for each in other]
    assert len({each.fingerprint for each in one}) == len(one)


def test_a_fingerprint_stays_when_something_is_put_before_it() -> None:
    def parameters(*names: str) -> dict[str, Any]:
        listed = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]
        return {"ops": {"GET /a": {"parameters": listed}}}

    before = {each.location: each.fingerprint for each in only(parameters("a", "b"), "unbounded-string")}
    after = {each.location: each.fingerprint for each in only(parameters("new", "a", "b"), "unbounded-string")}
    assert before.items() <= after.items()
    assert len(after) == 3


def test_the_gravest_come_first() -> None:
    ranks = [each.severity.rank for each in audited(_SHARED).findings]
    assert ranks == sorted(ranks, reverse=True)


def test_only_the_rules_that_are_given_look() -> None:
    rules = [rule for rule in RULES if rule.id == "no-429"]
    assert {each.check for each in audit(described(_SHARED), rules).findings} == {"no-429"}


def test_what_most_operations_lack_is_said_once() -> None:
    found = only({"ops": {f"GET /a{at}": None for at in range(9)}}, "no-429")
    assert [each.says for each in found] == ["9 of 9 operations of the description describe no answer with 429"]
    few = {f"GET /a{at}": {"responses": {"200": {"description": ""}, "429": {"description": ""}}} for at in range(9)}
    assert len(only({"ops": {**few, "GET /b": None, "GET /c": None}}, "no-429")) == 2


def test_members_of_all_of_are_read_as_one_and_choices_by_themselves() -> None:
    schema = {
        "oneOf": [
            {"allOf": [{"type": "string"}, {"maxLength": 3}]},
            {"allOf": [{"$ref": "#/components/schemas/Word"}, {"description": "a word"}]},
        ]
    }
    short = {"ops": {"POST /a": {"body": schema}}, "schemas": {"Word": {"type": "string"}}}
    (found,) = only(short, "unbounded-string")
    assert found.source is not None
    assert found.source.path.endswith(".oneOf[1]")


def test_a_suggestion_is_an_action_of_an_overlay() -> None:
    (found,) = only(_SHARED, "unbounded-string")
    assert found.suggestion == (
        '- target: "$.components.schemas.Text.properties.note"\n  update: {"maxLength": 4096}\n'
    )


def test_what_stands_in_another_file_is_found_there_and_not_mended_here() -> None:
    files = {
        "api.json": b'{"openapi":"3.1.0","info":{"title":"a","version":"1"},"paths":{"/a":{"post":{"requestBody":'
        b'{"content":{"application/json":{"schema":{"$ref":"other.json#/Text"}}}},"responses":{}}}}}',
        "other.json": b'{"Text":{"type":"string"}}',
    }
    result = audit(Description("api.json", read=lambda name: files[name]))
    (found,) = (each for each in result.findings if each.check == "unbounded-string")
    assert found.source is not None
    assert (found.source.file, found.source.path, found.suggestion) == ("other.json", "$.Text", "")
