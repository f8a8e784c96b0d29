"""Grounds: what shows that an object is its owner's and not for everybody."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.compare import leaves
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
