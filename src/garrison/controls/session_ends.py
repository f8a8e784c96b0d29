"""Operations that end sessions: what of a request names its session, what ends with it, and who is refused since.

A log-out ends the one credential that it came with, a change of password all that its principal proved before it. Only
what can be issued anew is ended: tokens and the API's own session cookies. Keys, passwords and certificates last.
"""

import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, TypeAlias
from urllib.parse import unquote

from garrison.config.authentication import SchemeSettings
from garrison.config.controls import ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.controls.patch_tokens import pairs_in
from garrison.core.canonical import read_cookies
from garrison.core.operation import SecurityScheme
from garrison.core.principal import Principal
from garrison.engine.facts import Facts

_DAY: Final = 86400.0
_AUTHORIZATION: Final = ("header", "authorization")
_JWT_PARTS: Final = 3
_ESCAPED: Final = re.compile(r"\\([0-3][0-7][0-7]|.)")
"""In a quoted string: a character by its number in digits of eight, or as it is (RFC 2109 as Python reads it)."""
_FAR: Final = 1e12
"""No time in seconds that is meant: a number beyond it says nothing."""
_AGES: Final = 3660 * _DAY
"""Nothing is remembered for longer."""
_MOST_AT_ONCE: Final = 8
"""Credentials that one request ends. A client has one session, seldom two under one name; what names a thousand would
have those forgotten that others ended."""
_SLACK: Final = _DAY
"""What is added to the end that a token names: nobody who accepts one for longer has a clock that is further off."""

Place: TypeAlias = tuple[str, str]
"""Location and name of a credential."""


class Sessions:
    """The sessions with which one operation is called."""

    def __init__(self, operation: CompiledOperation | None, settings: ControlsSettings) -> None:
        own, methods = settings.revocation, settings.authentication.schemes
        self.ends = own.ends
        self._longest = own.ended_days * _DAY
        self._tokens = frozenset(name for name, each in methods.items() if not _lasts(each))
        """Schemes that are satisfied with tokens."""
        self._places = tuple(_places(operation, methods))
        """Where the credential may stand that the operation ends."""
        self._all_places = (*dict.fromkeys((_AUTHORIZATION, *_fields(operation))),)
        """Where one may stand that was ended."""

    def end(self, facts: Facts, moment: float) -> None:
        """End what the operation says, if the API did as it was asked."""
        if facts.response is None or not 200 <= facts.response.status < 300:
            return
        endings, now, sessions = facts.state.endings, facts.now, self._sessions(facts.principal)
        latest = now + self._longest
        if self.ends == "principal":
            for each in sessions:
                endings.end_principal(each.id, moment, now, latest)
            return
        for each in sessions:
            if each.token:
                endings.end_credential(_by_id(each), now, _expires(each, latest))
        until = max([_expires(each, latest) for each in sessions], default=0.0)
        for text in self._own(facts):
            by_itself = max(latest, min(_expiry(text) + _SLACK, now + _AGES))
            for reading in _readings(text):
                endings.end_credential(_named(reading), now, until or by_itself)

    def has_ended(self, facts: Facts) -> bool:
        """Whether the credential of this request was ended: by the id that its token has, or by its text, for not every
        operation reads tokens."""
        endings, now = facts.state.endings, facts.now
        if any(each.token and endings.has_ended(_by_id(each), now) for each in self._sessions(facts.principal)):
            return True
        texts = (text for place in self._all_places for text in _shown(facts, place))
        return any(
            endings.has_ended(_named(each), now) for text in texts for word in _words(text) for each in _readings(word)
        )

    def ended(self, facts: Facts) -> Iterator[tuple[Principal, float]]:
        """The sessions of who asks, each with when all of its principal ended; 0 where they did not."""
        for each in self._sessions(facts.principal):
            yield each, facts.state.endings.moment_of(each.id, facts.now)

    def _sessions(self, principal: Principal) -> tuple[Principal, ...]:
        """What was proved with tokens. A key beside one is that of a program, and lasts."""
        return tuple([each for each in principal.proved if not self._tokens.isdisjoint(each.schemes)])

    def _own(self, facts: Facts) -> tuple[str, ...]:
        """The credential that the operation ends: what stands at the first place where anything does, of very many the
        first and the last, as one of these is what an API reads."""
        shown = next((found for place in self._places if (found := _shown(facts, place))), ())
        half = _MOST_AT_ONCE // 2
        return shown if len(shown) <= _MOST_AT_ONCE else (*shown[:half], *shown[-half:])


def _by_id(session: Principal) -> str:
    """The name of a session's token, which has an id."""
    return f"id {session.realm} {session.token}"


def _expires(session: Principal, latest: float) -> float:
    """Until when its token holds, with some slack."""
    return session.expires + _SLACK if session.expires < math.inf else latest


def _lasts(method: SchemeSettings) -> bool:
    return not method.jwt and method.introspection is None


def _places(operation: CompiledOperation | None, methods: Mapping[str, SchemeSettings]) -> Iterator[Place]:
    """Where the session's credential may stand, the likeliest first. A key in a field of its own beside other schemes
    is that of a program which many people use: to end it would end everybody's."""
    schemes = operation.operation.schemes if operation is not None else {}
    if not schemes:
        yield _AUTHORIZATION
    own = [each for each in schemes.values() if each.name not in methods or not _lasts(methods[each.name])]
    if any(_is_in_authorization(each) for each in own):
        yield _AUTHORIZATION
    for each in own:
        if each.type == "apiKey" and (each.location == "cookie" or len(schemes) == 1):
            yield each.location, each.parameter


def _fields(operation: CompiledOperation | None) -> Iterator[Place]:
    """Where the contract says that a key or cookie of the operation stands."""
    for each in operation.operation.schemes.values() if operation is not None else ():
        if each.type == "apiKey":
            yield each.location, each.parameter


def _is_in_authorization(scheme: SecurityScheme) -> bool:
    if scheme.type == "apiKey":
        return (scheme.location, scheme.parameter) == _AUTHORIZATION
    return scheme.type != "mutualTLS" and scheme.scheme != "basic"


def _shown(facts: Facts, place: Place) -> tuple[str, ...]:
    """The credentials that stand at a place, without their scheme."""
    location, name = place
    canonical = facts.canonical
    if location != "header":
        pairs = canonical.query if location == "query" else read_cookies(canonical.headers.get("cookie", ""))
        texts = [value.strip('" \t') for key, value in pairs if key == name]
        return tuple([text for text in texts if text])
    scheme, *rest = canonical.headers.get(name, "").split(maxsplit=1) or ("",)
    if not scheme or scheme.lower() == "basic":
        return ()
    return (rest[0].strip() if rest else scheme,)


def _words(text: str) -> set[str]:
    """`text`, its first word and its last one: of what no honest client sends, either may be taken for the token."""
    return {text, *text.split(maxsplit=1)[:1], *text.rsplit(maxsplit=1)[-1:]}


def _readings(text: str) -> set[str]:
    """What an API may read where `text` stands: most undo percent-encoding in cookies, and some the escapes of quoted
    strings. Whoever keeps a session that ended can write it in any way."""
    found = {text}
    if "%" in text:
        found.add(unquote(text))
    if "\\" in text:
        found.add(_ESCAPED.sub(_unescaped, text))
    return found


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 8)) if len(found[1]) == 3 else found[1]


def _named(text: str) -> str:
    """The name of a credential by its text, which is never that of a token by its id."""
    return f"text {_signed(text)}"


def _signed(text: str) -> str:
    """A credential without what may be written in more ways than one: the signature of a JWT."""
    head, _, rest = text.partition(".")
    is_token = rest.count(".") == _JWT_PARTS - 2 and _is_head(head)
    return text.rpartition(".")[0] if is_token else text


@lru_cache(maxsize=256)
def _is_head(part: str) -> bool:
    """Whether a text is the head of a JWT: an issuer's are few."""
    return any(name == "alg" for name, _ in pairs_in(part))


def _expiry(text: str) -> float:
    """Until when a token holds by its own words, which are those that the API believed; 0 where it says nothing."""
    signed = _signed(text)
    expiry = dict(pairs_in(signed.partition(".")[2])).get("exp") if signed != text else None
    return float(expiry) if isinstance(expiry, int | float) and 0 < expiry < _FAR else 0.0
