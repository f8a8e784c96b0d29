"""Which texts cost payload inspection most: `python -m benchmarks.shapes [--seconds 60] [--seed 1]`.

Texts of 8 KB are made by repetition of what attacks and documents are made of, two and three pieces at a time, plain,
with prose between them, wrapped and nested, and the slowest are changed further. Printed are those that took the most
processor time (the least of three runs each), in milliseconds. Nothing of any shape is to take more than 2.
"""

import argparse
import base64
import json
import random
import time
from collections.abc import Callable
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


def _repeated(unit: str) -> str:
    return (unit * (SIZE // len(unit) + 1))[:SIZE]


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


def measured(text: str) -> float:
    """Milliseconds of processor time, the least of three."""
    return min(_once(text) for _ in range(3))


def _once(text: str) -> float:
    start = time.thread_time()
    judge([text])
    return (time.thread_time() - start) * 1000


def made(chance: random.Random) -> tuple[str, Callable[[str], str]]:
    """What is repeated, and how the text is wrapped."""
    pieces = chance.choices(PIECES, k=chance.choice((1, 1, 2, 2, 3, 4)))
    if chance.random() < 0.3:
        pieces.insert(chance.randrange(len(pieces) + 1), PROSE[: chance.randrange(1, len(PROSE))])
    return "".join(pieces), chance.choice(WRAPPINGS) if chance.random() < 0.4 else str


def changed(unit: str, chance: random.Random) -> str:
    """`unit`, a little different."""
    at = chance.randrange(len(unit) + 1)
    cut = unit[:at] + unit[at + 1 :] if chance.random() < 0.3 and len(unit) > 1 else unit
    return cut[:at] + chance.choice(PIECES) + cut[at:]


def sought(seconds: float, seed: int) -> list[tuple[float, str, int]]:
    """The slowest shapes that were found, slowest first: milliseconds, unit and index of the wrapping."""
    chance = random.Random(seed)  # noqa: S311 - the same texts each time
    slowest: dict[tuple[str, int], float] = {}
    end = time.monotonic() + seconds
    todo = list(PIECES)
    wrap: Callable[[str], str]
    while time.monotonic() < end:
        if todo:
            unit, wrap = todo.pop(), str
        elif slowest and chance.random() < 0.5:
            (unit, index) = chance.choice(sorted(slowest, key=slowest.__getitem__)[-24:])
            unit, wrap = changed(unit, chance), WRAPPINGS[index]
        else:
            unit, wrap = made(chance)
        text = wrap(_repeated(unit))[: 2 * SIZE]
        share = SIZE / max(SIZE, len(text.encode()))
        taken = _once(text) * share
        if taken > LIMIT / 2:
            taken = measured(text) * share
        slowest[unit, WRAPPINGS.index(wrap)] = taken
    return sorted(((taken, unit, wrap) for (unit, wrap), taken in slowest.items()), reverse=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--top", type=int, default=25)
    chosen = parser.parse_args()
    prepare()
    found = sought(chosen.seconds, chosen.seed)
    for taken, unit, wrap in found[: chosen.top]:
        print(f"{taken:7.2f} ms  {unit!r}  {wrap}")
    over = sum(taken > LIMIT for taken, _, _ in found)
    print(f"{len(found)} shapes, {over} above {LIMIT} ms for {SIZE} bytes")


if __name__ == "__main__":
    main()
