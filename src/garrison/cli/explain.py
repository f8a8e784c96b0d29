"""`garrison explain`: why one recorded exchange was decided as it was, and what would turn the decision."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from garrison.cli.options import DATA, Config, Contract, Data, Mode, Overlay
from garrison.cli.output import as_json, columns, line, progress
from garrison.core.counted import counted
from garrison.core.errors import option_error

if TYPE_CHECKING:
    from garrison.adapters.recorded.exchange import RecordedExchange
    from garrison.adapters.recorded.explain import Explanation
    from garrison.cli.opening import Opened
    from garrison.core.event import Event
    from garrison.core.exposure import Disclosure
    from garrison.engine.answers import ControlAnswer

EXAMPLES = "Example: garrison explain 0198c5f2-8a4e-7c11-9d2e-3f0a5b6c7d8e --data garrison-data --config garrison.yaml"


def explain(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The event's id, as in `instance` of a problem.")],
    data: Data = DATA,
    config: Config = None,
    contract: Contract = None,
    overlay: Overlay = None,
    mode: Mode = None,
    json: Annotated[bool, typer.Option("--json", help="Print the explanation as JSON.")] = False,
) -> None:
    """Show what each control said to one recorded exchange, and the least change that would turn the decision.

    Where the gateway keeps bodies the exchange is played again, and the change is proven; otherwise both follow from
    the event and the plan, which is then said.
    """
    from garrison.adapters.recorded.explain import explain as explained
    from garrison.adapters.recorded.keys import key_source
    from garrison.adapters.recorded.samples import find_sample
    from garrison.cli.opening import open_policy
    from garrison.config.load import Options
    from garrison.controls.catalogue import CONTROLS
    from garrison.wiring import policy_on

    name = event.strip().removeprefix("urn:uuid:")
    with progress("looking"):
        opened = open_policy(config, Options(contract=contract, overlays=tuple(overlay or ()), mode=mode))
        sample = find_sample(data, key_source(opened.settings, str(data)), name)
        found = _event(data, name, sample)
    specs = {spec.id: spec for spec in CONTROLS}
    catalogue = opened.policy.catalogue
    _check_policy(found, opened)
    result = explained(
        found,
        sample,
        opened.policy,
        opened.settings,
        specs,
        lambda new: policy_on(catalogue, new, state=opened.policy.state),
    )
    if json:
        as_json(_data(result))
    else:
        for text in _text(result):
            line(text)


def _event(data: Path, name: str, sample: "RecordedExchange | None") -> "Event":
    from garrison.adapters.store.ledger import with_exposed
    from garrison.adapters.store.query import find
    from garrison.core.errors import ConfigError, Problem

    if not data.is_dir():
        hint = "give the one that `guard` has"
        raise option_error("--data", f"`{data}` is not a directory", hint)
    found = next(with_exposed(data, [event for event in [find(data, name)] if event is not None]), None)
    if found is None and sample is not None:
        found = sample.event
    if found is None:
        hint = "`garrison events` lists what is recorded"
        raise ConfigError([Problem(str(data), "$", f"there is no event `{name[:60]}`", hint)])
    return found


def _check_policy(event: "Event", opened: "Opened") -> None:
    """A contract is needed to explain an exchange that one described."""

    if event.operation is not None and not opened.settings.contract.file:
        hint = "give the `--config` or `--contract` that the gateway has"
        message = f"without a contract nothing is known of the operation `{event.operation}`"
        raise option_error("--contract", message, hint)


def _data(result: "Explanation") -> dict[str, Any]:
    from garrison.config.patch import as_yaml

    return {
        "event": result.event,
        "policy": result.policy,
        "same_policy": result.is_same_policy,
        "replayed": result.is_replayed,
        "otherwise_alone": result.is_otherwise_alone,
        "decided_now": result.decided_now,
        "missing": result.missing,
        "controls": result.answers,
        "turns_to": result.turns_to,
        "request": result.instead,
        "change": {
            "garrison.yaml": result.change.patch,
            "text": as_yaml(result.change.patch),
            "verified": result.change.verified,
        },
    }


def _text(result: "Explanation") -> Iterator[str]:
    from garrison.config.patch import as_yaml

    event = result.event
    moment = datetime.fromtimestamp(event.time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    name = f"{event.method} {event.template}" if event.operation else f"{event.method}, an undescribed operation"
    called = f" ({event.operation})" if event.operation and event.operation != name else ""
    yield f"event {event.id} of {moment}"
    yield f"{name}{called}, from {event.peer or 'an unknown peer'}, {event.principal or 'anonymous'}"
    yield f"{_decided(event)}; disposition {event.disposition}, status {event.status}"
    yield from _exposed(event)
    yield from _notes(result)
    yield ""
    yield "controls, as the exchange was played again:" if result.is_replayed else "controls, by event and plan:"
    yield from (
        f"  {text}" for text in columns(("control", "mode", "answer", ""), [_row(one) for one in result.answers])
    )
    yield ""
    if result.turns_to == "allow":
        yield "a request that is allowed would have:"
    elif (result.decided_now or result.event).observed:
        yield "nothing would object to an exchange with:"
    else:
        yield "a request that is refused would have:"
    yield from (f"  {text}" for text in result.instead)
    how = "played again, it is so" if result.change.verified else "derived from the plan, not tried"
    yield ""
    yield f"with this in garrison.yaml it would be {_turned(result)} ({how}):"
    yield from (f"  {text}" for text in as_yaml(result.change.patch).splitlines())


def _exposed(event: "Event") -> Iterator[str]:
    """Of how many people it disclosed what."""
    for one in event.exposed:
        whose = ", the principal's own" if one.own else ""
        types = ", ".join(one.types) or "no type that is known"
        yield f"disclosed data of {_people(one)}{whose}: {types}"
    for one in event.sent:
        types = ", ".join(one.types) or "no type that is known"
        yield f"sent data of {_people(one)} to {event.recipient}: {types}"


def _people(one: "Disclosure") -> str:
    return f"{counted(len(one.subjects), 'person', 'people')} of the kind `{one.kind}`"


def _decided(event: "Event") -> str:
    return "allowed" if event.allowed else "denied"


def _turned(result: "Explanation") -> str:
    return "allowed" if result.turns_to == "allow" else "denied"


def _notes(result: "Explanation") -> Iterator[str]:
    if not result.is_same_policy:
        before = f"`{result.event.policy}`" if result.event.policy else "another one"
        yield f"the policy given is `{result.policy}`; what decided then was {before}"
    if result.decided_now is not None:
        yield f"under the policy given it is {_decided(result.decided_now)}"
    if result.is_otherwise_alone:
        yield "played again alone it comes to something else: what went before it had a say"
    if result.missing:
        yield f"the record does not hold its {result.missing.replace('-', ' ')}"


def _row(one: "ControlAnswer") -> tuple[str, str, str, str]:
    said = "; ".join(
        " ".join(filter(None, (reason.id, reason.location, f"({reason.detail})" if reason.detail else "")))
        for reason in one.reasons
    )
    return (one.control, one.mode, one.answer, said)
