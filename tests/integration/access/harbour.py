"""Harbour with its access rules, behind both enforcement points, and the people of the matrix."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import uvicorn
import yaml
from joserfc import jwt
from joserfc.jwk import ECKey

from garrison.adapters.api_keys import key_file
from garrison.config.load import load_settings
from garrison.lab.sample import create_app

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "docs" / "examples" / "access.yaml"
_KEY = ECKey.generate_key("P-256", {"kid": "1", "use": "sig", "alg": "ES256"})

_CUSTOMER = "customers:read customers:write customers:contact billing"
_CLAIMS: Mapping[str, Mapping[str, Any]] = {
    "ada": {"scope": _CUSTOMER, "account": "100000001"},
    "bob": {"scope": _CUSTOMER, "account": "100000002"},
    "partner": {"scope": "customers:create"},
    "admin": {
        "scope": _CUSTOMER + " customers:create customers:list customers:delete customers:birth lines:write plans:write"
        " notes",
        "roles": ["administrator"],
    },
}


class Row(NamedTuple):
    """One line of a table."""

    request: str
    body: str
    field: str
    """Empty in the table of requests."""
    cells: Mapping[str, str]


class Got(NamedTuple):
    """What came back."""

    cell: str
    """As in the table."""
    value: Any


class People:
    """Who may ask, and with which credentials."""

    def __init__(self, support_key: str) -> None:
        now = int(time.time())
        common = {"iss": "https://id.harbour.example", "aud": "https://api.harbour.example", "client_id": "app"}
        self._headers: dict[str, dict[str, str]] = {"anonymous": {}, "support": {"x-support-key": support_key}}
        for name, claims in _CLAIMS.items():
            header = {"alg": "ES256", "kid": "1", "typ": "at+jwt"}
            token = jwt.encode(header, {**common, "sub": name, "iat": now, "exp": now + 600, **claims}, _KEY)
            self._headers[name] = {"authorization": f"Bearer {token}"}

    def headers(self, who: str) -> dict[str, str]:
        return self._headers[who]


def place(directory: Path) -> tuple[dict[str, Any], str]:
    """The example's settings for a gateway in `directory`, and the key of support."""
    settings: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    contract = settings["contract"]
    contract["file"] = str(EXAMPLE.parent / contract["file"])
    contract["overlays"] = [str(EXAMPLE.parent / overlay) for overlay in contract["overlays"]]
    (directory / "jwks.json").write_text(json.dumps({"keys": [_KEY.as_dict(private=False)]}))
    settings["controls"]["authentication"]["schemes"]["token"]["jwt"][0]["jwks-file"] = str(directory / "jwks.json")
    settings["data"] = str(directory / "data")
    Path(settings["data"]).mkdir()
    loaded = load_settings(json.dumps(settings).encode(), str(directory / "garrison.yaml"))
    keys = key_file(loaded, settings["data"])
    return settings, keys.create("helpdesk", time.time(), scopes=(), roles=("support",), expires=0.0)


class Reached:
    """The sample API, and how many requests reached it."""

    def __init__(self) -> None:
        self.count = 0
        self._app = create_app()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.count += scope["type"] == "http"
        await self._app(scope, receive, send)


@contextmanager
def serving(app: Any) -> Iterator[int]:
    """`app` on a free port of 127.0.0.1."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def send(client: httpx.Client, people: People, who: str, row: Row) -> Got:
    """Send the request of `row` as `who`."""
    method, _, target = row.request.partition(" ")
    content, media_type = _body(row.body)
    headers = {**people.headers(who), **({"content-type": media_type} if media_type else {})}
    if target.endswith("/payments"):
        headers["idempotency-key"] = "6c2f8f0e-5b0a-4c8e-9d38-2f7f6f0f7a11"
    response = client.request(method, target, content=content, headers=headers)
    is_json = "json" in response.headers.get("content-type", "")
    value = response.json() if is_json and response.content else None
    is_ours = isinstance(value, dict) and "instance" in value
    return Got(str(response.status_code) if is_ours else "yes", value)


def _body(text: str) -> tuple[bytes, str]:
    kind, _, rest = text.partition(": ")
    if text.startswith("{"):
        return text.encode(), "application/json"
    if kind == "form":
        return rest.encode(), "application/x-www-form-urlencoded"
    if kind == "text":
        return rest.encode(), "text/plain"
    if kind == "png":
        return b"\x89PNG", "image/png"
    if kind == "parts":
        disposition = "content-disposition: form-data; name="
        text = f'--b\r\n{disposition}"title"\r\n\r\nBill\r\n--b\r\n{disposition}"file"; filename="a"\r\n'
        text += "content-type: application/octet-stream\r\n\r\nabc\r\n--b--\r\n"
        return text.encode(), "multipart/form-data; boundary=b"
    return b"", ""


def tables() -> tuple[list[Row], list[Row]]:
    """The requests and the fields of `matrix.md`."""
    found: list[Row] = []
    names: list[str] = []
    for line in Path(__file__).with_name("matrix.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
        if not line.startswith("|") or cells[0].startswith("---"):
            continue
        if cells[0] == "request":
            names = cells
            continue
        told = dict(zip(names, cells, strict=True))
        request, body, field = told.pop("request"), told.pop("body"), told.pop("field", "")
        found.append(Row(request, body, field, told))
    return [row for row in found if not row.field], [row for row in found if row.field]
