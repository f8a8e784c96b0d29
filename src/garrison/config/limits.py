"""Settings of limits and of blocking: how much each may ask, and who may ask nothing for now."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta

from garrison.config.expression import compiled
from garrison.config.sections import Cap, ControlSettings, Count, Fault, Section

By = Literal["principal", "client", "token", "realm", "peer", "operation"]
"""What a limit counts apart."""

KEY_VARIABLES = frozenset({"principal", "request", "peer", "operation"})
"""What the expression of a key may look at."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
_PER = re.compile(r"([0-9]{1,9})/([0-9]{1,5})?(s|sec|second|m|min|minute|h|hour|d|day|w|week)\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_MOST_A_SECOND = 10_000
"""What one gateway could not reach anyway; above it, moments are not told apart well enough."""
_LONGEST = 31 * 86400
"""A month: whoever was counted must be remembered for so long."""


class LimitSettings(Section, frozen=True):
    """One limit. It counts an exchange where every pattern of `match` lets it, each key by itself."""

    name: str
    """Its name in events and headers: lower case, digits and hyphens. Operations with a limit of the same name share
    what it counts."""
    by: tuple[By, ...] = ("principal",)
    """What is counted apart: by `principal`, `client`, `token` or `realm`, by the `peer`'s network, by `operation`;
    several together. Who has not proved who they are is counted by their network instead. Empty: all together."""
    cel: str = ""
    """A CEL expression that gives the key instead of `by`, from `principal`, `request`, `peer` and `operation`:
    `request.headers["x-tenant"]`. Where it gives none, the peer's network counts."""
    rate: str = ""
    """How many, evenly: `100/min`, `5/s`, `1000/12h`."""
    burst: Count = 0
    """How many of them at once after a pause; 0 means as many as `rate` says."""
    quota: str = ""
    """How many in each window of time: `10000/day`; days are in UTC."""
    window: Literal["fixed", "sliding"] = "fixed"
    """Whether a quota begins anew with each window, or what the last one saw is weighted by how much of it lies
    within one window's length."""
    concurrent: Count = 0
    """How many at the same time; 0 means any number."""
    match: tuple[str, ...] = ()
    """Operations that are counted, any of these, as in `operations`; empty means all, and requests that match none."""


class RateLimitSettings(ControlSettings, frozen=True):
    """Settings of the control `rate-limit`."""

    limits: tuple[LimitSettings, ...] = ()
    """The limits, asked in this order; the first that is reached refuses, and those after it do not count."""
    cost: Cap = 1
    """How much an exchange counts."""
    headers: bool = True
    """Tell clients what is left (`RateLimit`, `RateLimit-Policy`)."""
    ipv4_prefix: Annotated[int, Meta(ge=8, le=32)] = 32
    """Bits of an IPv4 address that make a peer's network."""
    ipv6_prefix: Annotated[int, Meta(ge=32, le=128)] = 64
    """Bits of an IPv6 address that make a peer's network: a subscriber has at least 64 to choose from."""


class BlockingSettings(ControlSettings, frozen=True):
    """Settings of the control `blocking`."""

    allow: tuple[str, ...] = ()
    """Addresses, networks (CIDR) and autonomous systems (`as64496`) that are never blocked, whatever
    `garrison block` says."""
    systems_file: str = ""
    """CSV file `network,number` that says which autonomous system a network belongs to."""


class RevocationSettings(ControlSettings, frozen=True):
    """Settings of the control `revocation`."""

    ends: Literal["nothing", "token", "principal"] = "nothing"
    """Of an operation in `operations`: what ends once the API has answered it with a 2xx. `token`, of a log-out: the
    token or session cookie that came with it. `principal`, of a change of password: all tokens of whoever asks that
    were issued before, or whose age is not known, this one among them."""
    ended_days: Annotated[int, Meta(ge=1, le=366)] = 30
    """Days for which an end counts, of `token` where that does not say until when it holds: longer than any session."""


class Per(NamedTuple):
    """So many in so many seconds."""

    requests: int
    seconds: int


def parse_per(text: str) -> Per:
    """`100/min`; raises ValueError whose text says what is wrong."""
    found = _PER.match(text)
    if not found:
        raise ValueError("must be a number and a time")
    per = Per(int(found[1]), int(found[2] or 1) * _SECONDS[found[3][0]])
    if not per.requests or not per.seconds:
        raise ValueError("must be more than nothing")
    if per.seconds > _LONGEST:
        raise ValueError("must be within 31 days")
    return per


def limit_faults(limits: Sequence[LimitSettings], cost: int) -> Iterator[Fault]:
    """What is wrong with `limits`: where, what and how to mend it."""
    names: set[str] = set()
    for index, limit in enumerate(limits):
        if limit.name in names:
            yield (index, "name"), f"`{limit.name}` is the name of two limits", "name each"
        names.add(limit.name)
        if not _NAME.match(limit.name):
            yield (index, "name"), f"`{limit.name}` is no name", "lower case, digits and hyphens, at most 63 characters"
        if not (limit.rate or limit.quota or limit.concurrent):
            yield (index,), f"`{limit.name}` limits nothing", "give `rate`, `quota` or `concurrent`"
        for place, message, hint in (*_numbers(limit, cost), *_key(limit)):
            yield (index, place), message, hint


def _numbers(limit: LimitSettings, cost: int) -> Iterator[tuple[str, str, str]]:
    for place, text in (("rate", limit.rate), ("quota", limit.quota)):
        if not text:
            continue
        try:
            per = parse_per(text)
        except ValueError as error:
            yield place, f"`{text}` {error}", "examples: `100/min`, `5/s`, `10000/day`"
            continue
        most = per.requests
        if place == "rate":
            most = limit.burst or per.requests
            if per.requests > _MOST_A_SECOND * per.seconds:
                yield place, f"`{text}` is more than {_MOST_A_SECOND} a second", "leave it out"
            if most * per.seconds > _LONGEST * per.requests:
                yield "burst", "would take more than 31 days to come back", "choose a smaller one"
        if cost > most:
            yield place, f"a cost of {cost} would never be admitted", f"let it be at least {cost}, or lower `cost`"
    if limit.burst and not limit.rate:
        yield "burst", "needs `rate`", "leave it out"


def _key(limit: LimitSettings) -> Iterator[tuple[str, str, str]]:
    if not limit.cel:
        return
    try:
        used = compiled(limit.cel).references()["variables"]
    except ValueError as error:
        yield "cel", f"is no CEL expression: {_first_line(error)}", 'example: `request.headers["x-tenant"]`'
        return
    unknown = sorted(set(used) - KEY_VARIABLES)
    if unknown:
        known = ", ".join(f"`{name}`" for name in sorted(KEY_VARIABLES))
        yield "cel", f"`{unknown[0]}` is not known here", f"there are {known}"


def _first_line(error: ValueError) -> str:
    text = str(error).partition("ERROR: ")[2] or str(error)
    return " ".join(text.partition("\n")[0].split()).removeprefix("<input>:")
