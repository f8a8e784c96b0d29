"""Identities of every kind log in; what is wrong with them is told at once, and never tells a secret."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from tests.unit.adapters.probing.login_api import app

from garrison.adapters.probing.given import Given
from garrison.adapters.probing.identities import read_identities
from garrison.adapters.probing.transport import HttpTransport
from garrison.assess.identity import Credential, LoginError, fixed
from garrison.core.errors import ConfigError
from garrison.lab.served import served

ENVIRONMENT = {"TOKEN": "t0k", "WORD": 'wonder"land', "SECRET": "s3cret/+"}
BEARER = "authorization"


class Place:
    """A served API, and reading and logging in there."""

    def __init__(self, origin: str, seen: list[str]) -> None:
        self.origin = origin
        self.seen = seen

    def given(
        self, *options: str, file: str = "", operations: Mapping[str, tuple[str, str]] | None = None
    ) -> dict[str, Given]:
        found = read_identities(
            self.origin,
            options=options,
            files=[file] if file else [],
            operations=operations,
            environment=ENVIRONMENT,
        )
        return {each.name: each for each in found}

    def credential(self, given: Given) -> Credential:
        with HttpTransport(self.origin) as transport:
            return given.identity().log_in(transport.send)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    seen: list[str] = []
    with served(app(seen), "the API") as origin:
        yield Place(origin, seen)


NOWHERE = Place("http://127.0.0.1:1", [])


def problems(*options: str, file: str = "") -> list[str]:
    with pytest.raises(ConfigError) as raised:
        NOWHERE.given(*options, file=file)
    return [str(problem) for problem in raised.value.problems]


@pytest.mark.parametrize(
    ("option", "credential"),
    [
        ("alice=bearer:abc:def", Credential(headers=((BEARER, "Bearer abc:def"),))),
        ("alice=bearer:$TOKEN", Credential(headers=((BEARER, "Bearer t0k"),))),
        ("alice=bearer:$$TOKEN", Credential(headers=((BEARER, "Bearer $TOKEN"),))),
        ("alice=header:X-Api-Key:k:1", Credential(headers=(("x-api-key", "k:1"),))),
        ("alice=header:X-Api-Key: $TOKEN", Credential(headers=(("x-api-key", "t0k"),))),
        ("alice=cookie:session=a=b", Credential(cookies=(("session", "a=b"),))),
        ("alice=query:api_key:$TOKEN", Credential(query=(("api_key", "t0k"),))),
        ("alice=basic:u:p:q", Credential(headers=((BEARER, "Basic dTpwOnE="),))),
    ],
)
def test_what_is_fixed(option: str, credential: Credential) -> None:
    given = NOWHERE.given(option)["alice"]

    assert given.identity().log_in(lambda call: pytest.fail("nothing is sent")) == credential
    assert not given.can_renew


def test_a_value_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from a file\n")
    given = NOWHERE.given(f"alice=bearer:@{tmp_path}/token")["alice"]

    assert NOWHERE.credential(given).token == "from a file"


def test_a_password_waits_for_the_door() -> None:
    given = NOWHERE.given("alice=login:al:$WORD")["alice"]

    assert given.needs_door
    assert given.secret == ("al", 'wonder"land')
    with pytest.raises(ValueError, match="no way to log in"):
        given.identity()
    identity = given.identity(fixed(Credential(query=(("a", "b"),))))
    assert (identity.name, identity.can_renew, identity.secret) == ("alice", True, given.secret)


def test_a_client_gets_its_token_from_the_target(place: Place) -> None:
    given = place.given(f"shop=client:shop:$SECRET@{place.origin}/oauth/token")["shop"]
    credential = place.credential(given)

    assert credential.token == "O-all"
    assert 0 < credential.expires - time.time() <= 60
    assert given.can_renew


def test_a_client_gets_its_token_elsewhere(place: Place) -> None:
    given = NOWHERE.given(f"shop=client:shop:$SECRET@{place.origin}/oauth/token")["shop"]

    assert given.identity().log_in(lambda call: pytest.fail("not the target's")).token == "O-all"


def test_steps_take_and_put(place: Place, tmp_path: Path) -> None:
    (tmp_path / "steps.yaml").write_text(
        """
steps:
  - path: /v1/login
    json: {username: alice, password: $WORD}
    take: {first: {header: X-Token}, who: {json: /data/name}, session: {cookie: session}}
  - method: GET
    path: /v1/ticket?user={who}
    take: {ticket: {json: /ticket}, quote: {json: /quote}}
  - path: /v1/exchange
    headers: {X-Ticket: "{ticket}"}
    json: {ticket: "{ticket}", quote: "{quote}"}
    take: {token: {json: /token}}
    expect: [200]
put:
  header: {Authorization: "Bearer {token}", X-First: "{first}"}
  query: {session: "{session}"}
"""
    )
    credential = place.credential(place.given(f"alice=steps:{tmp_path}/steps.yaml")["alice"])

    assert credential.headers == ((BEARER, "Bearer X-K-alice"), ("x-first", "H-alice"))
    assert credential.query == (("session", "C-alice"),)
    assert credential.cookies == (("session", "C-alice"),)


def test_steps_with_a_form_and_a_cookie_alone(place: Place, tmp_path: Path) -> None:
    (tmp_path / "steps.yaml").write_text("steps: [{path: /v1/login, form: {username: alice, password: $WORD}}]")
    credential = place.credential(place.given(f"alice=steps:{tmp_path}/steps.yaml")["alice"])

    assert credential == Credential(cookies=(("session", "C-alice"),))


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ("{path: /v1/login, json: {username: alice, password: wrong-one}}", "`POST /v1/login` is answered with 401"),
        ("{path: /v1/broken, take: {token: {json: /token}}}", "the answer has no json `/token`"),
        ("{path: /v1/broken}", "its steps give neither a token nor a cookie"),
        ("{path: /v1/broken, expect: [201]}", "`POST /v1/broken` is answered with 200"),
    ],
)
def test_a_log_in_that_fails_says_why(place: Place, tmp_path: Path, step: str, why: str) -> None:
    (tmp_path / "steps.yaml").write_text(f"steps: [{step}]")
    given = place.given(f"alice=steps:{tmp_path}/steps.yaml")["alice"]

    with pytest.raises(LoginError) as raised:
        place.credential(given)
    assert str(raised.value) == why
    assert "wrong-one" not in str(raised.value)


def test_nobody_there(tmp_path: Path) -> None:
    (tmp_path / "steps.yaml").write_text("steps: [{path: /v1/login}]")
    with pytest.raises(LoginError, match="`POST /v1/login`: the connection was refused"):
        NOWHERE.credential(NOWHERE.given(f"alice=steps:{tmp_path}/steps.yaml")["alice"])


def test_a_file_of_everybody(place: Place, tmp_path: Path) -> None:
    (tmp_path / "flow").mkdir()
    (tmp_path / "flow/steps.yaml").write_text("steps: [{path: /v1/login, json: {username: bob, password: builder}}]")
    (tmp_path / "who.yaml").write_text(
        """
identities:
  admin: {bearer: $TOKEN, roles: [admin, user], owns: {orderId: ["17", "18"]}}
  both: {header: {X-Key: $TOKEN}, cookie: {session: s}}
  basic: {basic: {user: u, password: p}}
  alice: {login: {user: alice, password: $WORD}, throwaway: true}
  shop: {client: {id: shop, secret: $SECRET, token-url: /oauth/token, scope: "a b"}}
  bob: {steps: flow/steps.yaml}
  carol:
    steps: [{path: /v1/login, json: {username: alice, password: $WORD}, take: {token: {json: /data/token}}}]
    put: {header: {X-Auth: "{token}"}}
"""
    )
    given = place.given(file=str(tmp_path / "who.yaml"))

    assert list(given) == ["admin", "both", "basic", "alice", "shop", "bob", "carol"]
    admin = given["admin"].identity()
    assert (admin.roles, admin.owns) == (("admin", "user"), (("orderId", "17"), ("orderId", "18")))
    assert given["alice"].is_throwaway
    assert given["alice"].needs_door
    assert place.credential(given["both"]) == Credential((("x-key", "t0k"),), cookies=(("session", "s"),))
    assert place.credential(given["shop"]).token == "O-a b"
    assert place.credential(given["bob"]).cookies == (("session", "C-bob"),)
    assert place.credential(given["carol"]).headers == (("x-auth", "T-alice"),)


def test_a_secret_that_looks_like_a_reference_is_looked_up_once(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENVIRONMENT, "ODD", "$TOKEN")
    (tmp_path / "who.yaml").write_text(
        "identities: {a: {bearer: $ODD}, b: {steps: [{path: /v1/broken}], put: {header: {X: $ODD}}}}"
    )
    given = place.given(file=str(tmp_path / "who.yaml"))

    assert place.credential(given["a"]).token == "$TOKEN"
    assert place.credential(given["b"]).headers == (("x", "$TOKEN"),)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "who.yaml").write_text(
        """identities:
  alice: {bearer: $MISSING}
  bob: {bearr: x}
  carol: {}
"""
    )
    found = problems(
        "alice",
        "bob=token:x",
        "carol=bearer:$NOPE",
        "dave=client:id:secret",
        "erin=basic:u",
        file=str(tmp_path / "who.yaml"),
    )

    assert [each.partition("(hint")[0].strip() for each in found] == [
        "<options>: --identity: is not of the form NAME=KIND:VALUE",
        "<options>: --identity: `token` of `bob` is no kind of identity",
        "<options>: --identity: the variable `NOPE` of the environment is not set",
        "<options>: --identity: `dave=client:` names no token URL",
        "<options>: --identity: `erin=basic:` lacks what has to follow",
        f"{tmp_path}/who.yaml:3: $.identities.bob.bearr: unknown key `bearr`",
        f"{tmp_path}/who.yaml:2: $.identities.alice.bearer: the variable `MISSING` of the environment is not set",
    ]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{alice: {bearer: a, basic: {user: u, password: p}}}", "1: $.identities.alice: says `bearer`, `basic`"),
        ("{alice: {roles: [x]}}", "1: $.identities.alice: says none of them"),
        ("{'al ice': {bearer: a}}", "1: $.identities['al ice']: `al ice` is no name"),
        ("{alice: {bearer: 17}}", "1: $.identities.alice.bearer: must be text, not `17` (hint: put it in quotes)"),
        ("{alice: {bearer: $NOPE}}", "1: $.identities.alice.bearer: the variable `NOPE` of the environment is not set"),
        ("{alice: {login: {user: a}}}", "1: $.identities.alice.login: `password` is missing"),
        ("{alice: {steps: nowhere.yaml}}", "nowhere.yaml: $: cannot be read: no such file or directory"),
        ("{alice: {steps: [{path: login}]}}", "1: $.identities.alice.steps[0].path: `login` does not begin with `/`"),
        (
            "{alice: {steps: [{path: /l, take: {t: {json: token}}}]}}",
            "1: $.identities.alice.steps[0].take.t.json: `token` is no JSON Pointer",
        ),
        (
            "{alice: {client: {id: a, secret: b, token-url: token}}}",
            "1: $.identities.alice.client.token-url: `token` is neither a path nor a URL",
        ),
        ("{alice: {client: {id: a, secret: b, token-url: 'http://'}}}", "token-url: `http://` is no http or https URL"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file(tmp_path: Path, text: str, wrong: str) -> None:
    file = tmp_path / "who.yaml"
    file.write_text(f"identities: {text}")

    (found,) = problems(file=str(file))
    assert wrong in found


def test_names_are_given_once() -> None:
    assert problems("alice=bearer:a", "alice=bearer:b") == ["<options>: --identity: `alice` is given twice"]


def test_a_token_is_never_repeated() -> None:
    assert "eyJhbGciOi" not in "".join(problems("alice=eyJhbGciOi.payload.x:y"))


def test_an_arazzo_workflow_logs_in(place: Place, tmp_path: Path) -> None:
    document = {
        "arazzo": "1.0.1",
        "info": {"title": "log in", "version": "1"},
        "sourceDescriptions": [{"name": "api", "url": "openapi.yaml", "type": "openapi"}],
        "components": {"parameters": {"who": {"name": "user", "in": "query", "value": "nobody"}}},
        "workflows": [
            {"workflowId": "other", "steps": [{"stepId": "a", "operationId": "logIn"}]},
            {
                "workflowId": "enter",
                "inputs": {
                    "type": "object",
                    "required": ["user", "password"],
                    "properties": {"user": {"default": "alice"}, "password": {"default": "$WORD"}},
                },
                "steps": [
                    {
                        "stepId": "first",
                        "operationId": "logIn",
                        "requestBody": {
                            "contentType": "application/json",
                            "payload": '{"username": "{$inputs.user}", "password": "{$inputs.password}"}',
                        },
                        "successCriteria": [
                            {"condition": "$statusCode == 200 && $response.body#/data/name == 'ALICE'"},
                            {"context": "$response.body", "condition": "$.data[?@ == 3]", "type": "jsonpath"},
                            {"context": "$response.header.X-Token", "condition": "^H-", "type": "regex"},
                        ],
                        "outputs": {"who": "$response.body#/data/name"},
                    },
                    {
                        "stepId": "second",
                        "operationPath": "{$sourceDescriptions.api.url}#/paths/~1ticket/get",
                        "parameters": [
                            {"reference": "$components.parameters.who", "value": "$steps.first.outputs.who"}
                        ],
                        "outputs": {"ticket": "$response.body#/ticket", "quote": "$response.body#/quote"},
                    },
                    {
                        "stepId": "third",
                        "operationId": "exchange",
                        "parameters": [{"name": "X-Ticket", "in": "header", "value": "$steps.second.outputs.ticket"}],
                        "requestBody": {
                            "payload": {"ticket": "$steps.second.outputs.ticket", "quote": "?"},
                            "replacements": [{"target": "/quote", "value": "$steps.second.outputs.quote"}],
                        },
                        "outputs": {"token": "$response.body#/token"},
                    },
                ],
                "outputs": {"token": "$steps.third.outputs.token"},
            },
        ],
    }
    (tmp_path / "login.yaml").write_text(yaml.safe_dump(document))
    operations = {
        "logIn": ("POST", "/v1/login"),
        "GET /ticket": ("GET", "/v1/ticket"),
        "exchange": ("POST", "/v1/exchange"),
    }

    given = place.given(f"alice=steps:{tmp_path}/login.yaml", operations=operations)["alice"]
    credential = place.credential(given)

    assert credential.headers == ((BEARER, "Bearer X-K-alice"),)
    assert given.how == "an Arazzo workflow"


OFFICIAL = """
arazzo: 1.0.0
info: {title: A pet purchasing workflow, version: 1.0.0}
sourceDescriptions:
  - {name: petStoreDescription, url: https://petstore.example/openapi.yaml, type: openapi}
workflows:
  - workflowId: loginUserAndRetrievePet
    summary: Login User and then retrieve pets
    inputs:
      type: object
      properties: {username: {type: string}, password: {type: string}}
    steps:
      - stepId: loginStep
        description: This step demonstrates the user login step
        operationId: loginUser
        parameters:
          - {name: user, in: query, value: $inputs.username}
        requestBody:
          contentType: application/x-www-form-urlencoded
          payload: {username: $inputs.username, password: $inputs.password}
        successCriteria:
          - condition: $statusCode == 200
        outputs:
          tokenExpires: $response.header.X-Expires-After
          sessionToken: $response.header.X-Token
      - stepId: getPetStep
        operationPath: '{$sourceDescriptions.petStoreDescription.url}#/paths/~1ticket/get'
        dependsOn: loginStep
        parameters:
          - {name: user, in: query, value: $inputs.username}
          - {name: Authorization, in: header, value: $steps.loginStep.outputs.sessionToken}
        successCriteria:
          - condition: $statusCode == 200
        outputs: {availablePets: $response.body}
    outputs:
      token: $steps.loginStep.outputs.sessionToken
      available: $steps.getPetStep.outputs.availablePets
"""


def test_a_workflow_written_as_the_standard_shows_it(place: Place, tmp_path: Path) -> None:
    (tmp_path / "pets.yaml").write_text(OFFICIAL)
    operations = {"loginUser": ("POST", "/v1/login"), "GET /ticket": ("GET", "/v1/ticket")}
    with pytest.raises(ConfigError, match="no value for `username`, `password`"):
        place.given(f"alice=steps:{tmp_path}/pets.yaml", operations=operations)

    who = tmp_path / "who.yaml"
    who.write_text("identities: {alice: {arazzo: {file: pets.yaml, inputs: {username: alice, password: $WORD}}}}")
    credential = place.credential(place.given(file=str(who), operations=operations)["alice"])
    assert credential.headers == ((BEARER, "Bearer H-alice"),)


ARAZZO = """
arazzo: 1.0.0
info: {title: t, version: "1"}
sourceDescriptions: [{name: api, url: openapi.yaml}]
workflows:
  - workflowId: enter
    inputs: {required: [user]}
    steps: [%s]
    outputs: {session: $steps.a.outputs.s}
"""


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        ("{stepId: a, operationId: nope}", "$.workflows[0].steps[0]: `nope` is no operation of the contract"),
        ("{stepId: a}", "$.workflows[0].steps[0]: names no operation"),
        ("{stepId: a, workflowId: b}", "$.workflows[0].steps[0].workflowId: there is no workflow `b`"),
        (
            "{stepId: a, operationId: logIn, successCriteria: [{condition: '$statusCode =='}]}",
            "$.workflows[0].steps[0].successCriteria[0]: `$statusCode ==` is no simple condition",
        ),
        (
            "{stepId: a, operationId: logIn, successCriteria: [{condition: x, context: $response.body, type: xpath}]}",
            "criteria of type `xpath` are not understood",
        ),
        (
            "{stepId: a, operationId: logIn, onFailure: [{name: n, type: retry}]}",
            "$.workflows[0].steps[0].onFailure[0]: `retry` is not followed",
        ),
    ],
)
def test_what_is_wrong_with_a_workflow(tmp_path: Path, step: str, wrong: str) -> None:
    (tmp_path / "login.yaml").write_text(ARAZZO % step)
    with pytest.raises(ConfigError) as raised:
        NOWHERE.given(f"alice=steps:{tmp_path}/login.yaml", operations={"logIn": ("POST", "/v1/login")})
    found = [str(problem) for problem in raised.value.problems]

    assert "no value for `user`" in found[0]
    assert wrong in found[1]


def test_a_criterion_that_is_not_met(place: Place, tmp_path: Path) -> None:
    (tmp_path / "who.yaml").write_text(
        "identities: {a: {arazzo: {file: login.yaml, inputs: {user: x}, put: {header: {X-S: '{session}'}}}}}"
    )
    for condition, why in (
        ("$statusCode == 201", "step `a`: `$statusCode == 201` is not met by status 200"),
        ("$statusCode == 200", "the workflow has no output for `X-S`"),
    ):
        criteria = f"successCriteria: [{{condition: '{condition}'}}]"
        step = f"{{stepId: a, operationId: broken, {criteria}, outputs: {{s: '$response.body#/s'}}}}"
        (tmp_path / "login.yaml").write_text(ARAZZO % step)
        given = place.given(file=str(tmp_path / "who.yaml"), operations={"broken": ("POST", "/v1/broken")})["a"]
        with pytest.raises(LoginError) as raised:
            place.credential(given)
        assert str(raised.value) == why
