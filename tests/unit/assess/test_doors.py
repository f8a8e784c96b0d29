from typing import Any

import pytest
from tests.unit.assess.made import BEARER, Told, api_of, json_answer, takes, target_of

from garrison.assess.call import Answer, Call
from garrison.assess.doors import Door, credential_in, logging_in, name_for, recognise, registration, token_in
from garrison.assess.identity import LoginError
from garrison.assess.jwt import encoded
from garrison.core.http import header

JWT = f"{encoded({'alg': 'HS256'})}.{encoded({'sub': 'al', 'exp': 4_000_000_000})}.c2lnbmF0dXJl"
FORM = "application/x-www-form-urlencoded"
COOKIE = {"session": {"type": "apiKey", "in": "cookie", "name": "sid"}}
KEY = {"key": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"}}
PUBLIC: dict[str, Any] = {"security": []}


def wrapped(*names: str) -> dict[str, Any]:
    """The schema of an object with these texts."""
    return {"type": "object", "required": list(names), "properties": {name: {"type": "string"} for name in names}}


SHAPES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "FastAPI with a form": (
        {
            "POST /token": takes(FORM, grant_type=True, username=True, password=True, scope=True),
            "POST /users/": takes(email=True, username=True, password=True),
            "GET /users/me": {},
        },
        {"log_in": "POST /token", "register": "POST /users/", "me": "GET /users/me"},
    ),
    "Django REST": (
        {
            "POST /api/auth/login/": takes(username=True, password=True),
            "POST /api/auth/logout/": {},
            "POST /api/auth/registration/": takes(username=True, email=True, password1=True, password2=True),
            "POST /api/auth/password/change/": takes(new_password1=True, new_password2=True),
            "POST /api/auth/password/reset/": takes(email=True),
            "GET /api/auth/user/": {},
        },
        {
            "log_in": "POST /api/auth/login/", "register": "POST /api/auth/registration/",
            "log_out": "POST /api/auth/logout/", "change_password": "POST /api/auth/password/change/",
            "reset": "POST /api/auth/password/reset/", "me": "GET /api/auth/user/",
        },
    ),
    "sessions": (
        {
            "POST /sessions": takes(email=True, password=True),
            "POST /accounts": takes(email=True, password=True, fullName=True),
            "GET /profile": {},
        },
        {"log_in": "POST /sessions", "register": "POST /accounts", "me": "GET /profile"},
    ),
    "sign in": (
        {
            "POST /users/signin": takes(email=True, password=True),
            "POST /users/signup": takes(email=True, password=True, firstName=True),
            "PUT /users/password": takes(currentPassword=True, newPassword=True),
            "GET /users/whoami": {},
            "POST /auth/refresh": takes(refreshToken=True),
        },
        {
            "log_in": "POST /users/signin", "register": "POST /users/signup", "me": "GET /users/whoami",
            "change_password": "PUT /users/password", "refresh": "POST /auth/refresh",
        },
    ),
    "camel case and versions": (
        {
            "POST /api/v2/auth/logIn": takes(userName=True, passWord=True, password=True),
            "POST /api/v2/auth/signUp": takes(userName=True, emailAddress=True, password=True),
            "POST /api/v2/auth/forgotPassword": takes(emailAddress=True),
            "POST /api/v2/orders": takes(tea=True),
        },
        {
            "log_in": "POST /api/v2/auth/logIn", "register": "POST /api/v2/auth/signUp",
            "reset": "POST /api/v2/auth/forgotPassword",
        },
    ),
    "tokens": (
        {"POST /tokens": takes(username=True, password=True), "POST /user": takes(username=True, password=True)},
        {"log_in": "POST /tokens", "register": "POST /user"},
    ),
    "a wrapped body": (
        {
            "POST /users/login": takes(user=wrapped("email", "password")),
            "POST /users": takes(user=wrapped("email", "password", "username")),
            "GET /user": {},
        },
        {"log_in": "POST /users/login", "register": "POST /users", "me": "GET /user"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_doors_are_recognised(name: str) -> None:
    operations, wanted = SHAPES[name]
    doors = recognise(api_of(operations))
    found = {kind: door.target.id for kind in wanted if (door := getattr(doors, kind)) is not None}
    assert found == wanted


def test_the_clearest_of_several_is_who_one_is() -> None:
    doors = recognise(api_of({"GET /profile": {}, "GET /account": {}, "GET /users/me": {}, "GET /users/{id}": {}}))
    assert doors.me is not None
    assert doors.me.target.template == "/users/me"


def test_an_api_without_doors_has_none() -> None:
    doors = recognise(api_of({"GET /orders": {}, "POST /orders": takes(name=True), "POST /pins": takes(pin=True)}))
    assert doors.log_in is None
    assert doors.register is None
    assert doors.targets == frozenset()


def test_what_changes_a_password_is_no_log_in() -> None:
    api = api_of(
        {
            "POST /auth/change-password": takes(username=True, oldPassword=True, newPassword=True),
            "POST /auth/login": takes(username=True, password=True),
        }
    )
    doors = recognise(api)
    assert doors.log_in is not None
    assert doors.log_in.target.template == "/auth/login"
    change = doors.change_password
    assert change is not None
    assert change.old_password is not None
    assert change.password is not None
    assert (change.old_password.leaf, change.password.leaf) == ("oldPassword", "newPassword")


def door_of(api_operations: dict[str, Any]) -> tuple[Any, Door, Door]:
    api = api_of({key: {**PUBLIC, **value} for key, value in api_operations.items()})
    doors = recognise(api)
    assert doors.log_in is not None
    assert doors.register is not None
    return api, doors.log_in, doors.register


def test_a_registration_is_new_each_time_and_logs_in_with_what_both_operations_have() -> None:
    api, log_in, register = door_of(
        {
            "POST /login": takes(email=True, password=True),
            "POST /register": takes(username=True, email={"type": "string", "format": "email"}, password=True,
                                    passwordConfirm=True),
        }
    )  # fmt: skip
    first, _, password = registration(api, register)
    second, _, _ = registration(api, register)
    assert first.body["password"] == first.body["passwordConfirm"] == password
    assert first.body["email"] != second.body["email"]
    assert first.body["username"] != second.body["username"]
    assert name_for(log_in, register, first) == first.body["email"]
    assert first.body["email"].endswith("@example.com")


def test_logging_in_sends_name_and_password_in_their_places() -> None:
    api, log_in, _ = door_of(
        {
            "POST /token": takes(FORM, username=True, password=True),
            "POST /register": takes(username=True, password=True),
        }
    )
    transport = Told(lambda call: json_answer({"access_token": JWT, "token_type": "bearer"}))
    credential = logging_in(api, log_in, "al", "p&w")(transport.send)
    assert transport.calls[0].body == b"username=al&password=p%26w"
    assert credential.headers == (("authorization", f"Bearer {JWT}"),)
    assert credential.expires == 4_000_000_000


def test_what_is_optional_is_tried_when_the_least_is_refused() -> None:
    api = api_of({"POST /login": {**takes(username=True, password=True), **PUBLIC}})
    schema = api.description.root.value["paths"]["/login"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]
    schema["properties"]["device"] = {"type": "string"}
    door = recognise(api).log_in
    assert door is not None

    def answers(call: Call) -> Answer:
        return json_answer({"token": JWT}) if b"device" in (call.body or b"") else json_answer({"error": "device"}, 422)

    assert logging_in(api, door, "al", "pw")(Told(answers).send).token == JWT


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(fault="no answer within 10 s"), "no answer within 10 s"),
        (json_answer({"detail": "no"}, 401), "answers 401"),
        (json_answer({"status": "fail", "message": "no"}), "answers 200 and no success"),
        (json_answer({"message": "welcome"}), "no token"),
    ],
)
def test_who_cannot_log_in_is_told_why(answer: Answer, says: str) -> None:
    api, log_in, _ = door_of(
        {"POST /login": takes(username=True, password=True), "POST /register": takes(username=True, password=True)}
    )
    with pytest.raises(LoginError, match=says) as caught:
        logging_in(api, log_in, "al", "the-secret")(Told(lambda call: answer).send)
    assert "the-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        {"token": JWT},
        {"access_token": JWT, "refresh_token": "r" * 30, "token_type": "bearer"},
        {"data": {"accessToken": "opaque-token-123"}, "refreshToken": "r" * 30},
        {"user": {"id": 1, "token": "opaque-token-123"}},
        {"auth_token": "opaque-token-123", "message": "successfully logged in"},
        {"jwt": JWT, "id": "12345678"},
        {"access": {"token": {"id": "opaque-token-123", "expires": "Sat Nov 28 2026"}, "user": {"id": "12345678"}}},
        {"result": {"authorization": f"Bearer {JWT}", "name": JWT[:6]}},
        JWT,
    ],
)
def test_the_token_in_an_answer_is_found(value: Any) -> None:
    assert token_in(json_answer(value)) in (JWT, "opaque-token-123")


def test_no_token_is_made_of_other_texts() -> None:
    assert token_in(json_answer({"message": "welcome back, al", "refresh_token": "r" * 30})) == ""
    assert token_in(json_answer({"ok": True}, authorization=f"Bearer {JWT}")) == JWT


@pytest.mark.parametrize(
    ("schemes", "name"), [(BEARER, "authorization"), (KEY, "x-auth-token")]
)  # fmt: skip
def test_a_token_travels_as_the_contract_says(schemes: dict[str, Any], name: str) -> None:
    api = api_of({"GET /orders": {}}, schemes)
    credential = credential_in(api, json_answer({"token": JWT}))
    assert credential is not None
    assert JWT in (header(credential.headers, name) or "")
    assert len(credential.headers) == 1


def test_a_token_goes_into_the_header_that_operations_take_where_no_scheme_is_described() -> None:
    taken = {"name": "X-Auth-Token", "in": "header", "schema": {"type": "string"}}
    api = api_of({"GET /orders": {"parameters": [taken]}, "GET /menu": {}}, {})
    credential = credential_in(api, json_answer({"token": JWT}))
    assert credential is not None
    assert credential.headers == (("x-auth-token", JWT),)


def test_a_token_goes_into_a_cookie_where_the_contract_says_so_and_set_cookies_are_kept() -> None:
    api = api_of({"GET /orders": {}}, COOKIE)
    credential = credential_in(api, json_answer({"token": JWT}))
    assert credential is not None
    assert credential.cookies == (("sid", JWT),)
    kept = credential_in(api, Answer(200, (("set-cookie", "sid=abc; HttpOnly"), ("set-cookie", "gone=; Max-Age=0"))))
    assert kept is not None
    assert kept.cookies == (("sid", "abc"),)
    assert credential_in(api, json_answer({"message": "welcome"})) is None


def test_the_operations_of_an_api_are_told_apart_by_id() -> None:
    api = api_of(SHAPES["sessions"][0])
    assert target_of(api, "POST /sessions").id == "POST /sessions"
