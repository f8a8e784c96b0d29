"""A proof as what can be sent again: credentials become variables, what was made up becomes new, ids follow answers.

A proof was recorded once. Sent again as it stands, `POST /orders` makes another order than number 17, and a user name
that is taken is refused. So texts have holes, and each hole says where its value comes from.
"""

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from garrison.core.finding import Finding, Step
from garrison.core.http import Headers

OPEN: Final = "\ue000"
CLOSE: Final = "\ue001"
_NUMBER: Final = "\ue002"
"""Private characters around the name of a hole; the third one is taken out together with the quotes around it."""
_PLACEHOLDER: Final = re.compile(r"\{((?:password of )?[A-Za-z][\w-]*)\}")
_MADE_UP: Final = re.compile(r"grsn[0-9a-z]{4,24}")
"""Words that an assessment makes up (`assess.sampling`): nobody else has them, so they have to be new each time."""
_CUT: Final = re.compile(r"\.\.\. \([\d,]+ characters\)\Z")
_ID: Final = re.compile(
    r"(?:.*[_-])?(?i:id|uuid|guid|key|slug|number|code|ref|token|name|username|email)|.*(?:Id|ID|Key|Number|Code|Ref|Name)"
)
"""Names of what later requests refer to."""
_MOST_LINKS: Final = 8
_DEEPEST: Final = 64
"""Levels of JSON that is looked into: attacks send deeper ones."""
_RESERVED: Final = frozenset(
    {*keyword.kwlist, *keyword.softkwlist, "answer", "any", "at", "first", "given", "home", "httpx", "ifs", "last",
     "os", "path", "pwd", "pytest", "second", "secrets", "seen_again", "send", "target", "test", "third", "told",
     "user"}
)  # fmt: skip
"""Names that mean something in the test or to the shell."""


class Hole(msgspec.Struct, frozen=True):
    """A value that is not known before it is sent again."""

    name: str
    """Lower case, letters, digits and `_`: a variable's name in Python; in capitals one of a shell."""
    kind: Literal["credential", "fresh", "answer"]
    says: str
    """`alice`, `password of alice`; of a made-up word the word; of an answer what stood in it."""
    step: int = 0
    """Of an answer, the step whose it is, counted from 1."""
    pointer: str = ""
    """JSON Pointer there."""


class ReplayStep(msgspec.Struct, frozen=True):
    """One request, its texts with holes."""

    step: Step
    target: str
    headers: Headers
    body: str
    is_cut: bool
    """Whether the body is longer than what was kept."""


class Replay(msgspec.Struct, frozen=True):
    """A whole proof."""

    steps: tuple[ReplayStep, ...]
    holes: tuple[Hole, ...]

    def of_kind(self, kind: str) -> tuple[Hole, ...]:
        """Holes of one kind."""
        return tuple(hole for hole in self.holes if hole.kind == kind)


def replay(finding: Finding) -> Replay:
    """The proof of a finding, ready to be written as a script or a test."""
    holes: dict[str, Hole] = {}
    links = list(_links(finding.proof))[:_MOST_LINKS]
    fresh = _fresh(finding.proof)
    for number, word in enumerate(fresh, 1):
        holes[word] = Hole(f"word_{number}", "fresh", word)
    steps = tuple(_step(finding, index, links, holes) for index in range(len(finding.proof)))
    used = {name for each in steps for text in _texts(each) for name in holes_in(text)}
    known = [*holes.values(), *(hole for _, _, hole in links)]
    return Replay(steps, tuple(dict.fromkeys(hole for hole in known if hole.name in used)))


def split(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a text with holes: a literal and False, or a hole's name and True."""
    for at, piece in enumerate(re.split(f"{OPEN}([^{CLOSE}]*){CLOSE}", text)):
        if piece:
            yield piece, at % 2 == 1


def holes_in(text: str) -> list[str]:
    """The names of the holes of a text."""
    return [name for name, is_hole in split(text) if is_hole]


def json_of(text: str) -> Any:
    """The text as JSON; None where it is none, only a part of one, or nested deeper than people write it."""
    try:
        value = msgspec.json.decode(text) if text else None
    except (msgspec.DecodeError, RecursionError):
        return None
    return None if _is_deep(value) else value


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value in JSON, with its pointer; of a list the first three items."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for at, inner in enumerate(value[:3]):
            yield from leaves(inner, f"{pointer}/{at}")
    else:
        yield pointer, value


def _texts(step: ReplayStep) -> tuple[str, ...]:
    return (step.target, step.body, *(value for _, value in step.headers))


def _fresh(proof: Sequence[Step]) -> tuple[str, ...]:
    """Made-up words that the proof itself brings into the world: they come first in the body of a POST or a PUT."""
    seen: set[str] = set()
    found: dict[str, None] = {}
    for step in proof:
        if step.method in ("POST", "PUT"):
            found.update(dict.fromkeys(word for word in _MADE_UP.findall(step.body) if word not in seen))
        seen.update(_MADE_UP.findall(f"{step.url} {step.body} {step.answer}"))
    return tuple(found)


def _links(proof: Sequence[Step]) -> Iterator[tuple[int, str, Hole]]:
    """Values that a later request takes from an earlier answer: the step, the value as text, and its hole."""
    names: set[str] = set()
    for index, step in enumerate(proof[:-1]):
        known = set(_values(step))
        later = {value for each in proof[index + 1 :] for value in _values(each)}
        for pointer, value in leaves(json_of(step.answer)):
            text = _plain(value)
            name = pointer.rpartition("/")[2]
            if text and text in later and text not in known and _ID.fullmatch(name) and not _is_masked(text):
                hole = _unique(name, names)
                names.add(hole)
                yield index, text, Hole(hole, "answer", text, index + 1, pointer)


def _values(step: Step) -> Iterator[str]:
    """What a request refers to: steps of its path, values of its query and of its body."""
    parts = urlsplit(step.url)
    yield from (unquote(each) for each in parts.path.split("/") if each)
    yield from (value for _, value in parse_qsl(parts.query, keep_blank_values=True))
    yield from (_plain(value) for _, value in leaves(json_of(step.body)))


def _step(finding: Finding, index: int, links: Sequence[tuple[int, str, Hole]], holes: dict[str, Hole]) -> ReplayStep:
    step = finding.proof[index]
    taken = {value: hole for at, value, hole in links if at < index}
    is_cut = bool(_CUT.search(step.body))

    def filled(text: str) -> str:
        return _made_up(_credentials(text, finding, holes, {hole.name for _, _, hole in links}), holes)

    return ReplayStep(
        step,
        filled(_target(step.url, taken)),
        tuple((name, filled(value)) for name, value in step.headers if name != "content-length"),
        filled(_body(step.body, taken)),
        is_cut,
    )


def _target(url: str, taken: Mapping[str, Hole]) -> str:
    """The path and the query, their steps and values replaced where they are taken from answers."""
    path, question, query = url.partition("?")
    steps = [_hole(taken[unquote(each)]) if unquote(each) in taken and each else each for each in path.split("/")]
    pairs = []
    for pair in query.split("&") if question else ():
        name, equals, value = pair.partition("=")
        pairs.append(f"{name}={_hole(taken[unquote(value)])}" if equals and unquote(value) in taken else pair)
    return "/".join(steps) + question + "&".join(pairs)


def _body(body: str, taken: Mapping[str, Hole]) -> str:
    value = json_of(body)
    if value is None or not taken or not any(_plain(leaf) in taken for _, leaf in leaves(value)):
        return body
    text = msgspec.json.encode(_swapped(value, taken)).decode()
    return text.replace(f'"{_NUMBER}', "").replace(f'{_NUMBER}"', "")


def _swapped(value: Any, taken: Mapping[str, Hole]) -> Any:
    if isinstance(value, Mapping):
        return {key: _swapped(inner, taken) for key, inner in value.items()}
    if isinstance(value, list):
        return [_swapped(inner, taken) for inner in value]
    hole = taken.get(_plain(value))
    if hole is None:
        return value
    return _hole(hole) if isinstance(value, str) else f"{_NUMBER}{_hole(hole)}{_NUMBER}"


def _credentials(text: str, finding: Finding, holes: dict[str, Hole], taken: set[str]) -> str:
    """Names in braces that stand for secrets."""
    people = {*finding.identities, *(step.identity for step in finding.proof if step.identity), "token"}

    def hole(found: re.Match[str]) -> str:
        said = found[1]
        if said.removeprefix("password of ") not in people:
            return found[0]
        if found[0] not in holes:
            holes[found[0]] = Hole(_unique(said, taken | {each.name for each in holes.values()}), "credential", said)
        return _hole(holes[found[0]])

    return _PLACEHOLDER.sub(hole, text)


def _made_up(text: str, holes: Mapping[str, Hole]) -> str:
    """Made-up words become holes, but for those in the name of one: an account's name is made up as well."""

    def hole(found: re.Match[str]) -> str:
        return _hole(holes[found[0]]) if found[0] in holes else found[0]

    return "".join(f"{OPEN}{each}{CLOSE}" if is_hole else _MADE_UP.sub(hole, each) for each, is_hole in split(text))


def _hole(hole: Hole) -> str:
    return f"{OPEN}{hole.name}{CLOSE}"


def _plain(value: Any) -> str:
    """A value that may be an id, as text; empty for what is none."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _is_masked(text: str) -> bool:
    return text.startswith("(") and text.endswith(")")


def _unique(name: str, taken: set[str]) -> str:
    found = _snake(name)
    while found in taken or found in _RESERVED:
        found += "_"
    return found


def _snake(name: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"value_{plain}".rstrip("_")
