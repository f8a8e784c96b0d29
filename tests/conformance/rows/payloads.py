"""Texts that leave their place, in requests that no operation describes, and in those that one does."""

from tests.conformance.rows.answers import NOTHING
from tests.conformance.values import Case, allow, deny, json

PUT = "PUT /v1/customers"
_TEXTS = {
    "sql": "1' or '1'='1",
    "nosql": "login[$ne]=1",
    "command": "; cat /etc/hosts",
    "path": "../../../../etc/passwd",
    "template": "{{7*7}}",
    "markup": "<script>alert(1)</script>",
    "xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "c">]>',
    "request": "http://2130706433/",
    "ldap": "*)(uid=*))(|(uid=*",
    "xpath": "x' or count(/*)=1",
    "object": "!!python/object/apply:os.system",
    "runtime": "allow_url_include=1",
    "graphql": 'query { a(b: "c\' or 1") }',
    "header": "a\nHTTP/1.1 200 OK\nSet-Cookie: a=b",
}

PAYLOADS: tuple[Case, ...] = (
    *[
        deny(f"a text of {kind}", json(PUT, {"a": text}), 403, f"payload-{kind}", variant="undescribed")
        for kind, text in _TEXTS.items()
    ],
    allow("a text that only looks like it", json(PUT, {"a": "It's mine or yours; select one"}), NOTHING,
          variant="undescribed"),
)  # fmt: skip
