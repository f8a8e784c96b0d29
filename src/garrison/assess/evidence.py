"""Evidence: exchanges as the steps of a proof, without secrets and raw personal values, cut to what matters."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import islice
from typing import Any, Final
from urllib.parse import quote, quote_plus

import msgspec

from garrison.assess.call import NOT_JSON
from garrison.assess.identity import Identity
from garrison.assess.jwt import JWT
from garrison.assess.probe import Exchange
from garrison.assess.sampling import MARK
from garrison.core.finding import Step
from garrison.core.http import Headers
from garrison.exposure.types.catalogue import type_by_name, types_by_value
from garrison.exposure.types.rule import words

MAX_BODY: Final = 1_500
"""Characters of a body that a step shows."""
_SHOWN: Final = frozenset(
    {"content-type", "location", "www-authenticate", "retry-after", "allow", "server", "x-powered-by", "set-cookie",
     "cache-control", "strict-transport-security", "x-content-type-options", "ratelimit", "ratelimit-policy"}
)  # fmt: skip
_SECRETS: Final = frozenset(
    {"password", "passwd", "pwd", "secret", "token", "apikey", "jwt", "hash", "pin", "cvv", "otp"}
)
_TOKENS: Final = frozenset({"token", "code", "otp", "jwt", "refresh"})
_MAX_ITEMS: Final = 3
_MOST_TOKENS: Final = 100
"""Tokens of one answer that are looked for in all steps; more are masked where they stand."""


def step_of(exchange: Exchange, names: Mapping[str, str]) -> Step:
    """An exchange as a step; `names` are secrets and what stands in their place: `{alice}`."""
    call, answer = exchange.call, exchange.answer
    body = call.body.decode("utf-8", "replace") if call.body is not None else ""
    if call.parts:
        body = "&".join(f"{part.name}={part.value if isinstance(part.value, str) else '(file)'}" for part in call.parts)
    return Step(
        says=exchange.says,
        method=call.method,
        url=_named(call.target, names),
        identity=exchange.identity.name if exchange.identity is not None else "",
        headers=tuple((name, _shown(exchange, name, value, names)) for name, value in call.headers),
        body=_cut(_named(body, names)),
        status=answer.status,
        answer_headers=tuple(_headers(answer.headers, names)),
        answer=_cut(JWT.sub(r"\1{token}", _named(masked_text(answer.text, answer.json()), names))),
        seconds=round(answer.seconds, 4),
        fault=answer.fault,
    )


def _shown(exchange: Exchange, name: str, value: str, names: Mapping[str, str]) -> str:
    """A header's value; of a credential only the scheme, however short the rest is."""
    if (name, value) not in exchange.credential.headers:
        return _named(value, names)
    scheme, blank, secret = value.partition(" ")
    owner = names.get(secret or value) or f"{{{exchange.identity.name if exchange.identity is not None else 'token'}}}"
    return f"{scheme} {owner}" if blank else owner


def secrets_of(exchanges: Iterable[Exchange], identities: Iterable[Identity]) -> dict[str, str]:
    """Every secret that the exchanges carry, in every way in which it may be written, and the name that stands in its
    place; the longest first."""
    found: dict[str, str] = {}
    for exchange in exchanges:
        owner = exchange.identity.name if exchange.identity is not None else "token"
        for secret in exchange.credential.secrets:
            found.setdefault(secret, f"{{{owner}}}")
        given = (each[2] for each in islice(JWT.finditer(exchange.answer.text), _MOST_TOKENS))
        for token in (*given, *_tokens_sent(exchange)):
            found.setdefault(token, "{token}")
    for identity in identities:
        if identity.secret is not None and identity.secret[1]:
            found.setdefault(identity.secret[1], f"{{password of {identity.name}}}")
    spelt = {written: name for secret, name in found.items() for written in _spellings(secret)}
    return dict(sorted(spelt.items(), key=lambda pair: -len(pair[0])))


def _spellings(secret: str) -> tuple[str, ...]:
    """A secret as it stands in addresses, forms, JSON and pages."""
    quoted = (quote(secret), quote(secret, safe=""), quote_plus(secret), escape(secret))
    as_json = (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    return (secret, *quoted, *as_json)


def _tokens_sent(exchange: Exchange) -> Iterator[str]:
    """What a request carries under the name of a token, beside its credential."""
    for slot in exchange.request.slots("body", "query"):
        value = exchange.request.value(slot)
        if (
            isinstance(value, str)
            and len(value) >= 8
            and MARK not in value
            and not _TOKENS.isdisjoint(words(slot.leaf))
        ):
            yield value


def masked_text(text: str, value: Any) -> str:
    """A body with its secrets and personal values masked: what the assessment made up itself stays."""
    if value is NOT_JSON:
        return text
    return msgspec.json.encode(masked(value)).decode()


def masked(value: Any, name: str = "") -> Any:
    """A JSON value with its secrets and personal values masked, long lists cut."""
    if isinstance(value, Mapping):
        return {key: masked(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        # what the assessment made itself is what the proof is about: it comes first
        ours = sorted(value, key=lambda inner: MARK not in str(inner)) if len(value) > _MAX_ITEMS else value
        shown = [masked(inner, name) for inner in ours[:_MAX_ITEMS]]
        return shown if len(value) <= _MAX_ITEMS else [*shown, f"... {len(value) - _MAX_ITEMS} more"]
    if isinstance(value, str) and value and MARK not in value:
        if not _SECRETS.isdisjoint(words(name)) or "".join(words(name)) in _SECRETS:
            return "(secret)"
        kind = type_by_name(name) or next(iter(types_by_value(value)), "")
        return f"({kind})" if kind else value
    return value


def _named(text: str, names: Mapping[str, str]) -> str:
    for secret, name in names.items():
        if len(secret) >= 4:
            text = text.replace(secret, name)
    return text


def _headers(headers: Headers, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        if name in _SHOWN or name.startswith(("access-control-", "x-ratelimit")):
            shown = re.sub(r"=[^;]+", "=(secret)", value, count=1) if name == "set-cookie" else value
            yield name, _named(shown, names)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_BODY else f"{text[:MAX_BODY]}... ({len(text):,} characters)"
