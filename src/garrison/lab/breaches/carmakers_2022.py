"""Car makers, 2022: sixteen makers' APIs, seven ways in."""

from typing import Any

from garrison.lab.background import Visit
from garrison.lab.breach import Answer, Api, Ask, Breach, Carried, Fact, Policy, Probe, Who
from garrison.lab.breaches.world import BEARER, NOT_FOUND, as_json, customer, moment
from garrison.lab.campaign import Campaign, Register
from garrison.lab.describe import TEXT, contract, field, get, post, record, sends, variable
from garrison.lab.tokens import CUSTOMERS, PARTNERS, STAFF, scheme

_VEHICLES = 1_000_000
_VIN = {"type": "string", "pattern": "^[A-HJ-NPR-Z0-9]{17}$"}
_SUBJECT = {"kind": "vehicle", "claim": "vehicles"}
_PATH, _STAFF = "/telematics/", "/staff/vehicles/"
_EMAIL = {"type": "string", "format": "email"}
_SERVE = ["support", "partner"]
_ADDRESS = "198.18.0.1"
_ATTACKER = Who(CUSTOMERS, "attacker", {"vehicles": []})


def _vin(place: int) -> str:
    return f"WVWZZZ1JZX{place:07}"


_VICTIM = Carried("vehicle", _vin(3))


def _vehicle(*, mended: bool) -> dict[str, Any]:
    owner: dict[str, Any] = {"owner": "vehicles"} if mended else {}
    return record(
        vin=field(_VIN, subject=_SUBJECT, type="vehicle", **owner),
        owner=field(type="name"),
        phone=field(type="phone"),
        position=field(type="position"),
    )


def _broken() -> dict[str, Any]:
    vin = variable("vin", _VIN, subject=_SUBJECT)
    return contract("vehicles", get("getVehicle", _PATH + "{vin}", _vehicle(mended=False), parameters=[vin]))


def _mended() -> dict[str, Any]:
    vin, fleet = variable("vin", _VIN, subject=_SUBJECT), variable("vin", _VIN, subject=_SUBJECT, owner="vehicles")
    vehicle, role = _vehicle(mended=True), field(TEXT, write_scope="users:roles")
    user = record(name=TEXT, email=_EMAIL, role=role)
    own = variable("id", TEXT, owner="sub")
    login = {"type": "string", "pattern": "^[a-z0-9.]{1,40}$"}
    update = sends("updateUser", user, {"type": "object"}, parameters=[own])
    paths = {
        **get("getVehicle", _PATH + "{vin}", vehicle, parameters=[vin]),
        **post("unlock", _PATH + "{vin}/unlock", {"type": "object"}, vehicle, parameters=[fleet]),
        **post("register", "/users", user, vehicle),
        "/users/{id}": {"patch": update},
        **post("registerDealer", "/dealers", record(name=TEXT, role=role), vehicle),
        **post("logIn", "/staff/login", record(name=login, password=TEXT), vehicle, security=[{"staff": []}]),
        **get("getVehicleAsStaff", _STAFF + "{vin}", vehicle, parameters=[vin], security=[{"staff": []}]),
    }
    return contract("vehicles", paths, ("bearer", "staff"))


def _answer(ask: Ask) -> Answer:
    """Believes everything that it is told."""
    parts = ask.target.split("/")
    if parts[1] not in {"telematics", "staff"} or parts[2] == "login":
        return Answer(200, as_json({"vin": _VICTIM.name, "owner": "Ada Example"}), (_VICTIM,))
    vin = parts[3] if parts[1] == "staff" else parts[2]
    place = int(vin[10:])
    if place >= _VEHICLES:
        return NOT_FOUND
    found = {
        "vin": vin,
        "owner": "Ada Example",
        "phone": f"1555{place:07}",
        "position": f"59.{place % 100},18.{place % 90}",
    }
    return Answer(200, as_json(found), (Carried("vehicle", vin),))


def _benign(visit: Visit) -> Ask:
    who, place = customer(visit, _VEHICLES, _vin, "vehicles", "vehicles:read")
    return Ask("GET", _PATH + _vin(place), visit.address, who)


def _hostile(place: int, account: int, address: str) -> Ask:
    dealer = Who(PARTNERS, f"new-dealer-{account}", {"scope": "vehicles:read"})
    return Ask("GET", _PATH + _vin(place), address, dealer)


def _probe(title: str, method: str, target: str, body: Any = None, who: Who = _ATTACKER) -> Probe:
    return Probe(title, (Ask(method, target, _ADDRESS, who, None if body is None else as_json(body)),))


_DEALER = Who(PARTNERS, "dealer", {"scope": "vehicles:read", "roles": ["employee"]})
_WAYS = (
    _probe("(a) a line break after the victim's email", "POST", "/users",
           {"name": "A", "email": "owner3@example.com\r\n"}),
    Probe("(b) VINs from windshields", tuple(Ask("GET", _PATH + _vin(n), _ADDRESS, _ATTACKER) for n in range(50))),
    _probe("(b) a command to another's vehicle", "POST", f"{_PATH}{_vin(3)}/unlock", {}),
    _probe("(c) a dealer who registers himself as owner", "POST", "/dealers",
           {"name": "D", "role": "primary-owner"}, _DEALER),
    Probe("(c) VINs with that dealer's token", tuple(_hostile(n, 0, _ADDRESS) for n in range(50))),
    _probe("(d) a dealer's token in the realm of the staff", "GET", _STAFF + _vin(3), who=_DEALER),
    _probe("(e) an administration that nobody described", "GET", "/staff/admin/users"),
    _probe("(f) a quotation mark in the login of the staff", "POST", "/staff/login",
           {"name": "' or 1=1--", "password": "x"}, Who(STAFF, "s", {})),
    _probe("(g) a role in the update of a user", "PATCH", "/users/attacker", {"role": "administrator"}),
)  # fmt: skip

BREACH = Breach(
    name="carmakers-2022",
    title="Sixteen car makers: whoever reads a VIN through a windshield reaches the vehicle and its owner",
    facts=(
        Fact(
            "public",
            "research of January 2023 and 2024 into sixteen makers' APIs; seven ways in are replayed, (a) to (g)",
        ),
        Fact("public", "a VIN gave the owner's profile and ran commands; dealers could register themselves"),
        Fact("assumed", "paths and fields; that somebody walks through 1,000,000 VINs at 5 a second as such a dealer"),
    ),
    people="vehicles",
    api=Api(_broken(), _mended(), _answer),
    policy=Policy(
        BEARER,
        {
            "authentication": {"schemes": {"bearer": scheme(CUSTOMERS, PARTNERS, STAFF), "staff": scheme(STAFF)}},
            "object-access": {"unless-roles": _SERVE},
        },
    ),
    campaign=Campaign(moment("2022-11-01"), Register(_VEHICLES, _VEHICLES), 5.0, accounts=1),
    hostile=_hostile,
    benign=_benign,
    probes=_WAYS,
)
