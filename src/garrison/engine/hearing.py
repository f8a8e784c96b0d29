"""What the controls said of one exchange so far, and what it amounts to."""

from typing import Any

import msgspec

from garrison.core.decision import Amendment, Decision, Grant, Reason, Rewrite
from garrison.core.question import Question
from garrison.engine.asking import Waits, has_objection, may_ask
from garrison.engine.combine import ALLOWED, Answer, Failed, Said, combine
from garrison.engine.exceptions import without_excepted, without_spared
from garrison.engine.facts import Facts
from garrison.engine.plan import Plan
from garrison.engine.stage import Granters, PlannedCheck, Stage

ANSWERS = frozenset({Amendment, Failed, Reason, Rewrite, tuple})
"""What a control may say besides `Grant`, None and a question."""
NOTHING_SAID = Decision(allowed=False)
"""Before the first control was asked."""


LATER: Any = None
"""What a field begins with that is set before anybody looks at it."""


class Hearing(msgspec.Struct, eq=False, kw_only=True):
    """Asks the controls, stage by stage, and decides: what every exchange does."""

    _plan: Plan = LATER
    _answers: tuple[Answer, ...] = ()
    _due: Granters | None = None
    """Who had to have granted when it was last decided; None before the first decision."""
    _decision: Decision = NOTHING_SAID
    _has_left: bool = False
    """Whether what is being fed is forwarded already: an observed message, which nothing can change."""

    @property
    def decision(self) -> Decision:
        """The decision as it stands."""
        return self._decision

    def _ask(self, facts: Facts, stage: Stage, checks: tuple[PlannedCheck, ...], resumed: bool = False) -> Waits | None:
        """Ask `checks`, which are of `stage`, all of them even if one objects, and decide.

        Where one must ask first: its question, and the checks to begin with again.
        """
        answers = self._answers
        for planned in checks:
            check = planned.check  # to call it where it stands takes longer
            try:
                said: Said | Question = check(facts)
            except Exception:  # noqa: BLE001 - the engine's guard: a control's error becomes its fail mode
                said = Failed(planned.fail)
            if said is None:
                continue
            if type(said) is Grant:
                answers += (planned.granted,)
                continue
            if type(said) is Question:
                if not self._plan.exceptions and facts.unless_spared is None and has_objection(answers):
                    continue  # it is refused already: nobody else is asked for its sake
                if not self._has_left and may_ask(facts, said, self._plan, stage):
                    self._answers = answers
                    # It is decided when it has gone on: what is then said may rest on answers from before.
                    return said, checks[checks.index(planned) :]
                said = Failed(planned.fail)
            # what is no answer must not pass for one that allows
            answered = said if type(said) in ANSWERS else Failed(planned.fail)
            answers += (Answer(planned.control, planned.mode, answered),)
        if answers is not self._answers or resumed or stage.granters is not self._due:
            self._answers = answers
            self._due = stage.granters
            granted = stage.granted
            is_granted = answers is granted or answers == granted
            self._decision = ALLOWED if is_granted else self._decided(facts, stage)
        return None

    def _decided(self, facts: Facts, stage: Stage) -> Decision:
        answers, exceptions = self._answers, self._plan.exceptions
        if exceptions:
            answers = without_excepted(answers, exceptions, facts.principal.id, facts.now)
        if facts.unless_spared is not None:
            answers = without_spared(answers, facts)
        return combine(answers, stage.granters)
