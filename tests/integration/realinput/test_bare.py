"""Every request that public descriptions' own examples make, and every mutation of it, before the bare engine."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.integration.realinput import bare
from tests.integration.realinput.descriptions import SOURCES, Source, description, only
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


class Judged:
    """The requests of one description, each as the bare engine judged it: read and compiled once."""

    def __init__(self, source: Source) -> None:
        found = description(source)
        self.policy = bare.policy(found.file, bare.slashes(found))
        self.uncompiled = {f"{each.method} {each.template}" for each in self.policy.catalogue.uncompiled}
        self.requests = Requests(found)
        self.targets = list(found.targets())

    def examples(self) -> tuple[int, int, list[Any]]:
        """How many there are, how many of them contradict their schemas, and those that are judged wrongly."""
        count = contradicting = 0
        wrong = []
        for target in self.targets:
            for request in self.requests.of(target):
                count += 1
                decision, _ = bare.ask(self.policy, request.call())
                must_pass = not request.contradictions and target.id not in self.uncompiled
                contradicting += bool(request.contradictions)
                if decision.allowed != must_pass:
                    wrong.append((request.call(), request.contradictions, decision.reasons))
        return count, contradicting, wrong

    def mutations(self) -> tuple[int, list[Any]]:
        """How many there are, and those that are not refused, or for another reason."""
        mutator, count = Mutator(self.requests), 0
        wrong = []
        for target in self.targets:
            plain = self.requests.plain(target)
            assert plain is not None, target.id
            for mutation in mutator.of(plain) if target.id not in self.uncompiled else ():
                count += 1
                decision, status = bare.ask(self.policy, mutation.call)
                ids = {reason.id for reason in decision.reasons}
                exact = ids == {mutation.reason} and status == mutation.status
                if decision.allowed or not (exact if mutation.alone else mutation.reason in ids):
                    wrong.append((mutation, decision.reasons))
        return count, wrong


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_own_examples_pass_and_their_mutations_are_refused_for_the_right_reason(source: Source) -> None:
    """What an independent validator has nothing against is allowed, and nothing else is."""
    judged, figures = Judged(source), FIGURES[source.name]
    count, contradicting, wrong = judged.examples()
    assert wrong == []
    assert judged.requests.impossible == {}
    assert (len(judged.targets), count, contradicting, len(judged.uncompiled)) == figures[:4]
    mutated, wrong = judged.mutations()
    assert wrong == []
    assert mutated == figures.mutations


def test_slashes_inside_a_segment_are_refused_unless_the_operator_means_them(tmp_path: Path) -> None:
    """GitHub's examples hold `heads/feature-a`; without the setting just those requests are refused."""
    whole = description(SOURCES[0])
    slashed = {target.path for target in whole.targets() if target.multi_segment}
    found = only(whole, slashed, tmp_path / "slashed.json")
    policy = bare.policy(found.file)
    requests = Requests(found)
    refused: set[str] = set()
    for target in found.targets():
        for request in requests.of(target):
            decision, _ = bare.ask(policy, request.call())
            if not decision.allowed:
                refused.update(reason.id for reason in decision.reasons)
                assert "%2F" in request.call().target
    assert refused == {"encoded-separator"}
