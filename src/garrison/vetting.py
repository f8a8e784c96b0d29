"""Vetting an API of somebody else: its contract is read, its server is glanced at, and nothing is attacked."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec

from garrison.adapters.probing.nearby import Nearby
from garrison.adapters.probing.origin import split_url
from garrison.adapters.probing.tls import Sslyze
from garrison.adapters.probing.transport import HttpTransport
from garrison.adapters.sources import read_source
from garrison.adapters.store.files import make_directory
from garrison.adapters.store.findings import Findings
from garrison.assess.assessment import Assessment
from garrison.assess.call import Answer
from garrison.assess.check import Check
from garrison.assess.checks.communication import (
    cookie_flags,
    hsts_missing,
    plain_http,
    redirect_to_plain,
    tls_certificate,
    tls_flaw,
    tls_old_version,
    tls_weak_cipher,
)
from garrison.assess.checks.configuration import cors_any_origin, json_as_page, nosniff_missing, version_banner
from garrison.assess.glimpse import Glimpse
from garrison.assess.probe import Limits
from garrison.assess.run import Outcome as Outcomes
from garrison.assess.run import run
from garrison.assess.sampling import Sampler
from garrison.assess.target import Api, Target
from garrison.assess.tools import Tools
from garrison.assessing import begin
from garrison.audit.catalogue import RULES
from garrison.audit.run import Audit, audit
from garrison.audit.walk import Reading
from garrison.contract import load
from garrison.contract.described import Description
from garrison.contract.documents import is_url
from garrison.core.counted import counted
from garrison.core.errors import ConfigError, GatewayError, Problem, cause_of, option_error
from garrison.core.finding import CheckId, Finding, Untested
from garrison.core.findings_report import Covered, Explained, Listed, Outcome, Ran, Report, in_order
from garrison.core.opinion import Opinion
from garrison.core.printable import without_password
from garrison.exposure.types.rule import words
from garrison.report.assessed import explained
from garrison.vet.judge import ORDER, Weighed, judge
from garrison.vet.needed import EXPLAINED, Held, hold
from garrison.vet.needs import Need, needs_of, read_needs
from garrison.vet.personal_fields import Fields

CHECKS: Final[tuple[Check, ...]] = (
    plain_http.CHECK,
    tls_old_version.CHECK,
    tls_weak_cipher.CHECK,
    tls_certificate.CHECK,
    hsts_missing.CHECK,
    redirect_to_plain.CHECK,
    cookie_flags.CHECK,
    cors_any_origin.CHECK,
    nosniff_missing.CHECK,
    json_as_page.CHECK,
    version_banner.CHECK,
)
"""Those of an assessment that only look."""
MOST_REQUESTS: Final = 12
"""Requests that one vetting sends, each of them GET."""
_TARGETS: Final = 2
"""Operations that are called."""
_DESCRIPTIONS: Final = ("/openapi.json", "/openapi.yaml", "/v3/api-docs")
"""Where APIs serve their own description."""
_CALLING: Final = MOST_REQUESTS - 1 - len(_DESCRIPTIONS)
_COSTLY: Final = frozenset(
    {"callback", "confirm", "download", "export", "login", "logout", "poll", "report", "reports", "send", "stream",
     "subscribe", "sync", "unsubscribe", "verify", "webhook"}
)  # fmt: skip
"""Words of operations that are not called although they read: they cost, wait, or do something after all."""
_NO_ADDRESS: Final = "no address of its server was given, so that nothing was sent"
_NO_CONTRACT: Final = "no contract was given, and its server gives none where it would be looked for"
_NO_OPERATION: Final = "its contract describes no operation"
_NO_NEEDS: Final = "it is not known what is needed of it: `--needs` says so"
_NO_ATTACK: Final = "known attacks on TLS are not tried on an API of somebody else"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be vetted."""

    place: str
    """URL of the API, or path or URL of its contract."""
    contract: str = ""
    """Path or URL of the contract, where `place` is the API's URL."""
    overlays: tuple[str, ...] = ()
    needs: str = ""
    """What of it is needed: a file that lists it, or a contract of just that; empty where nobody says."""
    timeout: float = 10.0
    """Seconds that one exchange may take in all."""
    data: Path | None = None
    """Where the history is kept; None to keep none."""


class _Found(msgspec.Struct, frozen=True):
    """Where the API and its contract are."""

    contract: str = ""
    origin: str = ""
    """Empty where nothing is to be sent."""
    base: str = ""
    requests: int = 0
    elsewhere: str = ""
    """Where its contract says that the API is, if that is another server than gave the contract."""


class _Seen(msgspec.Struct, frozen=True):
    """What a glance at the server gave."""

    findings: tuple[Finding, ...] = ()
    ran: tuple[Ran, ...] = ()
    operations: tuple[Covered, ...] = ()
    untested: tuple[Untested, ...] = ()
    requests: int = 0


class _Contract(msgspec.Struct, frozen=True):
    """What reading the contract gave."""

    audit: Audit
    held: Held
    fields: Fields


def vet(wanted: Wanted, tools: Callable[[str], Tools] | None = None) -> Report:
    """Look at an API of somebody else, and say what to think of it.

    At most `MOST_REQUESTS` GET requests are sent, without a credential, beside the handshakes that show how its server
    speaks TLS. `tools` makes what looks at TLS, from the origin. Raises ConfigError and DescriptionError where
    something was given wrongly, GatewayError where the server cannot be reached, RecordError where the history cannot
    be kept.
    """
    started = time.time()
    with ExitStack() as stack:
        transport = _way(wanted, stack)
        named = (wanted.contract, *wanted.overlays)
        nearby = Nearby(transport, named) if transport is not None else None
        found = _find(wanted, nearby) if nearby is not None else _Found(wanted.place)
        source = nearby.read if nearby is not None and is_url(found.contract) else read_source
        description = Description(found.contract, wanted.overlays, read=source) if found.contract else None
        read = _read(description, wanted.needs) if description is not None else None
        seen = _Seen()
        if transport is not None and found.origin:
            made = tools or (lambda origin: Tools(Sslyze(origin, is_harmless=True)))
            seen = _glance(description, transport, found.base, made(transport.origin))
    found = msgspec.structs.replace(found, requests=nearby.requests if nearby is not None else 0)
    report = _report(found, description, read, seen, started, has_needs=bool(wanted.needs))
    if wanted.data is None:
        return report
    with Findings(make_directory(wanted.data)) as history:
        return history.take_in(report)


def _way(wanted: Wanted, stack: ExitStack) -> HttpTransport | None:
    """The way to the server that is named; None where none is. Raises ConfigError.

    Any certificate will do: nothing secret is sent, and the certificate is judged for itself.
    """
    if "://" not in wanted.place:
        if wanted.contract:
            message = f"`{wanted.place}` is no URL, and `--contract` names a contract as well"
            raise option_error("PLACE", message, "give the API's URL, or one contract")
        return None
    origin, _ = split_url(wanted.place)
    return stack.enter_context(HttpTransport(str(origin), timeout=wanted.timeout, insecure=True))


def _find(wanted: Wanted, nearby: Nearby) -> _Found:
    """Where the API and its contract are. Raises GatewayError where its server does not answer."""
    origin, base = split_url(wanted.place)
    at, place = str(origin), f"{origin}{base}"
    answer = nearby.get(base or "/")
    if answer.fault and not answer.status:
        raise GatewayError(f"{at} cannot be looked at: {answer.fault}")
    if wanted.contract:
        return _Found(wanted.contract, at, base)
    if _is_description(answer):
        served = _served_at(place, wanted.overlays, nearby)
        if urlsplit(served)[:2] != urlsplit(at)[:2]:
            return _Found(place, elsewhere=served)
        return _Found(place, at, urlsplit(served).path.rstrip("/"))
    paths = (f"{base}{path}" for path in _DESCRIPTIONS)
    found = next((path for path in paths if _is_description(nearby.get(path))), "")
    return _Found(f"{at}{found}" if found else "", at, base)


def _is_description(answer: Answer) -> bool:
    return answer.is_success and b"openapi" in answer.body[:2000] and answer.media_type != "text/html"


def _served_at(contract: str, overlays: Sequence[str], nearby: Nearby) -> str:
    """The URL at which a contract says that the API is; empty where it says nothing that can be used."""
    servers = Description(contract, tuple(overlays), read=nearby.read).root.value.get("servers")
    first = servers[0].get("url") if isinstance(servers, list) and servers and isinstance(servers[0], dict) else None
    return urljoin(contract, first) if isinstance(first, str) and "{" not in first else ""


def _read(description: Description, place: str) -> _Contract:
    reading = Reading(description)
    fields = Fields(reading)
    needs = _needs(place) if place else ()
    return _Contract(audit(description), hold(description, fields, needs), fields)


def _needs(place: str) -> tuple[Need, ...]:
    try:
        listed = read_needs(read_source(place), place)
    except OSError as error:
        raise ConfigError([Problem(place, "$", f"cannot be read: {cause_of(error)}")]) from error
    if listed is not None:
        return listed
    description = Description(place, read=read_source)
    return needs_of(description, Fields(Reading(description)))


# -- the server


def _glance(description: Description | None, transport: HttpTransport, base: str, tools: Tools) -> _Seen:
    """Call what may be called without fear, and let the checks look at what came."""
    api, targets = _callable(description, base)
    survey = Glimpse()
    limits = Limits(per_operation=_CALLING, in_all=_CALLING, is_safe=True)
    assessment = begin(api, transport, limits=limits, tools=tools, survey=survey)
    for target in targets:
        survey.note(assessment.probe.send(api.request(target)))
    outcome = Outcomes()
    run(assessment, CHECKS, outcome, lambda _: None)
    skipped = {each.check: each.why for each in assessment.untested if each.check is not None}
    counted = {check.id: sum(each.check == check.id for each in outcome.findings) for check in CHECKS}
    return _Seen(
        tuple(outcome.findings),
        tuple(_ran(check, skipped.get(check.id, ""), counted[check.id]) for check in CHECKS),
        tuple(_covered(assessment, target) for target in targets),
        (Untested(_NO_ATTACK, tls_flaw.CHECK.id),),
        assessment.probe.total,
    )


def _callable(description: Description | None, base: str) -> tuple[Api, Sequence[Target]]:
    """The API, and what of it is called: where nothing of it may be, just its address."""
    if description is not None:
        api = _api(description, base)
        targets = sorted((each for each in api.targets if _is_harmless(each)), key=_is_asked_for_credential)
        if targets:
            return api, targets[:_TARGETS]
    path = base or "/"
    alone = {"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": {path: {"get": {"responses": {}}}}}
    api = _api(Description("-", read=lambda _: msgspec.json.encode(alone)), "")
    return api, api.targets


def _api(description: Description, base: str) -> Api:
    nothing = {"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": {}}
    catalogue = load("-", read=lambda _: msgspec.json.encode(nothing)).catalogue
    return Api(description, catalogue, Sampler(description, 1, "vet"), base)


def _is_harmless(target: Target) -> bool:
    """Whether it reads, and reads without being told what."""
    said = {word for step in target.template.split("/") for word in words(step)} | set(words(target.id))
    asks = any(each.required for each in target.described.parameters)
    return target.method == "GET" and not target.variables and not asks and _COSTLY.isdisjoint(said)


def _is_asked_for_credential(target: Target) -> bool:
    return bool(target.described.security)


def _ran(check: Check, why: str, found: int) -> Ran:
    outcome = Outcome.UNTESTED if why and not found else Outcome.TESTED
    return Ran(check.id, outcome, why, is_whole=True, found=found)


def _covered(assessment: Assessment, target: Target) -> Covered:
    seen = assessment.survey.seen(target)
    statuses = tuple(sorted({each.answer.status for each in seen if each.answer.status}))
    why = "" if statuses else next((each.answer.fault for each in seen), "it was not called")
    return Covered(
        target.id, target.method, target.template, assessment.probe.sent[target.id], statuses, bool(statuses), why
    )


# -- the report


def _report(
    found: _Found,
    description: Description | None,
    read: _Contract | None,
    seen: _Seen,
    started: float,
    *,
    has_needs: bool,
) -> Report:
    weighed = [*(Weighed(each) for each in seen.findings), *(_weighed(read) if read is not None else ())]
    unseen = _unseen(found, seen, read, has_needs=has_needs)
    grade, concerns = judge(weighed, unseen)
    broken = len(description.problems) if description is not None else 0
    contract = without_password(found.contract)
    return Report(
        kind="vetting",
        target=f"{found.origin}{found.base}" if found.origin else contract,
        started=started,
        ended=time.time(),
        version=version("garrison"),
        contract=contract,
        title=read.audit.title if read is not None else "",
        requests=found.requests + seen.requests,
        safe=True,
        operations=seen.operations,
        checks=(*seen.ran, *_rules(read, has_needs=has_needs)),
        explained=_explained(),
        findings=in_order(tuple(Listed(each.finding) for each in weighed)),
        untested=(*seen.untested, *(Untested(why) for why in dict.fromkeys(unseen.values())), *_broken(broken)),
        score=read.audit.scored()[0] if read is not None else None,
        opinion=Opinion(
            grade,
            concerns,
            read.fields.summary() if read is not None else (),
            read.held.scopes if read is not None else (),
        ),
    )


def _weighed(read: _Contract) -> list[Weighed]:
    count = max(1, len(read.audit.operations))
    found = [Weighed(each.finding, each.users.bit_count() / count) for each in read.audit.found]
    return [*found, *(Weighed(each) for each in read.held.findings)]


def _unseen(found: _Found, seen: _Seen, read: _Contract | None, *, has_needs: bool) -> Mapping[str, str]:
    """Why questions were not, or not wholly, looked at."""
    unseen: dict[str, str] = {}
    if read is None or not read.audit.operations:
        why = _NO_CONTRACT if read is None else _NO_OPERATION
        unseen = {name: why for name in ORDER if name != "transport"}
    elif not has_needs:
        unseen["data"] = _NO_NEEDS
    elif read.held.blind:
        unseen["data"] = f"its contract does not say what {', '.join(read.held.blind)} takes or answers"
    skipped = {each.check: each.why for each in seen.ran if each.outcome is Outcome.UNTESTED}
    if not found.origin:
        there = f"`garrison vet {found.elsewhere} --contract {without_password(found.contract)}` looks at its server"
        unseen["transport"] = there if found.elsewhere else _NO_ADDRESS
    elif tls_certificate.CHECK.id in skipped and urlsplit(found.origin).scheme == "https":
        unseen["transport"] = skipped[tls_certificate.CHECK.id]
    return unseen


def _rules(read: _Contract | None, *, has_needs: bool) -> list[Ran]:
    """What became of the rules of the audit, and of what is held against needs."""
    found = [each.finding.check for each in read.audit.found] if read is not None else []
    held = [each.check for each in read.held.findings] if read is not None else []
    audited = [_told(each.id, found.count(each.id), "" if read is not None else _NO_CONTRACT) for each in RULES]
    why = _NO_CONTRACT if read is None else "" if has_needs else _NO_NEEDS
    return [*audited, *(_told(each.id, held.count(each.id), why) for each in EXPLAINED)]


def _told(check: str, found: int, why: str) -> Ran:
    return Ran(CheckId(check), Outcome.UNTESTED if why else Outcome.TESTED, why, is_whole=True, found=found)


def _explained() -> tuple[Explained, ...]:
    rules = (
        Explained(each.id, each.title, each.severity, tags=each.tags, why=each.why, mend=each.mend) for each in RULES
    )
    return (*map(explained, CHECKS), *rules, *EXPLAINED)


def _broken(count: int) -> tuple[Untested, ...]:
    places = counted(count, "place")
    return (Untested(f"{places} of the contract could not be read: `garrison audit` says which"),) if count else ()
