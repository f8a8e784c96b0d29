"""A second OpenID provider, of another make: Glewlwyd, written in C, from Debian's package `glewlwyd`.

It runs on loopback with a database of its own in a folder of the test, and is configured by its own administration.
"""

import base64
import contextlib
import http.client
import json
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc.jwk import ECKey
from tests.integration.identity.provider import proof
from tests.integration.realinput.descriptions import peers
from tests.ports import quiet_port

API = "https://api.example.org/things"
OTHER = "https://api.example.org/others"
"""Resources that it makes tokens for (RFC 8707)."""
START = 30.0
"""Seconds that it may take to start."""
SECRET = "secret-of-gateway"
"""Of either client. Nothing in it needs escaping: this provider takes the characters of `Authorization` as they
are, where RFC 6749 (2.3.1) has them form-encoded first."""
BOUND = "bound.example.org"
"""A client whose certificate has this name, and whose tokens are bound to it."""
_CERTIFICATE = "X-Certificate"
"""Where a proxy in front says which certificate it has verified."""
_TABLES = Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
_MODULES = Path("/usr/lib/glewlwyd")
_CONFIG = """
port = {port}
bind_address = "127.0.0.1"
external_url = "http://127.0.0.1:{port}"
api_prefix = "api"
log_mode = "console"
log_level = "WARNING"
session_key = "session"
admin_scope = "g_admin"
profile_scope = "g_profile"
hash_algorithm = "SHA512"
user_module_path = "{modules}/user"
client_module_path = "{modules}/client"
user_auth_scheme_module_path = "{modules}/scheme"
plugin_module_path = "{modules}/plugin"
database = {{ type = "sqlite3"; path = "{database}"; }};
"""


class Glewlwyd:
    """A running provider that signs with the key `one`."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("glewlwyd")
        if program is None and peers() is None:
            pytest.skip("the second provider needs Debian's `glewlwyd` and `dbconfig-sqlite3`")
        assert program is not None, "install Debian's packages `glewlwyd` and `dbconfig-sqlite3`, as .ci/run does"
        self.port = quiet_port()
        self.issuer = f"http://127.0.0.1:{self.port}/api/oidc"
        self.secret_file = folder / "secret"
        self.secret_file.write_text(f"{SECRET}\n")
        database = folder / "glewlwyd.db"
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.executescript(_TABLES.read_text("utf-8"))
        config = folder / "glewlwyd.conf"
        config.write_text(_CONFIG.format(port=self.port, modules=_MODULES, database=database))
        self._log = (folder / "glewlwyd.log").open("w")
        self.process = subprocess.Popen([program, "-c", str(config)], stdout=self._log, stderr=subprocess.STDOUT)
        self._keys: dict[str, ECKey] = {}
        self._cookie = ""
        self._wait()
        self._log_in()
        self._send("POST", "/api/mod/plugin/", {**_PLUGIN, "parameters": self._parameters(["one"], "one", 600)})
        self._send("POST", "/api/scope/", {"name": "things:read", "display_name": "Read things"})
        for client in (_CLIENT, _BOUND):
            self._send("POST", "/api/client/", client)
        self._is_changed = False

    def token(self, resource: str = API, *, key: ECKey | None = None, certificate: bytes = b"") -> str:
        """An access token for a resource, bound to `key` (DPoP) or to a client certificate (PEM) where given.

        With a certificate of `BOUND` it is that client's, which proves by it who it is (RFC 8705, 2.1).
        """
        client = BOUND if certificate else "gateway"
        form = {"grant_type": "client_credentials", "scope": "things:read", "resource": resource, "client_id": client}
        # with a certificate as well: what it keeps of a token whose client named itself otherwise nobody may ask about
        headers = {"authorization": _basic(client), "content-type": "application/x-www-form-urlencoded"}
        if certificate:
            headers[_CERTIFICATE] = certificate.decode().replace("\n", " ").strip()  # as a proxy in front sends it
        if key is not None:
            headers["dpop"] = proof(key, "POST", f"{self.issuer}/token")
        path = "/api/oidc/mtls/token" if certificate else "/api/oidc/token"
        found = json.loads(self._exchange("POST", path, urlencode(form), headers)[1])
        token: str = found["access_token"]
        return token

    def publish(self, keys: Sequence[str], sign: str, *, seconds: int = 600) -> None:
        """Publish these keys from now on, sign with that one, and let tokens hold for so long."""
        self._is_changed = True
        whole = {**_PLUGIN, "parameters": self._parameters(keys, sign, seconds)}
        self._send("PUT", "/api/mod/plugin/oidc", whole)
        self._send("PUT", "/api/mod/plugin/oidc/reset", None)

    def revoke(self, token: str) -> None:
        """Revoke a token (RFC 7009)."""
        headers = {"authorization": _basic(), "content-type": "application/x-www-form-urlencoded"}
        self._exchange("POST", "/api/oidc/revoke", urlencode({"token": token}), headers)

    def restore(self) -> None:
        """Be as at the start."""
        if self._is_changed:
            self.publish(["one"], "one")
            self._is_changed = False

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(60)
        self._log.close()

    def _parameters(self, keys: Sequence[str], sign: str, seconds: int) -> dict[str, Any]:
        for name in keys:
            if name not in self._keys:
                self._keys[name] = ECKey.generate_key("P-256", {"kid": name, "use": "sig", "alg": "ES256"})
        private = {"keys": [self._keys[name].as_dict(private=True) for name in keys]}
        return {
            "iss": self.issuer,
            "jwks-private": json.dumps(private),
            "default-kid": sign,
            "jwks-show": True,
            "jwt-type": "ecdsa",
            "jwt-key-size": "256",
            "access-token-duration": seconds,
            "allow-non-oidc": True,
            "auth-type-client-enabled": True,
            "auth-type-code-enabled": False,
            "introspection-revocation-allowed": True,
            "introspection-revocation-allow-target-client": True,
            "resource-allowed": True,
            "resource-scope": {"things:read": [API, OTHER]},
            "resource-scope-and-client-property": False,
            "oauth-dpop-allowed": True,
            "oauth-dpop-iat-duration": 60,
            "client-cert-source": "header",
            "client-cert-header-name": _CERTIFICATE,
            "client-cert-use-endpoint-aliases": True,
            "client-cert-self-signed-allowed": False,
        }

    def _wait(self) -> None:
        deadline = time.monotonic() + START
        while True:
            assert self.process.poll() is None, Path(self._log.name).read_text()
            with contextlib.suppress(OSError):
                self._exchange("GET", "/config", "", {})
                return
            assert time.monotonic() < deadline, Path(self._log.name).read_text()
            time.sleep(0.05)

    def _log_in(self) -> None:
        """As the administrator that a new database has."""
        content = {"content-type": "application/json"}
        who = json.dumps({"username": "admin", "password": "password"})
        headers, _ = self._exchange("POST", "/api/auth/", who, content)
        self._cookie = headers["set-cookie"].partition(";")[0]

    def _send(self, method: str, path: str, value: object) -> None:
        headers = {"cookie": self._cookie, "content-type": "application/json"}
        self._exchange(method, path, "" if value is None else json.dumps(value), headers)

    def _exchange(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, (method, path, answer.status, text)
            return {name.lower(): value for name, value in answer.getheaders()}, text


_PLUGIN = {"module": "oidc", "name": "oidc", "display_name": "OpenID Connect", "order_rank": 0, "readonly": False}
_CLIENT = {
    "client_id": "gateway",
    "password": SECRET,
    "confidential": True,
    "enabled": True,
    "scope": ["things:read"],
    "authorization_type": ["client_credentials"],
    "token_endpoint_auth_method": ["client_secret_basic"],
}

_BOUND = {
    "client_id": BOUND,
    "password": SECRET,
    "confidential": True,
    "enabled": True,
    "scope": ["things:read"],
    "authorization_type": ["client_credentials"],
    "token_endpoint_auth_method": ["tls_client_auth", "client_secret_basic"],
    "tls_client_auth_san_dns": BOUND,
}


def _basic(client: str = "gateway") -> str:
    return "Basic " + base64.b64encode(f"{client}:{SECRET}".encode()).decode()


@contextlib.contextmanager
def glewlwyd(folder: Path) -> Iterator[Glewlwyd]:
    running = Glewlwyd(folder)
    try:
        yield running
    finally:
        running.close()
