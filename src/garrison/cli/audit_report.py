"""An audit as a report: what SARIF and the page are made of."""

from importlib.metadata import version

from garrison.audit.rule import Rule
from garrison.audit.run import Audit, by_rule
from garrison.audit.suppress import Judged
from garrison.cli.output import NAME
from garrison.core.finding import State
from garrison.core.findings_report import Explained, Listed, Outcome, Ran, Report, in_order


def report_of(audit: Audit, judged: Judged, rules: tuple[Rule, ...], moment: float) -> Report:
    """The report of an audit that was made at `moment`, in seconds since the epoch."""
    counted = by_rule(judged.counted)
    listed = [Listed(each.finding) for each in judged.counted]
    accepted = [
        Listed(each.finding, State.ACCEPTED, accepted_until=one.until, accepted_why=one.reason)
        for each, one in judged.accepted
    ]
    return Report(
        kind="audit",
        target=audit.shown,
        started=moment,
        ended=moment,
        version=version(NAME),
        contract=audit.shown,
        title=audit.title,
        checks=tuple(Ran(each.id, Outcome.TESTED, found=len(counted.get(each.id, ()))) for each in rules),
        explained=tuple(
            Explained(each.id, each.title, each.severity, tags=each.tags, why=each.why, mend=each.mend)
            for each in rules
        ),
        findings=in_order((*listed, *accepted)),
        score=audit.scored(judged.counted)[0],
    )
