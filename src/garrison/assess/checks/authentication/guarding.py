"""Guarded operations: those that answer somebody and refuse a made-up credential. Only they can prove anything."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.compare import succeeded
from garrison.assess.identity import Credential, Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target

_TRIED = 3
"""Operations that are tried until one is found that refuses made-up credentials."""


class Guard(msgspec.Struct, frozen=True):
    """An operation that is known to check credentials."""

    target: Target
    identity: Identity
    request: Request
    good: Exchange
    """The request with the identity's own credential: a success."""
    bad: Exchange
    """The same request with a made-up one: refused."""

    @property
    def credential(self) -> Credential:
        """The identity's own."""
        return self.good.credential

    def accepts(self, exchange: Exchange) -> bool:
        """Whether an exchange is a success as the good one was."""
        return succeeded(exchange.answer, self.good.answer)


def guards(
    a: Assessment,
    *,
    fits: Callable[[Credential], bool] = lambda credential: True,
    among: Sequence[Identity] | None = None,
) -> Iterator[Guard]:
    """Guarded operations, those to which the least was sent first; each costs two requests when it is taken.

    `fits` says which credentials are of use, `among` whose.
    """
    tried = 0
    for target, identity in _candidates(a, a.identities if among is None else among):
        if tried >= _TRIED:
            return
        credential = a.probe.credential(identity)
        if credential.is_nothing or not fits(credential):
            continue
        tried += 1
        found = guard_at(a, target, identity)
        if found is not None:
            yield found


def guard_at(a: Assessment, target: Target, identity: Identity, request: Request | None = None) -> Guard | None:
    """The operation as a guard for `identity`; None where it does not answer, or answers anybody."""
    known = a.survey.baseline(target, identity)
    if request is None and known is not None:
        request = known.request
    if request is None:
        return None
    good = a.probe.send(request, identity, says=f"{identity.name} is answered")
    if not succeeded(good.answer, known.answer if known is not None else None):
        return None
    bad = a.probe.send(request, credential=spoiled(good.credential), says="a made-up credential is refused")
    return None if succeeded(bad.answer, good.answer) else Guard(target, identity, request, good, bad)


def guard_for(a: Assessment, identity: Identity) -> Guard | None:
    """A guarded operation for somebody who was not there when the API was explored."""
    for target, _ in _candidates(a, a.identities):
        known = a.survey.baseline(target)
        if known is not None and not target.variables:
            return guard_at(a, target, identity, known.request)
    return None


def _candidates(a: Assessment, among: Sequence[Identity]) -> Iterator[tuple[Target, Identity]]:
    """Safe operations that answer an identity and not everybody, those to which the least was sent first."""
    people = [identity for identity in among if identity.name not in a.probe.lost]
    safe = [target for target in a.api.targets if target.is_safe and not a.survey.is_public(target)]
    for target in sorted(safe, key=lambda each: (a.probe.sent[each.id], str(each.id))):
        identity = next((each for each in people if a.survey.baseline(target, each) is not None), None)
        if identity is not None:
            yield target, identity


def fresh(a: Assessment, target: Target, known: Exchange) -> Request:
    """The request that succeeded; of one that makes something, with new values in it."""
    if target.method != "POST" or known.request.path:
        return known.request
    return a.api.request(target, every=True)


def changed(credential: Credential, change: Callable[[str], str], only: str = "") -> Credential:
    """A credential with every secret in it changed, or the one under the name `only`; the name of a scheme (`Bearer`)
    stays."""

    def of_pair(name: str, value: str) -> tuple[str, str]:
        if only and name != only:
            return name, value
        scheme, space, secret = value.partition(" ")
        return name, f"{scheme}{space}{change(secret)}" if space else change(value)

    return Credential(
        headers=tuple(of_pair(*pair) for pair in credential.headers),
        query=tuple(of_pair(*pair) for pair in credential.query),
        cookies=tuple(of_pair(*pair) for pair in credential.cookies),
    )


def spoiled(credential: Credential) -> Credential:
    """A credential of the same looks that nobody issued: every letter and digit is another one."""
    return changed(credential, scrambled)


def scrambled(text: str) -> str:
    """A text of the same length and kind of characters."""
    return "".join(_turned(character) for character in text)


def _turned(character: str) -> str:
    for first, count in (("a", 26), ("A", 26), ("0", 10)):
        place = ord(character) - ord(first)
        if 0 <= place < count:
            return chr(ord(first) + (place + count // 2) % count)
    return character
