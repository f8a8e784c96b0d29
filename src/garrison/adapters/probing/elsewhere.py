"""Servers beside the target that log identities in: only those that were given with an identity are talked to."""

from garrison.adapters.probing.flow import SendElsewhere
from garrison.adapters.probing.origin import split_url
from garrison.adapters.probing.transport import HttpTransport
from garrison.assess.call import Answer, Call


def elsewhere(*, insecure: bool = False) -> SendElsewhere:
    """Sends one call to another origin, over a connection of its own, within the same bounds as to the target."""

    def send(origin: str, call: Call) -> Answer:
        with HttpTransport(origin, insecure=insecure) as transport:
            return transport.send(call)

    return send


def split_target(url: str, own: str, option: str) -> tuple[str, str]:
    """The other origin that `url` names, empty where it is the target's `own`, and the path and query there.

    Raises ConfigError where it is no http(s) URL.
    """
    place, question, query = url.partition("?")
    origin, path = split_url(place, option)
    return "" if str(origin) == own else str(origin), (path or "/") + question + query
