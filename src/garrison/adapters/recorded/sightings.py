"""What recorded exchanges show of an API's people: every place of every operation, and which answers were attributed.

Values are looked at and counted, and never kept. Names that the contract does not declare may be values themselves (a
map by e-mail address): such a name is shown only where it is one of the words that everybody uses.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.play import play
from garrison.config.controls import ControlsSettings
from garrison.config.model import Settings
from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.marks import Part
from garrison.contract.written import ITEM
from garrison.core.decision import Mode, Outcome
from garrison.core.document import JsonDocument, RowsDocument
from garrison.core.event import Event
from garrison.core.exposure import Attribution
from garrison.core.ids import ControlId
from garrison.engine.control import Checks, ControlSpec, Reasons
from garrison.engine.facts import Facts
from garrison.engine.plan import Policy, compile_policy
from garrison.exposure.evidence import Values
from garrison.exposure.inference import is_common

MAX_PLACES: Final = 2000
"""Places of one operation that are looked at."""
_MAX_DEPTH: Final = 50
_ATTRIBUTED: Final = frozenset({Attribution.ANNOTATED, Attribution.INFERRED})


class Place(NamedTuple):
    """A place in the messages of one operation."""

    where: str
    """`path`, `query` or `answer`."""
    steps: tuple[str, ...]
    """Names from there on; `*` is every item of a list."""
    schema: BodySchema | None = None
    """Of an answer: what the contract says of it."""
    status: str = ""
    """Of an answer: the declared status."""

    @property
    def name(self) -> str:
        """The name of what stands there: a list's is its items'."""
        return next((step for step in reversed(self.steps) if step != ITEM), "")

    def __str__(self) -> str:
        shown = "".join("[*]" if step == ITEM else f".{step}" for step in self.steps)
        return self.where + shown


class Sighted:
    """What was seen of one operation."""

    def __init__(self, operation: CompiledOperation) -> None:
        self.operation = operation
        self.exchanges = 0
        self.answers = 0
        """2xx answers with a body."""
        self.attributed = 0
        """Those of them of which it is known whose data they disclosed."""
        self.places: dict[Place, Values] = {}
        self.agreements: Counter[tuple[Place, Place]] = Counter()
        """How often a place of the answer had the value of a parameter."""

    def see(self, facts: Facts) -> None:
        """Look at one exchange's request and answer."""
        named: dict[int, list[Place]] = {}
        for where in ("path", "query"):
            for name, value in facts.values.get(where, {}).items():
                for item in value if isinstance(value, list) else (value,):
                    place = Place(where, (name,))
                    digest = self._add(place, item)
                    if digest is not None:
                        named.setdefault(digest, []).append(place)
        schema, status = facts.response_body_schema, facts.response_schema.status if facts.response_schema else ""
        for steps, value in _everything(facts):
            place = Place("answer", steps, schema, status)
            digest = self._add(place, value)
            for parameter in named.get(digest, ()) if digest is not None else ():
                self.agreements[place, parameter] += 1

    def _add(self, place: Place, value: Any) -> int | None:
        values = self.places.get(place)
        if values is None:
            if len(self.places) >= MAX_PLACES:
                return None
            values = self.places[place] = Values(hash)
        return values.add(value)


class Sightings:
    """What was seen of an API."""

    def __init__(self, policy: Policy) -> None:
        """`policy` is the one whose attribution is measured; it must monitor."""
        self._policy = policy
        self._known = {str(each.operation.id): each for each in policy.catalogue.operations}
        self._watching = _watching(policy, self._see)
        self.operations: dict[str, Sighted] = {}
        self.undescribed = 0
        """Exchanges of no operation of the contract."""

    def add(self, recorded: RecordedExchange) -> None:
        """Look at one exchange."""
        event = play(self._policy, recorded).event
        if event.operation is None:
            self.undescribed += 1
            return
        play(self._watching, recorded)
        self._count(event)

    def _see(self, facts: Facts) -> None:
        if facts.operation is not None:
            self._sighted(facts.operation).see(facts)

    def _count(self, event: Event) -> None:
        sighted = self.operations.get(event.operation or "") or self._sighted(self._known[event.operation or ""])
        sighted.exchanges += 1
        if 200 <= event.status < 300 and event.response_bytes > 0:
            sighted.answers += 1
            sighted.attributed += event.attribution in _ATTRIBUTED

    def _sighted(self, operation: CompiledOperation) -> Sighted:
        key = operation.operation.id
        if key not in self.operations:
            self.operations[key] = Sighted(operation)
        return self.operations[key]


def _watching(policy: Policy, see: Callable[[Facts], None]) -> Policy:
    """A policy that looks at every message, and objects to none."""

    def compiled(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
        del settings
        return Checks(response_body=check, wants_response=_wants) if operation is not None else Checks()

    def check(facts: Facts) -> Outcome:
        see(facts)
        return None

    watch = ControlSpec(ControlId("exposure"), "Looks on", "objector", Reasons(ControlId("exposure")), compiled)
    limits = ControlsSettings()
    limits = replace(limits, exposure=replace(limits.exposure, mode=Mode.MONITOR))
    return compile_policy(policy.catalogue, [watch], Settings(), lambda _: limits)


def _wants(facts: Facts) -> bool:
    response = facts.response
    return response is not None and 200 <= response.status < 300


def _everything(facts: Facts) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every text and number of an answer, with the way to it."""
    document, schema = facts.response_document, facts.response_body_schema
    part = schema.draw() if schema is not None else None
    if isinstance(document, JsonDocument):
        yield from _leaves(document.value, part)
    elif isinstance(document, RowsDocument):
        is_listed = part is not None and part.items is not None and not part.names
        for row in document.rows:
            if is_listed and part is not None:
                yield from (((ITEM, *steps), value) for steps, value in _leaves(row, part.items))
            else:
                yield from _leaves(row, part)


def _leaves(value: Any, part: Part | None) -> Iterator[tuple[tuple[str, ...], Any]]:
    rest: list[tuple[tuple[str, ...], Any, Part | None]] = [((), value, part)]
    while rest:
        steps, value, part = rest.pop()
        if len(steps) > _MAX_DEPTH:
            continue
        if isinstance(value, dict):
            for name, item in value.items():
                step, inner = _step(name, part)
                rest.append(((*steps, step), item, inner))
        elif isinstance(value, list):
            rest += [((*steps, ITEM), item, part.items if part is not None else None) for item in value]
        elif steps:
            yield steps, value


def _step(name: str, part: Part | None) -> tuple[str, Part | None]:
    """The step to a property, and what describes it."""
    if part is not None and name in part.names:
        return name, part.names[name]
    if part is not None and part.more is not None and not _says_nothing(part.more):
        return ITEM, part.more
    return name if is_common(name) else ITEM, None


def _says_nothing(part: Part) -> bool:
    """Whether anything may stand there: `additionalProperties: {}` declares no more than leaving it out."""
    return not (part.marks or part.types or part.formats or part.is_chosen or any(part.inner()))
