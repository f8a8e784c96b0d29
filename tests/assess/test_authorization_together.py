"""All checks of authorization together: sound services stay without findings, and accounts that the assessment spoils
cost none."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.harness import Seen, Stage, run_twin, staging
from tests.assess.twins.authorization.keeping import SHAPES, Keeper, Shape, number, sound
from tests.assess.twins.authorization.members import ROOT, Members
from tests.assess.twins.authorization.named_object_of_another import Statements, Tenants
from tests.assess.twins.authorization.property_set_by_caller import Careless, Selling
from tests.assess.twins.parts import DOORS, Handler, Person, answer, body_of, operation, problem, thing

from garrison.assess.checks.authorization.catalogue import CHECKS


class Locking(Members):
    """A member whose state is not `active` is shut out, and the contract says nothing of which states there are."""

    path = "/people"

    def shown(self, person: Person) -> dict[str, Any]:
        """What is shown of somebody."""
        return {**super().shown(person), "state": person.more.get("state", "active")}

    @property
    def operations(self) -> dict[str, Mapping[str, Any]]:
        """What the contract says."""
        shown = operation(gives=thing("username", "email", "state"))
        changed = operation(takes=thing("email", "state"), status=204)
        return {**DOORS, "GET /me": shown, f"GET {self.one}": shown, f"PUT {self.one}": changed}

    def who(self, request: Request) -> Person | None:
        """Who sends a request; nobody who is shut out."""
        person = super().who(request)
        return person if person is not None and person.more.get("state", "active") == "active" else None

    def write(self, subject: Person, given: Mapping[str, Any]) -> None:
        """Take what may be written."""
        super().write(subject, given)
        subject.more = {"state": str(given.get("state", "active"))}


class Blind(Locking):
    """Shows nobody their state: every change with a made-up one shuts the account out."""

    def shown(self, person: Person) -> dict[str, Any]:
        """What is shown of somebody."""
        return {"username": person.username, "email": person.email}

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {
            **super().routes,
            "PUT /me": self.only(self.change_me),
            "GET /notes/{username}": self.only(self.notes),
        }

    @property
    def operations(self) -> dict[str, Mapping[str, Any]]:
        """What the contract says."""
        return {
            **DOORS,
            "PUT /me": operation(takes=thing("email", "state"), status=204),
            "GET /notes/{username}": operation(gives=thing("username", "note")),
        }

    async def change_me(self, request: Request, person: Person) -> Response:
        """Change oneself."""
        self.write(person, await body_of(request))
        return Response(status_code=204)

    async def notes(self, request: Request, person: Person) -> Response:
        """Somebody's private notes, for whoever asks."""
        name = request.path_params["username"]
        return answer({"username": name, "note": f"of {name}"}) if name in self.all else problem(404, "Not Found")


class Renaming(Members):
    """A member may change their name, and is then somebody else to their own token."""

    @property
    def operations(self) -> dict[str, Mapping[str, Any]]:
        """What the contract says."""
        return {**super().operations, f"PUT {self.one}": operation(takes=thing("username", "email"), status=204)}

    def write(self, subject: Person, given: Mapping[str, Any]) -> None:
        """Take what may be written."""
        super().write(subject, given)
        name = str(given.get("username", subject.username))
        self.all[name] = self.all.pop(subject.username)
        subject.username = name


SOUND: Mapping[str, Callable[[], Starlette]] = {
    **sound(*(name for name in SHAPES if name not in ("numbers", "no list"))),
    "members": lambda: Members().app(),
    "locking": lambda: Locking().app(),
    "tenants by header": lambda: Tenants("header", checks=True).app(),
    "tenants by path": lambda: Tenants("path", checks=True).app(),
    "statements": lambda: Statements(checks=True).app(),
    "a shop": lambda: Selling().app(),
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staging() as opened:
        yield opened


@pytest.mark.parametrize("name", SOUND)
def test_sound_services_stay_without_findings(name: str, tmp_path: Path, stage: Stage) -> None:
    seen = run_all(SOUND[name](), tmp_path, stage)
    assert [(each.check, each.method, each.template, each.says) for each in seen.findings] == []


def test_an_administrator_among_the_identities_changes_nothing(tmp_path: Path, stage: Stage) -> None:
    app = Members().app()
    app.state.identities = ROOT
    assert run_all(app, tmp_path, stage).findings == []


def test_a_change_keeps_the_state_of_whom_it_is_about(tmp_path: Path, stage: Stage) -> None:
    found = run_all(Locking(["change"]).app(), tmp_path, stage).findings
    assert "object-changed-by-another" in {each.check for each in found}


def test_nobody_is_renamed(tmp_path: Path, stage: Stage) -> None:
    found = run_all(Renaming(["change"]).app(), tmp_path, stage).findings
    assert {each.check for each in found} == {"object-changed-by-another"}


def test_an_account_that_shut_itself_out_is_replaced(tmp_path: Path, stage: Stage) -> None:
    found = run_all(Blind().app(), tmp_path, stage).findings
    assert {each.check for each in found} == {"object-read-by-another"}


def test_an_account_that_was_raised_spoils_no_other_proof(tmp_path: Path, stage: Stage) -> None:
    found = run_all(Careless().app(), tmp_path, stage).findings
    assert {(each.check, each.template) for each in found} == {("property-set-by-caller", "/members/{username}")}


def test_weak_shapes_are_found_by_all_together(tmp_path: Path, stage: Stage) -> None:
    found = run_all(Keeper(weak=["read", "change", "delete", "list"]).app(), tmp_path, stage).findings
    assert {each.check for each in found} >= {
        "object-read-by-another",
        "object-changed-by-another",
        "object-deleted-by-another",
    }


class Referring(Keeper):
    """Orders name a product; products are for everybody to delete, which is a weakness that nobody may try on them."""

    def __init__(self) -> None:
        super().__init__(Shape(new_id=number), ["read", "change", "delete", "list"])
        self.products = {str(number): {"id": number, "name": f"tea {number}"} for number in range(1001, 1009)}
        for at in range(3):
            self.all[str(at)] = {"id": at, "tea": "theirs", "note": "theirs", "owner": "somebody"}
            self.owners[str(at)] = "somebody"

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {
            **super().routes,
            "GET /products": self.people.only(self.list_products),
            "GET /products/{productId}": self.people.only(self.read_product),
            "PUT /products/{productId}": self.people.only(self.change_product),
            "DELETE /products/{productId}": self.people.only(self.delete_product),
        }

    @property
    def operations(self) -> dict[str, dict[str, Any]]:
        """What the contract says of them."""
        said = super().operations
        taken = operation(takes=thing("tea", "note", productId="integer"), gives=thing("tea", id="integer"), status=201)
        product = thing("name", id="integer")
        return {
            **said,
            "POST /orders": taken,
            "GET /products": operation(gives={"type": "array", "items": product}),
            "GET /products/{productId}": operation(gives=product),
            "PUT /products/{productId}": operation(takes=thing("name"), gives=product),
            "DELETE /products/{productId}": operation(status=204),
        }

    async def make(self, request: Request, person: Person) -> Response:
        """Make an order of a product."""
        wanted = str((await body_of(request)).get("productId"))
        if wanted not in self.products:
            return problem(404, "Not Found")
        await super().make(request, person)
        made = list(self.all.values())[-1]
        made.update({"productId": int(wanted), "product": self.products[wanted]})
        return answer(made, 201)

    async def list_products(self, request: Request, person: Person) -> Response:
        """All products."""
        return answer(list(self.products.values()))

    async def read_product(self, request: Request, person: Person) -> Response:
        """One product."""
        found = self.products.get(request.path_params["productId"])
        return answer(found) if found is not None else problem(404, "Not Found")

    async def change_product(self, request: Request, person: Person) -> Response:
        """Change one product, whoever asks."""
        self.products[request.path_params["productId"]] = {"id": 0, "name": "changed"}
        return await self.read_product(request, person)

    async def delete_product(self, request: Request, person: Person) -> Response:
        """Delete one product, whoever asks."""
        self.products.pop(request.path_params["productId"], None)
        return Response(status_code=204)


def test_what_others_made_is_neither_changed_nor_deleted(tmp_path: Path, stage: Stage) -> None:
    keeper = Referring()
    products = {key: dict(value) for key, value in keeper.products.items()}
    theirs = {key: dict(value) for key, value in keeper.all.items()}
    found = run_all(keeper.app(), tmp_path, stage).findings
    assert keeper.products == products
    assert {key: keeper.all.get(key) for key in theirs} == theirs
    assert {each.check for each in found} >= {"object-changed-by-another", "object-deleted-by-another"}


def run_all(app: Starlette, folder: Path, stage: Stage) -> Seen:
    return run_twin(app, ModuleType("twin"), CHECKS, folder, stage)
