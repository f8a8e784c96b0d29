"""API keys as the only proof for changes."""

from collections.abc import Iterator

from garrison.audit import names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for scheme in reading.schemes:
        if scheme.kind != "apiKey" or scheme.text("in") == "cookie":
            continue
        alone = [
            each
            for each in reading.using(scheme.users)
            if each.method in names.UNSAFE and any(set(one) == {scheme.name} for one in each.security or ())
        ]
        if alone:
            says = f"`{scheme.name}` is enough for {len(alone)} operations that change something"
            yield Fault(scheme.node, says, reading.users(*alone))


RULE = Rule(
    id=CheckId("key-alone"),
    title="an API key alone proves who asks for a change",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    tags=("owasp.api2", "cwe.308", "rec.11"),
    why="A key names a program and not a person, seldom expires, and is as good in the hands of whoever finds it.",
    mend="Demand a token of the person who asks besides or instead; give keys scopes, an owner and an end.",
    look=_look,
)
