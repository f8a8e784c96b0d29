"""Every kind of settings gives a configuration that the real Envoy finds valid, without a warning."""

import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme

from garrison.adapters.envoy.bootstrap import bootstrap
from garrison.adapters.envoy.parts import envoy_binary
from garrison.config.model import Settings

pytestmark = pytest.mark.integration

TLS = {"certificate": "CERT", "key": "KEY"}

CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "ipv6": {"listen": {"address": "[::1]:0"}, "upstream": {"url": "http://[::1]:9000"}},
    "all addresses": {"listen": {"address": "[::]:0"}},
    "name": {"upstream": {"url": "http://api.internal:9000"}},
    "timeouts": {"upstream": {"connect-timeout": 0.25, "request-timeout": 86400, "idle-timeout": 0.001}},
    "limits": {"upstream": {"max-connections": 1, "max-pending-requests": 1, "max-requests": 1 << 31}},
    "http2 upstream": {"upstream": {"http2": True}},
    "health check": {"upstream": {"health-check": {"path": "/up", "interval": 0.5}}},
    "health check over http2": {"upstream": {"http2": True, "health-check": {"path": "/up"}}},
    "https upstream": {"upstream": {"url": "https://api.example", "tls": {"ca": "CA"}}},
    "https address": {"upstream": {"url": "https://[::1]", "tls": {"ca": "CA", "certificate": "CERT", "key": "KEY"}}},
    "unverified": {"upstream": {"url": "https://api.example", "tls": {"unsafe-skip-verification": True}}},
    "tls": {"listen": {"tls": TLS}},
    "mutual tls": {"listen": {"tls": {**TLS, "client-ca": "CA", "require-client-certificate": True}}},
    "http3": {"listen": {"tls": TLS, "http3": True}},
    "http3 behind proxies": {"listen": {"tls": TLS, "http3": True, "trusted-proxies": ["10.0.0.0/8"]}},
    "proxies": {"listen": {"trusted-proxies": ["10.0.0.0/8", "192.0.2.7", "fd00::/8"]}},
    "large heads": {"controls": {"request-limits": {"header-bytes": 1 << 30, "header-count": 1 << 31}}},
    "small heads": {"controls": {"request-limits": {"header-bytes": 0, "uri-bytes": 0}}},
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    paths = {"CERT": folder / "cert.pem", "KEY": folder / "key.pem", "CA": folder / "ca.pem"}
    issued.cert_chain_pems[0].write_to_path(str(paths["CERT"]))
    issued.private_key_pem.write_to_path(str(paths["KEY"]))
    authority.cert_pem.write_to_path(str(paths["CA"]))
    return {name: str(path) for name, path in paths.items()}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_envoy_finds_it_valid(case: dict[str, Any], files: dict[str, str], tmp_path: Path) -> None:
    text = msgspec.json.encode({"upstream": {"url": "http://127.0.0.1:9000"}} | case).decode()
    for name, path in files.items():
        text = text.replace(f'"{name}"', f'"{path}"')
    merged = msgspec.json.decode(text, type=Settings)
    if not merged.upstream.url:
        upstream = msgspec.structs.replace(merged.upstream, url="http://127.0.0.1:9000")
        merged = msgspec.structs.replace(merged, upstream=upstream)
    file = tmp_path / "envoy.json"
    file.write_bytes(msgspec.json.encode(bootstrap(merged, run_dir=tmp_path)))
    done = subprocess.run(
        [envoy_binary(), "--mode", "validate", "-c", file, "-l", "warning", "--disable-hot-restart"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr, done.stderr
