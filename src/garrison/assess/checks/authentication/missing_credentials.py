"""Operations that the contract secures and that answer nobody in particular."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.guarding import fresh
from garrison.assess.checks.configuration.soft import Nowhere
from garrison.assess.compare import is_empty, succeeded
from garrison.assess.identity import ANONYMOUS
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Ask the operation without any credential."""
    if target.is_declared_public or target.id in a.doors.targets:
        return
    if target.method == "DELETE" or (target.method in ("PUT", "PATCH") and target.variables):
        return  # `change-without-credential` looks at the object before and after
    known = next((each for each in a.survey.baselines(target) if each.identity is not None), None)
    if known is None:
        return
    request = fresh(a, target, known)
    bare = a.probe.send(request, credential=ANONYMOUS, says="without any credential it is answered just as well")
    if not succeeded(bare.answer, known.answer):
        return
    if Nowhere(a).is_unserved(bare):
        a.skip(
            CHECK, "paths that nobody serves are answered in the same way: is it the API that answers there?", target
        )
        return
    told = not is_empty(bare.answer.json())
    yield a.found(
        CHECK,
        [known.says_that(f"{known.identity.name if known.identity else 'somebody'} is answered"), bare],
        says="the contract secures this operation, and it answers a request that carries no credential",
        target=target,
        confidence=Confidence.HIGH if told or target.is_safe else Confidence.MEDIUM,
        severity=Severity.HIGH if target.is_safe else Severity.CRITICAL,
    )


CHECK = Check(
    id=CheckId("missing-credentials"),
    title="an operation answers without credentials",
    family="authentication",
    severity=Severity.HIGH,
    tags=("owasp.api2", "cwe.306"),
    looks="A request that succeeded for an identity is sent again without any credential, to every operation that the "
    "contract secures. The same success, with the same kind of content, is the proof where paths that nobody serves "
    "are answered otherwise.",
    why="Anybody who finds the address reads or changes what the contract keeps for people who have logged in.",
    mend="Require a credential for every operation by default, in one place before the routes, and list the few "
    "public ones by name. A gateway that enforces the contract's `security` closes the gap at once.",
    samples={
        "fastapi": "app = FastAPI(dependencies=[Depends(current_user)])  # public routes go to an app of their own",
        "flask": "@app.before_request\ndef log_in_first():\n"
        "    if request.endpoint not in PUBLIC and current_user() is None:\n        abort(401)",
        "django": 'REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]}',
    },
    each=each,
    most=4,
    disturbs=Disturbs.OBJECTS,
    needs=("identity",),
)
