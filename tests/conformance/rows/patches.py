"""Virtual patches: what is refused at a place, denied and taken out, and what all others notice of it: nothing."""

from tests.conformance.rows.answers import CREATED, CUSTOMER, PAGE, TARIFFS
from tests.conformance.rows.bodies import ADA, ADA_JSON, POST
from tests.conformance.rows.responses import CUSTOMER_OF
from tests.conformance.values import Case, allow, answers, deny, json, rewrite, sends, withhold

WITHOUT_MAIL = b'{"accountNumber":"100000001","name":"Ada","plan":"basic"}'

_LEAN = {"accountNumber": "100000001", "name": "Ada", "plan": "basic"}

PATCHES: tuple[Case, ...] = (
    deny("a value that a patch refuses", "GET /v1/customers?limit=7", 400, "value-refused", variant="patched"),
    allow("a value beside it", "GET /v1/customers?limit=8", PAGE, variant="patched"),
    deny("a property that a patch refuses", json(POST, {**ADA, "role": "admin"}), 400, "body-invalid",
         "value-refused", variant="patched"),
    deny("the same in another case, in chunks", json(POST, {**ADA, "Role": 1}, chunked=True), 400, "body-invalid",
         "value-refused", variant="patched"),
    allow("a body without it", json(POST, ADA_JSON), CREATED, variant="patched"),
    deny("a body that cannot be read", sends(POST, "application/json", b"{"), 400, "invalid-json", "value-unreadable",
         variant="patched"),
    deny("an operation that a patch denies", "GET /v1/lines/15550100001", 403, "operation-denied", variant="patched"),
    rewrite("a field that a patch takes out", CUSTOMER_OF, CUSTOMER, "field-stripped", WITHOUT_MAIL,
            variant="patched"),
    allow("an answer without it", CUSTOMER_OF, answers(200, _LEAN), "response-invalid", variant="patched"),
    withhold("an answer that cannot be read", CUSTOMER_OF, answers(200, b"{"), "field-stripped", variant="patched",
             observed=("response-unreadable", "subjects-unreadable")),
    allow("a patch that has ended", "GET /v1/tariffs/basic,max", TARIFFS, variant="patched"),
)  # fmt: skip
"""Rows about patches."""
