"""What `garrison audit` prints for people: findings by rule, then how many, then the score."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from garrison.adapters.audit_history import Audited
from garrison.audit.catalogue import RULES
from garrison.audit.run import Audit, Found, Scored, by_rule
from garrison.audit.suppress import Judged
from garrison.cli.moments import show_second
from garrison.cli.output import NARROW, columns
from garrison.core.counted import counted
from garrison.core.detection import Severity
from garrison.core.finding import OWASP
from garrison.core.printable import printable

_SHOWN = 3
"""Places of a rule that are shown."""
_LOWEST = 3
"""Operations whose scores are shown."""
_EARLIER = 3
"""Earlier scores that are shown."""


def told(audit: Audit, judged: Judged, earlier: Sequence[Audited], *, every: bool) -> Iterator[str]:
    """The whole text, line by line, none longer than `NARROW` where words allow it."""
    count = len(audit.operations)
    yield f"{audit.shown}: OpenAPI {audit.version}, {counted(count, 'operation')}"
    for check, found in by_rule(judged.counted).items():
        yield ""
        yield from _rule(check, found, every=every)
    yield ""
    yield from _counts(judged)
    yield ""
    yield from _scores(*audit.scored(judged.counted), earlier)


def by_severity(found: Iterable[Found]) -> dict[str, int]:
    """How many of each severity, the gravest first."""
    counted = Counter(each.finding.severity for each in found)
    return {each.value: counted[each] for each in reversed(Severity) if counted[each]}


def by_owasp(found: Iterable[Found]) -> dict[str, int]:
    """How many of each entry of the OWASP API Security Top 10."""
    counted = Counter(tag for each in found for tag in each.finding.tags)
    return {tag: counted[tag] for tag in OWASP if counted[tag]}


def _rule(check: str, found: list[Found], *, every: bool) -> Iterator[str]:
    rule = next(each for each in RULES if each.id == check)
    worst = found[0].finding
    entries = ", ".join(OWASP[tag].partition(":")[0] for tag in rule.tags if tag in OWASP)
    yield f"{worst.severity}  {check}: {rule.title}  ({entries})"
    shown = found if every else found[:_SHOWN]
    for each in shown:
        yield from _place(each)
    if len(found) > len(shown):
        yield f"         and {len(found) - len(shown)} more"
    yield from _wrapped("    mend ", rule.mend)


def _place(found: Found) -> Iterator[str]:
    finding = found.finding
    source = finding.source
    line = f"{source.line:>8} " if source is not None and source.line else " " * 9
    where = f"{finding.method} {finding.template}" if finding.method else source.path if source is not None else ""
    unsure = "" if finding.confidence == "high" else f" ({finding.confidence} confidence)"
    yield from _wrapped(line, printable(f"{where}: {finding.says}{unsure}"))


def _wrapped(head: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        NARROW,
        initial_indent=head,
        subsequent_indent=" " * 9,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _counts(judged: Judged) -> Iterator[str]:
    found = judged.counted
    if not found:
        yield "nothing is found"
    else:
        rules = {
            severity: {one.finding.check for one in found if one.finding.severity == severity} for severity in Severity
        }
        rows = [(name, str(count), str(len(rules[Severity(name)]))) for name, count in by_severity(found).items()]
        yield from columns(("severity", "findings", "rules"), rows)
        yield ""
        yield from columns(("OWASP", "findings"), [(OWASP[tag], str(count)) for tag, count in by_owasp(found).items()])
    if judged.accepted:
        yield f"{len(judged.accepted)} accepted"


def _scores(whole: int, each: Sequence[Scored], earlier: Sequence[Audited]) -> Iterator[str]:
    past = ", ".join(f"{one.score} on {show_second(one.time)[:10]}" for one in list(earlier)[-_EARLIER:])
    yield f"score {whole} of 100" + (f" (before: {past})" if past else "")
    lowest = sorted(each, key=lambda one: one.score)[:_LOWEST]
    if lowest and lowest[0].score < whole:
        yield printable("lowest: " + ", ".join(f"{one.method} {one.template} {one.score}" for one in lowest))
