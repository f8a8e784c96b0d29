# ruff: noqa: E501  # one line a case reads better than lines of one width
"""Servers that the settings name: where their files are meant from, and what is no way to ask them."""

import pytest

from garrison.config.load import examine
from garrison.config.servers import KeySource, Service, key_sources, services

HTTP = "use https; `unsafe-plain-http` is for networks where nobody else is"


def yaml(*entries: str, controls: str = "") -> bytes:
    lines = ["controls:", f"  object-access: {controls or '{}'}", "  authentication:", "    schemes:", "      a:"]
    return "\n".join([*lines, *(f"        {entry}" for entry in entries)]).encode()


def test_everything_that_is_named() -> None:
    text = yaml(
        "jwt: [{issuer: https://a.test, audiences: [x], jwks-file: keys.json}, {issuer: https://b.test, audiences: [x], refresh: 9, ca: ca.pem}]",
        "introspection: {url: https://c.test/i, audiences: [x], client-id: me, client-secret-file: s, signed: true, issuer: https://c.test}",
        controls="{decision-point: {url: https://d.test/e, token-file: /t, timeout: 1}}",
    )
    settings = examine(text, "/etc/garrison/garrison.yaml").settings
    assert key_sources(settings) == (
        KeySource("https://a.test", file="/etc/garrison/keys.json"),
        KeySource("https://b.test", refresh=9, ca="/etc/garrison/ca.pem"),
        KeySource("https://c.test"),
    )
    assert services(settings) == (
        Service("introspection a", "https://c.test/i", 2, client_id="me", secret_file="/etc/garrison/s"),
        Service("decision-point", "https://d.test/e", 1, token_file="/t"),
    )


def test_operations_count_too_and_the_same_is_named_once() -> None:
    schemes = "{schemes: {a: {jwt: [{issuer: https://a.test, audiences: [x]}]}, b: {introspection: {url: https://b.test, audiences: [x], ca: c}}}}"
    text = (
        f"controls: {{authentication: {schemes}}}\noperations: [{{match: a, controls: {{authentication: {schemes}}}}}]"
    )
    examined = examine(text.encode(), "conf/garrison.yaml")
    assert examined.problems == ()
    assert key_sources(examined.settings) == (KeySource("https://a.test"),)
    assert services(examined.settings) == (Service("introspection b", "https://b.test", 2, ca="conf/c"),)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("jwt: [{issuer: http://a.test, audiences: [x]}]", f"jwt[0].issuer: `http://a.test` is not encrypted: who is on the way could forge the answer (hint: {HTTP})"),
        ("jwt: [{issuer: urn:a, audiences: [x]}]", "jwt[0].issuer: `urn:a` is no address that can be asked (hint: name `jwks-url` or `jwks-file`)"),
        ("jwt: [{issuer: urn:a, audiences: [x], jwks-url: https://}]", "jwt[0].jwks-url: `https://` is no address that can be asked (hint: example: `https://id.example.com/keys`)"),
        ("jwt: [{issuer: https://a.test, audiences: [x], jwks-url: 'https://u:p@a.test/'}]", "jwt[0].jwks-url: `https://a.test/` must hold neither credentials nor a fragment"),
        ("jwt: [{issuer: 'https://a.test:99999', audiences: [x]}]", "jwt[0].issuer: `https://a.test:99999` is no address that can be asked (hint: name `jwks-url` or `jwks-file`)"),
        ("introspection: {url: http://a.test, audiences: [x]}", f"introspection.url: `http://a.test` is not encrypted: who is on the way could forge the answer (hint: {HTTP})"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(entry: str, problem: str) -> None:
    (found,) = examine(yaml(entry), "garrison.yaml").problems
    assert str(found) == f"garrison.yaml:6: $.controls.authentication.schemes.a.{problem}"


def test_one_issuer_has_its_keys_in_one_way() -> None:
    text = """
controls: {authentication: {schemes: {a: {jwt: [{issuer: https://a.test, audiences: [x]}]}}}}
operations:
  - match: x
    controls: {authentication: {schemes: {a: {jwt: [{issuer: https://a.test, audiences: [y], jwks-url: https://b.test}]}}}}
"""
    (found,) = examine(text.encode(), "garrison.yaml").problems
    assert found.path == "$.operations[0].controls.authentication.schemes.a.jwt[0]"
    assert (
        found.message
        == "the issuer `https://a.test` has its keys in another way elsewhere: say the same in both places"
    )


def test_plain_http_where_the_operator_insists() -> None:
    entries = ("jwt: [{issuer: http://a.test, audiences: [x], unsafe-plain-http: true}]",)
    assert examine(yaml(*entries), "garrison.yaml").problems == ()
    assert examine(yaml("jwt: [{issuer: urn:a, audiences: [x], jwks-file: k}]"), "garrison.yaml").problems == ()
