"""Findings and a report with something of everything, markup in every text that came from outside."""

from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding, Source, State, Step, Untested
from garrison.core.findings_report import Covered, Explained, Listed, Outcome, Participant, Ran, Report
from garrison.core.ids import OperationId

READ = OperationId("readOrder")
BOLA = CheckId("object-read-by-another")
SQL = CheckId("sql-injection")
BARE = CheckId("operation-without-security")

PROVEN = Finding(
    check=BOLA,
    title="an object of another can be read",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    says="bob reads order 17, which alice made",
    fingerprint="0123456789abcdef0123456789abcdef",
    operation=READ,
    method="GET",
    template="/v1/orders/{orderId}",
    location="path.orderId",
    identities=("alice", "bob"),
    proof=(
        Step(
            says="alice makes an order",
            method="POST",
            url="/v1/orders",
            identity="alice",
            headers=(("authorization", "Bearer {alice}"), ("content-type", "application/json")),
            body='{"note": "it\'s <b>mine</b>"}',
            status=201,
            answer='{"orderId": "17"}',
            seconds=0.02,
        ),
        Step(
            says="bob reads it",
            method="GET",
            url="/v1/orders/17?full=1",
            identity="bob",
            headers=(("authorization", "Bearer {bob}"),),
            status=200,
            answer_headers=(("content-type", "application/json"),),
            answer='{"orderId": "17", "note": "it\'s <script>alert(1)</script>"}',
            seconds=0.01,
        ),
    ),
    tags=("owasp.api1", "cwe.639"),
)
TIMED = Finding(
    check=SQL,
    title="a value becomes part of an SQL statement",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    says="the answer waits as long as `name` tells the database to",
    fingerprint="f" * 32,
    method="GET",
    template="/search",
    location="query.name",
    proof=(Step("it never answers", "GET", "/search?name=%27--", fault="no answer within 10 s", seconds=10.0),),
    tags=("owasp.api8", "cwe.89"),
)
WRITTEN = Finding(
    check=BARE,
    title="an operation without security",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    says="anybody may call `GET /pets`",
    fingerprint="a" * 32,
    operation=OperationId("listPets"),
    method="GET",
    template="/pets",
    source=Source("specs/open api.yaml", "$.paths['/pets'].get", 12),
    suggestion="- target: $.paths['/pets'].get\n  update:\n    security: [{bearer: []}]\n",
)
EXPLAINED = (
    Explained(
        BOLA,
        "an object of another can be read",
        Severity.HIGH,
        "authorization",
        ("owasp.api1", "cwe.639"),
        "two identities, one object: what the owner made is asked for by the other",
        "everybody who has an account reads everybody's orders",
        "compare the owner with whoever asks before anything is answered",
        {
            "fastapi": "if order.owner != user.id:\n    raise HTTPException(404)",
            "django": "Order.objects.get(id=id, owner=request.user)",
        },
    ),
    Explained(
        SQL,
        "a value becomes part of an SQL statement",
        Severity.CRITICAL,
        "injection",
        ("cwe.89",),
        why="the database is whoever asks's",
        mend="bind values",
    ),
)
REPORT = Report(
    kind="assessment",
    target="http://127.0.0.1:5000",
    started=1_800_000_000.0,
    ended=1_800_000_061.5,
    version="0.1.0",
    contract="openapi.yaml",
    title="Shop & <Sons>",
    seed=7,
    requests=412,
    stopped="the 3 minutes were over",
    identities=(
        Participant("alice", "a bearer token", roles=("user",)),
        Participant("carol", "the log-in operation", works=False, why="the log-in was answered with 401"),
    ),
    operations=(
        Covered(READ, "GET", "/v1/orders/{orderId}", 37, (200, 401, 404)),
        Covered(OperationId("pay"), "POST", "/v1/pay", 3, (400,), reached=False, why="no request was accepted"),
    ),
    checks=(
        Ran(BOLA, Outcome.TESTED, operations=(READ,), requests=12, found=1),
        Ran(SQL, Outcome.TESTED, operations=(READ,), requests=80, found=1),
        Ran(CheckId("jwt-none"), Outcome.NOT_APPLICABLE, "no identity carries a JWT"),
        Ran(CheckId("lockout"), Outcome.UNTESTED, "no account could be registered"),
    ),
    explained=EXPLAINED,
    findings=(
        Listed(TIMED, State.NEW, 1_800_000_000.0),
        Listed(PROVEN, State.OPEN, 1_790_000_000.0),
        Listed(WRITTEN, State.ACCEPTED, 1_790_000_000.0, "2027-03-31", "behind the <VPN>", "ana"),
        Listed(
            Finding(CheckId("banner"), "a banner", Severity.LOW, Confidence.HIGH, "it says nginx/1.2", "b" * 32),
            State.FIXED,
            1_780_000_000.0,
        ),
    ),
    untested=(Untested("no request was accepted", BOLA, OperationId("pay")), Untested("`--safe` was given")),
    compared=1_799_000_000.0,
)
