"""Trello, 2024: an email in the place of an id, 500 million times."""

from typing import Any

from garrison.lab.background import Mix, Visit
from garrison.lab.breach import Answer, Api, Ask, Breach, Carried, Fact, Policy, Probe
from garrison.lab.breaches.world import NOT_FOUND, as_json, budgets, moment, of_operation, open_to_all
from garrison.lab.campaign import Campaign, Register
from garrison.lab.describe import TEXT, contract, field, get, record, variable

_REGISTER = Register(500_000_000, 15_115_516)
_PATH = "/1/members/"
_OPERATION = "getMember"
_ID = {"type": "string", "pattern": "^[0-9a-f]{24}$"}


def _contract(*, mended: bool) -> dict[str, Any]:
    answer = record(
        id=field(TEXT, subject="member", type="account"), username=field(type="account"), fullName=field(type="name")
    )
    which = variable("emailOrId", _ID if mended else {"type": "string", "maxLength": 100})
    return contract("boards", get(_OPERATION, _PATH + "{emailOrId}", answer, parameters=[which], security=[]))


def _answer(ask: Ask) -> Answer:
    given = ask.target.removeprefix(_PATH)
    name, _, domain = given.partition("@")
    place = int(name.removeprefix("person")) if domain else int(given, 16)
    if not _REGISTER.has(place):
        return NOT_FOUND
    member = f"{place:024x}"
    found = {"id": member, "username": f"member{place}", "fullName": "Ada Example"}
    return Answer(200, as_json(found), (Carried("member", member),))


def _benign(visit: Visit) -> Ask:
    """Boards show who works on them: by ids that were given out."""
    place = visit.item * 101 if visit.role == "sync" else visit.item * 7_919 % _REGISTER.size
    return Ask("GET", f"{_PATH}{_REGISTER.at_or_after(place):024x}", visit.address)


def _hostile(place: int, account: int, address: str) -> Ask:
    del account
    return Ask("GET", f"{_PATH}person{place}@leaked.example", address)


BREACH = Breach(
    name="trello-2024",
    title="A member's profile could be asked for by email instead of id: 500 million tried, 15 million found",
    facts=(
        Fact("public", "a public REST operation took an email in the place of an id"),
        Fact(
            "public", "500 million emails were tried, 15,115,516 rows found, proxies went round the limit per address"
        ),
        Fact("assumed", "GET /1/members/{emailOrId} without authentication, in 30 days: 193 requests a second"),
        Fact(
            "assumed",
            "the service's benign use is as large as what is played; a larger one needs a larger budget of the "
            "operation, and loses in proportion",
        ),
    ),
    people="members",
    api=Api(_contract(mended=False), _contract(mended=True), _answer),
    policy=Policy(
        {"exposure": budgets(*of_operation(_OPERATION, 1_200, 8_000), times=3)}, operations=(open_to_all(_OPERATION),)
    ),
    campaign=Campaign(moment("2024-01-02"), _REGISTER, 500e6 / (30 * 86_400), widest=1_158),
    hostile=_hostile,
    benign=_benign,
    probes=(
        Probe(
            "an email where the contract says that an id stands",
            tuple(_hostile(_REGISTER.at_or_after(n * 40), 0, "198.18.0.1") for n in range(50)),
        ),
    ),
    mix=Mix(people=1_200, requests=12_000, behind_carrier=150),
    played_days=3.0,
)
