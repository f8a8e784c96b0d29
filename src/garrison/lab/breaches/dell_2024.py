"""Dell, 2024: partner accounts that were made up, and service tags that were tried."""

from typing import Any

from garrison.lab.background import Visit
from garrison.lab.breach import Answer, Api, Ask, Breach, Carried, Fact, Policy, Probe, Who
from garrison.lab.breaches.world import BEARER, NOT_FOUND, as_json, budgets, moment
from garrison.lab.campaign import Campaign, Register
from garrison.lab.describe import TEXT, contract, field, get, record, variable
from garrison.lab.tokens import PARTNERS, STAFF

_REGISTER = Register(151_200_000, 49_000_000)
_PATH = "/partner/v1/service-tags/"
_TAG = {"type": "string", "pattern": "^[0-9B-Z]{7}$"}
_DIGITS = "0123456789BCDFGHJKLMNPQRSTVWXYZ"
_FIRMS = 200
_SOLD = 150
"""Orders of each firm that its people work on."""
_FLEET = "fleet"


def _tag(place: int) -> str:
    text = ""
    for _ in range(7):
        place, digit = divmod(place, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text


def _place(tag: str) -> int:
    place = 0
    for digit in tag:
        place = place * len(_DIGITS) + _DIGITS.index(digit)
    return place


def _contract(*, mended: bool) -> dict[str, Any]:
    answer = record(
        tag=field(_TAG, subject="customer", type="account"),
        customer=field(type="name"),
        address=field(type="address"),
        bought=field(type="behaviour"),
        soldBy=field(TEXT, owner="partner") if mended else TEXT,
    )
    return contract("orders", get("getOrder", _PATH + "{tag}", answer, parameters=[variable("tag", _TAG)]))


def _answer(ask: Ask) -> Answer:
    tag = ask.target.removeprefix(_PATH)
    place = _place(tag)
    if not _REGISTER.has(place):
        return NOT_FOUND
    member = _REGISTER.among(place)
    sold_by = _FLEET if member < _SOLD + 50 else f"firm{member % _FIRMS}"
    found = {
        "tag": tag,
        "customer": "Grace Sample",
        "address": f"{place % 900 + 1} Sample Street",
        "bought": "2023-05-01",
        "soldBy": sold_by,
    }
    return Answer(200, as_json(found), (Carried("customer", tag),))


def _benign(visit: Visit) -> Ask:
    """People at firms look at what their firm sold; support at anything; one client walks through all of its own."""
    if visit.role == "agent":
        who = Who(STAFF, f"agent{visit.person}", {"roles": ["support"]})
        return _asked(_REGISTER.place(visit.item % _REGISTER.members), who, visit.address)
    if visit.role == "sync":
        return _asked(_REGISTER.place(visit.item), Who(PARTNERS, _FLEET, {"partner": _FLEET}), visit.address)
    firm = f"firm{visit.person % _FIRMS}"
    order = (visit.item % _SOLD + 1) * _FIRMS + visit.person % _FIRMS
    return _asked(_REGISTER.place(order), Who(PARTNERS, firm, {"partner": firm}), visit.address)


def _asked(place: int, who: Who, address: str) -> Ask:
    return Ask("GET", _PATH + _tag(place), address, who)


def _hostile(place: int, account: int, address: str) -> Ask:
    fake = f"fake-company-{account}"
    return _asked(place, Who(PARTNERS, fake, {"partner": fake}), address)


BREACH = Breach(
    name="dell-2024",
    title="Made-up partner companies tried service tags for three weeks and found 49 million orders",
    facts=(
        Fact("public", "fake partner companies were approved within a day or two"),
        Fact("public", "service tags of 7 characters were tried at 5,000 requests a minute for about three weeks"),
        Fact("public", "about 49 million records"),
        Fact("assumed", "eight partner accounts younger than 72 hours, GET /partner/v1/service-tags/{tag}"),
        Fact("assumed", "32 % of the tags that were tried exist, which follows from the numbers above"),
    ),
    people="customers",
    api=Api(_contract(mended=False), _contract(mended=True), _answer),
    policy=Policy(
        {
            **BEARER,
            "exposure": budgets(
                hour={
                    "new": {"within": "72h", "limit": 20},
                    "for": [{"principals": [f"partners:{_FLEET}"], "limit": 300}],
                }
            ),
        },
        {"object-access": {"unless-roles": ["support"]}},
    ),
    campaign=Campaign(moment("2024-04-08"), _REGISTER, 5_000 / 60, accounts=8, widest=500),
    hostile=_hostile,
    benign=_benign,
    probes=(
        Probe(
            "a made-up partner, for what others sold",
            tuple(_hostile(_REGISTER.at_or_after(n), 0, "198.18.0.1") for n in range(1_000, 1_200)),
        ),
    ),
)
