"""Evidence of a policy: what enforces each requirement, what tested it last and what is missing, gathered."""

import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec

from garrison.adapters.detection_rules import load_rules
from garrison.adapters.store.findings import Findings
from garrison.assess.checks.catalogue import CHECKS
from garrison.audit.catalogue import RULES
from garrison.audit.run import audit
from garrison.config.model import Settings
from garrison.contract.described import Description
from garrison.controls.catalogue import CONTROLS
from garrison.core.evidence import Dossier
from garrison.core.findings_report import Listed, Outcome, Ran, Report, in_order
from garrison.core.printable import without_password
from garrison.engine.plan import Policy
from garrison.evidence.gather import Known, gather


class Gathered(msgspec.Struct, frozen=True):
    """The evidence, and what it was gathered from."""

    dossier: Dossier
    reports: tuple[Report, ...]
    """The audit of the policy's contract; of each target the last assessment, with what stands since earlier ones."""


def evidence(settings: Settings, policy: Policy, documents: Mapping[str, bytes], data: Path) -> Gathered:
    """The evidence of `policy`: its contract, read from `documents`, is audited anew; `data` holds the findings.

    Raises ConfigError where detection rules cannot be used, RecordError where the history cannot be read.
    """
    now = time.time()
    audited = _audited(settings, documents, now)
    reports = (*((audited,) if audited is not None else ()), *_assessed(data, now))
    is_detecting = settings.detect.mode != "off"
    labels = load_rules(settings.detect).labels if is_detecting else {}
    known = Known(
        settings,
        policy,
        CONTROLS,
        {**{str(each.id): each.tags for each in CHECKS}, **{str(each.id): each.tags for each in RULES}},
        {str(name): label.tags for name, label in labels.items()},
        reports,
        now,
    )
    dossier = Dossier(
        made=now,
        version=version("garrison"),
        policy=policy.digest,
        mode=str(policy.mode),
        contract=without_password(settings.contract.file),
        title=audited.title if audited is not None else "",
        operations=len(policy.plans),
        requirements=gather(known),
    )
    return Gathered(dossier, reports)


def _audited(settings: Settings, documents: Mapping[str, bytes], now: float) -> Report | None:
    """What reading the contract finds; None where there is none."""
    contract = settings.contract
    if not contract.file:
        return None
    found = audit(Description(contract.file, contract.overlays, read=documents.__getitem__))
    counts: dict[str, int] = {}
    for each in found.findings:
        counts[each.check] = counts.get(each.check, 0) + 1
    return Report(
        kind="audit",
        target=without_password(contract.file),
        started=now,
        ended=now,
        version=version("garrison"),
        contract=without_password(contract.file),
        title=found.title,
        checks=tuple(Ran(each.id, Outcome.TESTED, is_whole=True, found=counts.get(each.id, 0)) for each in RULES),
        findings=in_order(tuple(map(Listed, found.findings))),
        score=found.scored()[0],
    )


def _assessed(data: Path, now: float) -> tuple[Report, ...]:
    with Findings(data, is_read=True) as history:
        found = [(target, history.last_report(target, "assessment")) for target in history.targets()]
        return tuple(
            _with_earlier(report, [each.listed for each in history.kept(now, target=target, fixed=False)])
            for target, report in found
            if report is not None
        )


def _with_earlier(report: Report, standing: Sequence[Listed]) -> Report:
    """A run with what was found before it and was not tested again: it is not mended because nobody looked."""
    known = {each.finding.fingerprint for each in report.findings}
    left = [each for each in standing if each.finding.fingerprint not in known]
    return msgspec.structs.replace(report, findings=in_order((*report.findings, *left)))
