"""Ground truth is the API's own: who is in an answer stands in its label, and nobody else does."""

import pytest

from garrison.lab.background import visits
from garrison.lab.breach import Breach
from garrison.lab.breaches.catalogue import BREACHES

NAMES = [breach.name for breach in BREACHES]


@pytest.mark.parametrize("breach", BREACHES, ids=NAMES)
def test_an_attack_finds_who_is_in_the_register_and_each_once(breach: Breach) -> None:
    register = breach.campaign.register
    found = []
    for place in {*range(min(200, register.size)), register.size - 1}:
        answer = breach.api.answer(breach.hostile(place, 0, "198.18.0.1"))
        assert bool(answer.carried) == register.has(place), place
        assert all((each.mark or each.name).encode() in answer.body for each in answer.carried if each.kind)
        found += [each.name for each in answer.carried]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("breach", BREACHES, ids=NAMES)
def test_benign_people_are_answered(breach: Breach) -> None:
    people = visits(breach.mix._replace(requests=400, people=100), breach.campaign.begins, 2 * 86_400, seed=1)
    answers = [breach.api.answer(breach.benign(visit)) for visit in people]
    assert {answer.status for answer in answers} <= {200}
    assert len({visit.role for visit in people}) == 8
    for answer in answers:
        assert all(each.name.encode() in answer.body for each in answer.carried)


@pytest.mark.parametrize("breach", BREACHES, ids=NAMES)
def test_the_same_request_is_the_same_value(breach: Breach) -> None:
    assert breach.hostile(17 % breach.campaign.requests, 0, "198.18.0.1") == breach.hostile(
        17 % breach.campaign.requests, 0, "198.18.0.1"
    )
