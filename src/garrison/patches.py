"""Proving virtual patches: the finding's own check, sent through a real gateway with the patch in front of the API,
finds nothing any more, and what is benign is answered as it was. What is not proven is not installed."""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from garrison.adapters.envoy.child import guard_running
from garrison.adapters.recorded.compare import Change, change_of
from garrison.adapters.recorded.exchange import RecordedExchange, request_head
from garrison.adapters.recorded.play import decide_request, play
from garrison.adapters.sources import read_source
from garrison.adapters.store.query import events
from garrison.assessing import Wanted, perform
from garrison.config.load import placed_in
from garrison.config.model import Settings
from garrison.config.overrides import matches
from garrison.config.virtual_patch import with_patches, with_policies
from garrison.core.decision import Mode
from garrison.core.errors import ConfigError, Problem, cause_of
from garrison.core.event import Event
from garrison.core.finding import Finding, Step
from garrison.core.findings_report import Again, Benign, Outcome, Report
from garrison.core.operation import UNDESCRIBED, Operation
from garrison.core.patch import Patch, Proof
from garrison.engine.plan import Policy
from garrison.patching.catalogue import cures, why_not
from garrison.patching.situation import Situation
from garrison.patching.strip import with_more
from garrison.patching.unchanged import Broken, broken, is_whole, named_of
from garrison.wiring import build_policy, load_contract

Say: TypeAlias = Callable[[str], None]
"""Told what is being done."""

_BOUNDS: Final = "request-limits"
_WHO: Final = frozenset({"authentication", "object-access", "function-access", "field-access", "issued-ids"})
"""Controls that decide by who asks."""
_MOST_EXAMPLES: Final = 3
_MOST_MORE: Final = 8
"""Times that a patch is widened for what the check finds next."""
_PACE: Final = 30.0
"""Seconds between kept exchanges as they are played: so nobody runs into a limit by being played."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a patch is proven with."""

    finding: Finding
    wanted: Wanted
    """How its check is run: the target, the contract, identities."""
    settings: Settings
    """The gateway's own, the patches that are there already included."""
    benign: tuple[Benign, ...] = ()
    """Benign exchanges that were kept with the run that found it."""
    traffic: tuple[RecordedExchange, ...] = ()
    """Recorded traffic that must be decided as before."""
    owner: str = ""
    expires: str = ""
    now: float
    assess: Callable[[Wanted], Report] = perform
    """Runs an assessment."""


class Attempt(msgspec.Struct, frozen=True):
    """What came of proving one patch."""

    patch: Patch
    """With its proof where it is proven."""
    state: Literal["proven", "open", "breaks"]
    """`open`: the check still finds something."""
    why: str = ""
    broken: Broken | None = None


class Outlook(msgspec.Struct, frozen=True):
    """What is known of a finding before it is patched."""

    state: Literal["open", "mended", "refused", "unseen", "untested"]
    """`refused`: the API has it still, and the gateway's policy refuses it as it is. `unseen`: the API has it still,
    its check does not find it through the gateway, and nothing shows that the gateway refuses it. `untested`: its check
    could not be made where it was found, so nothing is known."""
    report: Report
    """Of the check through the gateway without the patch."""


def situation_of(asked: Asked) -> Situation:
    """What cures are chosen from. Raises DescriptionError where the contract cannot be used."""
    knows = bool(asked.settings.controls.authentication.schemes)
    return Situation(asked.finding, _operation(asked), knows)


def candidates(asked: Asked) -> Iterator[Patch]:
    """Patches that may close the finding, the least first, signed by who asked for them."""
    since = time.strftime("%Y-%m-%d", time.gmtime(asked.now))
    for each in cures(situation_of(asked)):
        yield replace(each, owner=asked.owner, since=since, expires=asked.expires)


def why_none(asked: Asked) -> str:
    """Why there is no patch for the finding."""
    return why_not(situation_of(asked))


def outlook(asked: Asked) -> Outlook:
    """Whether the gateway as it is lets the finding through, and whether the API has it at all.

    Raises GatewayError, ConfigError, DescriptionError.
    """
    report, seen = _through(asked, ())
    if _found(report, asked.finding):
        return Outlook("open", report)
    direct = asked.assess(replace(asked.wanted, only=(asked.finding.check,), data=None))
    if not _found(direct, asked.finding):
        return Outlook("mended" if Again(direct).was_tested(asked.finding) else "untested", report)
    return Outlook("refused" if _is_refused(asked, seen) else "unseen", report)


def _is_refused(asked: Asked, seen: Iterable[Event]) -> bool:
    """Whether the policy as it is refuses what shows the finding: a request of its proof, or an answer there.

    That the check finds nothing is not enough: other requests of the check may be what is refused. A request that was
    too long to be kept cannot be asked about; where one of that operation is refused for its size, it is that one.
    """
    policy = _policy(asked, ())
    requests = (_recorded(asked, str(at), step, at) for at, step in enumerate(asked.finding.proof))
    if any(each is not None and not decide_request(policy, each).allowed for each in requests):
        return True
    is_cut = any(not is_whole(f"{step.url}{step.body}") for step in asked.finding.proof)
    of_it = (each for each in seen if each.operation == asked.finding.operation)
    return any(
        reason.location.startswith("response") or (is_cut and reason.control == _BOUNDS)
        for each in of_it
        for reason in each.reasons
    )


def search(asked: Asked, patches: Iterable[Patch], before: Report, say: Say) -> Iterator[Attempt]:
    """Prove one patch after another until one is proven, which comes last."""
    for patch in patches:
        say(f"trying: {patch.cure}")
        attempt = prove(asked, patch, before)
        yield attempt
        if attempt.state == "proven":
            return


def prove(asked: Asked, patch: Patch, before: Report) -> Attempt:
    """Whether the patch closes the finding and breaks nothing; one that takes out a field takes out what the check
    finds next as well."""
    for _ in range(_MOST_MORE):
        harm, played = _replayed(asked, patch)
        if harm is not None:
            return Attempt(patch, "breaks", f"it would break {harm.exchange}", harm)
        after, seen = _through(asked, (patch,))
        left = _left(before, after, asked.finding)
        wider = with_more(patch, left)
        if wider is None:
            return _judged(asked, patch, _Tried(before, after, seen, left, played))
        patch = wider
    return Attempt(patch, "open", "the check finds something else each time")


class _Tried(NamedTuple):
    """What was seen as a patch was tried."""

    before: Report
    after: Report
    decided: Sequence[Event]
    """By the gateway with the patch."""
    left: Sequence[Finding]
    played: int
    """Exchanges that were decided as before."""


def _judged(asked: Asked, patch: Patch, tried: _Tried) -> Attempt:
    before, after = tried.before, tried.after
    if tried.left:
        return Attempt(patch, "open", f"the check still finds: {tried.left[0].says}")
    harm = broken(before.benign, after.benign, patch)
    if harm is not None:
        return Attempt(patch, "breaks", f"it would break {harm.exchange}: {harm.why}", harm)
    refusals = [each for each in tried.decided if _by_patch(each, patch)]
    # an answer that was mended leaves the check nothing to look at; any other that sends something has to be made
    is_gone = bool((patch.strip and refusals) or patch.headers)
    if not refusals and not patch.headers:
        return Attempt(patch, "open", "nothing that the check sent was refused by it: something else is different")
    if not is_gone and _sent(before, asked.finding) and not _ran(after, asked.finding):
        return Attempt(patch, "open", "the check could not be made through the patch, so nothing is known")
    proof = Proof(
        at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        target=asked.wanted.url,
        refused=len(refusals),
        examples=tuple(dict.fromkeys(map(_told, refusals)))[:_MOST_EXAMPLES],
        benign=len(before.benign) + tried.played,
        recorded=len(asked.traffic),
    )
    return Attempt(replace(patch, proof=proof), "proven")


# -- through a gateway


def _through(asked: Asked, patches: Sequence[Patch]) -> tuple[Report, list[Event]]:
    """What the finding's check finds through a gateway with these patches more, and what the gateway decided."""
    parts = urlsplit(asked.wanted.url)
    with tempfile.TemporaryDirectory(prefix="garrison-proof-") as name:
        folder = Path(name)
        settings = for_proof(asked.settings, asked.wanted, patches)
        with guard_running(folder, settings) as url:
            through = replace(asked.wanted, url=f"{url}{parts.path}", only=(asked.finding.check,), data=None)
            report = asked.assess(through)
        return report, list(events(folder / "data", newest_first=False))


def for_proof(settings: Settings, wanted: Wanted, patches: Sequence[Patch]) -> dict[str, Any]:
    """garrison.yaml of the gateway that a proof is made with: the operator's policy in front of the target.

    Where the operator's gateway only monitors, the patches alone are enforced.
    """
    parts = urlsplit(wanted.url)
    settings = with_patches(settings, patches)
    told: dict[str, Any] = placed_in(msgspec.json.decode(msgspec.json.encode(settings)), str(Path.cwd()))
    if settings.mode == "monitor":
        for name, own in told["controls"].items():
            if name != "virtual-patch" and own.get("mode") != Mode.OFF:
                own["mode"] = "monitor"
    if wanted.contract and not told["contract"]["file"]:
        told["contract"]["file"] = wanted.contract if "://" in wanted.contract else str(Path(wanted.contract).resolve())
        told["contract"]["overlays"] = [str(Path(each).resolve()) for each in wanted.overlays]
    upstream = told["upstream"]
    upstream["url"] = f"{parts.scheme}://{parts.netloc}"
    upstream["health-check"] = None
    if parts.scheme == "http":
        upstream.pop("tls")
    elif wanted.insecure:
        upstream["tls"]["unsafe-skip-verification"] = True
    return {
        "mode": "enforce", "contract": told["contract"], "controls": told["controls"], "operations": told["operations"],
        "upstream": upstream, "listen": {"address": "127.0.0.1:0", "workers": 1}, "data": "data",
        "detect": {"mode": "off"},
    }  # fmt: skip


def _found(report: Report, finding: Finding) -> bool:
    return any(each.finding.fingerprint == finding.fingerprint for each in report.findings)


def _left(before: Report, after: Report, finding: Finding) -> list[Finding]:
    """What the check still finds where the finding was made: itself, and what it did not find before."""
    known = {each.finding.fingerprint for each in before.findings} - {finding.fingerprint}
    return [
        each.finding
        for each in after.findings
        if each.finding.operation == finding.operation and each.finding.fingerprint not in known
    ]


def _ran(report: Report, finding: Finding) -> bool:
    return any(each.check == finding.check and each.outcome is Outcome.TESTED for each in report.checks)


def _sent(report: Report, finding: Finding) -> int:
    """Requests that the check sent beside those of the walk through the API."""
    return sum(each.requests for each in report.checks if each.check == finding.check)


def _by_patch(event: Event, patch: Patch) -> bool:
    """Whether an exchange was refused or changed by what the patch brought in."""
    changed = _controls_of(patch)
    for reason in event.reasons:
        if reason.control in changed:
            return True
        if reason.control == "virtual-patch" and reason.detail in ("", f"`{patch.id}`"):
            return True
    return False


def _controls_of(patch: Patch) -> set[str]:
    """The controls that a patch changes."""
    changed = {*patch.policy.get("controls", {})}
    for entry in patch.policy.get("operations", ()):
        changed |= set(entry.get("controls", {}))
    return changed


def _told(event: Event) -> str:
    reason = event.reasons[0]
    place = f" at {reason.location}" if reason.location else ""
    return f"{event.method} {event.template or UNDESCRIBED}: {reason.control}/{reason.id}{place}"


# -- without a network


def _replayed(asked: Asked, patch: Patch) -> tuple[Broken | None, int]:
    """The first exchange, kept or recorded, that the policy would decide otherwise with the patch; how many were
    compared."""
    before, after = (_policy(asked, patches) for patches in ((), (patch,)))
    compared = 0
    for each in _kept(asked, patch):
        old, new = decide_request(before, each), decide_request(after, each)
        if old.allowed:
            compared += 1
            if not new.allowed:
                return Broken(str(each.id), _why(new)), compared
    for each in asked.traffic:
        change = change_of(play(before, each).event, new := play(after, each).event)
        compared += 1
        if change is Change.NEWLY_DENIED:
            named = f"exchange {each.id}: {each.request.method} {each.request.target.partition('?')[0]}"
            return Broken(named, _why(new)), compared
    return None, compared


def _why(event: Event) -> str:
    reason = event.reasons[0]
    return f"{reason.control} says `{reason.id}`" + (f" at {reason.location}" if reason.location else "")


def _policy(asked: Asked, patches: Sequence[Patch]) -> Policy:
    told = for_proof(asked.settings, asked.wanted, patches)
    settings = with_policies(msgspec.convert(told, Settings), asked.now)
    return build_policy(settings, read=read_source)


def _kept(asked: Asked, patch: Patch) -> Iterator[RecordedExchange]:
    """The kept exchanges as recorded ones: of those whose body was kept whole. Credentials are not kept: where a patch
    is about who asks, what was asked with one can only be compared through a gateway."""
    is_about_who = not _WHO.isdisjoint(_controls_of(patch)) or patch.unless_roles or patch.unless_scopes
    for index, benign in enumerate(asked.benign):
        if is_about_who and not all(is_whole(value) for _, value in benign.step.headers):
            continue
        recorded = _recorded(asked, named_of(benign), benign.step, index)
        if recorded is not None:
            yield recorded


def _recorded(asked: Asked, name: str, step: Step, index: int) -> RecordedExchange | None:
    """A step's request as a recorded one; None where it was not kept whole."""
    if not is_whole(f"{step.url}{step.body}") or any("multipart/" in value for _, value in step.headers):
        return None
    body = step.body.encode() if step.body else None
    fields = [("host", urlsplit(asked.wanted.url).netloc), *step.headers]
    if body is not None:
        fields.append(("content-length", str(len(body))))
    head = request_head(step.method, step.url, fields, has_body=body is not None)
    return RecordedExchange(name, head, asked.now + index * _PACE, body)


def _operation(asked: Asked) -> Operation | None:
    """The finding's operation as the gateway's contract describes it."""
    settings = asked.settings
    if not settings.contract.file:
        settings = replace(
            settings, contract=replace(settings.contract, file=asked.wanted.contract, overlays=asked.wanted.overlays)
        )
    try:
        contract = load_contract(settings, read_source)
    except OSError as error:
        raise ConfigError([Problem(settings.contract.file, "$", f"cannot be read: {cause_of(error)}")]) from error
    finding = asked.finding
    if contract is None or finding.operation is None:
        return None
    described = [each.operation for each in contract.catalogue.operations]
    named = next((each for each in described if each.id == finding.operation), None)
    return named or next((each for each in described if matches(f"{finding.method} {finding.template}", each)), None)
