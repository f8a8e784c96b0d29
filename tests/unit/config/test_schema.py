"""The exported schema is complete: every setting is documented, bounded and findable."""

from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.config.address import parse_listen, parse_upstream
from garrison.config.load import examine, load_settings
from garrison.config.schema import settings_schema
from garrison.config.unsafe import warnings


def test_every_setting_is_documented() -> None:
    bare = [
        f"{name}.{key}"
        for name, definition in settings_schema()["$defs"].items()
        for key, prop in definition.get("properties", {}).items()
        if not prop.get("description")
    ]
    assert bare == []


def test_the_schema_is_valid_and_accepts_its_own_defaults() -> None:
    schema = settings_schema()
    jsonschema_rs.validator_for(schema).validate({})
    assert jsonschema_rs.meta.is_valid(schema)


def test_inherited_fields_are_documented_where_they_are_used() -> None:
    described = settings_schema()["$defs"]["InventorySettings"]["properties"]
    assert "own error denies" in described["fail"]["description"]


def test_what_a_section_means_is_said_alike_by_every_python() -> None:
    described = settings_schema()["$defs"]["SignatureSettings"]["description"]
    assert "; its\nalgorithm is the key's" in described


KEYS = st.sampled_from(["mode", "listen", "tls", "controls", "operations", "match", "inventory", "x"])
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(DATA)
def test_no_data_raises(data: Any) -> None:
    # JSON is YAML, near enough for what is generated here.
    examined = examine(msgspec.json.encode(data), "g.yaml")
    assert examined.settings is not None


def test_unsafe_options_in_force_are_listed() -> None:
    text = (
        b"upstream: {url: 'https://x', tls: {unsafe-skip-verification: true}}\n"
        b"operations: [{match: a, controls: {inventory: {unsafe-allow-undescribed: true}}}]"
    )
    assert warnings(load_settings(text, "g.yaml")) == (
        "`$.upstream.tls.unsafe-skip-verification` is on: accept any certificate",
        (
            "`$.operations[0].controls.inventory.unsafe-allow-undescribed` is on: "
            "grant requests for operations that the contract does not describe"
        ),
    )
    assert warnings(load_settings(b"version: 1", "g.yaml")) == ()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Api.Example", ("http", "api.example", 80)),
        ("https://api.example/", ("https", "api.example", 443)),
        ("http://[::1]:9000", ("http", "::1", 9000)),
        ("http://my_service:1", ("http", "my_service", 1)),
    ],
)
def test_upstream_urls(url: str, expected: tuple[str, str, int]) -> None:
    upstream = parse_upstream(url)
    assert (upstream.scheme, upstream.host, upstream.port) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "http://",
        "http://a b",
        "http://x:0",
        "http://x:99999",
        "http://x?y",
        "http://x#y",
        "http://ex\n.a",
    ],
)
def test_bad_upstream_urls(url: str) -> None:
    with pytest.raises(ValueError, match=r"must|is not"):
        parse_upstream(url)


@pytest.mark.parametrize(
    ("address", "shown"),
    [("127.0.0.1:0", "127.0.0.1:0"), ("[::1]:80", "[::1]:80"), ("localhost:80", "127.0.0.1:80")],
)
def test_listen_addresses(address: str, shown: str) -> None:
    assert str(parse_listen(address)) == shown


@pytest.mark.parametrize(
    "address", ["", ":80", "::1:80", "1.2.3.4", "1.2.3.4:", "1.2.3.4:x", "api.example:80", "1.2.3.4:٣"]
)
def test_bad_listen_addresses(address: str) -> None:
    with pytest.raises(ValueError, match="must"):
        parse_listen(address)
