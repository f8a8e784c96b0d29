"""Which texts cost payload inspection most: `python -m benchmarks.shapes [--shapes 4000] [--changes 4000] [--seed 1]`.

Texts of 8 KB are made by repetition of what attacks and documents are made of, two and three pieces at a time, plain,
with prose between them, wrapped and nested: for one seed the same ones each time, so that two versions can be
compared. Then the slowest are changed further, again and again. Printed are those that took the most processor time
(the least of some runs each), in milliseconds. Nothing of any shape is to take more than 2: what did is measured again
once the search is over, for whatever else a machine does, it does for longer than some runs take.
"""

import argparse
import base64
import json
import random
import sys
import time
from collections.abc import Callable
from typing import Final, TypeAlias
from urllib.parse import quote

from garrison.payload.judge import judge, prepare

SIZE = 8192
LIMIT = 2.0
"""Milliseconds for `SIZE` bytes."""

PIECES = (
    "'", "\"", "`", "''", "' or ", "' and '", "'='", "'or'", "\" or \"", "1=1", " or 1", " and ", "union ",
    "select ", "from ", "/**/", "/*", "*/", "--", "-- ", "#", ";", "; ", "; select ", "(select ", "(", ")", "()",
    "((", "[", "]", "{", "}", "[]", "{{", "}}", "{{a}}", "${", "${a}", "#{", "<%", "%>", "{%", "%}", "<", ">",
    "<a ", "<svg ", "</", "</a>", "<!--", "-->", "<a b=c>", " on=", " onx=", "onload=x ", "='", "=\"", "href=",
    "style=", "javascript:", "data:", "src=", "alert(", "alert(1)", "../", "..\\", "./", "/", "\\", "\\\\", "//",
    "/etc/", "/etc/passwd", "etc/", "%2e", "%00", "%", "%25", "%41", "%c0", "&", "&lt;", "&#60;", "&amp;",
    "\\u003c", "\\x3c", "\\n", "\n", "\r\n", "\t", " ", "  ", "|", "||", "&&", "| sh ", "; cat ", "$(", "$", "$a",
    "$ne", "a=b;", "a=b&", "`id`", "*)(", "*", ")(", "(|", "(a=", "|(a=*)", ",", "','", "\",\"", "1,", "1 ", "0x",
    "0x41", "+", "+A", "+ADw-", "-", "=", "==", "!", "?", ":", "::", "@", "@@", "~", "^", ".", "..", ".a", "a.",
    "a", "A", "QUJD", "a'b ", "a b ", "http://", "http://127.0.0.1 ", "://", "php://", "a:", "a@b ", "java.",
    "$this->", "__", "__a__", "O:1:", "\uff1c", "\u00e9", "\u200b", "\U0001d400", "if ", "then ", "case when ",
    "char(1)", "concat(", "like ", "order by 1 ", "limit 1,1 ", "null,", "query ", "a:\"", "<?", "<?php ",
    "<!ENTITY ", "%a;", "Content-Type: ", "\nTo: ", "1' ", "x' y ", "```", "~~~", "# ", "* ", "- a\n", "> ",
    "import ", "function ", "return ", "while(", "eval(", "exec(", "system(", "ping ",
)  # fmt: skip
PROSE = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. "


def _repeated(unit: str, *, numbered: bool = False) -> str:
    """`unit` again and again; `numbered` is never quite the same, so that nothing is known from before."""
    count = SIZE // len(unit) + 1
    return ("".join([f"{unit}{index}" for index in range(count)]) if numbered else unit * count)[:SIZE]


WRAPPINGS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    quote,
    lambda text: quote(quote(text)),
    lambda text: text.replace("<", "&lt;").replace("'", "&#39;"),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    json.dumps,
    lambda text: json.dumps(json.dumps(text)),
    lambda text: f"%25253c{text}%25253e",
    lambda text: "\n".join(text[start : start + 72] for start in range(0, len(text), 72)),
    lambda text: f"' {text} '",
)


_KEPT: Final = frozenset({"scanner_of", "_scanner"})
_MEMORIES: Final = tuple(
    [
        each
        for name, module in sorted(sys.modules.items())
        if name.startswith("garrison.payload.")
        for each in vars(module).values()
        if hasattr(each, "cache_clear") and each.__name__ not in _KEPT
    ]
)
"""What payload inspection remembers of one text for the next."""


def measured(text: str) -> float:
    """Milliseconds of processor time for each `SIZE` bytes of `text`, the least of some runs."""
    share = SIZE / max(SIZE, len(text.encode()))
    taken = _once(text) * share
    runs = 0
    while runs < (2 if taken < LIMIT else 9) and taken > LIMIT / 2:
        taken = min(taken, _once(text) * share)
        runs += 1
    return taken


def _once(text: str) -> float:
    for each in _MEMORIES:
        each.cache_clear()  # who sends one text after another sends others
    start = time.thread_time()
    judge([text])
    return (time.thread_time() - start) * 1000


def made(chance: random.Random) -> tuple[str, int]:
    """What is repeated, and how: twice the index of a wrapping, and one more where it is numbered."""
    pieces = chance.choices(PIECES, k=chance.choice((1, 1, 2, 2, 3, 4)))
    if chance.random() < 0.3:
        pieces.insert(chance.randrange(len(pieces) + 1), PROSE[: chance.randrange(1, len(PROSE))])
    return "".join(pieces), chance.randrange(2 * len(WRAPPINGS)) if chance.random() < 0.4 else chance.randrange(2)


def changed(unit: str, chance: random.Random) -> str:
    """`unit`, a little different."""
    at = chance.randrange(len(unit) + 1)
    cut = unit[:at] + unit[at + 1 :] if chance.random() < 0.3 and len(unit) > 1 else unit
    return cut[:at] + chance.choice(PIECES) + cut[at:]


def _text(unit: str, wrapping: int) -> str:
    wrap, numbered = divmod(wrapping, 2)
    return WRAPPINGS[wrap](_repeated(unit, numbered=bool(numbered)))[: 2 * SIZE]


_Shapes: TypeAlias = dict[tuple[str, int], float]
"""Milliseconds by what is repeated, and how."""


def sought(count: int, seed: int) -> _Shapes:
    """What `count` shapes take, the same ones for each seed: first every piece alone, then what chance makes."""
    chance = random.Random(seed)  # noqa: S311 - the same texts each time
    found: _Shapes = {}
    todo = list(PIECES)
    while len(found) < count:
        unit, wrapping = (todo.pop(), 0) if todo else made(chance)
        if (unit, wrapping) not in found:
            found[unit, wrapping] = measured(_text(unit, wrapping))
    return found


def climbed(found: _Shapes, count: int, seed: int) -> _Shapes:
    """What `count` changes of the slowest of `found`, and of those that are slower still, take."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    slowest = dict(_sorted(found)[:_BRED])
    more: _Shapes = {}
    for _ in range(count):
        unit, wrapping = chance.choice(sorted(slowest))
        shape = changed(unit, chance), wrapping
        if shape in found or shape in more:
            continue
        more[shape] = slowest[shape] = measured(_text(*shape))
        if len(slowest) > _BRED:
            del slowest[min(slowest, key=slowest.__getitem__)]
    return more


def again(found: _Shapes) -> _Shapes:
    """`found`, those above `LIMIT` measured again, and the less of both told."""
    over = [shape for shape, taken in found.items() if taken > LIMIT]
    return found | {shape: min(found[shape], measured(_text(*shape))) for shape in over}


_BRED: Final = 24
"""Shapes that are changed further."""


def _sorted(found: _Shapes) -> list[tuple[tuple[str, int], float]]:
    return sorted(found.items(), key=lambda each: each[1], reverse=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", type=int, default=4000)
    parser.add_argument("--changes", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--top", type=int, default=10)
    chosen = parser.parse_args()
    prepare()
    print(f"{measured(_repeated(PROSE)):7.2f} ms  prose")
    found = sought(chosen.shapes, chosen.seed)
    changes = climbed(found, chosen.changes, chosen.seed)
    for title, shapes in (("made", again(found)), ("changed", again(changes))):
        for (unit, wrapping), taken in _sorted(shapes)[: chosen.top]:
            print(f"{taken:7.2f} ms  {unit!r}  {wrapping}")
        over = sum(taken > LIMIT for taken in shapes.values())
        print(f"{len(shapes)} shapes {title}, {over} above {LIMIT} ms for {SIZE} bytes")


if __name__ == "__main__":
    main()
