"""Excessive data exposure: a query parameter that nobody described adds fields and related objects to an answer."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.check import Check
from garrison.assess.checks.authorization.samples import ANSWER_SAMPLES
from garrison.assess.checks.authorization.secrets_exposed import is_secret
from garrison.assess.compare import leaves, name_of
from garrison.assess.probe import Exchange
from garrison.assess.request import Pairs
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.catalogue import type_by_name
from garrison.exposure.types.rule import words

_EXPANDING: Final = ("include", "expand", "embed", "populate", "with", "relations")
_FIELDS: Final = ("fields", "select", "attributes", "columns")
_RELATED: Final = ("owner", "user", "account", "customer", "author", "creator", "profile")
_WANTED: Final = "id,email,phone,password,password_hash,passwordHash,token,api_key,apiKey,role,address,birthdate,ssn"
_SINGLES: Final = 3
"""Values that are tried alone where all together are refused."""
_IDS: Final = frozenset({"id", "uuid", "ref"})


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    """All parameters at once first; one by one only where that shows more."""
    baselines = a.survey.baselines(target) if target.method == "GET" and target.id not in a.doors.targets else ()
    known = next((each for each in baselines if each.answer.json() is not NOT_JSON and each.answer.body), None)
    if known is None:
        return
    for names, value in ((_EXPANDING, ",".join(_relations(known.answer))), (_FIELDS, _WANTED)):
        fresh = tuple(name for name in names if name not in dict(known.request.query))
        if not _new(known, _with(a, known, [(name, value) for name in fresh])):
            continue
        singles = [(name, single) for single in value.split(",")[:_SINGLES] for name in fresh]
        for pair in (*((name, value) for name in fresh), *singles):
            more = _with(a, known, [pair])
            if _new(known, more):
                yield from _proof(a, target, more, pair)
                return


def _proof(a: Assessment, target: Target, more: Exchange, pair: tuple[str, str]) -> Iterator[Finding]:
    """The answer without the parameter, read now: objects may have been made meanwhile."""
    plain = msgspec.structs.replace(more.request, query=more.request.query[:-1])
    before = a.probe.send(plain, more.identity, says="the answer as the contract describes it")
    new = _new(before, more)
    if not before.is_success or not new:
        return
    shown = ", ".join(f"`{way}`" for way in new[:4])
    says = f"`{pair[0]}={pair[1]}`, which the contract does not describe, adds {shown} to the answer"
    step = more.says_that(f"with `{pair[0]}={pair[1]}` it holds {shown} too")
    yield a.found(CHECK, [before, step], says=says, target=target, slot=f"query.{pair[0]}")


def _with(a: Assessment, known: Exchange, pairs: list[tuple[str, str]]) -> Exchange:
    query: Pairs = (*known.request.query, *pairs)
    return a.probe.send(msgspec.structs.replace(known.request, query=query), known.identity)


def _new(known: Exchange, more: Exchange) -> list[str]:
    """Ways to secret and personal values that only the second answer holds."""
    if not more.is_success:
        return []
    before = set(_telling(known.answer))
    return sorted(way for way in _telling(more.answer) if way not in before)


def _telling(answer: Answer) -> Mapping[str, Any]:
    value = answer.json()
    return {
        way: leaf
        for way, leaf in (leaves(value) if value is not NOT_JSON else ())
        if leaf not in (None, "") and (is_secret(name_of(way), leaf) or type_by_name(name_of(way)))
    }


def _relations(answer: Answer) -> list[str]:
    """What the objects of an answer are related to, as the names of their ids say, and the usual names."""
    names = {name_of(way) for way, _ in leaves(answer.json())}
    told = ["_".join(words(name)[:-1]) for name in sorted(names) if len(words(name)) > 1 and words(name)[-1] in _IDS]
    return list(dict.fromkeys((*told, *_RELATED)))[:10]


CHECK: Final = Check(
    id=CheckId("hidden-fields-expanded"),
    title="an undescribed parameter adds secret fields to an answer",
    family="authorization",
    severity=Severity.HIGH,
    tags=("owasp.api3", "cwe.213", "cwe.200", "rec.6", "rec.20"),
    looks="Sends a request that the contract describes once more with `include`, `expand`, `fields` and their kin. It "
    "counts where secret or personal values are in the answer that are not there without them.",
    why="Related objects and columns come out as they are stored, whatever the page shows.",
    mend="List which relations and fields may be asked for, and choose the fields of related objects as those of the "
    "object itself.",
    samples=ANSWER_SAMPLES,
    each=_each,
    most=30,
)
