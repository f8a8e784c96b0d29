"""The certified OpenID provider that tests authenticate against: npm `oidc-provider`, run by `provider.mjs`."""

import base64
import contextlib
import hashlib
import http.client
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from tests.integration.realinput.descriptions import peers

SCRIPT = Path(__file__).with_name("provider.mjs")
START = 30.0
"""Seconds that node may take."""


class Provider:
    """A running provider. `port` 0 lets it choose one."""

    def __init__(self, port: int = 0) -> None:
        node, folder = shutil.which("node"), peers()
        if node is None or folder is None:
            pytest.skip("the provider needs node and GARRISON_PEERS")
        assert (folder / "node_modules/oidc-provider").is_dir(), "install the packages of .ci/peers.txt"
        self.process = subprocess.Popen(
            [node, str(SCRIPT), str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "GARRISON_PEERS": str(folder)},
        )
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        until = time.monotonic() + START
        while not (said := [line for line in self.lines if line.startswith("listening ")]):
            assert self.process.poll() is None, self.lines
            assert time.monotonic() < until, self.lines
            time.sleep(0.02)
        self.issuer = said[0].split()[1]
        self.port = int(self.issuer.rpartition(":")[2])

    def token(
        self,
        resource: str = "jwt",
        *,
        client: str = "machine",
        scope: str = "things:read",
        key: ECKey | None = None,
        certificate: bytes = b"",
    ) -> str:
        """An access token for a resource, bound to `key` (DPoP) or to a client certificate (DER) where given."""
        pair = f"{quote_plus(client)}:{quote_plus(f'secret of {client}')}"
        headers = {
            "authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
            "content-type": "application/x-www-form-urlencoded",
        }
        if key is not None:
            headers["dpop"] = proof(key, "POST", f"{self.issuer}/token")
        if certificate:
            headers["x-certificate"] = base64.b64encode(certificate).decode()
        form = {"grant_type": "client_credentials", "resource": f"urn:api:{resource}", "scope": scope}
        found = json.loads(self._post("/token", urlencode(form), headers))
        token: str = found["access_token"]
        return token

    def publish(self, keys: Sequence[str], sign: str) -> None:
        """Publish these keys, and sign with that one from now on."""
        self._post("/test/keys", json.dumps({"keys": list(keys), "sign": sign}))

    def set_clock(self, ahead: float) -> None:
        """Let its clock be so many seconds ahead of ours from now on."""
        self._post("/test/clock", json.dumps({"ahead": ahead}))

    def fetched(self) -> int:
        """How often its keys were fetched."""
        return int(self._post("/test/fetched", ""))

    def hold(self) -> None:
        """Answer no introspection from now on."""
        self._post("/test/hold", "")

    def held(self) -> int:
        """How many introspections wait."""
        return int(self._post("/test/held", ""))

    def release(self) -> None:
        """Answer those that wait, and all after them."""
        self._post("/test/release", "")

    def restore(self) -> None:
        """Be as at the start: its first key, our time, nothing held back; of opaque tokens it knows none."""
        self.release()
        self.set_clock(0)
        self.publish(["one"], "one")

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(60)
        self.reader.join(30)

    def _post(self, path: str, body: str, headers: dict[str, str] | None = None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("POST", path, body, headers or {})
            answer = connection.getresponse()
            text = answer.read()
        assert answer.status == 200, text
        return text

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.lines.append(line.rstrip())


@contextlib.contextmanager
def provider(port: int = 0) -> Iterator[Provider]:
    running = Provider(port)
    try:
        yield running
    finally:
        running.close()


def proof(key: ECKey, method: str, url: str, token: str = "", **more: Any) -> str:
    """A DPoP proof (RFC 9449, 4.2)."""
    claims = {"jti": os.urandom(12).hex(), "htm": method, "htu": url, "iat": int(time.time()), **more}
    if token:
        claims["ath"] = _digest(token)
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
    return jws.serialize_compact(header, json.dumps(claims), key, algorithms=["ES256"])


def _digest(token: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
