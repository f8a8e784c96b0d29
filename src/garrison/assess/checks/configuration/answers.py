"""Answers: those that exploration saw, for checks that only read."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.probe import Exchange
from garrison.assess.target import Target


def successes(a: Assessment) -> Iterator[tuple[Target, Exchange]]:
    """Every operation that succeeded, and how."""
    for target in a.api.targets:
        yield from ((target, each) for each in a.survey.baselines(target))


def private(a: Assessment) -> Iterator[tuple[Target, Exchange]]:
    """Answers of operations that read and need a credential, with something in them."""
    for target, each in successes(a):
        is_open = target.is_declared_public or a.survey.is_public(target)
        if target.method == "GET" and each.identity is not None and not is_open and each.answer.body:
            yield target, each


def directives(cache_control: str) -> dict[str, str]:
    """What a `Cache-Control` header says (RFC 9111, section 5.2), names lower case."""
    found = {}
    for part in cache_control.lower().split(","):
        name, _, value = part.strip().partition("=")
        if name:
            found[name] = value.strip('"')
    return found
