"""What the table covers."""

from collections import Counter

from tests.conformance.harness.bare import request_head
from tests.conformance.table import TABLE
from tests.conformance.variants import VARIANTS, policy
from tests.unit.controls.objections import ABOUT_PRINCIPALS

from garrison.contract.catalogue import Match
from garrison.controls.catalogue import CONTROLS
from garrison.core.canonical import canonicalise


def test_every_reason_of_every_control_has_a_row() -> None:
    known = {spec.id for control in CONTROLS for spec in control.reasons.specs if control.id not in ABOUT_PRINCIPALS}
    assert known - {reason for case in TABLE for reason in case.reasons | case.observed} == set()


def test_every_operation_of_the_contract_is_asked_for() -> None:
    catalogue = policy("enforce").catalogue
    asked = set()
    for case in TABLE:
        canonical = canonicalise(request_head(case.request))
        match = catalogue.match(case.request.method, canonical.host, canonical.segments)
        asked.add(match.operation.operation.id if isinstance(match, Match) else "")
    # a WebSocket is no exchange that ends: its tests are the adapters'
    assert {one.operation.id for one in catalogue.operations} - asked == {"openChat"}


def test_names_are_unique_and_variants_known() -> None:
    assert {case.variant for case in TABLE} == set(VARIANTS)
    assert [name for name, count in Counter((case.variant, case.name) for case in TABLE).items() if count > 1] == []


def test_the_table_is_large_and_balanced() -> None:
    outcomes = Counter(case.denied_at or "allowed" for case in TABLE)
    assert sum(outcomes.values()) >= 200
    assert all(outcomes[each] >= 15 for each in ("allowed", "request", "response"))
