"""Authentication files of Web Fuzzing Commons, https://github.com/WebFuzzing/Commons (`auth.yaml`), as identities.

What the schema says with `x-required`, because templates are merged first, is checked here after merging.
"""

import secrets
import string
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal
from urllib.parse import urlencode

import msgspec

from garrison.adapters.probing.elsewhere import split_target
from garrison.adapters.probing.flow import Flow, FlowRun, FlowStep, Put, SendElsewhere, Take, log_in_by
from garrison.adapters.probing.given import Given
from garrison.adapters.probing.strictly import Read, converted
from garrison.assess.identity import Credential, LogIn, Send, fixed
from garrison.config.explain import Complaint
from garrison.core.errors import ConfigError, Problem

_FORM: Final = "application/x-www-form-urlencoded"
_LETTERS: Final = string.ascii_lowercase + string.digits
_LENGTH: Final = 12
"""Characters of what a generator makes where it says no length."""
_Verb = Literal["POST", "GET", "PATCH", "DELETE", "PUT"]


class WfcHeader(msgspec.Struct, frozen=True):
    """One header."""

    name: str
    value: str


class Generator(msgspec.Struct, frozen=True, rename="camel"):
    """Makes up texts that nobody else has."""

    place_holder: str = ""
    min_length: int = 0
    max_length: int = 0
    prefix: str = ""
    postfix: str = ""

    def made(self) -> str:
        """A new text; its length counts what is around it."""
        around = len(self.prefix) + len(self.postfix)
        length = max(self.min_length - around, _LENGTH)
        if self.max_length:
            length = max(1, min(length, self.max_length - around))
        return self.prefix + "".join(secrets.choice(_LETTERS) for _ in range(length)) + self.postfix


class CreateUsers(msgspec.Struct, frozen=True, rename={"external_endpoint_url": "externalEndpointURL"}):
    """A request that registers somebody new."""

    endpoint: str = ""
    external_endpoint_url: str = ""
    payload_raw: str = msgspec.field(default="", name="payloadRaw")
    verb: _Verb | None = None
    content_type: str = msgspec.field(default="", name="contentType")
    generators: tuple[Generator, ...] = ()


class UserPwd(msgspec.Struct, frozen=True, rename="camel"):
    """A name and a password, and what their fields are called."""

    username: str = ""
    password: str = ""
    username_field: str = ""
    password_field: str = ""


class TokenHandling(msgspec.Struct, frozen=True, rename="camel"):
    """Where the token is, and where it goes."""

    extract_from: Literal["body", "header"] | None = None
    extract_selector: str = ""
    send_in: Literal["header", "query"] | None = None
    send_name: str = ""
    send_template: str = "{token}"


class LoginEndpoint(msgspec.Struct, frozen=True, rename={"external_endpoint_url": "externalEndpointURL"}):
    """A log-in request."""

    endpoint: str = ""
    external_endpoint_url: str = ""
    payload_raw: str = msgspec.field(default="", name="payloadRaw")
    payload_user_pwd: UserPwd | None = msgspec.field(default=None, name="payloadUserPwd")
    headers: tuple[WfcHeader, ...] = ()
    verb: _Verb | None = None
    content_type: str = msgspec.field(default="", name="contentType")
    token: TokenHandling | None = None
    expect_cookies: bool = msgspec.field(default=False, name="expectCookies")


class AuthenticationInfo(msgspec.Struct, frozen=True, rename="camel"):
    """One user."""

    name: str = ""
    require_mock_handling: bool = False
    fixed_headers: tuple[WfcHeader, ...] = ()
    login_endpoint_auth: LoginEndpoint | None = None
    create_users: CreateUsers | None = None


class AuthFile(msgspec.Struct, frozen=True, rename="camel"):
    """A whole file."""

    auth: list[AuthenticationInfo]
    schema_version: str = ""
    auth_template: AuthenticationInfo | None = None
    configs: dict[str, str] = {}


def wfc_identities(read: Read, own: str, send: SendElsewhere) -> tuple[tuple[Given, ...], tuple[Problem, ...]]:
    """The identities of a file, and everything that is wrong with it; `own` is the target's origin."""
    _, found = converted(read, AuthFile)
    if found:
        return (), found
    merged = Read({"auth": _merged(read.data)}, read.origin)
    file, found = converted(merged, AuthFile)
    if file is None:
        return (), found
    problems = [
        _problem(read, index, path, message, hint)
        for index, info in enumerate(file.auth)
        for path, message, hint in _faults(info)
    ]
    if problems:
        return (), tuple(problems)
    try:
        return tuple(_given(info, own, send) for info in file.auth), ()
    except ConfigError as error:
        return (), error.problems


def _merged(data: Mapping[str, Any]) -> list[Any]:
    """Every entry with what the template says and it does not."""
    template = data.get("authTemplate") or {}
    return [_over(template, entry) for entry in data["auth"]]


def _over(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: _over(below.get(key), value) for key, value in above.items()}}
    return above


_Fault = tuple[tuple[str, ...], str, str]


def _faults(info: AuthenticationInfo) -> Iterator[_Fault]:
    if not info.name:
        yield (), "`name` is missing", ""
    if info.require_mock_handling:
        hint = "leave this entry out: it is for tools that run inside the service"
        yield ("requireMockHandling",), "cannot be done from outside", hint
    if not info.fixed_headers and info.login_endpoint_auth is None:
        yield (), "says neither `fixedHeaders` nor `loginEndpointAuth`", "one of them is what it is known by"
    if (login := info.login_endpoint_auth) is not None:
        yield from ((("loginEndpointAuth", *path), *rest) for path, *rest in _login_faults(login))  # type: ignore[misc]  # three texts
    if (made := info.create_users) is not None:
        for key, value in (("verb", made.verb), ("contentType", made.content_type), ("payloadRaw", made.payload_raw)):
            if not value:
                yield ("createUsers",), f"`{key}` is missing", ""
        yield from ((("createUsers",), message, "") for message in _endpoint_faults(made))


def _login_faults(login: LoginEndpoint) -> Iterator[_Fault]:
    if login.verb is None:
        yield (), "`verb` is missing", ""
    yield from (((), message, "") for message in _endpoint_faults(login))
    if login.token is None and not login.expect_cookies:
        yield (), "says neither `token` nor `expectCookies`", "one of them is what the log-in gives"
    needed = {
        "token": (login.token, ("extractFrom", "extractSelector", "sendIn", "sendName")),
        "payloadUserPwd": (login.payload_user_pwd, ("username", "usernameField", "password", "passwordField")),
    }
    for key, (value, names) in needed.items():
        said = msgspec.to_builtins(value) if value is not None else {}
        yield from (((key,), f"`{name}` is missing", "") for name in names if value is not None and not said[name])


def _endpoint_faults(login: LoginEndpoint | CreateUsers) -> Iterator[str]:
    if bool(login.endpoint) == bool(login.external_endpoint_url):
        yield "must say one of `endpoint` and `externalEndpointURL`"
    if login.endpoint and not login.endpoint.startswith("/"):
        yield f"`{login.endpoint}` does not begin with `/`"


def _problem(read: Read, index: int, path: tuple[str, ...], message: str, hint: str) -> Problem:
    return read.origin.problem(Complaint(("auth", index, *path), message, hint))


def _given(info: AuthenticationInfo, own: str, send: SendElsewhere) -> Given:
    headers = tuple((each.name.lower(), each.value.strip()) for each in info.fixed_headers)
    login = info.login_endpoint_auth
    if login is None:
        return Given(name=info.name, how="fixed headers", log_in=fixed(Credential(headers=headers)), can_renew=False)
    user = login.payload_user_pwd
    flow = Flow((_login_step(login, own),), _puts(login), needs_cookie=login.expect_cookies, fixed_headers=headers)
    made = info.create_users
    return Given(
        name=info.name,
        how="a log-in request",
        log_in=log_in_by(flow, send) if made is None else _Newcomer(made, flow, own, send),
        is_throwaway=made is not None,
        secret=(user.username, user.password) if user is not None and made is None else None,
    )


def _puts(login: LoginEndpoint) -> tuple[Put, ...]:
    token = login.token
    return (Put(token.send_in or "header", token.send_name, token.send_template),) if token is not None else ()


def _login_step(login: LoginEndpoint, own: str) -> FlowStep:
    elsewhere, target = _target(login, own)
    headers = tuple((each.name.lower(), each.value) for each in login.headers)
    kind = login.content_type or ("application/json" if login.payload_user_pwd is not None else "")
    if kind and not any(name == "content-type" for name, _ in headers):
        headers = (*headers, ("content-type", kind))
    takes: tuple[Take, ...] = ()
    if (token := login.token) is not None:
        takes = (Take("token", "header" if token.extract_from == "header" else "json", token.extract_selector),)
    body = login.payload_raw or (_payload(login.payload_user_pwd, kind) if login.payload_user_pwd else None)
    return FlowStep(login.verb or "POST", target, headers, body, takes=takes, elsewhere=elsewhere)


def _target(login: LoginEndpoint | CreateUsers, own: str) -> tuple[str, str]:
    if login.external_endpoint_url:
        return split_target(login.external_endpoint_url, own, "externalEndpointURL")
    return "", login.endpoint


def _payload(user: UserPwd, kind: str) -> str:
    fields = {user.username_field: user.username, user.password_field: user.password}
    return urlencode(fields) if kind.startswith(_FORM) else msgspec.json.encode(fields).decode()


class _Newcomer:
    """Registers somebody new before the first log-in, and logs that one in."""

    def __init__(self, made: CreateUsers, flow: Flow, own: str, send: SendElsewhere) -> None:
        self._values = {each.place_holder: each.made() for each in made.generators if each.place_holder}
        elsewhere, target = _target(made, own)
        headers = (("content-type", made.content_type),)
        self._register = FlowStep(
            made.verb or "POST", target, headers, self._put(made.payload_raw), elsewhere=elsewhere
        )
        first = flow.steps[0]
        login = msgspec.structs.replace(first, body=self._put(first.body) if first.body is not None else None)
        self._log_in: LogIn = log_in_by(msgspec.structs.replace(flow, steps=(login,)), send)
        self._elsewhere = send
        self._is_registered = False

    def __call__(self, send: Send) -> Credential:
        """Log in. Raises LoginError."""
        if not self._is_registered:
            FlowRun(send, self._elsewhere).make(self._register)
            self._is_registered = True
        return self._log_in(send)

    def _put(self, text: str) -> str:
        for place, value in self._values.items():
            text = text.replace(place, value)
        return text
