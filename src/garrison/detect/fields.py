"""The fields that a rule may use: of the event, derived of it, and what the learners say."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeAlias

from garrison.detect.seen import Seen

Get: TypeAlias = Callable[[Seen], Any]


class Field(NamedTuple):
    """One field."""

    name: str
    path: str
    """Where it stands in `Seen`."""
    get: Get
    meaning: str
    few: bool = False
    """Whether it has few values, so that what a condition says of it is remembered."""
    many: bool = False
    """Whether an event may have several values of it: each counts, and one that agrees is enough."""


def _at(path: str, name: str, meaning: str, *, few: bool = False, many: bool = False) -> Field:
    return Field(name, path, attrgetter(path), meaning, few, many)


def _event(name: str, meaning: str, *, few: bool = False, many: bool = False) -> Field:
    return _at(f"event.{name}", name, meaning, few=few, many=many)


def _seen(name: str, meaning: str, *, few: bool = False, many: bool = False) -> Field:
    return _at(name, name, meaning, few=few, many=many)


FIELDS: Final[Mapping[str, Field]] = {
    one.name: one
    for one in (
        _event("id", "The event's id."),
        _at("event.time", "started", "When the request arrived: seconds since the epoch."),
        _seen("time", "When the exchange was over: seconds since the epoch."),
        _event("method", "Request method.", few=True),
        _event("operation", "The operation's id; null where the contract describes none.", few=True),
        _event("template", "The operation's path template."),
        _event("peer", "Network address; where it is grouped by, of IPv6 its /64."),
        _seen("network", "The peer's /24 or /48."),
        _event("allowed", "Whether nothing that is enforced objected.", few=True),
        _seen("denied", "Whether something did.", few=True),
        _event("mode", "`enforce` or `monitor`.", few=True),
        _event("disposition", "What was done: `allowed`, `blocked`, `logged`, ...", few=True),
        _event("status", "Status that the client received; 0 where none was sent.", few=True),
        _event("principal", "Who asked; empty where nobody proved who they are."),
        _seen("anonymous", "Whether nobody proved who they are.", few=True),
        _seen("asker", "Who asked: the principal, else the peer, of IPv6 its /64."),
        _at("reasons", "reason", "Ids of the objections, enforced and observed.", few=True, many=True),
        _event("errors", "Controls that failed.", few=True, many=True),
        _event("uninspected", "Parts that passed with head-only inspection.", many=True),
        _event("request_bytes", "Size of the request's body."),
        _event("response_bytes", "Size of the response's body."),
        _event("duration", "Seconds that the exchange took."),
        _event("engine", "Seconds of those in which it was judged."),
        _event("upstream", "Seconds of those until the response's head."),
        _event("policy", "Which policy judged it."),
        _event("client", "The OAuth client that asked for the principal."),
        _event("token", "The name of its token or key."),
        _event("attribution", "Whether it is known whose data was disclosed.", few=True),
        _seen("people", "Subjects whose data was disclosed to somebody else than themselves.", many=True),
        _seen("told", "Whether there are such.", few=True),
        _event("asked", "What the request named and the answer did not disclose.", many=True),
        _seen("sought", "What the request was after: `asked` and `people` together.", many=True),
        _seen("looked", "Whether the request was after somebody else.", few=True),
        _event("missed", "Whether nothing was found of what it named.", few=True),
        _event("unissued", "How many ids it named that were never shown to whoever asks."),
        _seen("strange", "Whether there are such.", few=True),
        _event("near", "Whether it is a step of a walk through ids.", few=True),
        _event("forms", "Forms of what stands in open parameters: `path.user=email`.", many=True),
        _event("agent", "The product that `User-Agent` names first."),
        _event("claimed", "Digest of the account that a refused credential was for."),
        _seen("hour", "Hour of the day, UTC."),
        _seen("weekday", "Day of the week, UTC: Monday is 0."),
        _at("new_form", "novel", "Learned: a form that a parameter never had.", few=True),
        _seen("newcomer", "Learned: whoever asks is new to this operation.", few=True),
        _seen("dormant", "Learned: the operation had been silent.", few=True),
        _seen("surge", "Learned: how unusual the operation's rate is for its cohort and hour: a robust z-score."),
        _seen("missing", "Learned: how unusual the share of misses is, as `surge`."),
        _seen("taking", "Learned: how unusually many people each who asks is told of, as `surge`."),
    )
}

NUMBERS: Final = frozenset({
    "started", "time", "denied", "allowed", "status", "anonymous", "request_bytes", "response_bytes", "duration",
    "engine", "upstream", "told", "looked", "missed", "unissued", "strange", "near", "hour", "weekday", "novel",
    "newcomer", "dormant", "surge", "missing", "taking",
})  # fmt: skip
"""Fields that can be added up; of those that are true or not, true is 1."""

ALIASES: Final[Mapping[str, str]] = {
    # Sigma's taxonomy of webserver and proxy logs (W3C extended log format)
    "c-ip": "peer",
    "src_ip": "peer",
    "cs-method": "method",
    "sc-status": "status",
    "cs-uri": "template",
    "cs-uri-stem": "template",
    "c-uri": "template",
    "c-uri-stem": "template",
    "cs-user-agent": "agent",
    "c-useragent": "agent",
    "cs-username": "principal",
    "cs-bytes": "request_bytes",
    "sc-bytes": "response_bytes",
    # Elastic Common Schema
    "client.ip": "peer",
    "source.ip": "peer",
    "http.request.method": "method",
    "http.request.body.bytes": "request_bytes",
    "http.response.status_code": "status",
    "http.response.body.bytes": "response_bytes",
    "url.path": "template",
    "user_agent.name": "agent",
    "user_agent.original": "agent",
    "user.id": "principal",
    "user.name": "principal",
    "event.action": "operation",
    # OCSF API Activity
    "actor.user.name": "principal",
    "actor.user.uid": "principal",
    "api.operation": "operation",
    "http_request.body_length": "request_bytes",
    "http_request.http_method": "method",
    "http_request.url.path": "template",
    "http_request.user_agent": "agent",
    "http_response.body_length": "response_bytes",
    "http_response.code": "status",
    "src_endpoint.ip": "peer",
}
"""Names of other vocabularies for what an event has."""


_ORIGIN: Final = _seen("origin", "What a peer cannot leave by choosing another of its addresses.")


def grouping(field: Field) -> Field:
    """What events are grouped by where a rule says `field`."""
    return _ORIGIN if field is FIELDS["peer"] else field


def field_named(name: str) -> Field | None:
    """The field that a rule means with `name`."""
    return FIELDS.get(ALIASES.get(name, name))


def field_hint(name: str) -> str:
    """What the author of a rule may have meant."""
    near = get_close_matches(name, [*FIELDS, *ALIASES], n=3, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(f"`{one}`" for one in near)
    return "events hold no raw paths, queries, headers or bodies; docs/reference/detection-rules.md lists the fields"


def values_of(field: Field, seen: Seen) -> tuple[Any, ...]:
    """The values of `field`, none where it is empty."""
    value = field.get(seen)
    if field.many:
        return tuple(value)
    return () if value is None or value == "" else (value,)
