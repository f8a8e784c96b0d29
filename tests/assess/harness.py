"""Assessing a twin application over real HTTP on loopback, with just the checks that are asked for."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from tests.assess.secured import secured

from garrison.adapters.probing.conformance import Schemathesis
from garrison.adapters.probing.listener import LoopbackListener
from garrison.adapters.probing.origin import split_url
from garrison.adapters.probing.transport import HttpTransport
from garrison.assess.assessment import Assessment, Options
from garrison.assess.check import Check
from garrison.assess.doors import logging_in, recognise
from garrison.assess.identity import Credential, Identity, fixed
from garrison.assess.probe import Limits
from garrison.assess.target import Api
from garrison.assess.tools import Tools
from garrison.assessing import assess, begin, read_api, report_of
from garrison.core.finding import Finding, Untested
from garrison.core.findings_report import Report
from garrison.lab.served import served

How = Credential | tuple[str, str]
"""What a twin says of an identity: a credential that it always shows, or a name and a password to log in with."""


@dataclass
class Seen:
    """What checks found, and what they could not test."""

    findings: list[Finding]
    untested: list[Untested]
    secrets: frozenset[str] = frozenset()
    """Credentials that identities hold: no finding may show one."""


class Stage:
    """One server on which application after application is served (starting one takes longer than assessing a twin),
    and one listener."""

    def __init__(self) -> None:
        self.app: Starlette | None = None
        self.origin = ""
        self.ear = LoopbackListener()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None, "no application is on the stage"
        await self.app(scope, receive, send)


@contextmanager
def staging() -> Iterator[Stage]:
    """A stage while a context lasts."""
    stage = Stage()
    try:
        with served(stage, "the stage") as stage.origin:
            yield stage
    finally:
        stage.ear.close()


@contextmanager
def assessment_of(app: Starlette, twin: ModuleType, folder: Path, stage: Stage) -> Iterator[Assessment]:
    """The assessment of an application that is served while the context lasts; nothing has been sent yet.

    What the application brings itself, as `app.state.contract`, stands before the twin's.
    """
    source = folder / "openapi.json"
    source.write_text(json.dumps(getattr(app.state, "contract", None) or twin.CONTRACT))
    api = read_api(str(source), seed=7)
    scanner = getattr(app.state, "scanner", None)  # what a scanner would say, where no server can be made so
    tools = Tools(scanner, Schemathesis(api, 1)) if scanner is not None else None
    with _at(app, stage) as origin, HttpTransport(origin, insecure=True) as transport:
        options = Options(words=tuple(getattr(twin, "WORDS", ())))
        traffic: Sequence[str] = getattr(twin, "TRAFFIC", ())
        yield begin(api, transport, limits=Limits(), options=options, listener=stage.ear, traffic=traffic, tools=tools)


@contextmanager
def _at(app: Starlette, stage: Stage) -> Iterator[str]:
    """Where an application is served: on the stage, or on a server of its own where it speaks TLS (`app.state.tls`)."""
    context = getattr(app.state, "tls", None)
    if context is None:
        stage.app = app
        yield stage.origin
        return
    with secured(app, context) as origin:
        yield origin


def run_twin(app: Starlette, twin: ModuleType, checks: Sequence[Check], folder: Path, stage: Stage) -> Seen:
    """What the checks find in an application. Its own `app.state.identities` stand before the twin's."""
    with assessment_of(app, twin, folder, stage) as assessment:
        given = getattr(app.state, "identities", getattr(twin, "IDENTITIES", ()))
        identities = identities_of(assessment.api, given, getattr(twin, "ROLES", {}))
        found = assess(assessment, identities, checks).outcome.findings
        held = assessment.probe._credentials.values()
        secrets = {secret for credential in held for secret in credential.secrets if len(secret) >= 8}
        return Seen(found, assessment.untested, frozenset(secrets))


def report_at(
    url: str, contract: str, app: Starlette, twin: ModuleType, checks: Sequence[Check], ear: LoopbackListener
) -> Report:
    """The report of an assessment of what stands at a URL, such as a gateway in front of a twin."""
    origin, base = split_url(url)
    started = time.time()
    api = read_api(contract, seed=7, base=base)
    scanner = getattr(app.state, "scanner", None)
    tools = Tools(scanner, Schemathesis(api, 1)) if scanner is not None else None
    with HttpTransport(str(origin), insecure=True) as transport:
        options = Options(words=tuple(getattr(twin, "WORDS", ())))
        traffic: Sequence[str] = getattr(twin, "TRAFFIC", ())
        assessment = begin(api, transport, options=options, listener=ear, traffic=traffic, tools=tools)
        given = getattr(app.state, "identities", getattr(twin, "IDENTITIES", ()))
        people = identities_of(api, given, getattr(twin, "ROLES", {}))
        done = assess(assessment, people, checks)
        return report_of(assessment, done, checks, {}, started)


def identities_of(api: Api, given: Sequence[tuple[str, How]], roles: Mapping[str, tuple[str, ...]]) -> list[Identity]:
    """Identities that log in as a twin says."""
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
