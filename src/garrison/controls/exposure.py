"""`exposure`: whose data goes to whom is known, and bounded. Monitors unless told to enforce.

Which parameters and fields name data subjects the contract says with `x-garrison-subject`, what fields say of them with
`x-garrison-type`. Every subject in an answer that was let through is one exposure; they stand in the event as digests,
so that the record tells afterwards, exactly, whose data went to whom.
"""

from typing import Any

from garrison.config.controls import ControlsSettings
from garrison.config.exposure import ExposureSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.decision import Mode, Outcome
from garrison.core.exposure import Disclosure
from garrison.core.ids import ControlId
from garrison.core.principal import ANONYMOUS
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.facts import Facts
from garrison.exposure.subjects import Extractor, Found, Seen, grouped
from garrison.identity.grants import has_claim

_ID = ControlId("exposure")

_reason = Reasons(
    _ID,
    ReasonSpec("subjects-unreadable", 502, "an answer of which it cannot be told whose data it discloses"),
)


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Has nothing to do where nothing says that an operation is about anybody."""
    if operation is None:
        return Checks()
    extractor = Extractor(operation, settings.exposure)
    if not extractor.finds:
        return Checks()
    return Checks(response_body=_People(extractor, settings.exposure).check_answer, wants_response=_wants)


class _People:
    """The data subjects of one operation's answers."""

    def __init__(self, extractor: Extractor, own: ExposureSettings) -> None:
        self._extractor = extractor
        self._claims = {kind: each.claim for kind, each in own.kinds.items() if each.claim}

    def check_answer(self, facts: Facts) -> Outcome:
        """Note whose data the answer discloses."""
        if not _wants(facts) or not facts.has_response_body:
            return None
        seen = self._extractor.disclosed(facts)
        self._note(facts, seen)
        facts.on_rewrite = self._look_again
        return None if seen.is_readable else _reason("subjects-unreadable", "response")

    def _look_again(self, facts: Facts, value: Any) -> None:
        """What was taken out of the answer is disclosed to nobody."""
        self._note(facts, self._extractor.left(facts, value))

    def _note(self, facts: Facts, seen: Seen) -> None:
        facts.attribution = seen.attribution
        facts.exposed = self._disclosures(facts, seen.found) if seen.found else ()

    def _disclosures(self, facts: Facts, found: list[Found]) -> tuple[Disclosure, ...]:
        digest = facts.state.pseudonyms.digest
        groups = grouped((each, self._is_own(facts, each)) for each in found)
        return tuple(
            [
                Disclosure(kind, tuple([digest(kind, name) for name in names]), types, own)
                for (kind, types, own), names in groups.items()
            ]
        )

    def _is_own(self, facts: Facts, found: Found) -> bool | None:
        claim = found.claim or self._claims.get(found.kind, "")
        if not claim:
            return None
        return facts.principal is not ANONYMOUS and has_claim(facts.principal, claim, found.name)


def _wants(facts: Facts) -> bool:
    response = facts.response
    return response is not None and response.has_body and 200 <= response.status < 300


CONTROL = ControlSpec(
    id=_ID,
    title="Whose data goes to whom is known and bounded",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    default_mode=Mode.MONITOR,
    tags=("API3:2023", "API6:2023", "CWE-200", "CWE-359", "REC-API-21", "REC-API-22", "REC-API-24"),
)
