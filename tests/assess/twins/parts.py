"""Parts of the twin applications: people who register and log in, tokens, answers, and a contract as a dict.

A twin overrides the one method, or the one operation, in which it is weak, so that it reads as the weakness alone.
"""

import base64
import hmac
import json
import secrets
import time
import warnings
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Handler = Callable[[Request], Awaitable[Response]]

BEARER = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
COOKIE = {"session": {"type": "apiKey", "in": "cookie", "name": "sid"}}
KEY_HEADER = {"key": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"}}


# answers


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return JSONResponse(value, status, dict(headers or {}))


def problem(status: int, title: str) -> Response:
    """An error that says no more than its title (RFC 9457)."""
    return JSONResponse({"title": title, "status": status}, status, media_type="application/problem+json")


def serving(routes: Mapping[str, Handler]) -> Starlette:
    """The application with these operations: `GET /things/{id}`."""
    return Starlette(
        routes=[
            Route(path, handler, methods=[method])
            for method, _, path in (key.partition(" ") for key in routes)
            for handler in [routes[f"{method} {path}"]]
        ]
    )


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object that a request carries; an empty one where it carries none."""
    try:
        value = await request.json()
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


# contracts


def thing(*names: str, **typed: Any) -> dict[str, Any]:
    """The schema of an object: names of its texts, and by name the schemas of others (or just a type)."""
    properties = {name: {"type": "string"} for name in names}
    properties |= {name: {"type": kind} if isinstance(kind, str) else kind for name, kind in typed.items()}
    return {"type": "object", "required": list(properties), "properties": properties}


def things(*names: str, **typed: Any) -> dict[str, Any]:
    """The schema of a list of such objects."""
    return {"type": "array", "items": thing(*names, **typed)}


def operation(
    *,
    takes: Mapping[str, Any] | None = None,
    gives: Mapping[str, Any] | None = None,
    query: Iterable[str] = (),
    public: bool = False,
    security: list[dict[str, list[str]]] | None = None,
    status: int = 200,
    media_type: str = "application/json",
) -> dict[str, Any]:
    """What a contract says of one operation. Without `public` and `security` it is secured as the contract as a whole
    is."""
    value: dict[str, Any] = {"responses": {str(status): {"description": "done"}}}
    if gives is not None:
        value["responses"][str(status)]["content"] = {"application/json": {"schema": gives}}
    if takes is not None:
        value["requestBody"] = {"required": True, "content": {media_type: {"schema": takes}}}
    if query:
        value["parameters"] = [
            {"name": n, "in": "query", "required": True, "schema": {"type": "string"}} for n in query
        ]
    if public or security is not None:
        value["security"] = [] if public else security
    return value


def contract(
    operations: Mapping[str, Mapping[str, Any]], schemes: Mapping[str, Mapping[str, Any]] = BEARER
) -> dict[str, Any]:
    """An OpenAPI description of operations by `GET /things/{id}`; any one of `schemes` suffices."""
    paths: dict[str, dict[str, Any]] = {}
    for key, described in operations.items():
        method, _, path = key.partition(" ")
        names = [step[1:-1] for step in path.split("/") if step.startswith("{")]
        variables = [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in names]
        whole = {**described, "parameters": [*variables, *described.get("parameters", ())]}
        paths.setdefault(path, {})[method.lower()] = whole
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tea shop", "version": "1"},
        "paths": paths,
        "security": [{name: []} for name in schemes],
        "components": {"securitySchemes": dict(schemes)},
    }


FREQUENT = ("password", "12345678", "123456789", "qwertyuiop")

DOORS: dict[str, dict[str, Any]] = {
    "POST /register": operation(
        takes=thing("username", "email", "password"), gives=thing("username"), public=True, status=201
    ),
    "POST /login": operation(takes=thing("username", "password"), gives=thing("token"), public=True),
    "GET /me": operation(gives=thing("username", "email")),
}
"""The operations that `People` serves."""


# people


@dataclass
class Person:
    """Somebody with an account."""

    username: str
    email: str
    password: str
    role: str = "user"
    more: dict[str, Any] = field(default_factory=dict)


class Tokens:
    """Signed tokens (RFC 7519) that end after an hour, verified as they should be."""

    def __init__(self, key: str = "", issuer: str = "tea-shop", lifetime: float | None = 3600) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a weak key is what some twins are about
            self.key = OctKey.import_key(key or secrets.token_urlsafe(48))
        self.issuer = issuer
        self.lifetime = lifetime

    def issue(self, name: str) -> str:
        """A new token of `name`."""
        claims: dict[str, Any] = {"sub": name, "iss": self.issuer, "aud": "tea-shop", "iat": int(time.time())}
        claims |= {"jti": secrets.token_hex(4)} | ({"exp": int(time.time() + self.lifetime)} if self.lifetime else {})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return jwt.encode({"alg": "HS256", "kid": "1"}, claims, self.key)

    def name_in(self, token: str) -> str | None:
        """Whose token it is; None where it is no good one."""
        claims = self.claims_in(token)
        return str(claims["sub"]) if claims is not None and isinstance(claims.get("sub"), str) else None

    def claims_in(self, token: str) -> dict[str, Any] | None:
        """What a good token says."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                claims = jwt.decode(token, self.key, algorithms=["HS256"]).claims
            registry = jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": self.issuer}, aud={"essential": True, "value": "tea-shop"}
            )
            registry.validate(claims)
        except (JoseError, ValueError):
            return None
        return claims


class Sessions(Tokens):
    """Opaque tokens that the server remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, str] = {}

    def issue(self, name: str) -> str:
        """A new token of `name`."""
        token = secrets.token_urlsafe(24)
        self.held[token] = name
        return token

    def name_in(self, token: str) -> str | None:
        """Whose token it is; None where it is no good one."""
        return self.held.get(token)


class People:
    """Registration, log-in and who somebody is; tokens travel as bearer tokens."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self.tokens = tokens or Tokens()
        self.all: dict[str, Person] = {}

    @property
    def routes(self) -> dict[str, Handler]:
        """The operations of `DOORS`."""
        return {"POST /register": self.register, "POST /login": self.log_in, "GET /me": self.only(self.me)}

    def add(self, username: str, password: str, role: str = "user", email: str = "") -> Person:
        """Somebody new."""
        person = Person(username, email or f"{username}@example.com", password, role)
        self.all[username] = person
        return person

    def token_in(self, request: Request) -> str:
        """The token that a request carries; empty where it carries none."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def who(self, request: Request) -> Person | None:
        """Who sends a request; None for nobody."""
        return self.all.get(self.tokens.name_in(self.token_in(request)) or "")

    def only(self, handler: Callable[[Request, Person], Awaitable[Response]]) -> Handler:
        """An operation for people who are logged in."""

        async def guarded(request: Request) -> Response:
            person = self.who(request)
            return problem(401, "Unauthorized") if person is None else await handler(request, person)

        return guarded

    async def register(self, request: Request) -> Response:
        """`POST /register`."""
        given = await body_of(request)
        username, email, password = (given.get(name) for name in ("username", "email", "password"))
        if (
            not all(isinstance(each, str) and each for each in (username, email, password))
            or len(str(password)) < 8
            or password in FREQUENT
        ):
            return problem(400, "Bad Request")
        if username in self.all:
            return problem(409, "Conflict")
        self.add(str(username), str(password), email=str(email))
        return answer({"username": username}, 201)

    async def log_in(self, request: Request) -> Response:
        """`POST /login`."""
        given = await body_of(request)
        person = self.known(given)
        return self.welcome(person) if person is not None else problem(401, "Unauthorized")

    def known(self, given: Mapping[str, Any]) -> Person | None:
        """Who has this name and this password."""
        person = self.all.get(str(given.get("username")))
        return person if person is not None and person.password == given.get("password") else None

    def welcome(self, person: Person) -> Response:
        """The answer to somebody who has logged in."""
        return answer({"token": self.tokens.issue(person.username)})

    async def me(self, request: Request, person: Person) -> Response:
        """`GET /me`."""
        return answer({"username": person.username, "email": person.email})


class CookiePeople(People):
    """The same with a session cookie."""

    def __init__(self) -> None:
        super().__init__(Sessions())

    def token_in(self, request: Request) -> str:
        """The token that a request carries."""
        return request.cookies.get("sid", "")

    def welcome(self, person: Person) -> Response:
        """The answer to somebody who has logged in."""
        response = answer({"message": "welcome"})
        response.set_cookie("sid", self.tokens.issue(person.username), httponly=True)
        return response


# tokens as careless programs read them


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Header and claims of a token, not verified; None where it is none."""
    try:
        head, body, *_ = token.split(".")
        return _json_of(head), _json_of(body)
    except ValueError:
        return None


def has_mac(token: str, key: bytes) -> bool:
    """Whether a token is signed with HS256 and this key, whatever its header says and however short the key is."""
    text, _, signature = token.rpartition(".")
    made = base64.urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")).rstrip(b"=").decode()
    return hmac.compare_digest(made, signature)


def _json_of(part: str) -> dict[str, Any]:
    value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004 - as what is no JSON
    return value


class Careless(Tokens):
    """Tokens that are also accepted where `accepts` says so."""

    def __init__(self, accepts: "Callable[[Careless, str], bool]", *, key: str = "") -> None:
        super().__init__(key)
        self.accepts = accepts

    def claims_in(self, token: str) -> dict[str, Any] | None:
        """What a token says that is good or accepted."""
        read = parts_of(token)
        if read is not None and self.accepts(self, token):
            return read[1]
        return super().claims_in(token)


class KeyPair(Tokens):
    """Tokens signed with a private key: RSA, or an elliptic curve."""

    def __init__(self, algorithm: str = "RS256") -> None:
        super().__init__()
        self.algorithm = algorithm
        self.pair = CURVE if algorithm == "ES256" else PAIR

    def issue(self, name: str) -> str:
        """A new token of `name`."""
        now = int(time.time())
        claims = {"sub": name, "iat": now, "exp": now + 3600, "jti": secrets.token_hex(4)}
        return jwt.encode({"alg": self.algorithm, "kid": "main"}, claims, self.pair)

    def claims_in(self, token: str) -> dict[str, Any] | None:
        """What a good token says."""
        try:
            return dict(jwt.decode(token, self.pair, algorithms=[self.algorithm]).claims)
        except (JoseError, ValueError):
            return None

    async def jwks(self, request: Request) -> Response:
        """`GET /.well-known/jwks.json`."""
        return answer({"keys": [{**self.pair.as_dict(private=False), "kid": "main", "use": "sig"}]})


PAIR = RSAKey.generate_key(2048)
CURVE = ECKey.generate_key("P-256")
