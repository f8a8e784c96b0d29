"""Loading: an OpenAPI description and its overlays into a contract. Does no I/O: reading is injected."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from garrison.contract.build import Builder
from garrison.contract.catalogue import Catalogue, Entry, Uncompiled
from garrison.contract.documents import Documents, Node, Read
from garrison.contract.operations import OperationOutline, Operations
from garrison.contract.overlay import apply_overlay
from garrison.contract.place import Place, Problems, excerpt
from garrison.contract.schemas import Schemas
from garrison.contract.security import read_schemes
from garrison.contract.template import Template
from garrison.core.errors import DescriptionError, Problem

_VERSION = re.compile(r"3\.[012](\..*)?")


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
    problems = Problems()
    documents = Documents(read, problems)
    root = documents.open(source)
    version = check_version(source, root)
    for overlay in overlays:
        root = apply_overlay(root, overlay, documents.open(overlay), problems)
    _check_object(source, root)
    documents.replace(source, root)
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
        openapi=version,
        catalogue=Catalogue(entries, uncompiled),
        problems=tuple(located.values()),
        uncompiled=uncompiled,
    )


def check_version(source: str, root: Any) -> str:
    """The version of OpenAPI that a document declares. Raises DescriptionError where it is not ours."""
    _check_object(source, root)
    version = root.get("openapi")
    if isinstance(version, (int, float)) and not isinstance(version, bool):
        version = str(version)
    if isinstance(version, str) and _VERSION.fullmatch(version):
        return version
    if "swagger" in root:
        hint = "convert it to OpenAPI 3"
        raise _unusable(source, "swagger", f"Swagger {excerpt(root['swagger'])} is not supported", hint)
    if version is None:
        raise _unusable(source, "openapi", "not an OpenAPI description: `openapi` is missing")
    raise _unusable(source, "openapi", f"OpenAPI {excerpt(version)} is not supported", "use 3.0, 3.1 or 3.2")


def _check_object(source: str, root: Any) -> None:
    if not isinstance(root, dict):
        raise DescriptionError([Problem(source, "$", "not an OpenAPI description: must be an object")])


def _unusable(source: str, key: str, message: str, hint: str = "") -> DescriptionError:
    return DescriptionError([Problem(source, f"$.{key}", message, hint)])


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
