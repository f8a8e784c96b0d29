"""Several servers of which nobody says what each is for."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.servers import servers
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    listed = [each for each in servers(reading) if each.users == reading.everywhere]
    for each in listed if len(listed) > 1 else ():
        if not each.node.value.get("description"):
            yield Fault(each.node, f"nothing says what `{each.url}` is for", each.users, kind=each.url)


RULE = Rule(
    id=CheckId("unnamed-server"),
    title="nobody says what a server is for",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api9", "cwe.1059", "rec.4"),
    why=(
        "Where production, tests and old hosts stand side by side without a word, nobody notices the one that "
        "should be gone."
    ),
    mend="Say in the server's `description` for whom and for what it is.",
    look=_look,
)
