"""Log-in flows: a few requests one after another, and what of their answers becomes a credential."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import quote, quote_plus

import msgspec

from garrison.assess.call import NOT_JSON, Answer, Call
from garrison.assess.identity import Credential, LogIn, LoginError, Pairs, Send
from garrison.core.http import Headers

Way: TypeAlias = Literal["json", "header", "cookie"]
Place: TypeAlias = Literal["header", "query", "cookie"]
Written: TypeAlias = Literal["raw", "json", "form", "target"]
Taken: TypeAlias = Mapping[str, str]
"""What was taken from answers, by name."""

_NAMED: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_.-]*)\}")

_SECONDS: Final = re.compile("[0-9]{1,12}")


class Take(msgspec.Struct, frozen=True):
    """One value that is taken from an answer."""

    name: str
    way: Way
    selector: str
    """A JSON Pointer (RFC 6901), or the name of a header or a cookie."""
    is_optional: bool = False
    """Whether an answer without it will do."""


class Put(msgspec.Struct, frozen=True):
    """Where a value goes in the requests that follow."""

    place: Place
    name: str
    template: str
    """`Bearer {token}`: names in braces stand for what was taken."""


class FlowStep(msgspec.Struct, frozen=True):
    """One request of a flow; what stands in braces was taken before."""

    method: str
    target: str
    headers: Headers = ()
    body: str | None = None
    written: Written = "raw"
    """How the body is written, and so what is put into it."""
    takes: tuple[Take, ...] = ()
    elsewhere: str = ""
    """Another origin that it is sent to; empty for the target's own."""
    statuses: frozenset[int] = frozenset()
    """What counts as success; empty for 2xx and 3xx."""


class Flow(msgspec.Struct, frozen=True):
    """A way to log in."""

    steps: tuple[FlowStep, ...]
    puts: tuple[Put, ...] = ()
    keeps_cookies: bool = True
    """Whether cookies that the answers set belong to the credential."""
    needs_cookie: bool = False
    """Whether no cookie is no success."""
    fixed_headers: Headers = ()
    """Sent along beside what was taken."""


SendElsewhere: TypeAlias = Callable[[str, Call], Answer]
"""Sends a call to another origin, which was given with the identity."""


def log_in_by(flow: Flow, elsewhere: SendElsewhere) -> LogIn:
    """Logging in that goes through `flow`."""

    def log_in(send: Send) -> Credential:
        run = FlowRun(send, elsewhere)
        for step in flow.steps:
            run.make(step)
        return run.credential(flow)

    return log_in


class Cookies:
    """Cookies as a client keeps them for one flow: names and values alone."""

    def __init__(self) -> None:
        self._jar: dict[str, str] = {}

    def take(self, answer: Answer) -> None:
        """Keep what the answer sets, and forget what it ends."""
        for name, value in answer.headers:
            if name == "set-cookie":
                key, cookie = set_cookie(value)
                if cookie and "max-age=0" not in value.lower().replace(" ", ""):
                    self._jar[key] = cookie
                else:
                    self._jar.pop(key, None)

    @property
    def pairs(self) -> Pairs:
        """Names and values."""
        return tuple(self._jar.items())

    def with_header(self, headers: Headers) -> Headers:
        """`headers` with the cookies among them."""
        if not self._jar:
            return headers
        given = [value for name, value in headers if name.lower() == "cookie"]
        line = "; ".join([*given, *(f"{name}={value}" for name, value in self._jar.items())])
        return (*((name, value) for name, value in headers if name.lower() != "cookie"), ("cookie", line))


class FlowRun:
    """One run of a flow."""

    def __init__(self, send: Send, elsewhere: SendElsewhere) -> None:
        self._send = send
        self._elsewhere = elsewhere
        self._taken: dict[str, str] = {}
        self._cookies = Cookies()

    def make(self, step: FlowStep) -> None:
        """Send one step's request and take what is wanted of its answer. Raises LoginError."""
        call = Call(
            step.method,
            filled(step.target, self._taken, "target"),
            self._cookies.with_header(tuple((name, filled(value, self._taken)) for name, value in step.headers)),
            filled(step.body, self._taken, step.written).encode() if step.body is not None else None,
        )
        answer = self._elsewhere(step.elsewhere, call) if step.elsewhere else self._send(call)
        must_succeed(answer, step.method, step.target, step.statuses)
        self._cookies.take(answer)
        for take in step.takes:
            self._taken[take.name] = taken(take, answer)

    def credential(self, flow: Flow) -> Credential:
        """What the flow comes to. Raises LoginError where that is nothing."""
        cookies = self._cookies.pairs if flow.keeps_cookies else ()
        if flow.needs_cookie and not cookies:
            raise LoginError("the answer sets no cookie")
        credential = credential_of(flow.puts, self._taken, cookies)
        if credential.is_nothing:
            raise LoginError("its steps give neither a token nor a cookie")
        return msgspec.structs.replace(credential, headers=(*flow.fixed_headers, *credential.headers))


def must_succeed(answer: Answer, method: str, target: str, statuses: frozenset[int] = frozenset()) -> None:
    """Raises LoginError where the answer is none, or none that may follow."""
    where = f"`{method} {target.partition('?')[0]}`"
    if answer.fault and not answer.status:
        raise LoginError(f"{where}: {answer.fault}")
    if answer.status not in statuses if statuses else not 200 <= answer.status < 400:
        raise LoginError(f"{where} is answered with {answer.status}")


def taken(take: Take, answer: Answer) -> str:
    """The value that is wanted. Raises LoginError where the answer has none."""
    match take.way:
        case "header":
            found: Any = answer.header(take.selector.lower())
        case "cookie":
            pairs = (set_cookie(value) for name, value in answer.headers if name == "set-cookie")
            found = next((value for name, value in pairs if name == take.selector), "")
        case "json":
            found = pointed(answer.json(), take.selector)
    text = found if isinstance(found, str) else "" if found is None else msgspec.json.encode(found).decode()
    if not text and not take.is_optional:
        raise LoginError(f"the answer has no {take.way} `{take.selector}`")
    return text


def credential_of(puts: Iterable[Put], values: Taken, cookies: Pairs = ()) -> Credential:
    """The credential that `values` amount to where they are put."""
    found: dict[Place, list[tuple[str, str]]] = {"header": [], "query": [], "cookie": []}
    for put in puts:
        found[put.place].append((put.name, filled(put.template, values)))
    names = {name for name, _ in found["cookie"]}
    kept = [pair for pair in cookies if pair[0] not in names]
    return Credential(
        headers=tuple((name.lower(), value) for name, value in found["header"]),
        query=tuple(found["query"]),
        cookies=(*kept, *found["cookie"]),
        expires=_expiry(values),
    )


def filled(text: str, values: Taken, written: Written = "raw") -> str:
    """`text` with names in braces replaced, as it is written; names that nobody knows stay, for JSON has braces too."""
    return _NAMED.sub(lambda found: _escaped(values[found[1]], written) if found[1] in values else found[0], text)


def _escaped(value: str, written: Written) -> str:
    match written:
        case "json":
            return msgspec.json.encode(value).decode()[1:-1]
        case "form":
            return quote_plus(value)
        case "target":
            return quote(value, safe="")
        case "raw":
            return value


def pointed(value: Any, pointer: str) -> Any:
    """What a JSON Pointer (RFC 6901) points at; None where nothing is."""
    if value is NOT_JSON:
        return None
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def set_cookie(value: str) -> tuple[str, str]:
    """Name and value that a `Set-Cookie` sets (RFC 6265)."""
    name, _, cookie = value.partition(";")[0].partition("=")
    return name.strip(), cookie.strip()


def _expiry(values: Taken) -> float:
    """When it ends where the answer said for how long it holds, as OAuth does (RFC 6749, section 5.1)."""
    seconds = values.get("expires_in", "")
    return time.time() + int(seconds) if _SECONDS.fullmatch(seconds) else 0.0
