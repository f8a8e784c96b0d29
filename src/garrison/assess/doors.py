"""Doors: the operations by which people come in and go out, recognised by what they take; accounts made with them."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.compare import leaves, succeeded
from garrison.assess.identity import Credential, Identity, LogIn, LoginError, Send
from garrison.assess.jwt import claims_of
from garrison.assess.request import Request, Slot
from garrison.assess.target import Api, Target
from garrison.core.operation import SecurityScheme
from garrison.exposure.types.rule import words

_NAMES: Final = ("username", "user", "login", "email", "mail", "account", "phone", "name", "handle", "id")
_PASSWORDS: Final = frozenset({"password", "passwd", "pwd", "passphrase", "pass", "pin"})
_BESIDE: Final = frozenset({"code", "token", "otp", "hint", "link", "expiry", "policy"})
"""Words of what goes with a password and is none: `resetPasswordCode`."""
_OLD: Final = frozenset({"old", "current", "existing", "previous"})
_TOKENS: Final = ("access", "auth", "id", "bearer", "jwt", "token", "session", "key", "authorization")
_FOREVER: Final = 1e12
"""Seconds since the epoch that no token ends after."""
_VALUES: Final = frozenset({"id", "value", "key", "string"})
_CARRIERS: Final = frozenset({"auth", "session", "token", "apikey"})
"""Words of header parameters that carry a credential which no security scheme describes."""
_IN_CLEARLY: Final = frozenset({"login", "signin", "logon", "authenticate"})
_IN: Final = frozenset({"auth", "authentication", "authorize", "session", "sessions", "token", "tokens"})
_UP_CLEARLY: Final = frozenset({"register", "signup", "registration", "join", "enroll"})
_UP: Final = frozenset({"users", "user", "accounts", "account", "customers", "members"})
_OUT: Final = frozenset({"logout", "signout", "logoff", "revoke"})
_RESET: Final = frozenset({"reset", "forgot", "forgotten", "recover", "recovery", "lost"})
_ME_CLEARLY: Final = frozenset({"me", "self", "whoami", "userinfo", "current"})
_ME: Final = _ME_CLEARLY | {"profile", "account", "my", "user"}


class Door(msgspec.Struct, frozen=True):
    """One such operation, and where in its request what stands."""

    target: Target
    names: tuple[Slot, ...] = ()
    """Where who it is stands, the likeliest first: user name, e-mail address."""
    password: Slot | None = None
    """Where the password stands; of a change of password the new one."""
    old_password: Slot | None = None

    @property
    def last(self) -> str:
        """The last step of the path that is no variable, its words joined, lower case."""
        steps = [step for step in self.target.described.path.split("/") if step and not step.startswith("{")]
        return "".join(words(steps[-1])) if steps else ""

    @property
    def said(self) -> frozenset[str]:
        """The words of the path's last two steps and of the operation's id, alone and in pairs."""
        steps = [step for step in self.target.described.path.split("/") if step and not step.startswith("{")]
        named = [words(step) for step in (*steps[-2:], str(self.target.described.node.value.get("operationId", "")))]
        pairs = {one + other for part in named for one, other in itertools.pairwise(part)}
        return frozenset(pairs.union(*named))


class Doors(msgspec.Struct, frozen=True):
    """What was recognised; None where nothing was."""

    log_in: Door | None = None
    register: Door | None = None
    me: Door | None = None
    change_password: Door | None = None
    log_out: Door | None = None
    reset: Door | None = None
    refresh: Door | None = None

    @property
    def targets(self) -> frozenset[str]:
        """Ids of all of them but `me`: exploration leaves them alone."""
        doors = (self.log_in, self.register, self.change_password, self.log_out, self.reset, self.refresh)
        return frozenset(door.target.id for door in doors if door is not None)


def recognise(api: Api) -> Doors:
    """The doors of an API."""
    plain = [_plain(api, target) for target in api.every]
    secret = [door for door in plain if door.password is not None and not door.target.is_safe]
    log_in = _first(secret, lambda door: _is_log_in(door) and door.said.isdisjoint({"refresh"}), clearest=_IN_CLEARLY)
    rest = [door for door in secret if door is not log_in]
    change = _first(
        rest, lambda door: not door.said.isdisjoint(_PASSWORDS) and door.said.isdisjoint(_RESET | _UP_CLEARLY)
    )
    rest = [door for door in rest if door is not change]
    return Doors(
        log_in=log_in,
        register=_first(rest, _is_register, clearest=_UP_CLEARLY),
        me=_first(plain, _is_me, clearest=_ME_CLEARLY),
        change_password=change,
        log_out=_first(plain, lambda door: not door.target.variables and not door.said.isdisjoint(_OUT)),
        reset=_first(
            plain, lambda door: not door.target.is_safe and bool(door.names) and not door.said.isdisjoint(_RESET)
        ),
        refresh=_first(plain, lambda door: door.target.method == "POST" and "refresh" in door.said),
    )


class Account(msgspec.Struct, frozen=True):
    """An account that the assessment made."""

    identity: Identity
    name: str
    """What it logs in with."""
    password: str
    made: Request
    """The request that registered it."""


def registration(api: Api, door: Door) -> tuple[Request, str, str]:
    """A request that registers somebody new, and the name and the password to log in with."""
    request = api.request(door.target, every=True)
    fresh = api.sampler.word()
    for slot in door.names:
        is_mail = not {"email", "mail"}.isdisjoint(words(slot.leaf))
        request = request.put(slot, f"{fresh}@example.com" if is_mail else fresh)
    password = api.sampler.password()
    for slot in request.slots("body", "query"):
        if not _PASSWORDS.isdisjoint(words(slot.leaf)):
            request = request.put(slot, password)
    return request, fresh, password


def name_for(log_in: Door, register: Door, request: Request) -> str:
    """What the account that `request` registered logs in with: the value of the field that both operations have."""
    wanted = [words(slot.leaf) for slot in log_in.names]
    values = {words(slot.leaf): str(request.value(slot)) for slot in register.names}
    found = [values[each] for each in wanted if each in values]
    return found[0] if found else next(iter(values.values()), "")


def logging_in(api: Api, door: Door, name: str, password: str) -> LogIn:
    """Logging in through the API's own operation."""

    def log_in(send: Send) -> Credential:
        answer = Answer(fault="nothing was sent")
        for every in (False, True):  # what is optional may have to be left out, or may have to be there
            answer = send(credentials_in(api.request(door.target, every=every), door, name, password).call())
            if succeeded(answer):
                break
        else:
            raise LoginError(answer.fault or f"the log-in operation answers {answer.status} and no success")
        credential = credential_in(api, answer)
        if credential is None:
            raise LoginError("the answer of the log-in operation holds no token and sets no cookie")
        return credential

    return log_in


def credentials_in(request: Request, door: Door, name: str, password: str) -> Request:
    """A request to log in with these."""
    for slot in door.names[:1]:
        request = request.put(slot, name)
    return request.put(door.password, password) if door.password is not None else request


def credential_in(api: Api, answer: Answer) -> Credential | None:
    """The credential that an answer hands out, as the contract's security schemes carry it."""
    cookies = tuple(_cookies(answer))
    token = token_in(answer)
    if not token:
        return Credential(cookies=cookies) if cookies else None
    scheme = next(iter(_schemes(api)), None)
    expires = _expiry(token)
    if scheme is not None and scheme.type == "apiKey" and scheme.location == "cookie":
        return Credential(cookies=((scheme.parameter, token),), expires=expires)
    if scheme is not None and scheme.type == "apiKey" and scheme.location == "query":
        return Credential(query=((scheme.parameter, token),), expires=expires)
    header = scheme.parameter if scheme is not None and scheme.type == "apiKey" else ""
    header = header or (_undescribed(api) if scheme is None else "") or "authorization"
    shown = f"Bearer {token}" if header == "authorization" else token
    return Credential(headers=((header, shown),), cookies=cookies if header == "authorization" else (), expires=expires)


def _undescribed(api: Api) -> str:
    """The header parameter that most operations take a credential in, where no security scheme is described."""
    names = Counter(
        parameter.name.lower()
        for target in api.targets
        for parameter in target.described.parameters
        if parameter.location == "header" and not _CARRIERS.isdisjoint(words(parameter.name))
    )
    return names.most_common(1)[0][0] if names else ""


def token_in(answer: Answer) -> str:
    """The token in an answer: the text whose name says it the clearest, or that is a JWT; empty where there is none."""
    sent = answer.header("authorization").removeprefix("Bearer ").strip()
    value = answer.json()
    found = (
        [(way, leaf) for way, leaf in leaves(value) if isinstance(leaf, str) and len(leaf) >= 8]
        if value is not NOT_JSON
        else []
    )
    ranked = sorted(found, key=lambda pair: -_rank(pair[0], pair[1]))
    if ranked and _rank(*ranked[0]) > 0:
        return ranked[0][1].removeprefix("Bearer ").strip()
    if isinstance(value, str) and claims_of(value):
        return value
    return sent


def _rank(way: str, value: str) -> int:
    around, _, name = way.rpartition("/")
    # `token: {"id": ...}`: the value is called after what is around it
    said = words(around.rpartition("/")[2] if name in _VALUES and around else name)
    if " " in value.removeprefix("Bearer ") or "refresh" in said or "type" in said:
        return 0
    rank = 8 if claims_of(value.removeprefix("Bearer ").strip()) else 0
    rank += next((6 - at // 3 for at, word in enumerate(_TOKENS) if word in said and "token" in said), 0)
    return rank + (3 if said[-1:] in (("token",), ("jwt",), ("authorization",)) else 0)


def _expiry(token: str) -> float:
    ends = claims_of(token).get("exp")
    return float(ends) if isinstance(ends, int | float) and abs(ends) < _FOREVER else 0.0


def _cookies(answer: Answer) -> Iterator[tuple[str, str]]:
    for name, value in answer.headers:
        if name == "set-cookie":
            key, equals, rest = value.partition(";")[0].partition("=")
            if equals and rest:
                yield key.strip(), rest.strip()


def _schemes(api: Api) -> list[SecurityScheme]:
    """The contract's schemes that carry tokens, those of most operations first."""
    used: dict[str, tuple[int, SecurityScheme]] = {}
    for target in api.targets:
        schemes = target.compiled.operation.schemes if target.compiled is not None else {}
        for name, scheme in schemes.items():
            if scheme.type != "mutualTLS" and scheme.scheme != "basic":
                used[name] = (used.get(name, (0, scheme))[0] + 1, scheme)
    return [scheme for _, scheme in sorted(used.values(), key=lambda pair: -pair[0])]


def _plain(api: Api, target: Target) -> Door:
    """The operation as a door, with what it takes of names and passwords."""
    slots = api.request(target, every=True).slots("body", "query", "header")
    said = [(slot, frozenset(words(slot.leaf))) for slot in slots]
    secrets = [slot for slot, names in said if not names.isdisjoint(_PASSWORDS) and names.isdisjoint(_BESIDE)]
    old = next((slot for slot in secrets if not _OLD.isdisjoint(words(slot.leaf))), None)
    new = [slot for slot in secrets if slot != old] or secrets
    return Door(target, _name_slots(slots), new[0] if new else None, old)


def _name_slots(slots: Sequence[Slot]) -> tuple[Slot, ...]:
    """Places of who it is, in the order in which people log in with them."""

    def rank(slot: Slot) -> int:
        said = words(slot.leaf)
        joined = "".join(said)
        exact = next((at for at, name in enumerate(_NAMES) if joined == name), None)
        if exact is not None:
            return exact
        return next((at + 20 for at, name in enumerate(_NAMES[:6]) if name in said), 99)

    return tuple(sorted((slot for slot in slots if rank(slot) < 99), key=rank))


def _first(
    doors: Sequence[Door], fits: Callable[[Door], bool], *, clearest: frozenset[str] = frozenset()
) -> Door | None:
    """The first door that fits; before it one whose words say it clearly."""
    found = sorted((door for door in doors if fits(door)), key=lambda door: door.said.isdisjoint(clearest))
    return found[0] if found else None


def _is_log_in(door: Door) -> bool:
    """Whether it takes a name and a password, is named so, and is no form to register with."""
    named = not door.said.isdisjoint(_IN_CLEARLY | _IN)
    return door.target.method == "POST" and bool(door.names) and named and door.said.isdisjoint(_UP_CLEARLY | _RESET)


def _is_me(door: Door) -> bool:
    """Whether it reads whoever sends it, as the last step of its path says."""
    return door.target.method == "GET" and not door.target.variables and door.last in _ME


def _is_register(door: Door) -> bool:
    """Whether it takes a name and a password and is named so, or makes something of people."""
    named = not door.said.isdisjoint(_UP_CLEARLY) or door.last in _UP
    return door.target.method == "POST" and bool(door.names) and named and not door.target.variables


def door_of(api: Api, target: Target) -> Door:
    """Any operation as a door: with what it takes of names and passwords."""
    return _plain(api, target)


def sets_password(api: Api, target: Target) -> bool:
    """Whether it may set the password of whoever sends it, or of whom it names."""
    door = _plain(api, target)
    if target.is_safe or door.password is None:
        return False
    return target.method in ("PUT", "PATCH") or not door.said.isdisjoint(_PASSWORDS | _RESET)
