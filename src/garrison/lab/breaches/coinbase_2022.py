"""Coinbase, 2022: an order that sells what its account does not hold. One request; what counts is the virtual patch."""

from typing import Any

from garrison.lab.background import Mix, Visit
from garrison.lab.breach import Answer, Api, Ask, Breach, Carried, Fact, Policy, Probe, Who
from garrison.lab.breaches.world import BEARER, as_json, moment
from garrison.lab.campaign import Campaign, Register
from garrison.lab.describe import TEXT, contract, post, record
from garrison.lab.tokens import CUSTOMERS

_ASSETS = ("BTC", "ETH", "SHIB")
_PATH = "/orders"


def _contract(*, mended: bool) -> dict[str, Any]:
    order = record(
        product_id={"enum": [f"{asset}-USD" for asset in _ASSETS]},
        source_account_id={"type": "string", "pattern": "^[A-Z]{3,4}-[0-9]{8}$"},
        size={"type": "number", "exclusiveMinimum": 0},
    )
    order["required"] = ["product_id", "source_account_id", "size"]
    if mended:
        order["oneOf"] = [_same(asset) for asset in _ASSETS]
    return contract("orders", post("placeOrder", _PATH, order, record(order_id=TEXT)))


def _same(asset: str) -> dict[str, Any]:
    """The virtual patch, for one asset: what is sold is what the account holds."""
    return record(product_id={"const": f"{asset}-USD"}, source_account_id={"type": "string", "pattern": f"^{asset}-"})


def _answer(ask: Ask) -> Answer:
    text = (ask.body or b"").decode()
    sold, held = (text.split(f'"{name}":"')[1].split("-")[0] for name in ("product_id", "source_account_id"))
    wrong = (Carried("", f"{sold} out of {held}"),) if sold != held else ()
    return Answer(200, as_json({"order_id": "o-1"}), wrong)


def _order(sold: str, held: str, who: Who, address: str) -> Ask:
    body = {"product_id": f"{sold}-USD", "source_account_id": f"{held}-10000001", "size": 100}
    return Ask("POST", _PATH, address, who, as_json(body))


def _benign(visit: Visit) -> Ask:
    asset = _ASSETS[visit.item % len(_ASSETS)]
    return _order(asset, asset, Who(CUSTOMERS, f"u{visit.person}"), visit.address)


def _hostile(place: int, account: int, address: str) -> Ask:
    del place, account
    return _order("BTC", "SHIB", Who(CUSTOMERS, "attacker"), address)


BREACH = Breach(
    name="coinbase-2022",
    title="An order took its money from an account of another asset: 100 of a cheap one sold as 100 of a dear one",
    facts=(
        Fact("public", "an order accepted a source account of another asset; reported 10:16, patched 16:01"),
        Fact("public", "250,000 dollars bounty, no loss"),
        Fact("assumed", "POST /orders {product_id, source_account_id}, and that an account's id begins with its asset"),
        Fact("assumed", "the virtual patch is a rule over both fields, in the contract; writing it takes its time"),
    ),
    people="wrong orders",
    api=Api(_contract(mended=False), _contract(mended=True), _answer),
    policy=Policy(BEARER),
    campaign=Campaign(moment("2022-02-11"), Register(1, 1), 1.0, accounts=1),
    hostile=_hostile,
    benign=_benign,
    probes=(Probe("an order out of another asset's account", (_hostile(0, 0, "198.18.0.1"),)),),
    mix=Mix(people=1_200, requests=6_000, behind_carrier=150),
)  # fmt: skip
