"""The configuration says what the settings say."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from garrison.adapters.envoy.bootstrap import bootstrap
from garrison.adapters.envoy.manager import FORWARDING, headers_kib
from garrison.config.model import Settings


def built(text: str, **more: Any) -> dict[str, Any]:
    return bootstrap(settings(text), run_dir=Path("/run/g"), **more)


def settings(text: str = "{}") -> Settings:
    given = msgspec.json.decode(text)
    given["upstream"] = {"url": "http://127.0.0.1:9000"} | given.get("upstream", {})
    return msgspec.convert(given, Settings)


def managers(config: dict[str, Any]) -> list[dict[str, Any]]:
    chains = config["static_resources"]["listeners"][0]["filter_chains"]
    return [chain["filters"][0]["typed_config"] for chain in chains]


def test_admin_is_never_on_the_network() -> None:
    assert built("{}")["admin"]["address"] == {"pipe": {"path": "/run/g/admin.sock", "mode": 0o600}}


def test_the_filter_stands_before_the_router() -> None:
    config = built("{}", module_path=Path("/f.so"), handler_config={"factory": "a:b"})
    own, router = managers(config)[0]["http_filters"]
    module = own["typed_config"]
    assert module["dynamic_module_config"] == {
        "module": {"local": {"filename": "/f.so"}},
        "load_globally": True,
        "do_not_close": True,
    }
    assert module["filter_config"]["value"] == '{"factory":"a:b"}'
    assert router["name"] == "envoy.filters.http.router"


def test_the_router_counts_nothing_that_nobody_reads() -> None:
    (router,) = managers(built("{}"))[0]["http_filters"]
    assert router["typed_config"]["dynamic_stats"] is False


def test_what_is_taken_from_requests_is_found_in_one_pass() -> None:
    trusting, strict = map(taken, managers(built('{"listen": {"trusted-proxies": ["10.0.0.0/8"]}}')))
    for name in FORWARDING:
        assert strict.fullmatch(name)
        assert not trusting.fullmatch(name)
    for name in ("x_forwarded_for", "x-forwarded_for", "x_client-ip", "x-envoy-anything", "x-envoy-original-path"):
        assert strict.fullmatch(name)
        assert trusting.fullmatch(name)
    for name in ("x-forwarded-for-", "a-forwarded", "xenvoy-a", "api_key", "x-forwarded-user", "x_envoy_a"):
        assert not strict.fullmatch(name)


def taken(manager: dict[str, Any]) -> re.Pattern[str]:
    """What is taken from a request before anything reads it."""
    (mutation,) = manager["early_header_mutation_extensions"][0]["typed_config"]["mutations"]
    return re.compile(mutation["remove_on_match"]["key_matcher"]["safe_regex"]["regex"])


def test_bare_has_the_router_only() -> None:
    assert [one["name"] for one in managers(built("{}"))[0]["http_filters"]] == ["envoy.filters.http.router"]


def test_only_listed_peers_meet_the_manager_that_trusts() -> None:
    config = built('{"listen": {"trusted-proxies": ["10.0.0.0/8"]}}')
    chains = config["static_resources"]["listeners"][0]["filter_chains"]
    assert chains[0]["filter_chain_match"] == {
        "source_prefix_ranges": [{"address_prefix": "10.0.0.0", "prefix_len": 8}]
    }
    assert "filter_chain_match" not in chains[1]
    trusting, strict = managers(config)
    assert (trusting["use_remote_address"], strict["use_remote_address"]) == (False, True)


def test_upstream_is_verified_by_name_and_authority() -> None:
    text = '{"upstream": {"url": "https://api.example", "tls": {"ca": "/ca.pem"}}}'
    context = built(text)["static_resources"]["clusters"][0]["transport_socket"]["typed_config"]
    assert context["sni"] == "api.example"
    assert context["common_tls_context"]["validation_context"] == {
        "trusted_ca": {"filename": "/ca.pem"},
        "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": "api.example"}}],
    }


def test_an_address_is_verified_as_one_and_sent_as_no_name() -> None:
    text = '{"upstream": {"url": "https://192.0.2.1", "tls": {"ca": "/ca.pem"}}}'
    context = built(text)["static_resources"]["clusters"][0]["transport_socket"]["typed_config"]
    assert "sni" not in context
    (name,) = context["common_tls_context"]["validation_context"]["match_typed_subject_alt_names"]
    assert name["san_type"] == "IP_ADDRESS"


def test_verification_is_skipped_only_where_told() -> None:
    text = '{"upstream": {"url": "https://api.example", "tls": {"unsafe-skip-verification": true}}}'
    context = built(text)["static_resources"]["clusters"][0]["transport_socket"]["typed_config"]
    assert "validation_context" not in context["common_tls_context"]


@pytest.mark.parametrize(
    ("header_bytes", "uri_bytes", "expected"), [(32768, 8192, 96), (100_000, 8192, 212), (1 << 40, 0, 8192)]
)
def test_envoys_bound_on_heads_is_above_ours(header_bytes: int, uri_bytes: int, expected: int) -> None:
    text = f'{{"controls": {{"request-limits": {{"header-bytes": {header_bytes}, "uri-bytes": {uri_bytes}}}}}}}'
    assert headers_kib(settings(text)) == expected
