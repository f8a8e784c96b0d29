"""Requests: what is sent to one operation, with every value in its place, so that a check can change just one."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import quote, urlencode

import msgspec

from garrison.assess.call import Call, Part
from garrison.core.http import Headers
from garrison.core.ids import OperationId

Where: TypeAlias = Literal["path", "query", "header", "cookie", "body"]
Pairs: TypeAlias = tuple[tuple[str, str], ...]

MULTIPART: Final = "multipart/form-data"
_UNRESERVED: Final = "-._~"
_MAX_SLOTS: Final = 60
"""Places of one request that are told apart: nobody tests more one by one."""


class Slot(msgspec.Struct, frozen=True):
    """A place in a request that holds one value."""

    where: Where
    name: str
    """The parameter's name; in a body the way to the value: `user/roles/0`."""

    @property
    def text(self) -> str:
        """As a finding names it: `query.q`, `body/user/role`."""
        return f"body/{self.name}" if self.where == "body" else f"{self.where}.{self.name}"

    @property
    def leaf(self) -> str:
        """The last name of the way, indexes left out: `roles`."""
        names = [step for step in self.name.split("/") if not step.isdigit()] if self.where == "body" else [self.name]
        return names[-1] if names else ""


class _Nothing:
    """No body."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = _Nothing()
"""Stands for a body or a value that is not there."""


class Request(msgspec.Struct, frozen=True):
    """What is sent to one operation. Values are plain; `call` encodes them."""

    operation: OperationId | None
    method: str
    template: str
    """Path template, the server's prefix included: `/v1/pets/{petId}`; a plain path where nothing is described."""
    path: Mapping[str, str] = {}
    """Values of the template's variables, not yet percent-encoded."""
    query: Pairs = ()
    headers: Pairs = ()
    """Besides credentials, which are added as it is sent; names lower case."""
    cookies: Pairs = ()
    body: Any = NOTHING
    """A JSON value, an object of fields for a form, or text; `NOTHING` where there is no body."""
    media_type: str = "application/json"
    """How the body is written."""
    raw_path: str = ""
    """Instead of the template: a path that is sent as it stands, percent-encoded already."""
    raw_body: bytes | None = None
    """Instead of the body: bytes that are sent as they are."""

    def slots(self, *wheres: Where) -> tuple[Slot, ...]:
        """The places that hold a value, in the order in which they are sent; only those in `wheres` where given."""
        return tuple(slot for slot in self._slots() if not wheres or slot.where in wheres)[:_MAX_SLOTS]

    def _slots(self) -> Iterator[Slot]:
        yield from (Slot("path", name) for name in self.path)
        for where, pairs in (("query", self.query), ("header", self.headers), ("cookie", self.cookies)):
            yield from (Slot(where, name) for name in dict.fromkeys(name for name, _ in pairs))  # type: ignore[arg-type]  # one of Where
        if self.raw_body is None:
            yield from (Slot("body", way) for way in _leaves(self.body))

    def value(self, slot: Slot) -> Any:
        """What stands at `slot`; `NOTHING` where it is empty."""
        if slot.where == "path":
            return self.path.get(slot.name, NOTHING)
        if slot.where == "body":
            return _get(self.body, slot.name)
        return next((value for name, value in self._pairs(slot.where) if name == slot.name), NOTHING)

    def put(self, slot: Slot, value: Any) -> "Request":
        """This request with `value` at `slot`, whether or not something stood there.

        In a body any JSON value may be put; elsewhere it is written as text.
        """
        if slot.where == "path":
            return msgspec.structs.replace(self, path={**self.path, slot.name: _text(value)})
        if slot.where == "body":
            return msgspec.structs.replace(self, body=_put(self.body, slot.name.split("/"), value), raw_body=None)
        kept = [(name, old) for name, old in self._pairs(slot.where) if name != slot.name]
        index = next((at for at, (name, _) in enumerate(self._pairs(slot.where)) if name == slot.name), len(kept))
        return self._with_pairs(slot.where, (*kept[:index], (slot.name, _text(value)), *kept[index:]))

    def without(self, slot: Slot) -> "Request":
        """This request with nothing at `slot`; of a path nothing can be taken."""
        if slot.where == "body":
            return msgspec.structs.replace(self, body=_drop(self.body, slot.name.split("/")))
        if slot.where == "path":
            return self
        return self._with_pairs(slot.where, tuple(pair for pair in self._pairs(slot.where) if pair[0] != slot.name))

    def also(self, slot: Slot, value: str) -> "Request":
        """This request with one more value of the name of `slot` in a query, a header or a cookie."""
        return self._with_pairs(slot.where, (*self._pairs(slot.where), (slot.name, value)))

    def about(self, values: Mapping[str, str]) -> "Request":
        """This request with other values of path variables."""
        return msgspec.structs.replace(self, path={**self.path, **values})

    @property
    def url(self) -> str:
        """Path and query, percent-encoded."""
        path = self.raw_path or self._path()
        return f"{path}?{urlencode(self.query, quote_via=quote)}" if self.query else path

    def call(self, credentials: "Headers" = (), query: Pairs = (), cookies: Pairs = ()) -> Call:
        """What goes out, with these credentials added; a header of the same name is replaced."""
        names = {name for name, _ in credentials}
        headers = [(name, value) for name, value in self.headers if name not in names]
        parts = parts_of(self.body) if self.media_type == MULTIPART and self.raw_body is None else ()
        body = self.raw_body if self.raw_body is not None or parts else encode(self.body, self.media_type)
        if body is not None and self.media_type and "content-type" not in dict(headers):
            headers.append(("content-type", self.media_type))
        jar = (*self.cookies, *cookies)
        if jar:
            headers.append(("cookie", "; ".join(f"{name}={value}" for name, value in jar)))
        whole = msgspec.structs.replace(self, query=(*self.query, *query)) if query else self
        return Call(self.method, whole.url, (*headers, *credentials), body, parts)

    def _path(self) -> str:
        path = self.template
        for name, value in self.path.items():
            path = path.replace("{" + name + "}", quote(value, safe=_UNRESERVED))
        return path

    def _pairs(self, where: Where) -> Pairs:
        return {"query": self.query, "header": self.headers, "cookie": self.cookies}[where]

    def _with_pairs(self, where: Where, pairs: Pairs) -> "Request":
        match where:
            case "query":
                return msgspec.structs.replace(self, query=pairs)
            case "header":
                return msgspec.structs.replace(self, headers=pairs)
            case _:
                return msgspec.structs.replace(self, cookies=pairs)


def encode(body: Any, media_type: str) -> bytes | None:
    """A body as its media type writes it; None where there is none."""
    if body is NOTHING:
        return None
    kind = media_type.partition(";")[0].strip().lower()
    if isinstance(body, bytes):
        return body
    if kind == "application/x-www-form-urlencoded" and isinstance(body, Mapping):
        return urlencode([(name, _text(value)) for name, value in body.items()]).encode()
    if kind.endswith(("json", "/*")) or not isinstance(body, str):
        return msgspec.json.encode(body)
    return body.encode()


def parts_of(body: Any) -> tuple[Part, ...]:
    """The parts of a multipart body; bytes become a file."""
    fields = body.items() if isinstance(body, Mapping) else ()
    return tuple(Part(name, value if isinstance(value, bytes) else _text(value)) for name, value in fields)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return msgspec.json.encode(value).decode()


def _leaves(value: Any, way: tuple[str, ...] = ()) -> Iterator[str]:
    """The ways to every single value of a body; of a list only its first item."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*way, str(name)))
    elif isinstance(value, list | tuple):
        if value:
            yield from _leaves(value[0], (*way, "0"))
    elif way:
        yield "/".join(way)


def _get(value: Any, way: str) -> Any:
    for step in way.split("/"):
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return NOTHING
    return value


def _put(body: Any, way: list[str], value: Any) -> Any:
    """`body` with `value` at the end of the way; objects on it are made where they are missing."""
    if not way:
        return value
    step, rest = way[0], way[1:]
    if isinstance(body, list) and step.isdigit() and int(step) < len(body):
        at = int(step)
        return [*body[:at], _put(body[at], rest, value), *body[at + 1 :]]
    inner = body if isinstance(body, Mapping) else {}
    return {**inner, step: _put(inner.get(step, {}), rest, value)}


def _drop(body: Any, way: list[str]) -> Any:
    step, rest = way[0], way[1:]
    if isinstance(body, Mapping) and step in body:
        if not rest:
            return {name: value for name, value in body.items() if name != step}
        return {**body, step: _drop(body[step], rest)}
    if isinstance(body, list) and step.isdigit() and int(step) < len(body):
        at = int(step)
        return [*body[:at], *([_drop(body[at], rest)] if rest else []), *body[at + 1 :]]
    return body
