"""Settings of exposure: who the data subjects are, and how many of them anyone may see."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from garrison.config.sections import ControlSettings, Fault, Section

Per = Literal["principal", "client", "peer", "network", "operation", "all"]
"""Whose exposures a budget counts together."""
Then = Literal["deny", "hold", "throttle", "alert"]
"""What comes of a budget that does not suffice."""
People = Annotated[int, Meta(ge=0, le=1_000_000)]
"""So many that one table of them fills twelve megabytes."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
_TIME = re.compile(r"([0-9]{1,6})(m|min|minute|h|hour|d|day)\Z")
_SECONDS = {"m": 60, "h": 3600, "d": 86400}
LONGEST_WINDOW: Final = 31 * 86400
"""Seconds. Whoever was seen must be remembered for so long."""
_LONGEST_TENURE: Final = 365 * 86400
_TIMES = "examples: `1h`, `1d`, `30d`"


class KindSettings(Section, frozen=True):
    """A kind of data subjects."""

    claim: str = ""
    """The claim of a principal that names the subject which it is itself: its own data is no exposure of another.
    Dots lead into objects; `sub` is the principal's name. Empty: nothing says so."""


class SubjectSettings(Section, frozen=True):
    """One place that names data subjects. One of `parameter`, `field` and `answer` is needed."""

    kind: str
    """What they are: `customer`. `none` says that nobody is named there, whatever the name looks like."""
    match: str = ""
    """The operations that are meant, as `operations.match` names them; empty: all to which this section applies."""
    parameter: str = ""
    """A parameter of the operation: `accountNumber`, or `query.accountNumber` where several have the name."""
    field: str = ""
    """A JSON Pointer into the request's body: `/customer/id`; `*` stands for every item or property."""
    answer: str = ""
    """A JSON Pointer into the answer's body: `/accountNumber`, `/customers/*/accountNumber`. Where the body is lines or
    rows, into each of them."""
    claim: str = ""
    """The claim of a principal that names the subject which it is itself; empty: what `kinds` says."""


class TenureSettings(Section, frozen=True):
    """Less for who is new."""

    within: str = "72h"
    """How long one is new after somebody was first shown to them: `72h`, `7d`."""
    limit: People = 20
    """How many people they may see meanwhile in each window."""


class AllowanceSettings(Section, frozen=True):
    """More, or less, for some: for who agrees with each list that is given. Of several entries the first counts."""

    limit: People
    """How many people they may see in each window."""
    principals: tuple[str, ...] = ()
    """Principals, as events name them."""
    clients: tuple[str, ...] = ()
    """OAuth clients."""
    roles: tuple[str, ...] = ()
    """Roles, of which one is enough."""
    scopes: tuple[str, ...] = ()
    """Scopes, of which one is enough."""


class BudgetSettings(Section, frozen=True):
    """One budget: how many distinct people may be shown. Who is shown again costs nothing, nor do one's own data."""

    name: str
    """Its name in events: lower case, digits and hyphens."""
    limit: People
    """How many in each window."""
    subject: str = ""
    """Which kind of data subjects it counts: `customer`. Empty: all kinds together."""
    per: Per = "principal"
    """Whose exposures are counted together: each principal's or OAuth client's (who has none is counted by their
    peer), each peer's (an address, of IPv6 its /64), each wider network's, each operation's, or all."""
    window: str = "1h"
    """The window, which slides: `1h`, `1d`, `30d`."""
    then: Then = "deny"
    """Refuse what goes beyond it (`deny`); refuse that, and everything after it until `garrison budgets release`
    (`hold`); refuse it as too many requests, and say when to come again (`throttle`); or only record it (`alert`)."""
    new: TenureSettings | None = None
    """Less for principals, clients, peers or networks that are new. It holds for those too to whom `for` gives more by
    a role or scope, not for principals and clients that are named there."""
    allowances: tuple[AllowanceSettings, ...] = msgspec.field(name="for", default=())
    """More, or less, for some."""
    match: tuple[str, ...] = ()
    """Operations that are counted, any of these, as in `operations`; empty means all."""


DEFAULT_BUDGETS: Final = (
    BudgetSettings(name="hour", limit=200, window="1h", then="hold"),
    BudgetSettings(name="day", limit=500, window="1d"),
    BudgetSettings(name="month", limit=2000, window="30d"),
)
"""What one person at work sees of others; whoever stays below takes over 10,000 times as long for 37 million."""


class ExposureSettings(ControlSettings, frozen=True):
    """Settings of the control `exposure`, which monitors unless told to enforce."""

    kinds: Mapping[str, KindSettings] = {}
    """Kinds of data subjects, as the contract names them with `x-garrison-subject`."""
    subjects: tuple[SubjectSettings, ...] = ()
    """Places that name data subjects, besides those that the contract marks."""
    infer: bool = True
    """Believe names (`customerId`, `/users/{id}`, `vin`) where no kind of subjects is marked in an operation."""
    budgets: tuple[BudgetSettings, ...] = DEFAULT_BUDGETS
    """How many people anyone may see. By default for each principal 200 an hour (`hold`), 500 a day and 2,000 in 30
    days."""
    lists: Literal["refuse", "cut"] = "refuse"
    """What becomes of an answer with a list that goes beyond a budget: it is refused, or the items beyond it are taken
    out."""
    learning: Annotated[float, Meta(ge=0, le=2_592_000)] = 86_400.0
    """For so many seconds after it began to be known whom anybody was shown, nobody counts as never shown
    (`event.unissued`): with a record, since its first exposure, also across a restart."""
    ipv4_prefix: Annotated[int, Meta(ge=8, le=32)] = 24
    """Bits of an IPv4 address that make a network (`per: network`)."""
    ipv6_prefix: Annotated[int, Meta(ge=32, le=128)] = 48
    """Bits of an IPv6 address that make a network (`per: network`)."""


def parse_seconds(text: str, longest: int) -> int:
    """`30d` in seconds; raises ValueError whose text says what is wrong."""
    found = _TIME.match(text)
    if not found:
        raise ValueError("is no length of time")
    seconds = int(found[1]) * _SECONDS[found[2][0]]
    if not seconds:
        raise ValueError("must be more than nothing")
    if seconds > longest:
        raise ValueError(f"must be within {longest // 86400} days")
    return seconds


def window_of(budget: BudgetSettings) -> int:
    """Its window in seconds; the settings have been found good."""
    return parse_seconds(budget.window, LONGEST_WINDOW)


def tenure_of(new: TenureSettings) -> int:
    """For how many seconds one is new."""
    return parse_seconds(new.within, _LONGEST_TENURE)


def budget_faults(budgets: Sequence[BudgetSettings]) -> Iterator[Fault]:
    """What is wrong with `budgets`: where, what and how to mend it."""
    names: set[str] = set()
    for index, budget in enumerate(budgets):
        if not _NAME.match(budget.name):
            yield (
                (index, "name"),
                f"`{budget.name}` is no name",
                "lower case, digits and hyphens, at most 63 characters",
            )
        elif budget.name in names:
            yield (index, "name"), f"`{budget.name}` is the name of two budgets", "name each"
        names.add(budget.name)
        try:
            window_of(budget)
        except ValueError as error:
            yield (index, "window"), f"`{budget.window}` {error}", _TIMES
        for place, message, hint in (*_tenure(budget), *_allowances(budget)):
            yield (index, *place), message, hint


def _tenure(budget: BudgetSettings) -> Iterator[Fault]:
    if budget.new is None:
        return
    try:
        tenure_of(budget.new)
    except ValueError as error:
        yield ("new", "within"), f"`{budget.new.within}` {error}", "examples: `72h`, `7d`"
    if budget.per in {"operation", "all"}:
        yield ("new",), f"with `per: {budget.per}` nobody is new", "count by `principal`, `client`, `peer` or `network`"
    elif budget.new.limit > budget.limit:
        yield ("new", "limit"), f"is more than `limit` ({budget.limit})", "who is new may see less than others"


def _allowances(budget: BudgetSettings) -> Iterator[Fault]:
    for at, allowance in enumerate(budget.allowances):
        if not (allowance.principals or allowance.clients or allowance.roles or allowance.scopes):
            hint = "give `principals`, `clients`, `roles` or `scopes`"
            yield ("for", at), "names nobody", hint
