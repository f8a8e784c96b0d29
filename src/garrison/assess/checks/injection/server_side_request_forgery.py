"""Server-side request forgery: a value makes the server send a request to an address of the sender's choice."""

from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import urlsplit

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.compare import leaves
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_ADDRESSES: Final = frozenset(
    {"url", "uri", "link", "href", "callback", "webhook", "hook", "host", "endpoint", "address", "image", "img", "src",
     "source",
     "avatar", "photo", "picture", "feed", "rss", "proxy", "dest", "destination", "redirect", "target", "site",
     "website", "domain", "server", "api", "fetch", "import", "file", "path", "reference", "logo", "notify", "origin",
     "upstream", "service", "icon", "next", "continue", "page", "template"}
)  # fmt: skip
_WAIT: Final = 2.0
"""Seconds in which a fetch comes to the listener, where one came already."""
_WAIT_LESS: Final = 0.7
"""Seconds in which the first one comes, from the last of several tries."""

_TELLING: Final = 5
"""Characters of a text by which an answer is known again; it must not stand in answers to other addresses."""
Way = Callable[[str], str]
_WAYS: Final[tuple[Way, ...]] = (
    lambda url: url,
    lambda url: url.replace("127.0.0.1", "localhost"),
    lambda url: url.replace("127.0.0.1", "2130706433"),
    lambda url: url.replace("127.0.0.1", "127.1"),
    lambda url: url.replace("http://", "http://example.com@"),
    lambda url: url.removeprefix("http:"),
    lambda url: urlsplit(url).netloc + urlsplit(url).path,
)
"""How the address is written: filters that look for one spelling overlook others."""


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    if bench is None or not bench.places or not bench.is_reached:
        return
    if a.listener is None or not _is_near(a):
        a.skip(CHECK, "the target cannot reach a listener on this machine: only what answers show was looked at")
    likely = [place for place in bench.places if _is_address(place)]
    for place in likely:
        way = _way(a, bench, place) if _is_near(a) else None
        proof = _proof(a, bench, place, way) if way is not None else _by_content(a, bench, place)
        if proof:
            yield _finding(a, bench, place, proof)
    others = [place for place in bench.places if place.is_text and place not in likely]
    for place in _caught(a, bench, others):
        proof = _proof(a, bench, place, _WAYS[0])
        if proof:
            yield _finding(a, bench, place, proof)


def _is_near(a: Assessment) -> bool:
    """Whether the target is on this machine, as the listener is."""
    host = urlsplit(a.probe.origin).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _by_content(a: Assessment, bench: Bench, place: Place) -> tuple[Exchange, ...]:
    """Whether the answer shows what stands at an address: one of the API's own, that anybody may read."""
    for known, text in _readable(a, bench):
        address = a.probe.origin + known.call.target
        says = "the address of something that anybody may read: the answer shows what stands there"
        sent = bench.ask(place.request.put(place.slot, address), place.slot, says)
        if text not in sent.answer.text:
            return ()
        nowhere = f"{a.probe.origin}/{bench.word(place)}"
        other = bench.ask(place.request.put(place.slot, nowhere), place.slot, "an address where nothing stands")
        return (known, sent, other) if text not in other.answer.text + bench.control(place).answer.text else ()
    return ()


def _readable(a: Assessment, bench: Bench) -> Iterator[tuple[Exchange, str]]:
    """What anybody may read, and a text that tells it."""
    for target in a.api.targets:
        for known in a.survey.baselines(target) if target.is_safe and target is not bench.target else ():
            value = known.answer.json()
            texts = [leaf for _, leaf in leaves(value) if isinstance(leaf, str)] if value is not NOT_JSON else []
            telling = max((text for text in texts if text.isalnum()), key=len, default="")
            if known.identity is None and len(telling) >= _TELLING:
                yield known.says_that("what anybody may read"), telling


def _is_address(place: Place) -> bool:
    return not _ADDRESSES.isdisjoint(place.said) or "://" in place.value


def _finding(a: Assessment, bench: Bench, place: Place, proof: tuple[Exchange, ...]) -> Finding:
    bench.prove(place, CHECK.id)
    says = f"the server sends a request to the address in `{place.slot.text}`, in its own network too"
    return a.found(CHECK, proof, says=says, target=bench.target, slot=place.slot)


def _way(a: Assessment, bench: Bench, place: Place) -> Way | None:
    """The first spelling of an address that is fetched from there. Most fetches come before the answer; for the others
    all are waited for at once."""
    tokens: dict[str, Way] = {}
    for way in _WAYS:
        if a.listener is None:
            return None
        token = a.api.sampler.word()
        tokens[token] = way
        bench.ask(place.request.put(place.slot, way(a.listener.address(token))), place.slot)
        if a.listener.caught(token, 0.0) is not None:
            return way
    wait = _WAIT_LESS
    for token, way in tokens.items():
        if a.listener is not None and a.listener.caught(token, wait) is not None:
            return way
        wait = 0.0
    return None


def _proof(a: Assessment, bench: Bench, place: Place, way: Way) -> tuple[Exchange, ...]:
    """Two requests that come to two addresses of the listener, which nobody else knows."""
    found = []
    for _ in range(2):
        token = a.api.sampler.word()
        if a.listener is None:
            return ()
        sent = bench.ask(place.request.put(place.slot, way(a.listener.address(token))), place.slot)
        caught = a.listener.caught(token, _WAIT)
        if caught is None:
            return ()
        found.append(sent.says_that(f"the listener at this address gets `{caught.method}` from the server"))
    return tuple(found)


def _caught(a: Assessment, bench: Bench, places: list[Place]) -> Iterator[Place]:
    """Those among places that speak of no address from which one is fetched all the same: asked all at once."""
    together = [place for place in places if place.request is bench.base.request and place.slot.where != "path"]
    if not together or a.listener is None or not _is_near(a):
        return
    request: Request = bench.base.request
    tokens = {a.api.sampler.word(): place for place in together}
    for token, place in tokens.items():
        request = request.put(place.slot, a.listener.address(token))
    bench.ask(request, together[0].slot)
    for token, place in tokens.items():
        if a.listener.caught(token, _WAIT_LESS if place is together[0] else 0.0) is not None:
            yield place


CHECK: Final = Check(
    id=CheckId("server-side-request-forgery"),
    title="the server fetches addresses that clients choose",
    family="injection",
    severity=Severity.HIGH,
    tags=("owasp.api7", "cwe.918"),
    looks=(
        "Addresses of a listener on loopback, each with a name of its own, are put into places that speak of "
        "addresses, in several spellings, then into all other texts. It is a finding where a place makes the server "
        "send two requests to two such addresses, or where the answer shows what stands at one of the API's own."
    ),
    why="Services that only the server can reach can be asked and read: metadata of clouds, databases, admin pages.",
    mend=(
        "Allow only addresses from a list. Otherwise resolve the name, refuse private, loopback and link-local "
        "addresses, connect to just the address that was checked, and follow no redirects."
    ),
    samples={
        "fastapi": "if urlsplit(url).hostname not in ALLOWED:\n    raise HTTPException(422)",
        "django": 'if urlsplit(url).hostname not in ALLOWED:\n    raise ValidationError("host")',
        "flask": "if urlsplit(url).hostname not in ALLOWED:\n    abort(422)",
    },
    each=each,
    most=40,
    disturbs=Disturbs.OBJECTS,
)
