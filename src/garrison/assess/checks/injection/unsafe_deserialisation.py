"""Unsafe deserialisation: a value becomes objects of the sender's choice, and building them runs code."""

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.checks.injection.timing import waits, waits_for
from garrison.assess.probe import Exchange
from garrison.assess.request import NOTHING
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_OBJECTS: Final = frozenset(
    {"data", "state", "session", "config", "configuration", "settings", "preferences", "prefs", "payload", "object",
     "objects", "import", "content", "blob", "cart", "profile", "yaml", "pickle", "serialized", "serialised", "backup",
     "snapshot", "model", "cache", "message", "job", "task", "context", "document", "export", "file", "token",
     "remember"}
)  # fmt: skip
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")


def _pickle(seconds: int) -> bytes:
    """A pickle that waits when it is loaded (protocol 0); it does nothing else."""
    return f"ctime\nsleep\n(I{seconds}\ntR.".encode()


def _yaml(seconds: int) -> str:
    return f"!!python/object/apply:time.sleep [{seconds}]"


def _node(seconds: int) -> str:
    wait = f"var e=Date.now()+{seconds * 1000};while(Date.now()<e){{}}"
    return f'{{"g":"_$$ND_FUNC$$_function(){{{wait}}}()"}}'


_VALUES: Final[dict[str, Callable[[str, int], Any]]] = {
    "Python pickle": lambda _, seconds: base64.b64encode(_pickle(seconds)).decode(),
    "YAML with Python's types": lambda _, seconds: _yaml(seconds),
    "node-serialize": lambda _, seconds: _node(seconds),
    "node-serialize in base64": lambda _, seconds: base64.b64encode(_node(seconds).encode()).decode(),
}
_OF_BODIES: Final[dict[str, Callable[[str, int], Any]]] = {
    "jsonpickle": lambda _, seconds: {"py/reduce": [{"py/function": "time.sleep"}, {"py/tuple": [seconds]}]},
}
"""Objects in the place of a value: of JSON bodies alone."""
_RAW: Final[dict[str, tuple[str, Callable[[int], bytes]]]] = {
    "YAML with Python's types": ("application/yaml", lambda seconds: _yaml(seconds).encode()),
    "Python pickle": ("application/octet-stream", _pickle),
}


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    if bench is None or not bench.is_reached:
        return
    for place in bench.places:
        if bench.is_proven(place, "code-injection") or not _holds_objects(place):
            continue
        for kind, payload in _payloads(place):
            proof = waits(bench, place, payload)
            if proof is not None:
                bench.prove(place, CHECK.id)
                yield a.found(CHECK, proof, says=_says(f"`{place.slot.text}`", kind), target=target, slot=place.slot)
                break
    yield from _whole(a, bench)


def _whole(a: Assessment, bench: Bench) -> Iterator[Finding]:
    """Bodies that are no JSON and no form: as a whole."""
    bodies = [each.media_type for each in bench.target.described.bodies]
    declared = next((each for each in bodies if "json" not in each and "form" not in each and "xml" not in each), "")
    for kind, (usual, payload) in _RAW.items() if declared else ():
        media_type = declared if declared != "*/*" else usual

        def ask(seconds: int, media_type: str = media_type, payload: Callable[[int], bytes] = payload) -> Exchange:
            request = bench.base.request
            raw = msgspec.structs.replace(request, body=NOTHING, raw_body=payload(seconds), media_type=media_type)
            return bench.ask(raw)

        proof = waits_for(ask, bench.usual)
        if proof is not None:
            yield a.found(CHECK, proof, says=_says("the body", kind), target=bench.target, slot="body")
            return


def _says(where: str, kind: str) -> str:
    return f"{where} is loaded as {kind}, which calls any function that it names: it waits as it is told"


def _holds_objects(place: Place) -> bool:
    said = not _OBJECTS.isdisjoint(place.said) or isinstance(place.request.value(place.slot), bytes)
    return said or (not place.is_text and _BASE64.fullmatch(place.value) is not None and not place.is_number)


def _payloads(place: Place) -> Iterator[tuple[str, Callable[[str, int], Any]]]:
    if isinstance(place.request.value(place.slot), bytes):
        for kind, (_, content) in _RAW.items():
            yield kind, lambda _, seconds, content=content: content(seconds)  # type: ignore[misc]
        return
    yield from _VALUES.items()
    if place.slot.where == "body":
        yield from _OF_BODIES.items()


CHECK: Final = Check(
    id=CheckId("unsafe-deserialisation"),
    title="a value is loaded as objects that run code",
    family="injection",
    severity=Severity.CRITICAL,
    tags=("owasp.api8", "cwe.502"),
    looks=(
        "Where a value seems to hold objects, it is replaced by a pickle, by YAML and by JSON of libraries that build "
        "any object, which do nothing but wait. It is a finding only where waiting for two seconds and for none, three "
        "times in turns, differ by that much each time."
    ),
    why="Whoever can send this request runs any code in the server's process.",
    mend="Exchange plain JSON that a schema checks. Sign objects that must travel; load YAML with the safe loader.",
    samples={
        "fastapi": "yaml.safe_load(text)",
        "django": "signing.loads(text)  # JSON that is signed",
        "flask": "URLSafeSerializer(key).loads(text)",
    },
    each=each,
    most=40,
    disturbs=Disturbs.OBJECTS,
)
