"""The catalogue: every operation of a contract, compiled, and which of them a request is for. Immutable."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import final

import msgspec

from garrison.contract.annotations import SUBJECT
from garrison.contract.body import BodySchema
from garrison.contract.matcher import Matcher
from garrison.contract.media import MediaTable
from garrison.contract.parameters import ParameterReader
from garrison.contract.responses import MediaBody, ResponseSchema
from garrison.contract.template import Template
from garrison.core.errors import Problem
from garrison.core.ids import OperationId
from garrison.core.operation import Operation


class Uncompiled(msgspec.Struct, frozen=True):
    """An operation that is described but could not be compiled: requests for it match nothing else."""

    id: OperationId
    method: str
    template: str
    """Path template with the server's prefix in front."""
    pointer: str
    """Its place in the description: `$.paths['/pets'].get`."""
    problems: tuple[Problem, ...]
    """Why it could not be compiled."""


class CompiledOperation:
    """One operation with everything that is needed to judge its requests and responses."""

    __slots__ = (
        "_default", "_exact", "_ranges", "_request", "_responses", "index", "operation", "parameters",
        "streams_request", "streams_response", "upgrades",
    )  # fmt: skip

    def __init__(
        self,
        operation: Operation,
        index: int,
        *,
        parameters: ParameterReader | None = None,
        request: MediaTable[MediaBody] | None = None,
        responses: Sequence[ResponseSchema] = (),
        streaming: tuple[bool, bool, bool] = (False, False, False),
    ) -> None:
        self.operation = operation
        self.index = index
        """Its position among the catalogue's operations."""
        self.parameters = parameters
        """None where the operation declares none: then every name in the query is undeclared."""
        self._request = request
        self._exact = {int(each.status): each for each in responses if each.status.isdigit()}
        self._ranges = {int(each.status[0]): each for each in responses if each.status[1:] == "XX"}
        self._default = next((each for each in responses if each.status == "default"), None)
        self._responses = tuple(responses)
        self.streams_request, self.streams_response, self.upgrades = streaming

    def __repr__(self) -> str:
        return f"CompiledOperation({self.operation.id!r})"

    def request_body(self, media_type: str) -> BodySchema | None:
        """What is said of a request body of `media_type` (essence, lower case); None where not declared."""
        found = self._request.get(media_type) if self._request is not None else None
        return found.of(media_type) if found is not None else None

    @property
    def request_schemas(self) -> tuple[BodySchema, ...]:
        """The schemas of all declared request bodies."""
        return tuple(schema for body in self._request.entries for schema in body.schemas) if self._request else ()

    @property
    def response_schemas(self) -> tuple[BodySchema, ...]:
        """The schemas of all declared response bodies."""
        return tuple(schema for response in self._responses for schema in response.schemas)

    @property
    def response_headers(self) -> frozenset[str]:
        """Names of the header fields that any of its responses declares, lower case."""
        return frozenset(name for response in self._responses for name in response.header_names)

    @property
    def successes(self) -> tuple[ResponseSchema, ...]:
        """The declared 2xx responses; besides the default one where none is declared, or where it says that it names
        people: as a rule it is of errors, but it may be of any status that is not declared."""
        found = tuple(each for each in self._responses if each.status.startswith("2"))
        default = self._default
        if default is not None and (not found or (2 not in self._ranges and _names_people(default))):
            return (*found, default)
        return found

    @property
    def success_schemas(self) -> tuple[BodySchema, ...]:
        """The schemas of the bodies of `successes`."""
        return tuple(schema for response in self.successes for schema in response.schemas)

    @property
    def annotations(self) -> frozenset[str]:
        """The annotations of ours that stand anywhere in it, without their prefix."""
        marks = [each.marks for each in (*self.request_schemas, *self.response_schemas)]
        marks += self.parameters.marks.values() if self.parameters is not None else ()
        return frozenset(name for each in marks if each is not None for name in each.views)

    def response(self, status: int) -> ResponseSchema | None:
        """The response declared for `status`: exactly, by range, or by default."""
        return self._exact.get(status) or self._ranges.get(status // 100) or self._default


def _names_people(response: ResponseSchema) -> bool:
    return any(each.marks is not None and each.marks.view(SUBJECT) is not None for each in response.schemas)


@final
class Match(msgspec.Struct, frozen=True, gc=False):
    """The operation a request is for."""

    operation: CompiledOperation
    arguments: tuple[str, ...] = ()
    """Values of the template's variables in the template's order."""


@final
class Miss(msgspec.Struct, frozen=True):
    """No operation that could be compiled is described for a request."""

    methods: tuple[str, ...] = ()
    """Methods declared for the path; empty where the path is not described."""
    uncompiled: Uncompiled | None = None
    """The operation that the request is for, which could not be compiled."""


class Entry(msgspec.Struct, frozen=True):
    """One operation and where it is served."""

    target: CompiledOperation | Uncompiled
    method: str
    routes: tuple[tuple[str, Template], ...]
    """Host (lower case; empty for any) and template, server's prefix included."""


class Catalogue:
    """All operations of a contract. Immutable, and safe to share between threads."""

    __slots__ = ("_any", "_by_host", "operations", "uncompiled")

    def __init__(self, entries: Iterable[Entry] = (), uncompiled: Iterable[Uncompiled] = ()) -> None:
        """`uncompiled` are all operations that could not be compiled; those of them that have a route are
        among the entries as well. Entries of the same route: the first one has it."""
        entries = tuple(entries)
        self.operations = tuple(entry.target for entry in entries if isinstance(entry.target, CompiledOperation))
        self.uncompiled = tuple(uncompiled)
        hosts = {host for entry in entries for host, _ in entry.routes} - {""}
        self._any = _matcher(entries, "")
        self._by_host: Mapping[str, Matcher[CompiledOperation | Uncompiled]] = {
            host: _matcher(entries, host) for host in hosts
        }

    def match(self, method: str, host: str, segments: tuple[str, ...]) -> Match | Miss:
        """The operation for a request.

        `host` is lower case and without port. `segments` are the decoded segments of the canonical path:
        `/v1/pets/7` is `("v1", "pets", "7")`, and a trailing slash gives an empty last one.
        """
        matcher = self._matcher_of(host)
        found = matcher.find(method, segments)
        if found is None:
            return Miss(matcher.methods(segments))
        target, arguments = found
        if isinstance(target, CompiledOperation):
            return Match(target, arguments)
        return Miss(matcher.methods(segments), target)

    def whatever_follows(
        self, method: str, host: str, segments: tuple[str, ...]
    ) -> tuple[CompiledOperation, Collection[str]] | None:
        """The operation for a request whose path goes on after `segments` with one more segment that is not empty, its
        only argument; and the texts for which it is another. None where that cannot be said of all others."""
        found = self._matcher_of(host).whatever_follows(method, segments)
        if found is None or not isinstance(found[0], CompiledOperation):
            return None
        return found[0], found[1]

    def _matcher_of(self, host: str) -> Matcher[CompiledOperation | Uncompiled]:
        return self._by_host.get(host, self._any) if self._by_host else self._any


def _matcher(entries: Iterable[Entry], host: str) -> Matcher[CompiledOperation | Uncompiled]:
    matcher: Matcher[CompiledOperation | Uncompiled] = Matcher()
    for entry in entries:
        for served, template in entry.routes:
            if served in (host, ""):
                matcher.add(template, entry.method, entry.target)
    return matcher
