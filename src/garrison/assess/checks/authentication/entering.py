"""Coming in and going out: requests to the doors in the name of people whose passwords are known."""

from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.compare import leaves, succeeded
from garrison.assess.doors import Door, credential_in, credentials_in, door_of
from garrison.assess.identity import ANONYMOUS, Credential, Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request, Slot
from garrison.exposure.types.rule import words

_RESETS: Final = frozenset({"reset", "forgot", "forgotten", "recover", "recovery", "lost", "otp"})
_PROOFS: Final = frozenset({"token", "code", "otp", "pin", "secret", "key"})


class Person(msgspec.Struct, frozen=True):
    """Somebody whose password is known."""

    identity: Identity
    name: str
    password: str


def people(a: Assessment) -> tuple[Person, ...]:
    """Everybody whose password is known, the assessment's own accounts first."""
    known = [each for each in (*(account.identity for account in a.accounts), *a.given) if each.secret is not None]
    return tuple(Person(each, *each.secret) for each in known if each.secret and each.name not in a.probe.lost)


def spare(a: Assessment) -> Person | None:
    """Somebody who may be spoiled: registered anew, else a throw-away identity that was given."""
    account = a.new_account()
    if account is not None:
        return Person(account.identity, account.name, account.password)
    given = [each for each in people(a) if each.identity.is_throwaway and each.identity in a.given]
    return given[-1] if given else None


def lockable(a: Assessment) -> Person | None:
    """Somebody who may be locked out for a while: as `spare`, and where nobody new can log in the second account.

    Of the first two accounts the passwords are never changed.
    """
    person = spare(a)
    own = [each for each in people(a) if each.identity.is_throwaway]
    return person or (own[:2][-1] if own else None)


def log_in_request(a: Assessment, name: str, password: str) -> Request | None:
    """A request to log in; None where no log-in operation is known."""
    door = a.doors.log_in
    if door is None:
        return None
    return credentials_in(a.api.request(door.target), door, name, password)


def log_in(a: Assessment, name: str, password: str, says: str = "") -> Exchange | None:
    """Try to log in; None where no log-in operation is known."""
    request = log_in_request(a, name, password)
    return a.probe.send(request, credential=ANONYMOUS, says=says) if request is not None else None


def credential_of(a: Assessment, exchange: Exchange) -> Credential | None:
    """The credential that an answer hands out; None where it is no success or hands out none."""
    return credential_in(a.api, exchange.answer) if succeeded(exchange.answer) else None


def session(a: Assessment, person: Person, says: str = "") -> tuple[Exchange, Credential] | None:
    """One more session of somebody; None where logging in does not work."""
    exchange = log_in(a, person.name, person.password, says)
    credential = credential_of(a, exchange) if exchange is not None else None
    return (exchange, credential) if exchange is not None and credential is not None else None


def through(a: Assessment, door: Door, person: Person) -> Request:
    """A request to a door that is about `person`: its path, its names and its old password are theirs."""
    request = a.api.request(door.target, every=True)
    mine = next((each for each in a.survey.objects(door.target) if each.owner == person.identity), None)
    if door.target.variables:
        request = request.about(mine.values if mine is not None else {door.target.variables[-1]: person.name})
    for slot in door.names:
        value = a.survey.of(person.identity).get(words(slot.leaf), person.name)
        is_mail = not {"email", "mail"}.isdisjoint(words(slot.leaf))
        request = request.put(slot, f"{value}@example.com" if is_mail and "@" not in value else value)
    return request.put(door.old_password, person.password) if door.old_password is not None else request


def refresh_token_in(answer: Answer) -> tuple[str, str]:
    """The refresh token in an answer, and the name of its cookie where it is in one; empty where there is none."""
    value = answer.json()
    for way, leaf in leaves(value) if value is not NOT_JSON else ():
        if isinstance(leaf, str) and len(leaf) >= 8 and "refresh" in words(way.rpartition("/")[2]):
            return "", leaf
    for name, value in answer.headers:
        key, _, rest = value.partition(";")[0].partition("=")
        if name == "set-cookie" and "refresh" in words(key) and rest:
            return key.strip(), rest.strip()
    return "", ""


class Reset(msgspec.Struct, frozen=True):
    """An operation by which people who forgot their password come back."""

    door: Door
    proof: Slot | None
    """Where the token or the code stands that was sent to them."""

    @property
    def sets(self) -> bool:
        """Whether it takes the new password; else it asks for a token."""
        return self.door.password is not None


def resets(a: Assessment) -> tuple[Reset, ...]:
    """The operations of a forgotten password."""
    found = []
    for target in a.api.targets:
        door = door_of(a.api, target)
        if target.is_safe or door.said.isdisjoint(_RESETS) or not (door.names or door.password):
            continue
        slots = a.api.request(target, every=True).slots("body", "query", "path")
        proof = next(
            (each for each in slots if not _PROOFS.isdisjoint(words(each.leaf)) and each != door.password), None
        )
        found.append(Reset(door, proof))
    return tuple(found)


def reset_request(a: Assessment, reset: Reset, person: Person, *, proof: str = "", password: str = "") -> Request:
    """A request to such an operation, about `person`."""
    request = through(a, reset.door, person)
    if reset.proof is not None:
        request = request.put(reset.proof, int(proof) if isinstance(request.value(reset.proof), int) else proof)
    return request.put(reset.door.password, password) if reset.door.password is not None else request


def opens(a: Assessment, person: Person, password: str, says: str) -> Exchange | None:
    """Logging in with this password, where that works and a wrong one does not; else None."""
    exchange = log_in(a, person.name, password, says)
    if exchange is None or credential_of(a, exchange) is None:
        return None
    wrong = log_in(a, person.name, a.api.sampler.password())
    return exchange if wrong is not None and credential_of(a, wrong) is None else None
