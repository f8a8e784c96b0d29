"""Objects of others: requests about what belongs to somebody, and what shows that it is not for everybody."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.compare import leaves, resembles, same, succeeded
from garrison.assess.explore import SELVES
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.sampling import MARK
from garrison.assess.survey import Owned
from garrison.assess.target import Target
from garrison.core.detection import Confidence
from garrison.exposure.types.catalogue import type_by_name
from garrison.exposure.types.rule import words

_PRIVATE: Final = frozenset(
    {"account", "accounts", "address", "addresses", "appointment", "appointments", "basket", "baskets", "bill", "bills",
     "booking", "bookings", "card", "cards", "cart", "carts", "conversation", "conversations", "credential",
     "credentials", "document", "documents", "inbox", "invoice", "invoices", "key", "keys", "letter", "letters", "mail",
     "message", "messages", "note", "notes", "notification", "notifications", "order", "orders", "payment", "payments",
     "payslip", "prescription", "prescriptions", "private", "purchase", "purchases", "receipt", "receipts", "record",
     "records", "reservation", "reservations", "secret", "secrets", "session", "sessions", "settings", "statement",
     "statements", "subscription", "subscriptions", "ticket", "tickets", "transaction", "transactions", "transfer",
     "transfers", "vault", "vehicle", "vehicles", "wallet", "wallets"}
)  # fmt: skip
"""What people keep for themselves."""
_SHARED: Final = frozenset(
    {"article", "articles", "blog", "catalog", "catalogue", "categories", "category", "comments", "feed", "forum",
     "menu", "news", "post", "posts", "product", "products", "public", "review", "reviews", "search", "tags", "topics"}
)  # fmt: skip
TENANTS: Final = frozenset({"tenant", "org", "organization", "organisation", "workspace", "company"})
"""Words of ids of those who share a service and nothing else."""
_SECRETS: Final = frozenset(
    {"secret", "password", "passwd", "pwd", "token", "apikey", "pin", "ssn", "hash", "salt", "private"}
)
_DELETED: Final = frozenset({"deleted", "removed", "archived", "trashed", "cancelled", "canceled", "deactivated"})
"""Words with which what was deleted is marked where it is kept."""
_OWNED: Final = (
    "only the owner",
    "the owner",
    "own ",
    "owned",
    "your ",
    "yours",
    "my ",
    "current user",
    "belongs to",
    "only available to",
)
"""What authors write of operations that are about somebody's own."""


class Ground(msgspec.Struct, frozen=True):
    """Why an object is not for everybody."""

    confidence: Confidence
    says: str
    """`the contract says that it is the owner's`"""


def told(ground: "Ground") -> str:
    """A ground as the end of a sentence."""
    return f"; it is not for everybody: {ground.says}"


def pairs(a: Assessment) -> Iterator[tuple[Identity, Identity]]:
    """Owner and other, both ways round."""
    if a.pair is not None:
        yield a.pair
        yield a.pair[1], a.pair[0]


def requests_about(
    a: Assessment, target: Target, owner: Identity, *, own: bool = False
) -> Iterator[tuple[Request, Owned]]:
    """Requests to the operation about objects of `owner`; with `own` only about what the assessment made."""
    known = a.survey.baseline(target)
    base = known.request if known is not None else a.api.request(target, every=not target.is_safe)
    for owned in a.survey.objects(target):
        if owned.owner == owner and (owned.is_own or not own):
            yield a.survey.as_it_is(base.about(owned.values), owned.values, owner), owned


def is_account(owned: Owned) -> bool:
    """Whether it is an account that the assessment registered, and no object that an account made."""
    return owned.owner is not None and owned.owner.is_throwaway and (owned.made is None or owned.made.identity is None)


def ground_for(a: Assessment, target: Target, owned: Owned, read: Answer) -> Ground | None:
    """Why the object that `read` shows is its owner's and not for everybody; None where nothing says so."""
    if says_own(target):
        return Ground(Confidence.HIGH, "the contract says whose it is")
    tenant = _own_tenant(a, owned)
    if tenant:
        return Ground(Confidence.HIGH, f"`{tenant}` is its owner's alone")
    hidden = _fields(read) - _listed(a, target, owned)
    secret = sorted(name for name in hidden if not _SECRETS.isdisjoint(words(name)) or type_by_name(name))
    if secret:
        return Ground(Confidence.HIGH, f"it holds `{secret[0]}`, which no list shows of others' objects")
    if _is_filtered(a, target, owned):
        return Ground(Confidence.HIGH, "the list shows it to its owner alone")
    kept = sorted(_kinds(target) & _PRIVATE)
    if kept:
        confidence = Confidence.HIGH if hidden else Confidence.MEDIUM
        return Ground(confidence, f"`{kept[0]}` are what people keep to themselves")
    if hidden and owned.owner is not None:
        return Ground(Confidence.MEDIUM, "it says whose it is, and shows more than any list")
    return None


def _own_tenant(a: Assessment, owned: Owned) -> str:
    """The path variable that names the owner's tenant, in which nobody else is known to be; empty where none does."""
    for name, value in owned.values.items():
        others = [each for each in a.identities if each != owned.owner]
        is_owners = owned.owner is not None and value in a.survey.of(owned.owner).values()
        if not TENANTS.isdisjoint(words(name)) and is_owners:
            return "" if any(value in a.survey.of(each).values() for each in others) else name
    return ""


def _fields(answer: Answer) -> frozenset[str]:
    value = answer.json()
    return (
        frozenset(way.rpartition("/")[2] for way, leaf in leaves(value) if leaf not in (None, ""))
        if value is not NOT_JSON
        else frozenset()
    )


def _lists(a: Assessment, target: Target) -> Iterator[Target]:
    """Operations that list objects of the same kind."""
    for each in a.api.targets:
        if each.method == "GET" and each.template.rstrip("/") == target.collection:
            yield each


def _listed(a: Assessment, target: Target, owned: Owned) -> frozenset[str]:
    """Fields of the object that the list shows to others than its owner."""
    shown: set[str] = set()
    for each in _lists(a, target):
        for exchange in a.survey.baselines(each):
            if exchange.identity != owned.owner:
                shown.update(name for item in items(exchange.answer.json()) if _is_about(item, owned) for name in item)
    return frozenset(shown)


def _is_filtered(a: Assessment, target: Target, owned: Owned) -> bool:
    """Whether the list shows the object to its owner, and to somebody else everything but it."""
    for each in _lists(a, target):
        shown = {
            (one.identity.name if one.identity else ""): owned.id in one.answer.text for one in a.survey.baselines(each)
        }
        if owned.owner is not None and shown.get(owned.owner.name) and not all(shown.values()):
            return True
    return False


def is_private_kind(target: Target) -> bool:
    """Whether its path names what people keep for themselves."""
    return bool(_kinds(target) & _PRIVATE)


def is_shared_kind(target: Target) -> bool:
    """Whether its path names what is made to be seen by all."""
    return bool(_kinds(target) & _SHARED) and not is_private_kind(target)


def says_own(target: Target) -> bool:
    """Whether the contract says that it is about what is somebody's own."""
    said = target.described.words.lower()
    return any(phrase in said for phrase in _OWNED)


def sensitive(item: Mapping[str, Any]) -> list[str]:
    """Fields of an object that hold secrets or personal data."""
    return sorted(
        str(name)
        for name, value in item.items()
        if value not in (None, "") and (not _SECRETS.isdisjoint(words(str(name))) or type_by_name(str(name)))
    )


def _kinds(target: Target) -> set[str]:
    return {word for step in target.template.split("/") if "{" not in step for word in words(step)}


def items(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value, the outermost first."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from items(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from items(inner)


def _is_about(item: dict[str, Any], owned: Owned) -> bool:
    return any(str(value) == owned.id for value in item.values() if isinstance(value, str | int))


def gives_the_same(mine: Exchange, other: Exchange) -> bool:
    """Whether somebody else got what the owner got, and not an error, an empty answer or something of their own."""
    marks = [value for value in mine.request.path.values() if value in mine.answer.text]
    marks += re.findall(rf"{MARK}\w+", mine.answer.text)
    is_it = all(mark in other.answer.text for mark in marks) if marks else same(mine.answer, other.answer)
    return succeeded(other.answer, mine.answer) and is_it and resembles(mine.answer, other.answer)


def is_gone(before: Exchange, done: Exchange, after: Exchange) -> bool:
    """Whether what was there is not there any more: it is not found, or says itself that it was deleted.

    What cannot be read for another reason, such as a server that is busy, is not gone.
    """
    if succeeded(after.answer, before.answer):
        return bool(_signs_of_deletion(after.answer) - _signs_of_deletion(before.answer))
    return (
        after.answer.is_success
        or after.answer.status in (404, 410)
        or (done.is_success and after.answer.status in (400, 403))
    )


def _signs_of_deletion(answer: Answer) -> set[str]:
    value = answer.json()
    return {
        way
        for way, leaf in (leaves(value) if value is not NOT_JSON else ())
        if (not _DELETED.isdisjoint(words(way.rpartition("/")[2])) and leaf not in (None, "", False, 0))
        or str(leaf).lower() in _DELETED
    }


def readers(a: Assessment, target: Target) -> tuple[Target, ...]:
    """Operations that read the state of what `target` changes: on the same path, on one around it, or of oneself."""
    found = [
        each
        for each in a.api.targets
        if each.method == "GET" and (each.template == target.template or (each.variables and _is_around(each, target)))
    ]
    found.sort(key=lambda each: -len(each.template))
    me = a.doors.me
    return (*found, me.target) if me is not None else tuple(found)


def _is_around(outer: Target, inner: Target) -> bool:
    """Whether one path goes on where the other ends."""
    return inner.template.startswith(f"{outer.template}/")


def read_state(a: Assessment, target: Target, request: Request, owner: Identity) -> Exchange | None:
    """What its owner sees of the object that `request` is about; None where nothing shows it."""
    for reader in readers(a, target):
        path = {name: request.path.get(name, "") for name in reader.variables}
        exchange = a.probe.send(msgspec.structs.replace(a.api.request(reader), path=path), owner)
        if exchange.is_success and exchange.answer.body:
            return exchange
    return None


def pairs_with_accounts(a: Assessment) -> Iterator[tuple[Identity, Identity]]:
    """Owner and other, the assessment's own accounts first: what they own may be spoiled."""
    if len(a.accounts) > 1:
        yield a.accounts[0].identity, a.accounts[1].identity
    if a.pair is not None:
        yield a.pair
        yield a.pair[1], a.pair[0]


def remade(a: Assessment, target: Target, owner: Identity) -> Owned | None:
    """A new object of `owner` that `target` can be about, made as the exploration made one."""
    for owned in a.survey.objects(target):
        if owned.owner != owner or owned.made is None or is_account(owned):
            continue
        made = a.probe.send(fresh(a, owned.made.request), owner)
        if not a.survey.note(made):
            return None
        return next((each for each in a.survey.objects(target) if each.made == made), None)
    return None


def fresh(a: Assessment, request: Request) -> Request:
    """The request with new words where it had words of the assessment's own, but for names of who sends it."""
    for slot in request.slots("body", "query"):
        value = request.value(slot)
        if isinstance(value, str) and value.startswith(MARK) and "".join(words(slot.leaf)) not in SELVES:
            word = a.api.sampler.word()
            request = request.put(slot, f"{word}@example.com" if "@" in value else word)
    return request
