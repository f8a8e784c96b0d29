"""Servers for development and tests."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.audit.rule import Action, Fault, Rule
from garrison.audit.servers import servers
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_WORDS: Final = frozenset(
    {"corp", "dev", "develop", "development", "int", "integration", "internal", "intranet", "lab", "nonprod", "preprod",
     "qa", "stage", "staging", "stg", "test", "testing", "tst", "uat"}
)  # fmt: skip


def _look(reading: Reading) -> Iterator[Fault]:
    listed = list(servers(reading))
    for each in listed:
        labels = {word for label in each.host.split(".")[:-1] for word in re.split(r"[-_]", label)}
        found = sorted(labels & _WORDS)
        if found and not each.is_private:
            mends = (Action(each.node.place),) if len(listed) > 1 else ()
            says = f"`{each.host}` is called `{found[0]}`"
            sure = Confidence.LOW if each.node.value.get("description") else None  # perhaps it is meant for everybody
            yield Fault(each.node, says, each.users, kind=each.url, confidence=sure, mends=mends)


RULE = Rule(
    id=CheckId("internal-server"),
    title="the description tells of a server that is not for everybody",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api9", "cwe.200", "rec.4"),
    why=(
        "Servers for development and tests hold copies of real data and are protected less; whoever looks for the "
        "weakest one finds it here."
    ),
    mend="Take the server out of what is published, and let only developers reach it.",
    look=_look,
)
