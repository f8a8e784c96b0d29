"""The same exchanges under other policies: watched only, lenient, mended, mixed."""

from tests.conformance.rows.answers import CREATED, CUSTOMER, INVOICES, LINE, NOTHING, PAGE, TAKEN
from tests.conformance.rows.bodies import ADA_JSON, CARD, KEY, PAY, POST
from tests.conformance.rows.responses import CUSTOMER_OF, PROBLEM, TOO_MUCH, TRACE
from tests.conformance.values import Answer, Case, allow, answers, deny, json, request, sends

ORIGIN = ("Origin", "https://shop.example")

POLICIES: tuple[Case, ...] = (
    # monitor: nothing that the client sees changes
    allow("a good exchange", CUSTOMER_OF, CUSTOMER, variant="monitor"),
    allow("an unknown path", "GET /v1/admin", Answer(404), "unknown-operation", variant="monitor"),
    allow("an undeclared method", "PUT /v1/customers", Answer(200), "method-not-allowed", variant="monitor"),
    allow("a wrong parameter", "GET /v1/customers?limit=0", PAGE, "parameter-invalid", variant="monitor"),
    allow("a dot segment", "GET /v1/x/../customers", PAGE, "dot-segment", "unknown-operation", variant="monitor"),
    allow("an encoding that need not be", "GET /v1/%63ustomers", PAGE, variant="monitor"),
    allow("a method override", request("GET /v1/customers", ("X-HTTP-Method-Override", "PUT")), PAGE,
          "method-override", variant="monitor"),
    allow("a wrong body", json(POST, {"name": 1}), CREATED, "body-invalid", variant="monitor"),
    allow("a wrong body in chunks", json(POST, {"name": 1}, chunked=True), CREATED, "body-invalid", variant="monitor"),
    allow("an unreadable body", json(POST, b"{"), CREATED, "invalid-json", variant="monitor"),
    allow("a body too large", json(POST, ADA_JSON.ljust(1_100_000)), CREATED, "body-too-large", variant="monitor"),
    allow("another media type", sends(POST, "text/plain", b"a"), CREATED, "unsupported-media-type", variant="monitor"),
    allow("a body where none is declared", json("DELETE /v1/customers/100000001", {}), NOTHING, "unexpected-body",
          variant="monitor"),
    allow("a wrong answer", CUSTOMER_OF, answers(200, {"name": 1}), "response-invalid", variant="monitor"),
    allow("a stack trace", CUSTOMER_OF, answers(500, TRACE, media_type=PROBLEM), "stack-trace",
          "response-unreadable", variant="monitor"),
    allow("request and answer both wrong", "GET /v1/customers?limit=0", answers(200, []), "parameter-invalid",
          "response-invalid", variant="monitor"),
    allow("a HEAD that is not declared", "HEAD /v1/customers", PAGE, "method-not-allowed", variant="monitor"),
    # lenient
    allow("an encoded slash", "GET /v1/tariffs/basic%2Cmax", answers(200, {"basic": 1}), variant="lenient",
          forwarded="/v1/tariffs/basic,max"),
    deny("an encoded slash that the schema forbids", "GET /v1/customers/100%2F00001", 400, "parameter-invalid",
         variant="lenient"),
    allow("a method override that is not obeyed", request("GET /v1/customers", ("X-HTTP-Method-Override", "DELETE")),
          PAGE, variant="lenient"),
    allow("a HEAD for a GET", "HEAD /v1/customers", PAGE, variant="lenient"),
    deny("a HEAD for no GET", "HEAD /v1/customers/100000001/payments", 405, "method-not-allowed", variant="lenient"),
    allow("a preflight", request("OPTIONS /v1/customers", ORIGIN, ("Access-Control-Request-Method", "POST")),
          NOTHING, variant="lenient"),
    deny("a preflight for another method", request("OPTIONS /v1/customers", ORIGIN,
         ("Access-Control-Request-Method", "PUT")), 405, "method-not-allowed", variant="lenient"),
    deny("an OPTIONS that is no preflight", "OPTIONS /v1/customers", 405, "method-not-allowed", variant="lenient"),
    allow("an undeclared query parameter", "GET /v1/customers?utm_source=mail", PAGE, variant="lenient"),
    deny("a wrong query parameter", "GET /v1/customers?limit=0&utm_source=mail", 400, "parameter-invalid",
         variant="lenient"),
    # undescribed operations let through
    allow("an undescribed path", "GET /v1/admin?x=1", Answer(200, (("X-Own", "1"),), b"hello"), variant="undescribed"),
    allow("an undescribed method with a body", json("PUT /v1/customers", {"a": [1]}), NOTHING, variant="undescribed"),
    deny("an undescribed path that is ambiguous", "GET /v1/a/../admin", 400, "dot-segment", variant="undescribed"),
    deny("an undescribed body that is ambiguous", json("PUT /v1/customers", b'{"a":1,"a":2}'), 400, "duplicate-key",
         variant="undescribed"),
    deny("a described path all the same", "GET /v1/customers?limit=0", 400, "parameter-invalid", variant="undescribed"),
    # an operation that could not be compiled
    deny("an operation that is not to be judged", "GET /v1/lines/15550100001", 404, "uncompiled-operation",
         variant="damaged"),
    allow("the operation beside it", CUSTOMER_OF, CUSTOMER, variant="damaged"),
    # each operation its own policy
    allow("watched for one operation", json("PATCH /v1/customers/100000001", {"plan": "gold"}), CUSTOMER,
          "body-invalid", variant="mixed"),
    deny("other controls enforced there", json("PATCH /v1/customers/100000001", b"{"), 400, "invalid-json",
         variant="mixed"),
    allow("off for one operation", request("GET /v1/lines/0", ("X-Request-Source", "curl")), LINE, variant="mixed"),
    deny("enforced for the others", "GET /v1/customers/1", 400, "parameter-invalid", variant="mixed"),
    deny("a bound of its own", json(PAY, {**CARD, "note": {}}, KEY), 400, "json-too-deep", variant="mixed"),
    allow("within that bound", json(PAY, CARD, KEY), TAKEN, variant="mixed"),
    allow("its sister without a body", "GET /v1/customers/100000001/invoices", INVOICES, variant="mixed"),
    allow("a control that is off", CUSTOMER_OF, answers(500, {"title": TRACE.decode()}, media_type=PROBLEM),
          variant="mixed"),
    allow("too much told, nobody minds", CUSTOMER_OF, TOO_MUCH, variant="mixed"),
)  # fmt: skip
"""Rows about what a policy makes of them."""
