"""Assessing a twin application over real HTTP on loopback, with just the checks that are asked for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from starlette.applications import Starlette
from tests.assess.secured import serving

from garrison.adapters.probing.conformance import Schemathesis
from garrison.adapters.probing.listener import LoopbackListener
from garrison.adapters.probing.transport import HttpTransport
from garrison.assess.assessment import Assessment, Options
from garrison.assess.check import Check
from garrison.assess.doors import logging_in, recognise
from garrison.assess.identity import Credential, Identity, fixed
from garrison.assess.probe import Limits
from garrison.assess.target import Api
from garrison.assess.tools import Tools
from garrison.assessing import assess, prepare, read_api
from garrison.core.finding import Finding, Untested

How = Credential | tuple[str, str]
"""What a twin says of an identity: a credential that it always shows, or a name and a password to log in with."""


@dataclass
class Seen:
    """What checks found, and what they could not test."""

    findings: list[Finding]
    untested: list[Untested]


@contextmanager
def listening() -> Iterator[LoopbackListener]:
    """A listener while a context lasts."""
    ear = LoopbackListener()
    try:
        yield ear
    finally:
        ear.close()


@contextmanager
def assessment_of(
    app: Starlette, twin: ModuleType, folder: Path, *, ear: LoopbackListener | None = None
) -> Iterator[Assessment]:
    """The assessment of an application, explored; it is served while the context lasts."""
    source = folder / "openapi.json"
    source.write_text(json.dumps(twin.CONTRACT))
    api = read_api(str(source), seed=7)
    with serving(app) as origin, HttpTransport(origin, insecure=True) as transport:
        identities = _identities(api, getattr(twin, "IDENTITIES", ()), getattr(twin, "ROLES", {}))
        options = Options(words=tuple(getattr(twin, "WORDS", ())))
        scanner = getattr(app.state, "scanner", None)  # what a scanner would say, where no server can be made so
        tools = Tools(scanner, Schemathesis(api, 1)) if scanner is not None else None
        yield prepare(api, transport, identities, limits=Limits(), options=options, listener=ear, tools=tools)


def run_twin(
    app: Starlette, twin: ModuleType, checks: Sequence[Check], folder: Path, *, ear: LoopbackListener | None = None
) -> Seen:
    """What the checks find in an application."""
    with assessment_of(app, twin, folder, ear=ear) as assessment:
        found = assess(assessment, checks).outcome.findings
        return Seen(found, assessment.untested)


def _identities(api: Api, given: Sequence[tuple[str, How]], roles: Mapping[str, tuple[str, ...]]) -> list[Identity]:
    door = recognise(api).log_in
    found = []
    for name, how in given:
        if isinstance(how, Credential):
            found.append(Identity(name, fixed(how), can_renew=False, roles=roles.get(name, ())))
        else:
            assert door is not None, "the contract has no log-in operation"
            log_in = logging_in(api, door, *how)
            found.append(Identity(name, log_in, roles=roles.get(name, ()), secret=how))
    return found
