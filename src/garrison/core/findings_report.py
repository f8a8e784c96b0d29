"""The report of one run of an assessment, an audit or a vetting: what was found, what was tested, and what was not.

Every form of it (terminal, SARIF, JUnit, OCSF, WFC, a page) is made of this one value and of nothing else.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal

import msgspec

from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding, State, Step, Untested
from garrison.core.ids import OperationId
from garrison.core.opinion import Opinion


class Explained(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a check or a rule of an audit says of the weakness that it finds."""

    id: CheckId
    title: str
    """The weakness in a few words, lower case."""
    severity: Severity
    family: str = "description"
    """`authorization`; of a rule of an audit `description`."""
    tags: tuple[str, ...] = ()
    """`owasp.api1`, `cwe.639`, `rec.12`."""
    looks: str = ""
    """How it is tested and what counts as proof."""
    why: str = ""
    """What somebody can do with the weakness."""
    mend: str = ""
    """What to change."""
    samples: Mapping[str, str] = {}
    """Code that mends it, by framework: `fastapi`, `django`, `flask`."""


class Participant(msgspec.Struct, frozen=True, omit_defaults=True):
    """One identity, and whether it could be used."""

    name: str
    how: str
    """How it shows who it is, without a secret: `a bearer token`, `the log-in operation`."""
    works: bool = True
    why: str = ""
    """Why it could not be used: `the log-in was answered with 401`."""
    roles: tuple[str, ...] = ()
    is_throwaway: bool = False
    """Whether the assessment registered it itself, or may use it up."""


class Covered(msgspec.Struct, frozen=True, omit_defaults=True):
    """One operation of the contract, and what became of it."""

    operation: OperationId
    method: str
    template: str
    requests: int = 0
    statuses: tuple[int, ...] = ()
    """Statuses of its answers, each once, ascending."""
    reached: bool = True
    """Whether at least one request was answered as its contract says."""
    why: str = ""
    """Why it was not reached: `no object to read could be created`."""


class Outcome(StrEnum):
    """What became of a check."""

    TESTED = "tested"
    """It ran where it applies."""
    NOT_APPLICABLE = "not-applicable"
    """The API has nothing that it could be tried on."""
    UNTESTED = "untested"
    """It could not run; why is said."""


class Ran(msgspec.Struct, frozen=True, omit_defaults=True):
    """One check, and what became of it."""

    check: CheckId
    outcome: Outcome
    why: str = ""
    """Of what was not tested or does not apply."""
    is_whole: bool = False
    """Whether it looks at the API as a whole, and not at one operation after another."""
    operations: tuple[OperationId, ...] = ()
    """Where it ran to its end: what it does not find there again is mended. Empty for a check of the whole API."""
    requests: int = 0
    found: int = 0


class Listed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding, and what became of it over the runs."""

    finding: Finding
    state: State = State.NEW
    first: float = 0.0
    """When it was found first: seconds since the epoch; 0 where no history is kept."""
    accepted_until: str = ""
    """The last day on which it is accepted: `2027-03-31`; empty where it is not."""
    accepted_why: str = ""
    accepted_by: str = ""
    in_baseline: bool = False
    """Whether the baseline knows it: then it does not count."""

    @property
    def counts(self) -> bool:
        """Whether somebody has to look at it: neither mended nor accepted, and not in the baseline."""
        return self.state not in (State.FIXED, State.ACCEPTED) and not self.in_baseline


class Benign(msgspec.Struct, frozen=True, omit_defaults=True):
    """An exchange that succeeded as an assessment walked through the API: what a patch must leave as it is."""

    operation: OperationId
    step: Step
    """What was sent and came back, redacted as a proof is."""


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """One run."""

    kind: Literal["assessment", "audit", "vetting"]
    target: str
    """Origin that was assessed, or the file that was audited."""
    started: float
    """Seconds since the epoch."""
    ended: float
    version: str
    """Garrison's own."""
    contract: str = ""
    """Path or URL of the description."""
    title: str = ""
    """The API's own name, as its description has it."""
    seed: int = 0
    requests: int = 0
    """Requests that were sent."""
    stopped: str = ""
    """Why the run ended before its work was done: `the 3 minutes were over`; empty where it was done."""
    safe: bool = False
    """Whether nothing was changed that the assessment did not make."""
    identities: tuple[Participant, ...] = ()
    operations: tuple[Covered, ...] = ()
    checks: tuple[Ran, ...] = ()
    """Every check or rule that there is, in the order in which they run."""
    explained: tuple[Explained, ...] = ()
    """What the checks say of themselves: at least those of the findings."""
    findings: tuple[Listed, ...] = ()
    """The worst first; those that were mended since the earlier run among them."""
    untested: tuple[Untested, ...] = ()
    left: tuple[str, ...] = ()
    """What the assessment made and could not take away, and why: `POST /v1/orders (17): no operation deletes it`."""
    benign: tuple[Benign, ...] = ()
    """Of an assessment, one for each operation and whoever it succeeded for."""
    compared: float = 0.0
    """When the run began that this one is compared with; 0 where there is none."""
    score: float | None = None
    """Of a contract that was audited: from 0 to 100; None where there is none."""
    opinion: Opinion | None = None
    """Of a vetting: what is thought of the API."""

    @property
    def target_origin(self) -> str:
        """Scheme, host and port of the target: the paths of a proof begin there. Of an audit its file."""
        return origin_of(self.target)

    @property
    def standing(self) -> tuple[Listed, ...]:
        """The findings of this run, without those that were mended."""
        return tuple(each for each in self.findings if each.state is not State.FIXED)

    def explain(self, check: CheckId) -> Explained | None:
        """What `check` says of itself; None where it is not known."""
        return next((each for each in self.explained if each.id == check), None)

    def worst(self) -> Severity | None:
        """The highest severity among the findings that count; None where none does."""
        return max((each.finding.severity for each in self.findings if each.counts), key=_rank, default=None)


_NO_ANSWERS: Final = frozenset({0, 429})
"""Statuses, beside faults, of a target that answers nobody at the moment."""


class Again:
    """What a run tested: what it does not find there any more is mended."""

    def __init__(self, report: Report) -> None:
        self._ran = {each.check: each for each in report.checks if each.outcome is not Outcome.UNTESTED}
        self._known = {each.check for each in report.checks}
        self._stopped = {(each.check, each.operation) for each in report.untested}
        statuses = [status for each in report.operations for status in each.statuses]
        self._is_down = bool(statuses) and all(status in _NO_ANSWERS or status >= 500 for status in statuses)

    def was_tested(self, finding: Finding) -> bool:
        """Whether its check ran to its end again where it was found."""
        ran = self._ran.get(finding.check)
        if ran is None or ran.outcome is Outcome.NOT_APPLICABLE:
            return False
        if (finding.check, None) in self._stopped or (finding.check, finding.operation) in self._stopped:
            return False
        return finding.operation in ran.operations or (ran.is_whole and not self._is_down)

    def is_about(self, finding: Finding) -> bool:
        """Whether its check is one that a run of this kind could have made."""
        return finding.check in self._known


FAMILIES: Final = (
    "authentication",
    "authorization",
    "injection",
    "resources",
    "communication",
    "configuration",
    "conformance",
    "description",
)
"""Families of checks in the order in which a report names them."""


def origin_of(target: str) -> str:
    """Scheme, host and port of a URL; what is none stays as it is."""
    scheme, mark, rest = target.partition("://")
    return f"{scheme}{mark}{rest.partition('/')[0]}" if mark else target


def fails(report: Report, at: Severity | None) -> bool:
    """Whether a finding that counts is as severe as `at` or more; never where that is None."""
    worst = report.worst()
    return at is not None and worst is not None and worst.rank >= at.rank


def in_order(findings: tuple[Listed, ...]) -> tuple[Listed, ...]:
    """The worst first: by severity, by confidence, then by check and operation."""
    return tuple(
        sorted(
            findings,
            key=lambda each: (
                -each.finding.severity.rank,
                -each.finding.confidence.rank,
                each.finding.check,
                each.finding.operation or "",
                each.finding.fingerprint,
            ),
        )
    )


def _rank(severity: Severity) -> int:
    return severity.rank
