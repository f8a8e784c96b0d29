"""The demonstration: the sample API, served in this process, and a few requests that show what the gateway does."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import msgspec

from garrison.lab.sample import BROKEN_ACCOUNT, create_app
from garrison.lab.served import served


class Shown(msgspec.Struct, frozen=True):
    """One request of the demonstration, and why it is shown."""

    title: str
    method: str
    target: str
    body: dict[str, Any] | None = None


REQUESTS = (
    Shown("what the contract describes is let through", "GET", "/v1/customers?limit=2"),
    Shown("a limit over the contract's bound is refused", "GET", "/v1/customers?limit=1000"),
    Shown("an operation that nobody described is refused", "GET", "/v1/admin/users"),
    Shown(
        "a property that the contract forbids is refused",
        "POST",
        "/v1/customers",
        {"name": "Ada Example", "email": "ada@example.com", "plan": "basic", "isAdmin": True},
    ),
    Shown("an error that shows its stack trace is rewritten", "GET", f"/v1/customers/{BROKEN_ACCOUNT}"),
)


def sample_api() -> AbstractContextManager[str]:
    """Serve the sample API on a free port of 127.0.0.1 while the context lasts; gives its URL.

    Raises:
        GatewayError: it does not start.
    """
    return served(create_app(), "the sample API")


def show(url: str, say: Callable[[str], None]) -> None:
    """Send each of `REQUESTS` to the gateway at `url` and print what was sent and what came back."""
    with httpx.Client(base_url=url, timeout=10) as client:
        for request in REQUESTS:
            response = client.request(request.method, request.target, json=request.body)
            say(f"\n# {request.title}")
            say(f"$ {_curl(url, request)}")
            say(f"{response.status_code} {response.text}")


def _curl(url: str, request: Shown) -> str:
    if request.body is None:
        return f"curl '{url}{request.target}'"
    body = msgspec.json.encode(request.body).decode()
    return f"curl -H 'content-type: application/json' -d '{body}' '{url}{request.target}'"
