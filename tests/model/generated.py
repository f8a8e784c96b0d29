"""Controls made up by Hypothesis: as the model has them, and as the engine runs them."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from tests.model import reference_model as model
from tests.unit.engine.drive import EVENT_ID, JSON, request_head

from garrison.config.controls import ControlsSettings
from garrison.config.model import Settings
from garrison.contract.catalogue import Catalogue, CompiledOperation
from garrison.core import decision
from garrison.core.http import ResponseHead
from garrison.core.ids import ControlId, ReasonId
from garrison.engine.control import Check, Checks, ControlSpec, Reasons
from garrison.engine.exchange import Exchange
from garrison.engine.facts import Facts
from garrison.engine.plan import Policy, compile_policy
from garrison.engine.step import Refuse, Step

NAMES = ("canonical-form", "inventory", "media-type", "request-limits", "request-schema", "error-leakage")
"""Names that have settings; what they stand for plays no part here."""

MODES: tuple[model.Mode | None, ...] = ("enforce", "monitor", "off", None)

request_words = st.sampled_from([word for word in model.WORDS if word != "mend"])


def _says() -> st.SearchStrategy[dict[model.Phase, model.Word]]:
    words: dict[model.Phase, st.SearchStrategy[model.Word]] = {
        phase: request_words if phase != "response-body" else st.sampled_from(model.WORDS) for phase in model.PHASES
    }
    return st.fixed_dictionaries({}, optional=words)


controls = st.builds(model.Control, st.sampled_from(NAMES), st.booleans(), _says())
"""One control. Only a response's body can be mended."""

control_lists = st.lists(controls, max_size=6)

policies = st.builds(
    model.Policy,
    st.sampled_from(["enforce", "monitor"]),
    st.fixed_dictionaries({name: st.sampled_from(MODES) for name in NAMES}),
    st.frozensets(st.sampled_from(NAMES)),
)
enforcing = policies.map(lambda policy: policy._replace(gateway="enforce"))


class Babble:
    """What no control may answer."""


def _speak(name: str, word: model.Word) -> Any:
    def reason(text: str) -> decision.Reason:
        return decision.Reason(ReasonId(text), ControlId(name), 400)

    words = {
        "grant": decision.Grant(ControlId(name)),
        "object": reason("one"),
        "object-twice": (reason("one"), reason("two")),
        "object-nowhere": (),
        "mend": decision.Rewrite(reason("mended"), b"{}"),
        "babble": Babble(),
    }
    return words.get(word)


def _check(name: str, word: model.Word | None) -> Check | None:
    if word is None:
        return None

    def check(facts: Facts) -> decision.Outcome:
        del facts
        if word == "fail":
            raise RuntimeError("a control that fails")
        said: decision.Outcome = _speak(name, word)
        return said

    return check


def _compiler(control: model.Control) -> Callable[[CompiledOperation | None, ControlsSettings], Checks]:
    says = control.says

    def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
        del operation, settings
        head, body, response_head, response_body = (_check(control.name, says.get(phase)) for phase in model.PHASES)
        return Checks(head, body, response_head, response_body)

    return compile_checks


def spec_of(control: model.Control) -> ControlSpec:
    """The control as the engine takes it."""
    name = ControlId(control.name)
    kind = "granter" if control.grants else "objector"
    return ControlSpec(name, "made up", kind, Reasons(name), _compiler(control))  # type: ignore[arg-type]  # one of two


def _own_settings(name: str, policy: model.Policy) -> Any:
    kind = type(getattr(ControlsSettings(), name.replace("-", "_")))
    mode = policy.modes.get(name)
    fail = decision.FailMode.OPEN if name in policy.fails_open else decision.FailMode.CLOSED
    return kind(mode=decision.Mode(mode) if mode else None, fail=fail)


def compiled(controls: Sequence[model.Control], policy: model.Policy) -> Policy:
    """The policy as the engine compiles it."""
    settings = ControlsSettings(**{name.replace("-", "_"): _own_settings(name, policy) for name in NAMES})
    return compile_policy(
        Catalogue(), [spec_of(each) for each in controls], Settings(mode=policy.gateway), lambda _: settings
    )


def run(policy: Policy) -> tuple[model.Outcome, list[Step]]:
    """Play an exchange as far as it is let; its outcome in the model's words, and every step."""
    exchange = Exchange(policy, EVENT_ID, 1.0)
    steps = [exchange.request(request_head("POST /x", JSON, b"{}"), None)]
    phase: model.Phase | None = "head" if isinstance(steps[-1], Refuse) else None
    if phase is None and not _is_forwarded(steps[-1]):
        steps.append(exchange.request_body(b"{}", True))
    if phase is None and isinstance(steps[-1], Refuse):
        phase = "body"
    if phase is None:
        steps.append(exchange.response(ResponseHead(200, JSON)))
        phase = "response-head" if isinstance(steps[-1], Refuse) else None
        if phase is None and not _is_forwarded(steps[-1]):
            steps.append(exchange.response_body(b"{}", True))
            phase = "response-body" if isinstance(steps[-1], Refuse) else None
    decided = exchange.decision
    return (
        model.Outcome(
            phase,
            frozenset((str(each.control), str(each.id)) for each in decided.reasons),
            frozenset((str(each.control), str(each.id)) for each in decided.observed),
            frozenset(str(each) for each in decided.errors),
            frozenset(str(each.reason.control) for each in decided.rewrites),
        ),
        steps,
    )


def _is_forwarded(step: Step) -> bool:
    return type(step).__name__ == "Pass"
