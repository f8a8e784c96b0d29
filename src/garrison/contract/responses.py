"""Responses: what the contract says an operation answers."""

from collections.abc import Mapping, Sequence
from operator import itemgetter

import jsonschema_rs

from garrison.contract.body import BodySchema
from garrison.contract.media import MediaTable, kind_of
from garrison.contract.texts import Decode
from garrison.contract.violations import Violation, violations_of
from garrison.core.http import Headers

_NAME = itemgetter(0)


class ResponseSchema:
    """One declared response. Immutable."""

    __slots__ = (
        "_bodies", "_headers", "_validator", "forbids_body", "has_body", "header_names", "holds_headers", "json_only",
        "needs_headers", "status", "streams",
    )  # fmt: skip

    def __init__(
        self,
        status: str,
        bodies: MediaTable["MediaBody"] | None,
        *,
        headers: Sequence[tuple[str, Decode]] = (),
        validator: jsonschema_rs.Validator | None = None,
        streams: bool = False,
        json_only: bool = False,
    ) -> None:
        self.status = status
        """`200`, `4XX` or `default`."""
        self._bodies = bodies
        self._headers = tuple(headers)
        self.header_names = frozenset(name for name, _ in headers)
        """Names of the fields that are declared, lower case."""
        self._validator = validator
        self.holds_headers = validator is not None
        """Whether anything is demanded of its headers."""
        self.needs_headers = validator is not None and not validator.is_valid({"header": {}})
        """Whether it is of a head that carries none of those that are declared."""
        self.has_body = bodies is not None
        """Whether any body is declared."""
        self.forbids_body = bodies is None and status != "default"
        """Whether a body is an undeclared one: the default response, which stands for whatever is not listed, says
        nothing of bodies where it declares none."""
        self.json_only = json_only and status != "default"
        """Whether nothing but JSON is declared, which an empty body is not. The default response may stand for a
        redirect, so it demands no body."""
        self.streams = streams
        """Whether the body may be an endless stream."""

    def __repr__(self) -> str:
        return f"ResponseSchema({self.status!r})"

    def body(self, media_type: str) -> BodySchema | None:
        """What is said of a body of `media_type` (essence, lower case); None where that is not declared."""
        found = self._bodies.get(media_type) if self._bodies is not None else None
        return found.of(media_type) if found is not None else None

    @property
    def schemas(self) -> tuple[BodySchema, ...]:
        """The schemas of all declared media types."""
        return tuple(schema for body in self._bodies.entries for schema in body.schemas) if self._bodies else ()

    def header_violations(self, headers: Headers) -> tuple[Violation, ...]:
        """What the declared headers demand of `headers` (lower-case names) and do not get."""
        if self._validator is None:
            return ()
        if not self.needs_headers and self.header_names.isdisjoint(map(_NAME, headers)):
            return ()
        given = dict(headers)
        values = {name: decode(given[name]) for name, decode in self._headers if name in given}
        return violations_of(self._validator, {"header": values}, "response", dotted=True)


class MediaBody:
    """A declared media type or range: a range has one schema for each kind of body that falls under it."""

    __slots__ = ("_by_kind", "_only")

    def __init__(self, only: BodySchema | None, by_kind: Mapping[str, BodySchema]) -> None:
        self._only = only
        self._by_kind = dict(by_kind)

    @property
    def schemas(self) -> tuple[BodySchema, ...]:
        """All that it may be."""
        return (self._only,) if self._only is not None else tuple(self._by_kind.values())

    def of(self, media_type: str) -> BodySchema:
        """What is said of a body of `media_type`."""
        if self._only is not None:
            return self._only
        return self._by_kind[kind_of(media_type)]
