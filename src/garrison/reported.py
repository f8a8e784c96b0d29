"""A weakness that somebody reported: known by the exchange that shows it, not by a check. It is there as long as the
API answers that exchange as if all were well."""

from collections.abc import Sequence

from msgspec.structs import replace

from garrison.adapters.probing.origin import split_url
from garrison.adapters.probing.transport import HttpTransport
from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.assess.call import Answer, Call
from garrison.assess.checks.catalogue import CHECKS
from garrison.assessing import Wanted, perform
from garrison.contract.catalogue import Catalogue, Match
from garrison.core.canonical import canonicalise
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding, Step, fingerprint_of
from garrison.core.findings_report import Listed, Outcome, Ran, Report
from garrison.core.operation import Operation

CHECK = CheckId("reported")
_SECRETS = frozenset({"authorization", "cookie", "proxy-authorization", "dpop", "x-api-key", "api-key"})
_FRAMING = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


def finding_of(attack: Sequence[RecordedExchange], catalogue: Catalogue, says: str) -> Finding:
    """The finding that these exchanges show, which is that of the last one's operation."""
    last = attack[-1].request
    operation = _operation(attack[-1], catalogue)
    place = operation.id if operation is not None else last.target.partition("?")[0]
    return Finding(
        check=CHECK,
        title="somebody reported it",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        says=says or "an exchange that must not succeed does",
        fingerprint=fingerprint_of(CHECK, place, "", says),
        operation=operation.id if operation is not None else None,
        method=last.method,
        template=operation.template if operation is not None else place,
        proof=tuple(map(_step, attack)),
    )


def reenact(wanted: Wanted, attack: Sequence[RecordedExchange], finding: Finding) -> Report:
    """Walk through the API as an assessment does, then send the reported exchanges: the finding is there as long as all
    of them succeed. Raises as `perform`."""
    walked = perform(replace(wanted, only=(), without=tuple(dict.fromkeys(each.family for each in CHECKS))))
    origin, _ = split_url(wanted.url)
    with HttpTransport(str(origin), timeout=wanted.timeout, insecure=wanted.insecure) as transport:
        answers = [transport.send(_call(each)) for each in attack]
    found = (Listed(finding),) if all(map(_is_success, answers)) else ()
    is_tested = not any(map(_says_nothing, attack, answers))
    outcome = Outcome.TESTED if is_tested else Outcome.UNTESTED
    return replace(walked, findings=found, checks=(Ran(CHECK, outcome, is_whole=True),))


def _is_success(answer: Answer) -> bool:
    return answer.is_success


def _says_nothing(recorded: RecordedExchange, answer: Answer) -> bool:
    """Whether it is no answer to what was reported: nothing came, a fault, too many requests, or a credential that has
    run out since."""
    is_over = answer.status == 401 and any(name in _SECRETS for name, _ in recorded.request.headers)
    return bool(answer.fault) or is_over or answer.status == 429 or answer.status >= 500


def _call(recorded: RecordedExchange) -> Call:
    head = recorded.request
    headers = tuple((name, value) for name, value in head.headers if name not in _FRAMING)
    return Call(head.method, head.target, headers, recorded.body)


def _step(recorded: RecordedExchange) -> Step:
    """An exchange as a step of a proof, without its credentials."""
    head = recorded.request
    kept = tuple((name, "(secret)" if name in _SECRETS else value) for name, value in head.headers)
    return Step(says="it was reported", method=head.method, url=head.target, headers=kept)


def _operation(recorded: RecordedExchange, catalogue: Catalogue) -> Operation | None:
    canonical = canonicalise(recorded.request)
    match = catalogue.match(recorded.request.method, canonical.host, canonical.segments)
    return match.operation.operation if isinstance(match, Match) else None
