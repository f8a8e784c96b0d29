"""Optus, 2022: a forgotten host without access control, and ids that can be counted up."""

from typing import Any

from garrison.lab.background import Visit
from garrison.lab.breach import Answer, Api, Ask, Breach, Carried, Fact, Policy, Probe
from garrison.lab.breaches.world import BEARER, NOT_FOUND, as_json, budgets, customer, moment, open_to_all
from garrison.lab.campaign import Campaign, Register
from garrison.lab.describe import contract, field, get, record, variable

_REGISTER = Register(19_000_000, 9_500_000)
_DORMANT, _LIVE = "/api/customers/", "/api/v2/customers/"
_OPERATION = "getCustomer"
_CONTACT = {"type": "string", "pattern": "^[0-9]{1,8}$"}
_SUBJECT = {"kind": "customer", "claim": "contact"}


def _contract(*, mended: bool) -> dict[str, Any]:
    answer = record(
        contactId=field(_CONTACT, subject=_SUBJECT, type="account"),
        name=field(type="name"),
        email=field(type="email"),
        birthDate=field(type="birth-date"),
        passport=field(type="national-id"),
    )
    owned = [variable("contactId", _CONTACT, subject=_SUBJECT, owner="contact")]
    dormant = (
        {"parameters": owned}
        if mended
        else {"parameters": [variable("contactId", _CONTACT, subject=_SUBJECT)], "security": []}
    )
    return contract("customers", {
        **get(_OPERATION, _DORMANT + "{contactId}", answer, **dormant),
        **get("getOwnCustomer", _LIVE + "{contactId}", answer, parameters=owned),
    })  # fmt: skip


def _answer(ask: Ask) -> Answer:
    number = ask.target.rpartition("/")[2]
    place = int(number)
    if not _REGISTER.has(place):
        return NOT_FOUND
    found = {
        "contactId": number,
        "name": "Ada Example",
        "email": f"customer{place}@example.com",
        "birthDate": f"19{50 + place % 50}-0{place % 9 + 1}-1{place % 10}",
        "passport": f"N{place:08}",
    }
    return Answer(200, as_json(found), (Carried("customer", number),))


def _benign(visit: Visit) -> Ask:
    """Everybody uses the host that is known."""
    who, member = customer(visit, _REGISTER.members, lambda member: str(2 * member + 1), "contact", "customers:read")
    return Ask("GET", f"{_LIVE}{2 * member + 1}", visit.address, who)


def _hostile(place: int, account: int, address: str) -> Ask:
    del account
    return Ask("GET", f"{_DORMANT}{place}", address)


BREACH = Breach(
    name="optus-2022",
    title="A forgotten host without access control gave away 9.5 million customers in three days, by counting up",
    facts=(
        Fact(
            "public",
            "a dormant host on the internet; an error of 2018 broke its access control, mended elsewhere in 2021",
        ),
        Fact(
            "public",
            "about 9.5 million people, 17 to 20 September 2022; ids counted up in the URL; addresses kept moving",
        ),
        Fact("assumed", "GET /api/customers/{contactId} without authentication, half of the ids valid"),
        Fact(
            "assumed",
            "36.7 records a second: 9.5 million in three days; the breach itself is said to have used 25,000 addresses",
        ),
        Fact(
            "assumed",
            "nobody uses the dormant host; benign people use the live one, and its budget is of the operation",
        ),
    ),
    people="customers",
    api=Api(_contract(mended=False), _contract(mended=True), _answer),
    policy=Policy(
        {
            **BEARER,
            "object-access": {"mode": "off"},
            "exposure": budgets(
                {
                    "name": "without-login",
                    "per": "operation",
                    "match": [_OPERATION],
                    "limit": 200,
                    "window": "1h",
                    "then": "hold",
                }
            ),
        },
        {"object-access": {"unless-roles": ["support", "partner"]}},
        (open_to_all(_OPERATION),),
    ),
    campaign=Campaign(moment("2022-09-17"), _REGISTER, 19e6 / (3 * 86_400), widest=220),
    hostile=_hostile,
    benign=_benign,
    probes=(Probe("counting up without a token", tuple(_hostile(place, 0, "198.18.0.1") for place in range(100))),),
)
