"""Breaches that access control prevents: not one record is lost, and everybody who may ask is answered. Each through
the ASGI middleware and through `garrison guard` with Envoy.

What is public of each incident, and what a replay has to assume, stands in its docstring.
"""

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from tests.breaches.conftest import AnyStage, Build
from tests.breaches.scene import (
    CUSTOMERS,
    DEALERS,
    NOBODY,
    STAFF,
    Ask,
    Outcome,
    Who,
    bearer,
    contract,
    get,
    subjects,
    variable,
)

TEXT = {"type": "string"}
ACCOUNT = {"type": "string", "pattern": "^[0-9]{9}$"}
VIN = {"type": "string", "pattern": "^[A-HJ-NPR-Z0-9]{17}$"}


def reasons(outcomes: list[Outcome]) -> set[str]:
    return {reason.id for each in outcomes for reason in each.event.reasons}


def check(stage: AnyStage, benign: list[Ask], hostile: list[Ask], kind: str) -> set[str]:
    """Play both; the reasons of the refusals. Not one hostile request may disclose anybody."""
    answered = stage.play(benign)
    assert [(each.ask.path, each.status) for each in answered if each.status >= 300] == [], reasons(answered)
    refused = stage.play(hostile)
    assert {each.status for each in refused} <= {400, 401, 403, 404}, "the first hostile request is refused"
    assert subjects(refused, kind) == set(), "records were lost"
    return reasons(refused)


def test_tmobile_2022(build: Build) -> None:
    """One API gave 37 million customers in 41 days (public); a partner's token of little privilege (assumed)."""
    customer = {
        "type": "object",
        "properties": {"accountNumber": ACCOUNT, "name": TEXT, "birthDate": TEXT, "lines": {"type": "array"}},
    }
    number = variable("accountNumber", ACCOUNT, **{"x-garrison-owner": "account"})
    security = [{"bearer": ["customers:read"]}]
    paths = {"/v1/customers/{accountNumber}": {"parameters": [number], **get(customer, security=security)}}
    controls = {
        "authentication": {"schemes": {"bearer": bearer(CUSTOMERS)}},
        "object-access": {"unless-roles": ["support"]},
    }

    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        del method, body
        return 200, {"accountNumber": path.rpartition("/")[2], "name": "A", "birthDate": "1970-01-01", "lines": []}

    stage = build(contract(paths), controls, answer)
    may_read = {"scope": "customers:read"}
    own = [Who(CUSTOMERS, f"u{n}", {**may_read, "account": f"{n:09}"}) for n in range(1, 30)]
    support = Who(CUSTOMERS, "agent", {**may_read, "roles": ["support"]})
    benign = [Ask(who, "GET", f"/v1/customers/{who.claims['account']}") for who in own]
    benign += [Ask(support, "GET", f"/v1/customers/{n:09}") for n in range(1, 30)]
    partner = Who(CUSTOMERS, "partner", {"scope": "orders:write"})
    nosy = own[0]
    walk = [Ask(partner, "GET", f"/v1/customers/{n:09}") for n in range(1, 200)]
    walk += [Ask(nosy, "GET", f"/v1/customers/{n:09}") for n in range(2, 200)]
    assert check(stage, benign, walk, "accountNumber") == {"scope-required", "not-owner"}
    assert len(stage.reached) == len(benign), "nothing hostile reached the API"


def test_optus_2022(build: Build) -> None:
    """A dormant host without the access control that its twin had been given (public): counting up ids."""
    person = {"type": "object", "properties": {"contactId": TEXT, "name": TEXT, "passport": TEXT}}
    number = variable("contactId", {"type": "string", "pattern": "^[0-9]{1,8}$"}, **{"x-garrison-owner": "contact"})
    paths = {"/api/customers/{contactId}": {"parameters": [number], **get(person)}}

    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        del method, body
        number = int(path.rpartition("/")[2])
        return (200, {"contactId": str(number), "name": "A", "passport": "N1"}) if number % 2 else (404, {})

    stage = build(contract(paths), {"authentication": {"schemes": {"bearer": bearer(CUSTOMERS)}}}, answer)
    benign = [Ask(Who(CUSTOMERS, f"u{n}", {"contact": n}), "GET", f"/api/customers/{n}") for n in range(1, 60, 2)]
    hostile = [Ask(NOBODY, "GET", f"/api/customers/{n}") for n in range(1, 300)]
    assert check(stage, benign, hostile, "contactId") == {"credential-missing", "not-owner"}
    assert len(stage.reached) == len(benign)


def test_dell_2024(build: Build) -> None:
    """Partner accounts, approved in a day, tried service tags (public): a partner sees only what it sold."""
    order = {
        "type": "object",
        "properties": {"tag": TEXT, "customer": TEXT, "soldBy": {**TEXT, "x-garrison-owner": "partner"}},
    }
    tag = variable("tag", {"type": "string", "pattern": "^[A-Z0-9]{7}$"})
    paths = {"/partner/v1/service-tags/{tag}": {"parameters": [tag], **get(order)}}
    sellers = itertools.cycle(["acme", "bolt"])
    sold = {f"AAAAA{n:02}": next(sellers) for n in range(100)}

    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        del method, body
        found = path.rpartition("/")[2]
        return (200, {"tag": found, "customer": "C", "soldBy": sold[found]}) if found in sold else (404, {})

    stage = build(contract(paths), {"authentication": {"schemes": {"bearer": bearer(DEALERS)}}}, answer)
    acme, fake = Who(DEALERS, "a", {"partner": "acme"}), Who(DEALERS, "f", {"partner": "fake-company"})
    benign = [Ask(acme, "GET", f"/partner/v1/service-tags/{tag}") for tag, by in sold.items() if by == "acme"]
    hostile = [Ask(fake, "GET", f"/partner/v1/service-tags/{tag}") for tag in [*sold, "ZZZZZZZ"]]
    hostile += [Ask(acme, "GET", f"/partner/v1/service-tags/{tag}") for tag, by in sold.items() if by == "bolt"]
    outcomes = stage.play(hostile)
    assert {each.status for each in outcomes} == {404}, "what is another's looks like what is not there"
    assert check(stage, benign, hostile, "tag") == {"not-owner-of-answer"}


def test_peloton_2021(build: Build) -> None:
    """Anybody, then anybody with a login, read members' data, private profiles included (public)."""
    private = {**TEXT, "x-garrison-read-scope": "profiles:private"}
    profile = {
        "type": "object",
        "properties": {"id": TEXT, "name": TEXT, "city": private, "weight": private, "workouts": {"type": "array"}},
    }
    own = variable("id", TEXT, **{"x-garrison-owner": "sub"})
    paths = {
        "/members/{id}": {"parameters": [own], **get(profile)},
        "/public-profiles/{id}": {"parameters": [variable("id", TEXT)], **get(profile)},
    }

    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        del method, body
        return 200, {"id": path.rpartition("/")[2], "name": "A", "city": "B", "weight": "C", "workouts": []}

    stage = build(contract(paths), {"authentication": {"schemes": {"bearer": bearer(CUSTOMERS)}}}, answer)
    members = [Who(CUSTOMERS, f"m{n}", {"scope": "profiles:private"}) for n in range(20)]
    benign = [Ask(who, "GET", f"/members/{who.subject}") for who in members]
    hostile = [Ask(NOBODY, "GET", f"/members/m{n}") for n in range(20)]
    hostile += [Ask(members[0], "GET", f"/members/m{n}") for n in range(1, 20)]
    assert check(stage, benign, hostile, "id") == {"credential-missing", "not-owner"}
    plain = Who(CUSTOMERS, "m5")
    (seen,) = stage.play([Ask(plain, "GET", "/public-profiles/m7")])
    assert seen.body == {"id": "m7", "name": "A", "workouts": []}, "what is private is taken out"


MAY_SEE_ALL = {"unless-scopes": ["vehicles:all"]}


class Vehicles:
    """The API of a car maker, with every flaw of the suite. Paths and fields are assumed."""

    def __init__(self, build: Build, access: Mapping[str, Any] = MAY_SEE_ALL) -> None:
        """`access` are the settings of the control of that name."""
        self.owners = {f"WVWZZZ1JZXW0000{n:02}": f"owner{n}" for n in range(20)}
        owner = {**TEXT, "x-garrison-owner": "sub"}
        vehicle = {"type": "object", "properties": {"vin": VIN, "owner": owner, "phone": TEXT}}
        role = {**TEXT, "x-garrison-write-scope": "users:roles"}
        user = {
            "type": "object",
            "properties": {"name": TEXT, "email": {"type": "string", "format": "email"}, "role": role},
        }
        dealer = {"type": "object", "required": ["name"], "properties": {"name": TEXT, "role": role}}
        vin = variable("vin", VIN)
        self.contract = contract(
            {
                "/telematics/{vin}": {"parameters": [vin], **get(vehicle)},
                "/telematics/{vin}/unlock": {"parameters": [vin], **post({"type": "object"}, vehicle)},
                "/users": post(user, {"type": "object"}),
                "/users/{id}": {
                    "parameters": [variable("id", TEXT, **{"x-garrison-owner": "sub"})],
                    "patch": post(user, {"type": "object"})["post"],
                },
                "/dealers": post(dealer, {"type": "object"}),
                "/staff/vehicles/{vin}": {"parameters": [vin], **get(vehicle, security=[{"staff": []}])},
            },
            ("bearer", "staff"),
        )
        self.controls = {
            "authentication": {
                "schemes": {
                    "bearer": {"jwt": [*bearer(CUSTOMERS)["jwt"], *bearer(DEALERS)["jwt"]]},
                    "staff": bearer(STAFF),
                }
            },
            "object-access": access,
        }
        self.stage = build(self.contract, self.controls, self.answer)

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Believes everything that it is told."""
        parts = path.split("/")
        if "telematics" in parts or "staff" in parts:
            vin = parts[3] if "staff" in parts else parts[2]
            return 200, {"vin": vin, "owner": self.owners.get(vin, "nobody"), "phone": "555"}
        return (200 if method == "PATCH" else 201), {"taken": body}


def post(takes: Any, gives: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": gives}}
    responses = {status: {"description": "done", "content": content} for status in ("200", "201")}
    body = {"required": True, "content": {"application/json": {"schema": takes}}}
    return {"post": {"requestBody": body, "responses": responses}}


OWNER = Who(CUSTOMERS, "owner3")
ATTACKER = Who(CUSTOMERS, "attacker")
OWN = "WVWZZZ1JZXW000003"
HOSTILE = {
    "a: a line break after the victim's email": (
        [Ask(ATTACKER, "POST", "/users", {"name": "A", "email": "owner3@example.com\r\n"})],
        {"body-invalid"},
    ),
    "b: a VIN from the windshield": (
        [Ask(ATTACKER, "GET", f"/telematics/WVWZZZ1JZXW0000{n:02}") for n in range(20)],
        {"not-owner-of-answer"},
    ),
    "c: a dealer who registered himself": (
        [
            Ask(Who(DEALERS, "new"), "POST", "/dealers", {"name": "D", "role": "primary-owner"}),
            *[Ask(Who(DEALERS, "new"), "GET", f"/telematics/WVWZZZ1JZXW0000{n:02}") for n in range(20)],
        ],
        {"field-not-writable", "not-owner-of-answer"},
    ),
    "d: a dealer's token in the realm of the staff": (
        [Ask(Who(DEALERS, "d", {"scope": "vehicles:all"}), "GET", f"/staff/vehicles/{OWN}")],
        {"issuer-unknown"},
    ),
    "g: a role in the update of a user": (
        [Ask(ATTACKER, "PATCH", "/users/attacker", {"role": "administrator"})],
        {"field-not-writable"},
    ),
}


@pytest.fixture(scope="module")
def vehicles(shared_build: Build) -> Vehicles:
    return Vehicles(shared_build)


@pytest.mark.parametrize("name", HOSTILE)
def test_carmakers_2022(vehicles: Vehicles, name: str) -> None:
    benign = [
        Ask(OWNER, "GET", f"/telematics/{OWN}"),
        Ask(OWNER, "POST", "/users", {"name": "A", "email": "owner3@example.com"}),
        Ask(OWNER, "PATCH", "/users/owner3", {"name": "B"}),
        Ask(Who(DEALERS, "old"), "POST", "/dealers", {"name": "D"}),
        Ask(Who(STAFF, "s", {"scope": "vehicles:all"}), "GET", f"/staff/vehicles/{OWN}"),
        Ask(Who(CUSTOMERS, "admin", {"scope": "users:roles"}), "PATCH", "/users/admin", {"role": "clerk"}),
    ]
    hostile, expected = HOSTILE[name]
    assert check(vehicles.stage, benign, hostile, "vin") == expected


def test_a_command_to_a_vehicle_is_the_owners(build: Build) -> None:
    """(b) also ran commands: there the answer comes too late, so the request must name the owner, or be the owner's."""
    stage = Vehicles(build, {"owners": [{"parameter": "vin", "claim": "vehicles"}]}).stage
    owner = Who(CUSTOMERS, "owner3", {"vehicles": [OWN]})
    benign = [Ask(owner, "POST", f"/telematics/{OWN}/unlock", {}), Ask(owner, "GET", f"/telematics/{OWN}")]
    hostile = [Ask(ATTACKER, "POST", f"/telematics/{OWN}/unlock", {})]
    assert check(stage, benign, hostile, "vin") == {"not-owner"}
    assert len(stage.reached) == len(benign), "the command was not run"
