"""Texts that leave their place, in requests that no operation describes, and in those that one does."""

from tests.conformance.rows.answers import NOTHING
from tests.conformance.values import Case, allow, deny, json
from tests.unit.controls.objections import TEXTS

PUT = "PUT /v1/customers"
PAYLOADS: tuple[Case, ...] = (
    *[
        deny(f"a text of {kind}", json(PUT, {"a": text}), 403, f"payload-{kind}", variant="inspected")
        for kind, text in TEXTS.items()
        if kind != "crowded"
    ],
    deny("a text too full of signs", json(PUT, {"a": "'or'" * 600}), 403, "payload-sql", "payload-crowded",
         variant="inspected"),
    allow("a text that only looks like it", json(PUT, {"a": "It's mine or yours; select one"}), NOTHING,
          variant="inspected"),
)  # fmt: skip
