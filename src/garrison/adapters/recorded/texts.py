"""What recorded requests hold at each place of each operation, as `payload` reads them: how many texts, of what shape,
and which signs stand in them.

Learned is only from what was served: an exchange that another control refuses, or the API answered with an error, says
nothing of what is usual. Texts are looked at and counted; what is kept of them is the evidence that a reason would
show, with every word masked that may be somebody's.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from garrison.adapters.recorded.compare import client_of
from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.play import play
from garrison.config.controls import ControlsSettings
from garrison.config.model import Settings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.decision import Mode, Outcome
from garrison.core.event import Event
from garrison.core.ids import ControlId
from garrison.core.operation import UNDESCRIBED
from garrison.engine.control import Checks, ControlSpec, Reasons
from garrison.engine.facts import Facts
from garrison.engine.plan import Policy, compile_policy
from garrison.payload.evidence import evidence_of
from garrison.payload.judge import Finding, judge
from garrison.payload.places import signs_of
from garrison.payload.request import Free
from garrison.payload.shape import SHAPES, Shape, narrowest, shapes_of
from garrison.payload.usual import general

MAX_PLACES: Final = 2000
"""Places of one operation that are looked at: names that clients make up must not fill the memory."""
MAX_EXAMPLES: Final = 5
_PAYLOAD: Final = ControlId("payload")
_ERROR: Final = 400
_MAX_CLIENTS: Final = 1000
_ROUNDS: Final = 4
"""Kinds of signs that are looked for in one text, one after another."""


class Seen:
    """Signs of one class in texts of one place."""

    def __init__(self) -> None:
        self.exchanges = 0
        self._last: str | int | None = None
        self.signs: set[str] = set()
        """Names of signs, without their class."""
        self.clients: set[str] = set()
        """Principals, or addresses of who has not proved who they are."""
        self.evidence = ""
        """Of the first of them."""
        self.examples: list[str | int] = []
        """Ids of the first exchanges."""

    def add(self, finding: Finding, names: Sequence[str], client: str, exchange: str | int) -> None:
        """Count one text, in which the signs `names` stand."""
        self.exchanges += exchange != self._last
        self._last = exchange
        self.signs.update(names)
        self.evidence = self.evidence or evidence_of(finding)
        if len(self.clients) < _MAX_CLIENTS:
            self.clients.add(client)
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(exchange)


class Held:
    """What one place held."""

    def __init__(self) -> None:
        self.texts = 0
        self.exchanges = 0
        """Of those that were learned from, how many had a text there."""
        self.longest = 0
        """Characters."""
        self.seen: dict[str, Seen] = {}
        """By class of signs."""
        self._last: str | int | None = None
        self._shapes = (1 << len(SHAPES)) - 1

    @property
    def shape(self) -> Shape | None:
        """The form that all texts had; None where they had no one form."""
        return narrowest(self._shapes)

    def add(self, text: str, exchange: str | int) -> None:
        """Count one text."""
        self.texts += 1
        self.exchanges += exchange != self._last
        self._last = exchange
        self.longest = max(self.longest, len(text))
        self._shapes &= shapes_of(text) if self._shapes else 0


class Texts:
    """What was seen of an API's requests."""

    def __init__(self, policy: Policy) -> None:
        self.operations: dict[str, dict[str, Held]] = {}
        """By operation and place."""
        self.learned = 0
        """Exchanges that were served."""
        self.passed_over = 0
        """Exchanges that were refused, or answered with an error."""
        self._now: RecordedExchange | None = None
        self._client = ""
        self._watching = _watching(policy, self)

    def add(self, recorded: RecordedExchange, event: Event) -> None:
        """Look at one exchange, of which the policy in question made `event`."""
        refused = any(reason.control != _PAYLOAD for reason in event.reasons) and not event.allowed
        if refused or (recorded.response is not None and recorded.response.status >= _ERROR):
            self.passed_over += 1
            return
        self.learned += 1
        self._now, self._client = recorded, client_of(recorded, event)
        play(self._watching, recorded)

    def see(self, operation: CompiledOperation | None, facts: Facts, free: Free) -> None:
        """Look at one request's texts."""
        if self._now is None:
            return
        held = self.operations.setdefault(operation.operation.id if operation else UNDESCRIBED, {})
        owners: list[Held] = []
        texts: list[str] = []
        for place, text in free.texts(facts):
            name = general(place)
            if name in held or len(held) < MAX_PLACES:
                owners.append(held.setdefault(name, Held()))
                owners[-1].add(text, self._now.id)
                texts.append(text)
        self._find(owners, texts, self._now.id)

    def _find(self, owners: Sequence[Held], texts: Sequence[str], exchange: str | int) -> None:
        """Note what stands in `texts`: what is found first, and what then is found besides."""
        spared: dict[int, frozenset[int]] = {}
        for _ in range(_ROUNDS):
            # of a text that was not read to its end nothing can be said to be usual
            findings = [each for each in judge(texts, spared) if own_signs(each)]
            if not findings:
                return
            for each in findings:
                names = own_signs(each)
                spared[each.index] = spared.get(each.index, frozenset()) | signs_of(each.kind, names)
                owners[each.index].seen.setdefault(each.kind, Seen()).add(each, names, self._client, exchange)


def own_signs(finding: Finding) -> tuple[str, ...]:
    """The names of the signs that are of the finding's own class."""
    return tuple([name for kind, _, name in (sign.partition(".") for sign in finding.signs) if kind == finding.kind])


def _watching(policy: Policy, texts: Texts) -> Policy:
    """A policy that looks at every request, and objects to none."""

    def compiled(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
        del settings
        free = Free(operation, plain=True)

        def check(facts: Facts) -> Outcome:
            texts.see(operation, facts, free)
            return None

        return Checks(body=check)

    watch = ControlSpec(_PAYLOAD, "Looks on", "objector", Reasons(_PAYLOAD), compiled)
    controls = ControlsSettings()
    controls = replace(controls, payload=replace(controls.payload, mode=Mode.MONITOR))
    return compile_policy(policy.catalogue, [watch], Settings(), lambda _: controls)
