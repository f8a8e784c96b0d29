"""Log-in steps in Garrison's own form: requests one after another, what is taken of each, and where it is put."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

import msgspec

from garrison.adapters.probing.elsewhere import split_target
from garrison.adapters.probing.flow import Flow, FlowStep, Place, Put, Take, Way
from garrison.config.sections import Fault
from garrison.core.http import Headers

_FORM: Final = "application/x-www-form-urlencoded"


class TakeEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a value stands in an answer: exactly one of these."""

    json: str = ""
    """JSON Pointer (RFC 6901): `/data/token`."""
    header: str = ""
    cookie: str = ""

    @property
    def ways(self) -> tuple[tuple[Way, str], ...]:
        """Those that are given."""
        pairs: tuple[tuple[Way, str], ...] = (("json", self.json), ("header", self.header), ("cookie", self.cookie))
        return tuple(pair for pair in pairs if pair[1])


class StepEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One request."""

    path: str
    """Path and query at the target, or a URL of another server, which is then talked to as well."""
    method: str = "POST"
    headers: dict[str, str] = {}
    json: Any = None
    form: dict[str, str] = {}
    body: str = ""
    """Sent as it stands; its media type is among the headers."""
    take: dict[str, TakeEntry] = {}
    expect: list[int] = []
    """Statuses that count as success; without it 2xx and 3xx."""


class PutEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where what was taken goes: names and templates such as `Bearer {token}`."""

    header: dict[str, str] = {}
    query: dict[str, str] = {}
    cookie: dict[str, str] = {}

    @property
    def puts(self) -> tuple[Put, ...]:
        """One by one."""
        places: tuple[tuple[Place, dict[str, str]], ...] = (
            ("header", self.header),
            ("query", self.query),
            ("cookie", self.cookie),
        )
        return tuple(Put(place, name, template) for place, pairs in places for name, template in pairs.items())


class StepsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole file of them, or what an identity says of itself under `steps`."""

    steps: list[StepEntry]
    put: PutEntry = PutEntry()


def steps_faults(file: StepsFile) -> Iterator[Fault]:
    """What a schema does not say."""
    if not file.steps:
        yield ("steps",), "is empty", "give at least one request"
    for at, step in enumerate(file.steps):
        if not step.path.startswith(("/", "http://", "https://")):
            yield ("steps", at, "path"), f"`{step.path}` does not begin with `/`", "or give a whole URL"
        if sum((step.json is not None, bool(step.form), bool(step.body))) > 1:
            yield ("steps", at), "has more than one body", "give one of `json`, `form` and `body`"
        for name, take in step.take.items():
            if len(take.ways) != 1:
                yield ("steps", at, "take", name), "must say one of `json`, `header` and `cookie`", ""
            elif take.json and not take.json.startswith("/"):
                yield ("steps", at, "take", name, "json"), f"`{take.json}` is no JSON Pointer", f"`/{take.json}`"


def steps_flow(file: StepsFile, own: str) -> Flow:
    """The flow that the file describes; `own` is the target's origin."""
    puts = file.put.puts
    if not puts and any("token" in step.take for step in file.steps):
        puts = (Put("header", "authorization", "Bearer {token}"),)
    return Flow(tuple(_step(step, own) for step in file.steps), puts)


def _step(entry: StepEntry, own: str) -> FlowStep:
    elsewhere, target = ("", entry.path) if entry.path.startswith("/") else split_target(entry.path, own, "path")
    headers = tuple((name.lower(), value) for name, value in entry.headers.items())
    step = FlowStep(
        entry.method.upper(),
        target,
        takes=tuple(Take(name, *take.ways[0]) for name, take in entry.take.items()),
        elsewhere=elsewhere,
        statuses=frozenset(entry.expect),
    )
    if entry.json is not None:
        body, headers = msgspec.json.encode(entry.json).decode(), _typed(headers, "application/json")
        return msgspec.structs.replace(step, body=body, written="json", headers=headers)
    if entry.form:
        return msgspec.structs.replace(step, body=_form(entry.form), written="form", headers=_typed(headers, _FORM))
    return msgspec.structs.replace(step, body=entry.body or None, headers=headers)


def _typed(headers: Headers, kind: str) -> Headers:
    return headers if any(name == "content-type" for name, _ in headers) else (*headers, ("content-type", kind))


def _form(fields: Mapping[str, str]) -> str:
    """Braces stay, for they stand for values that are encoded as they are put in."""
    return urlencode(list(fields.items()), quote_via=lambda text, *_: quote_plus(text, safe="{}"))
