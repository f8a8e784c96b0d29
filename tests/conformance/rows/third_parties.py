"""An API of somebody else: requests go on without what must not go out, and answers are bounded."""

import gzip

from tests.conformance.rows.answers import CREATED, CUSTOMER, NOTHING, PAGE
from tests.conformance.rows.bodies import ADA, NOTES, POST
from tests.conformance.rows.responses import CUSTOMER_OF
from tests.conformance.values import Case, allow, amend, answers, deny, form, json, request, sends, withhold

CARD = "4111 1111 1111 1111"
LEAKY = {**ADA, "name": f"Ada {CARD}"}
MENDED = b'{"name":"Ada (card)","email":"ada@example.com","plan":"basic"}'
RUNNING = {**ADA, "name": "<img src=x onerror=alert(1)>", "accountNumber": "100000001"}
AS_FORM = {**ADA, "name": f"Ada {CARD}"}

THIRD_PARTIES: tuple[Case, ...] = (
    allow("what the contract asks for", json(POST, ADA), CREATED, variant="third-party"),
    amend("a header field that nobody declares", request(CUSTOMER_OF, ("X-Employee", "7")), CUSTOMER,
          "header-withheld"),
    amend("a query parameter that nobody declares", "GET /v1/customers?trace=1&limit=5&x=2", PAGE,
          "undeclared-parameter", forwarded="/v1/customers?limit=5"),
    amend("a property that nobody declares", json(POST, {**ADA, "note": "vip", "lines": []}), CREATED,
          "undeclared-property", passed_on=b'{"name":"Ada","email":"ada@example.com","plan":"basic","lines":[]}'),
    amend("the same in chunks", json(POST, {**ADA, "note": "vip"}, chunked=True), CREATED, "undeclared-property",
          passed_on=b'{"name":"Ada","email":"ada@example.com","plan":"basic"}'),
    amend("a card in a name", json(POST, LEAKY), CREATED, "undeclared-data", passed_on=MENDED),
    amend("both", json(POST, {**LEAKY, "note": "a@example.com"}), CREATED, "undeclared-property", "undeclared-data",
          passed_on=MENDED),
    amend("a compressed body", sends(POST, "application/json", gzip.compress(b"%s" % MENDED.replace(
          b"(card)", CARD.encode()), mtime=0), ("Content-Encoding", "gzip")), CREATED, "undeclared-data",
          passed_on=MENDED),
    amend("a card in a form", form(POST, AS_FORM), CREATED, "undeclared-data",
          passed_on=b"name=Ada+%28card%29&email=ada%40example.com&plan=basic"),
    amend("a mail address in a text", sends(NOTES, "text/plain", b"Call bob@example.com"), NOTHING, "undeclared-data",
          passed_on=b"Call (email)"),
    deny("a body that is wrong without it, too", json(POST, {"name": "Ada", "note": "vip"}), 400, "body-invalid",
         variant="third-party"),
    withhold("an answer nested too deeply", CUSTOMER_OF, answers(200, b'{"a":' + b"[" * 40 + b"]" * 40 + b"}"),
             "answer-too-deep", observed=("response-invalid",), variant="third-party"),
    withhold("a name that runs where it is shown", CUSTOMER_OF, answers(200, RUNNING), "injected-text",
             variant="inspected"),
    withhold("markup that nobody asked for", CUSTOMER_OF, answers(200, b"<script>", media_type="text/html"),
             "active-content", observed=("response-media-type",), variant="third-party"),
)  # fmt: skip
