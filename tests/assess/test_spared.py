"""What changes whoever sends it is tried with an account that nothing else needs."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.harness import assessment_of, staging
from tests.assess.twins.parts import DOORS, People, Person, body_of, contract, operation, serving, thing

from garrison.assess.checks.conformance import catalogue as conformance
from garrison.assess.checks.resources import bound_not_enforced
from garrison.assessing import assess

NAMED = {**thing(username={"type": "string", "maxLength": 60}), "additionalProperties": False}
CONTRACT = contract({**DOORS, "PUT /me": operation(takes=NAMED, gives=thing("username", "email"))})


class Renaming(People):
    """People who may rename themselves, to whatever they like."""

    async def rename(self, request: Request, person: Person) -> Response:
        name = str((await body_of(request)).get("username"))
        del self.all[person.username]
        person.username = name
        self.all[name] = person
        return await self.me(request, person)


def app(people: Renaming) -> Starlette:
    return serving({**people.routes, "PUT /me": people.only(people.rename)})


def test_the_first_accounts_keep_their_names(tmp_path: Path) -> None:
    people = Renaming()
    twin = cast("Any", SimpleNamespace(CONTRACT=CONTRACT))
    with staging() as stage, assessment_of(app(people), twin, tmp_path, stage) as assessment:
        found = assess(assessment, (), (*conformance.CHECKS, bound_not_enforced.CHECK)).outcome.findings
        names = [account.name for account in assessment.accounts[:2]]
        assert len(names) == 2
        assert set(names) <= set(people.all)
        assert not assessment.probe.lost.keys() & {f"throwaway-{name}" for name in names}
        assert {each.check for each in found} >= {"bound-not-enforced", "type-not-checked"}
