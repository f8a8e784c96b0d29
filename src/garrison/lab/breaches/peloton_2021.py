"""Peloton, 2021: members' data for anybody, and after the first mend for any member."""

from typing import Any

from garrison.lab.background import Visit
from garrison.lab.breach import Answer, Api, Ask, Breach, Carried, Fact, Policy, Probe, Who
from garrison.lab.breaches.world import BEARER, NOT_FOUND, as_json, customer, moment
from garrison.lab.campaign import Campaign, Register
from garrison.lab.describe import TEXT, contract, field, get, record, variable
from garrison.lab.tokens import CUSTOMERS

_MEMBERS = 3_000_000
_PATH, _PUBLIC = "/members/", "/public-profiles/"
_SUBJECT = {"kind": "member", "claim": "sub"}
_SUPPORT = {"object-access": {"unless-roles": ["support", "partner"]}}


def _contract(*, mended: bool) -> dict[str, Any]:
    private: dict[str, Any] = {"read_scope": "profiles:private"} if mended else {}
    answer = record(
        id=field(TEXT, subject=_SUBJECT, type="account"),
        name=field(type="name"),
        city=field(type="address", **private),
        weight=field(type="health", **private),
    )
    owner: dict[str, Any] = {"owner": "sub"} if mended else {}
    return contract("members", {
        **get("getMember", _PATH + "{id}", answer, parameters=[variable("id", TEXT, subject=_SUBJECT, **owner)]),
        **get("getPublicProfile", _PUBLIC + "{id}", answer, parameters=[variable("id", TEXT, subject=_SUBJECT)]),
    })  # fmt: skip


def _answer(ask: Ask) -> Answer:
    name = ask.target.rpartition("/")[2]
    place = int(name.removeprefix("m"))
    if not 0 <= place < _MEMBERS:
        return NOT_FOUND
    weight = f"{40 + place % 60}.{place % 1000:03} kg"
    found = {"id": name, "name": "Edith Instance", "city": f"Anytown {place % 1000}", "weight": weight}
    return Answer(200, as_json(found), (Carried("member", name, weight),))


def _benign(visit: Visit) -> Ask:
    who, place = customer(visit, _MEMBERS, lambda place: f"m{place}", "members", "profiles:private")
    if visit.role == "sync":  # an app of a member walks through its own profile only
        place = 0
        who = Who(CUSTOMERS, "m0", {"scope": "profiles:private"})
    elif visit.role not in {"agent", "shop"}:
        who = Who(CUSTOMERS, f"m{place}", {"scope": "profiles:private"})
    return Ask("GET", f"{_PATH}m{place}", visit.address, who)


def _hostile(place: int, account: int, address: str) -> Ask:
    member = Who(CUSTOMERS, f"m{_MEMBERS - 1 - account}", {"scope": "profiles:private"})
    return Ask("GET", f"{_PATH}m{place}", address, member)


def _without(path: str, place: int) -> Ask:
    return Ask("GET", f"{path}m{place}", "198.18.0.1")


def _plain(place: int) -> Ask:
    return Ask("GET", f"{_PUBLIC}m{place}", "198.18.0.1", Who(CUSTOMERS, "m2999998"))


BREACH = Breach(
    name="peloton-2021",
    title="Anybody, and after the first mend any member, could read the data of all members, private ones included",
    facts=(
        Fact("public", "requests without authentication returned users' data even for private profiles"),
        Fact("public", "the first mend only asked for any login"),
        Fact("assumed", "GET /members/{id}; 3,000,000 members (more than that were there), 20 requests a second"),
        Fact("assumed", "what is replayed is the state after the first mend: one member's token, for all members"),
    ),
    people="members",
    api=Api(_contract(mended=False), _contract(mended=True), _answer),
    policy=Policy(BEARER, _SUPPORT),
    campaign=Campaign(moment("2021-01-20"), Register(_MEMBERS, _MEMBERS), 20.0, accounts=1),
    hostile=_hostile,
    benign=_benign,
    probes=(
        Probe("(a) no token", tuple(_without(_PATH, place) for place in range(50))),
        Probe("(b) another member's token", tuple(_hostile(place, 0, "198.18.0.1") for place in range(50))),
        Probe("(c) private fields of a public profile", tuple(_plain(place) for place in range(50))),
    ),
)
