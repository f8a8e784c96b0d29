"""Examples and defaults that hold a real secret."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.audit import examples
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Users
from garrison.contract.documents import Node
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.sensitive import is_credential

_KEYS: Final = re.compile(
    r"AKIA(?!IOSFODNN7EXAMPLE)[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{60,}"
    r"|sk_live_[0-9A-Za-z]{16,}|rk_live_[0-9A-Za-z]{16,}|xox[abprs]-[0-9]{8,}-[0-9A-Za-z-]{10,}|glpat-[0-9A-Za-z_-]{20}"
    r"|SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*[0-9A-Za-z+/]{20}"
)


def _look(reading: Reading) -> Iterator[Fault]:
    for node in examples.long_examples(reading.description.root):
        text = node.value
        is_key = _KEYS.search(text) is not None
        if (is_key or is_credential(text)) and not examples.is_made_up(text):
            kind = "key" if is_key else "token or a hashed password"
            users = _users(reading, node)
            yield Fault(
                node, f"an example looks like a real {kind}", users, confidence=Confidence.MEDIUM if is_key else None
            )


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
