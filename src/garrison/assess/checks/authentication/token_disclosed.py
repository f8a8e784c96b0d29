"""Tokens in answers that are none to logging in."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.check import Check
from garrison.assess.checks.authentication.guarding import Guard, changed, guards
from garrison.assess.compare import leaves
from garrison.assess.jwt import claims_of
from garrison.assess.probe import Exchange
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def run(a: Assessment) -> Iterator[Finding]:
    """Try what looks like a token in an answer as a credential."""
    suspects = tuple(_suspects(a))
    if not suspects:
        return
    for guard in guards(a):
        seen = set[str]()
        for exchange, way, token in suspects:
            operation = exchange.request.operation
            if operation is None or operation in seen:
                continue
            used = a.probe.send(
                guard.request,
                credential=changed(guard.credential, lambda secret, token=token: token),  # type: ignore[misc]
                says="what stands in that answer is accepted as a credential",
            )
            if _is_somebody(guard, used.answer.status):
                seen.add(operation)
                shown = exchange.says_that(f"the answer holds a token, as `{way}`")
                says = "an answer that is none to logging in holds a token that the API accepts"
                yield a.found(CHECK, [shown, guard.bad, used], says=says, target=a.api.target(operation))
        return


def _is_somebody(guard: Guard, status: int) -> bool:
    """Whether a credential was recognised: its owner may not be allowed what the guard's is."""
    return 200 <= status < 300 or (status in (403, 404) and guard.bad.answer.status == 401)


def _suspects(a: Assessment) -> Iterator[tuple[Exchange, str, str]]:
    """Answers, the names of fields in them, and values that are JWTs, or just the tokens that identities hold."""
    held = {secret for identity in a.identities if identity.name not in a.probe.lost
            for secret in a.probe.credential(identity).secrets if len(secret) >= 8}  # fmt: skip
    for target in a.api.targets:
        for exchange in a.survey.baselines(target) if target.id not in a.doors.targets else ():
            value = exchange.answer.json()
            for way, leaf in leaves(value) if value is not NOT_JSON else ():
                if isinstance(leaf, str) and (leaf in held or _is_jwt(leaf)):
                    yield exchange, way, leaf


def _is_jwt(text: str) -> bool:
    return text.startswith("ey") and bool(claims_of(text))


CHECK = Check(
    id=CheckId("token-disclosed"),
    title="an answer holds a token that the API accepts",
    family="authentication",
    severity=Severity.HIGH,
    tags=("owasp.api2", "owasp.api3", "cwe.522", "cwe.200"),
    looks="Answers of operations that are not there to log in are searched for tokens: those that identities hold, "
    "and whatever is a JWT. Each is tried as a credential. Proof is that it is recognised where a made-up one is "
    "refused.",
    why="Whoever may read that answer, or a log or a cache of it, acts in the name of the token's owner.",
    mend="Hand tokens out in the answer to logging in and nowhere else. Keep only their hashes, so that no other "
    "operation could show them; declare what answers hold.",
    samples={
        "fastapi": "class UserOut(BaseModel):\n    id: int\n    name: str  # and no token",
        "django": 'class Meta:\n    fields = ["id", "name"]  # never "__all__"',
        "flask": 'UserSchema(only=("id", "name")).dump(user)',
    },
    run=run,
    most=12,
    needs=("identity",),
)
