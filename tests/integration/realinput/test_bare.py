"""Every request that public descriptions' own examples make, and every mutation of it, before the bare engine."""

from typing import NamedTuple

import pytest
from tests.integration.realinput import bare
from tests.integration.realinput.descriptions import SOURCES, Source, description
from tests.integration.realinput.mutations import Mutator
from tests.integration.realinput.requests import Requests


class Figures(NamedTuple):
    """What the packages of `.ci/peers.txt` hold; a smaller number means that something is not looked at any more."""

    operations: int
    requests: int
    contradicting: int
    """Requests that are refused because an example breaks its own schema: docs/explanations/real-input.md."""
    uncompiled: int
    mutations: int


FIGURES = {
    "github": Figures(1223, 2631, 9, 0, 23676),
    "github-enterprise": Figures(980, 2272, 8, 0, 19110),
    "twilio": Figures(197, 1009, 32, 0, 6116),
    "twilio-conversations": Figures(103, 244, 0, 0, 2304),
    "twilio-content": Figures(8, 8, 0, 0, 174),
    "twilio-assistants": Figures(30, 33, 0, 0, 508),
    "twilio-flex": Figures(73, 115, 1, 0, 1425),
    "directus": Figures(136, 1232, 3, 1, 3012),
    "blockfrost": Figures(129, 395, 0, 0, 2221),
    "star-trek": Figures(120, 160, 0, 0, 1720),
    "rclone": Figures(101, 303, 0, 0, 3050),
    "figma": Figures(54, 82, 0, 0, 860),
    "readme": Figures(54, 95, 0, 0, 980),
    "ideal-postcodes": Figures(31, 145, 0, 0, 611),
    "dialogporten": Figures(29, 47, 0, 0, 534),
    "notion": Figures(24, 59, 0, 0, 441),
    "galaxy": Figures(9, 22, 0, 0, 212),
}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_own_examples_pass(source: Source) -> None:
    """What an independent validator has nothing against is allowed, and nothing else is."""
    found = description(source)
    policy = bare.policy(found.file, bare.slashes(found))
    uncompiled = {f"{each.method} {each.template}" for each in policy.catalogue.uncompiled}
    requests = Requests(found)
    count = contradicting = operations = 0
    wrong = []
    for target in found.targets():
        operations += 1
        for request in requests.of(target):
            count += 1
            decision, _ = bare.ask(policy, request.call())
            must_pass = not request.contradictions and target.id not in uncompiled
            contradicting += bool(request.contradictions)
            if decision.allowed != must_pass:
                wrong.append((request.call(), request.contradictions, decision.reasons))
    assert wrong == []
    assert requests.impossible == {}
    figures = FIGURES[source.name]
    assert (operations, count, contradicting, len(uncompiled)) == figures[:4]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_mutated_requests_are_refused_for_the_right_reason(source: Source) -> None:
    found = description(source)
    policy = bare.policy(found.file, bare.slashes(found))
    uncompiled = {f"{each.method} {each.template}" for each in policy.catalogue.uncompiled}
    requests = Requests(found)
    mutator = Mutator(requests)
    count = 0
    wrong = []
    for target in found.targets():
        plain = requests.plain(target)
        assert plain is not None, target.id
        if target.id in uncompiled:
            continue
        for mutation in mutator.of(plain):
            count += 1
            decision, status = bare.ask(policy, mutation.call)
            ids = {reason.id for reason in decision.reasons}
            exact = ids == {mutation.reason} and status == mutation.status
            if decision.allowed or not (exact if mutation.alone else mutation.reason in ids):
                wrong.append((mutation, decision.reasons))
    assert wrong == []
    assert count == FIGURES[source.name].mutations


def test_slashes_inside_a_segment_are_refused_unless_the_operator_means_them() -> None:
    """GitHub's examples hold `heads/feature-a`; without the setting just those requests are refused."""
    found = description(SOURCES[0])
    policy = bare.policy(found.file)
    requests = Requests(found)
    refused: set[str] = set()
    for target in found.targets():
        for request in requests.of(target) if target.multi_segment else ():
            decision, _ = bare.ask(policy, request.call())
            if not decision.allowed:
                refused.update(reason.id for reason in decision.reasons)
                assert "%2F" in request.call().target
    assert refused == {"encoded-separator"}
