from typing import Any

from tests.unit.assess.made import OP, Told, api_of, json_answer, numbered, takes, target_of

from garrison.assess.call import Answer, Call
from garrison.assess.doors import recognise
from garrison.assess.identity import Identity
from garrison.assess.keeper import Keeper, Made
from garrison.assess.probe import Limits, Probe
from garrison.assess.request import Request, Slot
from garrison.assess.survey import Survey

SHOP = api_of(
    {
        "POST /orders": takes(productId=True),
        "GET /orders/{orderId}": {},
        "PUT /orders/{orderId}": takes(note=True),
        "DELETE /orders/{orderId}": {},
        "DELETE /admin/orders/{orderId}": {},
        "DELETE /products/{productId}": {},
        "DELETE /users/{username}": {},
        "POST /messages": takes(text=True),
        "POST /register": takes(username=True, password=True),
        "POST /login": takes(username=True, password=True),
    }
)
ALICE = numbered("alice")


class Notes:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.done: list[str] = []

    def note(self, made: Made) -> None:
        self.notes.append(made.url)

    def gone(self, made: Made) -> None:
        self.done.append(made.url)


class Scene:
    """A shop in which things are made, and what was sent to it."""

    def __init__(self, delete: int = 204, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self.count = 0
        self.delete = delete
        self.transport = Told(self.answer)
        self.survey, self.probe, self.notes = Survey(), Probe(self.transport, limits, lambda: 0.0), Notes()
        self.keeper = Keeper(SHOP, self.survey, self.probe, recognise(SHOP), self.notes)
        self.probe.changed = self.keeper.keep

    def answer(self, call: Call) -> Answer:
        if call.method == "DELETE":
            return Answer(self.delete)
        self.count += 1
        value: dict[str, Any] = {"id": self.count, "productId": "p9", "product": {"id": "p9"}}
        return json_answer(value, 201 if call.method == "POST" else 200)

    def send(self, key: str, identity: Identity | None = ALICE, **path: str) -> None:
        self.probe.send(SHOP.request(target_of(SHOP, key)).about(path), identity)

    @property
    def deleted(self) -> list[str]:
        return [call.target for call in self.transport.calls if call.method == "DELETE"]


def test_what_was_made_is_deleted_the_newest_first() -> None:
    scene = Scene()
    scene.send("POST /orders")
    scene.send("POST /orders")
    assert scene.keeper.clean() == ()
    assert scene.deleted == ["/orders/2", "/orders/1"]
    assert scene.notes.notes == ["/orders/1", "/orders/2"]
    assert scene.notes.done == ["/orders/2", "/orders/1"]


def test_what_was_only_named_is_neither_deleted_nor_own() -> None:
    scene = Scene()
    scene.send("POST /orders")
    scene.keeper.clean()
    assert not any("p9" in target for target in scene.deleted)
    assert scene.probe.is_own(Request(OP, "DELETE", "/orders/{orderId}", path={"orderId": "1"}))
    assert not scene.probe.is_own(Request(OP, "DELETE", "/products/{productId}", path={"productId": "p9"}))
    assert not scene.probe.is_own(Request(OP, "DELETE", "/users/{username}", path={"username": "1"}))


def test_a_change_of_what_was_there_makes_nothing() -> None:
    scene = Scene()
    scene.send("PUT /orders/{orderId}", orderId="77")
    assert scene.keeper.clean() == ()
    assert scene.deleted == []


def test_what_stays_is_told_with_the_reason() -> None:
    scene = Scene(delete=403)
    scene.send("POST /orders")
    scene.send("POST /messages")
    left = {each.what: each.why for each in scene.keeper.clean()}
    assert left == {
        "POST /orders (1)": "deleting it is answered with 403",
        "POST /messages": "no operation deletes it",
    }
    assert scene.notes.done == []


def test_what_is_not_found_any_more_is_gone() -> None:
    scene = Scene(delete=404)
    scene.send("POST /orders")
    assert scene.keeper.clean() == ()


def test_what_its_maker_may_not_delete_an_administrator_deletes() -> None:
    scene = Scene()
    refused = Answer(403)
    plain = scene.answer
    scene.transport = Told(
        lambda call: refused if call.method == "DELETE" and "alice" in str(call.headers) else plain(call)
    )
    scene.probe._transport = scene.transport
    scene.send("POST /orders")
    assert scene.keeper.clean(numbered("root")) == ()
    assert "root-1" in str(scene.transport.calls[-1].headers)


def test_cleaning_up_is_not_bounded_by_what_was_spent() -> None:
    scene = Scene(limits=Limits(in_all=1))
    scene.send("POST /orders")
    assert scene.keeper.clean() == ()
    assert scene.deleted == ["/orders/1"]


def test_accounts_delete_themselves() -> None:
    scene = Scene()
    request = SHOP.request(target_of(SHOP, "POST /register"))
    request = request.put(Slot("body", "username"), "bob").put(Slot("body", "password"), "the-password")
    scene.probe.send(request)
    assert [made.secret for made, _ in scene.keeper.made] == [("bob", "the-password")]
    plain = scene.answer
    scene.probe._transport = scene.transport = Told(
        lambda call: json_answer({"token": "token-of-bob"}) if call.target == "/login" else plain(call)
    )
    assert scene.keeper.clean() == ()
    assert scene.deleted == ["/users/bob"]
    assert ("authorization", "Bearer token-of-bob") in scene.transport.calls[-1].headers
