"""Assessing an API: the parts put together, from a contract and some identities to a report."""

import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from garrison.adapters.interruption import heeding
from garrison.adapters.probing.conformance import Schemathesis
from garrison.adapters.probing.given import THROUGH_DOOR, Given
from garrison.adapters.probing.identities import read_identities
from garrison.adapters.probing.listener import LoopbackListener
from garrison.adapters.probing.nearby import Nearby
from garrison.adapters.probing.origin import split_url
from garrison.adapters.probing.tls import Sslyze
from garrison.adapters.probing.transport import TIMEOUT, HttpTransport
from garrison.adapters.sources import read_source
from garrison.adapters.store.files import make_directory
from garrison.adapters.store.findings import Findings
from garrison.adapters.store.leftovers import Leftovers
from garrison.adapters.store.only_one import the_only_one
from garrison.assess.assessment import Assessment, Options
from garrison.assess.call import Call, Listener, Transport
from garrison.assess.check import Check
from garrison.assess.checks.catalogue import CHECKS
from garrison.assess.doors import logging_in, recognise
from garrison.assess.evidence import secrets_of, step_of
from garrison.assess.explore import Explorer
from garrison.assess.identity import Identity
from garrison.assess.keeper import Journal, Keeper, Left
from garrison.assess.probe import Limits, Probe, Stop
from garrison.assess.progress import Moment, Progress, unwatched
from garrison.assess.run import Outcome, run
from garrison.assess.sampling import Sampler
from garrison.assess.survey import Survey
from garrison.assess.target import Api
from garrison.assess.tools import Tools
from garrison.contract.described import Description
from garrison.contract.load import load_opened
from garrison.core.errors import ConfigError, GatewayError, Problem, option_error
from garrison.core.findings_report import Benign, Report
from garrison.core.printable import without_password
from garrison.report.assessed import coverage_of, explained, listed

LOCK: Final = "assess.lock"
"""In the data directory, held by whoever assesses."""
_SEED: Final = 1
"""Of requests that are made up for conformance: the same contract is tried with the same ones."""
_DESCRIPTIONS: Final = (
    "/openapi.json", "/openapi.yaml", "/openapi.yml", "/v3/api-docs", "/api/openapi.json", "/api-docs", "/api/schema/",
    "/swagger.json", "/api/v1/openapi.json", "/docs/openapi.json",
)  # fmt: skip
"""Where APIs serve their own description."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be assessed, and how."""

    url: str
    """Where the API is: `https://api.example.com/v1`."""
    contract: str = ""
    """Path or URL of its description; empty to ask the API itself for it."""
    overlays: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    """`alice=bearer:...`, as `--identity` takes them."""
    identity_files: tuple[str, ...] = ()
    auth_files: tuple[str, ...] = ()
    """Authentication files of Web Fuzzing Commons."""
    only: tuple[str, ...] = ()
    """Ids of checks, or families; empty for all."""
    without: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """More words for guessing weak secrets."""
    traffic: tuple[str, ...] = ()
    """What recorded traffic went to: `GET /v1/old`."""
    limits: Limits = Limits()
    minutes: float | None = None
    """After so long nothing more is sent; None for no end."""
    seed: int | None = None
    data: Path | None = None
    """Where the history is kept; None to keep none."""
    insecure: bool = False
    """Take any certificate."""
    timeout: float = TIMEOUT
    pace: float | None = None
    """Requests a second at most."""


class Assessed(msgspec.Struct, frozen=True):
    """What came of an assessment."""

    outcome: Outcome
    left: tuple[Left, ...] = ()
    """What was made and could not be taken away."""


def perform(
    wanted: Wanted, progress: Progress = unwatched, *, witness: Callable[[Assessment], None] = lambda _: None
) -> Report:
    """Assess an API, and keep what was found where a history is wanted. Interrupted, it tells what it found so far.

    `witness` is shown the assessment when it has ended. Raises ConfigError and DescriptionError where something was
    given wrongly, GatewayError where the target cannot be reached, BusyError where another assessment keeps its history
    in the same directory at the moment, RecordError where the history cannot be kept.
    """
    checks = chosen(wanted.only, wanted.without)
    origin, base = split_url(wanted.url)
    started = time.time()
    with ExitStack() as stack:
        if wanted.data is not None:
            says = f"another assessment is under way with `{wanted.data}`: wait for it, or keep the history elsewhere"
            stack.enter_context(the_only_one(wanted.data, LOCK, says))
        transport = stack.enter_context(
            HttpTransport(str(origin), timeout=wanted.timeout, insecure=wanted.insecure, pace=wanted.pace)
        )
        _reach(transport, base)
        nearby = Nearby(transport, wanted.overlays)
        place, read = (wanted.contract, read_source) if wanted.contract else (_served(nearby, base), nearby.read)
        api = read_api(place, wanted.overlays, seed=wanted.seed, base=base, read=read)
        given = _given(wanted, str(origin), api)
        journal = Leftovers(make_directory(wanted.data), str(origin)) if wanted.data is not None else None
        assessment = _prepared(wanted, api, transport, journal, started, stack)
        identities = _identities(given, assessment)
        if journal is not None:
            _clean_earlier(journal, assessment, identities)
        with heeding(assessment.probe.interrupt):
            assessed = assess(assessment, identities, checks, progress)
        witness(assessment)
        how = {each.name: each.how for each in given}
        report = report_of(assessment, assessed, checks, how, started)
        return report if wanted.data is None else _kept(wanted.data, report)


def _prepared(
    wanted: Wanted, api: Api, transport: Transport, journal: Journal | None, started: float, stack: ExitStack
) -> Assessment:
    """The assessment that is wanted, which has sent nothing yet; what it listens with is closed by `stack`."""
    listener = LoopbackListener()
    stack.callback(listener.close)
    until = started + wanted.minutes * 60 if wanted.minutes is not None else float("inf")
    return begin(
        api,
        transport,
        limits=msgspec.structs.replace(wanted.limits, until=until),
        options=Options(words=wanted.words, insecure=wanted.insecure),
        listener=listener,
        journal=journal,
        traffic=wanted.traffic,
    )


def _kept(data: Path, report: Report) -> Report:
    with Findings(data) as history:
        return history.take_in(report)


def report_of(
    assessment: Assessment, assessed: Assessed, checks: Sequence[Check], how: Mapping[str, str], started: float
) -> Report:
    """The report of a run whose findings nobody has seen before."""
    api, probe = assessment.api, assessment.probe
    coverage = coverage_of(assessment, checks, assessed.outcome.ran, how, assessed.left)
    facts = api.description.root.value.get("info")
    return Report(
        kind="assessment",
        target=probe.origin + api.base,
        started=started,
        ended=time.time(),
        version=version("garrison"),
        contract=without_password(api.description.source),
        title=str(facts.get("title") or "") if isinstance(facts, dict) else "",
        seed=api.sampler.seed,
        requests=probe.total,
        stopped=probe.stopped,
        safe=assessment.options.is_safe,
        identities=coverage.identities,
        operations=coverage.operations,
        checks=coverage.checks,
        explained=tuple(map(explained, checks)),
        findings=listed(assessed.outcome.findings),
        benign=tuple(_benign(assessment)),
        untested=coverage.untested,
        left=coverage.left,
    )


def _benign(assessment: Assessment) -> Iterator[Benign]:
    """What succeeded as the assessment walked through the API, redacted: nothing in it is a secret. What nobody in
    particular was given although the contract demands a credential is not benign."""
    found = [
        (each.id, known)
        for each in assessment.api.targets
        for known in assessment.survey.baselines(each)
        if known.identity is not None or each.is_declared_public
    ]
    names = secrets_of([known for _, known in found], assessment.identities)
    for operation, known in found:
        yield Benign(operation, step_of(known, names))


def chosen(only: Sequence[str], without: Sequence[str]) -> tuple[Check, ...]:
    """The checks whose ids or families are named. Raises ConfigError where nothing is called so."""
    known = {name for check in CHECKS for name in (check.id, check.family)}
    problems = [
        Problem("<options>", option, f"no check and no family is called `{name}`", "`garrison checks` lists them")
        for option, names in (("--only", only), ("--without", without))
        for name in names
        if name not in known
    ]
    if problems:
        raise ConfigError(problems)
    return tuple(
        check
        for check in CHECKS
        if (not only or check.id in only or check.family in only)
        and check.id not in without
        and check.family not in without
    )


def read_api(
    source: str,
    overlays: Sequence[str] = (),
    *,
    seed: int | None = None,
    base: str = "",
    read: Callable[[str], bytes] = read_source,
) -> Api:
    """The API that a contract describes, served under the path `base`. Raises DescriptionError."""
    description = Description(source, tuple(overlays), read=read)
    contract = load_opened(description.opened)
    sampler = Sampler(description, secrets.randbits(32) if seed is None else seed, secrets.token_hex(3))
    return Api(description, contract.catalogue, sampler, base)


def begin(  # noqa: PLR0913 - what an assessment is made of
    api: Api,
    transport: Transport,
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    options: Options = Options(),  # noqa: B008 - frozen
    listener: Listener | None = None,
    journal: Journal | None = None,
    traffic: Sequence[str] = (),
    tools: Tools | None = None,
    survey: Survey | None = None,
) -> Assessment:
    """An assessment that has sent nothing yet."""
    probe, survey, doors = Probe(transport, limits, time.time), survey or Survey(), recognise(api)
    keeper = Keeper(api, survey, probe, doors, journal)
    probe.changed = keeper.keep
    probe.busiest = doors.log_in.target.id if doors.log_in is not None else None
    options = msgspec.structs.replace(options, origin=transport.origin, is_safe=limits.is_safe)
    return Assessment(
        api, probe, survey, doors, Explorer(api, probe, survey, doors), keeper,
        options=options, listener=listener, traffic=traffic,
        tools=tools or Tools(Sslyze(transport.origin), Schemathesis(api, _SEED)),
    )  # fmt: skip


def assess(
    assessment: Assessment,
    identities: Sequence[Identity],
    checks: Sequence[Check] = CHECKS,
    progress: Progress = unwatched,
) -> Assessed:
    """Explore, run the checks, and take away what was made, whatever happens."""
    outcome = Outcome()
    try:
        progress(Moment("logging in"))
        assessment.explore(identities, progress)
        run(assessment, checks, outcome, progress)
    except KeyboardInterrupt:
        assessment.probe.interrupt()
    finally:
        progress(Moment("taking away what was made", assessment.probe.total, len(outcome.findings)))
        left = assessment.clean()
    return Assessed(outcome, left)


def _given(wanted: Wanted, origin: str, api: Api) -> tuple[Given, ...]:
    operations = {str(each.id): (each.method, each.template) for each in api.every}
    operations |= {f"{each.method} {each.template}": (each.method, each.template) for each in api.every}
    return read_identities(
        origin,
        options=wanted.identities,
        files=wanted.identity_files,
        auth=wanted.auth_files,
        operations=operations,
        environment=os.environ,
        insecure=wanted.insecure,
    )


def _identities(given: Sequence[Given], assessment: Assessment) -> list[Identity]:
    """Identities that can log in. Raises ConfigError for those that need an operation that was not recognised."""
    api, door = assessment.api, assessment.doors.log_in
    problems = [
        Problem("<options>", "--identity", f"`{each.name}` logs in through {THROUGH_DOOR}, and none was recognised",
                "say how it logs in with `--identity NAME=steps:FILE`")
        for each in given
        if each.needs_door and door is None
    ]  # fmt: skip
    if problems:
        raise ConfigError(problems)
    return [
        each.identity(logging_in(api, door, *each.secret) if door is not None and each.secret is not None else None)
        for each in given
    ]


def _reach(transport: Transport, base: str) -> None:
    """Raises GatewayError where the target does not answer."""
    answer = transport.send(Call("GET", f"{base}/"))
    if answer.fault and not answer.status:
        raise GatewayError(f"{transport.origin} cannot be assessed: {answer.fault}")


def _served(nearby: Nearby, base: str) -> str:
    """Where the API serves its own description. Raises ConfigError where it does not."""
    for path in dict.fromkeys((*(f"{base}{each}" for each in _DESCRIPTIONS), *_DESCRIPTIONS)):
        answer = nearby.get(path)
        if answer.is_success and b"openapi" in answer.body[:2000]:
            return f"{nearby.origin}{path}"
    message = "is not given, and the API serves no description where it would be looked for"
    raise option_error("--contract", message, "give a file or a URL")


def _clean_earlier(journal: Leftovers, assessment: Assessment, identities: Sequence[Identity]) -> None:
    """Take away what an assessment made that was interrupted before it could do so itself."""
    api, door = assessment.api, assessment.doors.log_in
    people = {each.name: each for each in identities}
    for made in journal.standing():
        identity = people.get(made.identity)
        if identity is None and made.secret is not None and door is not None:
            identity = Identity(made.identity, logging_in(api, door, *made.secret), is_throwaway=True)
        if identity is None and made.identity:
            continue
        try:
            answer = assessment.probe.delete(made.url, identity).answer
        except Stop:
            continue
        if answer.is_success or answer.status in (401, 404, 410):
            journal.gone(made)
