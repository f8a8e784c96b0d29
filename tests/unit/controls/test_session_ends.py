"""Operations that end sessions: whose they end, when, and whose never."""

import base64
import json
from typing import Any

import pytest
from tests.unit.controls.guests import Guests

from garrison.config.load import load_settings
from garrison.core.errors import ConfigError
from garrison.core.kept import Kept, Value
from garrison.core.principal import Principal
from garrison.engine import endings
from garrison.engine.endings import Endings
from garrison.engine.state import State

CONTRACT = """
openapi: 3.1.0
info: {title: Sessions, version: "1"}
security: [{tokens: []}, {program: [], cookie: []}, {fixed: []}]
components:
  securitySchemes:
    tokens: {type: http, scheme: bearer}
    cookie: {type: apiKey, in: cookie, name: sid}
    program: {type: apiKey, in: header, name: X-Program}
    fixed: {type: http, scheme: basic}
    own: {type: apiKey, in: header, name: X-Session}
paths:
  /things: {get: {operationId: things, responses: {default: {description: any}}}}
  /public: {get: {operationId: public, security: [], responses: {default: {description: any}}}}
  /logout: {get: {operationId: logout, responses: {default: {description: any}}}}
  /password: {get: {operationId: password, responses: {default: {description: any}}}}
  /own: {get: {operationId: own, security: [{own: []}], responses: {default: {description: any}}}}
  /own/logout: {get: {operationId: ownLogout, security: [{own: []}], responses: {default: {description: any}}}}
"""
OPERATIONS = """
operations:
  - {match: logout, controls: {revocation: {ends: token}}}
  - {match: ownLogout, controls: {revocation: {ends: token, ended-days: 1}}}
  - {match: password, controls: {revocation: {ends: principal}}}
"""
TOKENS = "controls: {authentication: {schemes: {tokens: {jwt: [{issuer: 'https://a', audiences: [b]}]}}}}\n"
THINGS, LOGOUT, PASSWORD = "GET /things", "GET /logout", "GET /password"
DAY = 86400.0


@pytest.fixture
def made() -> Guests:
    """A gateway that reads tokens."""
    return Guests(TOKENS + OPERATIONS, CONTRACT)


@pytest.fixture
def blind() -> Guests:
    """A gateway that leaves it to the API to know who asks."""
    return Guests(
        OPERATIONS.replace("  - {match: password, controls: {revocation: {ends: principal}}}\n", ""), CONTRACT
    )


def known(token: str = "", issued: float = 50.0, **more: Any) -> dict[str, Any]:
    return {"facts": {"schemes": ("tokens",), "token": token, "issued": issued, **more}}


def jwt(claims: dict[str, Any], signature: str = "c2ln", **head: Any) -> str:
    parts = ({"alg": "ES256", **head}, claims)
    texts = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts]
    return ".".join((*texts, signature))


def bearer(text: str, scheme: str = "Bearer") -> dict[str, Any]:
    return {"headers": (("authorization", f"{scheme} {text}"),)}


def test_a_log_out_ends_its_own_token_and_no_other(made: Guests) -> None:
    assert made.begin("a:1", 100.0, LOGOUT, **known("t1")).end() == 200
    visit = made.begin("a:1", 100.1, THINGS, **known("t1"))
    assert visit.end() == 401
    assert 'error="invalid_token"' in visit.headers["www-authenticate"]
    assert visit.event
    assert [each.id for each in visit.event.reasons] == ["credential-revoked"]
    assert made.status("a:1", 100.1, THINGS, **known("t2")) == 200
    assert made.status("b:1", 100.1, THINGS, **known("t1")) == 200, "another issuer's ids are its own"


@pytest.mark.parametrize("answered", [302, 400, 401, 500])
def test_nothing_ends_that_the_api_did_not_end(made: Guests, answered: int) -> None:
    assert made.begin("a:1", 100.0, LOGOUT, **known("t1")).end(answered) == answered
    assert made.begin("a:1", 100.0, PASSWORD, **known("t1")).end(answered) == answered
    assert made.status("a:1", 101.0, THINGS, **known("t1")) == 200
    assert made.policy.state.endings.is_empty


def test_an_end_counts_until_the_token_holds_no_more(made: Guests) -> None:
    made.status("a:1", 100.0, LOGOUT, **known("t1", expires=160.0))
    assert made.status("a:1", 159.0, THINGS, **known("t1", expires=160.0)) == 401
    assert made.status("a:1", 190.0, THINGS, **known("t1", expires=160.0)) == 401, "clocks may differ"
    assert made.status("a:1", 160.0 + DAY, THINGS, **known("t1", expires=160.0)) == 200
    made.status("a:1", 200.0, LOGOUT, **known("t2"))
    assert made.status("a:1", 200.0 + 29 * DAY, THINGS, **known("t2")) == 401


def test_a_change_of_password_ends_what_was_issued_before_its_answer(made: Guests) -> None:
    assert made.begin("a:1", 100.0, PASSWORD, **known("t1", 50.0)).end(204, later=2.5) == 204
    for issued in (50.0, 101.0, 102.0, 0.0):
        assert made.status("a:1", 103.0, THINGS, **known("t2", issued)) == 401, issued
    assert made.status("a:1", 103.0, THINGS, **known("t3", 103.0)) == 200
    assert made.status("a:2", 103.0, THINGS, **known("t4", 50.0)) == 200, "somebody else"


def test_what_was_refreshed_proves_nothing_new(made: Guests) -> None:
    made.status("a:1", 100.0, PASSWORD, **known("t1"))
    visit = made.begin("a:1", 110.0, THINGS, **known("t2", 105.0, claims={"auth_time": 50}))
    assert visit.end() == 401
    assert 'error="insufficient_user_authentication"' in visit.headers["www-authenticate"]
    assert made.status("a:1", 110.0, THINGS, **known("t3", 105.0, claims={"auth_time": 104})) == 200


def test_a_key_beside_the_token_is_not_ended(made: Guests) -> None:
    """It is that of a program, which many people use, also where the contract names it first."""

    def person(name: str, token: str, issued: float = 50.0) -> dict[str, Any]:
        key = Principal("keys:app", "keys", "app", schemes=("program",), token="k1", issued=10.0)
        own = Principal(f"a:{name}", "a", name, schemes=("tokens",), token=token, issued=issued)
        both = ("program", "tokens")
        return {"facts": {"schemes": both, "token": "k1", "issued": 10.0, "parts": (key, own)}}

    assert made.status("keys:app", 100.0, LOGOUT, **person("1", "t1")) == 200
    assert made.status("keys:app", 101.0, THINGS, **person("1", "t1")) == 401
    assert made.status("keys:app", 101.0, THINGS, **person("1", "t2")) == 200
    assert made.status("keys:app", 102.0, PASSWORD, **person("1", "t2")) == 200
    assert made.status("keys:app", 103.0, THINGS, **person("1", "t3")) == 401
    assert made.status("keys:app", 103.0, THINGS, **person("1", "t4", 103.0)) == 200
    assert made.status("keys:app", 103.0, THINGS, **person("2", "t5")) == 200, "somebody else"


def test_what_lasts_is_not_ended(made: Guests) -> None:
    """A password, or a key: whoever has nothing else would be shut out."""
    lasting: dict[str, Any] = {"facts": {"schemes": ("fixed",), "token": "k1"}}
    basic = bearer("YTpi", "Basic")
    for line in (LOGOUT, PASSWORD):
        assert made.status("a:1", 100.0, line, **lasting, **basic) == 200
        assert made.status("a:1", 101.0, THINGS, **lasting, **basic) == 200


def test_tokens_that_only_the_api_can_read(blind: Guests) -> None:
    token = jwt({"sub": "ann", "exp": 100.0 + 90 * DAY})
    assert blind.status("", 100.0, LOGOUT, **bearer(token)) == 200
    other = token.rpartition(".")[0] + ".c2lh"
    for line in (THINGS, "GET /public"):
        for text, scheme in ((token, "Bearer"), (token, "bearer "), (other, "Bearer"), (token, "DPoP")):
            assert blind.status("", 101.0, line, **bearer(text, scheme)) == 401, (line, scheme)
    assert blind.status("", 100.0 + 89 * DAY, THINGS, **bearer(token)) == 401, "as long as it says that it holds"
    assert blind.status("", 101.0, THINGS, **bearer(jwt({"sub": "ben"}))) == 200
    assert blind.status("", 101.0, THINGS) == 200


def test_nobody_ends_a_token_by_writing_its_id(made: Guests) -> None:
    for text in ("a t1", "id a t1", "text a t1"):
        assert made.status("", 100.0, LOGOUT, **bearer(text)) == 200
    assert made.status("a:1", 101.0, THINGS, **known("t1")) == 200


@pytest.mark.parametrize("expiry", [None, True, "soon", -1, 1e300, 10**400, float("nan"), float("inf"), [1]])
def test_ends_of_tokens_that_mean_nothing(blind: Guests, expiry: Any) -> None:
    token = jwt({"sub": "ann", "exp": expiry})
    assert blind.status("", 100.0, LOGOUT, **bearer(token)) == 200
    assert blind.status("", 100.0 + 29 * DAY, THINGS, **bearer(token)) == 401


def test_texts_that_only_look_like_tokens(blind: Guests) -> None:
    """Their first parts are everybody's."""
    assert blind.status("", 100.0, LOGOUT, **bearer("v4.local.of-ann")) == 200
    assert blind.status("", 101.0, THINGS, **bearer("v4.local.of-ann")) == 401
    assert blind.status("", 101.0, THINGS, **bearer("v4.local.of-ben")) == 200


def test_a_cookie_is_ended_and_the_key_of_the_program_beside_it_is_not(blind: Guests) -> None:
    def session(text: str) -> dict[str, Any]:
        return {"headers": (("x-program", "everybody"), ("cookie", f"theme=dark; sid={text}"))}

    assert blind.status("", 100.0, LOGOUT, **session("s1")) == 200
    assert blind.status("", 101.0, THINGS, **session("s1")) == 401
    assert blind.status("", 101.0, THINGS, **session("s2")) == 200
    assert blind.status("", 101.0, THINGS, **session("s2; sid=s1")) == 401, "which of them the API reads is not known"
    program = {"headers": (("x-program", "everybody"),)}
    assert blind.status("", 100.0, LOGOUT, **program) == 200
    assert blind.status("", 101.0, THINGS, **program) == 200


@pytest.mark.parametrize(
    "cookie", ["sid =s1", "sid=\ts1", "sid=%731", "sid=s%31", r'sid="\163\061"', r'sid="\s1"', "sid=other; sid =%73%31"]
)
def test_a_cookie_that_ended_is_known_however_it_is_written(blind: Guests, cookie: str) -> None:
    """Express undoes percent-encoding and takes blanks off names, Python's frameworks undo escapes."""
    program = ("x-program", "everybody")
    assert blind.status("", 100.0, LOGOUT, headers=(program, ("cookie", "sid=s1"))) == 200
    assert blind.status("", 101.0, THINGS, headers=(program, ("cookie", cookie))) == 401
    assert blind.status("", 101.0, THINGS, headers=(program, ("cookie", cookie.replace("1", "2")))) == 200


def test_a_cookie_that_was_encoded_when_it_ended_is_known_without(blind: Guests) -> None:
    program = ("x-program", "everybody")
    assert blind.status("", 100.0, LOGOUT, headers=(program, ("cookie", "sid=s%3Aann.x"))) == 200
    assert blind.status("", 101.0, THINGS, headers=(program, ("cookie", "sid=s:ann.x"))) == 401


@pytest.mark.parametrize("written", ["Bearer\tt1", "Bearer  t1", "Bearer t1 more", "Bearer more of t1"])
def test_a_token_that_ended_is_known_among_other_words(blind: Guests, written: str) -> None:
    """`header.split(" ")[1]` takes what an honest client never sends."""
    assert blind.status("", 100.0, LOGOUT, **bearer("t1")) == 200
    assert blind.status("", 101.0, THINGS, headers=(("authorization", written),)) == 401


def test_what_is_no_credential_at_all(blind: Guests) -> None:
    assert blind.status("", 100.0, LOGOUT, **bearer("t1")) == 200
    for text in ("\xa0", "Bearer \xa0"):
        headers = (("authorization", text), ("cookie", f"sid={text}"))
        assert blind.status("", 101.0, THINGS, headers=headers) == 200


def test_a_session_that_has_a_field_of_its_own(blind: Guests) -> None:
    def session(text: str) -> dict[str, Any]:
        return {"headers": (("x-session", text),)}

    assert blind.status("", 100.0, "GET /own/logout", **session("s1")) == 200
    assert blind.status("", 101.0, "GET /own", **session("s1")) == 401
    assert blind.status("", 101.0, "GET /own", **session("s2")) == 200
    assert blind.status("", 101.0 + DAY, "GET /own", **session("s1")) == 200


def test_a_gateway_that_only_watches_says_what_it_would_refuse() -> None:
    made = Guests(TOKENS + OPERATIONS, CONTRACT)
    watching = Guests(TOKENS.replace("controls: {", "controls: {revocation: {mode: monitor}, ") + OPERATIONS, CONTRACT)
    for each, status in ((made, 401), (watching, 200)):
        each.status("a:1", 100.0, LOGOUT, **known("t1"))
        visit = each.begin("a:1", 101.0, THINGS, **known("t1"))
        assert visit.end() == status
        assert visit.event
        assert [one.id for one in visit.event.reasons or visit.event.observed] == ["credential-revoked"]


def test_what_ended_is_known_after_a_restart() -> None:
    told: list[Kept] = []

    def keep(shelf: str, key: bytes, value: Value, until: float) -> None:
        told.append(Kept(shelf, key, value, until))

    before, after = State(), State()
    before.keep_with(keep)
    before.endings.end_credential("t1", 100.0, 200.0)
    before.endings.end_principal("a:1", 100.0, 100.0, 200.0)
    after.restore(told, 150.0)
    assert after.endings.has_ended("t1", 150.0)
    assert after.endings.moment_of("a:1", 150.0) == 100.0
    assert not after.endings.has_ended("t1", 200.0)
    assert after.endings.moment_of("a:1", 200.0) == 0.0
    assert b"a:1" not in b"".join(each.key for each in told), "nobody's name is kept"


def test_an_end_is_never_taken_back_by_an_earlier_one() -> None:
    ended = Endings()
    ended.end_principal("a:1", 100.0, 100.0, 300.0)
    ended.end_principal("a:1", 90.0, 101.0, 200.0)
    assert ended.moment_of("a:1", 250.0) == 100.0


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "MOST", 3)
    ended = Endings()
    for number in range(5):
        ended.end_credential(str(number), 100.0, 200.0)
    assert [ended.has_ended(str(number), 100.0) for number in range(5)] == [False, False, True, True, True]
    ended.end_credential("new", 201.0, 300.0)
    assert not ended.has_ended("4", 150.0), "what counts no more is forgotten"


def test_one_request_does_not_have_all_others_forgotten(blind: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "MOST", 100)

    def session(*texts: str) -> dict[str, Any]:
        return {"headers": (("x-program", "everybody"), ("cookie", "; ".join(f"sid={text}" for text in texts)))}

    assert blind.status("", 100.0, LOGOUT, **session("s1")) == 200
    assert blind.status("", 101.0, LOGOUT, **session(*map(str, range(500)))) == 200
    assert blind.status("", 102.0, THINGS, **session("s1")) == 401
    for read in ("0", "499"):
        assert blind.status("", 102.0, THINGS, **session(read)) == 401, "the first or the last is what an API reads"


def problems(text: str) -> str:
    with pytest.raises(ConfigError) as found:
        load_settings(text.encode(), "garrison.yaml")
    return "\n".join(map(str, found.value.problems))


def test_what_cannot_be_meant() -> None:
    assert "ends: would end every session" in problems("controls: {revocation: {ends: token}}")
    assert "ends: ends nothing where nobody is known by a token" in problems(
        "operations: [{match: password, controls: {revocation: {ends: principal}}}]"
    )
