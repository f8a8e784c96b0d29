"""What an identity can show, each as one that is given: tokens, names and passwords, headers, cookies, queries."""

import base64
from collections.abc import Mapping

from garrison.adapters.probing.client_credentials import client_flow
from garrison.adapters.probing.flow import Flow, SendElsewhere, log_in_by
from garrison.adapters.probing.given import THROUGH_DOOR, Given
from garrison.assess.identity import Credential, fixed


def bearer(name: str, token: str) -> Given:
    """A fixed token (RFC 6750)."""
    return _fixed(name, "a bearer token", Credential(headers=(("authorization", f"Bearer {token}"),)))


def basic(name: str, user: str, password: str) -> Given:
    """HTTP Basic (RFC 7617)."""
    known = base64.b64encode(f"{user}:{password}".encode()).decode()
    given = _fixed(name, "HTTP Basic", Credential(headers=(("authorization", f"Basic {known}"),)))
    return Given(name=name, how=given.how, log_in=given.log_in, can_renew=False, secret=(user, password))


def shown(
    name: str,
    headers: Mapping[str, str],
    query: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
) -> Given:
    """Fixed headers, parameters of the query and cookies."""
    credential = Credential(
        headers=tuple((key.lower(), value) for key, value in headers.items()),
        query=tuple((query or {}).items()),
        cookies=tuple((cookies or {}).items()),
    )
    named = [*(f"the header {key}" for key in headers), *(f"the parameter {key}" for key in query or {})]
    named += [f"the cookie {key}" for key in cookies or {}]
    return _fixed(name, " and ".join(named), credential)


def password(name: str, user: str, word: str) -> Given:
    """A user name and a password for the API's own log-in operation."""
    return Given(name=name, how=THROUGH_DOOR, secret=(user, word))


def client(
    name: str, client_id: str, secret: str, *, place: tuple[str, str], send: SendElsewhere, scope: str = ""
) -> Given:
    """An OAuth client; `place` is the token's other origin, empty for the target's own, and the path there."""
    flow = client_flow(client_id, secret, target=place[1], elsewhere=place[0], scope=scope)
    return Given(name=name, how="OAuth client credentials", log_in=log_in_by(flow, send))


def flowing(name: str, flow: Flow, send: SendElsewhere, how: str = "recorded steps") -> Given:
    """A flow of requests."""
    return Given(name=name, how=how, log_in=log_in_by(flow, send))


def _fixed(name: str, how: str, credential: Credential) -> Given:
    return Given(name=name, how=how, log_in=fixed(credential), can_renew=False)
