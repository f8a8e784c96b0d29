"""Bodies of requests: media types, encodings, and what schemas demand."""

import gzip
import zlib

from tests.conformance.rows.answers import CREATED, CUSTOMER, FILED, NOTHING, TAKEN
from tests.conformance.values import Case, allow, deny, form, json, multipart, request, sends

POST = "POST /v1/customers"
PATCH = "PATCH /v1/customers/100000001"
PHOTO = "PUT /v1/customers/100000001/photo"
NOTES = "PUT /v1/customers/100000001/notes"
DOCUMENTS = "POST /v1/customers/100000001/documents"
PAY = "POST /v1/customers/100000001/payments"
KEY = ("Idempotency-Key", "6c2f8f0e-5b0a-4c8e-9d38-2f7f6f0f7a11")
ADA = {"name": "Ada", "email": "ada@example.com", "plan": "basic"}
ADA_JSON = b'{"name": "Ada", "email": "ada@example.com", "plan": "basic"}'
FIELDS = "name=Ada&email=ada%40example.com&plan=basic"
CARD = {"method": "card", "token": "tok_abcd1234", "amount": 5}
BANK = {"method": "bank", "iban": "DE89370400440532013000", "amount": 20.5}
GZIP = ("Content-Encoding", "gzip")
JSON_TYPE = ("Content-Type", "application/json")
TITLE = ('Content-Disposition: form-data; name="title"', b"Contract")
FILE = ('Content-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: application/octet-stream',
        b"\x00\xff\x80")  # fmt: skip

BODIES: tuple[Case, ...] = (
    # JSON
    allow("a JSON body", json(POST, ADA), CREATED),
    allow("a JSON body in chunks", json(POST, ADA, chunked=True), CREATED),
    allow("a JSON body with a charset", sends(POST, "application/json; charset=utf-8", ADA_JSON), CREATED),
    allow("a media type in capitals", sends(POST, "Application/JSON", ADA_JSON), CREATED),
    allow("optional properties", json(POST, {**ADA, "lines": ["15550100001"], "referredBy": "100000002"}), CREATED),
    allow("letters beyond ASCII", json(POST, {**ADA, "name": "\u00c5sa \U0001f600"}), CREATED),
    allow("blanks around JSON", json(POST, b" \n" + ADA_JSON + b"\r\n "), CREATED),
    allow("escaped letters in keys", json(POST, ADA_JSON.replace(b'"name"', b'"n\\u0061me"')), CREATED),
    deny("a required property absent", json(POST, {"name": "Ada", "plan": "basic"}), 400, "body-invalid"),
    deny("an undeclared property", json(POST, {**ADA, "role": "admin"}), 400, "body-invalid"),
    deny("a wrong type", json(POST, {**ADA, "name": 5}), 400, "body-invalid"),
    deny("null for a text", json(POST, {**ADA, "name": None}), 400, "body-invalid"),
    deny("a wrong format", json(POST, {**ADA, "email": "ada"}), 400, "body-invalid"),
    deny("not in the enum", json(POST, {**ADA, "plan": "gold"}), 400, "body-invalid"),
    deny("an empty text", json(POST, {**ADA, "name": ""}), 400, "body-invalid"),
    deny("a text too long", json(POST, {**ADA, "name": "x" * 101}), 400, "body-invalid"),
    deny("a list too long", json(POST, {**ADA, "lines": ["15550100001"] * 6}), 400, "body-invalid"),
    deny("a list for an object", json(POST, [ADA]), 400, "body-invalid"),
    deny("a text for an object", json(POST, "Ada"), 400, "body-invalid"),
    deny("an object too empty", json(PATCH, {}), 400, "body-invalid"),
    allow("one property changed", json(PATCH, {"plan": "plus"}), CUSTOMER),
    deny("JSON cut short", json(POST, ADA_JSON[:-1]), 400, "invalid-json"),
    deny("two JSON texts", json(POST, ADA_JSON + b"{}"), 400, "invalid-json"),
    deny("a comma too many", json(POST, ADA_JSON.replace(b'"}', b'",}')), 400, "invalid-json"),
    deny("a comment in JSON", json(POST, b"/* */" + ADA_JSON), 400, "invalid-json"),
    deny("a byte order mark", json(POST, b"\xef\xbb\xbf" + ADA_JSON), 400, "invalid-json"),
    deny("NaN", json(PATCH, b'{"plan": NaN}'), 400, "invalid-json"),
    deny("JSON in UTF-16", json(POST, ADA_JSON.decode().encode("utf-16-le")), 400, "invalid-json"),
    deny("JSON that is not UTF-8", json(POST, ADA_JSON.replace(b"Ada", b"\xff")), 400, "invalid-json"),
    deny("a key twice", json(PATCH, b'{"plan": "basic", "plan": "plus"}'), 400, "duplicate-key"),
    deny("a key twice, once escaped", json(PATCH, b'{"plan": "basic", "pl\\u0061n": "plus"}'), 400, "duplicate-key"),
    deny("an escaped NUL", json(PATCH, b'{"name": "a\\u0000b"}'), 400, "control-character"),
    deny("a raw control character", json(PATCH, b'{"name": "a\x01b"}'), 400, "invalid-json"),
    allow("an escaped line feed", json(PATCH, b'{"name": "a\\nb"}'), CUSTOMER),
    # alternatives, and who may send what
    allow("an alternative by its name", json(PAY, BANK, KEY), TAKEN),
    allow("a property that only requests have", json(PAY, {**CARD, "securityCode": "123"}, KEY), TAKEN),
    deny("a property that only answers have", json(PAY, {**CARD, "id": "pay-1"}, KEY), 400, "body-invalid"),
    deny("the other alternative's property", json(PAY, {"method": "bank", "token": "tok_abcd1234", "amount": 5}, KEY),
         400, "body-invalid"),
    deny("no alternative's name", json(PAY, {**CARD, "method": "cash"}, KEY), 400, "body-invalid"),
    deny("an alternative without its name", json(PAY, {"token": "tok_abcd1234", "amount": 5}, KEY), 400,
         "body-invalid"),
    deny("nothing to pay", json(PAY, {**CARD, "amount": 0}, KEY), 400, "body-invalid"),
    deny("a fraction of a cent", json(PAY, {**CARD, "amount": 0.001}, KEY), 400, "body-invalid"),
    # absent, unexpected, of the wrong kind
    deny("no body", POST, 400, "body-missing"),
    deny("a body of no length", request(POST, JSON_TYPE, body=b""), 400, "body-missing"),
    deny("a body of no chunks", request(POST, JSON_TYPE, body=b"", chunked=True), 400, "body-missing"),
    deny("a body where none is declared", json("GET /v1/customers", {}), 400, "unexpected-body"),
    deny("a body in chunks where none is declared", json("DELETE /v1/customers/100000001", {}, chunked=True), 400,
         "unexpected-body"),
    allow("a length of 0 where none is declared", request("DELETE /v1/customers/100000001", body=b""), NOTHING),
    deny("no content type", request(POST, body=ADA_JSON), 415, "missing-content-type"),
    deny("another media type", sends(POST, "application/xml", b"<a/>"), 415, "unsupported-media-type"),
    deny("text that is JSON", sends(POST, "text/plain", ADA_JSON), 415, "unsupported-media-type"),
    deny("a vendor's JSON", sends(POST, "application/vnd.harbour+json", ADA_JSON), 415, "unsupported-media-type"),
    deny("no media type at all", sends(POST, "json", ADA_JSON), 415, "unsupported-media-type"),
    deny("two media types in one field", sends(POST, "application/json, text/plain", ADA_JSON), 400,
         "repeated-header", "unsupported-media-type"),
    # form
    allow("a form", form(POST, FIELDS), CREATED),
    allow("a form with a list", form(POST, FIELDS + "&lines=15550100001&lines=15550100002"), CREATED),
    allow("a form with plus signs", form(POST, FIELDS.replace("Ada", "Ada+Example")), CREATED),
    deny("a form without a field", form(POST, "name=Ada&plan=basic"), 400, "body-invalid"),
    deny("a form with an undeclared field", form(POST, FIELDS + "&role=admin"), 400, "body-invalid"),
    deny("a form with a wrong value", form(POST, FIELDS.replace("basic", "gold")), 400, "body-invalid"),
    deny("a form with broken encoding", form(POST, FIELDS + "%"), 400, "invalid-form"),
    deny("a form with broken UTF-8", form(POST, FIELDS.replace("Ada", "%ff")), 400, "invalid-form"),
    deny("a form with a NUL", form(POST, FIELDS.replace("Ada", "%00")), 400, "control-character"),
    deny("a form encoded twice", form(POST, FIELDS.replace("Ada", "%2527")), 400, "double-encoding"),
    deny("JSON that is called a form", form(POST, ADA_JSON.decode()), 400, "invalid-form"),
    # multipart
    allow("a multipart body", multipart(DOCUMENTS, TITLE, FILE), FILED),
    allow("a multipart body in another order", multipart(DOCUMENTS, FILE, TITLE), FILED),
    allow("a number in a part", multipart(DOCUMENTS, TITLE, FILE,
          ('Content-Disposition: form-data; name="pages"', b"12")), FILED),
    deny("a number in a part, too large", multipart(DOCUMENTS, TITLE, FILE,
         ('Content-Disposition: form-data; name="pages"', b"501")), 400, "body-invalid"),
    deny("a part absent", multipart(DOCUMENTS, TITLE), 400, "body-invalid"),
    deny("an undeclared part", multipart(DOCUMENTS, TITLE, FILE, ('Content-Disposition: form-data; name="x"', b"1")),
         400, "body-invalid"),
    deny("another boundary", multipart(DOCUMENTS, TITLE, FILE, declared="other"), 400, "invalid-multipart"),
    deny("a part without a name", multipart(DOCUMENTS, TITLE, ("Content-Disposition: form-data", b"1")), 400,
         "invalid-multipart"),
    deny("a part in transfer encoding", multipart(DOCUMENTS, TITLE, (FILE[0] + "\r\nContent-Transfer-Encoding: base64",
         b"AA==")), 400, "invalid-multipart"),
    deny("text before the first part", sends(DOCUMENTS, "multipart/form-data; boundary=b", b"x\r\n--b--\r\n"), 400,
         "invalid-multipart"),
    # text and opaque
    allow("a text", sends(NOTES, "text/plain", b"Called about the bill."), NOTHING),
    allow("a text in UTF-8", sends(NOTES, "text/plain; charset=utf-8", "Ringde \u00e5 betalade".encode()), NOTHING),
    allow("a text in Latin-1", sends(NOTES, "text/plain; charset=iso-8859-1", b"caf\xe9"), NOTHING),
    deny("a note too long", sends(NOTES, "text/plain", b"x" * 2001), 400, "body-invalid"),
    deny("a text that is not UTF-8", sends(NOTES, "text/plain", b"caf\xe9"), 400, "invalid-encoding"),
    deny("a text in another charset", sends(NOTES, "text/plain; charset=utf-7", b"a"), 400, "invalid-encoding"),
    deny("a text with a NUL", sends(NOTES, "text/plain", b"a\x00b"), 400, "control-character"),
    allow("a picture", sends(PHOTO, "image/png", b"\x89PNG\x00\xff" * 100), NOTHING),
    allow("an octet stream", sends(PHOTO, "application/octet-stream", b"\x00" * 3000), NOTHING),
    deny("another kind of picture", sends(PHOTO, "image/svg+xml", b"<svg/>"), 415, "unsupported-media-type"),
    deny("a picture of unknown length", sends(PHOTO, "image/png", b"\x89PNG", chunked=True), 411, "length-required"),
    # content coding
    allow("gzip", json(POST, gzip.compress(ADA_JSON), GZIP), CREATED),
    allow("gzip in chunks", json(POST, gzip.compress(ADA_JSON), GZIP, chunked=True), CREATED),
    allow("deflate", json(POST, zlib.compress(ADA_JSON), ("Content-Encoding", "deflate")), CREATED),
    allow("identity", json(POST, ADA_JSON, ("Content-Encoding", "identity")), CREATED),
    deny("gzip of a wrong body", json(POST, gzip.compress(b'{"name": 1}'), GZIP), 400, "body-invalid"),
    deny("gzip that is none", json(POST, ADA_JSON, GZIP), 400, "invalid-content-encoding"),
    deny("gzip cut short", json(POST, gzip.compress(ADA_JSON)[:-4], GZIP), 400, "invalid-content-encoding"),
    deny("gzip with a tail", json(POST, gzip.compress(ADA_JSON) + b"x", GZIP), 400, "invalid-content-encoding"),
    deny("two gzip streams", json(POST, gzip.compress(ADA_JSON[:9]) + gzip.compress(ADA_JSON[9:]), GZIP), 400,
         "invalid-content-encoding"),
    deny("brotli", json(POST, b"\x0b\x02\x80{}\x03", ("Content-Encoding", "br")), 415,
         "unsupported-content-encoding"),
    deny("gzip twice", json(POST, gzip.compress(gzip.compress(ADA_JSON)), ("Content-Encoding", "gzip, gzip")), 415,
         "unsupported-content-encoding"),
)  # fmt: skip
"""Rows about what a request brings."""
