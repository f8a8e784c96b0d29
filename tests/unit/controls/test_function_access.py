"""An operation is for those who have what the contract and the settings demand."""

from typing import Any

import pytest
from msgspec.structs import replace
from tests.unit.controls.acting import Stage, api, operation, principal

from garrison.core.principal import Principal

ADA = principal("ada", "read", "clerk", tenant="t", groups=["a", "b"], nested={"level": 3})


SECURITY: list[Any] = [{"bearer": []}, {"key": []}]


def stage(controls: str = "", more: str = "", **own: Any) -> Stage:
    return Stage(api({"/f": {"get": operation(operationId="f", **own)}}), controls, more)


def reasons(scene: Stage, who: Principal | None, line: str = "GET /f", **more: Any) -> list[str]:
    return [each.id for each in scene.ask(who, line, **more).event.reasons]


@pytest.mark.parametrize(
    ("security", "allowed"),
    [
        ([{"bearer": []}], True),
        ([{"bearer": ["read"]}], True),
        ([{"bearer": ["read", "write"]}], False),
        ([{"bearer": ["write"]}, {"bearer": ["read"]}], True),
        ([{"bearer": ["write"]}, {"key": []}], False),
        ([{"bearer": ["clerk"]}], False),
        ([{"bearer": ["clerk"]}, {"key": ["x"]}], False),
        ([{"bearer": ["read"], "key": []}], False),
        ([{"bearer": ["write"]}, {}], True),
    ],
)
def test_scopes_of_the_contract(security: Any, allowed: bool) -> None:
    assert reasons(stage(security=security), ADA) == ([] if allowed else ["scope-required"])


def test_who_is_not_known_has_no_scope() -> None:
    assert reasons(stage(security=[{"bearer": ["read"]}]), None) == ["scope-required"]
    assert reasons(stage(security=[{"bearer": ["read"]}, {}]), None) == []


def test_names_of_schemes_without_scopes_may_be_roles() -> None:
    scene = stage(security=[{"key": ["clerk"]}])
    assert reasons(scene, replace(ADA, schemes=("key",))) == []
    assert reasons(scene, replace(ADA, schemes=("key",), roles=frozenset())) == ["scope-required"]
    assert reasons(scene, ADA) == ["scope-required"], "another scheme than the one that was satisfied"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("Bearer x", 'Bearer realm="api", error="insufficient_scope", scope="write"'),
        ("DPoP x", 'DPoP realm="api", error="insufficient_scope", scope="write"'),
        ("", None),
    ],
)
def test_the_client_is_told_which_scope_is_missing(sent: str, expected: str | None) -> None:
    sends = (("authorization", sent),) if sent else ()
    seen = stage(security=[{"bearer": ["read", "write"]}]).ask(ADA, "GET /f", sends=sends)
    assert seen.headers.get("www-authenticate") == expected


def test_who_is_only_observed_is_told_nothing_when_another_control_refuses() -> None:
    owned = {"name": "a", "in": "query", "schema": {"type": "string"}, "x-garrison-owner": "account"}
    own: Any = {"security": [{"bearer": ["write"]}], "parameters": [owned]}
    sends = (("authorization", "Bearer x"),)
    observed = stage("function-access: {mode: monitor}", **own).ask(ADA, "GET /f?a=1", sends=sends)
    assert (observed.status, "www-authenticate" in observed.headers) == (403, False)
    enforced = stage(**own).ask(ADA, "GET /f?a=1", sends=sends)
    assert (enforced.status, "www-authenticate" in enforced.headers) == (403, True)


@pytest.mark.parametrize(
    ("requires", "expected"),
    [
        ("scopes: [read]", ""),
        ("scopes: [read, write]", "scope-required"),
        ("any-scope: [write, read]", ""),
        ("any-scope: [write]", "scope-required"),
        ("roles: [chief, clerk]", ""),
        ("roles: [chief]", "role-required"),
        ("realms: [r]", ""),
        ("realms: [staff]", "realm-required"),
        ("claims: {tenant: t}", ""),
        ("claims: {tenant: u}", "claim-required"),
        ("claims: {groups: b}", ""),
        ("claims: {groups: c}", "claim-required"),
        ("claims: {nested.level: '3'}", ""),
        ("claims: {nested: '3'}", "claim-required"),
        ("claims: {missing: ''}", "claim-required"),
        ("""cel: "'clerk' in principal.roles && principal.claims.tenant == 't'" """, ""),
        ("""cel: "principal.claims.missing == 't'" """, "condition-not-met"),
        ("""cel: "principal.claims.nested.level" """, "condition-not-met"),
        ("""cel: "principal.claims.tenant + 1 == 2" """, "condition-not-met"),
        ("""cel: "principal.claims.nested.level / 0 == 1" """, "condition-not-met"),
        ("""cel: "'true'" """, "condition-not-met"),
        ("""cel: "1" """, "condition-not-met"),
        ("""cel: "request.method == 'GET' && request.path == '/f' && request.query.q == 'x'" """, ""),
        ("""cel: "request.headers.host == 'y' || request.headers['x-one'] == '1'" """, ""),
        ("""cel: "has(request.headers.authorization) || has(request.headers.cookie)" """, "condition-not-met"),
        ("""cel: "'x-key' in request.headers" """, "condition-not-met"),
        ("""cel: "peer.address.startsWith('192.0.2.')" """, ""),
        ("""cel: "principal.claims.groups.exists(g, g == 'b')" """, ""),
        ("""cel: "params.query.q == 'x'" """, ""),
        ("""cel: "params.path.id == 'x'" """, "condition-not-met"),
    ],
)
def test_demands_of_the_settings(requires: str, expected: str) -> None:
    parameters = [{"name": "q", "in": "query", "schema": {"type": "string"}}]
    scene = stage(f"function-access: {{requires: {{{requires}}}}}", parameters=parameters, security=SECURITY)
    sends = (("x-one", "1"), ("authorization", "Bearer x"), ("x-key", "k"), ("cookie", "a=b"))
    assert reasons(scene, ADA, "GET /f?q=x", sends=sends) == ([expected] if expected else [])


def test_every_demand_is_made() -> None:
    scene = stage(
        "function-access: {requires: {scopes: [read], roles: [clerk], realms: [r]}}", security=[{"bearer": []}]
    )
    assert reasons(scene, ADA) == []
    for lacking in (replace(ADA, scopes=frozenset()), replace(ADA, roles=frozenset()), replace(ADA, realm="other")):
        assert len(reasons(scene, lacking)) == 1


def test_undescribed_requests_must_fulfil_them_too() -> None:
    scene = stage("function-access: {requires: {realms: [staff]}}, inventory: {unsafe-allow-undescribed: true}")
    assert reasons(scene, ADA, "GET /elsewhere") == ["realm-required"]


def test_for_one_operation() -> None:
    more = "operations: [{match: f, controls: {function-access: {requires: {roles: [chief]}}}}]"
    assert reasons(stage(more=more), ADA) == ["role-required"]
