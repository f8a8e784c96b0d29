"""Gathering: means, trials and gaps of every requirement."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from garrison.config.model import Settings
from garrison.config.virtual_patch import is_over
from garrison.core.counted import counted
from garrison.core.decision import Mode
from garrison.core.evidence import Evidence, Force, Means, Open, Standing, Trial
from garrison.core.finding import State
from garrison.core.findings_report import Listed, Outcome, Report
from garrison.core.patch import Patch
from garrison.core.requirements import REQUIREMENTS, Requirement, tag_of
from garrison.engine.control import ControlSpec
from garrison.engine.plan import Entry, Policy
from garrison.evidence.settings import settings_of

STALE: Final = 90
"""Days after which a test is told to be old."""
_DAY: Final = 86_400.0


class Known(msgspec.Struct, frozen=True):
    """All that evidence is gathered from."""

    settings: Settings
    policy: Policy
    controls: Sequence[ControlSpec]
    checks: Mapping[str, tuple[str, ...]]
    """Tags of every check and every rule of the audit, by id."""
    detections: Mapping[str, tuple[str, ...]]
    """Tags of the detection rules that report, by id; none where detection is off."""
    reports: Sequence[Report]
    """The last run of each kind at each target."""
    now: float
    """Seconds since the epoch."""


def gather(known: Known) -> tuple[Evidence, ...]:
    """The evidence of every requirement, in the order of their catalogues."""
    return tuple(_evidence(each, known) for each in REQUIREMENTS)


def _evidence(requirement: Requirement, known: Known) -> Evidence:
    tag = requirement.tag
    controls = tuple(_controls(tag, known))
    settings = tuple(settings_of(tag, known.settings))
    detections = tuple(
        Means(name, "detection", Force.MONITORED, "tells of it, and response acts on that")
        for name, tags in known.detections.items()
        if tag in map(tag_of, tags)
    )
    checks = tuple(name for name, tags in known.checks.items() if tag in map(tag_of, tags))
    closed = closing(known.settings, known.now)
    patches = tuple(_patch(each) for each in closed.values() if each.check in checks)
    trials = tuple(trial for report in known.reports if (trial := _trial(report, checks, closed)) is not None)
    missing = (*_unforced((*controls, *settings, *patches)), *_untried(checks, trials, known.now))
    means = (*controls, *settings, *patches, *detections)
    return Evidence(
        requirement.id, requirement.title, _standing(means, trials, missing), means, trials, checks, missing
    )


def _standing(means: Sequence[Means], trials: Sequence[Trial], missing: Sequence[str]) -> Standing:
    if not missing:
        return Standing.MET
    if any(each.force in (Force.ENFORCED, Force.PARTLY) for each in means):
        return Standing.PARTLY
    is_seen = any(each.force is Force.MONITORED for each in means) or any(each.tested for each in trials)
    return Standing.SEEN if is_seen else Standing.MISSING


# -- what enforces


def _controls(tag: str, known: Known) -> Iterator[Means]:
    for control in known.controls:
        if tag in map(tag_of, control.tags):
            plans = (*known.policy.plans, known.policy.undescribed)
            entries = [entry for plan in plans for entry in plan.entries if entry.control == control.id]
            yield _control(control, entries)


def _control(control: ControlSpec, entries: Sequence[Entry]) -> Means:
    """Requests that no operation matches count as one operation more: for some controls they are what it is about."""
    active = [entry for entry in entries if entry.state == "active"]
    enforced = sum(entry.mode is Mode.ENFORCE for entry in active)
    off = sum(entry.state == "off" for entry in entries)
    if not active:
        force = Force.OFF if off else Force.IDLE
        return Means(control.id, "control", force, "is off" if off else "has nothing to do in any operation")
    parts = [f"enforced in {enforced}"] if enforced else []
    parts += [f"monitored in {len(active) - enforced}"] if enforced < len(active) else []
    parts += [f"off in {off}"] if off else []
    says = f"{', '.join(parts)} of {len(entries)} operations" + (
        f"; it has nothing to do in {idle}" if (idle := len(entries) - len(active) - off) else ""
    )
    is_whole = enforced == len(active) and not off
    force = Force.ENFORCED if is_whole else Force.PARTLY if enforced else Force.MONITORED
    return Means(control.id, "control", force, says)


def closing(settings: Settings, now: float) -> Mapping[str, Patch]:
    """By fingerprint of a finding, the virtual patch that closes it: one that was proven, has not ended and is
    enforced."""
    own = settings.controls.virtual_patch
    if settings.mode != "enforce" or own.mode not in (None, Mode.ENFORCE):
        return {}
    return {each.finding: each for each in own.patches if each.finding and each.proof and not is_over(each, now)}


def _patch(patch: Patch) -> Means:
    """A patch meets no requirement for good: it closes one place, until the API is mended."""
    until = f"until {patch.expires}" if patch.expires else "until it is taken out"
    proven = f", proven on {patch.proof.at[:10]}" if patch.proof is not None else ""
    says = f"closes one finding of `{patch.check}` {until}{proven}; the API is to be mended"
    return Means(f"virtual-patch {patch.id}", "patch", Force.PARTLY, says)


def _unforced(means: Sequence[Means]) -> Iterator[str]:
    if not means:
        yield "no control and no setting enforces it"
    elif not any(each.force in (Force.ENFORCED, Force.PARTLY) for each in means):
        yield "nothing enforces it: " + "; ".join(f"`{each.name}`: {each.says}" for each in means)
    else:
        weak = [each for each in means if each.force is not Force.ENFORCED]
        yield from (f"`{each.name}`: {each.says}" for each in weak)


# -- what tested it


def _trial(report: Report, checks: Sequence[str], closed: Mapping[str, Patch]) -> Trial | None:
    """What a run says of checks; None where it knows none of them."""
    ran = [each for each in report.checks if each.check in checks]
    if not ran:
        return None
    tested, untested, idle = (
        tuple(str(each.check) for each in ran if each.outcome is outcome)
        for outcome in (Outcome.TESTED, Outcome.UNTESTED, Outcome.NOT_APPLICABLE)
    )
    findings = tuple(_open(each, closed) for each in report.standing if each.finding.check in checks)
    day = dt.datetime.fromtimestamp(report.started, dt.UTC).date().isoformat()
    return Trial(report.kind, report.target, day, tested, untested, idle, findings)


def _open(listed: Listed, closed: Mapping[str, Patch]) -> Open:
    finding = listed.finding
    place = f"{finding.method} {finding.template}".strip() or (
        finding.source.path if finding.source is not None else ""
    )
    is_accepted = listed.state is State.ACCEPTED
    return Open(
        finding.fingerprint,
        str(finding.check),
        str(finding.severity),
        finding.title,
        place,
        listed.accepted_until if is_accepted else "",
        listed.accepted_why if is_accepted else "",
        closed[finding.fingerprint].id if finding.fingerprint in closed else "",
    )


def _untried(checks: Sequence[str], trials: Sequence[Trial], now: float) -> Iterator[str]:
    if not checks:
        yield "no check tests it"
        return
    tried = [each for each in trials if each.tested]
    if not tried:
        yield "none of its checks has run: `garrison assess URL --data DIR`"
        return
    left = [each for each in checks if not any(each in (*one.tested, *one.untested, *one.idle) for one in trials)]
    if left:
        yield f"{len(left)} of its {len(checks)} checks never ran: `garrison assess URL --data DIR`"
    yield from _old(tried, now)
    for each in tried:
        standing = [one for one in each.findings if not one.accepted_until and not one.patch]
        if standing:
            count = counted(len(standing), "finding stands", "findings stand")
            yield f"{count} in the {each.kind} of {each.target}"
        if each.untested:
            yield f"could not be tested in the {each.kind} of {each.target}: {', '.join(each.untested)}"


def _old(tried: Iterable[Trial], now: float) -> Iterator[str]:
    last = max(each.day for each in tried)
    days = int((now - dt.datetime.fromisoformat(last).replace(tzinfo=dt.UTC).timestamp()) / _DAY)
    if days > STALE:
        yield f"it was tested last on {last}, {days} days ago"
