"""What the answers of all controls amount to."""

import pytest

from garrison.core.decision import Decision, FailMode, Grant, Mode, Reason, Rewrite
from garrison.core.ids import ControlId, ReasonId
from garrison.engine.combine import Answer, Failed, Said, combine

A, B = ControlId("a"), ControlId("b")
ENFORCE, MONITOR = Mode.ENFORCE, Mode.MONITOR
NO = Reason(ReasonId("no"), A, 400)
NO_B = Reason(ReasonId("no"), B, 400)
MEND = Rewrite(NO, b"{}")
ERROR = Reason(ReasonId("control-error"), A, 500)
SILENT = Reason(ReasonId("not-granted"), A, 403)
YES = Grant(A)

GRANTER = ((A, ENFORCE),)
WATCHER = ((A, MONITOR),)


@pytest.mark.parametrize(
    ("answers", "granters", "decision"),
    [
        ([], (), Decision(allowed=True)),
        ([(A, ENFORCE, YES)], GRANTER, Decision(allowed=True)),
        ([], GRANTER, Decision(False, (SILENT,))),
        ([], WATCHER, Decision(True, (), (SILENT,))),
        ([(A, ENFORCE, None)], GRANTER, Decision(False, (SILENT,))),
        ([(A, ENFORCE, ())], GRANTER, Decision(False, (SILENT,))),
        ([(A, ENFORCE, MEND)], GRANTER, Decision(False, (SILENT,), (), (), (MEND,))),
        ([(A, ENFORCE, NO)], GRANTER, Decision(False, (NO,))),
        ([(A, ENFORCE, YES), (B, ENFORCE, NO_B)], GRANTER, Decision(False, (NO_B,))),
        ([(A, ENFORCE, YES), (B, MONITOR, NO_B)], GRANTER, Decision(True, (), (NO_B,))),
        ([(A, ENFORCE, (NO, NO_B))], (), Decision(False, (NO, NO_B))),
        ([(A, MONITOR, (NO, NO_B))], (), Decision(True, (), (NO, NO_B))),
        ([(A, ENFORCE, MEND)], (), Decision(True, (), (), (), (MEND,))),
        ([(A, MONITOR, MEND)], (), Decision(True, (), (NO,))),
        ([(A, ENFORCE, Failed(FailMode.CLOSED))], (), Decision(False, (ERROR,), (), (A,))),
        ([(A, ENFORCE, Failed(FailMode.OPEN))], (), Decision(True, (), (), (A,))),
        ([(A, ENFORCE, Failed(FailMode.OPEN))], GRANTER, Decision(False, (SILENT,), (), (A,))),
        ([(A, ENFORCE, Failed(FailMode.CLOSED))], GRANTER, Decision(False, (ERROR,), (), (A,))),
        ([(A, MONITOR, Failed(FailMode.CLOSED))], WATCHER, Decision(True, (), (ERROR,), (A,))),
    ],
)
def test_answers_amount_to(
    answers: list[tuple[ControlId, Mode, Said]], granters: tuple[tuple[ControlId, Mode], ...], decision: Decision
) -> None:
    assert combine([Answer(*answer) for answer in answers], granters) == decision
