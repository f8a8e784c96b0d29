"""Bounds, one step below and one above; the variant `tight` has small ones."""

import gzip

from tests.conformance.rows.answers import CREATED, CUSTOMER, LINE, NOTHING, PAGE
from tests.conformance.values import Case, allow, deny, json, request, sends

POST = "POST /v1/customers"
PATCH = "PATCH /v1/customers/100000001"
PHOTO = "PUT /v1/customers/100000001/photo"
ADA_JSON = b'{"name": "Ada", "email": "ada@example.com", "plan": "basic"}'
GZIP = ("Content-Encoding", "gzip")
LINE_OF = "GET /v1/lines/15550100001"


def spread(count: int, size: int = 1) -> tuple[tuple[str, str], ...]:
    """So many header fields, with values of so many bytes."""
    return tuple((f"X-H{index}", "v" * size) for index in range(count))


LIMITS: tuple[Case, ...] = (
    # Servers add fields of their own to a head, so its bounds are approached, not met (the unit tests do that).
    allow("some header fields", request(LINE_OF, *spread(12)), LINE, variant="tight"),
    deny("too many header fields", request(LINE_OF, *spread(21)), 431, "too-many-headers", variant="tight"),
    allow("large header fields", request(LINE_OF, *spread(2, 600)), LINE, variant="tight"),
    deny("too large header fields", request(LINE_OF, *spread(2, 750)), 431, "headers-too-large", variant="tight"),
    deny("one too large header field", request(LINE_OF, *spread(1, 1500)), 431, "headers-too-large", variant="tight"),
    deny("a head that is too much in every way", request(LINE_OF, *spread(40, 100)), 431, "too-many-headers",
         "headers-too-large", variant="tight"),
    allow("a head that is only large", request(LINE_OF, *spread(20, 1000)), LINE),
    deny("a head beyond the default", request(LINE_OF, *spread(40, 900)), 431, "headers-too-large"),
    allow("a long target", "GET /v1/customers?plan=basic&after=100000001", PAGE, variant="tight"),
    deny("a target at the bound and one", "GET /v1/lines/1" + "0" * 190, 414, "uri-too-long", "parameter-invalid",
         variant="tight"),
    deny("a target at the bound", "GET /v1/lines/1" + "0" * 189, 400, "parameter-invalid", variant="tight"),
    allow("query parameters at the bound", "GET /v1/customers?limit=1&plan=max&plan=max&plan=max", PAGE,
          variant="tight"),
    deny("query parameters over the bound", "GET /v1/customers?limit=1&plan=max&plan=max&plan=max&after=100000001",
         400, "too-many-parameters", variant="tight"),
    allow("an inspected body at the bound", json(POST, ADA_JSON.ljust(1024)), CREATED, variant="tight"),
    deny("an inspected body over the bound", json(POST, ADA_JSON.ljust(1025)), 413, "body-too-large", variant="tight"),
    allow("an inspected body at the bound, in chunks", json(POST, ADA_JSON.ljust(1024), chunked=True), CREATED,
          variant="tight"),
    deny("an inspected body over the bound, in chunks", json(POST, ADA_JSON.ljust(1025), chunked=True), 413,
         "body-too-large", variant="tight"),
    deny("an inspected body far over the bound, in chunks", json(POST, ADA_JSON.ljust(60_000), chunked=True), 413,
         "body-too-large", variant="tight"),
    allow("an opaque body at the bound", sends(PHOTO, "image/png", bytes(4096)), NOTHING, variant="tight"),
    deny("an opaque body over the bound", sends(PHOTO, "image/png", bytes(4097)), 413, "body-too-large",
         variant="tight"),
    deny("a wrong opaque body over the bound", sends(PHOTO, "image/gif", bytes(4097)), 413, "body-too-large",
         "unsupported-media-type", variant="tight"),
    allow("a compressed body that fits", json(POST, gzip.compress(ADA_JSON.ljust(1024), mtime=0), GZIP), CREATED,
          variant="tight"),
    deny("a compressed body that does not fit", json(POST, gzip.compress(ADA_JSON.ljust(1025), mtime=0), GZIP), 413,
         "decompressed-too-large", variant="tight"),
    deny("a compressed bomb", json(POST, gzip.compress(b" " * 900_000, mtime=0), GZIP), 413,
         "decompressed-too-large", variant="tight"),
    deny("a compressed bomb under default bounds", json(POST, gzip.compress(b" " * 20_000_000, mtime=0), GZIP), 413,
         "decompressed-too-large"),
    deny("JSON at the depth, wrong", json(PATCH, b'{"name": [[[]]]}'), 400, "body-invalid", variant="tight"),
    deny("JSON too deep", json(PATCH, b'{"name": [[[[]]]]}'), 400, "json-too-deep", variant="tight"),
    deny("JSON far too deep", json(PATCH, b"[" * 100_000), 400, "json-too-deep"),
    deny("a list at the bound, wrong", json(PATCH, b'{"name": [1,2,3,4,5,6]}'), 400, "body-invalid", variant="tight"),
    deny("a list over the bound", json(PATCH, b'{"name": [1,2,3,4,5,6,7]}'), 400, "array-too-long", variant="tight"),
    deny("keys over the bound", json(PATCH, {f"k{index}": 1 for index in range(9)}), 400, "too-many-keys",
         variant="tight"),
    deny("form fields over the bound", sends(POST, "application/x-www-form-urlencoded", b"a=1&" * 9), 400,
         "too-many-keys", variant="tight"),
    allow("a body under default bounds", json(PATCH, b'{"plan": "max"}'.ljust(900_000)), CUSTOMER),
    deny("a body over the default bound for inspection", json(PATCH, b'{"plan": "max"}'.ljust(1_048_577)), 413,
         "body-too-large"),
    allow("an opaque body of two megabytes", sends(PHOTO, "image/png", bytes(2_000_000)), NOTHING),
    deny("a property that is not declared, refused by policy", json("POST /v1/customers/100000001/payments",
         {"method": "card", "token": "tok_abcd1234", "amount": 5, "note": "x"},
         ("Idempotency-Key", "6c2f8f0e-5b0a-4c8e-9d38-2f7f6f0f7a11")), 400, "undeclared-property", variant="tight"),
)  # fmt: skip
"""Rows about how much a request may be."""
