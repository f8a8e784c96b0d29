"""Stored: where a value that one request put can be read again."""

from collections.abc import Iterator
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.checks.injection.bench import Bench
from garrison.assess.compare import leaves
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target
from garrison.exposure.types.rule import words

_IDS: Final = ("id", "uuid", "key", "number", "slug", "ref", "code")


def read_back(a: Assessment, bench: Bench, made: Exchange) -> Iterator[Exchange]:
    """The object that `made` put there, and the list that it is in, each as far as the API shows it."""
    if bench.target.is_safe or not made.answer.is_success:
        return
    for request in _readers(a, bench.target, made):
        yield a.probe.send(request, made.identity, says="what was put there is read again")


def _readers(a: Assessment, target: Target, made: Exchange) -> Iterator[Request]:
    for each in a.api.targets:
        if each.method != "GET":
            continue
        if each.template == target.template:
            yield msgspec.structs.replace(a.api.request(each), path=dict(made.request.path))
        elif target.method == "POST" and each.collection == target.template.rstrip("/") and each.variables:
            name = each.variables[-1]
            found = _id_in(made, name)
            if found and each.template.endswith("{" + name + "}"):
                yield msgspec.structs.replace(a.api.request(each), path={**made.request.path, name: found})


def _id_in(made: Exchange, variable: str) -> str:
    """The id of what was made, as the answer or its `Location` tells it."""
    value = made.answer.json()
    found = {words(way.rpartition("/")[2]): leaf for way, leaf in leaves(value)} if value is not NOT_JSON else {}
    wanted = [words(variable), *((name,) for name in _IDS)]
    exact = next((found[name] for name in wanted if isinstance(found.get(name), str | int)), None)
    return str(exact) if exact is not None else made.answer.header("location").rstrip("/").rpartition("/")[2]
