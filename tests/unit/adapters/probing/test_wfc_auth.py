"""Authentication files of Web Fuzzing Commons, as its own schema and documentation have them."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml
from tests.unit.adapters.probing.login_api import app

from garrison.adapters.probing.identities import read_identities
from garrison.adapters.probing.transport import HttpTransport
from garrison.assess.identity import Credential
from garrison.core.errors import ConfigError
from garrison.lab.served import served

BOTH = """
schemaVersion: "0.2.0"
auth:
  - name: alice
    loginEndpointAuth:
      payloadUserPwd: {username: alice, password: 'wonder"land', usernameField: username, passwordField: password}
  - name: bob
    loginEndpointAuth:
      payloadRaw: '{"username": "bob", "password": "builder"}'
  - name: key
    loginEndpointAuth: null
    fixedHeaders: [{name: X-Api-Key, value: " k "}]
authTemplate:
  loginEndpointAuth:
    endpoint: /v1/login
    verb: POST
    contentType: application/json
    token:
      extractFrom: body
      extractSelector: /data/token
      sendIn: header
      sendName: Authorization
      sendTemplate: "JWT {token}"
"""


@pytest.fixture(scope="module")
def seen() -> list[str]:
    return []


@pytest.fixture(scope="module")
def origin(seen: list[str]) -> Iterator[str]:
    with served(app(seen), "the API") as url:
        yield url


def credentials(origin: str, text: str, folder: Path, name: str = "auth.yaml") -> dict[str, Credential]:
    (folder / name).write_text(text)
    given = read_identities(origin, auth=[str(folder / name)])
    with HttpTransport(origin) as transport:
        return {each.name: each.identity().log_in(transport.send) for each in given}


def problems(text: str, folder: Path) -> list[str]:
    (folder / "auth.yaml").write_text(text)
    with pytest.raises(ConfigError) as raised:
        read_identities("http://127.0.0.1:1", auth=[str(folder / "auth.yaml")])
    return [str(problem).removeprefix(f"{folder}/auth.yaml:") for problem in raised.value.problems]


def test_the_example_is_what_the_schema_allows() -> None:
    schema = yaml.safe_load((files("webfuzzing_commons") / "data/auth.yaml").read_text())
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(re.sub(r"    loginEndpointAuth: null\n", "", BOTH)))


def test_the_fields_are_those_of_the_schema() -> None:
    import msgspec

    from garrison.adapters.probing import wfc_auth

    schema = yaml.safe_load((files("webfuzzing_commons") / "data/auth.yaml").read_text())
    for name, kind in (
        ("AuthenticationInfo", wfc_auth.AuthenticationInfo),
        ("LoginEndpoint", wfc_auth.LoginEndpoint),
        ("TokenHandling", wfc_auth.TokenHandling),
        ("PayloadUsernamePassword", wfc_auth.UserPwd),
        ("CreateUsers", wfc_auth.CreateUsers),
        ("Generator", wfc_auth.Generator),
    ):
        ours = {field.encode_name for field in msgspec.structs.fields(kind)}
        assert ours == set(schema["$defs"][name]["properties"]), name


def test_a_template_is_merged_and_everybody_logs_in(origin: str, tmp_path: Path) -> None:
    found = credentials(origin, BOTH, tmp_path)

    assert found["alice"].headers == (("authorization", "JWT T-alice"),)
    assert found["bob"].headers == (("authorization", "JWT T-bob"),)
    assert found["key"].headers == (("x-api-key", "k"),)


def test_a_cookie_is_expected(origin: str, tmp_path: Path) -> None:
    found = credentials(
        origin,
        """
auth:
  - name: alice
    fixedHeaders: [{name: X-App, value: web}]
    loginEndpointAuth:
      endpoint: /v1/login
      verb: POST
      contentType: application/x-www-form-urlencoded
      payloadUserPwd: {username: alice, password: 'wonder"land', usernameField: username, passwordField: password}
      expectCookies: true
""",
        tmp_path,
    )

    assert found["alice"] == Credential(headers=(("x-app", "web"),), cookies=(("session", "C-alice"),))


def test_a_token_of_another_server_goes_into_the_query(origin: str, tmp_path: Path) -> None:
    text = f"""
[[auth]]
name = "bob"
[auth.loginEndpointAuth]
externalEndpointURL = "{origin}/v1/login"
verb = "POST"
contentType = "application/json"
payloadRaw = '{{"username": "bob", "password": "builder"}}'
[auth.loginEndpointAuth.token]
extractFrom = "header"
extractSelector = "X-Token"
sendIn = "query"
sendName = "key"
"""
    (tmp_path / "auth.toml").write_text(text)
    (given,) = read_identities("http://127.0.0.1:1", auth=[str(tmp_path / "auth.toml")])

    assert given.identity().log_in(lambda call: pytest.fail("not the target's")).query == (("key", "H-bob"),)


def test_users_are_made_once(origin: str, seen: list[str], tmp_path: Path) -> None:
    text = """
auth:
  - name: new
    createUsers:
      endpoint: /v1/users
      verb: POST
      contentType: application/json
      payloadRaw: '{"username": "{$user}", "password": "{$word}"}'
      generators:
        - {placeHolder: "{$user}", prefix: u_, postfix: "@example.com", maxLength: 20}
        - {placeHolder: "{$word}", minLength: 20}
    loginEndpointAuth:
      endpoint: /v1/login
      verb: POST
      contentType: application/json
      payloadRaw: '{"username": "{$user}", "password": "{$word}"}'
      token: {extractFrom: body, extractSelector: /data/token, sendIn: header, sendName: Authorization}
"""
    (tmp_path / "auth.yaml").write_text(text)
    (given,) = read_identities(origin, auth=[str(tmp_path / "auth.yaml")])
    before = len(seen)
    with HttpTransport(origin) as transport:
        tokens = {given.identity().log_in(transport.send).headers for _ in range(2)}

    assert given.is_throwaway
    (made,) = [each for each in seen[before:] if each.startswith("register")]
    name = made.removeprefix("register ")
    assert re.fullmatch(r"u_[a-z0-9]{6}@example\.com", name)
    assert tokens == {(("authorization", f"T-{name}"),)}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("auth: [{}]", "1: $.auth[0]: `name` is missing"),
        ("auth: [{name: a}]", "1: $.auth[0]: says neither `fixedHeaders` nor `loginEndpointAuth`"),
        ("auth: [{name: a, fixedHeaders: [{name: X}]}]", "1: $.auth[0].fixedHeaders[0]: `value` is missing"),
        ("auth: [{name: a, loginEndpointAuth: {verb: PUSH}}]", "1: $.auth[0].loginEndpointAuth.verb: must be `DELETE`"),
        (
            "auth: [{name: a, requireMockHandling: true, fixedHeaders: [{name: X, value: y}]}]",
            "cannot be done from outside",
        ),
        ("authTemplate: {}", "1: $: `auth` is missing"),
        ("auth: [", "$: is not valid YAML"),
    ],
)
def test_what_is_wrong(tmp_path: Path, text: str, wrong: str) -> None:
    found = problems(text, tmp_path)
    assert wrong in found[0]


def test_everything_that_is_missing_is_told(tmp_path: Path) -> None:
    found = problems("auth: [{name: a, loginEndpointAuth: {endpoint: login, token: {extractFrom: body}}}]", tmp_path)

    assert [each.partition(": ")[2].partition(" (")[0] for each in found] == [
        "$.auth[0].loginEndpointAuth: `verb` is missing",
        "$.auth[0].loginEndpointAuth: `login` does not begin with `/`",
        "$.auth[0].loginEndpointAuth.token: `extractSelector` is missing",
        "$.auth[0].loginEndpointAuth.token: `sendIn` is missing",
        "$.auth[0].loginEndpointAuth.token: `sendName` is missing",
    ]
