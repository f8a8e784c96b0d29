"""Webhooks and callbacks that prove nothing."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Users
from garrison.contract.documents import Node
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.rule import words

_PROOF: Final = frozenset({"signature", "sign", "hmac", "authorization", "token", "digest"})


def _look(reading: Reading) -> Iterator[Fault]:
    for operation in reading.operations:
        for name in _keys(operation.node.value.get("callbacks")):
            callback = reading.description.child(operation.node, "callbacks", name)
            for url in _keys(callback.value if callback is not None else None):
                yield from _sent(
                    reading, reading.description.child(callback or operation.node, url), reading.users(operation)
                )
    for name in _keys(reading.description.root.value.get("webhooks")):
        yield from _sent(reading, reading.of_root("webhooks", name), Users(0))


def _sent(reading: Reading, item: Node | None, users: Users) -> Iterator[Fault]:
    if item is None:
        return
    for method in ("post", "put", "patch", "get"):
        node = reading.description.child(item, method)
        if node is not None and isinstance(node.value, dict) and not _proves(reading, item, node):
            yield Fault(node, "neither a scheme nor a signature proves who sends it", users)


def _proves(reading: Reading, item: Node, node: Node) -> bool:
    if node.value.get("security") or (reading.description.root.value.get("security") and "security" not in node.value):
        return True
    for holder in (item, node):
        listed = holder.value.get("parameters")
        for at in range(len(listed) if isinstance(listed, list) else 0):
            each = reading.description.child(holder, "parameters", at)
            name = each.value.get("name") if each is not None and isinstance(each.value, dict) else ""
            if not _PROOF.isdisjoint(words(str(name))):
                return True
    return False


def _keys(value: Any) -> list[str]:
    return [key for key in value if not str(key).startswith("x-")] if isinstance(value, dict) else []


RULE = Rule(
    id=CheckId("unsigned-callback"),
    title="whoever is called back cannot tell who calls",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    tags=("owasp.api10", "cwe.345", "rec.11"),
    why="Anybody who learns the receiver's URL can send it made-up events, and they are taken for real.",
    mend="Sign what is sent, and describe the header with the signature or the scheme that proves the sender.",
    look=_look,
)
