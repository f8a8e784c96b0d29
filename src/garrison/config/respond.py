"""Settings of the response: which detections lead to which countermeasures, and who is never touched."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from garrison.config.limits import Per, parse_per
from garrison.config.sections import Fault, Section
from garrison.core.countermeasure import Scope, parse_target
from garrison.core.detection import Confidence, Severity

Do = Literal["block", "throttle", "step-up", "revoke", "tighten"]
Of = Literal["narrowest", "principal", "token", "client", "peer", "network", "operation"]
Party = Literal["principal", "token", "client", "peer", "network", "operation", "nobody"]

_SPAN = re.compile(r"([0-9]{1,6})(s|m|min|h|d|w)\Z")
_SECONDS: Final[Mapping[str, int]] = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
LONGEST: Final = 366 * 86400
"""Seconds: no measure that nobody took by hand lasts longer."""
_NEVER = "examples: `principal:shop:4711`, `client:sync`, `10.0.0.0/8`, `as64496`"
_SPANS = "examples: `30m`, `1h`, `90d`"
_CREDENTIALS: Final = frozenset({"principal", "token", "client", "narrowest"})


class StepSettings(Section, frozen=True):
    """One countermeasure."""

    do: Do
    """Refuse (`block`), let through `rate` and no more (`throttle`), demand a newer proof of who they are (`step-up`),
    refuse the credentials that they have (`revoke`), or leave `factor` of their budgets (`tighten`)."""
    of: Of = "narrowest"
    """Against whom: the `narrowest` is the principal where one is known, else token, client, peer or network, whichever
    the detection is about; `operation` is everybody who asks for it. Where a detection names none, nothing is done."""
    span: str = msgspec.field(name="for", default="1h")
    """How long: `30m`, `1h`, `90d`."""
    escalate: Annotated[float, Meta(ge=1, le=100)] = 4
    """By what that is multiplied each time that the same one is met with the same measure again."""
    most: str = "90d"
    """The longest that it becomes so."""
    rate: str = "60/min"
    """Of `throttle`: how many requests, of all whom it names together."""
    factor: Annotated[float, Meta(ge=0, le=1)] = 0.25
    """Of `tighten`: what the limits of budgets are multiplied with."""


class ProfileSettings(Section, frozen=True):
    """What is done about some detections: those that agree with all that is said."""

    name: str
    """Its name in timelines: lower case, digits and hyphens."""
    rules: tuple[str, ...] = ()
    """Ids of detection rules, any of these; empty: all."""
    tags: tuple[str, ...] = ()
    """Tags of rules, any of these: `attack.t1110`; empty: all."""
    parties: tuple[Party, ...] = ()
    """What the detection is about, any of these, in the sense of `then[].of`; `nobody` where it names none of them.
    Empty: all."""
    severity: Severity = Severity.INFORMATIONAL
    """At least so severe."""
    confidence: Confidence = Confidence.LOW
    """At least so certain."""
    then: tuple[StepSettings, ...] = ()
    """The countermeasures; empty: the incident is only told of."""


LOOKUPS: Final = (
    "unissued-ids-anonymous", "id-walk", "enumeration-anonymous", "miss-ratio", "lookup-without-next-step",
    "scraping-anonymous", "dormant-operation-people", "novel-form",
)  # fmt: skip
"""Rules that find out who asks for one after the other without a name."""
DEFAULT_PROFILES: Final = (
    ProfileSettings(
        name="stolen-token",
        rules=("token-theft", "token-theft-proven"),
        confidence=Confidence.MEDIUM,
        then=(StepSettings(do="revoke", of="token", span="30d", escalate=1),),
    ),
    ProfileSettings(
        name="certain",
        parties=("principal", "token", "client"),
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        then=(StepSettings(do="block", span="90d", escalate=1),),
    ),
    ProfileSettings(
        name="nameless-lookups",
        rules=LOOKUPS,
        parties=("peer", "network"),
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        then=(StepSettings(do="block", span="1d", escalate=7),),
    ),
    ProfileSettings(
        name="severe",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        then=(StepSettings(do="block"),),
    ),
    ProfileSettings(
        name="doubtful",
        parties=("principal", "token", "client", "peer", "network"),
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        then=(StepSettings(do="throttle", escalate=2, most="1d"),),
    ),
)
"""What is done unless the settings say otherwise. Whatever agrees with none is only told of."""


class RespondSettings(Section, frozen=True):
    """What is done about detections."""

    mode: Literal["enforce", "monitor", "off"] = "monitor"
    """Take countermeasures (`enforce`); take them as `simulated`, so that they deny nothing and what they would have
    denied is observed (`monitor`); or take none (`off`). Incidents are kept and told of in any case."""
    never: tuple[str, ...] = ()
    """Who is never touched: `principal:shop:4711`, `client:sync`, addresses, networks (CIDR) and autonomous systems
    (`as64496`). What `controls.blocking.allow` and `listen.trusted-proxies` list is not touched either."""
    profiles: tuple[ProfileSettings, ...] = DEFAULT_PROFILES
    """What is done about which detections. The first that agrees and finds somebody to act against counts; a list here
    stands in place of the shipped one."""


def parse_span(text: str) -> float:
    """`1h` in seconds; raises ValueError whose text says what is wrong."""
    found = _SPAN.match(text)
    if not found or not int(found[1]):
        raise ValueError("is no length of time")
    seconds = int(found[1]) * _SECONDS[found[2]]
    if seconds > LONGEST:
        raise ValueError("is longer than 366 days")
    return float(seconds)


def parse_rate(text: str) -> Per:
    """`60/min`; raises ValueError whose text says what is wrong."""
    return parse_per(text)


def respond_faults(settings: RespondSettings) -> Iterator[Fault]:
    """What is wrong with the section."""
    for index, text in enumerate(settings.never):
        if fault := _never_fault(text):
            yield ("never", index), *fault
    names: set[str] = set()
    for index, profile in enumerate(settings.profiles):
        place = ("profiles", index)
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", profile.name):
            yield (*place, "name"), f"`{profile.name}` is no name", "lower case, digits and hyphens"
        if profile.name in names:
            yield (*place, "name"), f"`{profile.name}` is the name of two profiles", "name each"
        names.add(profile.name)
        for at, step in enumerate(profile.then):
            for name, message, hint in _step_faults(step):
                yield (*place, "then", at, name), message, hint


def _never_fault(text: str) -> tuple[str, str] | None:
    try:
        scope, _ = parse_target(text)
    except ValueError as error:
        return str(error), _NEVER
    if scope not in {Scope.PRINCIPAL, Scope.CLIENT, Scope.NETWORK, Scope.SYSTEM}:
        return f"`{text}` cannot be spared", _NEVER
    return None


def _step_faults(step: StepSettings) -> Iterator[tuple[str, str, str]]:
    for name, text in (("for", step.span), ("most", step.most)):
        try:
            parse_span(text)
        except ValueError as error:
            yield name, f"`{text}` {error}", _SPANS
    try:
        parse_rate(step.rate)
    except ValueError as error:
        yield "rate", f"`{step.rate}` {error}", "examples: `60/min`, `1/s`"
    if step.do == "revoke" and step.of not in _CREDENTIALS:
        yield "of", f"`{step.of}` has no credentials", "revoke those of `principal`, `token` or `client`"
    if step.do == "block" and step.of == "operation":
        yield "of", "would refuse everybody the operation", "tighten it, or demand a step-up"
