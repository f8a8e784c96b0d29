"""OAuth 2.0 client credentials (RFC 6749, section 4.4), the client known by HTTP Basic (section 2.3.1)."""

import base64
from typing import Final
from urllib.parse import quote_plus, urlencode

from garrison.adapters.probing.flow import Flow, FlowStep, Put, Take

_ACCEPTED: Final = frozenset({200})
"""A token comes with 200 and no other status (section 5.1)."""


def client_flow(client: str, secret: str, *, target: str, elsewhere: str = "", scope: str = "") -> Flow:
    """The flow that gets a token from `target`, a path of the API's own origin or of `elsewhere`."""
    form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
    known = base64.b64encode(f"{quote_plus(client)}:{quote_plus(secret)}".encode()).decode()
    step = FlowStep(
        "POST",
        target,
        headers=(
            ("authorization", f"Basic {known}"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "application/json"),
        ),
        body=urlencode(form),
        takes=(Take("token", "json", "/access_token"), Take("expires_in", "json", "/expires_in", is_optional=True)),
        elsewhere=elsewhere,
        statuses=_ACCEPTED,
    )
    return Flow((step,), (Put("header", "authorization", "Bearer {token}"),), keeps_cookies=False)
