"""Loading: an OpenAPI description and its overlays into a contract. Does no I/O: reading is injected."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from garrison.contract.build import Builder
from garrison.contract.catalogue import Catalogue, Entry, Uncompiled
from garrison.contract.documents import Node, Read
from garrison.contract.opened import Opened
from garrison.contract.operations import OperationOutline, Operations
from garrison.contract.place import Place, Problems, excerpt
from garrison.contract.schemas import Schemas
from garrison.contract.security import read_schemes
from garrison.contract.template import Template
from garrison.core.errors import Problem


class Contract(msgspec.Struct, frozen=True):
    """A description, compiled."""

    source: str
    """Path or URL it was loaded from."""
    title: str
    version: str
    """The API's own version (`info.version`)."""
    openapi: str
    """The version of OpenAPI it is written in: `3.1.0`."""
    catalogue: Catalogue
    problems: tuple[Problem, ...] = ()
    """Everything that is wrong in it."""
    uncompiled: tuple[Uncompiled, ...] = ()
    """The operations that could not be compiled."""


def load(source: str, overlays: Sequence[str] = (), *, read: Read, match_hosts: bool = False) -> Contract:
    """The contract that the description at `source`, a path or URL, and its `overlays` are.

    A gateway is addressed by another host than the description's servers: hosts count only with
    `match_hosts`. Raises DescriptionError where the description cannot be used at all; whatever else is wrong
    is in the contract's `problems`.
    """
    return load_opened(Opened(source, overlays, read=read), match_hosts=match_hosts)


def load_opened(opened: Opened, *, match_hosts: bool = False) -> Contract:
    """The contract that a description is whose files have been read; else as `load`."""
    source, root, documents, problems = opened.source, opened.root, opened.documents, opened.problems
    schemas = Schemas(source, documents, problems)
    outlines = tuple(Operations(source, documents, schemas, problems).outline(match_hosts))
    _use_components(schemas, source, root)
    schemas.seal()
    builder = Builder(source, schemas, read_schemes(documents, source, root, problems))
    entries = tuple(_entries(outlines, builder, schemas, problems))
    found = problems.all()
    located = dict(zip(found, documents.with_lines(found), strict=True))
    entries = tuple(_located(entry, located) for entry in entries)
    uncompiled = tuple(entry.target for entry in entries if isinstance(entry.target, Uncompiled))
    info = root.get("info")
    facts = info if isinstance(info, dict) else {}
    return Contract(
        source=source,
        title=str(facts.get("title") or ""),
        version=str(facts.get("version") or ""),
        openapi=opened.version,
        catalogue=Catalogue(entries, uncompiled),
        problems=tuple(located.values()),
        uncompiled=uncompiled,
    )


def _use_components(schemas: Schemas, source: str, root: dict[str, Any]) -> None:
    """Components that nothing refers to are compiled too: their errors are errors of the description."""
    components = root.get("components")
    declared = components.get("schemas") if isinstance(components, dict) else None
    for name, value in declared.items() if isinstance(declared, dict) else ():
        schemas.use(Node(Place(source, ("components", "schemas", name)), value), "response")


def _entries(
    outlines: Sequence[OperationOutline], builder: Builder, schemas: Schemas, problems: Problems
) -> Iterator[Entry]:
    """The operations, compiled where they can be. Those without faults have the first choice of routes."""
    faults = {outline.place: outline.problems + _faults(outline, schemas) for outline in outlines}
    taken: dict[tuple[str, str, object], OperationOutline] = {}
    claims = {
        outline.place: _claim(outline, taken, problems)
        for outline in sorted(outlines, key=lambda outline: bool(faults[outline.place]))
    }
    count = 0
    for outline in outlines:
        routes, clashes = claims[outline.place]
        reasons = tuple(dict.fromkeys(faults[outline.place] + clashes))
        if reasons:
            place = outline.place.path
            target: Any = Uncompiled(outline.id, outline.method, outline.template, place, reasons)
        else:
            target = builder.build(outline, count)
            count += 1
        yield Entry(target, outline.method, routes)


def _located(entry: Entry, located: Mapping[Problem, Problem]) -> Entry:
    """`entry` with the lines of its problems."""
    if not isinstance(entry.target, Uncompiled):
        return entry
    problems = tuple(located.get(problem, problem) for problem in entry.target.problems)
    return Entry(msgspec.structs.replace(entry.target, problems=problems), entry.method, entry.routes)


def _faults(outline: OperationOutline, schemas: Schemas) -> tuple[Problem, ...]:
    return tuple(problem for name in sorted(outline.definitions) for problem in schemas.problems_of(name))


def _claim(
    outline: OperationOutline, taken: dict[tuple[str, str, object], OperationOutline], problems: Problems
) -> tuple[tuple[tuple[str, Template], ...], tuple[Problem, ...]]:
    """The routes that are free for the operation, and a problem for each that another one has."""
    free, clashes = [], []
    for host, template in outline.routes:
        key = (outline.method, host, tuple(part.literals for part in template.parts))
        other = taken.setdefault(key, outline)
        if other is outline:
            free.append((host, template))
            continue
        message = f"the same requests are meant as by {excerpt(other.place.path, 120)}"
        clashes.append(problems.add(outline.place, message, "path variables' names do not tell paths apart"))
        problems.add(other.place, f"the same requests are meant as by {excerpt(outline.place.path, 120)}")
    return tuple(free), tuple(clashes)
