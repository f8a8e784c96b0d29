"""Experian, 2021: a credit score for a name, an address and a birth date of nought."""

from typing import Any

import msgspec

from garrison.lab.background import Mix, Visit
from garrison.lab.breach import Answer, Api, Ask, Breach, Carried, Fact, Policy, Probe
from garrison.lab.breaches.world import NOT_FOUND, as_json, budgets, moment, of_operation, open_to_all
from garrison.lab.campaign import Campaign, Register
from garrison.lab.describe import TEXT, contract, field, post, record

_REGISTER = Register(500_000, 500_000)
_PATH = "/partner/credit-score"
_OPERATION = "getCreditScore"
_NOUGHT = "0000-00-00"


def _contract(*, mended: bool) -> dict[str, Any]:
    birth = {"type": "string", "format": "date", "pattern": "^(19|20)"} if mended else TEXT
    takes = {**record(name=TEXT, address=TEXT, birthDate=birth), "required": ["name", "address", "birthDate"]}
    answer = record(
        fileNumber=field(TEXT, subject="consumer", type="account"), score=field({"type": "integer"}, type="income")
    )
    return contract("credit scores", post(_OPERATION, _PATH, takes, answer, security=[]))


def _answer(ask: Ask) -> Answer:
    given = msgspec.json.decode(ask.body or b"{}")
    place = int(given["name"].removeprefix("Consumer "))
    if given["birthDate"] not in {_NOUGHT, _birth(place)}:
        return NOT_FOUND
    number = f"F{place:08}"
    return Answer(200, as_json({"fileNumber": number, "score": 300 + place % 550}), (Carried("consumer", number),))


def _birth(place: int) -> str:
    return f"19{50 + place % 50}-0{place % 9 + 1}-1{place % 10}"


def _asked(place: int, birth: str, address: str) -> Ask:
    body = {"name": f"Consumer {place}", "address": f"{place % 900 + 1} Sample Street", "birthDate": birth}
    return Ask("POST", _PATH, address, body=as_json(body))


def _benign(visit: Visit) -> Ask:
    """People who look at their own score, who know when they were born; support and shops look at others'."""
    own = visit.role in {"app", "web", "partner", "carrier", "crowd", "sync"}
    place = (visit.person if own else visit.item) * 7_919 % _REGISTER.size
    return _asked(place, _birth(place), visit.address)


def _hostile(place: int, account: int, address: str) -> Ask:
    del account
    return _asked(place, _NOUGHT, address)


BREACH = Breach(
    name="experian-2021",
    title="A lender's page passed on a credit score for a name, an address and a birth date of nought",
    facts=(
        Fact(
            "public",
            "a lender's page called a partner API: name, address and an all-zero birth date gave a credit score",
        ),
        Fact("public", "there was no authentication"),
        Fact("assumed", "POST /partner/credit-score {name, address, birthDate} answers {fileNumber, score}"),
        Fact("assumed", "500,000 consumers at 2 requests a second; nobody is known to have done it"),
        Fact(
            "assumed",
            "the service's benign use is as large as what is played; a larger one needs a larger budget of the "
            "operation, and loses in proportion",
        ),
    ),
    people="consumers",
    api=Api(_contract(mended=False), _contract(mended=True), _answer),
    policy=Policy(
        {"exposure": budgets(*of_operation(_OPERATION, 900, 6_000), times=2)}, operations=(open_to_all(_OPERATION),)
    ),
    campaign=Campaign(moment("2021-04-28"), _REGISTER, 2.0),
    hostile=_hostile,
    benign=_benign,
    probes=(Probe("a birth date that is none", tuple(_hostile(place, 0, "198.18.0.1") for place in range(50))),),
    mix=Mix(people=1_200, requests=6_000, behind_carrier=150),
)
