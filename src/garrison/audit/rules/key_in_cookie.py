"""Keys in cookies, with operations that change something and nothing that tells forged requests apart."""

from collections.abc import Iterator

from garrison.audit import names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.contract.described import DescribedOperation
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for scheme in reading.schemes:
        if scheme.kind != "apiKey" or scheme.text("in") != "cookie":
            continue
        changing = [
            each for each in reading.using(scheme.users) if each.method in names.UNSAFE and not _is_guarded(each)
        ]
        if changing:
            says = f"the cookie `{scheme.text('name')}` is all that {len(changing)} changing operations demand"
            yield Fault(scheme.node, says, reading.users(*changing))


def _is_guarded(operation: DescribedOperation) -> bool:
    """Whether a header is demanded besides, as a parameter or by the other schemes."""
    headers = any(
        (each.location == "header" and "csrf" in names.joined(each.name)) or "xsrf" in names.joined(each.name)
        for each in operation.parameters
    )
    return headers or all(len(one) > 1 for one in operation.security or ())


RULE = Rule(
    id=CheckId("key-in-cookie"),
    title="a cookie alone proves who asks for a change",
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    tags=("owasp.api2", "owasp.api8", "cwe.352", "rec.11"),
    why=(
        "A browser sends cookies along with requests that another site makes it send, so that this site can change "
        "something in a visitor's name."
    ),
    mend=(
        "Set the cookie with `SameSite`, and demand a header that other sites cannot set (a CSRF token) for "
        "whatever changes something."
    ),
    look=_look,
)
