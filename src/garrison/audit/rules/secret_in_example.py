"""Examples and defaults that hold a real secret."""

import base64
import re
from collections.abc import Iterator
from typing import Final

from garrison.audit.rule import Fault, Rule, Users
from garrison.audit.walk import Reading
from garrison.contract.documents import Node
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.sensitive import is_credential

_KEYS: Final = re.compile(
    r"AKIA(?!IOSFODNN7EXAMPLE)[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{60,}"
    r"|sk_live_[0-9A-Za-z]{16,}|rk_live_[0-9A-Za-z]{16,}|xox[abprs]-[0-9]{8,}-[0-9A-Za-z-]{10,}|glpat-[0-9A-Za-z_-]{20}"
    r"|SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*[0-9A-Za-z+/]{20}"
)
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
_PLACES: Final = frozenset({"example", "examples", "default", "const", "value", "x-example", "enum"})
_MOST: Final = 1_000_000
"""Values that are looked at."""


def _look(reading: Reading) -> Iterator[Fault]:
    for node in _examples(reading.description.root):
        text = node.value
        is_key = _KEYS.search(text) is not None
        if (is_key or is_credential(text)) and not _is_made_up(text):
            kind = "key" if is_key else "token or a hashed password"
            users = _users(reading, node)
            yield Fault(
                node, f"an example looks like a real {kind}", users, confidence=Confidence.MEDIUM if is_key else None
            )


def _examples(root: Node) -> Iterator[Node]:
    """Every text that stands in an example or a default, at any depth."""
    rest: list[tuple[Node, bool]] = [(root, False)]
    for _ in range(_MOST):
        if not rest:
            return
        node, is_example = rest.pop()
        value = node.value
        if isinstance(value, str) and is_example and len(value) >= 20:
            yield node
        elif isinstance(value, dict):
            rest += [
                (Node(node.place.child(str(key)), each), is_example or key in _PLACES)
                for key, each in value.items()
                if isinstance(each, (dict, list, str))
            ]
        elif isinstance(value, list):
            rest += [
                (Node(node.place.child(at), each), is_example)
                for at, each in enumerate(value)
                if isinstance(each, (dict, list, str))
            ]


def _is_made_up(text: str) -> bool:
    """Whether it only has the form: stars, dots, `EXAMPLE`, few different characters."""
    lower = (text + _payload(text)).lower()
    marks = (
        "example",
        "xxxx",
        "****",
        "....",
        "your",
        "placeholder",
        "1234567890",
        "abcdef",
        "foobar",
        "test",
        "john doe",
        "jane doe",
    )
    is_hex = _HEX.fullmatch(text.rpartition("_")[2]) is not None  # no issuer of the keys above has such
    return len(set(text)) < 12 or is_hex or any(mark in lower for mark in marks)


def _payload(text: str) -> str:
    """What a token says, where it is one."""
    parts = text.split(".")
    try:
        return base64.urlsafe_b64decode(parts[1] + "==").decode() if len(parts) == 3 else ""
    except ValueError:
        return ""


def _users(reading: Reading, node: Node) -> Users:
    tokens = node.place.tokens
    found = [each for each in reading.operations if tokens[: len(each.node.place.tokens)] == each.node.place.tokens]
    return reading.users(*found)


RULE = Rule(
    id=CheckId("secret-in-example"),
    title="the description holds a secret",
    severity=Severity.HIGH,
    confidence=Confidence.LOW,
    tags=("owasp.api2", "cwe.798", "cwe.540", "rec.11", "rec.25"),
    why="Examples are copied from what was at hand: whoever reads the description can use it.",
    mend="Make the secret invalid, for it is known, and write an example that is none.",
    look=_look,
)
