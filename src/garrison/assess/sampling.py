"""Sampling: one value that a schema allows, as an ordinary client would send it.

Texts carry a word of the assessment's own and a number, so that what was created is known again and never taken. The
strange values that a contract also allows are the business of the conformance checks, which have a library for it.
"""

import random
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import msgspec
import rstr

from garrison.contract.described import Description
from garrison.contract.documents import Node
from garrison.exposure.types.rule import words

MARK: Final = "grsn"
"""Begins every made-up text."""
_MAX_DEPTH: Final = 6
_MAX_TEXT: Final = 4000
_MAX_ITEMS: Final = 5
_MOST_VALUES: Final = 2_000
"""Values in one value: schemas that refer to themselves at many places would go on for hours."""
_MOST_CHANCES: Final = 5_000
"""Characters and repetitions of one pattern, which may ask for a hundred of a hundred of a hundred."""

_FORMATS: Final[Mapping[str, str]] = {
    "date": "2030-01-15",
    "date-time": "2030-01-15T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "P1D",
    "ipv4": "192.0.2.10",
    "ipv6": "2001:db8::10",
    "hostname": "host.example.com",
    "byte": "Z3Jzbg==",
    "binary": "grsn",
}


class _Chance:
    """Chance that is used up; raises OverflowError then."""

    def __init__(self, source: random.Random) -> None:
        self.left = 0
        self._source = source

    def choice(self, among: Sequence[Any]) -> Any:
        """One of several."""
        self._spend()
        return self._source.choice(among)

    def randint(self, least: int, most: int) -> int:
        """A number."""
        self._spend()
        return self._source.randint(least, most)

    def _spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise OverflowError


class Sampler:
    """Makes values. The same seed makes the same ones in the same order, but for the words that must be new."""

    def __init__(self, description: Description, seed: int, run: str) -> None:
        """`run` stands in every word, so that two runs never take each other's names: letters and digits."""
        self._description = description
        self.seed = seed
        """What decides which values are made."""
        self._random = random.Random(seed)  # noqa: S311 - names for objects, no secrets
        self._chance = _Chance(self._random)
        self._patterns = rstr.Rstr(cast("random.Random", self._chance))
        self._left = 0
        """Values that the one that is being made may still have."""
        self._fresh = random.Random(run)  # noqa: S311 - numbers that nobody has yet, no secrets
        self._run = run
        self._count = 0

    def word(self) -> str:
        """A new word that nobody else has used: letters and digits."""
        self._count += 1
        return f"{MARK}{self._run}{self._count}"

    def password(self) -> str:
        """A new password of a made-up account: long and mixed enough for usual rules, and known to nobody else."""
        return f"Grsn-7!{secrets.token_hex(6)}Q"

    def text(self, schema: Node | None, name: str, node: Node | None = None) -> str:
        """A value for a parameter, as text."""
        value = self.value(schema, name=name, node=node)
        if isinstance(value, list):
            return ",".join(map(_plain, value))
        return _plain(value)

    def value(self, schema: Node | None, *, name: str = "", every: bool = False, node: Node | None = None) -> Any:
        """A value that `schema` allows.

        `name` is what it is called; `node` the parameter or media type around it, which may hold an example. Without
        `every` an object has only what it must have.
        """
        self._left = _MOST_VALUES
        made = self._made(schema, name, _MAX_DEPTH, every=every) if schema is not None else None
        given = _example(node.value) if node is not None else None
        if isinstance(given, str) and isinstance(made, dict | list):
            given = _read(given)  # an example of a body that is written as a text
        if isinstance(given, dict) and isinstance(made, dict):
            # an example shows what belongs together; what must be new is made up all the same
            fresh = {key for key in made if _must_be_new(key)}
            return {**given, **{key: made[key] for key in made if key in fresh or key not in given}}
        if given is not None and not _must_be_new(name):
            return given
        return made if schema is not None else self.word()

    def _made(self, schema: Node, name: str, depth: int, *, every: bool) -> Any:
        example = self._allowed(schema, name)
        if example is not None:
            return example
        types = self._description.types(schema)
        self._left -= 1
        if depth <= 0 or self._left <= 0:
            return None
        if "object" in types:
            return self._object(schema, depth, every=every)
        if "array" in types:
            return self._list(schema, name, depth, every=every)
        if types & {"integer", "number"}:
            return self._number(schema)
        if "boolean" in types:
            return False
        if types == {"null"}:
            return None
        return self._text(schema, name)

    def _allowed(self, schema: Node, name: str) -> Any:
        """What the schema itself offers: a constant, one of a list, an example or a default."""
        said = self._description.said
        for keyword in ("const", "default"):
            if (found := said(schema, keyword)) is not None and not (keyword == "default" and _must_be_new(name)):
                return found
        options = said(schema, "enum")
        if isinstance(options, list) and options:
            return next((each for each in options if each is not None), None)
        if _must_be_new(name):
            return None
        return next(
            (found for part in self._description.parts(schema) if (found := _example(part.value)) is not None), None
        )

    def _object(self, schema: Node, depth: int, *, every: bool) -> dict[str, Any]:
        required = {
            name
            for part in self._description.parts(schema)
            for name in (part.value.get("required") if isinstance(part.value.get("required"), list) else ())
        }
        return {
            name: self._made(inner, name, depth - 1, every=every)
            for name, inner in self._description.properties(schema).items()
            if self._left > 0 and (every or name in required) and self._description.said(inner, "readOnly") is not True
        }

    def _list(self, schema: Node, name: str, depth: int, *, every: bool) -> list[Any]:
        described = self._description
        found = (described.child(part, "items") for part in described.parts(schema))
        items = next((each for each in found if each is not None), None)
        if items is None or depth == 1 or described.said(schema, "maxItems") == 0:
            return []
        count = min(described.said(schema, "minItems") or 1, _MAX_ITEMS)
        return [self._made(items, name, depth - 1, every=every) for _ in range(count)]

    def _number(self, schema: Node) -> Any:
        said = self._description.said
        least, most = said(schema, "minimum"), said(schema, "maximum")
        exclusive = said(schema, "exclusiveMinimum")
        if isinstance(exclusive, int | float) and not isinstance(exclusive, bool):
            least = exclusive + 1
        elif exclusive is True and isinstance(least, int | float):
            least = least + 1
        multiple = said(schema, "multipleOf")
        value = least if isinstance(least, int | float) else 1
        if isinstance(most, int | float) and value > most:
            value = most
        if isinstance(multiple, int | float) and multiple > 0:
            value = -(-value // multiple) * multiple
        return int(value) if float(value).is_integer() else value

    def _text(self, schema: Node, name: str) -> str:
        said = self._description.said
        kind = said(schema, "format")
        pattern = said(schema, "pattern")
        if isinstance(pattern, str) and (made := self._by_pattern(pattern)):
            return made
        value = _FORMATS.get(kind) if isinstance(kind, str) else None
        value = value or self._by_name(name, kind if isinstance(kind, str) else "")
        least, most = said(schema, "minLength"), said(schema, "maxLength")
        if isinstance(least, int) and len(value) < least:
            value += "x" * min(least - len(value), _MAX_TEXT)
        if isinstance(most, int) and 0 <= most < len(value):
            value = value[len(value) - most :] if most else ""
        return value

    def _by_pattern(self, pattern: str) -> str:
        """A text that matches; empty where the pattern is none that Python reads."""
        self._chance.left = _MOST_CHANCES
        try:
            return self._patterns.xeger(pattern)
        except (re.error, ValueError, KeyError, OverflowError, RecursionError):
            return ""

    def _by_name(self, name: str, kind: str) -> str:
        said = words(name)
        if kind == "uuid":
            return f"{self._random.getrandbits(32):08x}-0000-4000-8000-{self._random.getrandbits(48):012x}"
        if kind == "email" or "email" in said or said[-1:] == ("mail",):
            return f"{self.word()}@example.com"
        if kind in ("uri", "url") or said[-1:] in (("url",), ("uri",), ("link",), ("website",)):
            return "https://example.com/" + self.word()
        if kind == "password" or not {"password", "passwd", "pwd", "passphrase"}.isdisjoint(said):
            return self.password()
        if not {"phone", "mobile", "msisdn", "telephone"}.isdisjoint(said):
            return f"+1555{self._fresh.randrange(10**7):07d}"
        return self.word()


def _must_be_new(name: str) -> bool:
    """Whether a value of this name is usually taken when somebody else has it, or is a secret."""
    said = words(name)
    new = {"username", "user", "email", "mail", "login", "password", "passwd", "pwd", "title", "slug", "name", "phone"}
    return bool(said) and (said[-1] in new or "password" in said or said[-2:] == ("user", "name"))


def _example(value: Any) -> Any:
    """The example that an object of the description holds; None where it holds none."""
    if not isinstance(value, dict):
        return None
    if value.get("example") is not None:
        return value["example"]
    examples = value.get("examples")
    if isinstance(examples, list) and examples:
        return examples[0]
    if isinstance(examples, dict):
        first = next(iter(examples.values()), None)
        return first.get("value") if isinstance(first, dict) else None
    return None


def _read(text: str) -> Any:
    """The JSON that a text holds; None where it holds none."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
