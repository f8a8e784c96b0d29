"""Operations that ask for a credential and do not look at it."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.guarding import changed, fresh, scrambled
from garrison.assess.compare import succeeded
from garrison.assess.identity import ANONYMOUS, Credential
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Ask the operation with credentials that nobody issued."""
    if target.method == "DELETE" or target.id in a.doors.targets or a.survey.is_public(target):
        return
    known = next((each for each in a.survey.baselines(target) if not each.credential.is_nothing), None)
    if known is None or known.identity is None:
        return
    for what, credential in _wrong(known.credential):
        wrong = a.probe.send(fresh(a, target, known), credential=credential, says=f"{what} is accepted")
        if not succeeded(wrong.answer, known.answer):
            continue
        bare = a.probe.send(fresh(a, target, known), credential=ANONYMOUS, says="without a credential it is refused")
        if not succeeded(bare.answer, known.answer):
            proof = [known.says_that(f"{known.identity.name} is answered"), bare, wrong]
            says = f"the operation asks for a credential and does not check it: {what} is answered as a good one is"
            yield a.found(CHECK, proof, says=says, target=target)
        return


def _wrong(credential: Credential) -> Iterator[tuple[str, Credential]]:
    yield "a made-up credential of the same looks", changed(credential, scrambled)
    yield "an empty credential", changed(credential, lambda secret: "")
    yield "the word `null`", changed(credential, lambda secret: "null")
    yield "the word `undefined`", changed(credential, lambda secret: "undefined")


CHECK = Check(
    id=CheckId("invalid-credentials-accepted"),
    title="any credential is accepted",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "cwe.287", "cwe.303"),
    looks="A request that succeeded for an identity is sent again with a made-up credential of the same length and "
    "characters, with an empty one, and with words that broken clients send. Proof is the same success where the "
    "request without a credential is refused.",
    why="Whoever sends anything at all in the place of a credential is let in as if they had logged in.",
    mend="Look every credential up, or verify it, before the request reaches any handler; treat one that cannot be "
    "checked as none. Test the refusal for each way in: nothing, empty, made up, ended.",
    samples={
        "fastapi": "def current_user(token: Annotated[str, Depends(bearer)]) -> User:\n    user = sessions.get(token)\n"
        "    if user is None:\n        raise HTTPException(401)\n    return user",
        "flask": 'user = sessions.get(request.headers.get("X-Auth-Token", ""))\nif user is None:\n    abort(401)',
    },
    each=each,
    most=6,
    disturbs=Disturbs.OBJECTS,
    needs=("identity",),
)
