"""Twitter, 2021: who knows an email or a telephone number learns whose account it is, 200 million times."""

from typing import Any

from garrison.lab.background import Mix, Visit
from garrison.lab.breach import Answer, Api, Ask, Breach, Carried, Fact, Policy, Probe
from garrison.lab.breaches.world import BEARER, as_json, budgets, moment, of_operation, open_to_all
from garrison.lab.campaign import Campaign, Register
from garrison.lab.describe import TEXT, contract, field, get, post, record

_RATE = 64.0
_DAYS = 180
_TRIED = int(_RATE * _DAYS * 86_400)
_REGISTER = Register(_TRIED, _TRIED // 5)
_PATH = "/1.1/onboarding/lookup"
_OPERATION = "lookupIdentifier"
_ACCOUNTS = "/1.1/accounts"
_SESSIONS = "/1.1/sessions"
_FIRST_USER = 1_000_000
_OPEN = (_OPERATION, "createAccount", "createSession")
_CONTACTS = 200
"""Contacts that the synchronising client looks up each night."""


def _contract(*, mended: bool) -> dict[str, Any]:
    private: dict[str, Any] = {"read_scope": "accounts:lookup"} if mended else {}
    answer = record(
        exists=field({"type": "boolean"}, **private),
        user_id=field(TEXT, subject="account", type="account", **private),
    )
    takes = {**record(identifier={"type": "string", "maxLength": 100}), "required": ["identifier"]}
    paths = {
        **post(_OPERATION, _PATH, takes, answer, security=[]),
        **post("createAccount", _ACCOUNTS, takes, record(created=field({"type": "boolean"})), security=[]),
        **post("createSession", _SESSIONS, takes, record(next=field(TEXT)), security=[]),
        **get("getSettings", "/1.1/account/settings", {"type": "object"}),
    }
    return contract("onboarding", paths)


def _answer(ask: Ask) -> Answer:
    if ask.target == _ACCOUNTS:
        return Answer(200, as_json({"created": True}))
    if ask.target == _SESSIONS:
        return Answer(200, as_json({"next": "password"}))
    identifier = ask.body.decode().split('"')[3] if ask.body else ""
    name, _, domain = identifier.partition("@")
    place = int(name.removeprefix("person")) if domain == "leaked.example" else -1
    if place < 0 or not _REGISTER.has(place):
        return Answer(200, as_json({"exists": False}))
    user = str(_FIRST_USER + _REGISTER.among(place))
    return Answer(200, as_json({"exists": True, "user_id": user}), (Carried("account", user),))


def _lookup(identifier: str, address: str, path: str = _PATH) -> Ask:
    return Ask("POST", path, address, body=as_json({"identifier": identifier}))


def _benign(visit: Visit) -> Ask:
    """Mostly people who register, of whom one in twenty has an account already; then they create one or sign in."""
    if visit.role == "sync":
        return _lookup(f"person{visit.item * 977 % _CONTACTS * 11}@leaked.example", visit.address)
    if visit.item % 20:
        return _lookup(f"new{visit.item}@mail.example", visit.address, _ACCOUNTS if visit.step else _PATH)
    place = _REGISTER.at_or_after(visit.item * 7_919 % _TRIED)
    return _lookup(f"person{place}@leaked.example", visit.address, _SESSIONS if visit.step else _PATH)


def _hostile(place: int, account: int, address: str) -> Ask:
    del account
    return _lookup(f"person{place}@leaked.example", address)


BREACH = Breach(
    name="twitter-2021",
    title="A sign-up form told whose account belongs to an email or telephone number, some 200 million times",
    facts=(
        Fact("public", "from June 2021 on anyone could submit an email or phone and learn the account"),
        Fact(
            "public",
            "reported January 2022; 5.4 million accounts sold July 2022, about 200 million rows in January 2023",
        ),
        Fact("assumed", "POST /1.1/onboarding/lookup {identifier} answers {exists, user_id} without any token"),
        Fact(
            "assumed", "identifiers come from leaked lists, one in five belongs to an account, 64 a second for 180 days"
        ),
        Fact("assumed", "who looks an identifier up to register does so within a minute or two: POST /1.1/accounts"),
        Fact(
            "assumed",
            "the service's benign use is as large as what is played; a larger one needs a larger budget of the "
            "operation, and loses in proportion",
        ),
    ),
    people="accounts",
    api=Api(_contract(mended=False), _contract(mended=True), _answer),
    policy=Policy(
        {**BEARER, "exposure": budgets(*of_operation(_OPERATION, 300, 1_500))},
        operations=tuple(map(open_to_all, _OPEN)),
    ),
    campaign=Campaign(moment("2021-07-01"), _REGISTER, _RATE, widest=386),
    hostile=_hostile,
    benign=_benign,
    probes=(
        Probe(
            "lookups without a token: what tells of an account is only for those with a scope",
            tuple(_hostile(place, 0, "198.18.0.1") for place in range(100)),
        ),
    ),
    mix=Mix(people=1_200, requests=12_000, behind_carrier=150, steps=2),
    played_days=3.0,
)
