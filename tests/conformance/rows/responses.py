"""What the upstream says: watched by default, refused or stripped where the policy says so."""

import gzip
import json

from tests.conformance.rows.answers import (
    COVERAGE,
    CREATED,
    CUSTOMER,
    EVENTS,
    HEALTH,
    INVOICES,
    LINE,
    NOT_FOUND,
    NOTES,
    NOTHING,
    PAGE,
    TAKEN,
    TILE,
)
from tests.conformance.rows.bodies import ADA, CARD, KEY, PAY, POST
from tests.conformance.values import Answer, Case, allow, answers, request, rewrite, withhold
from tests.conformance.values import json as sends_json

CUSTOMER_OF = "GET /v1/customers/100000001"
REMOVE = "DELETE /v1/customers/100000001"
INVOICES_OF = "GET /v1/customers/100000001/invoices"
PROBLEM = "application/problem+json"
GZIP = ("Content-Encoding", "gzip")
UNATTRIBUTED = ("subjects-unreadable",)
"""What is observed besides: the operation is about a customer by its names, and nobody can tell whose data left."""
ADA_OUT = {"accountNumber": "100000001", "name": "Ada", "email": "ada@example.com", "plan": "basic"}
TOLD = {**ADA_OUT, "passwordHash": "$2b$12$x", "birthDate": "1950-01-01"}
TOO_MUCH = answers(200, TOLD)
SLIM = json.dumps(ADA_OUT, separators=(",", ":")).encode()
SLIM_COVERAGE = b'{"signal":4}'
TRACE = b'Traceback (most recent call last):\n  File "/srv/app/db.py", line 7, in get\nLookupError: customers_2021\n'
BANNER = b"<html><center>nginx/1.18.0</center></html>"
SQL = b'{"title": "You have an error in your SQL syntax near x"}'
PATH = b'{"title": "cannot open /srv/harbour/config/database.yml"}'

RESPONSES: tuple[Case, ...] = (
    # kept to the contract: every mode lets it pass
    allow("a good page", "GET /v1/customers", PAGE, variant="refuse"),
    allow("a good creation", sends_json(POST, ADA), CREATED, variant="refuse"),
    allow("a good error", CUSTOMER_OF, NOT_FOUND, variant="refuse"),
    allow("a good text", CUSTOMER_OF + "/notes", NOTES, variant="refuse"),
    allow("a good list", INVOICES_OF, INVOICES, variant="refuse"),
    allow("a good alternative", sends_json(PAY, CARD, KEY), TAKEN, variant="refuse"),
    allow("nothing, as declared", "DELETE /v1/customers/100000001", NOTHING, variant="refuse"),
    allow("a picture", "GET /v1/maps/.1.2.3", TILE, variant="refuse"),
    allow("a stream", CUSTOMER_OF + "/events", EVENTS, variant="refuse"),
    allow("a HEAD's answer", "HEAD /v1/health", HEALTH, variant="refuse"),
    allow("undeclared properties where the schema lets them", CUSTOMER_OF, TOO_MUCH, variant="refuse"),
    allow("compressed", CUSTOMER_OF, answers(200, gzip.compress(CUSTOMER.body), GZIP), variant="refuse"),
    allow("kept and stripped of nothing", CUSTOMER_OF, CUSTOMER, variant="strip"),
    # broken: refused where enforced
    withhold("a required property absent", CUSTOMER_OF, answers(200, {"name": "Ada"}), "response-invalid"),
    withhold("a wrong type", "GET /v1/health", answers(200, {"status": 1}), "response-invalid"),
    withhold("an undeclared property where forbidden", "GET /v1/coverage/;lat=1;lon=2",
             answers(200, {"signal": 4, "mast": "S-17"}), "response-invalid"),
    withhold("a property that only requests have", sends_json(PAY, CARD, KEY),
             answers(202, {**CARD, "securityCode": "123"}), "response-invalid"),
    withhold("an undeclared status", "GET /v1/health", Answer(503), "undeclared-status"),
    withhold("an undeclared success", CUSTOMER_OF, answers(206, ADA_OUT), "undeclared-status"),
    withhold("another media type", CUSTOMER_OF, answers(200, b"<b>Ada</b>", media_type="text/html"),
             "response-media-type"),
    withhold("a required header absent", INVOICES_OF, answers(200, []), "response-invalid"),
    withhold("a header of a wrong type", INVOICES_OF, answers(200, [], ("X-Total-Count", "many")), "response-invalid"),
    withhold("not JSON", CUSTOMER_OF, answers(200, b"{"), "response-unreadable", observed=UNATTRIBUTED),
    withhold("not UTF-8", CUSTOMER_OF, answers(200, SLIM.replace(b"Ada", b"\xff")),
             "response-unreadable", observed=UNATTRIBUTED),
    withhold("an empty body where one is declared as JSON", CUSTOMER_OF, answers(200, b" "),
             "response-unreadable", observed=UNATTRIBUTED),
    withhold("compressed in another way", CUSTOMER_OF, answers(200, SLIM, ("Content-Encoding", "br")),
             "response-unreadable", observed=UNATTRIBUTED),
    withhold("compressed and broken", CUSTOMER_OF, answers(200, gzip.compress(SLIM)[:-3], GZIP),
             "response-unreadable", observed=UNATTRIBUTED),
    withhold("compressed and wrong", CUSTOMER_OF, answers(200, gzip.compress(b"[]"), GZIP), "response-invalid"),
    withhold("too large to be inspected", CUSTOMER_OF, answers(200, SLIM.ljust(4097)),
             "response-too-large", observed=UNATTRIBUTED),
    allow("as large as can be inspected", CUSTOMER_OF, answers(200, SLIM.ljust(4096)), variant="refuse"),
    withhold("compressed, too large", CUSTOMER_OF, answers(200, gzip.compress(SLIM.ljust(9000)), GZIP),
             "response-unreadable", observed=UNATTRIBUTED),
    withhold("two things wrong at once", INVOICES_OF, answers(200, b"[]", media_type="text/csv"), "response-media-type",
             "response-invalid"),
    withhold("nothing where JSON is declared", CUSTOMER_OF, answers(200, b""), "response-body-missing"),
    withhold("nothing, and no media type", CUSTOMER_OF, Answer(200), "response-body-missing"),
    withhold("no media type", CUSTOMER_OF, Answer(200, (), SLIM), "response-media-type-missing"),
    withhold("no media type in an error", CUSTOMER_OF, Answer(404, (), b"none"), "response-media-type-missing"),
    withhold("a body where none is declared", REMOVE, answers(202, {"state": "queued"}), "undeclared-body"),
    withhold("a picture where no body is declared", REMOVE, answers(202, b"\x89PNG", media_type="image/png"),
             "undeclared-body"),
    allow("no body where none is declared", REMOVE, Answer(202), variant="refuse"),
    allow("a media type and no body where none is declared", REMOVE, answers(202, b"", media_type="text/html"),
          variant="refuse"),
    allow("an empty text", CUSTOMER_OF + "/notes", answers(200, b"", media_type="text/plain"), variant="refuse"),
    allow("a HEAD's answer without a media type", "HEAD /v1/health", Answer(200), variant="refuse"),
    # stripped
    rewrite("undeclared properties taken out", CUSTOMER_OF, TOO_MUCH, "undeclared-property", SLIM, variant="strip"),
    rewrite("forbidden properties taken out", "GET /v1/coverage/;lat=1;lon=2",
            answers(200, {"signal": 4, "mast": "S-17"}), "undeclared-property", SLIM_COVERAGE, variant="strip"),
    rewrite("taken out of a compressed body", CUSTOMER_OF,
            answers(200, gzip.compress(TOO_MUCH.body), GZIP, ("ETag", "e")),
            "undeclared-property", SLIM, variant="strip"),
    rewrite("taken out of items", "GET /v1/customers",
            answers(200, {"customers": [{"accountNumber": "100000001", "name": "A", "plan": "max", "ssn": 1}]}),
            "undeclared-property", b'{"customers":[{"accountNumber":"100000001","name":"A","plan":"max"}]}',
            variant="strip"),
    withhold("still broken when stripped", CUSTOMER_OF, answers(200, {"name": "Ada", "secret": 1}), "response-invalid",
             variant="strip"),
    allow("a map has no undeclared keys", "GET /v1/tariffs/basic", answers(200, {"basic": 9.9, "hidden": 1}),
          variant="strip"),
    # only watched
    allow("undeclared status, watched", "GET /v1/health", Answer(503), "undeclared-status"),
    allow("broken, watched", CUSTOMER_OF, answers(200, {"name": "Ada"}), "response-invalid"),
    allow("unreadable, watched", CUSTOMER_OF, answers(200, b"{"), "response-unreadable", *UNATTRIBUTED),
    allow("another media type, watched", CUSTOMER_OF, answers(200, b"x", media_type="text/plain"),
          "response-media-type", *UNATTRIBUTED),
    allow("too large, watched", CUSTOMER_OF, answers(200, SLIM.ljust(1_100_000)), "response-too-large", *UNATTRIBUTED),
    allow("no media type, watched", CUSTOMER_OF, Answer(200, (), SLIM), "response-media-type-missing", *UNATTRIBUTED),
    allow("nothing, watched", CUSTOMER_OF, answers(200, b""), "response-body-missing"),
    allow("large and good, watched", CUSTOMER_OF, answers(200, SLIM.ljust(600_000))),
    # errors that tell too much
    rewrite("a stack trace", CUSTOMER_OF, answers(500, TRACE, media_type="text/plain"), "stack-trace",
            observed=("response-media-type",)),
    rewrite("a stack trace in a problem", CUSTOMER_OF,
            answers(500, {"title": TRACE.decode(), "status": 500}, media_type=PROBLEM), "stack-trace"),
    rewrite("a banner", CUSTOMER_OF, answers(502, BANNER, ("Server", "nginx/1.18.0"), media_type="text/html"),
            "server-banner", observed=("response-media-type",)),
    rewrite("a database's words", CUSTOMER_OF, answers(400, SQL, media_type=PROBLEM), "sql-disclosure"),
    rewrite("a file's path", CUSTOMER_OF, answers(404, PATH, media_type=PROBLEM), "path-disclosure"),
    rewrite("a compressed stack trace", CUSTOMER_OF, answers(500, gzip.compress(TRACE), GZIP, media_type="text/plain"),
            "stack-trace", observed=("response-media-type",)),
    withhold("an error too large to be searched", CUSTOMER_OF,
             answers(404, {"title": "x" * 1_100_000}, media_type=PROBLEM), "unreadable-error", variant="enforce",
             status=404, observed=("response-too-large",)),
    allow("an error too large to be searched, watched", CUSTOMER_OF,
          answers(404, {"title": "x" * 1_100_000}, media_type=PROBLEM), "unreadable-error", "response-too-large",
          variant="monitor"),
    rewrite("a badly compressed error", CUSTOMER_OF,
            answers(500, gzip.compress(TRACE)[:-9], GZIP, media_type="text/plain"), "unreadable-error",
            observed=("response-media-type",)),
    rewrite("an error in a coding that nobody asked for", CUSTOMER_OF,
            answers(500, b"?", ("Content-Encoding", "br"), media_type=PROBLEM), "unreadable-error",
            observed=("response-unreadable",)),
    allow("an error in a coding that the client asked for", request(CUSTOMER_OF, ("Accept-Encoding", "br")),
          answers(500, b"?", ("Content-Encoding", "br"), media_type=PROBLEM), "response-unreadable", variant="monitor"),
    rewrite("a stack trace with an undeclared status", "GET /v1/health", answers(500, TRACE, media_type="text/plain"),
            "stack-trace", observed=("undeclared-status",)),
    allow("a stack trace that is no error", CUSTOMER_OF + "/notes", answers(200, TRACE, media_type="text/plain")),
    allow("an error without a word too many", CUSTOMER_OF,
          answers(500, {"title": "Internal Server Error", "status": 500}, media_type=PROBLEM)),
    allow("the coverage of a place", "GET /v1/coverage/;lat=1;lon=2", COVERAGE, variant="refuse"),
    allow("a line", "GET /v1/lines/15550100001", LINE, variant="strip"),
)  # fmt: skip
"""Rows about what comes back."""
