"""T-Mobile, 2022: one API, one token, 37 million customers in 41 days."""

from typing import Any

from garrison.lab.background import Visit
from garrison.lab.breach import Answer, Api, Ask, Breach, Carried, Fact, Policy, Probe, Who
from garrison.lab.breaches.world import BEARER, NOT_FOUND, as_json, customer, moment
from garrison.lab.campaign import Campaign, Register
from garrison.lab.describe import TEXT, contract, field, get, record, variable
from garrison.lab.tokens import CUSTOMERS, PARTNERS

_CUSTOMERS = 37_000_000
_FIRST = 100_000_000
_ACCOUNT = {"type": "string", "pattern": "^[0-9]{9}$"}
_SUBJECT = {"kind": "customer", "claim": "account"}
_NAMES = ("Ada Example", "Grace Sample", "Alan Specimen", "Edith Instance", "Kurt Probe")
_PATH = "/v1/customers/"


def _contract(*, mended: bool) -> dict[str, Any]:
    owner: dict[str, Any] = {"owner": "account"} if mended else {}
    security: dict[str, Any] = {"security": [{"bearer": ["customers:read"]}]} if mended else {}
    answer = record(
        accountNumber=field(_ACCOUNT, subject=_SUBJECT, type="account"),
        name=field(type="name"),
        billingAddress=field(type="address"),
        email=field(type="email"),
        phone=field(type="phone"),
        birthDate=field(type="birth-date"),
        lines={"type": "array", "items": field(type="phone")},
        plan=TEXT,
    )
    number = variable("accountNumber", _ACCOUNT, subject=_SUBJECT, **owner)
    return contract("customers", get("getCustomer", _PATH + "{accountNumber}", answer, parameters=[number], **security))


def _answer(ask: Ask) -> Answer:
    number = ask.target.removeprefix(_PATH)
    place = int(number) - _FIRST
    if not 0 <= place < _CUSTOMERS:
        return NOT_FOUND
    found = {
        "accountNumber": number,
        "name": _NAMES[place % len(_NAMES)],
        "billingAddress": {
            "street": f"{place % 900 + 1} Sample Street",
            "city": "Anytown",
            "zip": f"{place % 90000:05}",
        },
        "email": f"customer{place}@example.com",
        "phone": f"1555{place % 10_000_000:07}",
        "birthDate": f"19{50 + place % 50}-0{place % 9 + 1}-1{place % 10}",
        "lines": [f"1555{place % 10_000_000:07}"],
        "plan": "postpaid" if place % 3 else "prepaid",
    }
    return Answer(200, as_json(found), (Carried("customer", number),))


def _benign(visit: Visit) -> Ask:
    who, place = customer(visit, _CUSTOMERS, lambda place: f"{_FIRST + place}", "account", "customers:read")
    return Ask("GET", f"{_PATH}{_FIRST + place}", visit.address, who)


def _hostile(place: int, account: int, address: str) -> Ask:
    partner = Who(PARTNERS, f"partner-{17 + account}", {"scope": "orders:write"})
    return Ask("GET", f"{_PATH}{_FIRST + place}", address, partner)


def _as_customer(place: int) -> Ask:
    nosy = Who(CUSTOMERS, "u0", {"account": f"{_FIRST}", "scope": "customers:read"})
    return Ask("GET", f"{_PATH}{_FIRST + place}", "198.18.0.1", nosy)


BREACH = Breach(
    name="tmobile-2022",
    title="One API of a mobile operator gave away 37 million customers in 41 days, at ten records a second",
    facts=(
        Fact(
            "public", "about 37 million postpaid and prepaid accounts, obtained through one API without authorization"
        ),
        Fact("public", "first retrieval about 25 November 2022, found 5 January 2023, stopped within a day"),
        Fact("public", "name, billing address, email, phone, birth date, account number, lines and plan were lost"),
        Fact("public", "the cause was a misconfigured permission of the API"),
        Fact("assumed", "GET /v1/customers/{accountNumber}, dense ids of 9 digits, one customer an answer"),
        Fact("assumed", "a partner's valid token of little privilege, whose scope should not read it"),
        Fact("assumed", "10.4 requests a second, the average that 37 million in 41 days come to"),
    ),
    people="customers",
    api=Api(_contract(mended=False), _contract(mended=True), _answer),
    policy=Policy(BEARER, {"object-access": {"unless-roles": ["support", "partner"]}}),
    campaign=Campaign(moment("2022-11-25"), Register(_CUSTOMERS, _CUSTOMERS), 10.4, accounts=1, widest=63),
    hostile=_hostile,
    benign=_benign,
    probes=(
        Probe(
            "the partner's token, whose scope does not read customers",
            tuple(_hostile(n, 0, "198.18.0.1") for n in range(50)),
        ),
        Probe("a customer's token, for other customers", tuple(_as_customer(n) for n in range(1, 51))),
    ),
)
