"""What the sample API answers when all is well."""

from tests.conformance.values import Answer, answers

NOTHING = Answer(204)
HEALTH = answers(200, {"status": "ok"})
PAGE = answers(200, {"customers": [{"accountNumber": "100000001", "name": "Ada Example", "plan": "basic"}]})
CUSTOMER = answers(200, {"accountNumber": "100000001", "name": "Ada", "email": "ada@example.com", "plan": "basic"})
CREATED = answers(
    201,
    {"accountNumber": "100000051", "name": "Ada", "email": "ada@example.com", "plan": "basic", "lines": []},
    ("Location", "/v1/customers/100000051"),
)
FILED = answers(201, {"title": "Contract", "bytes": 3})
NOTES = answers(200, b"Called about the bill.", media_type="text/plain; charset=utf-8")
INVOICES = answers(
    200, [{"number": 7001, "amount": 20.5, "due": "2026-05-31", "state": "paid"}], ("X-Total-Count", "1")
)
TAKEN = answers(202, {"method": "card", "token": "tok_abcd1234", "amount": 5, "id": "pay-1"})
LINE = answers(200, {"number": "15550100001", "accountNumber": "100000001"})
TARIFFS = answers(200, {"basic": 9.9})
COVERAGE = answers(200, {"signal": 4})
TILE = answers(200, b"\x89PNG\r\n\x1a\n", media_type="image/png")
EVENTS = answers(200, b"id: 0\ndata: {}\n\n", media_type="text/event-stream")
NOT_FOUND = answers(
    404, {"type": "about:blank", "title": "Not Found", "status": 404}, media_type="application/problem+json"
)
